"""Weighted estimates against values worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta
from scipy.stats import t as student

from obsante import stats
from obsante.errors import DataError
from obsante.stats.linearised import COLUMNS

LEVEL = 0.95


def answers(*values: float | None, state: list[str] | None = None) -> pd.DataFrame:
    y = pd.Series(values, dtype="float64")
    valid = pd.Series(["valid"] * len(y)).where(y.notna(), "missing")
    return pd.DataFrame({"y": y, "state": valid if state is None else state})


def weights(*values: float) -> pd.Series:
    return pd.Series(values, dtype="float64", name="poids")


@pytest.fixture
def sample() -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    milieu = pd.Categorical(["u", "u", "r", "r", "r"], categories=["u", "r", "m"])
    return answers(1, 0, 1, 0, 0), weights(1, 2, 3, 2, 2), pd.DataFrame({"milieu": milieu})


def test_a_proportion_is_a_ratio_of_weights(sample):
    a, w, domains = sample
    found = stats.proportion(a, w, domains, by=["milieu"], level=LEVEL)
    assert found.columns.tolist() == COLUMNS
    assert found["modalite"].tolist() == ["national", "u", "r", "m"]
    assert found["estimation"].tolist()[:3] == pytest.approx([4 / 10, 1 / 3, 3 / 7])
    assert found["effectif"].tolist() == [10.0, 3.0, 7.0, 0.0]


def test_the_standard_error_is_the_linearised_one(sample):
    a, w, domains = sample
    z = np.array([1 * 0.6, 2 * -0.4, 3 * 0.6, 2 * -0.4, 2 * -0.4]) / 10
    expected = math.sqrt(5 / 4 * ((z - z.mean()) ** 2).sum())
    assert stats.proportion(a, w, domains, level=LEVEL)["erreur_type"][0] == pytest.approx(expected)


def test_equal_weights_give_the_variance_of_the_textbook():
    a, w = answers(*[1] * 30, *[0] * 70), weights(*[7] * 100)
    found = stats.proportion(a, w, pd.DataFrame(index=a.index), level=LEVEL)
    assert found["erreur_type"][0] == pytest.approx(math.sqrt(0.3 * 0.7 / 99))


def test_the_korn_graubard_interval_is_exact_binomial_at_equal_weights():
    a, w = answers(*[1] * 3, *[0] * 17), weights(*[1] * 20)
    found = stats.proportion(a, w, pd.DataFrame(index=a.index), level=LEVEL)
    # Effective size p(1-p)/V = n-1 here, under the cap of n.
    low, high = beta.ppf(0.025, 19 * 0.15, 19 * 0.85 + 1), beta.ppf(0.975, 19 * 0.15 + 1, 19 * 0.85)
    assert (found["borne_inf"][0], found["borne_sup"][0]) == pytest.approx((low, high))


def test_no_success_gives_a_lower_bound_of_zero_and_an_upper_one_above():
    a, w = answers(*[0] * 10), weights(*[1] * 10)
    found = stats.proportion(a, w, pd.DataFrame(index=a.index), level=LEVEL)
    assert found["borne_inf"][0] == 0.0
    assert found["borne_sup"][0] == pytest.approx(1 - 0.025 ** (1 / 10))


def test_a_facility_without_answer_leaves_the_denominator():
    a, w = answers(1, 0, None, 1, 0), weights(1, 1, 10, 1, 1)
    found = stats.proportion(a, w, pd.DataFrame(index=a.index), level=LEVEL)
    assert found["estimation"][0] == 0.5
    assert found[["n", "n_manquant", "n_sans_objet"]].iloc[0].tolist() == [4, 1, 0]


def test_a_domain_without_answer_has_no_value_rather_than_zero(sample):
    a, w, domains = sample
    empty = stats.proportion(a, w, domains, by=["milieu"], level=LEVEL).iloc[3]
    assert math.isnan(empty["estimation"])
    assert math.isnan(empty["borne_inf"])
    assert empty["n"] == 0


def test_a_mean_has_a_student_interval():
    a, w = answers(2, 4, 6, 8), weights(1, 1, 1, 1)
    found = stats.mean(a, w, pd.DataFrame(index=a.index), level=LEVEL).iloc[0]
    error = math.sqrt(20 / 3 / 4)
    assert found["estimation"] == 5.0
    assert found["erreur_type"] == pytest.approx(error)
    assert found["borne_sup"] == pytest.approx(5 + student.ppf(0.975, 3) * error)


def test_one_answer_gives_a_value_and_no_interval():
    a, w = answers(3.0), weights(2.0)
    found = stats.mean(a, w, pd.DataFrame(index=a.index), level=LEVEL).iloc[0]
    assert found["estimation"] == 3.0
    assert math.isnan(found["borne_inf"])
    assert math.isnan(found["borne_sup"])


def test_a_ratio_divides_totals_and_a_missing_denominator_leaves_both():
    a, w = answers(10, 20, 30), weights(1, 2, 1)
    staff = pd.Series([5.0, 10.0, None])
    found = stats.ratio(a, staff, w, pd.DataFrame(index=a.index), level=LEVEL).iloc[0]
    assert found["estimation"] == (10 + 40) / (5 + 20)
    assert found[["n", "n_manquant"]].tolist() == [2, 1]


def test_a_total_is_the_sum_of_weights_without_sampling_error(sample):
    _, w, domains = sample
    found = stats.total(w, domains, by=["milieu"], level=LEVEL)
    assert found["estimation"].tolist() == [10.0, 3.0, 7.0, 0.0]
    assert found["borne_inf"].isna().all()


def test_the_shares_of_a_distribution_add_up_to_one():
    codes = pd.Series(["a", "b", "b", None, "sans_objet"])
    outside = codes == "sans_objet"
    found = stats.distribution(codes, ["a", "b", "c"], weights(1, 1, 2, 9, 9), dimension="lieu",
                               level=LEVEL, not_applicable=outside)  # fmt: skip
    assert found["estimation"].tolist() == [0.25, 0.75, 0.0]
    assert found["dimension"].unique().tolist() == ["lieu"]
    assert found[["n", "n_manquant", "n_sans_objet"]].iloc[0].tolist() == [3, 1, 1]


def test_a_difference_carries_the_influence_of_both_groups():
    a, w = answers(1, 1, 0, 1, 0, 0), weights(1, 1, 1, 1, 1, 1)
    urban = pd.Series([True, True, True, False, False, False])
    found = stats.difference(a, w, urban, ~urban, level=LEVEL).iloc[0]
    z = np.array([1 / 3, 1 / 3, -2 / 3, -2 / 3, 1 / 3, 1 / 3]) / 3
    assert found["estimation"] == pytest.approx(1 / 3)
    assert found["erreur_type"] == pytest.approx(math.sqrt(6 / 5 * (z**2).sum()))
    assert found["n"] == 6


def test_variances_of_independent_estimates_add_up():
    later = pd.Series({"estimation": 0.4, "erreur_type": 0.03, "n": 50, "effectif": 9.0,
                       "n_manquant": 2, "n_sans_objet": 1})  # fmt: skip
    earlier = later.copy()
    earlier["estimation"], earlier["erreur_type"] = 0.3, 0.04
    found = stats.independent_difference(later, earlier, level=LEVEL).iloc[0]
    assert found["estimation"] == pytest.approx(0.1)
    assert found["erreur_type"] == pytest.approx(0.05)
    assert found["borne_sup"] == pytest.approx(0.1 + student.ppf(0.975, 49) * 0.05)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_a_weight_that_is_not_positive_is_an_error(bad):
    a = answers(1, 0)
    with pytest.raises(DataError, match="1 missing, zero or negative weight"):
        stats.proportion(a, weights(1.0, bad), pd.DataFrame(index=a.index), level=LEVEL)


def test_an_unknown_dimension_is_an_error(sample):
    a, w, domains = sample
    with pytest.raises(DataError, match="dimension 'region'"):
        stats.proportion(a, w, domains, by=["region"], level=LEVEL)


def test_imputing_missing_answers_bounds_the_proportion():
    a, w = answers(1, 0, None), weights(1, 1, 2)
    nothing = pd.DataFrame(index=a.index)
    low = stats.imputed(a, 0, w, nothing, level=LEVEL)["estimation"][0]
    high = stats.imputed(a, 1, w, nothing, level=LEVEL)["estimation"][0]
    assert (low, high) == (0.25, 0.75)


def test_unweighted_ignores_the_weights():
    assert stats.unweighted(answers(1, 0, 0, 1), level=LEVEL)["estimation"][0] == 0.5


def test_the_interval_of_a_score_stays_on_its_scale():
    a, w = answers(100, 100, 90), weights(1, 1, 1)
    free = stats.mean(a, w, pd.DataFrame(index=a.index), level=LEVEL).iloc[0]
    cut = stats.mean(a, w, pd.DataFrame(index=a.index), level=LEVEL, bounds=(0, 100)).iloc[0]
    assert free["borne_sup"] > 100 == cut["borne_sup"]
    assert cut["borne_inf"] == free["borne_inf"]
