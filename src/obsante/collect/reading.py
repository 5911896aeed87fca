"""A raw CSV file as a frame of text, cell for cell, or one clear error naming the line."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from obsante.collect.chunks import LINE
from obsante.collect.table_schema import Table
from obsante.errors import DataError, nearest

_SEPARATORS = {";": "semicolon", "\t": "tab", "|": "vertical bar"}
# A row must fit in a block of the parser.
_BLOCK_BYTES = 1 << 24


def read_text(path: Path, table: Table, where: str) -> pd.DataFrame:
    """Cells of a raw file as text, missing where the dictionary's ``missingValues`` say so.

    Args:
        where: the file's name in messages.

    Returns:
        One ``str`` column per field, in the dictionary's order; the index is the line of the
        raw file where the row starts (the header is line 1).

    Raises:
        DataError: not UTF-8, NUL byte, wrong separator, unknown, missing or repeated column,
            ragged or blank line, unclosed quote, no row. A byte-order mark is accepted.
    """
    with readable(where):
        data = path.read_bytes()
    text = _decoded(data, where)
    records = _records(text, where)
    header = next(records, ([], 0))[0]
    _check_header(header, table, where)
    lines = _check_shape(records, len(header), where)
    frame = _cells(data, table, where)
    if len(frame) != len(lines):
        raise _malformed(where, f"{len(lines)} rows, of which {len(frame)} can be read")
    frame.index = pd.Index(lines, name=LINE)
    return frame


@contextlib.contextmanager
def readable(where: str) -> Iterator[None]:
    """Turn the operating system's refusals to read a file into one clear error."""
    try:
        yield
    except OSError as error:
        raise DataError(
            where,
            found=f"could not be read: {error.strerror or error}",
            expected="a file that you may read",
            remedy="check the file and its permissions",
        ) from error


def _decoded(data: bytes, where: str) -> str:
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise _empty(where, "an empty file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _not_utf8(where, "a file in UTF-16", "UTF-16")
    if (offset := data.find(b"\0")) >= 0:
        raise DataError(
            where,
            found=f"a NUL byte at offset {offset}, line {_line(data, offset)}",
            expected="text in UTF-8; a NUL byte means a damaged or a binary file",
            remedy="ask for the file again, as CSV in UTF-8",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, offset = data[error.start], error.start
        place = f"byte 0x{byte:02x} at offset {offset}, line {_line(data, offset)}"
        raise _not_utf8(
            where, f"{place}, is not UTF-8; the file looks like cp1252", "CP1252"
        ) from None


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _not_utf8(where: str, found: str, encoding: str) -> DataError:
    return DataError(
        where,
        found=found,
        expected="CSV in UTF-8",
        remedy=(
            f"ask for it in UTF-8, or convert it (iconv -f {encoding} -t UTF-8 {where} > new.csv)"
            " and update its sha256 in sources.yml"
        ),
    )


def _records(text: str, where: str) -> Iterator[tuple[list[str], int]]:
    """Records with the line where each starts, quoting checked strictly."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for record in reader:
            yield record, start
            start = reader.line_num + 1
    except csv.Error as error:
        raise _malformed(f"{where}, line {start}", f"not readable as CSV: {error}") from error


def _malformed(where: str, found: str) -> DataError:
    return DataError(
        where,
        found=found,
        expected='CSV cells, quoted as in "a, b" with inner quotes doubled',
        remedy="correct the line at the source",
    )


def _empty(where: str, found: str) -> DataError:
    return DataError(
        where,
        found=found,
        expected="a header and at least one row",
        remedy="ask for the file again, or remove it and its entry in sources.yml",
    )


def _check_header(header: list[str], table: Table, where: str) -> None:
    _check_separator(header, table, where)
    place = f"{where}, line 1"
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
                remedy="export the file again as CSV with commas, and update its sha256",
            )


def _check_shape(records: Iterator[tuple[list[str], int]], width: int, where: str) -> np.ndarray:
    """Line where each row starts, once every row has ``width`` cells."""
    lines = []
    for record, line in records:
        if len(record) != width:
            raise DataError(
                f"{where}, line {line}",
                found=_cell_count(len(record)),
                expected=f"{width} cells, as in the header",
                remedy="correct the line at the source; a cell with a comma needs quotes",
            )
        lines.append(line)
    if not lines:
        raise _empty(where, "a header but no row")
    return np.array(lines, dtype="int64")


def _cell_count(number: int) -> str:
    return {0: "a blank line", 1: "1 cell"}.get(number, f"{number} cells")


def _cells(data: bytes, table: Table, where: str) -> pd.DataFrame:
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(table.columns, pa.string()),
        include_columns=table.columns,
        null_values=table.missingValues,
        strings_can_be_null=True,
    )
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(data),
            pyarrow.csv.ReadOptions(block_size=_BLOCK_BYTES),
            pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert,
        ).to_pandas()
    except pa.ArrowInvalid as error:
        raise _malformed(where, " ".join(str(error).split())) from error
