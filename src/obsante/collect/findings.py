"""Violations of a table, whatever their number, piece by piece in the order of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from obsante.collect import codes, violations
from obsante.collect.balance import Balance
from obsante.collect.chunks import LINE
from obsante.collect.duplicates import POSITION, WEIGHT
from obsante.collect.examination import Examined
from obsante.collect.parts import Parts
from obsante.collect.privacy import mask
from obsante.collect.shelf import Shelf
from obsante.collect.table_schema import Table


class Findings:
    """Violations of single rows, added with their chunk, then those of keys.

    Args:
        work: a folder for what does not fit in memory.
    """

    def __init__(self, table: Table, parts: Parts, work: Path) -> None:
        self._table, self._parts = table, parts
        self._shelf = Shelf(work / "found")
        self._of_piece: dict[int, list[int]] = {}
        self._count = 0

    def add(self, number: int, first: int, examined: Examined) -> None:
        """Violations of the rows of piece ``number``, whose first position is ``first``."""
        offsets = examined.text.index.get_indexer(examined.found[LINE])
        self._put(number, examined.found.assign(**{POSITION: first + offsets}))

    def add_late(self, found: pd.DataFrame) -> None:
        """Violations of keys (:func:`obsante.collect.duplicates.judged`)."""
        found = found.sort_values(POSITION, kind="stable")
        for number, positions in self._parts.by_piece(found[POSITION].to_numpy()):
            self._put(number, found[found[POSITION].isin(positions)])

    def _put(self, number: int, found: pd.DataFrame) -> None:
        if len(found):
            self._shelf.put(self._count, mask(found, self._table))
            self._of_piece.setdefault(number, []).append(self._count)
            self._count += 1

    def frames(self) -> Iterator[pd.DataFrame]:
        """Violations of each piece that has some, by row then by column, with their position."""
        for number in sorted(self._of_piece):
            yield self._ordered(number)

    def _ordered(self, number: int) -> pd.DataFrame:
        parts = [self._shelf.get(place) for place in self._of_piece[number]]
        return violations.sorted_rows(self._table, pd.concat(parts), POSITION)

    def balances(self) -> dict[str, Balance]:
        """Balance of each file."""
        files: dict[str, Balance] = {}
        for number, piece in enumerate(self._parts.pieces):
            aside, weight = 0, 0.0
            if number in self._of_piece:
                found = self._ordered(number)
                aside, weight = found[POSITION].nunique(), self._weight(number, found)
            balance = Balance(len(piece), len(piece) - aside, aside, weight)
            files[piece.file] = files[piece.file] + balance if piece.file in files else balance
        return files

    def _weight(self, number: int, found: pd.DataFrame) -> float:
        """Sum of the readable weights of rows set aside, but those of copies."""
        if WEIGHT not in self._table.columns:
            return 0.0
        weights = found.reindex(columns=[WEIGHT]).set_axis(found[POSITION]).squeeze("columns")
        text = self._parts.text_aside(number)
        if text is not None:
            own = pd.to_numeric(text[WEIGHT], errors="coerce")
            weights = pd.concat([weights, own])
        faulty = (found["regle"] == codes.COPY) | (found["colonne"] == WEIGHT)
        right = weights[~weights.index.isin(found.loc[faulty, POSITION])]
        return float(np.sum(right.groupby(level=0).first().to_numpy("float64", na_value=0.0)))
