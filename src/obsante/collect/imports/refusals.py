"""Errors that several readers of raw files raise."""

from __future__ import annotations

from obsante.errors import DataError

# First bytes of what is sent in the place of a table.
_OTHERS = {b"%PDF": "a PDF", b"\x89PNG": "an image", b"\xff\xd8\xff": "an image",
           b"<!DOCTYPE HTML": "a web page", b"<HTML": "a web page"}  # fmt: skip


def check_text(where: str, start: bytes) -> None:
    """Refuse a PDF, an image, or a web page such as a server's sign-in, by its first bytes."""
    for mark, kind in _OTHERS.items():
        if start.lstrip().upper().startswith(mark.upper()):
            raise DataError(
                where, found=kind, expected="a table, as CSV or XLSX",
                remedy="ask for the table itself; from a server, sign in and export it again",
            )  # fmt: skip


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
