"""A raw file written again without some cells or rows, everything else as it was received.

CSV files keep their bytes. Workbooks go through openpyxl: their formulas become the values that
they had, and charts are lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsante.collect.imports.blocks import ZIP
from obsante.collect.imports.folding import words
from obsante.collect.privacy.places import Sample, not_located, positions
from obsante.collect.privacy.records import SEPARATORS, content, encoding_of, records, split
from obsante.collect.sources import RawFile
from obsante.collect.table_schema import Table
from obsante.files import writing


@dataclass(frozen=True)
class Change:
    """What becomes of the row at ``line``: new text of some columns, or nothing left of it."""

    line: int
    cells: Mapping[str, str] | None


@dataclass(frozen=True)
class Layout:
    """Where columns are: separator of a CSV file, or name of a workbook's sheet."""

    part: str
    columns: dict[str, int]


def rewrite(
    raw: RawFile, table: Table, target: Path, values: Sample, changes: Iterable[Change]
) -> None:
    """Write ``raw`` to ``target`` with the changes, which come in the order of lines.

    Args:
        values: some cells of each column that the changes name (for a workbook, of one at least),
            by which the columns are found.

    Raises:
        DataError: a column can't be found in the file.
    """
    write = _rewrite_workbook if is_workbook(raw) else _rewrite_csv
    with writing(target):
        write(raw, table, target, values, changes)


def is_workbook(raw: RawFile) -> bool:
    """Whether the file is Excel's, and not text."""
    return _zipped(raw.path)


def _zipped(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(ZIP)) == ZIP


def naming(path: Path, value: str) -> str | None:
    """The first place of a file that says ``value``, after a comma; None if none does.

    Case, accents and punctuation apart, whole words only.
    """
    sought = words(value)
    for place, text in rows_of(path) if sought else ():
        said = words(text)
        if any(said[rank : rank + len(sought)] == sought for rank in range(len(said))):
            return place
    return None


def rows_of(path: Path) -> Iterator[tuple[str, str]]:
    """Place, after a comma, and text of each row, of every sheet of a workbook."""
    if not _zipped(path):
        with path.open(encoding=encoding_of(path), errors="replace") as stream:
            yield from ((f", line {line}", text) for line, text in enumerate(stream, start=1))
        return
    import openpyxl

    with path.open("rb") as stream, contextlib.closing(
        openpyxl.load_workbook(stream, read_only=True, data_only=True)
    ) as book:
        for sheet in book.worksheets:
            for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield f", sheet '{sheet.title}', row {line}", " ".join(map(_shown, cells))


def _rewrite_csv(
    raw: RawFile, table: Table, target: Path, values: Sample, changes: Iterable[Change]
) -> None:
    encoding = encoding_of(raw.path)
    layout = _csv_layout(raw, table, values, encoding) if values else Layout(",", {})
    separator = layout.part.encode()
    with raw.path.open("rb") as source, target.open("wb") as output:
        for record, change in _matched(records(source), changes):
            if change is None:
                output.write(record)
            elif change.cells is not None:
                cells, end = split(record, separator)
                for name, text in change.cells.items():
                    cells[layout.columns[name]] = text.encode(encoding)
                output.write(separator.join(cells) + end)


def _matched(
    rows: Iterator[tuple[int, Any]], changes: Iterable[Change]
) -> Iterator[tuple[Any, Change | None]]:
    """Each row with its change, if it has one."""
    coming = iter(changes)
    change = next(coming, None)
    for line, row in rows:
        found = change if change is not None and change.line == line else None
        yield row, found
        if found is not None:
            change = next(coming, None)


def _csv_layout(raw: RawFile, table: Table, values: Sample, encoding: str) -> Layout:
    for separator in SEPARATORS:
        with raw.path.open("rb") as source:
            rows = ((line, [content(cell, encoding) for cell in split(record, separator)[0]])
                    for line, record in records(source))  # fmt: skip
            columns = positions(rows, values, table)
        if columns is not None:
            return Layout(separator.decode(), columns)
    raise not_located(raw.name, values)


def _rewrite_workbook(
    raw: RawFile, table: Table, target: Path, values: Sample, changes: Iterable[Change]
) -> None:
    import openpyxl

    # Cached values, as ingest reads them: a formula written back would have none.
    with raw.path.open("rb") as stream:
        loaded = openpyxl.load_workbook(stream, data_only=True)
    with contextlib.closing(loaded) as book:
        layout = _sheet_layout(raw, table, values, book)
        sheet = book[layout.part]
        listed = list(changes)
        gone = [change.line for change in listed if change.cells is None]
        if gone:
            _unmerge(sheet, gone[0])
        for change in listed:
            for name, text in (change.cells or {}).items():
                _write(sheet.cell(change.line, layout.columns[name] + 1), text)
        for line in reversed(gone):
            sheet.delete_rows(line)
        # Whoever filled the workbook in is named there too.
        book.properties.creator = book.properties.lastModifiedBy = None
        book.save(target)


def _sheet_layout(raw: RawFile, table: Table, values: Sample, book: Any) -> Layout:
    for sheet in book.worksheets:
        lines = enumerate(sheet.iter_rows(values_only=True), start=1)
        rows = ((line, [_shown(value) for value in cells]) for line, cells in lines)
        columns = positions(rows, values, table)
        if columns is not None:
            return Layout(sheet.title, columns)
    raise not_located(raw.name, values)


def _shown(value: object) -> str:
    """A cell as text; a telephone typed as a number has no decimals."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _write(cell: Any, text: str) -> None:
    # A merged cell but the first has no value of its own, and takes none.
    if type(cell).__name__ != "MergedCell":
        cell.value = text or None
        cell.hyperlink = cell.comment = None


def _unmerge(sheet: Any, first: int) -> None:
    """Undo the merged cells from a row on, each then holding their value: rows can go."""
    for area in list(sheet.merged_cells.ranges):
        if area.max_row < first:
            continue
        value = sheet.cell(area.min_row, area.min_col).value
        sheet.unmerge_cells(str(area))
        for row in sheet.iter_rows(area.min_row, area.max_row, area.min_col, area.max_col):
            for cell in row:
                cell.value = value
