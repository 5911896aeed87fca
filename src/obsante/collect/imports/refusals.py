"""Errors that several readers of raw files raise."""

from __future__ import annotations

from obsante.errors import DataError


def empty(where: str, found: str) -> DataError:
    """A file without a row."""
    return DataError(
        where,
        found=found,
        expected="a header and at least one row",
        remedy="ask for the file again, or remove it and its entry in sources.yml",
    )


def malformed(where: str, found: str) -> DataError:
    """Text that is not CSV."""
    return DataError(
        where,
        found=found,
        expected='CSV cells, quoted as in "a, b" with inner quotes doubled',
        remedy="correct the line at the source",
    )


def misquoted(where: str, line: int, error: Exception) -> DataError:
    """What the csv module says of the record that starts at ``line``."""
    return malformed(f"{where}, line {line}", f"not readable as CSV: {error}")


def ragged(where: str, cells: int, width: int) -> DataError:
    """A row that does not have the cells of its header."""
    return DataError(
        where,
        found={0: "a blank line", 1: "1 cell"}.get(cells, f"{cells} cells"),
        expected=f"{width} cells, as in the header",
        remedy="correct the line at the source; a cell with a comma needs quotes",
    )


def nul(where: str, offset: int, line: int) -> DataError:
    """A byte that no text file has."""
    return DataError(
        where,
        found=f"a NUL byte at offset {offset}, line {line}",
        expected="text in UTF-8; a NUL byte means a damaged or a binary file",
        remedy="ask for the file again, as CSV in UTF-8",
    )


def encoding(where: str, found: str, actual: str) -> DataError:
    """Text in another encoding than UTF-8."""
    return DataError(
        where,
        found=found,
        expected="CSV in UTF-8",
        remedy=(
            f"ask for it in UTF-8, or convert it (iconv -f {actual} -t UTF-8 {where} > new.csv)"
            " and update its sha256 in sources.yml"
        ),
    )
