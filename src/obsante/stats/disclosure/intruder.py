"""What can be worked out of a suppressed table: how far a hidden cell may be from its value.

An intruder knows the relations, the published cells and the smallest value of a hidden cell: since
zeros are published, a hidden count is 1 at least. Hidden cells move from their true values by y
with relations @ y = 0 and y >= smallest - values: a linear programme for each cell and direction,
solved by HiGHS. Reference: Fischetti & Salazar, *Management Science* 47 (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from obsante.errors import DataError
from obsante.stats.checks import vector
from obsante.stats.disclosure.layout import Layout

UP, DOWN = 1, -1
PUBLISHED, PRIMARY, COMPLEMENTARY = "published", "suppressed_primary", "suppressed_complementary"
_UNBOUNDED = 3
# Totals equal their parts to this relative accuracy.
_ADDITIVE = 1e-9
# A protection is reached within this share of it; wider than the solver's own tolerances.
_SHORT = 1e-5


@dataclass(frozen=True, eq=False)
class Table:
    """Known values (N,), NaN where there is none, and the relations among those known (L, N).

    ``lowest`` (N,): the least that a reader gives each cell if hidden, the sum of its parts' for a
    total.
    """

    values: np.ndarray
    relations: np.ndarray
    cells: pd.Index
    lowest: np.ndarray

    @classmethod
    def of(cls, values: pd.Series, layout: Layout, smallest: float) -> Table:
        """The table, once its values are seen to be positive or zero and to add up."""
        if not 0 <= smallest < np.inf:
            raise DataError(
                "'smallest'",
                found=f"{smallest}",
                expected="the smallest value that a hidden cell may have: 0 or more",
                remedy="give 1 for counts, 0 for magnitudes or where a zero is sensitive",
            )
        array = vector(layout.aligned(values, "values"), "values", len(layout.cells))
        known = ~np.isnan(array)
        negative = np.flatnonzero(array < 0)
        if negative.size:
            raise DataError(
                f"cell {layout.cells[negative[0]]}",
                found=f"the value {array[negative[0]]:g}",
                expected="values that are zero or more, as those who read the table know",
                remedy="protect a table of positive magnitudes, and publish differences of it",
            )
        total_known = known[np.argmin(layout.relations, axis=1)]
        relations = layout.relations[total_known] * known
        lowest = _lowest(array, relations, float(smallest))
        table = cls(array, relations, layout.cells, lowest)
        table._adds_up()
        return table

    def _adds_up(self) -> None:
        filled = np.nan_to_num(self.values)
        gaps = self.relations @ filled
        wrong = np.flatnonzero(np.abs(gaps) > _ADDITIVE * (np.abs(self.relations) @ filled))
        if wrong.size:
            total = int(np.argmin(self.relations[wrong[0]]))
            raise DataError(
                f"cell {self.cells[total]}",
                found=f"{filled[total]:.12g}, and parts {gaps[wrong[0]]:+.12g} away from it",
                expected="totals equal to the sum of the known cells",
                remedy="compute totals from the cells, before any rounding",
            )

    def reach(
        self, hidden: np.ndarray, cell: int, direction: int, *, unit: float, cap: float = np.inf
    ) -> tuple[float, np.ndarray]:
        """How far ``cell`` can go from its value, in ``unit``, and the prices (L,) of relations.

        Args:
            hidden: (N,) bool, cells that the intruder doesn't know.
            cell: one of them.
            direction: ``UP`` or ``DOWN``.
            unit: measure of the result, of the size of what is looked for.
            cap: highest value of y / unit.
        """
        columns = np.flatnonzero(hidden)
        goal = np.where(columns == cell, -float(direction), 0.0)
        least = (self.lowest[columns] - self.values[columns]) / unit
        bounds = np.column_stack([least, np.full(len(columns), cap)])
        solution = linprog(
            goal, A_eq=self.relations[:, columns], b_eq=np.zeros(len(self.relations)),
            bounds=bounds, method="highs-ds",
        )  # fmt: skip
        if solution.status == _UNBOUNDED:
            return np.inf, np.zeros(len(self.relations))
        if solution.status != 0:
            raise DataError(
                f"cell {self.cells[cell]}",
                found=f"a linear programme that fails: {solution.message}",
                expected="the bounds that published cells give",
                remedy="check the magnitudes of the table: they may differ too much",
            )
        return -solution.fun, solution.eqlin.marginals


def _lowest(values: np.ndarray, relations: np.ndarray, smallest: float) -> np.ndarray:
    """The least of each hidden cell: ``smallest``, or the sum of a total's positive parts."""
    lowest = np.where(np.isnan(values), 0.0, smallest)
    parts = np.maximum(relations, 0.0) * (np.nan_to_num(values) > 0)
    totals = np.argmin(relations, axis=1)
    # One pass for each level of totals; there are fewer levels than relations.
    for _ in relations:
        before = lowest.copy()
        np.maximum.at(lowest, totals, parts @ lowest)
        if (lowest == before).all():
            break
    return lowest


@dataclass(frozen=True)
class Demand:
    """A sensitive cell must be able to go this far, even for one who knows the cell ``known``."""

    cell: int
    direction: int
    amount: float
    known: int | None = None

    def gap(
        self, table: Table, hidden: np.ndarray, cap: float = np.inf
    ) -> tuple[float, np.ndarray]:
        """Share of the amount that can't be reached (0 if it all can), and prices (L,)."""
        unknown = hidden.copy()
        if self.known is not None:
            unknown[self.known] = False
        share, prices = table.reach(
            unknown, self.cell, self.direction, unit=self.amount, cap=cap / self.amount
        )
        return (1 - share if share < 1 - _SHORT else 0.0), prices


def demands(
    table: Table, primary: np.ndarray, protection: np.ndarray, single: np.ndarray
) -> list[Demand]:
    """What the sensitive cells need: ``protection`` above, and below as far as the smallest value.

    Args:
        table: its values.
        primary: (N,) bool, the sensitive cells.
        protection: (N,) in the table's unit.
        single: (N,) bool, cells of one unit, which knows its own value and looks at the others.
    """
    cells, insiders = np.flatnonzero(primary), np.flatnonzero(single)
    hopeless = cells[table.values[cells] < table.lowest[cells]]
    if hopeless.size:
        raise DataError(
            f"cell {table.cells[hopeless[0]]}",
            found=f"a sensitive value of {table.values[hopeless[0]]:g}",
            expected=f"sensitive values of {table.lowest[hopeless[0]]:g} or more ('smallest')",
            remedy="give smallest=0 where a zero is sensitive, and hide some other zeros with it",
        )
    result = []
    for cell in cells:
        down = min(protection[cell], table.values[cell] - table.lowest[cell])
        for known in [None, *insiders[insiders != cell]]:
            result.append(Demand(cell, UP, protection[cell], known))
            if down > 0:
                result.append(Demand(cell, DOWN, down, known))
    return result


def single_units(layout: Layout, contributors: pd.Series | None) -> np.ndarray:
    """True (N,) for the cells of one unit; for none where the units are not counted."""
    if contributors is None:
        return np.zeros(len(layout.cells), dtype=bool)
    aligned = layout.aligned(contributors, "contributors")
    return counted(aligned, "contributors").to_numpy() == 1


def counted(contributors: pd.Series, name: str) -> pd.Series:
    """Numbers of units by cell, none missing: an unknown number protects nobody."""
    numbers = vector(contributors, name, len(contributors))
    bad = np.flatnonzero(~(numbers >= 0))
    if bad.size:
        raise DataError(
            f"'{name}', cell {contributors.index[bad[0]]}",
            found=f"{numbers[bad[0]]:g}",
            expected="the number of units of each cell, 0 or more",
            remedy="count them with contributions(...).map(len)",
        )
    return pd.Series(numbers, index=contributors.index)


def protections(table: Table, primary: np.ndarray, protection: float | pd.Series) -> np.ndarray:
    """The protection of each cell (N,), which must be positive where a cell is sensitive."""
    size = len(table.cells)
    if isinstance(protection, pd.Series):
        array = vector(protection.reindex(table.cells), "protection", size)
    else:
        array = vector([protection] * size, "protection", size)
    bad = np.flatnonzero(primary & ~((array > 0) & np.isfinite(array)))
    if bad.size:
        raise DataError(
            f"'protection', cell {table.cells[bad[0]]}",
            found=f"{array[bad[0]]:g}",
            expected="a positive number in the table's unit: how far the value must stay in doubt",
            remedy="give at least one unit for counts, or the rule's own protection",
        )
    return array
