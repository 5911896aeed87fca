"""Rao-Scott tests of tables: cases where the correction is known, and bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from obsante.errors import DataError
from obsante.stats.models.chisquare import goodness_of_fit_test, independence_test
from obsante.stats.models.ttest import one_sample_t_test
from obsante.stats.survey import survey_design

COUNTS = np.array([[8, 5, 3], [4, 9, 11]])


def sample(copies: int = 1) -> pd.DataFrame:
    """A table of 2 x 3, each row repeated in a PSU of its own."""
    rows = [(a, b) for a in range(2) for b in range(3) for _ in range(COUNTS[a, b])]
    table = pd.DataFrame(rows, columns=["a", "b"]).replace({"a": {0: "non", 1: "oui"}})
    table = table.assign(w=1.0, psu=range(len(table)), group=lambda t: t["psu"] % 4)
    return pd.concat([table] * copies, ignore_index=True)


@pytest.fixture
def data():
    return sample()


@pytest.fixture
def design(data):
    return survey_design(data, weights="w")


def test_a_simple_random_sample_gives_pearsons_test(data, design):
    result = independence_test(design, data, "a", "b")
    row = result.test.iloc[0]
    pearson = chi2_contingency(COUNTS, correction=False)
    assert row["khi2"] == pytest.approx(pearson.statistic)
    assert result.design_effects == pytest.approx([40 / 39, 40 / 39])
    assert row["statistique"] == pytest.approx(pearson.statistic * 39 / 40 / 2)
    assert (row["ddl"], row["ddl_residuel"], row["n"]) == (pytest.approx(2), pytest.approx(78), 40)


def test_rows_that_say_the_same_in_a_psu_double_the_design_effect():
    twice = sample(copies=2)
    single = independence_test(survey_design(sample(), weights="w"), sample(), "a", "b")
    result = independence_test(survey_design(twice, weights="w", psu="psu"), twice, "a", "b")
    assert result.design_effects == pytest.approx(2 * single.design_effects)
    assert result.test.loc[0, "khi2"] == pytest.approx(2 * single.test.loc[0, "khi2"])
    assert result.test.loc[0, "p_valeur"] == pytest.approx(single.test.loc[0, "p_valeur"])


def test_the_proportions_are_weighted_and_labelled(data):
    data["w"] = np.where(data["a"] == "oui", 3.0, 1.0)
    table = independence_test(survey_design(data, weights="w"), data, "a", "b").proportions
    assert table.loc["oui", 2] == pytest.approx(33 / 88)
    assert table.loc["non", 0] == pytest.approx(8 / 88)
    assert table.to_numpy().sum() == pytest.approx(1)


def test_an_empty_cell_is_allowed(data, design):
    full = (data["a"] == "oui") | (data["b"] != 2)
    result = independence_test(design, data, "a", "b", inside=full)
    assert result.proportions.loc["non", 2] == 0
    assert 0 < result.test.loc[0, "p_valeur"] < 1


def test_a_missing_answer_is_left_out_like_a_row_outside_the_domain(data, design):
    outside = data["b"].to_numpy() != 2
    gone = data.assign(b=data["b"].where(outside))
    missing = independence_test(design, gone, "a", "b")
    domain = independence_test(design, data, "a", "b", inside=outside)
    assert missing.test.loc[0, "n"] == domain.test.loc[0, "n"] == 26
    assert missing.test.loc[0, "p_valeur"] == domain.test.loc[0, "p_valeur"]


def test_a_domain_keeps_the_psus_outside_it_in_the_variance(data):
    design = survey_design(data, weights="w", psu="group")
    inside = data["group"].to_numpy() < 3
    own = data[inside]
    subset = independence_test(survey_design(own, weights="w", psu="group"), own, "a", "b")
    domain = independence_test(design, data, "a", "b", inside=inside)
    assert domain.test.loc[0, "khi2"] == pytest.approx(subset.test.loc[0, "khi2"])
    # The PSU outside has a total of 0, the mean of the others: n/(n - 1) is 4/3, not 3/2.
    assert domain.design_effects.sum() == pytest.approx(subset.design_effects.sum() * 8 / 9)


def test_the_fit_of_two_categories_is_the_test_of_one_proportion(data, design):
    fit = goodness_of_fit_test(design, data, "a", {"oui": 0.5, "non": 0.5}).test.iloc[0]
    yes = data.assign(y=data["a"] == "oui")
    t = one_sample_t_test(design, yes, "y", value=0.5, level=0.95).iloc[0]
    assert fit["statistique"] == pytest.approx(t["statistique"] ** 2)
    assert fit["p_valeur"] == pytest.approx(t["p_valeur"])


def test_the_fit_of_a_simple_random_sample_is_pearsons_statistic(data, design):
    result = goodness_of_fit_test(design, data, "b", {0: 0.3, 1: 0.3, 2: 0.4})
    assert result.test.loc[0, "khi2"] == pytest.approx(4 / 12 + 4 / 16)
    assert result.proportions["attendue"].tolist() == [0.3, 0.3, 0.4]


def test_expected_proportions_may_be_a_series(data, design):
    expected = {0: 0.3, 1: 0.3, 2: 0.4}
    by_dict, by_series = (
        goodness_of_fit_test(design, data, "b", given).test for given in (expected, pd.Series(expected))
    )
    pd.testing.assert_frame_equal(by_dict, by_series)


@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize("values", ["oui", None])
def test_a_variable_with_fewer_than_two_categories_is_named(data, design, name, values):
    with pytest.raises(DataError, match=f"'{name}'"):
        independence_test(design, data.assign(**{name: values}), "a", "b")


def test_an_unknown_variable_is_named_with_the_nearest(data, design):
    with pytest.raises(DataError, match="column 'aa'"):
        independence_test(design, data, "aa", "b")


def test_a_declared_category_without_row_is_named(data, design):
    data["a"] = pd.Categorical(data["a"], categories=["non", "oui", "autre"])
    with pytest.raises(DataError, match="category 'autre' of 'a'"):
        independence_test(design, data, "a", "b")


def test_a_table_too_sparse_is_named(data, design):
    data["b"] = np.arange(40) % 3
    data["a"] = data["b"]
    with pytest.raises(DataError, match=r"table 'a' x 'b'[\s\S]*6 empty cell"):
        independence_test(design, data, "a", "b")


def test_a_census_has_no_test(data):
    census = survey_design(data.assign(size=40), weights="w", psu_population="size")
    with pytest.raises(DataError, match="no variance between primary units"):
        independence_test(census, data, "a", "b")


def test_a_single_primary_unit_leaves_no_degree_of_freedom(data):
    design = survey_design(data, weights="w", psu="group")
    with pytest.raises(DataError, match=r"degrees of freedom|no variance"):
        independence_test(design, data, "a", "b", inside=data["group"].to_numpy() == 0)


def test_other_rows_than_the_designs_are_refused(data, design):
    with pytest.raises(DataError, match="'frame'"):
        independence_test(design, data[1:], "a", "b")
    with pytest.raises(DataError, match="'inside'"):
        independence_test(design, data, "a", "b", inside=data["b"].to_numpy())
    with pytest.raises(DataError, match="no row in the domain"):
        independence_test(design, data, "a", "b", inside=np.zeros(40, dtype=bool))


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({0: 0.5, 1: 0.5}, "the category '2'"),
        ({0: 0.5, 1: 0.3, 2: 0.3}, "a sum of 1.1"),
        ({0: 0.5, 1: 0.5, 2: 0.0}, "expected '2'"),
    ],
)
def test_wrong_expected_proportions_are_named(data, design, expected, message):
    with pytest.raises(DataError, match=message):
        goodness_of_fit_test(design, data, "b", expected)


def test_the_fit_of_a_variable_without_answer_is_refused(data, design):
    with pytest.raises(DataError, match="'b'"):
        goodness_of_fit_test(design, data.assign(b=None), "b", {0: 0.5, 1: 0.5})
