"""Linearised estimates of a partition: values, influences, covariance, df, design effect.

With d a domain, R_d = sum(w y) / sum(w x) over d; the influence of unit i is
u_i = (y_i - R_d x_i) / sum(w x) in d and 0 outside, and z_i = w_i u_i.

Reference: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import Partition, sums

# A standard error under this share of the estimate is one of rounding.
_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class Linear:
    """Estimates of the K domains of a partition.

    Attributes:
        value: (K,), NaN in an empty domain.
        z: weight times influence of each unit on its own domain's estimate (n,).
        codes: domain of each unit whose answer is used (n,), -1 for the others.
        covariance: (K, K) between the domains.
        df: PSUs minus strata present in each domain (K,).
        design_effect: variance over that of a simple random sample with replacement of as many
            units (K,); NaN where that one is zero.
        fraction: n_d / sum(w), the share of its population that was observed (K,); 0 for a design
            without finite-population correction.
        exact: True (K,) where the estimate has no sampling error: every unit of the domain's
            population was observed, or the weights reproduce the total.
    """

    value: np.ndarray
    z: np.ndarray
    codes: np.ndarray
    covariance: np.ndarray
    df: np.ndarray
    design_effect: np.ndarray
    fraction: np.ndarray
    exact: np.ndarray

    @property
    def variance(self) -> np.ndarray:
        """Variance of each estimate (K,)."""
        return np.diag(self.covariance).copy()


def ratio(
    design: SurveyDesign, y: np.ndarray, x: np.ndarray | None, domain: Partition
) -> Linear:
    """Ratio of weighted totals by domain; without ``x``, the mean of y. NaN is not used."""
    usable = np.isfinite(y) if x is None else np.isfinite(y) & np.isfinite(x)
    codes = domain.inside(usable)
    wx = design.weights if x is None else design.weights * x
    below = sums(codes, domain.size, wx)
    below = np.where(below > 0, below, np.nan)
    z = design.weights * y
    value = sums(codes, domain.size, z) / below
    # The code -1 takes the last domain's value, then nothing.
    z -= value[codes] * wx
    z /= below[codes]
    z[(codes < 0) | ~np.isfinite(z)] = 0.0
    return _linear(design, value, z, codes, domain)


def total(design: SurveyDesign, y: np.ndarray, domain: Partition) -> Linear:
    """Weighted total of y by domain. NaN is not used."""
    codes = domain.inside(np.isfinite(y))
    z = np.where(codes >= 0, design.weights * y, 0.0)
    value = sums(codes, domain.size, z)
    known = sums(codes, domain.size) > 0
    result = _linear(design, np.where(known, value, np.nan), z, codes, domain)
    return replace(result, exact=result.exact | (known & (result.variance == 0)))


def product(design: SurveyDesign, first: Linear, second: Linear) -> Linear:
    """Product of two estimates of the whole sample; answers and df are those of ``first``."""
    value = first.value * second.value
    z = first.value * second.z + second.value * first.z
    covariance = design.covariance(z)
    unknown = np.full(1, np.nan)
    return Linear(value, z, first.codes, covariance, first.df, unknown, first.fraction, first.exact)


def complement(part: Linear) -> Linear:
    """One minus the estimates."""
    return replace(part, value=1 - part.value, z=-part.z)


def without_false_census(part: Linear, incomplete: np.ndarray) -> Linear:
    """The estimates, without variance where an exact one lacks answers (K,).

    Strata observed whole have no sampling error, so the variance would be zero; the missing
    answers are not known for all that.
    """
    lost = part.exact & incomplete
    covariance = part.covariance.copy()
    covariance[lost, :] = np.nan
    covariance[:, lost] = np.nan
    return replace(part, covariance=covariance, exact=part.exact & ~lost)


def _linear(design, value, z, codes, domain: Partition) -> Linear:
    covariance = design.covariance(z, np.maximum(codes, 0), domain.size)
    df = design.domain_degrees_of_freedom(codes, domain.size)
    n, stands_for = sums(codes, domain.size), sums(codes, domain.size, design.weights)
    effect = _design_effect(design, z, codes, np.diag(covariance), n, stands_for)
    rounding = np.sqrt(np.diag(covariance)) <= _ROUNDING * np.abs(value)
    covariance[rounding, :] = 0.0
    covariance[:, rounding] = 0.0
    empty = ~np.isfinite(value)
    covariance[empty, :] = np.nan
    covariance[:, empty] = np.nan
    fraction = _fraction(design, n, stands_for)
    exact = _census(design, codes, domain.size)
    return Linear(value, z, codes, covariance, df, effect, fraction, exact)


def _fraction(design: SurveyDesign, n: np.ndarray, stands_for: np.ndarray) -> np.ndarray:
    """Units over the sum of their weights, at most 1; 0 in an empty domain or without FPC."""
    if np.isinf(design.psu_population).all():
        return np.zeros(len(n))
    return np.minimum(n / np.where(n > 0, stands_for, 1.0), 1.0)


def _census(design: SurveyDesign, codes: np.ndarray, size: int) -> np.ndarray:
    """Domains whose units all come from strata, and PSUs, that were observed whole."""
    drawn = (design.first_fraction < 1)[design.stratum]
    if design.second is not None:
        drawn |= (design.second.fraction < 1)[design.psu]
    sampled = sums(np.where(drawn, codes, -1), size) > 0
    return (sums(codes, size) > 0) & ~sampled


def _design_effect(design, z, codes, variance, n, stands_for) -> np.ndarray:
    """V over W / (n - 1) * sum(w (u - mean)^2): what equal weights and no design would give."""
    size = len(variance)
    mean = sums(codes, size, z) / np.where(n > 0, stands_for, 1.0)
    centred = z / design.weights
    centred -= mean[codes]
    centred *= centred
    centred *= design.weights
    simple = stands_for * sums(codes, size, centred) / np.maximum(n - 1, 1)
    known = (n > 1) & (simple > 0)
    return np.where(known, variance / np.where(known, simple, 1.0), np.nan)
