"""Missing outcomes of treated units, predicted from untreated ones, and averages of the effects.

The prediction of unit i at t is base_i + p_t - (p at the unit's base). With ``"not_yet"`` the base
is the mean of the unit's untreated periods and p solves the least squares of the untreated
observations on unit and period effects; with ``"never"`` the base is the period before entry and p
the mean of the never treated. Either way all that is needed are sums over units, so an estimate
without one cluster comes from the difference of two sums, and not from another pass over the data.

Matrices are (units, periods); K groups of units have their own p over T periods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from obsante.stats.impact.cohorts import CohortPanel

# What is left of a sum, below this share of the whole, is rounding.
_ROUNDING = 1e-9


def control_pool(panel: CohortPanel, control: str) -> np.ndarray:
    """Unit-periods that serve as controls, as a boolean matrix."""
    if control == "not_yet":
        return panel.event_time < 0
    return np.broadcast_to(~panel.ever_treated[:, None], panel.y.shape)


def identified(panel: CohortPanel, control: str) -> np.ndarray:
    """Unit-periods that have a control of their group in their period, as a boolean matrix."""
    pool, out = control_pool(panel, control), np.zeros(panel.y.shape, dtype=bool)
    for k in range(len(panel.groups)):
        out[panel.group == k] = pool[panel.group == k].any(axis=0)
    return out


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over units, for L leads and M masks; the difference of two is that of their units.

    ``controls`` (K, T) number of controls; ``periods`` (K, T, T), ``cross`` (K, T, L + 1) and
    ``products`` (K, L + 1, L + 1): weighted products of period indicators and of leads and
    outcome, less their base, over the controls; ``gap``, ``weight`` (K, M, T) and ``base``
    (K, M, T, T): outcome less its base, weight, and weight of each base period, over the masks.
    """

    controls: np.ndarray
    periods: np.ndarray
    cross: np.ndarray
    products: np.ndarray
    gap: np.ndarray
    weight: np.ndarray
    base: np.ndarray

    def __sub__(self, other: Sums) -> Sums:
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Sums(*(one - two for one, two in pairs))


def sums(panel: CohortPanel, control: str, masks: np.ndarray, leads: np.ndarray) -> Sums:
    """The sums of a panel; ``masks`` (M, units, periods), ``leads`` (L, units, periods)."""
    pool, share = control_pool(panel, control), _base(panel, control)
    weight = panel.weight[:, None]
    columns = np.concatenate([leads, panel.y[None]])
    columns = columns - (columns * share).sum(axis=2, keepdims=True)
    groups = [
        _group_sums(weight[rows], pool[rows], share[rows], columns[:, rows], masks[:, rows])
        for rows in (panel.group == k for k in range(len(panel.groups)))
    ]
    return Sums(*(np.array(part) for part in zip(*groups, strict=True)))


def _base(panel: CohortPanel, control: str) -> np.ndarray:
    """Weight of each period in the unit's base; none for the never treated of ``"never"``."""
    if control == "not_yet":
        free = panel.event_time < 0
        return free / free.sum(axis=1, keepdims=True)
    return (panel.event_time == -1).astype(float)


def _group_sums(weight, pool, share, columns, masks) -> tuple[np.ndarray, ...]:
    """The parts of :class:`Sums` for one group of units."""
    weighted, treated = weight * pool, weight * masks
    return (
        pool.sum(axis=0).astype(float),
        np.diag(weighted.sum(axis=0)) - weighted.T @ share,
        (weighted * columns).sum(axis=1).T,
        np.einsum("it,lit,mit->lm", weighted, columns, columns),
        (treated * columns[-1]).sum(axis=1),
        treated.sum(axis=1),
        np.einsum("mit,is->mts", treated, share),
    )


def solved(some: Sums, whole: Sums, control: str) -> np.ndarray:
    """Leads' coefficients, then weighted means of the effects over each mask; NaN where empty.

    What is left of a sum by a difference may be rounding, which the sums of all units measure.
    """
    seen = some.controls > 0.5
    period = np.zeros(seen.shape)
    gram = np.zeros(some.products.shape[1:])
    for k in range(len(seen)):
        kept = np.flatnonzero(seen[k])
        # Unit effects leave the level of the period effects free: the first one is 0.
        kept = kept if control == "never" else kept[1:]
        cross = some.cross[k, kept]
        slopes = np.linalg.solve(some.periods[k][np.ix_(kept, kept)], cross)
        gram += some.products[k] - cross.T @ slopes
        period[k, kept] = slopes[:, -1]
    effect = some.gap - some.weight * period[:, None]
    effect += np.einsum("kmts,ks->kmt", some.base, period)
    effect, weight = (
        np.where(seen[:, None], part, 0.0).sum(axis=(0, 2)) for part in (effect, some.weight)
    )
    held = weight > _ROUNDING * whole.weight.sum(axis=(0, 2))
    means = np.where(held, effect / np.where(held, weight, 1.0), np.nan)
    return np.append(_lead_coefficients(gram, whole.products.sum(axis=0)), means)


def _lead_coefficients(gram: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Coefficients of the leads in the two-way regression on untreated observations."""
    leads = len(gram) - 1
    left, right = gram[:leads, :leads], gram[:leads, leads]
    size = np.sqrt(np.diag(whole)[:leads])
    if leads and not (size > 0).all():
        return np.full(leads, np.nan)
    if leads and np.linalg.matrix_rank(left / np.outer(size, size), tol=_ROUNDING) < leads:
        return np.full(leads, np.nan)
    return np.linalg.solve(left, right)


def estimates(
    panel: CohortPanel, control: str, masks: list[np.ndarray], leads: list[np.ndarray]
) -> np.ndarray:
    """Leads' coefficients, then weighted means of the effects over each mask; NaN where empty."""
    whole = sums(panel, control, _stacked(panel, masks), _stacked(panel, leads))
    return solved(whole, whole, control)


def leave_one_out(
    panel: CohortPanel, control: str, masks: list[np.ndarray], leads: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The estimates, and those without each cluster in turn (clusters, estimates)."""
    masks, leads = _stacked(panel, masks), _stacked(panel, leads)
    whole = sums(panel, control, masks, leads)
    order = np.argsort(panel.cluster, kind="stable")
    rows = np.split(order, np.flatnonzero(np.diff(panel.cluster[order])) + 1)
    parts = (sums(panel.rows(own), control, masks[:, own], leads[:, own]) for own in rows)
    replicates = np.array([solved(whole - part, whole, control) for part in parts])
    return solved(whole, whole, control), replicates


def _stacked(panel: CohortPanel, matrices: list[np.ndarray]) -> np.ndarray:
    """Matrices as one array (count, units, periods), which may be empty."""
    return np.array(matrices, dtype=float).reshape(-1, *panel.y.shape)
