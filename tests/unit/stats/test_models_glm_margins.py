"""Predictive margins and average marginal effects, with the variance of both their parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.models.glm import glm
from obsante.stats.models.margins import average_marginal_effects, predictive_margins
from obsante.stats.survey import survey_design


def sample() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    size = 30
    return pd.DataFrame(
        {
            "w": rng.uniform(1, 4, size),
            "psu": np.repeat(np.arange(5), 6),
            "type": rng.choice(["ESSP", "HOP", "PRIV"], size),
            "lits": rng.integers(1, 9, size).astype(float),
            "chef": rng.integers(0, 2, size),
            "dme": rng.integers(0, 2, size).astype(float),
            "visites": rng.poisson(3, size).astype(float),
            "heures": rng.uniform(1, 5, size),
        }
    )


def fitted(data: pd.DataFrame, formula: str, family: str, **options):
    design = survey_design(data, weights="w", psu="psu")
    reference = {"type": "ESSP"} if "type" in formula else {}
    return glm(design, formula, data, family=family, reference=reference, level=0.95, **options)


def variance_by_weights(data: pd.DataFrame, statistic) -> float:
    """Design variance of a statistic, from its numerical derivative by the weights of each PSU."""
    z = np.zeros(len(data))
    for psu, rows in data.groupby("psu").groups.items():
        moved = [data.assign(w=data["w"] * (1 + h * (data["psu"] == psu))) for h in (1e-5, -1e-5)]
        z[rows[0]] = (statistic(moved[0]) - statistic(moved[1])) / 2e-5
    return float(survey_design(data, weights="w", psu="psu").covariance(z)[0, 0])


CASES = [
    (predictive_margins, "dme ~ type * lits", "binomial", {}, "type"),
    (average_marginal_effects, "dme ~ type + lits", "binomial", {}, "type"),
    (average_marginal_effects, "dme ~ chef + log(lits)", "binomial", {}, "lits"),
    (average_marginal_effects, "visites ~ lits + type", "poisson", {"exposure": "heures"}, "lits"),
]


@pytest.mark.parametrize(("function", "formula", "family", "options", "variable"), CASES)
def test_the_variance_counts_the_sampling_of_the_characteristics(
    function, formula, family, options, variable
):
    data = sample()

    def last(one: pd.DataFrame) -> float:
        return function(fitted(one, formula, family, **options), variable)["estimation"].iloc[-1]

    table = function(fitted(data, formula, family, **options), variable)
    expected = variance_by_weights(data, last)
    assert table["erreur_type"].iloc[-1] == pytest.approx(np.sqrt(expected), rel=1e-5)


def test_the_margins_of_a_model_with_one_variable_are_the_means_of_its_levels():
    data = sample()
    fit = fitted(data, "dme ~ type", "binomial")
    table = predictive_margins(fit, "type").set_index("terme")
    hospitals = (data["type"] == "HOP").to_numpy()
    mean = np.average(data["dme"][hospitals], weights=data["w"][hospitals])
    z = np.where(hospitals, data["w"] * (data["dme"] - mean), 0.0) / data["w"][hospitals].sum()
    row = table.loc["type[HOP]"]
    assert row["estimation"] == pytest.approx(mean, rel=1e-9)
    assert row["erreur_type"] == pytest.approx(np.sqrt(fit.design.covariance(z)[0, 0]), rel=1e-9)
    assert (row["ddl"], row["n"]) == (fit.df, 30)


def test_a_linear_model_without_interaction_has_its_coefficients_as_effects():
    fit = fitted(sample(), "visites ~ type + lits", "gaussian")
    rows = fit.table.set_index("terme")
    columns = ["estimation", "erreur_type", "statistique", "p_valeur", "borne_inf", "borne_sup"]
    effect = average_marginal_effects(fit, "lits").set_index("terme")
    pd.testing.assert_frame_equal(effect[columns], rows.loc[["lits"], columns], rtol=1e-8)
    contrast = average_marginal_effects(fit, "type").set_index("terme")
    names = ["type[HOP]", "type[PRIV]"]
    pd.testing.assert_frame_equal(contrast[columns], rows.loc[names, columns], rtol=1e-8)


def test_the_effect_of_a_level_is_the_difference_of_two_margins():
    fit = fitted(sample(), "dme ~ type * lits", "binomial")
    margins = predictive_margins(fit, "type").set_index("terme")["estimation"]
    effects = average_marginal_effects(fit, "type").set_index("terme")["estimation"]
    assert effects["type[PRIV]"] == pytest.approx(margins["type[PRIV]"] - margins["type[ESSP]"])


def test_an_indicator_has_a_difference_and_not_a_derivative():
    data = sample()
    fit = fitted(data, "dme ~ chef + lits", "binomial")
    b = fit.coefficients
    with_and_without = [
        np.average(1 / (1 + np.exp(-(b[0] + b[1] * chef + b[2] * data["lits"]))), weights=data["w"])
        for chef in (1, 0)
    ]
    table = average_marginal_effects(fit, "chef")
    assert table["terme"].tolist() == ["chef[1]"]
    assert table["estimation"][0] == pytest.approx(with_and_without[0] - with_and_without[1])
    assert "différence avec « 0 »" in table["methode"][0]


def test_the_derivative_follows_squares_and_interactions():
    data = sample()
    fit = fitted(data, "visites ~ lits * chef + I(lits**2)", "gaussian")
    b = fit.table.set_index("terme")["estimation"]
    slopes = b["lits"] + b["lits:chef"] * data["chef"] + 2 * b["I(lits ** 2)"] * data["lits"]
    found = average_marginal_effects(fit, "lits")["estimation"][0]
    assert found == pytest.approx(np.average(slopes, weights=data["w"]), rel=1e-7)


def test_a_count_is_predicted_at_the_observed_exposure():
    data = sample()
    fit = fitted(data, "visites ~ chef", "poisson", exposure="heures")
    table = predictive_margins(fit, "chef").set_index("terme")["estimation"]
    mean = np.average(data["heures"], weights=data["w"])
    assert table["chef[1]"] == pytest.approx(np.exp(fit.coefficients.sum()) * mean)


def test_a_number_is_predicted_at_chosen_values():
    data = sample()
    fit = fitted(data, "visites ~ lits", "gaussian")
    table = predictive_margins(fit, "lits", values=[2, 5])
    assert table["terme"].tolist() == ["lits[2]", "lits[5]"]
    np.testing.assert_allclose(table["estimation"], fit.coefficients @ [[1, 1], [2, 5]])


def test_without_degrees_of_freedom_a_margin_has_no_interval():
    data = sample()
    fit = fitted(data, "dme ~ type + lits", "binomial", inside=(data["psu"] < 4).to_numpy())
    table = predictive_margins(fit, "type")
    assert fit.df == 3 + 1 - 4
    assert table["estimation"].notna().all()
    assert table[["borne_inf", "borne_sup", "p_valeur"]].isna().all(axis=None)
    assert "faute de degrés de liberté" in table["methode"][0]


def test_a_variable_that_is_not_in_the_model_is_refused():
    fit = fitted(sample(), "dme ~ type", "binomial")
    with pytest.raises(DataError, match="'typ'") as error:
        average_marginal_effects(fit, "typ")
    assert "'type' (nearest)" in error.value.expected


def test_a_number_without_values_has_no_margins():
    fit = fitted(sample(), "dme ~ lits", "binomial")
    with pytest.raises(DataError, match="margins of 'lits'"):
        predictive_margins(fit, "lits")


def test_a_level_that_is_not_in_the_model_is_refused():
    fit = fitted(sample(), "dme ~ type", "binomial")
    with pytest.raises(DataError, match="'CHU'") as error:
        predictive_margins(fit, "type", values=["CHU"])
    assert "'HOP'" in error.value.expected
