"""Weighted quantiles with Woodruff's interval.

The quantile q_p is the smallest value at which the weighted distribution function F reaches p. Its
interval is that of a proportion p known with the precision of F(q_p), carried back to values
through F: with ties F(q_p) may be far above p, and the interval still is about p.

Reference: Woodruff, *JASA* 47 (1952), 635-646; Francisco & Fuller, *Ann. Statist.* 19 (1991), 454-469.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.stats import checks
from obsante.stats.survey import intervals, linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import Partition, counts, partitions
from obsante.stats.survey.estimates import COLUMNS, answered, estimate_columns

WOODRUFF = "quantile pondéré, intervalle de Woodruff"
# Cumulated weights reach p up to their rounding error.
_ROUNDING = 1e-12


def weighted_quantile(values: np.ndarray, weights: np.ndarray, p: np.ndarray | float) -> np.ndarray:
    """Smallest value whose cumulated share of the weights reaches ``p``, no interpolation.

    >>> weighted_quantile(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0]), 0.5).item()
    2.0
    """
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    place = np.searchsorted(share, np.asarray(p) - _ROUNDING, side="left")
    return values[order][np.minimum(place, len(values) - 1)]


def quantile(
    answers: pd.DataFrame,
    probability: float,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Weighted quantile of ``y`` in its own unit (0.5: the median), by domain.

    The interval about p is Korn and Graubard's, so that it never leaves 0 to 1; the standard error
    is the width of the final interval over twice the Student quantile.

    Args:
        answers: ``y`` and ``state`` for each row of the design.
        probability: 0 to 1, both excluded.
        domains, by, level: as in :func:`obsante.stats.proportion`.

    Raises:
        DataError: ``probability`` is not between 0 and 1; others as :func:`obsante.stats.proportion`.
    """
    checks.probability(level, "level")
    checks.probability(probability, "probability")
    question = answered(answers, design)
    blocks = []
    for domain in partitions(design, domains, by):
        columns = _columns(design, question, probability, domain, level)
        numbers = counts(design, answers["state"], domain, question.usable)
        names = {"dimension": domain.dimension, "modalite": domain.labels}
        blocks.append(pd.DataFrame(names | columns | numbers))
    return pd.concat(blocks, ignore_index=True).assign(methode=WOODRUFF)[COLUMNS]


def _columns(
    design: SurveyDesign, question: linear.Question, p: float, domain: Partition, level: float
) -> dict[str, np.ndarray]:
    y, codes = question.y, domain.inside(question.usable)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(domain.size + 1))
    rows = [order[starts[d] : starts[d + 1]] for d in range(domain.size)]
    value = _invert(y, design.weights, rows, np.full(domain.size, p))
    below = np.where(codes >= 0, y <= value[np.maximum(codes, 0)], np.nan)
    part = linear.ratio(design, linear.Question(below, question.missing), domain)
    n = np.array([len(chosen) for chosen in rows])
    spread = part.value * (1 - part.value)
    inner = (spread > 0) & (part.variance > 0)
    size = np.where(inner, spread, np.maximum(n, 1)) / np.where(inner, part.variance, 1.0)
    orders = np.where(np.isfinite(part.value), p, np.nan)
    ends = intervals.korn_graubard(orders, p * (1 - p) / size, n, part.df, level, part.fraction)
    low, high = (_invert(y, design.weights, rows, end) for end in ends)
    low, high = (np.where(part.exact, value, limit) for limit in (low, high))
    error = (high - low) / (2 * intervals.quantile_of(part.df, level))
    return estimate_columns(value, error**2, low, high, part.df, part.design_effect)


def _invert(
    y: np.ndarray, weights: np.ndarray, rows: list[np.ndarray], p: np.ndarray
) -> np.ndarray:
    """The quantile of order p[d] among the rows of each domain; NaN without row or order."""
    return np.array([
        weighted_quantile(y[chosen], weights[chosen], order) if len(chosen) and order == order
        else np.nan
        for chosen, order in zip(rows, p, strict=True)
    ])  # fmt: skip
