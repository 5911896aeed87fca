"""The smallest sample whose expected half-widths reach a target in every domain.

minimise sum_h c_h n_h subject to V_d(n) <= (e_d / t_d)^2 for each domain d, L_h <= n_h <= N_h.

The programme is convex in n. Its Lagrangian gives n_h = sqrt(sum_d lambda_d a_dh / c_h) within the
bounds, and the multipliers are found by repeated scaling, lambda_d times (V_d / its limit)^2, of
Chromy (*Proc. Sect. Survey Res. Meth., ASA* (1987), 194-199), which solves the problem that Bethel
stated (*Survey Methodology* 15 (1989), 47-57). Any multipliers give a lower bound of the optimum,
so that the gap is known. Then whole numbers: each n_h is raised to the next one, and units are
taken off one by one, first where it costs the least precision, as long as every target holds. On
137 small frames where every allocation was tried, none had fewer units in 136, one unit less in the
last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.sampling.allocation import least_drawn, unit_costs
from obsante.stats.sampling.domains import Domains
from obsante.stats.sampling.precision import LEAST_ANSWERS, Expected, expected

_SCALINGS = 20_000
_TOLERANCE = 1e-9
_ROUNDS = 50
_STABLE = 1e-6


@dataclass(frozen=True, eq=False)
class Smallest:
    """``drawn`` (H,), whole numbers; ``bound``: no allocation that reaches the targets costs less.

    ``cost``: of ``drawn``, its number of units where costs are equal; the bound takes the normal
    quantile, so that the gap between both also holds what Student's asks for.
    """

    drawn: np.ndarray
    cost: float
    bound: float


def smallest_allocation(
    domains: Domains,
    margins: float | Sequence | np.ndarray,
    *,
    level: float,
    response: float | Sequence | np.ndarray = 1.0,
    share: float | Sequence | np.ndarray = 0.5,
    minimum: int = 2,
    census: Sequence | np.ndarray | None = None,
    costs: Sequence | np.ndarray | None = None,
    student: bool = True,
) -> Smallest:
    """Fewest units (or least cost) for a half-width of at most ``margins`` in each domain.

    Args:
        margins: e_d, in proportion, one for all domains or one for each (D,), infinite for a domain
            without target.
        minimum, census, costs: as :func:`obsante.stats.sampling.allocate`; a stratum also has as
            many units as two expected answers ask for.
        level, response, share, student: as :func:`obsante.stats.sampling.expected_precision`.

    Raises:
        DataError: a domain that misses its target even where every unit is drawn, no target, or
            a value out of bounds.

    >>> import pandas as pd
    >>> from obsante.stats.sampling import domains
    >>> plan = domains(pd.DataFrame({"h": ["a"] * 3200}), strata="h")
    >>> smallest_allocation(plan, 0.05, level=0.9545, student=False).drawn.tolist()
    [356]
    """
    plan = expected(domains, level=level, response=response, share=share, student=student)
    wanted = _margins(domains, margins)
    low = least_drawn(domains.sizes, minimum, census)
    low = np.minimum(domains.sizes, np.maximum(low, np.ceil(LEAST_ANSWERS / plan.response)))
    price = unit_costs(costs, len(low))
    search = _Search(plan, wanted, low, price)
    search.require_possible()
    drawn = search.whole(search.continuous())
    return Smallest(drawn.astype(np.int64), float(price @ drawn), search.bound())


def solve(
    factors: np.ndarray, limits: np.ndarray, costs: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, float]:
    """Minimise costs @ n subject to factors @ (1 / n) <= limits and low <= n <= high.

    Args:
        factors: (D, H), zero or more. limits: (D,), above zero, reached at ``high``.

    Returns:
        n (H,), real numbers, and a lower bound of the optimum: both agree but for rounding once the
        scaling of the multipliers has converged.
    """
    multipliers = (costs @ low) / len(limits) / limits
    for _ in range(_SCALINGS):
        n = np.clip(np.sqrt(multipliers @ factors / costs), low, high)
        ratio = (factors @ (1 / n)) / limits
        # A multiplier vanishes where its target holds by itself.
        gaps = np.abs(ratio - 1) * multipliers * limits
        if gaps.sum() <= _TOLERANCE * (costs @ n):
            break
        multipliers = multipliers * ratio**2
    n = np.clip(np.sqrt(multipliers @ factors / costs), low, high)
    return n, float(costs @ n + multipliers @ (factors @ (1 / n) - limits))


@dataclass(frozen=True, eq=False)
class _Search:
    """One problem: targets (D,), lower bounds and costs (H,)."""

    plan: Expected
    wanted: np.ndarray
    low: np.ndarray
    costs: np.ndarray

    @property
    def high(self) -> np.ndarray:
        return self.plan.domains.sizes

    @cached_property
    def factors(self) -> np.ndarray:
        return self.plan.factors()

    def over_target(self, variance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
        """Half-widths (D, F) over targets: infinite without df, zero without target."""
        widths = self.plan.half_widths(variance, degrees)
        wanted = self.wanted[:, None]
        lost = np.isnan(widths) & np.isfinite(wanted)
        return np.where(lost, np.inf, np.nan_to_num(widths) / wanted)

    def reached(self, drawn: np.ndarray) -> np.ndarray:
        """Half-width of each domain over its target (D,)."""
        answers = self.plan.answers(drawn)
        variance = self.factors @ (1 / answers - 1 / self.high)
        return self.over_target(variance[:, None], self.plan.degrees(answers)[:, None])[:, 0]

    def require_possible(self) -> None:
        """Every target holds where every unit is drawn."""
        reached = self.reached(self.high)
        worst, short = int(np.argmax(reached)), int((reached > 1).sum())
        if not short:
            return
        label, total = self.plan.domains.labels.iloc[worst], self.plan.domains.totals[worst]
        width = reached[worst] * self.wanted[worst]
        others = f"; {short - 1} other domain(s) miss theirs too" if short > 1 else ""
        raise DataError(
            f"target of {self.wanted[worst]:g} for {label['dimension']} '{label['modalite']}'",
            found=f"a half-width of {width:.4f} with all its {total:g} units drawn and the "
            f"response expected{others}",
            expected="a target that drawing every unit reaches",
            remedy=f"take a target of {np.ceil(width * 1000) / 1000:g} or more, leave that "
            "dimension out, or raise the response expected",
        )

    def continuous(self) -> np.ndarray:
        """Real n_h: Student's quantile depends on n, so it is found again until n is stable."""
        drawn, degrees = self.high, np.full(len(self.wanted), np.inf)
        for _ in range(_ROUNDS):
            former, drawn = drawn, self._solved(degrees)[0]
            if not self.plan.student or np.abs(drawn - former).max() < _STABLE:
                break
            # Without df there is no quantile: that of one df makes the domain ask for more units.
            degrees = np.maximum(self.plan.degrees(self.plan.answers(drawn)), 1.0)
        return drawn

    def bound(self) -> float:
        """With the normal quantile, below any Student's: what no allocation can do better."""
        return self._solved(np.full(len(self.wanted), np.inf))[1]

    def _solved(self, degrees: np.ndarray) -> tuple[np.ndarray, float]:
        asked = np.isfinite(self.wanted)
        # A stratum of few units is followed up: it gives more answers than its rate says.
        rate = self.plan.answers(self.low) / self.low
        inside = (self.factors / rate)[asked]
        limits = (self.wanted / self.plan.quantile(degrees)) ** 2 + self.factors @ (1 / self.high)
        limits = np.maximum(limits[asked], inside @ (1 / self.high))
        return solve(inside, limits, self.costs, self.low, self.high)

    def whole(self, drawn: np.ndarray) -> np.ndarray:
        """Whole numbers that reach the targets, and from which no unit can be taken off."""
        n = np.minimum(self.high, np.ceil(drawn - _STABLE))
        while (reached := self.reached(n)).max() > 1:
            missed = reached > 1
            useful = np.flatnonzero((self.factors[missed] > 0).any(axis=0) & (n < self.high))
            n[useful[np.argmin(self._moved(n, useful, +1))]] += 1
        while True:
            free = np.flatnonzero(n > self.low)
            reached = self._moved(n, free, -1)
            free, reached = free[reached <= 1], reached[reached <= 1]
            if not free.size:
                return n
            # The dearest unit first, then the one that the targets miss least.
            n[free[np.lexsort((reached, -self.costs[free]))[0]]] -= 1

    def _moved(self, n: np.ndarray, free: np.ndarray, step: int) -> np.ndarray:
        """For each stratum of ``free``, the worst half-width over target that ``step`` units more
        leave in the domains of the stratum (F,)."""
        before = self.plan.answers(n)
        after = self.plan.answers(n + step)[free]
        variance = self.factors @ (1 / before - 1 / self.high)
        factors, parts = self.factors[:, free], self.plan.domains.parts[:, free]
        variances = variance[:, None] + factors * (1 / after - 1 / before[free])
        degrees = self.plan.degrees(before)[:, None] + parts * (after - before[free])
        widths = self.over_target(np.maximum(variances, 0.0), degrees)
        return np.where(factors > 0, widths, 0.0).max(axis=0)


def _margins(domains: Domains, margins: float | Sequence | np.ndarray) -> np.ndarray:
    size = len(domains.labels)
    given = np.full(size, margins) if np.ndim(margins) == 0 else margins
    wanted = checks.vector(given, "margins", size)
    if not (wanted > 0).all() or not np.isfinite(wanted).any():
        raise DataError(
            "'margins'", found="no target, or one that is missing, zero or negative",
            expected="a half-width in proportion, above zero, for one domain at least",
            remedy="give it in proportion: 0.05 for 5 points",
        )  # fmt: skip
    return wanted
