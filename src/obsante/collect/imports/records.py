"""Records of CSV text, quoting checked strictly, with the line where each starts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from obsante.collect.imports import refusals
from obsante.collect.imports.blocks import Block


@dataclass
class Shape:
    """Where the records of a block start; ``count`` lines hold them, ``rest`` starts one more."""

    lines: list[int] = field(default_factory=list)
    count: int = 0
    rest: bytes = b""


def shape(block: Block, width: int, where: str) -> Shape:
    """Check that each record has ``width`` cells; in a block that is not the last, the end may be
    inside a quoted cell.

    Raises:
        DataError: wrong quoting, a ragged or a blank line; names the line where the record starts.
    """
    lines = list(io.StringIO(block.data.decode("utf-8"), newline=""))
    ended: list[bool] = []
    reader = csv.reader(_feed(lines, ended), strict=True)
    found = Shape()
    try:
        for record in reader:
            line = block.line + found.count
            if len(record) != width:
                raise refusals.ragged(f"{where}, line {line}", len(record), width)
            found.lines.append(line)
            found.count = reader.line_num
    except csv.Error as error:
        if block.last or not ended:
            raise refusals.misquoted(where, block.line + found.count, error) from error
        found.rest = "".join(lines[found.count :]).encode("utf-8")
    return found


def _feed(lines: list[str], ended: list[bool]) -> Iterator[str]:
    """The lines, noting that more was asked after the last one: a quote is open."""
    yield from lines
    ended.append(True)
