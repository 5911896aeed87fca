"""Confidence intervals of survey estimates, from the estimate, its variance and its df.

Every function takes numbers or arrays of one shape and returns two arrays, low and high, NaN
where no honest interval exists: no degree of freedom, no answer.

References: Korn & Graubard, *Survey Methodology* 24 (1998), 193-201; Brown, Cai & DasGupta,
*Statistical Science* 16 (2001), 101-133; Dean & Pagano, *J. Surv. Stat. Methodol.* 3 (2015), 484-503.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit
from scipy.stats import beta as beta_law
from scipy.stats import t as student_law

from obsante.stats import checks

Limits = tuple[np.ndarray, np.ndarray]


def quantile_of(df: np.ndarray, level: float) -> np.ndarray:
    """Two-sided Student quantile; NaN where ``df`` is not positive, the normal's if infinite."""
    df = np.asarray(df, dtype=float)
    return np.where(df > 0, student_law.ppf((1 + level) / 2, np.where(df > 0, df, 1.0)), np.nan)


def student(value: np.ndarray, variance: np.ndarray, df: np.ndarray, level: float) -> Limits:
    """Estimate plus or minus t times its standard error.

    >>> low, high = student(0.0, 1.0, np.inf, 0.95)
    >>> round(float(high), 3)
    1.96
    """
    half = quantile_of(df, level) * np.sqrt(np.asarray(variance, dtype=float))
    return value - half, value + half


def korn_graubard(
    p: np.ndarray,
    variance: np.ndarray,
    n: np.ndarray,
    df: np.ndarray,
    level: float,
    fraction: np.ndarray | float = 0.0,
) -> Limits:
    """Exact binomial limits at the effective sample size, adjusted for the df.

    n* = p (1 - p) / V * (t(n - 1) / t(df))^2, at most n / (1 - f), the size of a simple random
    sample with replacement as precise as n units drawn without from a share f of the population:
    what a design seems to gain beyond that is not trusted. Where V = 0 (p is 0 or 1) or is unknown,
    n* = n (t(n - 1) / t(df))^2, at most n; the limit is exactly 0 at p = 0 and 1 at p = 1. Few
    respondents, fewer than 50 say, of very unequal weights can cover less than announced: see
    `benchmarks/results/coverage.md`.

    Args:
        fraction: f, from 0 (the cap is n, as in the article) to below 1; with unequal weights,
            :attr:`obsante.stats.survey.linear.Linear.fraction`.
    """
    p, variance, n, df, fraction = _arrays(p, variance, n, df, fraction)
    cap = np.where(_inner(p, variance), n / np.where(fraction < 1, 1 - fraction, 1.0), n)
    size = np.minimum(_effective_size(p, variance, n, df, level), cap)
    known = np.isfinite(size)
    low, high = _binomial_limits(p, size, level)
    return np.where(known & (p <= 0), 0.0, low), np.where(known & (p >= 1), 1.0, high)


def beta(
    p: np.ndarray, variance: np.ndarray, n: np.ndarray, df: np.ndarray, level: float
) -> Limits:
    """Korn and Graubard's limits as R's ``svyciprop(method = "beta")``: n* may exceed n.

    None at p = 0 or 1, where the sample says nothing of the variance.
    """
    p, variance, n, df = _arrays(p, variance, n, df)
    size = np.where(_inner(p, variance), _effective_size(p, variance, n, df, level), np.nan)
    return _binomial_limits(p, size, level)


def logit_interval(
    p: np.ndarray, variance: np.ndarray, n: np.ndarray, df: np.ndarray, level: float
) -> Limits:
    """Student limits of log(p / (1 - p)), carried back to p; none at p = 0 or 1."""
    p, variance, _, df = _arrays(p, variance, n, df)
    inner = _inner(p, variance)
    safe = np.where(inner, p, 0.5)
    half = quantile_of(df, level) * np.sqrt(variance) / (safe * (1 - safe))
    low, high = expit(logit(safe) - half), expit(logit(safe) + half)
    return np.where(inner, low, np.nan), np.where(inner, high, np.nan)


def wilson(
    p: np.ndarray, variance: np.ndarray, n: np.ndarray, df: np.ndarray, level: float
) -> Limits:
    """Wilson's score limits at the effective size p (1 - p) / V; none at p = 0 or 1."""
    p, variance, _, df = _arrays(p, variance, n, df)
    inner = _inner(p, variance)
    size = np.where(inner, p * (1 - p), np.nan) / np.where(inner, variance, 1.0)
    t = quantile_of(df, level)
    centre = (p + t**2 / (2 * size)) / (1 + t**2 / size)
    half = t / (1 + t**2 / size) * np.sqrt(p * (1 - p) / size + t**2 / (4 * size**2))
    return centre - half, centre + half


PROPORTION_INTERVALS: dict[str, Callable[..., Limits]] = {
    "korn-graubard": korn_graubard,
    "logit": logit_interval,
    "beta": beta,
    "wilson": wilson,
}


def proportion_interval(method: str) -> Callable[..., Limits]:
    """The interval of a proportion that has this name.

    Raises:
        DataError: no interval has this name.
    """
    checks.choice(method, "interval", PROPORTION_INTERVALS)
    return PROPORTION_INTERVALS[method]


def _arrays(*values: np.ndarray) -> list[np.ndarray]:
    return [np.asarray(value, dtype=float) for value in np.broadcast_arrays(*values)]


def _inner(p: np.ndarray, variance: np.ndarray) -> np.ndarray:
    return (p > 0) & (p < 1) & (variance > 0)


def _effective_size(p, variance, n, df, level) -> np.ndarray:
    """p(1-p)/V times the df adjustment; n where V = 0. Without df, no size."""
    inner = _inner(p, variance)
    size = np.where(inner, p * (1 - p), n) / np.where(inner, variance, 1.0)
    # One answer has no Student quantile of its own; it has no df either, so no limits.
    adjustment = (quantile_of(n - 1, level) / quantile_of(df, level)) ** 2
    return np.where(inner, size * adjustment, np.minimum(size * adjustment, n))


def _binomial_limits(p, size, level) -> Limits:
    tail = (1 - level) / 2
    low = beta_law.ppf(tail, size * p, size * (1 - p) + 1)
    high = beta_law.ppf(1 - tail, size * p + 1, size * (1 - p))
    return low, high
