"""Rank sets against statsmodels' Holm, Tukey's critical value, and their coverage near ties.

For p independent scores of equal variance, the largest |z_i - z_j| / sqrt(2) is Tukey's studentized
range over sqrt(2) (`scipy.stats.studentized_range`). Coverage is simulated where it is hardest to
keep: scores that are equal or nearly so, variances estimated from few degrees of freedom. Bound:
the nominal level less three binomial standard errors.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, studentized_range
from scipy.stats import t as student_law
from statsmodels.stats.multitest import multipletests

from obsante.stats import composite

SIZE = 12
UNITS = [f"R{k:02d}" for k in range(1, SIZE + 1)]
DEVIATIONS = np.linspace(0.7, 1.5, SIZE)
CORRELATED = (0.3 + 0.7 * np.eye(SIZE)) * np.outer(DEVIATIONS, DEVIATIONS)
LEVEL, SAMPLES = 0.9, 200
FLOOR = LEVEL - 3 * np.sqrt(LEVEL * (1 - LEVEL) / SAMPLES)


def sets_of(scores, covariance, **options) -> pd.DataFrame:
    table = pd.DataFrame(covariance, UNITS, UNITS)
    asked = {"df": np.inf, "level": LEVEL, "simultaneous": True, **options}
    return composite.rank_sets(pd.Series(scores, UNITS), table, **asked)


def test_the_sets_are_those_of_the_holm_correction_of_statsmodels():
    scores = np.random.default_rng(2).normal(0, 2.5, SIZE)
    found = sets_of(scores, CORRELATED, df=30)
    pairs = [(i, j) for i in range(SIZE) for j in range(SIZE) if i != j]
    ratios = [
        (scores[i] - scores[j])
        / np.sqrt(CORRELATED[i, i] + CORRELATED[j, j] - 2 * CORRELATED[i, j])
        for i, j in pairs
    ]
    sure = multipletests(student_law.sf(ratios, 30), alpha=1 - LEVEL, method="holm")[0]
    above = [sum(ok for ok, (_, j) in zip(sure, pairs, strict=True) if j == k) for k in range(SIZE)]
    below = [sum(ok for ok, (i, _) in zip(sure, pairs, strict=True) if i == k) for k in range(SIZE)]
    assert sum(sure) > SIZE
    assert found["rang_inf"].tolist() == [1 + count for count in above]
    assert found["rang_sup"].tolist() == [SIZE - count for count in below]


def test_the_first_critical_value_is_3_percent_above_tukeys():
    tukey = studentized_range.ppf(0.95, SIZE, 1e6) / np.sqrt(2)
    assert norm.isf(0.05 / (SIZE * (SIZE - 1))) / tukey == pytest.approx(1.03, abs=0.005)


def held(sets: pd.DataFrame, truth: np.ndarray) -> np.ndarray:
    """Whether each set holds all the ranks that the true scores, ties included, allow."""
    best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    worst = (truth[None, :] >= truth[:, None]).sum(axis=1)
    return ((sets["rang_inf"] <= best) & (sets["rang_sup"] >= worst)).to_numpy()


TRUTHS = {
    "all equal": np.zeros(SIZE),
    "near ties": np.linspace(0, 0.1, SIZE),
    "equal but two far": np.r_[np.zeros(SIZE - 2), 6.0, 6.0],
    "three groups": np.repeat([0.0, 5.0, 10.0], 4),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUTHS)
def test_the_sets_cover_the_true_ranks_near_ties(name):
    truth, rng = TRUTHS[name], np.random.default_rng(11)
    draws = rng.multivariate_normal(truth, CORRELATED, SAMPLES)
    together = [held(sets_of(row, CORRELATED), truth).all() for row in draws]
    alone = [held(sets_of(row, CORRELATED, simultaneous=False), truth) for row in draws]
    assert np.mean(together) >= FLOOR
    assert np.mean(alone, axis=0).min() >= FLOOR


@pytest.mark.slow
def test_the_sets_cover_where_each_region_has_its_own_few_degrees_of_freedom():
    rng, df = np.random.default_rng(12), np.repeat([3.0, 20.0], SIZE // 2)
    truth, shares = np.zeros(SIZE), []
    for own in (pd.Series(df, UNITS), float(df.sum())):
        covered = [
            held(sets_of(rng.normal(0, DEVIATIONS), np.diag(DEVIATIONS**2 * rng.chisquare(df) / df),
                         df=own), truth).all()
            for _ in range(SAMPLES)
        ]  # fmt: skip
        shares.append(np.mean(covered))
    # The whole design's degrees of freedom promise too much.
    assert shares[0] >= FLOOR > shares[1]


@pytest.mark.slow
def test_the_sets_cover_where_the_whole_covariance_is_estimated_from_few_replicates():
    rng, df, truth = np.random.default_rng(13), 15, np.zeros(SIZE)
    covered = []
    for _ in range(SAMPLES):
        deviates = rng.multivariate_normal(truth, CORRELATED, df)
        scores = rng.multivariate_normal(truth, CORRELATED)
        covered.append(held(sets_of(scores, deviates.T @ deviates / df, df=df), truth).all())
    assert np.mean(covered) >= FLOOR


def test_percentiles_of_replicated_ranks_do_not_cover_near_ties():
    """Why they are not offered: parametric replicates around each sample's scores."""
    rng, truth = np.random.default_rng(14), TRUTHS["near ties"]
    rank = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    scores = rng.multivariate_normal(truth, CORRELATED, SAMPLES)
    noise = rng.multivariate_normal(np.zeros(SIZE), CORRELATED, (SAMPLES, 199))
    replicated = SIZE - (scores[:, None, :] + noise).argsort(axis=2).argsort(axis=2)
    low, high = np.quantile(replicated, [0.05, 0.95], axis=1, method="inverted_cdf")
    covered = (low <= rank) & (rank <= high)
    assert covered.mean() < 0.85
    assert covered.mean(axis=0).min() < 0.5
