"""Means of indicators worked by hand, missing rules, and what is refused."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import composite
from obsante.stats.composite import arithmetic, geometric, nested

SCORES = pd.DataFrame(
    {"a": [0.2, 0.5, np.nan], "b": [0.4, np.nan, np.nan], "c": [0.9, 0.8, 0.3]},
    index=["N", "S", "E"],
)
WEIGHTS = pd.Series({"a": 0.2, "b": 0.5, "c": 0.3})


def test_weights_are_rescaled_among_the_indicators_present():
    found = arithmetic(SCORES, WEIGHTS, minimum_share=0.3)
    expected = [0.04 + 0.20 + 0.27, (0.10 + 0.24) / 0.5, 0.3]
    np.testing.assert_allclose(found["estimation"], expected)
    np.testing.assert_allclose(found["part_poids"], [1, 0.5, 0.3])
    assert found["n"].tolist() == [3, 2, 1]


def test_under_the_minimum_share_of_weight_the_score_is_missing():
    found = arithmetic(SCORES, WEIGHTS, minimum_share=0.5)
    assert found["estimation"].isna().tolist() == [False, False, True]


def test_a_unit_without_any_indicator_has_no_score():
    lone = pd.concat([SCORES, pd.DataFrame(np.nan, ["O"], SCORES.columns)])
    found = arithmetic(lone, WEIGHTS, minimum_share=0.01)
    assert np.isnan(found.loc["O", "estimation"])
    assert found.loc["O", "n"] == 0


def test_weights_go_by_name_in_any_order():
    pd.testing.assert_frame_equal(
        arithmetic(SCORES, WEIGHTS[::-1].to_dict(), minimum_share=0.3),
        arithmetic(SCORES, WEIGHTS, minimum_share=0.3),
    )


def test_the_geometric_mean_is_below_the_arithmetic_one_unless_all_is_equal():
    uneven = geometric(SCORES, WEIGHTS, minimum_share=0.3)["estimation"]
    assert uneven["N"] == pytest.approx(0.2**0.2 * 0.4**0.5 * 0.9**0.3)
    assert uneven["N"] < arithmetic(SCORES, WEIGHTS, minimum_share=0.3)["estimation"]["N"]
    assert uneven["E"] == pytest.approx(0.3)


def test_a_floor_stands_for_lower_scores_and_is_counted():
    zeros = SCORES.assign(a=[0.0, 0.005, np.nan])
    found = geometric(zeros, WEIGHTS, minimum_share=0.3, floor=0.01)
    assert found.loc["N", "estimation"] == pytest.approx(0.01**0.2 * 0.4**0.5 * 0.9**0.3)
    assert found["n_plancher"].tolist() == [1, 1, 0]


def test_a_zero_without_floor_is_refused():
    with pytest.raises(DataError, match="'a' of 'N'(.|\n)*floor="):
        geometric(SCORES.assign(a=[0.0, 0.5, 0.5]), WEIGHTS, minimum_share=1.0)


def test_a_negative_score_is_refused_even_with_a_floor():
    with pytest.raises(DataError, match="'a' of 'S'"):
        geometric(SCORES.assign(a=[0.1, -0.5, 0.5]), WEIGHTS, minimum_share=1.0, floor=0.01)


@pytest.mark.parametrize("floor", [0.0, -1.0, np.nan])
def test_a_floor_is_positive(floor):
    with pytest.raises(DataError, match="'floor'"):
        geometric(SCORES, WEIGHTS, minimum_share=1.0, floor=floor)


@pytest.mark.parametrize("share", [0.0, 1.5, 60])
def test_the_minimum_share_is_a_proportion(share):
    with pytest.raises(DataError, match="'minimum_share'"):
        arithmetic(SCORES, WEIGHTS, minimum_share=share)


@pytest.mark.parametrize(
    ("weights", "message"),
    [({"a": 0.2, "b": 0.5, "c": 0.4}, "sum to 1.1"), ({"a": 0.2, "b": 0.8}, "indicator 'c'"),
     ({"a": 0.2, "b": 0.5, "d": 0.3}, "weight of 'd'"), ({"a": -0.2, "b": 0.9, "c": 0.3}, "'a'"),
     ({"a": np.nan, "b": 0.7, "c": 0.3}, "weight of 'a'")],
)  # fmt: skip
def test_weights_that_are_not_weights_are_refused(weights, message):
    with pytest.raises(DataError, match=message):
        arithmetic(SCORES, pd.Series(weights), minimum_share=0.5)


def test_an_index_in_two_levels_aggregates_each_with_its_own_rule():
    dimensions = {"acces": pd.Series({"a": 0.5, "b": 0.5}), "usage": pd.Series({"c": 1.0})}
    index, parts = nested(
        SCORES, dimensions, pd.Series({"acces": 0.5, "usage": 0.5}),
        within=partial(arithmetic, minimum_share=0.5),
        between=partial(geometric, minimum_share=1.0),
    )  # fmt: skip
    np.testing.assert_allclose(parts["acces"], [0.3, 0.5, np.nan])
    np.testing.assert_allclose(index["estimation"], [np.sqrt(0.27), np.sqrt(0.4), np.nan])


def test_an_indicator_belongs_to_exactly_one_dimension():
    mean = partial(arithmetic, minimum_share=1.0)
    half = composite.equal_weights(["acces", "usage"])
    for dimensions, message in [
        ({"acces": ["a", "b"], "usage": ["b", "c"]}, "indicator 'b'(.|\n)*more than one"),
        ({"acces": ["a"], "usage": ["c"]}, "indicator 'b'(.|\n)*no dimension"),
        ({"acces": ["a", "b"], "usage": ["c", "d"]}, "dimension of 'd'"),
    ]:
        weights = {name: composite.equal_weights(part) for name, part in dimensions.items()}
        with pytest.raises(DataError, match=message):
            nested(SCORES, weights, half, within=mean, between=mean)
