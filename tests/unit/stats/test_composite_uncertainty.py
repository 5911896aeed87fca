"""Scores through replicates, their covariance and intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import composite
from obsante.stats.composite import Goalpost

TABLE = pd.DataFrame({"a": [10.0, 60.0], "b": [30.0, 40.0]}, index=["N", "S"])
POSTS = {"a": Goalpost(0, 100, "up"), "b": Goalpost(0, 50, "down")}
HALVES = pd.Series({"a": 0.5, "b": 0.5})


def index(table: pd.DataFrame) -> pd.Series:
    scores, _ = composite.min_max(table, POSTS)
    return composite.arithmetic(scores, HALVES, minimum_share=1.0)["estimation"]


def test_a_linear_index_has_the_variance_of_its_combination():
    covariance = np.diag([4.0, 1.0, 9.0, 1.0])
    covariance[0, 1] = covariance[1, 0] = 1.0
    draws = composite.draw_estimates(TABLE, covariance, draws=40_000, seed=1)
    full, again = composite.score_replicates(TABLE, draws[:400], index)
    found = composite.replicate_covariance(full, again, 1 / 400)
    expected = 4 / 200**2 - 2 / (200 * 100) + 1 / 100**2
    assert found.loc["N", "N"] == pytest.approx(expected, rel=0.25)
    assert draws[:, 0, 0].var() == pytest.approx(4, rel=0.03)
    assert np.cov(draws[:, 0, 0], draws[:, 0, 1])[0, 1] == pytest.approx(1, abs=0.05)


def test_the_same_seed_gives_the_same_draws():
    covariance = np.eye(4)
    first, second = (composite.draw_estimates(TABLE, covariance, draws=5, seed=0) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_deviations_are_measured_from_the_full_sample_score():
    replicates = pd.DataFrame({"S": [4.0, 5.0], "N": [2.0, 4.0]})
    found = composite.replicate_covariance(
        pd.Series({"N": 2.0, "S": 4.0}), replicates, np.array([0.5, 0.25])
    )
    np.testing.assert_allclose(found, [[1.0, 0.5], [0.5, 0.25]])


def test_an_interval_follows_students_law():
    covariance = pd.DataFrame(np.diag([4.0, 9.0]), index=TABLE.index, columns=TABLE.index)
    scores = pd.Series({"N": 50.0, "S": 60.0})
    found = composite.score_intervals(scores, covariance, df=10, level=0.95)
    assert found.loc["N", "borne_sup"] == pytest.approx(50 + 2.2281388 * 2)
    assert found.loc["S", "borne_inf"] == pytest.approx(60 - 2.2281388 * 3)


def test_an_indicator_lost_in_a_replicate_names_the_unit():
    layers = np.stack([TABLE, TABLE]).astype(float)
    layers[1, 1, 0] = np.nan
    with pytest.raises(DataError, match="score of 'S'(.|\n)*1 replicates"):
        composite.score_replicates(TABLE, layers, index)


def test_replicates_of_another_shape_are_refused():
    for wrong in (np.zeros((3, 2)), np.zeros((3, 2, 3)), np.zeros((1, 2, 2))):
        with pytest.raises(DataError, match="replicates of the indicators"):
            composite.score_replicates(TABLE, wrong, index)


def test_a_missing_score_has_no_covariance():
    with pytest.raises(DataError, match="score of 'S'"):
        composite.replicate_covariance(
            pd.Series({"N": 2.0, "S": np.nan}), pd.DataFrame({"N": [1.0], "S": [1.0]}), 1.0
        )


def test_coefficients_of_replicates_are_positive():
    with pytest.raises(DataError, match="'coefficients'"):
        composite.replicate_covariance(pd.Series({"N": 2.0}), pd.DataFrame({"N": [1.0]}), 0.0)


@pytest.mark.parametrize(
    ("covariance", "message"),
    [([[1.0, 2.0], [2.0, 1.0]], "negative eigenvalue"), ([[1.0, 0.5], [0.2, 1.0]], "asymmetric"),
     ([[1.0, np.nan], [np.nan, 1.0]], "line of 'N'")],
)  # fmt: skip
def test_a_matrix_that_is_no_covariance_is_refused(covariance, message):
    labelled = pd.DataFrame(covariance, index=TABLE.index, columns=TABLE.index)
    with pytest.raises(DataError, match=message):
        composite.score_intervals(pd.Series({"N": 1.0, "S": 2.0}), labelled, df=9, level=0.9)


def test_a_covariance_of_other_units_or_another_size_is_refused():
    other = pd.DataFrame(np.eye(2), index=["N", "E"], columns=["N", "E"])
    with pytest.raises(DataError, match="covariance of 'E'"):
        composite.score_intervals(pd.Series({"N": 1.0, "S": 2.0}), other, df=9, level=0.9)
    with pytest.raises(DataError, match=r"shape \(3, 3\)"):
        composite.draw_estimates(TABLE, np.eye(3), draws=10, seed=1)


def test_a_confidence_level_is_a_proportion():
    covariance = pd.DataFrame(np.eye(2), index=TABLE.index, columns=TABLE.index)
    with pytest.raises(DataError, match="'level'"):
        composite.score_intervals(pd.Series({"N": 1.0, "S": 2.0}), covariance, df=9, level=95)
