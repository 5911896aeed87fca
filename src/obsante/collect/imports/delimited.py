"""A CSV file as people save it: several encodings and separators, title rows, blank rows."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from obsante.collect.imports import refusals
from obsante.collect.imports.blocks import BLOCK_BYTES
from obsante.collect.imports.dates import EPOCH
from obsante.collect.imports.document import Row
from obsante.errors import DataError

# UTF-8 with or without its mark; UTF-16 is only known by its mark.
_CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}
_LINE_FEED = "\n"
# An accented letter of UTF-8, which no French text in Windows-1252 has.
_ACCENT_OF_UTF_8 = re.compile("\u00c3[\u0080-\u00bf\u0152-\u2122]")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Delimited:
    """Text read with the first declared encoding that fits, and each declared separator.

    Raises:
        DataError: an empty file, a NUL byte, or bytes of none of the encodings.
    """

    unit = "line"
    epoch: dt.date = EPOCH

    def __init__(
        self, path: Path, where: str, encodings: Sequence[str], separators: Sequence[str]
    ) -> None:
        self._path, self.where = path, where
        self.pages = dict.fromkeys(separators, where)
        with path.open("rb") as stream:
            start = stream.read(64)
        refusals.check_text(where, start)
        if start.startswith(_UTF_16) and "utf-16" not in encodings:
            raise refusals.encoding(where, "a file in UTF-16", "UTF-16")
        self._codec = self._fitting(encodings)

    def rows(self, page: str) -> Iterator[Row]:
        """Line and cells of each row that is not blank.

        Raises:
            DataError: wrong quoting.
        """
        start = 1
        with self._path.open(encoding=self._codec, newline="") as stream:
            reader = csv.reader(stream, delimiter=page, strict=True)
            try:
                for cells in reader:
                    if any(map(str.strip, cells)):
                        yield start, cells
                    start = reader.line_num + 1
            except csv.Error as error:
                raise refusals.misquoted(self.where, start, error) from error

    def _fitting(self, encodings: Sequence[str]) -> str:
        tried = []
        for encoding in encodings:
            problem = self._problem(encoding)
            if problem is None:
                return _CODECS[encoding]
            tried.append(f"{encoding}: {problem}")
        raise DataError(
            self.where, found="; ".join(tried),
            expected=f"text in {' or '.join(encodings)}, the encodings that the profile declares",
            remedy="ask for the file in UTF-8, or add its encoding to the profile",
        )  # fmt: skip

    def _problem(self, encoding: str) -> str | None:
        """Why the bytes are not of an encoding; None if they are."""
        decoder = codecs.getincrementaldecoder(_CODECS[encoding])()
        line, blank, piece = 1, True, b""
        with self._path.open("rb") as stream:
            if (encoding == "utf-16") != stream.read(2).startswith(_UTF_16):
                return "another byte-order mark"
            stream.seek(0)
            while blank or piece:
                piece = stream.read(BLOCK_BYTES)
                try:
                    text = decoder.decode(piece, final=not piece)
                except UnicodeDecodeError as error:
                    line += error.object.count(b"\n", 0, error.start)
                    return f"byte 0x{error.object[error.start]:02x}, line {line}"
                if (offset := text.find("\0")) >= 0:
                    return f"a NUL byte, line {line + text.count(_LINE_FEED, 0, offset)}"
                if encoding == "windows-1252" and (found := _ACCENT_OF_UTF_8.search(text)):
                    line += text.count(_LINE_FEED, 0, found.start())
                    return f"an accent in UTF-8, line {line}: two encodings in one file"
                line += text.count(_LINE_FEED)
                blank = blank and not text.strip()
                if blank and not piece:
                    raise refusals.empty(self.where, "an empty file")
        return None
