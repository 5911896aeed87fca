"""How many units to draw in each stratum, for a total: exact whole numbers within bounds.

N_h units in stratum h, n_h drawn. References: Cochran, *Sampling Techniques*, 3rd ed. (1977),
sections 5.5 to 5.8; Bankier, *Amer. Statist.* 42 (1988), 174-177, for powers of the size;
Wesołowski, Wieczorkowski & Wójciak, *J. Surv. Stat. Methodol.* 10 (2022), 1263-1275, for bounds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from obsante.errors import DataError
from obsante.stats import checks

METHODS = ("proportional", "equal", "neyman", "square_root", "mixed")
# Under this part of a unit, a difference is one of rounding.
_ROUNDING = 1e-9


def shares(
    sizes: Sequence | np.ndarray,
    method: str,
    *,
    deviations: Sequence | np.ndarray | None = None,
    costs: Sequence | np.ndarray | None = None,
) -> np.ndarray:
    """Share of the sample that goes to each stratum before any bound (H,), adding up to one.

    - ``proportional``: N_h, equal weights;
    - ``equal``: 1, the same number in each stratum;
    - ``neyman``: N_h S_h / sqrt(c_h), the least variance of the national mean for a total cost;
    - ``square_root``: sqrt(N_h), Bankier's power allocation for a power of one half;
    - ``mixed``: half ``proportional``, half ``square_root``, between national and small strata.

    Args:
        sizes: N_h (H,).
        deviations: S_h (H,), for ``neyman`` alone, sqrt(p (1 - p)) for a proportion.
        costs: cost c_h of one unit (H,), for ``neyman`` alone; equal by default.

    Raises:
        DataError: an unknown method, a size or a cost that is not positive, ``neyman`` without
            deviations, deviations that are negative or all zero.

    >>> shares([100, 300], "neyman", deviations=[3, 1]).tolist()
    [0.5, 0.5]
    """
    checks.choice(method, "allocation", METHODS)
    size = whole_sizes(sizes)
    match method:
        case "proportional":
            return size / size.sum()
        case "equal":
            return np.full(len(size), 1 / len(size))
        case "neyman":
            spread = size * _deviations(deviations, len(size))
            spread /= np.sqrt(unit_costs(costs, len(size)))
            return spread / spread.sum()
        case "square_root":
            return np.sqrt(size) / np.sqrt(size).sum()
        case _:
            return 0.5 * size / size.sum() + 0.5 * np.sqrt(size) / np.sqrt(size).sum()


def allocate(
    sizes: Sequence | np.ndarray,
    n: int,
    method: str = "proportional",
    *,
    minimum: int = 2,
    census: Sequence | np.ndarray | None = None,
    deviations: Sequence | np.ndarray | None = None,
    costs: Sequence | np.ndarray | None = None,
) -> np.ndarray:
    """Units to draw in each stratum (H,), whole numbers that add up to ``n``.

    min(N_h, minimum) <= n_h <= N_h. Strata that reach a bound keep it and the others share the
    rest as :func:`shares` says (for ``neyman``, the exact optimum within bounds); then largest
    remainders, the first of equals served first.

    Args:
        n: units in all, those of the census included.
        minimum: units drawn in each stratum at least; all of them where there are fewer.
        census: True (H,) for strata taken whole.
        sizes, deviations, costs: as :func:`shares`.

    Raises:
        DataError: those of :func:`shares`; ``n`` below the minima or above the frame; strata whose
            deviation is zero left alone to receive units.

    >>> allocate([100, 300, 3], 42, minimum=4).tolist()
    [10, 29, 3]
    """
    size = whole_sizes(sizes)
    low = least_drawn(size, minimum, census)
    _within(n, low, size)
    weights = shares(size, method, deviations=deviations, costs=costs)
    return rounded(bounded(weights, low, size, n), n)


def whole_sizes(sizes: Sequence | np.ndarray) -> np.ndarray:
    """Sizes of the strata as floats, all of them whole and positive."""
    values = checks.vector(sizes, "sizes of the strata", len(sizes))
    checks.positive(values, "sizes of the strata")
    if not len(values) or (values != np.floor(values)).any():
        raise DataError(
            "sizes of the strata", found="no stratum" if not len(values) else "part of a unit",
            expected="whole numbers of units", remedy="count the frame's units by stratum",
        )  # fmt: skip
    return values


def unit_costs(costs: Sequence | np.ndarray | None, size: int) -> np.ndarray:
    """Cost of a unit of each stratum (H,); one by default."""
    if costs is None:
        return np.ones(size)
    values = checks.vector(costs, "costs", size)
    checks.positive(values, "costs")
    return values


def least_drawn(
    sizes: np.ndarray, minimum: int, census: Sequence | np.ndarray | None
) -> np.ndarray:
    """Units drawn at least in each stratum (H,): the minimum, or all of them."""
    if minimum < 1:
        raise DataError(
            "'minimum'", found=f"{minimum}", expected="at least one unit drawn in each stratum",
            remedy="two allow a sampling error to be computed",
        )  # fmt: skip
    low = np.minimum(sizes, minimum)
    if census is None:
        return low
    whole = checks.vector(census, "census", len(sizes))
    checks.binary_values(whole, "census")
    return np.where(whole == 1, sizes, low)


def bounded(weights: np.ndarray, low: np.ndarray, high: np.ndarray, total: float) -> np.ndarray:
    """clip(t x weights, low, high) with the t for which it adds up to ``total`` (H,).

    The sum is piecewise linear in t: the piece is found by bisection over its breaks, then t is
    exact to rounding.

    Raises:
        DataError: strata of weight zero would have to receive more than ``low``.

    >>> bounded(np.array([1.0, 1.0, 2.0]), np.zeros(3), np.array([2.0, 9.0, 9.0]), 11).tolist()
    [2.0, 3.0, 6.0]
    """
    rising = weights > 0
    ends = np.r_[0.0, low[rising] / weights[rising], high[rising] / weights[rising]]
    points = np.unique(ends)

    def filled(point: float) -> float:
        return float(np.clip(point * weights, low, high).sum())

    place = bisect_left(points, total - _ROUNDING, key=filled)
    if place == len(points):
        raise DataError(
            "allocation", found=f"strata whose deviation is not zero hold {filled(points[-1]):g} "
            f"with the minima of the others, for {total:g} to draw",
            expected="a deviation above zero wherever units are to be drawn",
            remedy="give a small deviation to strata that seem not to vary, or draw fewer units",
        )  # fmt: skip
    if place == 0:
        return np.clip(points[0] * weights, low, high)
    left, right = points[place - 1], points[place]
    before, after = filled(left), filled(right)
    point = left + (total - before) / (after - before) * (right - left)
    return np.clip(point * weights, low, high)


def rounded(values: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers adding up to ``total`` by largest remainders, the first of equals first.

    Args:
        values: numbers that add up to ``total``; each result is its floor or the next number.

    >>> rounded(np.array([3.5, 3.5, 3.0]), 10).tolist()
    [4, 3, 3]
    """
    counts = np.floor(values + _ROUNDING).astype(np.int64)
    remainders = np.round(values - counts, 9)
    left = int(total) - int(counts.sum())
    counts[np.argsort(-remainders, kind="stable")[:left]] += 1
    return counts


def _deviations(deviations: Sequence | np.ndarray | None, size: int) -> np.ndarray:
    if deviations is None:
        raise DataError(
            "allocation 'neyman'", found="no standard deviation of the strata",
            expected="that of a variable known before the survey, in each stratum",
            remedy="give deviations, or choose another allocation",
        )  # fmt: skip
    values = checks.vector(deviations, "deviations", size)
    if not (np.isfinite(values) & (values >= 0)).all() or not values.any():
        raise DataError(
            "'deviations'", found="a missing or negative value, or none above zero",
            expected="a number for each stratum, zero or more, one of them above zero",
            remedy="estimate them from an earlier edition or from a variable of the frame",
        )  # fmt: skip
    return values


def _within(n: int, low: np.ndarray, high: np.ndarray) -> None:
    if not low.sum() <= n <= high.sum():
        short = n < low.sum()
        raise DataError(
            f"a sample of {n} units",
            found=f"{low.sum():g} units for the minima of {len(low)} strata and the census"
            if short else f"{high.sum():g} units in the frame",
            expected=f"a number from {low.sum():g} to {high.sum():g}",
            remedy="draw more units, or lower the minimum by stratum" if short
            else "draw fewer units, or take a larger frame",
        )  # fmt: skip
