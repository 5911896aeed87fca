"""Normalised indicators worked by hand, and what each function refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import composite
from obsante.stats.composite import Goalpost, Target

RATES = pd.DataFrame(
    {"fibre": [20.0, 95.0, np.nan, -5.0], "delai": [10.0, 40.0, 70.0, 25.0]},
    index=["N", "S", "E", "O"],
)
POSTS = {"fibre": Goalpost(0, 80, "up"), "delai": Goalpost(10, 60, "down")}
WAYS = {"fibre": "up", "delai": "down"}


def test_goalposts_set_both_ends_whatever_the_direction():
    scores, _ = composite.min_max(RATES, POSTS)
    np.testing.assert_allclose(scores["fibre"], [0.25, 1, np.nan, 0])
    np.testing.assert_allclose(scores["delai"], [1, 0.4, 0, 0.7])


def test_values_beyond_the_goalposts_are_counted_on_each_side():
    _, clipped = composite.min_max(RATES, POSTS)
    assert clipped.loc["fibre"].tolist() == [3, 1, 1]
    assert clipped.loc["delai"].tolist() == [4, 0, 1]


def test_progress_of_every_unit_shows_with_goalposts_and_not_with_z_scores():
    before, post = RATES[["delai"]].iloc[:2], {"delai": Goalpost(0, 60, "down")}
    after = before - 5
    gain = composite.min_max(after, post)[0] - composite.min_max(before, post)[0]
    np.testing.assert_allclose(gain["delai"], 5 / 60)
    z = [composite.z_score(table, {"delai": "down"}) for table in (before, after)]
    pd.testing.assert_frame_equal(*z)


def test_a_z_score_changes_sign_where_lower_is_better():
    scores = composite.z_score(RATES, WAYS)
    deviation = np.std([10, 40, 70, 25], ddof=1)
    np.testing.assert_allclose(scores["delai"], (36.25 - RATES["delai"]) / deviation)
    assert np.isnan(scores.loc["E", "fibre"])


def test_ranks_run_from_worst_to_best_among_the_known():
    scores = composite.rank_score(RATES, WAYS)
    np.testing.assert_allclose(scores["fibre"], [0.5, 1, np.nan, 0])
    np.testing.assert_allclose(scores["delai"], [1, 1 / 3, 0, 2 / 3])


def test_a_target_is_one_from_below_and_from_above():
    targets = {"fibre": Target(80, "up"), "delai": Target(20, "down")}
    scores = composite.distance_to_target(RATES.drop("O"), targets)
    np.testing.assert_allclose(scores["fibre"], [0.25, 1.1875, np.nan])
    np.testing.assert_allclose(scores["delai"], [2, 0.5, 20 / 70])


@pytest.mark.parametrize(
    ("low", "high"), [(80, 80), (80, 0), (0, np.inf), (np.nan, 1), (None, 1), ("a", 1)]
)
def test_goalposts_out_of_order_are_refused(low, high):
    with pytest.raises(DataError, match="goalposts"):
        Goalpost(low, high, "up")


def test_an_indicator_without_direction_is_refused():
    with pytest.raises(DataError, match="'none'"):
        Goalpost(0, 1, "none")
    with pytest.raises(DataError, match="direction of 'delai'"):
        composite.z_score(RATES, {"fibre": "up", "delai": "lower"})
    with pytest.raises(DataError, match="indicator 'delai'"):
        composite.rank_score(RATES, {"fibre": "up"})


def test_a_missing_goalpost_is_refused_by_name():
    with pytest.raises(DataError, match="indicator 'delai'"):
        composite.min_max(RATES, {"fibre": Goalpost(0, 80, "up")})


def test_a_goalpost_for_an_unknown_indicator_is_refused_with_the_nearest_name():
    with pytest.raises(DataError, match=r"goalpost of 'delais'(.|\n)*'delai' \(nearest\)"):
        composite.min_max(RATES, {"fibre": Goalpost(0, 80, "up"), "delais": Goalpost(0, 1, "up")})


def test_a_column_without_values_is_refused():
    with pytest.raises(DataError, match="indicator 'fibre'(.|\n)*all missing"):
        composite.min_max(RATES.assign(fibre=np.nan), POSTS)


def test_a_constant_column_has_neither_z_score_nor_rank():
    constant = RATES.assign(delai=0.3)
    for normalise in (composite.z_score, composite.rank_score):
        with pytest.raises(DataError, match="indicator 'delai'(.|\n)*0.3"):
            normalise(constant, WAYS)


def test_targets_and_values_that_make_no_ratio_are_refused():
    with pytest.raises(DataError, match="target 0"):
        Target(0, "up")
    with pytest.raises(DataError, match="'fibre' of 'O'"):
        targets = {"fibre": Target(80, "up"), "delai": Target(20, "down")}
        composite.distance_to_target(RATES, targets)
    with pytest.raises(DataError, match="'delai' of 'N'"):
        zero = pd.DataFrame({"delai": [0.0]}, index=["N"])
        composite.distance_to_target(zero, {"delai": Target(20, "down")})


def test_a_table_that_is_not_one_of_numbers_is_refused():
    posts = {"fibre": Goalpost(0, 80, "up")}
    for table, message in [
        (pd.DataFrame({"fibre": ["20", "30"]}), "'fibre'(.|\n)*column of type"),
        (pd.DataFrame({"fibre": [20.0, np.inf]}), "'fibre' of '1'"),
        (pd.DataFrame({"fibre": [20.0, 30.0]}, index=["N", "N"]), "unit 'N'"),
        (pd.DataFrame({"fibre": []}), "table of indicators"),
        (pd.Series([20.0], name="fibre"), "table of indicators(.|\n)*Series"),
    ]:
        with pytest.raises(DataError, match=message):
            composite.min_max(table, posts)
