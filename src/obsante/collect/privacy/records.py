"""Rows of a CSV file as the bytes that they are, so that what is not changed stays the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

SEPARATORS = (b",", b";", b"\t", b"|")
_BOM = b"\xef\xbb\xbf"


def records(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each record with the line where it starts; line feeds between quotes are part of it."""
    start, quoted = 1, False
    held: list[bytes] = []
    for line, piece in enumerate(stream, start=1):
        if not held:
            start = line
        held.append(piece)
        quoted ^= piece.count(b'"') % 2 == 1
        if not quoted:
            yield start, b"".join(held)
            held = []
    if held:
        yield start, b"".join(held)


def split(record: bytes, separator: bytes) -> tuple[list[bytes], bytes]:
    """Cells as written, quotes included, and the end of the line.

    >>> split(b'a,"b, c",\\r\\n', b",")
    ([b'a', b'"b, c"', b''], b'\\r\\n')
    """
    body = record.rstrip(b"\r\n")
    end = record[len(body) :]
    if b'"' not in body:
        return body.split(separator), end
    mark = re.escape(separator)
    cell = re.compile(rb'(?:"(?:[^"]|"")*")?[^%b]*' % mark, re.DOTALL)
    cells, position = [], 0
    while True:
        found = cell.match(body, position)
        cells.append(found.group())
        position = found.end() + 1
        if position > len(body):
            return cells, end


def content(cell: bytes, encoding: str) -> str:
    """Text of a cell, without its quotes or a byte-order mark."""
    text = cell.removeprefix(_BOM).decode(encoding, errors="replace").strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def encoding_of(path: Path) -> str:
    """UTF-8 if the whole file is, else Windows-1252."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            while stream.read(1 << 20):
                continue
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
