"""Degrees of freedom of a variance, or of a sum of them, known unequally well (Welch).

PSUs minus strata say how well a variance is known when all strata weigh alike. Where a few large
units carry it, only theirs count. With V_c the part of stratum c and v_c its own degrees of freedom::

    v = (sum_c V_c)^2 / sum_c [V_c^2 / (v_c + 2)] - 2,    at most PSUs minus strata

Satterthwaite's formula has v_c in place of v_c + 2 and nothing to take off: an estimated V_c^2 is too
large on average, by the factor (v_c + 2) / v_c, and parts with few degrees of freedom would count
for less than they are worth. A stratum gives up to three parts: PSUs (v = those with an answer in
the domain, minus 1), SSUs within them, answers left out.

References: Welch, *Biometrika* 34 (1947), 28-35; Satterthwaite, *Biometrics Bulletin* 2 (1946),
110-114; Cochran, *Sampling Techniques* (3rd ed., 1977), 5.16; Valliant & Rust, *J. Off. Stat.* 26
(2010), 585-602.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from obsante.stats.survey.variance import Stage, carried_back, row_scale, spread_out, stages

if TYPE_CHECKING:
    from obsante.stats.survey.design import SurveyDesign


def welch(
    design: SurveyDesign, z: np.ndarray, codes: np.ndarray, nominal: np.ndarray
) -> np.ndarray:
    """Degrees of freedom (K,) of the variances of the totals of z in K domains.

    Args:
        z: weight times influence, (n,) where domains are disjoint, else (n, K).
        codes: domain of each unit whose answer is used (n,), -1 for the others; all 0 or -1 for a
            wide z.
        nominal: PSUs minus strata present in each domain (K,).
    """
    k = len(nominal)
    wide = z.ndim == 2
    if design.calibrations:
        z = carried_back(design, spread_out(z, np.maximum(codes, 0), k))
    total, below = np.zeros(k), np.zeros(k)
    used = np.zeros((design.size, 1)) if wide else np.zeros((design.size, k))
    used[codes >= 0, 0 if wide else codes[codes >= 0]] = 1.0
    for part, own in _parts(design, spread_out(z, np.maximum(codes, 0), k), used):
        total += part.sum(axis=0)
        below += (part**2 / (np.maximum(own, 1) + 2)).sum(axis=0)
    return np.minimum(nominal, _whole(total, below, nominal))


def of_a_sum(variances: Sequence[np.ndarray], degrees: Sequence[np.ndarray]) -> np.ndarray:
    """Degrees of freedom (K,) of a sum of variances (K,), from those of each.

    A variance of zero takes no part; one without degrees of freedom leaves none to the sum.
    """
    v, own = np.array(variances, dtype=float), np.array(degrees, dtype=float)
    unknown = ((v > 0) & ~(own > 0)).any(axis=0)
    below = (v**2 / (own + 2)).sum(axis=0)
    taking_part = np.where(v > 0, own, 0.0).sum(axis=0)
    whole = _whole(v.sum(axis=0), below, own.min(axis=0))
    return np.where(unknown, 0.0, np.minimum(whole, np.where(below > 0, taking_part, whole)))


def _whole(total: np.ndarray, below: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """total^2 / below - 2, ``otherwise`` where there is no variance."""
    known = below > 0
    return np.where(known, total**2 / np.where(known, below, 1.0) - 2, otherwise)


def _parts(
    design: SurveyDesign, z: np.ndarray, used: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Parts of the variance by stratum (H, K), and the degrees of freedom of each (H, K or 1)."""
    strata = len(design.psu_population)
    for stage in stages(design):
        units, groups = len(stage.group), len(stage.sampled)
        totals, present = (_sums(stage.unit, values, units) for values in (z, used))
        part = _squares(stage, totals, groups)
        own = np.maximum(_sums(stage.group, (present > 0).astype(float), groups) - 1, 0)
        if groups != strata:
            part, own = (_sums(design.psu_stratum, values, strata) for values in (part, own))
        yield part, own
    if design.response is not None:
        part = _sums(design.stratum, row_scale(design)[:, None] * z**2, strata)
        yield part, _sums(design.stratum, used, strata) - 1


def _squares(stage: Stage, totals: np.ndarray, groups: int) -> np.ndarray:
    """Scaled sum of squares of unit totals about the mean of their group (G, K)."""
    squares, sums = (_sums(stage.group, values, groups) for values in (totals**2, totals))
    spread = squares - sums**2 / np.maximum(stage.sampled, 1)[:, None]
    spread[stage.lonely] = squares[stage.lonely]
    return stage.scale[:, None] * np.maximum(spread, 0.0)


def _sums(group: np.ndarray, values: np.ndarray, groups: int) -> np.ndarray:
    """Sums of the rows of ``values`` (m, K) by group (groups, K)."""
    return np.column_stack([np.bincount(group, column, groups) for column in values.T])
