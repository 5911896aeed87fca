"""Complementary suppression: which further cells to hide, as few as possible.

Exact: an integer programme chooses the cells, linear programmes play the intruder, and each
success of the intruder is a new constraint (a cut) on the choice, until there is none.

A missing or not applicable cell is outside the sums and stays what it is; a zero that is not
sensitive is published, since everybody would guess it behind a mark.

Limits. Tables that share cells are safe only if they are laid out together. A table of rates is
protected through its numerators and denominators. Hidden cells of one unit each need
``contributors``, since each unit knows its own value. Both kinds of hidden cells must be published
under one mark: where the threshold is known, sensitive cells that are named so and add up to little
(2 and 2 under a minimum of 3) tell their values.

References: Fischetti & Salazar, "Solving the cell suppression problem on tabular data with linear
constraints", *Management Science* 47 (2001); Cox, *JASA* 75 (1980), 377-385; Hundepool et al.,
*Statistical Disclosure Control* (2012), ch. 4.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from obsante.errors import DataError, nearest
from obsante.stats import checks
from obsante.stats.disclosure.audit import audit
from obsante.stats.disclosure.intruder import (
    COMPLEMENTARY,
    PRIMARY,
    PUBLISHED,
    Demand,
    Table,
    demands,
    protections,
    single_units,
)
from obsante.stats.disclosure.layout import Layout

_ROUNDS = 500
_CRITERIA = ("number", "value")
_WITHOUT_VALUE = ("missing", "not_applicable")


def suppress(
    values: pd.Series,
    sensitive: pd.Series,
    layout: Layout,
    *,
    protection: float | pd.Series,
    smallest: float,
    minimise: str,
    contributors: pd.Series | None = None,
    states: pd.Series | None = None,
    released: Sequence[Hashable] = (),
) -> pd.DataFrame:
    """The table to publish: sensitive cells hidden, with the cheapest set that keeps them in doubt.

    Args:
        values: by cell, totals of the known cells included; NaN where there is none.
        sensitive, layout: whether a rule hides each cell; which cells add up.
        protection: doubt to keep above, and below as far as ``smallest``; a number, or by cell.
        smallest: least value of a hidden cell, as readers know: 1 for counts, 0 for magnitudes
            and wherever a zero is sensitive.
        minimise: ``number`` of cells hidden besides (then their size), or their ``value``.
        contributors: units by cell; a cell's only unit is then an intruder too.
        states: ``missing`` or ``not_applicable``, where the value is NaN.
        released: cells already public, such as a national total.

    Returns:
        By cell, ``valeur`` (NaN if hidden) and ``etat``, such as ``suppressed_complementary``.

    Raises:
        DataError: negative values, wrong totals, no value and no state, no protection possible.

    >>> from obsante.stats.disclosure import hierarchy
    >>> layout = hierarchy({"nord": "tous", "centre": "tous", "sud": "tous"})
    >>> n = pd.Series([2, 9, 30, 41], layout.cells)
    >>> suppress(n, n < 3, layout, protection=1, smallest=1, minimise="number")["valeur"].tolist()
    [nan, nan, 30.0, 41.0]
    """
    table = Table.of(values, layout, smallest)
    state = _states(table, states)
    primary = _sensitive(layout.aligned(sensitive, "sensitive")) & (state == PUBLISHED)
    free = _hideable(table) & ~primary & ~_released(table, primary, released)
    amounts = protections(table, primary, protection)
    needs = demands(table, primary, amounts, single_units(layout, contributors))
    chosen = _complement(table, primary, free, needs, _costs(table, minimise))
    state[chosen], state[primary] = COMPLEMENTARY, PRIMARY
    shown = np.where(chosen | primary, np.nan, table.values)
    result = pd.DataFrame({"valeur": shown, "etat": state}, layout.cells)
    doubt = {"protection": protection, "smallest": smallest, "contributors": contributors}
    audit(result, values, layout, **doubt)
    return result


def _hideable(table: Table) -> np.ndarray:
    """True (N,) for the cells that may hide others: a zero would be guessed behind its mark."""
    filled = np.nan_to_num(table.values)
    return (filled > 0) & (filled >= table.lowest)


def _sensitive(sensitive: pd.Series) -> np.ndarray:
    """True (N,) for the sensitive cells; a cell of which it is not known is an error."""
    stray = ~sensitive.isin([True, False]).to_numpy()
    if stray.any():
        cell = sensitive.index[stray][0]
        raise DataError(
            f"'sensitive', cell {cell}",
            found=f"{sensitive[cell]!r}",
            expected="True or False for each cell",
            remedy="take what minimum_frequency(), dominance() or p_percent() gives",
        )
    return sensitive.to_numpy(dtype=bool)


def _states(table: Table, states: pd.Series | None) -> np.ndarray:
    empty = np.isnan(table.values)
    given = states.reindex(table.cells).to_numpy(dtype=object) if states is not None else None
    result = np.where(empty, given, PUBLISHED).astype(object)
    for cell in np.flatnonzero(empty):
        if result[cell] not in _WITHOUT_VALUE:
            raise DataError(
                f"cell {table.cells[cell]}",
                found=f"no value, and the state '{result[cell]}'",
                expected=nearest(result[cell], _WITHOUT_VALUE),
                remedy="say in states why there is no value; a zero is a value",
            )
    return result


def _released(table: Table, primary: np.ndarray, released: Sequence[Hashable]) -> np.ndarray:
    """True (N,) for the cells that can't be hidden any more."""
    result = np.zeros(len(table.cells), dtype=bool)
    positions = {cell: position for position, cell in enumerate(table.cells)}
    for cell in released:
        if cell not in positions or primary[positions[cell]]:
            raise DataError(
                f"'released', cell {cell}",
                found="a sensitive cell" if cell in positions else "no such cell",
                expected="cells of the table that the rules allow to publish",
                remedy="name totals published before; if one is sensitive, tell its producer",
            )
        result[positions[cell]] = True
    return result


def _costs(table: Table, minimise: str) -> np.ndarray:
    """Cost (N,) of hiding each cell."""
    checks.choice(minimise, "criterion", _CRITERIA)
    share = np.nan_to_num(table.values) / max(np.nansum(table.values), 1e-300)
    # All the shares together count for less than one cell.
    return 1 + share / 2 if minimise == "number" else share * len(share)


def _complement(
    table: Table,
    primary: np.ndarray,
    free: np.ndarray,
    needs: Sequence[Demand],
    costs: np.ndarray,
) -> np.ndarray:
    """Cheapest cells (N,) to hide besides the primary ones, so that every demand is met."""
    cap = np.nansum(table.values) + max((need.amount for need in needs), default=0.0)
    _possible(table, primary | free, needs, cap)
    chosen = np.zeros(len(primary), dtype=bool)
    cuts: list[np.ndarray] = []
    for _ in range(_ROUNDS):
        new = [_cut(table, need, primary, chosen, free, cap) for need in needs]
        new = [cut for cut in new if cut is not None]
        if not new:
            return chosen
        cuts += new
        solution = milp(
            costs,
            integrality=np.ones(len(costs)),
            bounds=Bounds(0, free.astype(float)),
            constraints=LinearConstraint(np.array(cuts), 1, np.inf),
            options={"mip_rel_gap": 0},
        )
        if solution.x is None:
            break
        chosen = solution.x > 0.5
    raise DataError(
        "complementary suppression",
        found=f"no set of cells proved the cheapest in {_ROUNDS} rounds, or a failed search",
        expected="a table of some hundreds of cells",
        remedy="group categories, or protect the table by parts",
    )


def _cut(
    table: Table,
    need: Demand,
    primary: np.ndarray,
    chosen: np.ndarray,
    free: np.ndarray,
    cap: float,
) -> np.ndarray | None:
    """Shares (N,) of the free cells, whose sum must be 1 or more to meet the demand; None if met.

    By duality, the way that a cell can go is at most the sum over hidden cells of their own
    room for movement, at the price of the relations.
    """
    gap, prices = need.gap(table, primary | chosen, cap)
    if gap == 0:
        return None
    cost = -prices @ table.relations
    cost[need.cell] -= need.direction
    down = np.maximum(np.nan_to_num(table.values) - table.lowest, 0.0)
    up = np.full(len(cost), cap)
    room = (down * np.maximum(cost, 0) + up * np.maximum(-cost, 0)) / need.amount
    if need.known is not None:
        room[need.known] = 0
    return np.where(free, np.minimum(room / (1 - room[primary].sum()), 1), 0)


def _possible(table: Table, hidden: np.ndarray, needs: Sequence[Demand], cap: float) -> None:
    """Raise a DataError if a demand is not met even with all positive cells hidden."""
    for need in needs:
        if need.gap(table, hidden, cap)[0] > 0:
            raise DataError(
                f"cell {table.cells[need.cell]}",
                found=f"less than {need.amount:g} of doubt, even with every other cell hidden",
                expected="positive cells in the same sums, not released, and large enough",
                remedy="group its category with another, or ask for less protection",
            )
