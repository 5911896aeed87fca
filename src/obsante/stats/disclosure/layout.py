"""Which cells of a table add up to which: the relations that an intruder can subtract with."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest


@dataclass(frozen=True, eq=False)
class Layout:
    """The N cells of an additive table, totals included.

    Attributes:
        cells: their labels; pairs (row, column) where two classifications are crossed.
        relations: (L, N), one row for each sum: 1 for its parts, -1 for its total, 0 elsewhere.
        chains: for each cell, itself and the totals that it enters.
    """

    cells: pd.Index
    relations: np.ndarray
    chains: Mapping[Hashable, tuple]

    def aligned(self, values: pd.Series, name: str) -> pd.Series:
        """``values`` in the order of the cells; a cell without value or unknown is an error."""
        for wanted, found in ((self.cells, values.index), (values.index, self.cells)):
            absent = wanted.difference(found, sort=False)
            if len(absent):
                raise DataError(
                    f"'{name}', cell {absent[0]}",
                    found="a cell that the values and the layout do not both have",
                    expected=nearest(absent[0], self.cells),
                    remedy="give one value for each cell, totals included; NaN where there is none",
                )
        if values.index.has_duplicates:
            raise DataError(
                f"'{name}', cell {values.index[values.index.duplicated()][0]}",
                found="two values",
                expected="one value for each cell",
                remedy="sum the records of a cell before",
            )
        return values.reindex(self.cells)


def hierarchy(parents: Mapping[str, str]) -> Layout:
    """One classification with its totals, at any number of levels.

    Args:
        parents: for each category, the total that it enters; a single total enters none.

    Raises:
        DataError: no category, several final totals, or a category that enters itself.

    >>> hierarchy({"urbain": "ensemble", "rural": "ensemble"}).relations.tolist()
    [[1.0, 1.0, -1.0]]
    """
    cells = list(dict.fromkeys([*parents, *parents.values()]))
    finals = [cell for cell in cells if cell not in parents]
    chains = {cell: _chain(cell, parents) for cell in cells}
    if len(finals) != 1:
        raise DataError(
            "'parents'",
            found=f"{len(finals)} categories that enter no other",
            expected="a single total, that of the whole table",
            remedy="give each category the total that it enters",
        )
    totals = list(dict.fromkeys(parents.values()))
    relations = np.zeros((len(totals), len(cells)))
    for row, total in enumerate(totals):
        relations[row] = [float(parents.get(cell) == total) for cell in cells]
        relations[row, cells.index(total)] = -1.0
    return Layout(pd.Index(cells), relations, chains)


def crossed(rows: Layout, columns: Layout) -> Layout:
    """Two classifications crossed, with both margins.

    >>> sex = hierarchy({"f": "tous", "h": "tous"})
    >>> area = hierarchy({"urbain": "partout", "rural": "partout"})
    >>> crossed(sex, area).relations.shape
    (6, 9)
    """
    cells = pd.MultiIndex.from_product([rows.cells, columns.cells])
    relations = np.concatenate(
        [
            np.kron(rows.relations, np.eye(len(columns.cells))),
            np.kron(np.eye(len(rows.cells)), columns.relations),
        ]
    )
    chains = {
        (row, column): tuple((r, c) for r in rows.chains[row] for c in columns.chains[column])
        for row, column in cells
    }
    return Layout(cells, relations, chains)


def _chain(cell: str, parents: Mapping[str, str]) -> tuple:
    chain = [cell]
    while chain[-1] in parents:
        chain.append(parents[chain[-1]])
        if len(chain) > len(parents) + 1:
            raise DataError(
                f"category '{cell}'",
                found="a total that enters itself",
                expected="totals that end in a single one",
                remedy="correct the totals that categories enter",
            )
    return tuple(chain)
