"""Rank sets of cases that can be read by eye, and scores with the error of their replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import composite
from obsante.stats.replicates import estimate, jackknife
from obsante.stats.survey import survey_design

UNITS = ["N", "S", "E", "O"]
SCORES = pd.Series([90.0, 70.0, 69.0, 40.0], index=UNITS)
ERRORS = pd.DataFrame(np.eye(4), index=UNITS, columns=UNITS)
ASKED = {"df": np.inf, "level": 0.95, "simultaneous": True}


def bounds(sets: pd.DataFrame) -> list[list[int]]:
    return sets[["rang_inf", "rang_sup"]].to_numpy().tolist()


@pytest.mark.parametrize("simultaneous", [True, False])
def test_only_the_close_pair_has_an_uncertain_rank(simultaneous):
    found = composite.rank_sets(SCORES, ERRORS, **{**ASKED, "simultaneous": simultaneous})
    assert found["rang"].tolist() == [1, 2, 3, 4]
    assert bounds(found) == [[1, 1], [2, 3], [2, 3], [4, 4]]


def test_a_pair_that_one_step_leaves_is_decided_by_the_next():
    """Holm, 95 %, standard error of each difference 1: N-E 3.35, S-E 2.35, N-S 1.

    6 ordered pairs: z(0.05 / 6) = 2.394 decides N-E only. 5 left: z(0.05 / 5) = 2.326 decides S-E.
    """
    units = ["N", "S", "E"]
    errors = pd.DataFrame(np.diag([0.5] * 3), index=units, columns=units)
    scores = pd.Series([3.35, 2.35, 0.0], index=units)
    assert bounds(composite.rank_sets(scores, errors, **ASKED)) == [[1, 2], [1, 2], [3, 3]]
    # Once z(0.05 / 6) is not reached by the largest difference, nothing is decided.
    scores["N"] = 2.39
    assert bounds(composite.rank_sets(scores, errors, **ASKED)) == [[1, 3]] * 3


def test_a_positive_covariance_sharpens_the_comparison():
    tied = pd.DataFrame(0.95 + 0.05 * np.eye(4), index=UNITS, columns=UNITS)
    close = pd.Series([10.0, 9.0, 8.0, 7.0], index=UNITS)
    assert bounds(composite.rank_sets(close, ERRORS, **ASKED))[0] == [1, 4]
    found = composite.rank_sets(close, tied, **ASKED)
    assert bounds(found) == [[1, 1], [2, 2], [3, 3], [4, 4]]


def test_a_marginal_set_is_never_wider_than_a_simultaneous_one():
    rng = np.random.default_rng(5)
    units = [f"R{k}" for k in range(12)]
    scores = pd.Series(rng.normal(0, 2.5, 12), index=units)
    errors = pd.DataFrame(np.diag(rng.uniform(0.5, 2, 12)), index=units, columns=units)
    together = composite.rank_sets(scores, errors, **ASKED)
    alone = composite.rank_sets(scores, errors, **{**ASKED, "simultaneous": False})
    assert (alone["rang_inf"] >= together["rang_inf"]).all()
    assert (alone["rang_sup"] <= together["rang_sup"]).all()
    assert bounds(alone) != bounds(together)


def test_a_unit_with_few_degrees_of_freedom_has_a_wide_set_and_leaves_the_others_theirs():
    df = pd.Series([1.0, np.inf, np.inf, np.inf], index=UNITS)
    scores = pd.Series([5.0, 10.0, 0.0, -10.0], index=UNITS)
    found = composite.rank_sets(scores, ERRORS, **{**ASKED, "df": df[::-1]})
    # Its pairs have (1 + 1)^2 / (1 / 1 + 0) = 4: 5 / sqrt(2) = 3.54 is under t(0.05 / 12) = 4.85.
    assert bounds(found) == [[1, 3], [1, 2], [2, 3], [4, 4]]
    sharp = composite.rank_sets(scores, ERRORS, **ASKED)
    assert bounds(sharp) == [[2, 2], [1, 1], [3, 3], [4, 4]]


def test_equal_scores_share_the_best_rank_and_the_same_set():
    ties = pd.Series([50.0, 0.1 + 0.2, 0.3, 0.3], index=UNITS)
    found = composite.rank_sets(ties, ERRORS, **ASKED)
    assert found["rang"].tolist() == [1, 2, 2, 2]
    assert bounds(found) == [[1, 1], [2, 4], [2, 4], [2, 4]]


def test_the_order_of_the_covariance_does_not_matter():
    errors = pd.DataFrame(np.diag([1.0, 2.0, 3.0, 4.0]), index=UNITS, columns=UNITS)
    turned = errors.loc[UNITS[::-1], UNITS[2:] + UNITS[:2]]
    pd.testing.assert_frame_equal(
        composite.rank_sets(SCORES, turned, **ASKED), composite.rank_sets(SCORES, errors, **ASKED)
    )


def test_an_index_has_the_error_of_its_replicates_and_its_ranks_read_it():
    units, rng = UNITS[:3], np.random.default_rng(4)
    table = pd.DataFrame({"region": np.repeat(units, 20), "w": np.repeat([1.0, 2.0, 5.0], 20)})
    means = np.repeat([60.0, 30.0, 28.0], 20)
    table["a"], table["b"] = means + rng.normal(0, 5, 60), 90 - means + rng.normal(0, 5, 60)
    goalposts = {"a": composite.Goalpost(0, 100, "up"), "b": composite.Goalpost(0, 200, "down")}
    halves = composite.equal_weights(["a", "b"])

    def scores(weights: np.ndarray) -> pd.Series:
        shares = pd.get_dummies(table["region"], dtype=float)[units].mul(weights, axis=0)
        indicators = (shares / shares.sum()).T @ table[["a", "b"]]
        positions, _ = composite.min_max(indicators, goalposts)
        return composite.arithmetic(positions, halves, minimum_share=1.0)["estimation"]

    design = survey_design(table, weights="w", strata="region")
    found = estimate(jackknife(design), scores, names=units, df=[19, 19, 19], level=0.95)
    # The index is linear: half of a / 100, less half of b / 200.
    combined = (table["a"] / 200 - table["b"] / 400).to_numpy().reshape(3, 20)
    expected = np.diag(combined.var(axis=1, ddof=1) / 20)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-9, atol=1e-15)
    index = found.table.set_index("terme")
    sets = composite.rank_sets(
        index["estimation"], pd.DataFrame(found.covariance, units, units),
        df=index["ddl"], level=0.95, simultaneous=True,
    )  # fmt: skip
    assert bounds(sets) == [[1, 1], [2, 3], [2, 3]]


def test_a_difference_without_variance_names_both_units():
    same = pd.DataFrame(np.ones((2, 2)), index=["N", "S"], columns=["N", "S"])
    with pytest.raises(DataError, match="between 'N' and 'S'"):
        composite.rank_sets(pd.Series({"N": 1.0, "S": 2.0}), same, **ASKED)


@pytest.mark.parametrize(
    ("message", "scores", "options"),
    [
        ("score of 'S'", SCORES.replace(70.0, np.nan), {}),
        ("ranks(.|\n)*1 unit", SCORES.iloc[:1], {}),
        ("unit 'N'(.|\n)*more than one", SCORES.rename({"S": "N"}), {}),
        ("'scores'(.|\n)*not numbers", SCORES.astype(str) + " %", {}),
        ("'df' of 'N'", SCORES, {"df": 0}),
        ("'df' of 'N'", SCORES, {"df": None}),
        ("'df' of 'S'", SCORES, {"df": pd.Series([9, 0, 9, 9], index=UNITS)}),
        ("'df' of 'S'", SCORES, {"df": pd.Series([9, np.nan, 9, 9], index=UNITS)}),
        ("degrees of freedom", SCORES, {"df": pd.Series([9, 9], index=["N", "S"])}),
        ("'level'", SCORES, {"level": 95}),
    ],
)
def test_bad_scores_and_options_are_refused(message, scores, options):
    with pytest.raises(DataError, match=message):
        composite.rank_sets(scores, ERRORS, **{**ASKED, **options})


@pytest.mark.parametrize(
    ("covariance", "message"),
    [([[1.0, 2.0], [2.0, 1.0]], "negative eigenvalue"), ([[1.0, 0.5], [0.2, 1.0]], "asymmetric"),
     ([[1.0, np.nan], [np.nan, 1.0]], "line of 'N'"), ([["a", "b"], ["b", "c"]], "not numbers")],
)  # fmt: skip
def test_a_matrix_that_is_no_covariance_is_refused(covariance, message):
    two = ["N", "S"]
    with pytest.raises(DataError, match=message):
        composite.rank_sets(SCORES[two], pd.DataFrame(covariance, two, two), **ASKED)


def test_a_covariance_of_other_units_or_without_labels_is_refused():
    other = pd.DataFrame(np.eye(2), index=["N", "X"], columns=["N", "X"])
    with pytest.raises(DataError, match="covariance of 'X'"):
        composite.rank_sets(SCORES[["N", "S"]], other, **ASKED)
    with pytest.raises(DataError, match="ndarray"):
        composite.rank_sets(SCORES, np.eye(4), **ASKED)
