"""What a reader can deduce of the hidden cells of a table, and whether that is too much."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.disclosure.intruder import (
    COMPLEMENTARY,
    DOWN,
    PRIMARY,
    PUBLISHED,
    UP,
    Table,
    demands,
    protections,
    single_units,
)
from obsante.stats.disclosure.layout import Layout

# An interval narrower than this share of the value is a point, to the solver's accuracy.
_POINT = 1e-6


def audit(
    table: pd.DataFrame,
    values: pd.Series,
    layout: Layout,
    *,
    protection: float | pd.Series,
    smallest: float,
    contributors: pd.Series | None = None,
) -> pd.DataFrame:
    """The interval in which published cells leave each hidden one, or an error if it is too narrow.

    A sensitive cell's interval must reach its protection above the value, and below it (or the
    smallest value); that of a complementary cell must not be a point. That counts are integers is
    not used by the bounds; they are the same in a table of two classifications, one of them without
    subtotals.

    Args:
        table: ``valeur`` and ``etat`` by cell, as :func:`suppress` returns them.
        values, layout, protection, smallest, contributors: as they were given to it.

    Returns:
        ``borne_inf`` and ``borne_sup`` of each hidden cell; infinite where no total is published.

    Raises:
        DataError: an interval is too narrow, or a published value is not the true one.

    >>> from obsante.stats.disclosure import hierarchy
    >>> layout = hierarchy({"nord": "tous", "sud": "tous"})
    >>> table = pd.DataFrame({"valeur": [np.nan, np.nan, 11.0], "etat": ["suppressed_primary",
    ...     "suppressed_complementary", "published"]}, index=layout.cells)
    >>> true = pd.Series({"nord": 2, "sud": 9, "tous": 11})
    >>> audit(table, true, layout, protection=1, smallest=1).to_numpy().tolist()
    [[1.0, 10.0], [1.0, 10.0]]
    """
    state = layout.aligned(table["etat"], "etat").to_numpy()
    truth = Table.of(values, layout, smallest)
    _as_published(truth, layout.aligned(table["valeur"], "valeur").to_numpy(float), state)
    primary, hidden = state == PRIMARY, np.isin(state, [PRIMARY, COMPLEMENTARY])
    amounts = protections(truth, primary, protection)
    bounds = _intervals(truth, hidden, np.where(primary, amounts, 0.0))
    width = (bounds["borne_sup"] - bounds["borne_inf"]).to_numpy()
    for cell in np.flatnonzero(hidden)[width <= _POINT * truth.values[hidden]]:
        _exposed(truth, cell, "its value can be computed from published cells")
    for need in demands(truth, primary, amounts, single_units(layout, contributors)):
        if need.gap(truth, hidden)[0] > 0:
            who = "" if need.known is None else f" for the only unit of {truth.cells[need.known]}"
            side = "above" if need.direction == UP else "below"
            _exposed(truth, need.cell, f"less than {need.amount:g} of doubt {side} it{who}")
    return bounds


def _intervals(truth: Table, hidden: np.ndarray, amounts: np.ndarray) -> pd.DataFrame:
    cells = np.flatnonzero(hidden)
    limits = np.empty((len(cells), 2))
    for row, cell in enumerate(cells):
        value = truth.values[cell]
        unit = max(value, amounts[cell])
        limits[row, 0] = value - unit * truth.reach(hidden, cell, DOWN, unit=unit)[0]
        limits[row, 1] = value + unit * truth.reach(hidden, cell, UP, unit=unit)[0]
    return pd.DataFrame(limits, index=truth.cells[cells], columns=["borne_inf", "borne_sup"])


def _as_published(truth: Table, shown: np.ndarray, state: np.ndarray) -> None:
    """Raise a DataError where a published cell isn't its value, or a hidden one shows a value."""
    open_cells = state == PUBLISHED
    wrong = np.where(open_cells, shown != truth.values, ~np.isnan(shown))
    if wrong.any():
        cell = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"cell {truth.cells[cell]}",
            found=f"{shown[cell]:g} in the table to publish, in state '{state[cell]}'",
            expected="its value if it is published, nothing otherwise",
            remedy="publish the table that suppress() returns, and round later",
        )


def _exposed(truth: Table, cell: int, found: str) -> None:
    raise DataError(
        f"cell {truth.cells[cell]}",
        found=found,
        expected="an interval of possible values that protects it",
        remedy="hide further cells of its sums, with suppress()",
    )
