"""Inequality indices on samples worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from one_row import message, value

from obsante.stats.equity import (
    concentration_index,
    erreygers_index,
    gini,
    lorenz_curve,
    relative_index,
    slope_index,
    wagstaff_index,
    weighted_concentration,
    weighted_rank,
)
from obsante.stats.survey import survey_design

LEVEL = 0.95
PLAIN = {"level": LEVEL}
RANKS = [1, 2, 3, 4]


def design(weights=(1.0, 1.0, 1.0, 1.0)):
    return survey_design(pd.DataFrame({"w": weights}), weights="w")


def test_ties_share_their_mean_rank_and_ranks_average_one_half():
    w = np.array([1.0, 3.0, 2.0, 2.0])
    rank = weighted_rank(np.array([5.0, 5.0, 1.0, 9.0]), w)
    np.testing.assert_allclose(rank, [0.5, 0.5, 0.125, 0.875])
    assert np.average(rank, weights=w) == pytest.approx(0.5)


def test_a_weight_of_two_counts_as_two_equal_units():
    twice = gini(design((2.0, 1.0)), [3.0, 9.0], level=LEVEL)
    spelt_out = gini(design((1.0, 1.0, 1.0)), [3.0, 3.0, 9.0], level=LEVEL)
    assert value(twice) == pytest.approx(value(spelt_out))
    # Mean 5; pairs differ by 6 in 4 of the 9 cases: 4 x 6 / (2 x 9 x 5).
    assert value(twice) == pytest.approx(4 * 6 / 90)


def test_where_all_are_equal_gini_is_zero_without_error():
    row = gini(design(), [7.0] * 4, level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(0)
    assert row["erreur_type"] == pytest.approx(0)


def test_gini_of_a_proportion_is_one_minus_the_proportion():
    assert value(gini(design(), [0, 0, 0, 1], level=LEVEL)) == pytest.approx(0.75)


def test_the_concentration_index_is_negative_where_the_first_ranks_have_more():
    # Ranks 1/8, 3/8, 5/8, 7/8; mean 2.5; sum (y - 2.5)(F - 1/2) / 4 = -10/32.
    table = concentration_index(design(), [4.0, 3.0, 2.0, 1.0], RANKS, level=LEVEL)
    assert value(table) == pytest.approx(-0.25)
    assert weighted_concentration(
        np.array([4.0, 3.0, 2.0, 1.0]), np.array(RANKS), np.ones(4)
    ) == pytest.approx(-0.25)


def test_erreygers_is_four_times_the_mean_over_the_range_times_the_standard_index():
    y = [0.0, 1.0, 0.0, 1.0]
    standard = value(concentration_index(design(), y, RANKS, level=LEVEL))
    table = erreygers_index(design(), y, RANKS, bounds=(0, 1), level=LEVEL)
    assert value(table) == pytest.approx(4 * 0.5 * standard)


def test_wagstaff_is_the_standard_index_over_its_maximum_for_a_proportion():
    y = [0.0, 0.0, 1.0, 1.0]
    standard = value(concentration_index(design(), y, RANKS, level=LEVEL))
    table = wagstaff_index(design(), y, RANKS, bounds=(0, 1), level=LEVEL)
    assert value(table) == pytest.approx(standard / (1 - 0.5))
    assert value(table) == pytest.approx(1.0)


@pytest.mark.parametrize("index", [erreygers_index, wagstaff_index])
def test_an_index_of_a_bounded_variable_changes_only_sign_for_the_complement(index):
    y = np.array([1.0, 4.0, 2.0, 5.0])
    there = index(design(), y, RANKS, bounds=(1, 5), level=LEVEL).iloc[0]
    back = index(design(), 6 - y, RANKS, bounds=(1, 5), level=LEVEL).iloc[0]
    assert there["estimation"] == pytest.approx(-back["estimation"])
    assert there["erreur_type"] == pytest.approx(back["erreur_type"])


@pytest.mark.parametrize("index", [erreygers_index, wagstaff_index])
def test_an_index_of_a_bounded_variable_ignores_its_unit(index):
    y = np.array([0.2, 0.1, 0.6, 0.5])
    share = index(design(), y, RANKS, bounds=(0, 1), level=LEVEL).iloc[0]
    percent = index(design(), 100 * y, RANKS, bounds=(0, 100), level=LEVEL).iloc[0]
    assert share["estimation"] == pytest.approx(percent["estimation"])
    assert share["erreur_type"] == pytest.approx(percent["erreur_type"])


Y = np.array([0.2, 0.9, 0.0, 0.4, 0.6, 1.0, 0.3, 0.7])
YES = np.array([0, 1, 0, 0, 1, 1, 0, 1])
ORDER = np.array([2, 1, 2, 5, 4, 4, 1, 6])
STATISTICS = {
    "gini": lambda d: gini(d, Y, level=LEVEL),
    "standard": lambda d: concentration_index(d, Y, ORDER, level=LEVEL),
    "erreygers": lambda d: erreygers_index(d, Y, ORDER, bounds=(0, 1), level=LEVEL),
    "wagstaff": lambda d: wagstaff_index(d, Y, ORDER, bounds=(0, 2), level=LEVEL),
    "slope": lambda d: slope_index(d, Y, ORDER, level=LEVEL),
    "relative log": lambda d: relative_index(d, Y, ORDER, link="log", level=LEVEL),
    "relative logit": lambda d: relative_index(d, YES, ORDER, link="logit", level=LEVEL),
    "lorenz": lambda d: lorenz_curve(d, Y, at=[0.37], level=LEVEL),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_the_influence_is_the_derivative_of_the_index_in_the_weights(name):
    statistic = STATISTICS[name]
    w, step = np.array([1.0, 2.0, 1.5, 3.0, 1.0, 2.0, 1.0, 2.5]), 1e-5
    derivative = [
        (value(statistic(design(w + step * unit))) - value(statistic(design(w - step * unit))))
        / (2 * step)
        for unit in np.eye(8)
    ]
    expected = design(w).covariance(w * derivative)[0, 0] ** 0.5
    error = statistic(design(w))["erreur_type"].iloc[0]
    assert error == pytest.approx(expected, rel=1e-6)


def test_a_large_mean_loses_no_digit_of_the_error():
    y = np.array([1.0, 2.0, 4.0, 3.0])
    near = slope_index(design(), y, RANKS, level=LEVEL).iloc[0]
    far = slope_index(design(), y + 1e6, RANKS, level=LEVEL).iloc[0]
    assert far["erreur_type"] == pytest.approx(near["erreur_type"], rel=1e-7)


def test_the_slope_is_the_gap_between_the_ends_of_the_line():
    # y = 2 + 8 F exactly.
    y = 2 + 8 * np.array([0.125, 0.375, 0.625, 0.875])
    row = slope_index(design(), y, RANKS, level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(8)


def test_values_that_never_vary_have_no_slope():
    row = slope_index(design(), [3.0] * 4, RANKS, level=LEVEL).iloc[0]
    assert (row["estimation"], row["erreur_type"]) == pytest.approx((0, 0))


def test_two_units_have_the_slope_of_the_line_through_them():
    # Ranks 1/4 and 3/4.
    row = slope_index(design((1.0, 1.0)), [2.0, 3.0], [1, 2], level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(2)


def test_the_relative_index_is_the_ratio_of_the_ends_of_an_exponential():
    y = 3 * np.exp(np.log(5) * np.array([0.125, 0.375, 0.625, 0.875]))
    row = relative_index(design(), y, RANKS, link="log", level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(5)


def test_the_interval_of_a_relative_index_is_symmetric_on_the_log_scale():
    y = [0, 1, 1, 0, 1, 1]
    row = relative_index(design([1.0] * 6), y, range(6), link="logit", level=LEVEL).iloc[0]
    assert row["borne_inf"] * row["borne_sup"] == pytest.approx(row["estimation"] ** 2)
    assert row["borne_inf"] > 0


def test_a_domain_keeps_the_design_and_counts_what_is_missing_inside_it():
    d = survey_design(
        pd.DataFrame({"w": [1.0] * 6, "s": list("aaabbb")}), weights="w", strata="s"
    )
    y = pd.Series([1.0, 2.0, np.nan, 4.0, 9.0, 5.0])
    inside = np.array([True, True, True, True, False, False])
    row = gini(d, y, level=LEVEL, inside=inside).iloc[0]
    assert (row["n"], row["n_manquant"], row["ddl"]) == (3, 1, 1)
    assert row["estimation"] == pytest.approx(
        value(gini(design((1.0, 1.0, 1.0)), [1, 2, 4], level=LEVEL))
    )


def test_what_is_outside_the_domain_does_not_matter():
    inside = np.array([True, True, True, False])
    rows = [slope_index(design(), [1, 3, 2, far], [1, 2, 3, far], level=LEVEL, inside=inside)
            for far in (-50, 90)]  # fmt: skip
    pd.testing.assert_frame_equal(*rows)


def test_without_a_degree_of_freedom_there_is_no_interval():
    frame = pd.DataFrame({"w": 1.0, "c": ["a", "a", "b", "b"], "s": 1})
    d = survey_design(frame, weights="w", strata="s", psu="c")
    row = gini(d, [1, 2, 3, 4], level=LEVEL, inside=np.array([True, True, False, False])).iloc[0]
    assert row["ddl"] == 0
    assert np.isnan(row["borne_inf"])


def test_a_negative_value_is_an_error_that_names_the_variable():
    y = pd.Series([-1.0, 2.0, 3.0, 4.0], name="revenu")
    text = message(gini, design(), y, **PLAIN)
    assert "revenu" in text and "-1" in text and "erreygers_index" in text


def test_a_mean_of_zero_is_an_error():
    text = message(concentration_index, design(), [0.0] * 4, RANKS, **PLAIN)
    assert "all zero" in text and "indice de concentration of 'y'" in text


def test_a_constant_ranking_is_an_error():
    for index in (concentration_index, slope_index):
        assert "all have the value 3" in message(index, design(), [1, 2, 3, 4], [3] * 4, **PLAIN)


def test_a_value_outside_the_bounds_is_an_error():
    text = message(erreygers_index, design(), [1, 2, 3, 9], RANKS, bounds=(1, 5), **PLAIN)
    assert "(1, 5)" in text and "the first 9" in text


@pytest.mark.parametrize("bounds", [(1, 1), (5, 1), (0, np.inf), (0, None), 5, (0, 1, 2)])
def test_bounds_that_are_no_interval_are_an_error(bounds):
    text = message(wagstaff_index, design(), [1, 1, 1, 1], RANKS, bounds=bounds, **PLAIN)
    assert f"bounds {bounds}" in text


def test_a_mean_on_a_bound_has_no_wagstaff_index():
    text = message(wagstaff_index, design(), [1, 1, 1, 1], RANKS, bounds=(0, 1), **PLAIN)
    assert "a mean of 1" in text


def test_fewer_than_two_values_are_an_error():
    y = [1.0, np.nan, np.nan, np.nan]
    assert "1 unit(s)" in message(gini, design(), y, **PLAIN)


def test_an_infinite_value_is_an_error():
    assert "row 2" in message(gini, design(), [1.0, 2.0, np.inf, 3.0], **PLAIN)


def test_a_series_with_other_rows_is_an_error():
    y = pd.Series([1.0, 2.0, 3.0, 4.0], index=[9, 8, 7, 6], name="revenu")
    assert "revenu" in message(gini, design(), y, **PLAIN)


def test_an_array_of_another_length_is_an_error():
    assert "3 value(s)" in message(gini, design(), [1.0, 2.0, 3.0], **PLAIN)


def test_a_domain_that_is_not_true_or_false_is_an_error():
    assert "'inside'" in message(gini, design(), [1, 2, 3, 4], inside=[1, 0, 1, 0], **PLAIN)


def test_a_level_in_percent_is_an_error():
    assert "'level'" in message(gini, design(), [1, 2, 3, 4], level=95)


def test_an_unknown_link_is_an_error_that_names_the_nearest():
    text = message(relative_index, design(), [0, 1, 0, 1], RANKS, link="logitt", **PLAIN)
    assert "'logit' (nearest)" in text


@pytest.mark.parametrize("y", [[0, 0, 1, 1], [1, 1, 0, 0], [1, 1, 1, 1]])
def test_ranks_that_separate_the_zeros_have_no_odds_ratio(y):
    text = message(relative_index, design(), y, RANKS, link="logit", **PLAIN)
    assert "separate the zeros" in text


def test_values_that_only_the_last_rank_has_give_no_relative_index():
    text = message(relative_index, design(), [0, 0, 0, 5], RANKS, link="log", **PLAIN)
    assert "separate the zeros" in text


def test_an_odds_ratio_of_something_else_than_zero_and_one_is_an_error():
    text = message(relative_index, design(), [0, 2, 1, 1], RANKS, link="logit", **PLAIN)
    assert "neither 0 nor 1" in text
