"""Differences, contrasts, quantiles and changes between editions, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from obsante import stats
from obsante.errors import DataError

LEVEL = 0.95


def answers(*values: float | None) -> pd.DataFrame:
    return stats.numeric(pd.Series(values, dtype="float64", name="question"))


def simple(*weights: float) -> stats.SurveyDesign:
    return stats.survey_design(pd.DataFrame({"w": weights}), weights="w")


def test_a_difference_carries_the_influence_of_both_groups():
    a, d = answers(1, 1, 0, 1, 0, 0), simple(*[1] * 6)
    urban = pd.Series([True, True, True, False, False, False])
    found = stats.difference(a, d, urban, ~urban, level=LEVEL).iloc[0]
    z = np.array([1 / 3, 1 / 3, -2 / 3, -2 / 3, 1 / 3, 1 / 3]) / 3
    assert found["estimation"] == pytest.approx(1 / 3)
    assert found["erreur_type"] == pytest.approx(math.sqrt(6 / 5 * (z**2).sum()))
    assert found["n"] == 6
    # Both groups have the same variance and two degrees of freedom each.
    assert found["ddl"] == pytest.approx(4)


def test_a_part_and_its_whole_may_be_compared():
    a, d = answers(1, 0, 1, 1), simple(*[1] * 4)
    part = pd.Series([True, True, False, False])
    found = stats.difference(a, d, part, pd.Series([True] * 4), level=LEVEL).iloc[0]
    z = np.array([0.25, -0.25, 0, 0]) - (np.array([1, 0, 1, 1]) - 0.75) / 4
    assert found["estimation"] == -0.25
    assert found["erreur_type"] == pytest.approx(math.sqrt(4 / 3 * (z**2).sum()))
    assert found["n"] == 4


def test_a_contrast_of_two_domains_is_their_difference():
    a, d = answers(1, 1, 0, 1, 0, 0, 5), simple(*[1] * 7)
    milieu = pd.Series([*"uuurrrm"], name="milieu")
    contrast = stats.contrast(a, d, milieu, {"u": 1, "r": -1}, level=LEVEL).iloc[0]
    gap = stats.difference(a, d, milieu == "u", milieu == "r", level=LEVEL).iloc[0]
    numbers = ["estimation", "erreur_type", "borne_inf", "borne_sup", "ddl", "n"]
    assert contrast[numbers].astype(float).tolist() == pytest.approx(gap[numbers].tolist())


def test_a_contrast_keeps_the_unit_of_its_coefficients():
    a, d = answers(1, 3, 5, 7, 9, 11), simple(*[1] * 6)
    year = pd.Series([1, 1, 2, 2, 3, 3], name="year")
    slope = stats.contrast(a, d, year, {"1": -0.5, "3": 0.5}, level=LEVEL).iloc[0]
    assert slope["estimation"] == pytest.approx((10 - 2) / 2)


@pytest.mark.parametrize(
    "coefficients", [{"z": 1}, {"m": 1}, {"u": 0}, {}, {"u": float("nan")}]
)
def test_a_contrast_of_nothing_is_an_error(coefficients):
    a, d = answers(1, 0, None), simple(1, 1, 1)
    milieu = pd.Series([*"urm"], name="milieu")
    with pytest.raises(DataError, match="milieu"):
        stats.contrast(a, d, milieu, coefficients, level=LEVEL)


def test_the_domains_of_a_contrast_are_one_column():
    a, d = answers(1, 0), simple(1, 1)
    with pytest.raises(DataError, match="domains of the contrast\n.*DataFrame"):
        stats.contrast(a, d, pd.DataFrame({"milieu": [*"ur"]}), {"u": 1}, level=LEVEL)


def test_a_difference_with_an_empty_group_is_an_error():
    a, d = answers(1, None), simple(1, 1)
    first = pd.Series([True, False])
    with pytest.raises(DataError, match="domain 'second'\n.*no unit with an answer"):
        stats.difference(a, d, first, ~first, level=LEVEL)


@pytest.mark.parametrize("mask", [[1, 0], ["urbain", "rural"], "urbain"])
def test_a_group_is_given_by_true_and_false(mask):
    a, d = answers(1, 0), simple(1, 1)
    first = pd.Series(mask) if isinstance(mask, list) else mask
    with pytest.raises(DataError, match="'first'"):
        stats.difference(a, d, first, pd.Series([True, False]), level=LEVEL)


def test_a_unit_whose_group_is_unknown_is_in_none():
    a, d = answers(1, 0, 5), simple(1, 1, 1)
    stage = pd.Series([3, 1, None], dtype="Int64")
    found = stats.difference(a, d, stage > 2, stage <= 2, level=LEVEL).iloc[0]
    assert found[["estimation", "n"]].tolist() == [1, 2]


def test_a_median_of_all_units_has_no_sampling_error():
    frame = pd.DataFrame({"w": [1.0] * 4, "N": 4})
    d = stats.survey_design(frame, weights="w", psu_population="N")
    a = answers(1, 2, 3, 4)
    found = stats.quantile(a, 0.5, d, a[[]], level=LEVEL).iloc[0]
    assert found[["borne_inf", "estimation", "borne_sup"]].tolist() == [2, 2, 2]


def test_a_median_is_the_value_where_half_the_weight_is_reached():
    a, d = answers(1, 2, 3, 4, None), simple(1, 1, 1, 3, 50)
    found = stats.quantile(a, 0.5, d, a[[]], level=LEVEL).iloc[0]
    assert found["estimation"] == 3
    assert found[["n", "n_manquant"]].tolist() == [4, 1]


def test_the_interval_of_a_median_is_read_on_the_distribution():
    values = np.arange(1.0, 101.0)
    d = simple(*[1] * 100)
    a = answers(*values)
    found = stats.quantile(a, 0.5, d, a[[]], level=LEVEL).iloc[0]
    half = stats.proportion(answers(*(values <= 50)), d, a[[]], level=LEVEL).iloc[0]
    assert found["borne_inf"] == math.ceil(100 * half["borne_inf"])
    assert found["borne_sup"] == math.ceil(100 * half["borne_sup"])


def test_a_median_among_ties_keeps_its_interval_about_the_half():
    a, d = answers(*[0] * 90, *range(1, 11)), simple(*[1] * 100)
    found = stats.quantile(a, 0.5, d, a[[]], level=LEVEL).iloc[0]
    assert found[["borne_inf", "estimation", "borne_sup"]].tolist() == [0, 0, 0]


def test_each_domain_has_its_quantile_and_an_empty_one_has_none():
    a, d = answers(1, 2, 3, 10, 20, 30), simple(*[1] * 6)
    milieu = pd.Categorical([*"uuurrr"], categories=["u", "r", "m"])
    found = stats.quantile(a, 0.5, d, pd.DataFrame({"milieu": milieu}), by=["milieu"], level=LEVEL)
    assert found["estimation"].tolist()[:3] == [3, 2, 20]
    assert found.iloc[3][["estimation", "borne_inf", "borne_sup"]].isna().all()


def test_a_quantile_of_order_fifty_is_an_error():
    a = answers(1, 2)
    with pytest.raises(DataError, match="'probability'"):
        stats.quantile(a, 50, simple(1, 1), a[[]], level=LEVEL)


def wave(units: list[int], values: list[float], population: int = 10) -> stats.Wave:
    frame = pd.DataFrame({"id": units, "w": population / len(units), "N": population})
    d = stats.survey_design(frame, weights="w", psu="id", psu_population="N")
    return stats.Wave(d, answers(*values))


def test_a_change_on_the_same_units_is_that_of_their_differences():
    before, after = [1.0, 5, 2, 8], [2.0, 7, 2, 9]
    found = stats.change({2024: wave([1, 2, 3, 4], before), 2025: wave([1, 2, 3, 4], after)},
                         level=LEVEL).iloc[0]  # fmt: skip
    moved = np.subtract(after, before)
    assert found["estimation"] == pytest.approx(moved.mean())
    assert found["erreur_type"] == pytest.approx(math.sqrt(0.6 * moved.var(ddof=1) / 4))
    assert found["edition_reference"] == 2024


def test_samples_without_common_units_have_no_covariance_but_that_of_a_finite_population():
    waves = {2024: wave([1, 2, 3], [1, 5, 3]), 2025: wave([4, 5, 6], [2, 2, 8])}
    matrix = stats.wave_covariance(waves).to_numpy()
    assert matrix[0, 1] == 0
    found = stats.change(waves, level=LEVEL).iloc[0]
    assert found["erreur_type"] == pytest.approx(math.sqrt(np.trace(matrix)))


def test_the_covariance_of_overlapping_samples_is_that_of_tam():
    waves = {
        2024: wave([1, 2, 3, 4], [1, 5, 2, 8], population=20),
        2025: wave([3, 4, 5, 6, 7], [2, 9, 4, 4, 1], population=20),
    }
    matrix = stats.wave_covariance(waves).to_numpy()
    assert stats.change(waves, level=LEVEL)["n_communs"].tolist() == [2]
    common = np.cov([2, 8], [2, 9])[0, 1]
    assert matrix[0, 1] == pytest.approx((2 / (4 * 5) - 1 / 20) * common)


def test_the_slope_of_three_editions_keeps_the_gaps_between_years():
    waves = {year: wave([1, 2, 3], [v, v, v + 3]) for year, v in ((2020, 1), (2021, 3), (2025, 4))}
    found = stats.trend(waves, level=LEVEL).iloc[0]
    assert found["estimation"] == pytest.approx(np.polyfit([2020, 2021, 2025], [2, 4, 5], 1)[0])


def test_one_edition_or_an_empty_one_can_not_be_compared():
    with pytest.raises(DataError, match=r"1 edition\(s\)"):
        stats.change({2025: wave([1, 2], [1, 2])}, level=LEVEL)
    silent, asked = (stats.Wave(w.design, w.answers, pd.DataFrame({"type": t})) for w, t in (
        (wave([1, 2, 3], [1, 2, None]), ["a", "a", "b"]),
        (wave([1, 2, 3], [1, 2, 4]), ["a", "b", "b"]),
    ))  # fmt: skip
    with pytest.raises(DataError, match="edition 2024, type = b\n.*no unit of the domain"):
        stats.change({2024: silent, 2025: asked}, by="type", level=LEVEL)


def test_each_domain_has_its_change_to_each_earlier_edition():
    types = pd.DataFrame({"type": [*"aabb"]})
    waves = {
        year: stats.Wave(w.design, w.answers, types)
        for year, w in ((year, wave([1, 2, 3, 4], [year - 2020, 1, 5, 7])) for year in (2022, 2024, 2025))
    }
    found = stats.change(waves, by="type", level=LEVEL)
    assert found["modalite"].tolist() == ["national"] * 2 + ["a"] * 2 + ["b"] * 2
    assert found["edition_reference"].tolist() == [2022, 2024] * 3
    assert found["estimation"].tolist() == pytest.approx([3 / 4, 1 / 4, 3 / 2, 1 / 2, 0, 0])
    assert found[["n", "ddl"]].iloc[2].tolist() == [2, 1]


def test_a_change_is_tested_against_zero_with_its_own_interval():
    waves = {2024: wave([1, 2, 3, 4], [1, 5, 2, 8]), 2025: wave([1, 2, 3, 4], [2, 7, 2, 9])}
    found = stats.change(waves, level=LEVEL).iloc[0]
    assert found["statistique"] == pytest.approx(found["estimation"] / found["erreur_type"])
    excludes_zero = found["borne_inf"] > 0
    assert excludes_zero == (found["p_valeur"] < 1 - LEVEL)
    assert found["p_valeur"] == pytest.approx(2 * student.sf(found["statistique"], 3))


def test_units_without_a_name_can_not_be_found_again():
    design = stats.survey_design(pd.DataFrame({"w": [1.0, 1]}), weights="w")
    unnamed = stats.Wave(design, answers(1, 2))
    with pytest.raises(DataError, match="edition 2024.*\n.*primary units without a name"):
        stats.change({2024: unnamed, 2025: unnamed}, level=LEVEL)


def test_a_correlation_beyond_one_is_brought_back_to_one():
    # Two common units that move together, each the extreme of its sample.
    before = wave([1, 2, 3, 4, 5, 6], [-9, 10, 1, 0.5, 1, 0.5], population=1000)
    after = wave([1, 2, 13, 14, 15, 16], [-9, 9, 0, 0.5, 0.3, 1], population=1000)
    matrix = stats.wave_covariance({2024: before, 2025: after}).to_numpy()
    assert matrix[0, 1] == pytest.approx(np.sqrt(matrix[0, 0] * matrix[1, 1]))
    found = stats.change({2024: before, 2025: after}, level=LEVEL).iloc[0]
    spread = np.sqrt(matrix[0, 0]) - np.sqrt(matrix[1, 1])
    assert found["erreur_type"] == pytest.approx(abs(spread))
