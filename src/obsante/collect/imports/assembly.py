"""Rows of a grid as chunks in the dictionary's columns and its ways of writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from obsante.collect.chunks import LINE, Chunk, notes
from obsante.collect.imports import doubts
from obsante.collect.imports.document import Grid, Row
from obsante.collect.imports.doubts import Reading
from obsante.collect.imports.headings import Headings, Plan
from obsante.collect.imports.values import Column
from obsante.collect.table_schema import Table
from obsante.errors import DataError

Cells = list[Reading | None]


@dataclass(frozen=True)
class Assembly:
    """What turns rows into chunks.

    ``columns`` read the cells of each column; ``constants``: cells of columns not in the file.
    """

    file: str
    table: Table
    grid: Grid
    headings: Headings
    plan: Plan
    columns: Mapping[str, Column]
    constants: Mapping[str, str]

    def chunk(self, rows: Sequence[Row]) -> Chunk:
        """Rows as wide as the header.

        Raises:
            DataError: a cell under no heading is not empty.
        """
        lines = [line for line, _ in rows]
        by_position = list(zip(*(cells for _, cells in rows), strict=True))
        self._check_blank(lines, by_position)
        read = {name: self.columns[name](by_position[position])
                for name, position in self.plan.columns.items()}  # fmt: skip
        several = self._several(by_position)
        absent = self.columns.keys() - read.keys() - several.keys()
        read |= {name: self._constant(name, len(rows)) for name in absent} | several
        unsure = [name for name in self.table.columns
                  if name in several or self.columns[name].doubtful]  # fmt: skip
        index = pd.Index(lines, name=LINE, dtype="int64")
        text = pd.DataFrame({
            name: pd.Series([one and one.text for one in read[name]], index, dtype="str")
            for name in self.table.columns
        })  # fmt: skip
        return Chunk(self.file, text, _noted(lines, {name: read[name] for name in unsure}))

    def _constant(self, name: str, rows: int) -> Cells:
        return self.columns[name]([self.constants.get(name, "")]) * rows

    def _check_blank(self, lines: list[int], by_position: list[tuple[str, ...]]) -> None:
        for position in self.plan.blank:
            for line, cell in zip(lines, by_position[position], strict=True):
                if cell.strip():
                    raise DataError(
                        self.grid.at(line), found=f"cell {position + 1}, '{cell}', without heading",
                        expected="a heading above each column that holds something",
                        remedy="write the heading, or empty the column",
                    )  # fmt: skip

    def _several(self, by_position: list[tuple[str, ...]]) -> dict[str, Cells]:
        """Cells of the columns of questions of several choices."""
        read = {
            name: self.columns[name](by_position[position])
            for name, position in self.plan.choices.items()
        }
        for question, position in self.plan.questions.items():
            columns = self.headings.choices(question)
            cells = by_position[position]
            answers = {cell: self._answer(question, cell) for cell in set(cells)}
            for choice, name in columns.items():
                together = [answers[cell] and answers[cell][choice] for cell in cells]
                apart = read.get(name, [None] * len(cells))
                sides = zip(together, apart, cells, strict=True)
                read[name] = [_agreed(question, choice, *side) for side in sides]
        return read

    def _answer(self, question: str, cell: str) -> dict[str, Reading] | None:
        """Whether each choice is among those of a cell; None if the cell is empty."""
        columns, given = self.headings.choices(question), cell.split()
        if not given:
            return None
        answer = {choice: Reading("oui" if choice in given else "non") for choice in columns}
        for choice in given:
            if choice not in columns and choice not in self.headings.multiples[question]:
                doubt = doubts.unknown_choice(question, cell, choice)
                return answer | {next(iter(columns)): Reading(cell, doubt)}  # one note is enough
        return answer


def _agreed(
    question: str, choice: str, together: Reading | None, apart: Reading | None, cell: str
) -> Reading | None:
    """One answer from the cell of all the choices and from that of one choice."""
    if apart is None or (together is not None and together.doubt):
        return together
    # Some servers write 0 in all the columns of a question without answer.
    if together is None and apart.text == "non":
        return None
    if apart.doubt or (together is not None and apart.text == together.text):
        return apart
    return Reading(apart.text, doubts.contradiction(question, cell, choice, apart.text))


def _noted(lines: list[int], read: Mapping[str, Cells]) -> pd.DataFrame:
    found = [
        (line, one.rule, name, one.text, one.doubt)
        for name, cells in read.items()
        for line, one in zip(lines, cells, strict=True)
        if one is not None and one.doubt
    ]
    return notes(sorted(found, key=lambda note: note[0]))
