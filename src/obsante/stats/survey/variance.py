"""Covariance of weighted totals under a survey design, and the residuals of calibration.

One pass serves both stages: unit totals, centred in their group (PSUs in strata, then SSUs in
PSUs), scaled and multiplied. Units are taken by blocks, so that memory does not follow the number
of units times the number of domains, and totals are centred before they are squared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from obsante.stats.survey.design import SurveyDesign

# Numbers in one block: it stays in the processor's cache.
_BLOCK = 50_000
# Singular values under this share of the largest one are rounding errors.
_RANK = 1e-10


@dataclass(frozen=True, eq=False)
class Calibration:
    """One adjustment of the weights: ``basis`` spans sqrt(before) times the auxiliaries (n, r)."""

    basis: np.ndarray
    before: np.ndarray
    after: np.ndarray

    @classmethod
    def of(cls, auxiliaries: np.ndarray, before: np.ndarray, after: np.ndarray) -> Calibration:
        """The adjustment from weights ``before`` to ``after`` on the auxiliaries (n, q)."""
        scaled = np.asarray(auxiliaries, dtype=float) * np.sqrt(before)[:, None]
        # Columns of one size: an amount in dirhams does not hide a column of ones.
        norms = np.linalg.norm(scaled, axis=0)
        scaled = scaled[:, norms > 0] / norms[norms > 0]
        left, singular, _ = np.linalg.svd(scaled, full_matrices=False)
        return cls(left[:, singular > singular[0] * _RANK], before, after)

    def residual(self, z: np.ndarray) -> np.ndarray:
        """z (n, k) without the part of the influence that the auxiliaries explain."""
        root = np.sqrt(self.before)[:, None]
        u = z / self.after[:, None] * root
        return (u - self.basis @ (self.basis.T @ u)) / root * self.after[:, None]


@dataclass(frozen=True, eq=False)
class Response:
    """Units of each stratum that answered a question (H,), and that left it out (H,)."""

    answered: np.ndarray
    missing: np.ndarray

    @property
    def scale(self) -> np.ndarray:
        """(1 - r_h) a_h / (a_h - 1) in each stratum (H,); a single answer has no spread to scale."""
        asked = np.maximum(self.answered + self.missing, 1)
        return self.missing / asked * self.answered / np.maximum(self.answered - 1, 1)


@dataclass(frozen=True, eq=False)
class Stage:
    """Units (U) in groups (G): the unit of each row, the group of each unit, and how to weigh."""

    unit: np.ndarray
    group: np.ndarray
    sampled: np.ndarray
    scale: np.ndarray
    lonely: np.ndarray


def covariance(
    design: SurveyDesign, z: np.ndarray, codes: np.ndarray | None, size: int
) -> np.ndarray:
    """Covariance of the totals of z; see :meth:`SurveyDesign.covariance`."""
    if design.calibrations:
        z, codes = carried_back(design, spread_out(z, codes, size)), None
    if z.ndim == 1 and codes is None:
        codes = np.zeros(len(z), dtype=np.int64)
    result = sum(_between(stage, z, codes, size) for stage in stages(design))
    return result if design.response is None else result + _unanswered(design, z, codes, size)


def _unanswered(
    design: SurveyDesign, z: np.ndarray, codes: np.ndarray | None, size: int
) -> np.ndarray:
    """What answers left out add: see :meth:`SurveyDesign.answering`."""
    scale = row_scale(design)
    if codes is not None:
        return np.diag(np.bincount(codes, scale * z**2, size))
    return (z * scale[:, None]).T @ z


def row_scale(design: SurveyDesign) -> np.ndarray:
    """What the square of each row's z is multiplied by, for answers left out (n,)."""
    scale = (design.response.scale * design.first_fraction)[design.stratum]
    return scale if design.second is None else scale * design.second.fraction[design.psu]


def spread_out(z: np.ndarray, codes: np.ndarray | None, size: int) -> np.ndarray:
    """z as (n, k), one column for each domain."""
    if z.ndim == 2:
        return z
    wide = np.zeros((len(z), size))
    wide[np.arange(len(z)), 0 if codes is None else codes] = z
    return wide


def carried_back(design: SurveyDesign, z: np.ndarray) -> np.ndarray:
    """z (n, k) without what the calibrations of the design explain, the last one first."""
    for step in reversed(design.calibrations):
        z = step.residual(z)
    return z


def stages(design: SurveyDesign) -> Iterator[Stage]:
    """PSUs in strata, then SSUs in PSUs where there is a second stage."""
    n, f = design.sampled_psu, design.first_fraction
    scale = np.where(n > 1, (1 - f) * n / np.maximum(n - 1, 1), 0.0)
    if design.lonely == "adjust":
        scale = np.where(design.lonely_strata, 1 - f, scale)
    yield Stage(design.psu, design.psu_stratum, n, scale, design.lonely_strata)
    if design.second is not None:
        second = design.second
        m, g = second.sampled, second.fraction
        alone = (m == 1) & (second.population > 1)
        # A PSU with one SSU of several has no spread of its own; "certainty" leaves it out.
        scale = np.where(m > 1, (1 - g) * m / np.maximum(m - 1, 1), 0.0)
        if design.lonely != "certainty":
            scale = np.where(alone, 1 - g, scale)
        yield Stage(second.ssu, second.ssu_psu, m, scale * f[design.psu_stratum], alone)


def _between(stage: Stage, z: np.ndarray, codes: np.ndarray | None, size: int) -> np.ndarray:
    """sum over groups of scale times the cross-products of unit totals centred in their group."""
    k = z.shape[1] if z.ndim == 2 else size
    centre = _centres(stage, z, codes, k)
    weigh = np.sqrt(stage.scale)
    result = np.zeros((k, k))
    for low, totals in _unit_totals(stage, z, codes, k):
        group = stage.group[low : low + len(totals)]
        totals -= centre[group]
        totals *= weigh[group][:, None]
        result += totals.T @ totals
    return result


def _centres(stage: Stage, z: np.ndarray, codes: np.ndarray | None, k: int) -> np.ndarray:
    """Mean unit total of each group (G, k); the grand mean for a group with a single unit."""
    group = stage.group[stage.unit]
    groups = len(stage.sampled)
    if codes is not None:
        sums = np.bincount(group * k + codes, z, groups * k).reshape(groups, k)
    else:
        sums = np.column_stack([np.bincount(group, z[:, c], groups) for c in range(k)])
    overall = sums.sum(axis=0) / len(stage.group)
    sums /= np.maximum(stage.sampled, 1)[:, None]
    sums[stage.lonely] = overall
    return sums


def _unit_totals(
    stage: Stage, z: np.ndarray, codes: np.ndarray | None, k: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Blocks of unit totals, with the number of their first unit."""
    units = len(stage.group)
    order, starts = _by_unit(stage.unit, units)
    step = max(1, _BLOCK // k)
    for low in range(0, units, step):
        high = min(low + step, units)
        rows = slice(starts[low], starts[high]) if order is None else order[starts[low] : starts[high]]
        unit = stage.unit[rows] - low
        if codes is not None:
            flat = np.bincount(unit * k + codes[rows], z[rows], (high - low) * k)
            yield low, flat.reshape(high - low, k)
        else:
            columns = [np.bincount(unit, z[rows, c], high - low) for c in range(k)]
            yield low, np.column_stack(columns)


def _by_unit(unit: np.ndarray, units: int) -> tuple[np.ndarray | None, np.ndarray]:
    """Order that sorts the rows by unit (None if they are), and where each unit starts."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=units))])
    if (unit[1:] >= unit[:-1]).all():
        return None, starts
    return np.argsort(unit, kind="stable"), starts
