"""Where the identifiers of a raw file are written, whatever its form: known by what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from obsante.collect.chunks import Chunk
from obsante.collect.imports.folding import fold
from obsante.collect.privacy.normalise import canonical
from obsante.collect.table_schema import Field, Table
from obsante.errors import DataError

# Values of a column that are compared with the file's cells.
_COMPARED = 1000
Sample = dict[str, dict[int, str]]
Row = tuple[int, Sequence[str]]


def sample(chunks: Iterable[Chunk], columns: Sequence[str]) -> Sample:
    """Some values of each column, by line; no entry for a column without any value."""
    kept: Sample = {name: {} for name in columns}
    for chunk in chunks:
        for name, lines in kept.items():
            given = chunk.text[name].dropna().head(_COMPARED - len(lines))
            lines.update(given.items())
    return {name: lines for name, lines in kept.items() if lines}


def positions(rows: Iterable[Row], values: Sample, table: Table) -> dict[str, int] | None:
    """Position, from 0, of each column of ``values`` in the file's rows.

    A column is where every compared cell says the same as what was read; between several such
    columns, the one whose heading is the dictionary's name or title.

    Returns:
        None if a column is nowhere, or can't be told from another.
    """
    first = min(line for lines in values.values() for line in lines)
    last = max(line for lines in values.values() for line in lines)
    candidates: dict[str, set[int]] = {}
    headings: list[Sequence[str]] = []
    for line, cells in rows:
        if line > last:
            break
        if line < first:
            headings.append(cells)
        for name, lines in values.items():
            if line in lines:
                same = _same(cells, lines[line], table.field(name))
                candidates[name] = candidates.get(name, same) & same
    chosen = {name: _chosen(candidates.get(name, set()), headings, table.field(name))
              for name in values}  # fmt: skip
    return None if None in chosen.values() else chosen


def not_located(where: str, names: Iterable[str]) -> DataError:
    """The error of a file whose identifiers can't be found again."""
    listed = ", ".join(names)
    return DataError(
        where, found=f"cells that can't be told apart: {listed}",
        expected="each identifier in one column, as ingest reads it",
        remedy="write the dictionary's column name above it, or change the file by hand, with its "
        "sha256 in sources.yml",
    )  # fmt: skip


def _same(cells: Sequence[str], value: str, field: Field) -> set[int]:
    kind = field.identifier.kind if field.identifier else "nom"
    known = canonical(kind, value) or canonical("nom", value)
    return {
        place for place, cell in enumerate(cells)
        if cell == value or (canonical(kind, cell) or canonical("nom", cell)) == known
    }  # fmt: skip


def _chosen(places: set[int], headings: list[Sequence[str]], field: Field) -> int | None:
    named = {place for place in places for cells in headings
             if place < len(cells) and _heads(cells[place], field)}  # fmt: skip
    left = named if len(places) > 1 else places
    return left.pop() if len(left) == 1 else None


def _heads(cell: str, field: Field) -> bool:
    """Whether a heading is the column's name, a form's path to it, or its title."""
    names = {fold(field.name), fold(field.title)}
    return fold(cell) in names or cell.strip().endswith(f"/{field.name}")
