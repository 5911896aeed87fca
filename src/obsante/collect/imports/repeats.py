"""Rows of a repeated group, each with columns of the submission that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from obsante.collect.imports.document import Grid, Row, fitted
from obsante.collect.imports.doubts import orphan
from obsante.collect.imports.profile import Repeat
from obsante.errors import DataError, nearest


def joined(grid: Grid, parent: Grid, located: dict[str, int], repeat: Repeat) -> Grid:
    """The rows of ``grid`` with, at their end, the cells that ``parent`` has for their key.

    Args:
        located: position of each column in the parent.

    Raises:
        DataError: no heading ``link`` or ``key``, a column that the parent lacks, or a key given
            twice.
    """
    link = _position(grid, repeat.link)
    rows = _joined_rows(grid, link, _by_key(parent, located, repeat), len(repeat.columns))
    return replace(grid, headings=[*grid.headings, *repeat.columns], rows=rows)


def _joined_rows(
    grid: Grid, link: int, by_key: dict[str, list[str]], added: int
) -> Iterator[Row]:
    for line, cells in fitted(grid):
        key = cells[link].strip()
        lost = [orphan(key), *[""] * (added - 1)]
        yield line, [*cells, *by_key.get(key, lost)]


def _position(grid: Grid, heading: str) -> int:
    for position, text in enumerate(grid.headings):
        if text.strip() == heading:
            return position
    raise DataError(
        grid.at(grid.line), found=f"no heading '{heading}'",
        expected=f"what joins a row to its submission: {nearest(heading, grid.headings)}",
        remedy="export the file again with it, or correct link and key in the profile",
    )  # fmt: skip


def _by_key(
    parent: Grid, located: dict[str, int], repeat: Repeat
) -> dict[str, list[str]]:
    key = _position(parent, repeat.key)
    for column in repeat.columns:
        if column not in located:
            raise DataError(
                parent.at(parent.line), found=f"no column '{column}'",
                expected="the columns that the profile takes from the submissions",
                remedy="export the file again with it, or correct repeats in the profile",
            )  # fmt: skip
    found: dict[str, list[str]] = {}
    for line, cells in fitted(parent):
        text = cells[key].strip()
        if text in found:
            raise DataError(
                parent.at(line), found=f"'{text}' a second time in '{repeat.key}'",
                expected="each submission once", remedy="remove one of them at the source",
            )  # fmt: skip
        found[text] = [cells[located[column]] for column in repeat.columns]
    return found
