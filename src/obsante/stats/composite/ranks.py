"""Confidence sets for ranks, read from which scores differ for sure.

Rank 1 is the highest score. A unit's rank is at least 1 + the number of units surely above it and
at most p - the number surely below it. Percentiles of bootstrapped ranks are not offered: near
ties they are far below their nominal level (a coverage of 66 % in simulation).

References: Mogstad, Romano, Shaikh & Wilhelm, "Inference for ranks with applications to mobility
across neighbourhoods and academic achievement across countries", *Review of Economic Studies* 91
(2024), 476-518; Klein, Wright & Wieczorek, "A joint confidence region for an overall ranking of
populations", *Journal of the Royal Statistical Society C* 69 (2020), 589-606.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student_law

from obsante.stats.checks import positive, probability
from obsante.stats.composite.covariance import degrees_of_freedom, known_scores
from obsante.stats.composite.inputs import same_names
from obsante.stats.composite.pairwise import (
    METHODS,
    Critical,
    Method,
    decide,
    ordered_pairs,
    ranks,
    setting,
    unknown,
)

Counts = tuple[np.ndarray, np.ndarray]
_NAMES = {"sidak": "Šidák", "bonferroni": "Bonferroni"}


def rank_sets(
    scores: pd.Series,
    covariance: pd.DataFrame,
    *,
    level: float,
    simultaneous: bool,
    seed: int,
    df: float = np.inf,
    method: Method = "simulation",
    stepdown: bool = True,
    draws: int = 20_000,
) -> pd.DataFrame:
    """Confidence set of each unit's rank, from all the pairwise differences of scores.

    i is surely above j if (s_i - s_j) / se_ij exceeds the ``level`` quantile of the largest such
    ratio over the family of ordered pairs, under a centred normal (or Student) of the same
    covariance. ``stepdown`` repeats with the pairs left, which narrows the sets at the same level.

    Args:
        scores: one per unit, higher is better, none missing.
        covariance: of the scores, same labels; the off-diagonal counts.
        level: probability, in proportion, that the sets hold the true ranks.
        simultaneous: True, all the sets at once (for a ranking); False, each unit's set alone (for
            one unit, named beforehand).
        seed: of the simulation; unused by ``bonferroni``.
        df: degrees of freedom of the design.
        method: ``simulation``, or ``bonferroni`` (Holm's with ``stepdown``): wider, any covariance.
        draws: of the simulation; the error on the critical value is about 0.01 by default.

    Returns:
        One row per unit: ``estimation``, ``erreur_type``, ``rang`` (ties share the best),
        ``rang_inf``, ``rang_sup``, ``methode``.

    Raises:
        DataError: fewer than 2 units, a missing score, no covariance, a difference without
            variance, no degree of freedom, too few draws, an unknown method.

    >>> units = ["N", "S", "E"]
    >>> errors = pd.DataFrame(np.diag([1.0, 1.0, 1.0]), index=units, columns=units)
    >>> sets = rank_sets(pd.Series([60.0, 50.0, 49.0], index=units), errors, level=0.95,
    ...                  simultaneous=True, seed=1)
    >>> sets[["rang", "rang_inf", "rang_sup"]].to_numpy().tolist()
    [[1, 1, 1], [2, 2, 3], [3, 2, 3]]
    """
    values, ratios, critical = setting(scores, covariance, level, method, df, draws, seed)
    count = _together if simultaneous else _one_by_one
    above, below = count(ratios, critical, stepdown)
    scope = "simultanés" if simultaneous else "un rang à la fois"
    text = f"{METHODS[method]}{', pas à pas' if stepdown else ''} ({scope})"
    return _rank_table(scores, np.sqrt(np.diag(values)), above, below, text)


def joint_rank_sets(
    scores: pd.Series,
    standard_errors: pd.Series,
    *,
    level: float,
    correction: Literal["sidak", "bonferroni"],
    df: float = np.inf,
) -> pd.DataFrame:
    """Joint confidence region of the ranking from the units' own simultaneous intervals.

    Each score gets an interval at the level that makes the p of them hold together; a unit is
    surely above another if their intervals do not overlap. Needs no covariance and can be checked
    by eye on a figure; wider than :func:`rank_sets`.

    Args:
        scores, standard_errors: one per unit, same labels.
        level: joint confidence level, in proportion.
        correction: ``sidak`` (each at level^(1/p); exact for independent scores) or
            ``bonferroni`` (1 - (1 - level) / p).
        df: degrees of freedom, the same for all.

    Returns:
        As :func:`rank_sets`, and the intervals ``borne_inf``, ``borne_sup``.

    Raises:
        DataError: labels that differ, a missing score, a standard error that is not positive, no
            degree of freedom, an unknown correction.

    Reference: Klein, Wright & Wieczorek (2020).

    >>> joint_rank_sets(pd.Series({"N": 60.0, "S": 50.0}), pd.Series({"N": 1.0, "S": 1.0}),
    ...                 level=0.9, correction="sidak")[["rang_inf", "rang_sup"]].values.tolist()
    [[1, 1], [2, 2]]
    """
    probability(level, "level")
    same_names(list(standard_errors.index), list(scores.index), "standard error", "unit")
    errors = standard_errors.reindex(scores.index).to_numpy(dtype=float)
    positive(errors, "standard errors")
    known_scores(scores)
    degrees_of_freedom(df)
    half = student_law.isf(_tail(level, len(scores), correction), df) * errors
    centre = scores.to_numpy(dtype=float)
    low, high = centre - half, centre + half
    better = low[:, None] >= high[None, :]
    text = f"intervalles simultanés ({_NAMES[correction]})"
    table = _rank_table(scores, errors, better.sum(axis=0), better.sum(axis=1), text)
    table.insert(2, "borne_inf", low)
    table.insert(3, "borne_sup", high)
    return table


def _tail(level: float, size: int, correction: str) -> float:
    """Probability above each interval such that the ``size`` of them hold together."""
    if correction not in _NAMES:
        raise unknown("correction", correction, _NAMES)
    each = level ** (1 / size) if correction == "sidak" else 1 - (1 - level) / size
    return (1 - each) / 2


def _together(ratios: np.ndarray, critical: Critical, stepdown: bool) -> Counts:
    """Units surely above and surely below each unit, all the pairs being one family."""
    better = decide(ratios, ordered_pairs(len(ratios)), critical, stepdown)
    return better.sum(axis=0), better.sum(axis=1)


def _one_by_one(ratios: np.ndarray, critical: Critical, stepdown: bool) -> Counts:
    """The same, each unit's own pairs being a family."""
    above, below = [], []
    for unit in range(len(ratios)):
        own = [pair for pair in ordered_pairs(len(ratios)) if unit in pair]
        better = decide(ratios, own, critical, stepdown)
        above.append(better[:, unit].sum())
        below.append(better[unit].sum())
    return np.array(above), np.array(below)


def _rank_table(
    scores: pd.Series, errors: np.ndarray, above: np.ndarray, below: np.ndarray, method: str
) -> pd.DataFrame:
    """The columns that both kinds of sets share."""
    return pd.DataFrame(
        {"estimation": scores, "erreur_type": errors, "rang": ranks(scores),
         "rang_inf": 1 + above, "rang_sup": len(scores) - below, "methode": method},
        index=scores.index,
    )  # fmt: skip
