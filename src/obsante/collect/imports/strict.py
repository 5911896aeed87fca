"""A CSV file in the dictionary's own form, read by blocks: any number of rows in little memory.

A plain block goes through Arrow's parser. One with quotes, or with anything unusual, is read record
by record, which also finds the line of what is wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from obsante.collect.chunks import LINE
from obsante.collect.imports import refusals
from obsante.collect.imports.blocks import Block, Blocks
from obsante.collect.imports.records import shape
from obsante.collect.reading import readable
from obsante.collect.table_schema import Table
from obsante.errors import DataError, nearest

_SEPARATORS = {";": "semicolon", "\t": "tab", "|": "vertical bar"}


def frames(path: Path, table: Table, where: str) -> Iterator[pd.DataFrame]:
    """Cells of a raw file as text, missing where the dictionary's ``missingValues`` say so.

    Args:
        where: the file's name in messages.

    Yields:
        Frames of one ``str`` column per field, in the dictionary's order; the index is the line
        of the raw file where the row starts (the header is line 1).

    Raises:
        DataError: not UTF-8, NUL byte, wrong separator, unknown, missing or repeated column,
            ragged or blank line, unclosed quote, no row. A byte-order mark is accepted.
    """
    with readable(where), path.open("rb") as stream:
        source = Blocks(stream, where)
        block = source.next()
        header, body = _header(block, where)
        _check_header(header, table, where)
        rows = _Rows(header, table, where)
        any_row = False
        while True:
            frame, lines, rest = rows.read(body)
            if len(frame):
                any_row = True
                yield frame
            source.consumed(body.line + lines - block.line, rest)
            if body.last:
                break
            block = body = source.next()
        if not any_row:
            raise refusals.empty(where, "a header but no row")


def read(path: Path, table: Table, where: str) -> pd.DataFrame:
    """The whole file at once (:func:`frames`)."""
    return pd.concat(frames(path, table, where))


def _header(block: Block, where: str) -> tuple[list[str], Block]:
    """The first record, and the block of what follows it."""
    text = io.StringIO(block.data.decode("utf-8"), newline="")
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise refusals.misquoted(where, block.line, error) from error
    body = text.read().encode("utf-8")
    return header, Block(body, block.line + reader.line_num, block.last)


@dataclass(frozen=True)
class _Rows:
    """What the rows of a file must be."""

    header: list[str]
    table: Table
    where: str

    def read(self, block: Block) -> tuple[pd.DataFrame, int, bytes]:
        """Rows of a block, its number of lines, and the beginning of a row that it cuts."""
        if _plain(block.data):
            count = block.data.count(b"\n") + (not block.data.endswith(b"\n"))
            cells = self._cells(block.data)
            if isinstance(cells, pd.DataFrame) and len(cells) == count:
                cells.index = pd.RangeIndex(block.line, block.line + count, name=LINE)
                return cells, count, b""
        return self._carefully(block)

    def _carefully(self, block: Block) -> tuple[pd.DataFrame, int, bytes]:
        found = shape(block, len(self.header), self.where)
        cells = self._cells(block.data[: len(block.data) - len(found.rest)])
        if isinstance(cells, pa.ArrowInvalid):
            raise refusals.malformed(self.where, " ".join(str(cells).split())) from cells
        if len(cells) != len(found.lines):
            rows = f"{len(found.lines)} rows from line {block.line}, of which {len(cells)} are read"
            raise refusals.malformed(self.where, rows)
        cells.index = pd.Index(found.lines, name=LINE, dtype="int64")
        return cells, found.count, found.rest

    def _cells(self, data: bytes) -> pd.DataFrame | pa.ArrowInvalid:
        """The rows as text, or why Arrow refuses them."""
        if not data:
            return pd.DataFrame(columns=self.table.columns, dtype="str")
        convert = pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(self.table.columns, pa.string()),
            include_columns=self.table.columns,
            null_values=self.table.missingValues,
            strings_can_be_null=True,
        )
        try:
            return pyarrow.csv.read_csv(
                pa.BufferReader(data),
                pyarrow.csv.ReadOptions(column_names=self.header, block_size=len(data) + 1),
                pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
                convert,
            ).to_pandas()
        except pa.ArrowInvalid as error:
            return error


def _plain(data: bytes) -> bool:
    """Whether rows are lines: no quote, no blank line, line feeds with or without return."""
    if not data or b'"' in data or b"\n\n" in data or data.startswith((b"\n", b"\r")):
        return False
    return b"\r" not in data or (
        b"\n\r" not in data and data.count(b"\r") == data.count(b"\r\n")
    )


def _check_header(header: list[str], table: Table, where: str) -> None:
    _check_separator(header, table, where)
    place = f"{where}, line 1"
    known = len(set(header) & set(table.columns))
    if 2 * known < min(len(header), len(table.columns)):
        raise DataError(
            place, found=f"{known} of the {len(table.columns)} columns of {_dictionary(table)}",
            expected="all of them, by their names, in any order",
            remedy="if it is the file of another table, name that table in sources.yml; if its"
            " headings are written otherwise, the profile that reads it, such as csv_francais",
        )  # fmt: skip
    for number, name in enumerate(header, start=1):
        if name not in table.columns:
            unused = [column for column in table.columns if column not in header]
            raise DataError(
                place, found=f"column {number}, '{name}', which is not in the dictionary",
                expected=nearest(name, unused or table.columns),
                remedy=f"rename or remove the column, or add it to {_dictionary(table)}",
            )  # fmt: skip
        if name in header[: number - 1]:
            raise DataError(
                place, found=f"column '{name}' more than once", expected="each column once",
                remedy="remove or rename one of them",
            )  # fmt: skip
    for name in table.columns:
        if name not in header:
            raise DataError(
                place, found=f"no column '{name}'",
                expected=f"the {len(table.columns)} columns of {_dictionary(table)}, in any order",
                remedy="add the column, its cells empty where nothing is known",
            )  # fmt: skip


def _dictionary(table: Table) -> str:
    return f"config/dictionary/{table.name}.yml"


def _check_separator(header: list[str], table: Table, where: str) -> None:
    known = set(table.columns)
    for character, name in _SEPARATORS.items():
        cells = ",".join(header).split(character)
        if len(known & set(cells)) > len(known & set(header)):
            raise DataError(
                f"{where}, line 1",
                found=f"cells separated by a {name}",
                expected="cells separated by a comma, decimals with a point",
                remedy="export the file again as CSV with commas and update its sha256, or name"
                " the profile of config/imports that reads it, such as profile: csv_francais",
            )
