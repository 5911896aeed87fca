"""Corrections on their way through the chunks: found, compared, written, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from obsante.collect.chunks import LINE, Chunk
from obsante.collect.corrections.declared import FILE, Declared, twice
from obsante.collect import codes
from obsante.collect.privacy import MASK
from obsante.collect.table_schema import Table
from obsante.collect.violations import list_joined
from obsante.errors import DataError, nearest

COLUMNS = ["table", FILE, LINE, "identifiant", "colonne", "ancien", "nouveau", "motif", "qui",
           "date", "expire"]  # fmt: skip
_NAMED = 5


@dataclass(frozen=True)
class _Cell:
    """A correction and the row that it found."""

    declared: Declared
    file: str
    line: int

    @property
    def column(self) -> str:
        return self.declared.correction.column

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}"


class Corrections:
    """The corrections of one edition, and the rows that each of them found so far."""

    def __init__(self, declared: Sequence[Declared] = ()) -> None:
        self._declared = list(declared)
        self._files: dict[str, set[str]] = {}
        self._found: dict[str, _Cell] = {}
        self._by_cell: dict[tuple[str, int, str], str] = {}
        self._rows: list[tuple] = []

    def apply(self, chunk: Chunk, table: Table) -> Chunk:
        """The chunk with its corrected cells, without the notes that they had.

        Rows are found by the keys of the file, even where another correction changes a key.

        Args:
            chunk: as :func:`obsante.collect.privacy.protect` gives it.
            table: as it is after :attr:`Table.protected`.

        Raises:
            DataError: a cell does not say ``old``, is corrected twice, or a key is that of several
                rows.
        """
        declared = [one for one in self._declared if one.correction.table == table.name]
        if not declared:
            return chunk
        file = chunk.file.rpartition("/")[2]
        self._files.setdefault(table.name, set()).add(file)
        matches = [*_by_place(declared, file, chunk.text), *_by_key(declared, chunk.text, table)]
        found = [_Cell(one, file, line) for one, line in matches]
        if not found:
            return chunk
        for cell in found:
            self._require_alone(cell)
        for cell in found:
            _require_old(cell, chunk, table)
        corrected = _written(chunk, found)
        keys = list_joined(corrected.text.loc[[c.line for c in found], table.primaryKey].fillna(""))
        self._rows += [_row(cell, key) for cell, key in zip(found, keys, strict=True)]
        return corrected

    def concerns(self, table: Table) -> bool:
        """Whether a correction is declared for that table."""
        return any(one.correction.table == table.name for one in self._declared)

    def applied(self) -> pd.DataFrame:
        """One row for each cell corrected so far, as :data:`COLUMNS`, by table, file and line.

        ``ligne`` is an integer, the others are text; ``ancien`` and ``nouveau`` are empty for an
        empty cell, days are written year-month-day.
        """
        types = {name: "int64" if name == LINE else "str" for name in COLUMNS}
        found = pd.DataFrame(self._rows, columns=COLUMNS).astype(types)
        return found.sort_values(["table", FILE, LINE, "colonne"], ignore_index=True)

    def require_used(self, year: int) -> None:
        """Raise a DataError that names the corrections without row, once all files were read."""
        lost = [one for one in self._declared if one.where not in self._found]
        if lost:
            named = "; ".join(self._absence(one) for one in lost[:_NAMED])
            more = f"; and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
            raise DataError(
                lost[0].where, found=f"{named}{more}",
                expected=f"corrections of rows that are in the files of edition {year}",
                remedy="the source has changed: remove these corrections, or correct their key",
            )  # fmt: skip

    def _absence(self, one: Declared) -> str:
        key, table = one.correction.key, one.correction.table
        files = self._files.get(table)
        if files is None:
            why = f"table '{table}' has no file"
        elif not one.correction.by_place:
            why = f"table '{table}' has no row with {_shown_key(key)}"
        elif key[FILE] in files:
            why = f"no row of '{key[FILE]}' starts at line {key[LINE]}"
        else:
            near = nearest(key[FILE], sorted(files))
            why = f"no file '{key[FILE]}' for table '{table}', but {near}"
        return f"{one.where.rpartition(' ')[2]}: {why}"

    def _require_alone(self, cell: _Cell) -> None:
        where = cell.declared.where
        first = self._found.setdefault(where, cell)
        if first is not cell:
            key = _shown_key(cell.declared.correction.key)
            raise DataError(
                f"{where}.key", found=f"several rows with {key}: {first.place}, and {cell.place}",
                expected="a key that is that of one row",
                remedy=f"write key: {{{FILE}: '{first.file}', {LINE}: {first.line}}}, and one "
                "correction for each row to correct",
            )  # fmt: skip
        other = self._by_cell.setdefault((cell.file, cell.line, cell.column), where)
        if other != where:
            raise twice(where, other)


def _by_place(
    declared: Sequence[Declared], file: str, text: pd.DataFrame
) -> Iterator[tuple[Declared, int]]:
    for one in declared:
        key = one.correction.key
        if one.correction.by_place and key[FILE] == file and key[LINE] in text.index:
            yield one, key[LINE]


def _by_key(
    declared: Sequence[Declared], text: pd.DataFrame, table: Table
) -> Iterator[tuple[Declared, int]]:
    wanted: dict[tuple, list[Declared]] = {}
    for one in declared:
        if not one.correction.by_place:
            key = tuple(one.correction.key[name] for name in table.primaryKey)
            wanted.setdefault(key, []).append(one)
    rows = text[table.primaryKey]
    for name, values in zip(table.primaryKey, zip(*wanted, strict=True), strict=bool(wanted)):
        rows = rows[rows[name].isin(values)]
    if wanted:
        for line, *key in rows.itertuples(name=None):
            yield from ((one, int(line)) for one in wanted.get(tuple(key), ()))


def _require_old(cell: _Cell, chunk: Chunk, table: Table) -> None:
    correction, row = cell.declared.correction, chunk.text.loc[cell.line]
    now = None if pd.isna(row[cell.column]) else row[cell.column]
    if now == correction.old or (correction.old == MASK and _masked(cell, chunk)):
        return
    mended = now == correction.new
    key = _shown_key({name: row[name] for name in table.primaryKey})
    raise DataError(
        f"{cell.declared.where}: {cell.place}{key and f', {key}'}, column {cell.column}",
        found=f"{_shown(now)}, which is what the correction writes" if mended else _shown(now),
        expected=f"{_shown(correction.old)}, the old text of the correction",
        remedy="the source has been mended: remove this correction" if mended else
        "the source has changed: remove this correction, or declare it again from what is there",
    )  # fmt: skip


def _masked(cell: _Cell, chunk: Chunk) -> bool:
    """Whether ingest masked the cell because it held an identifier."""
    noted = chunk.notes
    return bool(((noted[LINE] == cell.line) & (noted["colonne"] == cell.column)
                 & (noted["regle"] == codes.IDENTIFIER)).any())  # fmt: skip


def _written(chunk: Chunk, found: Sequence[_Cell]) -> Chunk:
    text = chunk.text.copy()
    for column in dict.fromkeys(cell.column for cell in found):
        here = [cell for cell in found if cell.column == column]
        new = pd.Series([cell.declared.correction.new for cell in here], dtype="str")
        text.loc[[cell.line for cell in here], column] = new.to_numpy()
    replaced = pd.MultiIndex.from_tuples([(cell.line, cell.column) for cell in found])
    noted = pd.MultiIndex.from_frame(chunk.notes[[LINE, "colonne"]])
    return Chunk(chunk.file, text, chunk.notes[~noted.isin(replaced)])


def _row(cell: _Cell, key: str) -> tuple:
    one = cell.declared.correction
    return (one.table, cell.file, cell.line, key, one.column, one.old or "", one.new or "",
            one.reason, one.who, one.date.isoformat(), one.expires.isoformat())  # fmt: skip


def _shown(text: str | None) -> str:
    return "an empty cell" if text is None else f"'{text}'"


def _shown_key(key: dict[str, object]) -> str:
    """A key for messages; empty for a table without."""
    return " and ".join(f"{name} '{value}'" for name, value in key.items() if not pd.isna(value))
