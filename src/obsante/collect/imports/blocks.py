"""A text file as blocks of whole lines, its bytes checked as they come."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from obsante.collect.imports import refusals
from obsante.errors import DataError

BLOCK_BYTES = 1 << 23
# A line that is longer is no line of a table, and would fill the memory.
_LONGEST_LINE = 1 << 26
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What a workbook begins with: XLSX, which is a ZIP archive; XLS, or one with a password.
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass
class Block:
    """Whole lines; ``line`` is the number of the first, ``last`` whether the file ends there."""

    data: bytes
    line: int
    last: bool


class Blocks:
    """Reads a stream block by block; what a caller gives back begins the next block."""

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream, self._where = stream, where
        self._kept = b""
        self._line = 1
        self._read = 0

    def next(self) -> Block:
        """The next block; only the last one may be empty, or lack its final line end.

        Raises:
            DataError: a file of spaces only, in UTF-16 or not UTF-8, a workbook, a NUL byte, or a
                line without end. A byte-order mark is left out.
        """
        begins = self._read == 0
        data, cut, last = self._kept, 0, False
        while not cut and not last:
            piece = self._stream.read(BLOCK_BYTES)
            self._read += len(piece)
            last = len(piece) < BLOCK_BYTES
            data += piece
            cut = len(data) if last else _whole_lines(data)
            if len(data) - cut > _LONGEST_LINE:
                place = f"{self._where}, line {self._line}"
                raise refusals.malformed(place, f"a line of more than {_LONGEST_LINE >> 20} MB")
        self._kept = data[cut:]
        block = Block(data[:cut], self._line, last)
        if begins:
            self._begin(block)
        self._check(block)
        return block

    def consumed(self, lines: int, rest: bytes = b"") -> None:
        """Count the lines taken from the last block; ``rest`` comes again with the next one."""
        self._line += lines
        self._kept = rest + self._kept

    def _begin(self, block: Block) -> None:
        refusals.check_text(self._where, block.data[:64])
        if block.data.startswith(_UTF_16):
            raise refusals.encoding(self._where, "a file in UTF-16", "UTF-16")
        if block.data.startswith((ZIP, OLE)):
            raise DataError(
                self._where, found="a workbook", expected="CSV in UTF-8",
                remedy="name in its entry of sources.yml the profile of config/imports to read it"
                " with, such as profile: excel_francais",
            )  # fmt: skip
        block.data = block.data.removeprefix(codecs.BOM_UTF8)
        if block.last and not block.data.strip():
            raise refusals.empty(self._where, "an empty file")

    def _check(self, block: Block) -> None:
        data, start = block.data, self._read - len(self._kept) - len(block.data)
        if (offset := data.find(b"\0")) >= 0:
            line = block.line + data.count(b"\n", 0, offset)
            raise refusals.nul(self._where, start + offset, line)
        if data.isascii():
            return
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = block.line + data.count(b"\n", 0, error.start)
            place = f"byte 0x{data[error.start]:02x} at offset {start + error.start}, line {line}"
            raise refusals.encoding(
                self._where, f"{place}, is not UTF-8; the file looks like cp1252", "CP1252"
            ) from None


def _whole_lines(data: bytes) -> int:
    """Length of the whole lines at the beginning of ``data``."""
    # A carriage return at the very end may be half of a line end.
    return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
