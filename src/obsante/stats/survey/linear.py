"""Linearised estimates of a partition: values, influences, covariance, df, design effect.

With d a domain, R_d = sum(w y) / sum(w x) over d; the influence of unit i is
u_i = (y_i - R_d x_i) / sum(w x) in d and 0 outside, and z_i = w_i u_i.

Reference: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from obsante.errors import NotEstimable
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import Partition, sums

# A standard error under this share of the estimate is one of rounding.
_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class Question:
    """Answers of the sample: ``y`` (n,), NaN where there is none; who should have given one and did
    not (n,); for a ratio the denominator ``x`` (n,)."""

    y: np.ndarray
    missing: np.ndarray
    x: np.ndarray | None = None

    @property
    def usable(self) -> np.ndarray:
        """Units whose answer enters an estimate (n,)."""
        known = np.isfinite(self.y)
        return known if self.x is None else known & np.isfinite(self.x)

    def seen_by(self, design: SurveyDesign) -> SurveyDesign:
        """The design, whose variances count with the answers that are missing."""
        return design.answering(self.usable, self.missing)


@dataclass(frozen=True, eq=False)
class Linear:
    """Estimates of the K domains of a partition.

    Attributes:
        value: (K,), NaN in an empty domain.
        z: weight times influence of each unit on its own domain's estimate (n,).
        codes: domain of each unit whose answer is used (n,), -1 for the others.
        covariance: (K, K) between the domains.
        df: degrees of freedom of each variance (K,), :meth:`SurveyDesign.effective_degrees`.
        design_effect: variance over that of a simple random sample with replacement of as many
            units (K,); NaN where that one is zero.
        fraction: 1 - n sum(w (w - 1)) / sum(w)^2 in each domain (K,), at least 0: what drawing
            without replacement takes off a variance, less what unequal weights add to it. It is
            n / N with equal weights, and 0 for a design without finite-population correction.
        exact: True (K,) where every unit of the domain's population answered.
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


def ratio(design: SurveyDesign, question: Question, domain: Partition) -> Linear:
    """Ratio of weighted totals by domain; without ``x``, the mean of y.

    Raises:
        DataError: the denominators of a domain that answered add up to zero.
    """
    codes = domain.inside(question.usable)
    wx = design.weights if question.x is None else design.weights * question.x
    below = sums(codes, domain.size, wx)
    _some_denominator(below, sums(codes, domain.size), domain)
    below = np.where(below > 0, below, np.nan)
    z = design.weights * question.y
    value = sums(codes, domain.size, z) / below
    # The code -1 takes the last domain's value, then nothing.
    z -= value[codes] * wx
    z /= below[codes]
    z[(codes < 0) | ~np.isfinite(z)] = 0.0
    return _linear(design, value, z, codes, domain, question)


def total(design: SurveyDesign, question: Question, domain: Partition) -> Linear:
    """Weighted total of y by domain."""
    codes = domain.inside(question.usable)
    z = np.where(codes >= 0, design.weights * question.y, 0.0)
    known = sums(codes, domain.size) > 0
    value = np.where(known, sums(codes, domain.size, z), np.nan)
    return _linear(design, value, z, codes, domain, question)


def _some_denominator(below: np.ndarray, n: np.ndarray, domain: Partition) -> None:
    empty = np.flatnonzero((n > 0) & (below <= 0))
    if empty.size:
        raise NotEstimable(
            f"denominator, {domain.dimension} = {domain.labels[empty[0]]}",
            reason="no_data",
            found=f"{int(n[empty[0]])} answer(s) whose denominators add up to {below[empty[0]]:g}",
            expected="a positive total to divide by",
            remedy="correct the denominator, or leave this dimension out",
        )


def product(design: SurveyDesign, has: Question, what: Question, domain: Partition) -> Linear:
    """Share of the units that have a trait, times the mean of ``what`` among those that have it.

    Where nobody has the trait the product is zero, though there is no mean. df is that of the units
    whose place is known, 0 where the mean itself has none.

    Args:
        has: 1, 0 or NaN.
        what: known only among the units that have the trait, and missing only there.
    """
    share, mean = ratio(design, has, domain), ratio(design, what, domain)
    nobody = share.value == 0
    level = np.where(nobody, 0.0, mean.value)
    place = np.maximum(domain.codes, 0)
    z = np.nan_to_num(level[place] * share.z + share.value[place] * mean.z)
    known = has.usable & ((has.y == 0) | what.usable)
    answers = Question(np.where(known, has.y, np.nan), has.missing | what.missing)
    value, codes = share.value * level, domain.inside(known)
    exact = _exact(design, codes, domain, answers)
    df = answers.seen_by(design).effective_degrees(z, codes, domain.size)
    return replace(
        share, value=value, z=z, codes=codes, exact=exact,
        covariance=_covariance(design, value, z, domain, answers, exact),
        df=np.where(nobody | (mean.df > 0), df, 0),
        design_effect=np.full(domain.size, np.nan),
        fraction=_fraction(design, codes, domain, answers),
    )  # fmt: skip


def complement(part: Linear) -> Linear:
    """One minus the estimates."""
    return replace(part, value=1 - part.value, z=-part.z)


def _linear(design, value, z, codes, domain: Partition, question: Question) -> Linear:
    exact = _exact(design, codes, domain, question)
    covariance = _covariance(design, value, z, domain, question, exact)
    df = question.seen_by(design).effective_degrees(z, codes, domain.size)
    effect = _design_effect(design, z, codes, np.diag(covariance))
    fraction = _fraction(design, codes, domain, question)
    return Linear(value, z, codes, covariance, df, effect, fraction, exact)


def _covariance(design, value, z, domain: Partition, question: Question, exact) -> np.ndarray:
    """(K, K); zero for a domain that is known exactly, NaN for one that has no value."""
    covariance = question.seen_by(design).covariance(z, np.maximum(domain.codes, 0), domain.size)
    certain = exact | (np.sqrt(np.diag(covariance)) <= _ROUNDING * np.abs(value))
    for places, number in ((certain, 0.0), (~np.isfinite(value), np.nan)):
        covariance[places, :] = number
        covariance[:, places] = number
    return covariance


def _fraction(design: SurveyDesign, codes, domain: Partition, question: Question) -> np.ndarray:
    """1 - n sum(w (w - 1)) / sum(w)^2, from 0 to 1; 0 without FPC, NaN in an empty domain.

    Where answers are missing, w is the weight shared among the units that answered.
    """
    size = domain.size
    if np.isinf(design.psu_population).all():
        return np.zeros(size)
    n, answering = sums(codes, size), sums(codes, size, design.weights)
    known = np.where(n > 0, answering, np.nan)
    share = 1 + sums(domain.inside(question.missing), size, design.weights) / known
    unseen = share * sums(codes, size, design.weights**2) - known
    return (1 - n * unseen / (share * known**2)).clip(0, 1)


def _exact(design: SurveyDesign, codes: np.ndarray, domain: Partition, question: Question):
    """Domains (K,) of strata, and PSUs, that were observed whole, and whose units all answered."""
    drawn = (design.first_fraction < 1)[design.stratum]
    if design.second is not None:
        drawn |= (design.second.fraction < 1)[design.psu]
    unknown = drawn & (codes >= 0) | question.missing
    return (sums(codes, domain.size) > 0) & ~(sums(domain.inside(unknown), domain.size) > 0)


def _design_effect(design, z, codes, variance) -> np.ndarray:
    """V over W / (n - 1) * sum(w (u - mean)^2): what equal weights and no design would give."""
    size = len(variance)
    n, stands_for = sums(codes, size), sums(codes, size, design.weights)
    mean = sums(codes, size, z) / np.where(n > 0, stands_for, 1.0)
    centred = z / design.weights
    centred -= mean[codes]
    centred *= centred
    centred *= design.weights
    simple = stands_for * sums(codes, size, centred) / np.maximum(n - 1, 1)
    known = (n > 1) & (simple > 0)
    return np.where(known, variance / np.where(known, simple, 1.0), np.nan)
