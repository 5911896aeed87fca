"""What a CSV file and a workbook have in common: pages of rows, one of which has a header."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from obsante.collect.imports import refusals
from obsante.collect.imports.dates import EPOCH
from obsante.collect.imports.profile import Header
from obsante.errors import DataError

Row = tuple[int, list[str]]


class Document(Protocol):
    """A file that can be read several times.

    ``pages``: each way of reading it (the sheets of a workbook, the separators of a CSV file), and
    how messages call it; ``where`` is the file's name, ``unit`` what they call a row; ``epoch``:
    day 0 of its serial dates.
    """

    where: str
    pages: dict[str, str]
    unit: str
    epoch: dt.date = EPOCH

    def rows(self, page: str) -> Iterator[Row]:
        """Number and cells of each row that is not blank."""
        ...


@dataclass(frozen=True)
class Grid:
    """A page whose header was found: its headings, and the rows that follow, each as wide."""

    place: str
    unit: str
    line: int
    headings: list[str]
    rows: Iterable[Row]

    def at(self, line: int) -> str:
        """A row as messages call it."""
        return f"{self.place}, {self.unit} {line}"


def grid(
    document: Document, pages: Iterable[str], known: Callable[[list[str]], int], header: Header
) -> Grid:
    """The page among ``pages``, and its row, that names enough columns.

    Args:
        known: number of columns that a row would name, were it the header.

    Raises:
        DataError: no such row, or two.
    """
    search = _Search(document, known, header)
    for page in pages:
        search.look(page)
    found = search.found
    if len(found) != 1:
        raise search.refusal()
    page, line, cells = found[0]
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return Grid(document.pages[page], document.unit, line, cells, _after(document, page, line))


def _after(document: Document, page: str, line: int) -> Iterator[Row]:
    return (row for row in document.rows(page) if row[0] > line)


@dataclass
class _Search:
    """The headers found, the row that came nearest, and the pages that can't be read."""

    document: Document
    known: Callable[[list[str]], int]
    header: Header
    found: list[tuple[str, int, list[str]]] = field(default_factory=list)
    best: tuple[int, str] = (0, "")
    looked: list[str] = field(default_factory=list)
    unreadable: list[DataError] = field(default_factory=list)

    def look(self, page: str) -> None:
        """Note the headers of a page."""
        called = self.document.pages[page]
        self.looked.append(called)
        try:
            for line, cells in islice(self.document.rows(page), self.header.within):
                number = self.known(cells)
                if number >= self.header.columns:
                    self.found.append((page, line, cells))
                elif number > self.best[0]:
                    self.best = (number, self._place(page, line))
        except DataError as error:
            # Quotes that are wrong with a separator may be right with the file's own.
            self.unreadable.append(error)

    def _place(self, page: str, line: int) -> str:
        """A row as messages that name the file already call it."""
        sheet = self.document.pages[page].removeprefix(self.document.where).removeprefix(", ")
        return f"{sheet + ', ' if sheet else ''}{self.document.unit} {line}"

    def refusal(self) -> DataError:
        """Why there is not one header."""
        if not self.found and self.unreadable:
            return self.unreadable[0]
        if self.found:
            places = [self._place(page, line) for page, line, _ in self.found]
            return DataError(
                self.document.where, found=f"{len(places)} headers: {'; '.join(places)}",
                expected=f"one row that names {self.header.columns} columns of the dictionary",
                remedy="remove the other, name the sheet under sheets in the profile, or raise"
                " header.columns there",
            )  # fmt: skip
        looked = " and ".join(dict.fromkeys(self.looked))
        number, place = self.best
        nearest = f"; the nearest row, {place}, names {number} of the columns" if number else ""
        return DataError(
            looked, found=f"no header{nearest}",
            expected=f"a row, among the first {self.header.within}, that names"
            f" {self.header.columns} columns of the dictionary or more, by name, by title or by a"
            " heading that the profile declares",
            remedy="correct the headings, or list them under columns in the profile",
        )  # fmt: skip


def fitted(grid: Grid) -> Iterator[Row]:
    """The rows, as wide as the header; those of a workbook may lack cells at their end.

    Raises:
        DataError: a row that is wider, or narrower; or no row.
    """
    width, rows = len(grid.headings), 0
    for line, cells in grid.rows:
        rows += 1
        extra = len(cells) - width
        if extra > 0 and not any(map(str.strip, cells[width:])):
            cells = cells[:width]
        elif extra < 0 and grid.unit == "row":
            cells = cells + [""] * -extra
        elif extra:
            raise refusals.ragged(grid.at(line), len(cells), width)
        yield line, cells
    if not rows:
        raise refusals.empty(grid.place, "a header but no row")
