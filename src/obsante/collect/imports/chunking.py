"""Parts of a file put together, and cut, into chunks of the size that was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from obsante.collect.chunks import LINE, Chunk, notes


def regrouped(parts: Iterable[Chunk], rows: int) -> Iterator[Chunk]:
    """The rows and notes of ``parts``, in order, ``rows`` in each chunk but the last."""
    waiting: list[Chunk] = []
    count = 0
    for part in parts:
        waiting.append(part)
        count += len(part.text)
        while count >= rows:
            whole = _together(waiting)
            yield _between(whole, 0, rows)
            count -= rows
            waiting = [_between(whole, rows, None)]
    if count:
        yield _together(waiting)


def _together(parts: list[Chunk]) -> Chunk:
    parts = [part for part in parts if len(part.text)]
    if len(parts) == 1:
        return parts[0]
    noted = [part.notes for part in parts if len(part.notes)]
    return Chunk(
        parts[0].file,
        pd.concat([part.text for part in parts]),
        pd.concat(noted, ignore_index=True) if noted else notes(),
    )


def _between(chunk: Chunk, first: int, end: int | None) -> Chunk:
    """Rows by position, with their notes."""
    text = chunk.text.iloc[first:end]
    noted = chunk.notes[chunk.notes[LINE].isin(text.index)] if len(chunk.notes) else chunk.notes
    return Chunk(chunk.file, text, noted.reset_index(drop=True))
