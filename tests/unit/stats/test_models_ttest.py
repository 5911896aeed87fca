"""Design-based Student tests: values by hand, the classical tests they come down to, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from obsante.errors import DataError
from obsante.stats import difference, numeric
from obsante.stats.models.ttest import one_sample_t_test, two_sample_t_test
from obsante.stats.survey import survey_design

AB = {"by": "g", "groups": ("a", "b"), "level": 0.95}


@pytest.fixture
def data():
    return pd.DataFrame(
        {"w": 1.0, "g": list("aabb"), "y": [4.0, 6.0, 1.0, 3.0], "psu": [1, 2, 1, 2]}
    )


def test_two_groups_of_two_by_hand(data):
    row = two_sample_t_test(survey_design(data, weights="w"), data, "y", **AB).iloc[0]
    # Each unit has an influence of 1/2 or -1/2: V = 4/3 * 4 * 1/4.
    assert row["estimation"] == pytest.approx(3)
    assert row["erreur_type"] == pytest.approx(np.sqrt(4 / 3))
    assert row["statistique"] == pytest.approx(3 / np.sqrt(4 / 3))
    assert row["ddl"] == 2
    assert row["p_valeur"] == pytest.approx(2 * scipy_stats.t.sf(3 / np.sqrt(4 / 3), 2))
    assert row["borne_inf"] == pytest.approx(3 - scipy_stats.t.ppf(0.975, 2) * np.sqrt(4 / 3))
    assert (row["moyenne_a"], row["moyenne_b"], row["n_a"], row["n_b"]) == (5, 2, 2, 2)


def test_the_weights_weigh_the_means(data):
    data["w"] = [3.0, 1.0, 1.0, 1.0]
    row = two_sample_t_test(survey_design(data, weights="w"), data, "y", **AB).iloc[0]
    assert row["moyenne_a"] == pytest.approx(4.5)


def test_groups_that_share_primary_units_give_the_paired_test():
    rng = np.random.default_rng(1)
    before, after = rng.normal(0, 1, 12), rng.normal(0.5, 1, 12)
    data = pd.DataFrame(
        {"w": 2.0, "psu": [*range(12)] * 2, "g": ["a"] * 12 + ["b"] * 12, "y": [*before, *after]}
    )
    row = two_sample_t_test(survey_design(data, weights="w", psu="psu"), data, "y", **AB).iloc[0]
    assert row["statistique"] == pytest.approx(scipy_stats.ttest_rel(before, after).statistic)
    assert row["ddl"] == 10


def test_one_mean_of_a_simple_random_sample_gives_students_test():
    values = [1.0, 2.0, 4.0, 4.5, 6.0]
    data = pd.DataFrame({"w": 1.0, "y": values})
    design = survey_design(data, weights="w")
    row = one_sample_t_test(design, data, "y", value=2.0, level=0.9).iloc[0]
    classical = scipy_stats.ttest_1samp(values, 2.0)
    limits = classical.confidence_interval(0.9)
    assert row["statistique"] == pytest.approx(classical.statistic)
    assert row["p_valeur"] == pytest.approx(classical.pvalue)
    assert (row["borne_inf"], row["borne_sup"]) == (
        pytest.approx(limits.low),
        pytest.approx(limits.high),
    )


def test_strata_and_the_finite_population_take_their_part():
    data = pd.DataFrame({"w": 2.0, "h": [1, 1, 2, 2], "size": 4, "y": [1.0, 3.0, 11.0, 15.0]})
    design = survey_design(data, weights="w", strata="h", psu_population="size")
    row = one_sample_t_test(design, data, "y", value=0.0, level=0.95).iloc[0]
    # V = sum (1 - 1/2) * 2 * sum of squared deviations / 4^2, where deviations are 1 and 2.
    assert row["erreur_type"] == pytest.approx(np.sqrt((2 * 1 + 2 * 4) / 16))
    assert row["ddl"] == 2


def test_a_row_without_answer_leaves_the_count_and_not_the_design(data):
    more = pd.concat([data, data.tail(1).assign(y=np.nan, psu=3)], ignore_index=True)
    row = two_sample_t_test(survey_design(more, weights="w"), more, "y", **AB).iloc[0]
    assert row["n"] == 4
    # Five units in the stratum, whose totals of influence have a mean of 0: V = 5/4 * 4 * 1/4.
    assert row["erreur_type"] == pytest.approx(np.sqrt(5 / 4))
    assert row["ddl"] == 2


def test_true_and_false_are_numbers(data):
    data["y"] = [True, False, False, False]
    design = survey_design(data, weights="w")
    assert two_sample_t_test(design, data, "y", **AB).loc[0, "estimation"] == 0.5


def test_a_constant_variable_has_no_test(data):
    design = survey_design(data, weights="w")
    with pytest.raises(DataError, match="'y' by 'g'[\\s\\S]*standard error of 0"):
        two_sample_t_test(design, data.assign(y=0.1), "y", **AB)
    with pytest.raises(DataError, match="'y'[\\s\\S]*standard error of 0"):
        one_sample_t_test(design, data.assign(y=0.1), "y", value=0.0, level=0.95)


def test_too_few_primary_units_leave_no_degree_of_freedom(data):
    with pytest.raises(DataError, match="degrees of freedom"):
        two_sample_t_test(survey_design(data, weights="w", psu="psu"), data, "y", **AB)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"by": "gg"}, "column 'gg'"),
        ({"groups": ("a", "c")}, "group 'c'"),
        ({"groups": ("a", "a")}, "groups of 'g'"),
        ({"groups": ("a", "b", "c")}, "groups of 'g'"),
        ({"level": 95}, "'level'"),
        ({"inside": np.array([True, True, False, False])}, "group 'b' of 'g'"),
    ],
)
def test_a_wrong_argument_is_named(data, change, named):
    with pytest.raises(DataError, match=named):
        two_sample_t_test(survey_design(data, weights="w"), data, "y", **(AB | change))


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["x", "y", "z", "t"], "expected: numbers"),
        ([1.0, np.inf, 2.0, 3.0], "row 1[\\s\\S]*infinite"),
        ([np.nan] * 4, "4 unit\\(s\\), all missing"),
    ],
)
def test_a_variable_that_is_no_number_is_named(data, column, message):
    design = survey_design(data, weights="w")
    with pytest.raises(DataError, match=message):
        one_sample_t_test(design, data.assign(y=column), "y", value=0.0, level=0.95)


@pytest.mark.parametrize("value", [np.nan, np.inf, None, "deux"])
def test_the_mean_under_the_hypothesis_is_a_number(data, value):
    with pytest.raises(DataError, match="'value'"):
        one_sample_t_test(survey_design(data, weights="w"), data, "y", value=value, level=0.95)


def test_estimate_and_error_are_those_of_the_difference_of_two_domains(data):
    more = pd.concat([data, data.assign(psu=data["psu"] + 2, y=data["y"] ** 2)], ignore_index=True)
    design = survey_design(more, weights="w", psu="psu")
    t = two_sample_t_test(design, more, "y", **AB).iloc[0]
    gap = difference(numeric(more["y"]), design, more["g"] == "a", more["g"] == "b", level=0.95)
    for column in ("estimation", "erreur_type"):
        assert t[column] == pytest.approx(gap[column].iloc[0], rel=1e-12)
    assert t["ddl"] == 2
    assert 2 < gap["ddl"].iloc[0] <= 3
