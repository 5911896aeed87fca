"""Missing outcomes of treated units, predicted from untreated ones, and averages of the effects.

Matrices are (units, periods). Each estimator has the panel as argument, so that the jackknife
computes it anew without each cluster.
"""

from __future__ import annotations

import numpy as np

from obsante.stats.impact.cohorts import CohortPanel


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


def untreated_residual(y: np.ndarray, panel: CohortPanel) -> np.ndarray:
    """y minus the unit and period effects fitted on the untreated observations, (units, periods).

    Period effects belong to groups; NaN in periods where no unit of the group is untreated.
    """
    out = np.full(y.shape, np.nan)
    for k in range(len(panel.groups)):
        rows = np.flatnonzero(panel.group == k)
        if rows.size:
            free = panel.event_time[rows] < 0
            out[rows] = _two_way_residual(y[rows], free.astype(float), panel.weight[rows])
    return out


def _two_way_residual(y: np.ndarray, free: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Normal equations of the period effects, unit effects having been partialled out."""
    known = free.sum(axis=1, keepdims=True)
    share = free / known
    weighted = weight[:, None] * free
    left = np.diag(weighted.sum(axis=0)) - weighted.T @ share
    right = (weighted * (y - (share * y).sum(axis=1, keepdims=True))).sum(axis=0)
    seen = np.flatnonzero(free.any(axis=0))
    period = np.full(y.shape[1], np.nan)
    period[seen[0]] = 0.0
    inner = seen[1:]
    period[inner] = np.linalg.solve(left[np.ix_(inner, inner)], right[inner])
    rest = y - np.where(np.isnan(period), 0.0, period)
    return y - period - (share * rest).sum(axis=1, keepdims=True)


def _never_contrast(panel: CohortPanel) -> np.ndarray:
    """y_it - y_i,g-1 minus the same change among the never treated of the group."""
    out = np.full(panel.y.shape, np.nan)
    for k in range(len(panel.groups)):
        rows = panel.group == k
        never, entering = rows & ~panel.ever_treated, np.flatnonzero(rows & panel.ever_treated)
        if never.any():
            mean = np.average(panel.y[never], axis=0, weights=panel.weight[never])
            gap = panel.y[entering] - mean
            out[entering] = gap - gap[np.arange(len(entering)), panel.start[entering] - 1][:, None]
    return out


def estimates(
    panel: CohortPanel, control: str, masks: list[np.ndarray], leads: list[np.ndarray]
) -> np.ndarray:
    """Leads' coefficients, then weighted means of the effects over each mask; NaN where empty."""
    effect = _never_contrast(panel) if control == "never" else untreated_residual(panel.y, panel)
    known = ~np.isnan(effect)
    filled = np.where(known, effect, 0.0)
    values = []
    for mask in masks:
        weight = panel.weight[:, None] * (mask & known)
        total = weight.sum()
        values.append((weight * filled).sum() / total if total > 0 else np.nan)
    return np.array([*lead_coefficients(panel, leads), *values])


def lead_coefficients(panel: CohortPanel, leads: list[np.ndarray]) -> np.ndarray:
    """Coefficients of the leads in the two-way regression on untreated observations."""
    if not leads:
        return np.empty(0)
    free = panel.event_time < 0
    root = np.sqrt(np.broadcast_to(panel.weight[:, None], free.shape)[free])
    columns = [untreated_residual(lead.astype(float), panel)[free] * root for lead in leads]
    x, y = np.column_stack(columns), untreated_residual(panel.y, panel)[free] * root
    gram = x.T @ x
    if np.linalg.matrix_rank(gram, tol=1e-9 * max(gram.max(), 1e-300)) < len(leads):
        return np.full(len(leads), np.nan)
    return np.linalg.solve(gram, x.T @ y)
