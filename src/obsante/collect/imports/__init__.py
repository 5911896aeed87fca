"""Raw files of any declared form as chunks of text in the dictionary's own columns."""

from __future__ import annotations

from collections.abc import Iterator

from obsante.collect.chunks import ROWS, Chunk
from obsante.collect.reading import read_text
from obsante.collect.sources import RawFile
from obsante.collect.table_schema import Table
from obsante.paths import Project

__all__ = ["read_chunks"]


def read_chunks(
    project: Project, raw: RawFile, table: Table, rows: int = ROWS
) -> Iterator[Chunk]:
    """The rows of a raw file, in order, at most ``rows`` at a time."""
    text = read_text(raw.path, table, raw.name)
    for first in range(0, len(text), rows):
        yield Chunk(raw.name, text.iloc[first : first + rows])
