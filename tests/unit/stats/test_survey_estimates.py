"""Survey estimates against values worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta
from scipy.stats import t as student

from obsante import stats
from obsante.errors import DataError

LEVEL = 0.95


def answers(*values: float | None) -> pd.DataFrame:
    return stats.numeric(pd.Series(values, dtype="float64", name="question"))


def sample(*weights: float, **columns: list) -> stats.SurveyDesign:
    """One row for each weight; the other columns keep the names of ``survey_design``."""
    names = {name: name for name in columns if name not in ("lonely", "whole_psu", "degrees")}
    options = {name: columns[name] for name in ("lonely", "whole_psu", "degrees") if name in columns}
    frame = pd.DataFrame({"poids": weights} | {name: columns[name] for name in names})
    return stats.survey_design(frame, weights="poids", **names, **options)


def nothing(a: pd.DataFrame) -> pd.DataFrame:
    return a[[]]


@pytest.fixture
def five() -> tuple[pd.DataFrame, stats.SurveyDesign, pd.DataFrame]:
    milieu = pd.Categorical(["u", "u", "r", "r", "r"], categories=["u", "r", "m"])
    return answers(1, 0, 1, 0, 0), sample(1, 2, 3, 2, 2), pd.DataFrame({"milieu": milieu})


def test_a_proportion_is_a_ratio_of_weights(five):
    a, d, domains = five
    found = stats.proportion(a, d, domains, by=["milieu"], level=LEVEL)
    assert found.columns.tolist() == stats.COLUMNS
    assert found["modalite"].tolist() == ["national", "u", "r", "m"]
    assert found["estimation"].tolist()[:3] == pytest.approx([4 / 10, 1 / 3, 3 / 7])
    assert found["effectif"].tolist() == [10.0, 3.0, 7.0, 0.0]


def test_without_strata_the_standard_error_is_the_one_of_a_draw_with_replacement(five):
    a, d, domains = five
    z = np.array([1 * 0.6, 2 * -0.4, 3 * 0.6, 2 * -0.4, 2 * -0.4]) / 10
    expected = math.sqrt(5 / 4 * ((z - z.mean()) ** 2).sum())
    assert stats.proportion(a, d, domains, level=LEVEL)["erreur_type"][0] == pytest.approx(expected)


def test_a_stratified_mean_has_the_variance_of_the_textbook():
    # Two strata of 10 and 30 units, 2 and 3 drawn: V = sum (N/40)^2 (1-f) s^2/n.
    a = answers(1, 3, 10, 13, 16)
    d = sample(5, 5, 10, 10, 10, strata=[*"aabbb"], psu_population=[10, 10, 30, 30, 30])
    found = stats.mean(a, d, nothing(a), level=LEVEL).iloc[0]
    parts = (10 / 40) ** 2 * 0.8 * 2 / 2, (30 / 40) ** 2 * 0.9 * 9 / 3
    variance = sum(parts)
    assert found["estimation"] == pytest.approx(0.25 * 2 + 0.75 * 13)
    assert found["erreur_type"] == pytest.approx(math.sqrt(variance))
    assert found["ddl"] == pytest.approx(variance**2 / (parts[0] ** 2 / 3 + parts[1] ** 2 / 4) - 2)
    assert found["cv"] == pytest.approx(math.sqrt(variance) / 10.25)


def test_one_large_unit_leaves_the_degrees_of_freedom_of_its_stratum():
    y = [0.0, 1000.0, 0.0, 1000.0, *np.tile([0.0, 1.0], 500)]
    frame = {"strata": [*"aaaa", *["b"] * 1000]}
    large, plain = (
        stats.mean(answers(*y), sample(*[1] * 1004, **frame, **kind), nothing(answers(*y)), level=LEVEL)
        for kind in ({}, {"degrees": "design"})
    )
    assert large["ddl"].item() == pytest.approx(3, rel=0.01)
    assert plain["ddl"].item() == 1002
    assert large["borne_sup"].item() > plain["borne_sup"].item()


def test_two_stages_add_the_spread_within_primary_units():
    # 2 of 4 PSUs, 2 of 3 SSUs in each; totals of z = w y by PSU: 18 and 42.
    a = answers(1, 2, 3, 4)
    d = sample(6, 6, 6, 6, psu=[1, 1, 2, 2], psu_population=[4] * 4, ssu_population=[3] * 4)
    found = stats.total(a, d, nothing(a), level=LEVEL).iloc[0]
    first = (1 - 2 / 4) * 2 * ((18 - 30) ** 2 + (42 - 30) ** 2)
    second = 2 / 4 * (1 - 2 / 3) * 2 * (2 * 3**2 + 2 * 3**2)
    assert found["estimation"] == 60
    assert found["erreur_type"] == pytest.approx(math.sqrt(first + second))


def test_equal_weights_give_the_variance_of_the_textbook_and_a_design_effect_of_one():
    a, d = answers(*[1] * 30, *[0] * 70), sample(*[7] * 100)
    found = stats.proportion(a, d, nothing(a), level=LEVEL)
    assert found["erreur_type"][0] == pytest.approx(math.sqrt(0.3 * 0.7 / 99))
    assert found["effet_plan"][0] == pytest.approx(1.0)


def test_clusters_that_answer_alike_have_the_design_effect_of_their_size():
    clusters = np.repeat(np.arange(40), 5)
    y = pd.Series((clusters % 2).astype(float))
    d = sample(*[1] * 200, psu=list(clusters))
    found = stats.proportion(stats.numeric(y), d, pd.DataFrame(index=y.index), level=LEVEL)
    assert found["effet_plan"][0] == pytest.approx(5 * 199 / 200 * 40 / 39)


def test_the_korn_graubard_interval_is_exact_binomial_at_equal_weights():
    a, d = answers(*[1] * 3, *[0] * 17), sample(*[1] * 20)
    found = stats.proportion(a, d, nothing(a), level=LEVEL)
    # Effective size p(1-p)/V = n-1 here, under the cap of n.
    low, high = beta.ppf(0.025, 19 * 0.15, 19 * 0.85 + 1), beta.ppf(0.975, 19 * 0.15 + 1, 19 * 0.85)
    assert (found["borne_inf"][0], found["borne_sup"][0]) == pytest.approx((low, high))


def test_the_effective_size_of_korn_and_graubard_is_at_most_that_of_a_simple_sample():
    # Strata explain y entirely but for one unit: the variance would give an effective size of 79.
    a = answers(*[1] * 10, *[0] * 9, 1)
    free = sample(*[1] * 20, strata=[*"a" * 10, *"b" * 10])
    half = sample(*[2] * 20, strata=[*"a" * 10, *"b" * 10], psu_population=[20] * 20)
    for d, size in ((free, 20), (half, 40)):
        found = stats.proportion(a, d, nothing(a), level=LEVEL).iloc[0]
        assert found["borne_inf"] == pytest.approx(beta.ppf(0.025, size * 0.55, size * 0.45 + 1))


def test_no_success_gives_a_lower_bound_of_zero_and_an_upper_one_above():
    a, d = answers(*[0] * 10), sample(*[1] * 10)
    found = stats.proportion(a, d, nothing(a), level=LEVEL)
    assert found["borne_inf"][0] == 0.0
    assert found["borne_sup"][0] == pytest.approx(1 - 0.025 ** (1 / 10))


def test_a_domain_observed_whole_has_no_sampling_error():
    a = answers(1, 1, 1, 0, 1)
    d = sample(1, 1, 1, 4, 4, strata=[*"aaabb"], psu_population=[3, 3, 3, 8, 8])
    domains = pd.DataFrame({"type": [*"aaabb"]})
    found = stats.proportion(a, d, domains, by=["type"], level=LEVEL).set_index("modalite")
    assert found.loc["a", ["borne_inf", "estimation", "borne_sup"]].tolist() == [1.0, 1.0, 1.0]
    assert found.loc["b", "borne_sup"] > found.loc["b", "borne_inf"]
    assert found.loc["national", "borne_inf"] < found.loc["national", "estimation"]


def test_a_domain_observed_whole_but_for_one_answer_is_not_exact():
    d = sample(1, 1, 1, 4, 4, strata=[*"aaabb"], psu_population=[3, 3, 3, 8, 8])
    domains = pd.DataFrame({"type": [*"aaabb"]})
    by_type = {"by": ["type"], "level": LEVEL}
    share = stats.proportion(answers(1, 1, None, 0, 1), d, domains, **by_type)
    assert share.set_index("modalite").loc["a", "borne_inf"] == pytest.approx(0.025 ** (1 / 2))
    score = stats.mean(answers(1, 5, None, 0, 1), d, domains, **by_type)
    # Two of three answered: (1 - 2/3) 2/(2 - 1) times the sum of ((y - 3) / 2)^2.
    assert score.set_index("modalite").loc["a", "erreur_type"] == pytest.approx((2 / 3 * 2) ** 0.5)


def test_answers_that_some_left_out_of_a_whole_population_hold_its_mean_as_often_as_they_say():
    rng = np.random.default_rng(20)
    sizes = pd.Series(np.repeat([30, 4], [20, 60]))
    y = sizes * rng.uniform(0.5, 1.5, len(sizes))
    d = sample(*[1] * 80, strata=[*["a"] * 20, *["b"] * 60], psu_population=[20] * 20 + [60] * 60)
    held = []
    for _ in range(400):
        told = stats.numeric(y.where(rng.random(80) > 0.15))
        row = stats.ratio(told, sizes.astype(float), d, nothing(told), level=LEVEL).iloc[0]
        held.append(row["borne_inf"] <= y.sum() / sizes.sum() <= row["borne_sup"])
    # Of 400 draws, 95 % are within 0.91 and 0.98 with a probability of 99.9 %.
    assert 0.91 <= np.mean(held) <= 0.98


def test_answers_all_alike_have_no_student_interval():
    a, d = answers(5, 5, 5.0), sample(1, 2, 3)
    found = stats.mean(a, d, nothing(a), level=LEVEL).iloc[0]
    assert found[["estimation", "erreur_type"]].tolist() == [5, 0]
    assert found[["borne_inf", "borne_sup"]].isna().all()


def test_a_facility_without_answer_leaves_the_denominator():
    a, d = answers(1, 0, None, 1, 0), sample(1, 1, 10, 1, 1)
    found = stats.proportion(a, d, nothing(a), level=LEVEL)
    assert found["estimation"][0] == 0.5
    assert found[["n", "n_manquant", "n_sans_objet"]].iloc[0].tolist() == [4, 1, 0]


def test_a_domain_without_answer_has_no_value_rather_than_zero(five):
    a, d, domains = five
    empty = stats.proportion(a, d, domains, by=["milieu"], level=LEVEL).iloc[3]
    assert empty[["estimation", "erreur_type", "borne_inf", "borne_sup"]].isna().all()
    assert empty["n"] == 0


def test_a_mean_has_a_student_interval():
    a, d = answers(2, 4, 6, 8), sample(1, 1, 1, 1)
    found = stats.mean(a, d, nothing(a), level=LEVEL).iloc[0]
    error = math.sqrt(20 / 3 / 4)
    assert found["estimation"] == 5.0
    assert found["erreur_type"] == pytest.approx(error)
    assert found["borne_sup"] == pytest.approx(5 + student.ppf(0.975, 3) * error)


def test_one_answer_gives_a_value_and_no_interval():
    a = answers(3.0, None)
    d = sample(2.0, 2.0, strata=["a", "a"])
    domains = pd.DataFrame({"type": ["x", "y"]})
    found = stats.mean(a, d, domains, by=["type"], level=LEVEL).set_index("modalite").loc["x"]
    assert found["estimation"] == 3.0
    assert found["ddl"] == 0
    assert found[["borne_inf", "borne_sup"]].isna().all()


def test_a_ratio_divides_totals_and_a_missing_denominator_leaves_both():
    a, d = answers(10, 20, 30), sample(1, 2, 1)
    staff = pd.Series([5.0, 10.0, None], name="staff")
    found = stats.ratio(a, staff, d, nothing(a), level=LEVEL).iloc[0]
    assert found["estimation"] == (10 + 40) / (5 + 20)
    assert found[["n", "n_manquant"]].tolist() == [2, 1]


def test_a_number_of_units_reproduced_by_the_weights_has_no_sampling_error():
    d = sample(2, 2, 2, 5, 5, 5, strata=[*"aaabbb"])
    domains = pd.DataFrame({"type": [*"aaabbb"], "milieu": [*"urrurr"]})
    found = stats.total(stats.everyone(domains), d, domains, by=["type", "milieu"], level=LEVEL)
    found = found.set_index("modalite")
    assert found["estimation"].to_dict() == {"national": 21, "a": 6, "b": 15, "r": 14, "u": 7}
    assert found.loc[["national", "a", "b"], "erreur_type"].tolist() == [0, 0, 0]
    assert found.loc["a", ["borne_inf", "borne_sup"]].isna().all()
    assert found.loc["r", "erreur_type"] > 0


def test_the_shares_of_a_distribution_add_up_to_one():
    codes = pd.Series(["a", "b", "b", None, "sans_objet", "nsp"])
    found = stats.distribution(codes, ["a", "b", "c"], sample(1, 1, 2, 9, 9, 9), dimension="lieu",
                               level=LEVEL, unknown=["nsp"])  # fmt: skip
    assert found["estimation"].tolist() == [0.25, 0.75, 0.0]
    assert found["dimension"].unique().tolist() == ["lieu"]
    assert found[["n", "n_manquant", "n_sans_objet"]].iloc[0].tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    ("categories", "message"),
    [(["a"], "answers of 'lieu'\n.*'b', which"), ([], "categories of"), (["a", "b", "a"], "categories")],
)
def test_a_distribution_places_every_code_once(categories, message):
    codes = pd.Series(["a", "b", "b"], name="lieu")
    with pytest.raises(DataError, match=message):
        stats.distribution(codes, categories, sample(1, 1, 1), dimension="lieu", level=LEVEL)


def test_an_adopter_without_a_grade_stays_an_adopter():
    adopted = answers(1, 1, 1, 0, 0, None)
    grades = pd.Series(["1", "2", None, "0", "0", None])
    found = stats.graded_distribution(adopted, grades, ["0", "1", "2"], sample(*[1] * 6),
                                      dimension="stade", level=LEVEL)  # fmt: skip
    assert found["estimation"].tolist() == pytest.approx([2 / 5, 3 / 5 * 1 / 2, 3 / 5 * 1 / 2])
    assert found["estimation"].sum() == pytest.approx(1.0)
    # z of a c with a = 3/5 and c = 1/2: c (y - a) / 5 + a (g - c) / 2 among the graded.
    z = np.array([0.5 * 0.4 / 5 + 0.6 * 0.5 / 2, 0.5 * 0.4 / 5 - 0.6 * 0.5 / 2, 0.5 * 0.4 / 5,
                  -0.5 * 0.6 / 5, -0.5 * 0.6 / 5, 0.0])  # fmt: skip
    assert found["erreur_type"][1] == pytest.approx(math.sqrt(6 / 5 * (z**2).sum()))
    assert found[["n", "n_manquant"]].iloc[0].tolist() == [5, 1]
    assert found[["n", "n_manquant"]].iloc[1].tolist() == [4, 2]


@pytest.mark.parametrize(
    ("grades", "message"),
    [(["0", "0"], "row 0\n.*'0' of a unit that adopted"), (["1", "2"], "row 1\n.*did not adopt"),
     ([None, "0"], "domain 'stade'"), (["7", "0"], "'7', which")],
)  # fmt: skip
def test_grades_that_contradict_adoption_are_an_error(grades, message):
    with pytest.raises(DataError, match=message):
        stats.graded_distribution(answers(1, 0), pd.Series(grades), ["0", "1", "2"], sample(1, 1),
                                  dimension="stade", level=LEVEL)  # fmt: skip


def test_a_grade_known_from_one_primary_unit_has_no_interval():
    adopted = answers(1, 1, 1, 1, 0, 0, 1, 0)
    grades = pd.Series(["1", "2", None, None, "0", "0", None, "0"])
    d = sample(*[1] * 8, psu=[1, 1, 2, 2, 3, 3, 4, 4])
    found = stats.graded_distribution(adopted, grades, ["0", "1", "2"], d, dimension="stade",
                                      level=LEVEL)  # fmt: skip
    assert found["ddl"].tolist() == [3, 0, 0]
    assert found[["borne_inf", "borne_sup"]].iloc[1].isna().all()




def test_covariance_between_domains_has_the_variances_on_its_diagonal():
    a = answers(1, 0, 1, 1, 0, 0, 1, 0)
    domains = pd.DataFrame({"age": [*"jvjvjvjv"]})
    d = sample(*[1] * 8, psu=[1, 1, 2, 2, 3, 3, 4, 4])
    matrix = stats.covariance(a, d, domains, by="age")
    table = stats.proportion(a, d, domains, by=["age"], level=LEVEL).set_index("modalite")
    for name in ("j", "v"):
        assert matrix.loc[name, name] == pytest.approx(table.loc[name, "erreur_type"] ** 2)
    # By hand: influences (y - p)/4, p = 3/4 for j and 1/4 for v, multiplied PSU by PSU.
    j, v = np.array([1, 1, 0, 1]) / 4 - 3 / 16, np.array([0, 1, 0, 0]) / 4 - 1 / 16
    assert matrix.loc["j", "v"] == pytest.approx(4 / 3 * (j * v).sum())


def test_imputing_missing_answers_bounds_the_proportion():
    a, d = answers(1, 0, None), sample(1, 1, 2)
    low = stats.imputed(a, 0, d, nothing(a), level=LEVEL)["estimation"][0]
    high = stats.imputed(a, 1, d, nothing(a), level=LEVEL)["estimation"][0]
    assert (low, high) == (0.25, 0.75)


def test_unweighted_ignores_the_weights():
    assert stats.unweighted(answers(1, 0, 0, 1), level=LEVEL)["estimation"][0] == 0.5


def test_the_interval_of_a_score_stays_on_its_scale():
    a, d = answers(100, 100, 90), sample(1, 1, 1)
    free = stats.mean(a, d, nothing(a), level=LEVEL).iloc[0]
    cut = stats.mean(a, d, nothing(a), level=LEVEL, bounds=(0, 100)).iloc[0]
    assert free["borne_sup"] > 100 == cut["borne_sup"]
    assert cut["borne_inf"] == free["borne_inf"]


@pytest.mark.parametrize("bounds", [(0, 1), (100, 0)])
def test_values_beyond_their_scale_are_an_error(bounds):
    a = answers(10, 20)
    with pytest.raises(DataError, match="'question', bounds"):
        stats.mean(a, sample(1, 1), nothing(a), level=LEVEL, bounds=bounds)


def test_a_denominator_that_adds_up_to_zero_names_its_domain():
    a, beds = answers(1, 2, 3), pd.Series([0.0, 0, 4], name="lits")
    domains = pd.DataFrame({"type": [*"aab"]})
    with pytest.raises(DataError, match="denominator, type = a\n.*2 answer"):
        stats.ratio(a, beds, sample(1, 1, 1), domains, by=["type"], level=LEVEL)


@pytest.mark.parametrize(
    ("y", "state"), [([1.0, np.inf], ["valid"] * 2), ([1, None], ["valid"] * 2), ([1, 2], ["valid", "missing"])]
)
def test_a_value_that_contradicts_its_state_is_an_error(y, state):
    a = pd.DataFrame({"y": pd.Series(y, dtype=float), "state": state})
    with pytest.raises(DataError, match="row 1\n.*in state"):
        stats.mean(a, sample(1, 1), nothing(a), level=LEVEL)


def test_arguments_in_the_wrong_order_say_what_each_is():
    a, d = answers(1, 0), sample(1, 1)
    for wrong in ((d, a), (a["y"], d)):
        with pytest.raises(DataError, match=r"stats.binary\(\)"):
            stats.mean(*wrong, nothing(a), level=LEVEL)
    with pytest.raises(DataError, match="'domains'\n.*str"):
        stats.mean(a, d, "region", level=LEVEL)


def test_one_dimension_may_be_given_by_its_name_alone(five):
    a, d, domains = five
    one = stats.mean(a, d, domains, by="milieu", level=LEVEL)
    assert one.equals(stats.mean(a, d, domains, by=["milieu"], level=LEVEL))


@pytest.mark.parametrize(
    ("domains", "by", "message"),
    [({"g": [1, "1"]}, "g", "two domains that read '1'"), ({"g": [None, None]}, "g", "no domain"),
     ({"national": [*"ab"]}, "national", "the name of the whole sample")],
)  # fmt: skip
def test_domains_without_a_name_of_their_own_are_an_error(domains, by, message):
    a = answers(1, 0)
    with pytest.raises(DataError, match=message):
        stats.mean(a, sample(1, 1), pd.DataFrame(domains, dtype="object"), by=by, level=LEVEL)


def test_an_unknown_dimension_is_an_error(five):
    a, d, domains = five
    with pytest.raises(DataError, match="column 'region'"):
        stats.proportion(a, d, domains, by=["region"], level=LEVEL)


def test_a_proportion_refuses_what_is_neither_yes_nor_no():
    a = answers(1, 0, 2)
    with pytest.raises(DataError, match=r"'question'\n.*1 value\(s\).* the first 2"):
        stats.proportion(a, sample(1, 1, 1), nothing(a), level=LEVEL)


def test_a_question_without_any_answer_is_an_error():
    a = answers(None, None)
    with pytest.raises(DataError, match=r"'question'\n.*2 unit\(s\), all missing"):
        stats.mean(a, sample(1, 1), nothing(a), level=LEVEL)


def test_a_level_in_per_cent_is_an_error():
    a = answers(1, 0)
    with pytest.raises(DataError, match=r"0.95, not 95"):
        stats.mean(a, sample(1, 1), nothing(a), level=95)


def test_an_unknown_interval_names_the_nearest():
    a = answers(1, 0)
    with pytest.raises(DataError, match=r"'wilson' \(nearest\)"):
        stats.proportion(a, sample(1, 1), nothing(a), level=LEVEL, interval="wilsn")


def test_answers_of_other_rows_are_an_error():
    a = answers(1, 0)
    a.index = [5, 6]
    with pytest.raises(DataError, match="'question'.*\n.*index is not the design's"):
        stats.mean(a, sample(1, 1), nothing(a), level=LEVEL)
