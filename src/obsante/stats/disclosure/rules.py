"""Rules that say which cells may not be published for themselves (primary suppression).

The rules look at the contributions to a cell, x_1 >= x_2 >= ..., one for each unit to protect
(sum the records of one owner before), and X their sum. Their thresholds belong to the edition's
policy, and those of dominance and p% are better kept secret.

Reference: Hundepool et al., *Statistical Disclosure Control* (2012), ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats import checks
from obsante.stats.disclosure.intruder import counted
from obsante.stats.disclosure.layout import Layout


def contributions(values: pd.Series, cells: pd.Series | pd.DataFrame, layout: Layout) -> pd.Series:
    """The contributions to each cell of the layout, totals included, largest first.

    Args:
        values: one number >= 0 for each unit; 1 for a table of counts.
        cells: category of each unit, or two columns where the layout is crossed.
        layout: of :func:`hierarchy` or :func:`crossed`.

    Returns:
        One array for each cell. ``.map(len)`` counts the units, ``.map(sum)`` gives the table.

    Raises:
        DataError: a value is missing or negative, a category is not in the layout.

    >>> from obsante.stats.disclosure import hierarchy
    >>> both = hierarchy({"u": "tous", "r": "tous"})
    >>> contributions(pd.Series([5, 1, 2]), pd.Series(["u", "u", "r"]), both).map(sum).tolist()
    [6.0, 2.0, 8.0]
    """
    numbers = checks.vector(values, "values", len(cells))
    _not_negative(numbers, "values")
    held: dict = {cell: [] for cell in layout.cells}
    for number, label in zip(numbers, _labels(cells), strict=True):
        if label not in layout.chains:
            raise DataError(
                f"cell {label}",
                found="a unit in a category that the layout does not have",
                expected=nearest(label, layout.cells),
                remedy="add it to the layout, or give the unit a category",
            )
        for cell in layout.chains[label]:
            held[cell].append(number)
    arrays = [np.sort(np.array(numbers, dtype=float))[::-1] for numbers in held.values()]
    return pd.Series(arrays, index=layout.cells, dtype="object")


def minimum_frequency(contributors: pd.Series, *, minimum: int) -> pd.Series:
    """True where a cell has units, but fewer than ``minimum``.

    >>> minimum_frequency(pd.Series({"a": 0, "b": 2, "c": 3}), minimum=3).tolist()
    [False, True, False]
    """
    _at_least(minimum, "minimum", 2, "3 is the usual choice")
    units = counted(contributors, "contributors")
    return (units > 0) & (units < minimum)


def dominance(held: pd.Series, *, n: int, k: float) -> pd.DataFrame:
    """(n, k) rule: the n largest contributions make more than k % of the cell.

    Args:
        held: contributions to each cell, as :func:`contributions` gives them.
        n: number of largest contributions.
        k: percentage, between 0 and 100.

    Returns:
        By cell, ``sensible`` (bool) and ``protection``: how far above X the highest possible value
        must be, 100/k (x_1 + ... + x_n) - X, in the table's unit; 0 where the cell is safe.

    >>> dominance(pd.Series({"a": [300, 20, 10]}), n=1, k=85).round(2).values.tolist()
    [[True, 22.94]]
    """
    _percentage(k, "k")
    _at_least(n, "n", 1, "1 or 2 is usual")
    largest = held.map(lambda x: np.sort(x)[::-1][:n].sum()).astype(float)
    return _verdict(100 / k * largest - held.map(np.sum).astype(float))


def p_percent(held: pd.Series, *, p: float) -> pd.DataFrame:
    """p% rule: the second contributor can estimate the first to less than p %.

    Args:
        held: contributions to each cell, as :func:`contributions` gives them.
        p: percentage, between 0 and 100.

    Returns:
        As :func:`dominance`, with the protection p/100 x_1 - (X - x_1 - x_2).

    >>> p_percent(pd.Series({"a": [50, 49, 1], "b": [52, 50, 8]}), p=10)["sensible"].tolist()
    [True, False]
    """
    _percentage(p, "p")
    first = held.map(lambda x: np.max(x, initial=0.0)).astype(float)
    rest = held.map(lambda x: np.sort(x)[::-1][2:].sum()).astype(float)
    return _verdict(p / 100 * first - rest)


def _verdict(lacking: pd.Series) -> pd.DataFrame:
    """Sensitive where some protection is lacking."""
    return pd.DataFrame({"sensible": lacking > 0, "protection": lacking.clip(lower=0.0)})


def _labels(cells: pd.Series | pd.DataFrame) -> Iterable:
    if isinstance(cells, pd.DataFrame):
        return cells.itertuples(index=False, name=None)
    return cells.tolist()


def _not_negative(values: np.ndarray, name: str) -> None:
    bad = np.flatnonzero(~(values >= 0) | np.isinf(values))
    if bad.size:
        raise DataError(
            f"'{name}', row {bad[0]}",
            found=f"{bad.size} missing, negative or infinite, the first {values[bad[0]]:g}",
            expected="numbers that are zero or more",
            remedy="leave out units without value; rules on contributions need one sign",
        )


def _at_least(value: int, name: str, least: int, remedy: str) -> None:
    if not (isinstance(value, Integral) and value >= least):
        raise DataError(
            f"'{name}'",
            found=f"{value}",
            expected=f"a whole number, {least} or more",
            remedy=remedy,
        )


def _percentage(value: float, name: str) -> None:
    if not 0 < value < 100:
        raise DataError(
            f"'{name}'",
            found=f"{value}",
            expected="a percentage strictly between 0 and 100",
            remedy="give it in percent: 85, not 0.85",
        )
