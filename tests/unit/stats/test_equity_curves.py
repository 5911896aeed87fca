"""Lorenz and concentration curves, and the relative gap of two groups, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from one_row import message

from obsante.stats import difference
from obsante.stats.equity import concentration_curve, gini, lorenz_curve, ratio_of_means
from obsante.stats.survey import survey_design

LEVEL = 0.95
FRAME = pd.DataFrame({"w": [1.0, 1.0, 2.0, 2.0, 1.0], "g": ["u", "u", "r", "r", None]})
DESIGN = survey_design(FRAME, weights="w")
PAIR = (FRAME["g"] == "u", FRAME["g"] == "r")
Y = [4.0, 8.0, 1.0, 3.0, 100.0]


def answers(y) -> pd.DataFrame:
    y = pd.Series(y, name="revenu")
    state = y.notna().map({True: "valid", False: "missing"})
    return pd.DataFrame({"y": y, "state": state}).rename_axis(columns="revenu")


def test_the_lorenz_curve_joins_the_cumulated_shares():
    # Sorted: 1 (w 2), 2 (w 1), 4 (w 2), 5 (w 1), 5 (w 1); total 22 over 7.
    y = [5.0, 2.0, 1.0, 4.0, 5.0]
    at = [0, 1 / 7, 2 / 7, 3 / 7, 5 / 7, 6 / 7, 1]
    table = lorenz_curve(DESIGN, y, at=at, level=LEVEL)
    np.testing.assert_allclose(table["estimation"] * 22, [0, 1, 2, 4, 12, 17, 22])
    assert table["part_population"].tolist() == pytest.approx(at)


def test_the_gini_index_is_twice_the_area_above_the_lorenz_curve():
    y = [5.0, 2.0, 1.0, 4.0, 5.0]
    corners = np.array([0, 2, 3, 5, 7]) / 7
    curve = lorenz_curve(DESIGN, y, at=corners, level=LEVEL)["estimation"]
    index = gini(DESIGN, y, level=LEVEL)["estimation"].iloc[0]
    assert index == pytest.approx(1 - 2 * np.trapezoid(curve, corners))


def test_the_ends_of_a_curve_are_exact():
    table = lorenz_curve(DESIGN, [5.0, 2.0, 1.0, 4.0, 5.0], at=[0, 1], level=LEVEL)
    assert table["erreur_type"].tolist() == [0, 0]
    assert table["borne_inf"].tolist() == [0, 1] == table["borne_sup"].tolist()


def test_ties_of_the_ranking_spread_their_total_evenly():
    y, order = [3.0, 1.0, 0.0, 4.0, 2.0], [1, 1, 2, 2, 3]
    table = concentration_curve(DESIGN, y, order, at=[1 / 7, 2 / 7, 4 / 7], level=LEVEL)
    np.testing.assert_allclose(table["estimation"] * 14, [2, 4, 8])


def test_the_error_of_a_curve_that_is_the_diagonal_is_zero():
    table = lorenz_curve(DESIGN, [3.0] * 5, at=[0.2, 0.5], level=LEVEL)
    np.testing.assert_allclose(table["estimation"], [0.2, 0.5])
    np.testing.assert_allclose(table["erreur_type"], 0, atol=1e-15)


def test_the_error_inside_a_group_of_ties_is_that_of_the_sum_it_is_made_of():
    # First half tied: L(1/4) is half the share of the first group, a ratio of totals.
    frame = pd.DataFrame({"w": [1.0] * 8})
    d = survey_design(frame, weights="w")
    y = np.array([1.0, 2.0, 3.0, 6.0, 4.0, 4.0, 8.0, 8.0])
    order = np.repeat([1, 2], 4)
    table = concentration_curve(d, y, order, at=[0.25], level=LEVEL)
    w, step = np.ones(8), 1e-6

    def share(weights):
        first = order == 1
        held = np.average(y[first], weights=weights[first])
        return 0.25 * held / np.average(y, weights=weights)

    slope = [(share(w + step * e) - share(w - step * e)) / (2 * step) for e in np.eye(8)]
    expected = d.covariance(w * slope)[0, 0] ** 0.5
    assert table["erreur_type"].iloc[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("at", [[0.2, 20], [], [np.nan], 0.5, ["a"], [[0.1, 0.2]]])
def test_a_share_of_population_outside_zero_to_one_is_an_error(at):
    assert "'at'" in message(lorenz_curve, DESIGN, [1, 2, 3, 4, 5], at=at, level=LEVEL)


def test_a_curve_of_negative_values_is_an_error():
    y = [1, 2, 3, 4, -5]
    assert "-5" in message(concentration_curve, DESIGN, y, y, at=[0.5], level=LEVEL)


def test_a_ratio_has_its_interval_on_the_log_scale():
    row = ratio_of_means(answers(Y), DESIGN, *PAIR, level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(6 / 2)
    assert row["n"] == 4
    assert row["borne_inf"] * row["borne_sup"] == pytest.approx(9)
    # Influences on the means (y - mean) w / W: -1, 1 and -1/2, 1/2.
    z = np.array([-1.0, 1.0, 0.0, 0.0, 0.0]) / 6 - np.array([0.0, 0.0, -0.5, 0.5, 0.0]) / 2
    assert row["erreur_type"] == pytest.approx(3 * DESIGN.covariance(z)[0, 0] ** 0.5)


def test_the_covariance_of_groups_in_the_same_clusters_is_in_the_ratio():
    # In each cluster the second group has twice the first's value: the ratio has no error.
    frame = pd.DataFrame({"w": 1.0, "c": list("aabbcc"), "first": [True, False] * 3})
    d = survey_design(frame, weights="w", psu="c")
    y = [1.0, 2.0, 5.0, 10.0, 2.0, 4.0]
    row = ratio_of_means(answers(y), d, frame["first"], ~frame["first"], level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(0.5)
    assert row["erreur_type"] == pytest.approx(0, abs=1e-12)


def test_the_ratio_and_the_difference_have_the_same_counts_and_no_more_freedom_than_clusters():
    frame = pd.DataFrame({"w": 1.0, "c": list("aabbccdd"), "first": [True, False] * 3 + [True] * 2})
    d = survey_design(frame, weights="w", psu="c")
    y = answers([1.0, 2.0, np.nan, 3.0, 2.0, 4.0, 1.0, 2.0])
    groups = frame["first"], ~frame["first"]
    ratio, gap = (f(y, d, *groups, level=LEVEL).iloc[0] for f in (ratio_of_means, difference))
    for column in ("n", "n_manquant"):
        assert ratio[column] == gap[column]
    # Four clusters; 1.0 and 2.0 left with three and three of them.
    assert 2 < ratio["ddl"] <= 3
    assert 2 < gap["ddl"] <= 3


def test_a_unit_without_answer_leaves_the_ratio_and_is_counted():
    y = [4.0, 8.0, 1.0, np.nan, 100.0]
    row = ratio_of_means(answers(y), DESIGN, *PAIR, level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(6)
    assert (row["n"], row["n_manquant"]) == (3, 1)


def test_a_group_without_answer_is_an_error():
    y = answers([np.nan, np.nan, 1.0, 3.0, 1.0])
    assert "'first'" in message(ratio_of_means, y, DESIGN, *PAIR, level=LEVEL)


def test_a_ratio_to_zero_is_an_error():
    text = message(ratio_of_means, answers([1.0, 2.0, 0.0, 0.0, 1.0]), DESIGN, *PAIR, level=LEVEL)
    assert "'revenu', group 'second'" in text and "stats.difference" in text


def test_a_ratio_at_a_level_in_percent_is_an_error():
    assert "'level'" in message(ratio_of_means, answers(Y), DESIGN, *PAIR, level=95)
