"""Rank sets against exact critical values, and their coverage near ties.

For p independent scores of equal variance, the largest |z_i - z_j| / sqrt(2) is Tukey's studentized
range over sqrt(2) (`scipy.stats.studentized_range`), and the largest comparison with one of them
has a distribution function in one integral (Dunnett, *JASA* 50, 1955). Tolerance 0.03: simulation.
Coverage: simulated, near ties, where percentiles of bootstrapped ranks fail. Bound: the nominal
level less three binomial standard errors.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, studentized_range

from obsante.stats import composite
from obsante.stats.composite.pairwise import ordered_pairs, setting

UNITS = [f"R{k:02d}" for k in range(1, 13)]


def labelled(covariance: np.ndarray) -> pd.DataFrame:
    units = UNITS[: len(covariance)]
    return pd.DataFrame(covariance, index=units, columns=units)


@pytest.mark.parametrize("df", [np.inf, 20.0])
def test_the_simulated_critical_value_is_tukeys(df):
    scores = pd.Series(np.zeros(12), index=UNITS)
    _, _, critical = setting(scores, labelled(np.eye(12)), 0.95, "simulation", df, 40_000, 7)
    exact = studentized_range.ppf(0.95, 12, df if np.isfinite(df) else 1e6) / np.sqrt(2)
    assert critical(ordered_pairs(12)) == pytest.approx(exact, abs=0.03)


def dunnett(level: float, comparisons: int) -> float:
    """Two-sided critical value of comparisons with one unit, all of variance 1."""
    z = np.linspace(-8, 8, 2001)

    def probability(c: float) -> float:
        inside = norm.cdf(z + c * np.sqrt(2)) - norm.cdf(z - c * np.sqrt(2))
        return float(np.trapezoid(norm.pdf(z) * inside**comparisons, z))

    return brentq(lambda c: probability(c) - level, 1, 5)


def test_a_marginal_family_has_dunnetts_critical_value():
    scores = pd.Series(np.zeros(12), index=UNITS)
    _, _, critical = setting(scores, labelled(np.eye(12)), 0.95, "simulation", np.inf, 40_000, 7)
    with_first = [pair for pair in ordered_pairs(12) if 0 in pair]
    assert critical(with_first) == pytest.approx(dunnett(0.95, 11), abs=0.03)


def covered(sets: pd.DataFrame, truth: np.ndarray) -> np.ndarray:
    """Whether each set holds all the ranks that the true scores allow."""
    best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    return ((sets["rang_inf"] <= best) & (sets["rang_sup"] >= best)).to_numpy()


def joint_coverage(truth, covariance, replicates, seed, **options) -> tuple[float, float]:
    """Share of samples where all the sets hold, and smallest share over units."""
    rng = np.random.default_rng(seed)
    table = labelled(covariance)
    draws = rng.multivariate_normal(truth, covariance, replicates)
    held = np.array([
        covered(composite.rank_sets(pd.Series(row, index=table.index), table, seed=k, **options),
                truth)
        for k, row in enumerate(draws)
    ])  # fmt: skip
    return held.all(axis=1).mean(), held.mean(axis=0).min()


def near_ties(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores within a tenth of a standard error of each other, but two; correlated, unequal."""
    truth = np.linspace(0, 0.1, size)
    truth[-2:] += 6
    deviations = np.linspace(0.7, 1.5, size)
    correlation = 0.3 * np.ones((size, size)) + 0.7 * np.eye(size)
    return truth, correlation * np.outer(deviations, deviations)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["simulation", "bonferroni"])
def test_simultaneous_sets_cover_the_whole_ranking_near_ties(method):
    truth, covariance = near_ties(12)
    share, _ = joint_coverage(
        truth, covariance, 600, 11,
        level=0.9, simultaneous=True, method=method, draws=1000,
    )  # fmt: skip
    assert share >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / 600)


@pytest.mark.slow
@pytest.mark.parametrize("stepdown", [True, False])
def test_equal_scores_are_told_apart_at_the_nominal_rate(stepdown):
    """With all scores equal, a false difference appears in 10 % of samples: no more, no less."""
    rng = np.random.default_rng(14)
    _, covariance = near_ties(12)
    table = labelled(covariance)
    wrong = [
        (composite.rank_sets(
            pd.Series(row, index=UNITS), table, level=0.9, simultaneous=True, seed=k,
            stepdown=stepdown, draws=2000,
        )["rang_sup"] < 12).any()
        for k, row in enumerate(rng.multivariate_normal(np.zeros(12), covariance, 600))
    ]  # fmt: skip
    assert np.mean(wrong) == pytest.approx(0.1, abs=3 * np.sqrt(0.1 * 0.9 / 600))


@pytest.mark.slow
def test_marginal_sets_cover_each_rank_near_ties():
    truth, covariance = near_ties(6)
    _, share = joint_coverage(
        truth, covariance, 600, 12, level=0.9, simultaneous=False, draws=1000
    )
    assert share >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / 600)


@pytest.mark.slow
def test_joint_intervals_cover_the_whole_ranking_near_ties():
    rng = np.random.default_rng(13)
    truth = np.linspace(0, 0.1, 12)
    errors = pd.Series(np.linspace(0.7, 1.5, 12), index=UNITS)
    held = [
        covered(
            composite.joint_rank_sets(
                pd.Series(rng.normal(truth, errors), index=UNITS), errors,
                level=0.9, correction="sidak",
            ),
            truth,
        ).all()
        for _ in range(600)
    ]  # fmt: skip
    assert np.mean(held) >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / 600)


@pytest.mark.parametrize(("correction", "quantile"), [("sidak", 3.081), ("bonferroni", 3.096)])
def test_joint_intervals_of_51_states_use_the_quantiles_of_klein_wright_and_wieczorek(
    correction, quantile
):
    """Klein, Wright & Wieczorek (2020): 51 states, joint level 90 %."""
    states = [f"S{k}" for k in range(51)]
    found = composite.joint_rank_sets(
        pd.Series(np.arange(51.0), index=states), pd.Series(1.0, index=states),
        level=0.9, correction=correction,
    )  # fmt: skip
    half = (found["borne_sup"] - found["borne_inf"]).iloc[0] / 2
    assert half == pytest.approx(quantile, abs=0.0005)
    assert half > norm.isf(0.05)
