"""Regressions on a survey: estimates worked by hand, influence, domains, degrees of freedom."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as fisher_law
from scipy.stats import t as student_law

from obsante.errors import DataError
from obsante.stats.models.coefficients import ratios, wald
from obsante.stats.models.glm import glm
from obsante.stats.survey import survey_design

REFERENCE = {"type": "ESSP"}


def sample() -> pd.DataFrame:
    """24 units in 8 PSUs of 2 strata, drawn once."""
    rng = np.random.default_rng(5)
    size = 24
    return pd.DataFrame(
        {
            "w": rng.uniform(1, 4, size),
            "h": np.repeat(["a", "b"], 12),
            "psu": np.repeat(np.arange(8), 3),
            "type": np.tile(["ESSP", "HOP", "PRIV"], 8),
            "lits": rng.integers(1, 9, size).astype(float),
            "dme": rng.integers(0, 2, size).astype(float),
            "visites": rng.poisson(3, size).astype(float),
            "heures": rng.uniform(1, 5, size),
        }
    )


def designed(data: pd.DataFrame):
    return survey_design(data, weights="w", strata="h", psu="psu")


def fitted(data: pd.DataFrame, formula: str, family: str, **options):
    options = {"level": 0.95, "reference": REFERENCE if "type" in formula else {}} | options
    return glm(designed(data), formula, data, family=family, **options)


def coefficient(fit, term: str) -> float:
    return fit.table.set_index("terme").loc[term, "estimation"]


MODELS = [
    ("lits ~ type", "gaussian", {}),
    ("dme ~ type + lits", "binomial", {}),
    ("visites ~ type + lits", "poisson", {"exposure": "heures"}),
]


def test_a_linear_model_on_categories_gives_differences_of_weighted_means():
    data = sample()
    fit = fitted(data, "lits ~ type", "gaussian")
    groups = data.groupby("type")
    means = {kind: np.average(part["lits"], weights=part["w"]) for kind, part in groups}
    assert coefficient(fit, "constante") == pytest.approx(means["ESSP"], rel=1e-12)
    assert coefficient(fit, "type[HOP]") == pytest.approx(means["HOP"] - means["ESSP"], rel=1e-12)


def test_a_logistic_model_on_categories_gives_the_logit_of_weighted_proportions():
    data = sample()
    fit = fitted(data, "dme ~ type", "binomial")
    p = {kind: np.average(part["dme"], weights=part["w"]) for kind, part in data.groupby("type")}
    odds = {kind: value / (1 - value) for kind, value in p.items()}
    assert coefficient(fit, "constante") == pytest.approx(np.log(odds["ESSP"]), rel=1e-10)
    ratio = ratios(fit).set_index("terme").loc["type[PRIV]", "estimation"]
    assert ratio == pytest.approx(odds["PRIV"] / odds["ESSP"], rel=1e-10)


def test_a_poisson_model_with_an_exposure_gives_a_rate():
    data = sample()
    fit = fitted(data, "visites ~ 1", "poisson", exposure="heures")
    rate = (data["w"] * data["visites"]).sum() / (data["w"] * data["heures"]).sum()
    assert coefficient(fit, "constante") == pytest.approx(np.log(rate), rel=1e-10)


@pytest.mark.parametrize(("formula", "family", "options"), MODELS)
def test_the_influence_of_a_row_is_the_derivative_by_its_weight(formula, family, options):
    data = sample()
    fit = fitted(data, formula, family, **options)
    for row in (0, 7, 23):
        step = 1e-5 * data.loc[row, "w"]
        moved = [data.assign(w=data["w"] + h * (data.index == row)) for h in (step, -step)]
        above, below = (fitted(one, formula, family, **options).coefficients for one in moved)
        derivative = (above - below) / (2 * step) * data.loc[row, "w"]
        np.testing.assert_allclose(fit.influence[row], derivative, rtol=1e-6, atol=1e-8)


def test_the_variance_of_a_constant_is_that_of_a_mean():
    data = sample()
    design = designed(data)
    fit = fitted(data, "lits ~ 1", "gaussian")
    mean = np.average(data["lits"], weights=data["w"])
    z = data["w"] * (data["lits"] - mean) / data["w"].sum()
    assert fit.covariance.loc["constante", "constante"] == pytest.approx(
        float(design.covariance(z)[0, 0]), rel=1e-12
    )


def test_the_scale_of_the_weights_changes_neither_estimates_nor_standard_errors():
    data = sample()
    one = fitted(data, "dme ~ lits", "binomial").table
    other = fitted(data.assign(w=1e6 * data["w"]), "dme ~ lits", "binomial").table
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_degrees_of_freedom_are_psus_minus_strata_plus_one_minus_coefficients():
    fit = fitted(sample(), "dme ~ type", "binomial")
    assert fit.df == 8 - 2 + 1 - 3
    row = fit.table.iloc[1]
    half = student_law.ppf(0.975, 4) * row["erreur_type"]
    assert row["borne_sup"] == pytest.approx(row["estimation"] + half)
    assert row["p_valeur"] == pytest.approx(2 * student_law.sf(abs(row["statistique"]), 4))


def test_a_row_with_a_missing_variable_leaves_the_domain_but_not_the_design():
    data = sample()
    holes = data.copy()
    holes.loc[0, "dme"] = np.nan
    holes.loc[1, "type"] = None
    holes.loc[2, "lits"] = np.nan
    fit = fitted(holes, "dme ~ type + lits", "binomial")
    assert fit.n == 21
    assert (fit.influence[:3] == 0).all()
    inside = (data.index > 2).astype(bool)
    same = fitted(data, "dme ~ type + lits", "binomial", inside=inside)
    pd.testing.assert_frame_equal(fit.table, same.table)
    # The PSU of the three rows is gone from the degrees of freedom.
    assert fit.df == 7 - 2 + 1 - 4


def test_a_missing_exposure_leaves_the_domain():
    data = sample()
    data.loc[3, "heures"] = np.nan
    assert fitted(data, "visites ~ lits", "poisson", exposure="heures").n == 23


def fitted_on_three_psus():
    """A linear model with three coefficients on three PSUs of two strata."""
    data = sample()
    return fitted(data, "lits ~ type", "gaussian", inside=data["psu"].isin([0, 1, 4]).to_numpy())


def test_without_degrees_of_freedom_there_is_an_estimate_and_no_interval():
    fit = fitted_on_three_psus()
    assert fit.df == 3 - 2 + 1 - 3
    assert fit.table["estimation"].notna().all()
    assert fit.table["erreur_type"].notna().all()
    assert fit.table[["borne_inf", "borne_sup", "p_valeur"]].isna().all(axis=None)
    assert "faute de degrés de liberté" in fit.table["methode"][0]
    assert wald(fit, "type[HOP]")["p_valeur"].isna().all()


def test_a_test_of_one_coefficient_is_its_t_squared():
    fit = fitted(sample(), "dme ~ type + lits", "binomial")
    row = fit.table.set_index("terme").loc["lits"]
    test = wald(fit, "lits").iloc[0]
    assert test["statistique"] == pytest.approx(row["statistique"] ** 2)
    assert test["p_valeur"] == pytest.approx(row["p_valeur"])
    assert test["ddl_residuel"] == row["ddl"]


def test_a_test_of_a_term_takes_all_its_levels():
    fit = fitted(sample(), "dme ~ type + lits", "binomial")
    test = wald(fit, "type").iloc[0]
    names = ["type[HOP]", "type[PRIV]"]
    b = fit.table.set_index("terme").loc[names, "estimation"].to_numpy()
    v = fit.covariance.loc[names, names].to_numpy()
    assert test["ddl"] == 2
    # 8 PSUs, 2 strata, 4 coefficients: d = 3, F = (3 - 2 + 1) / (3 * 2) W with 2 and 2 df.
    statistic = b @ np.linalg.inv(v) @ b / 3
    assert test["statistique"] == pytest.approx(statistic)
    assert test["ddl_residuel"] == 2
    assert test["p_valeur"] == pytest.approx(fisher_law.sf(statistic, 2, 2))
    both = wald(fit, ["type", "lits"]).iloc[0]
    assert (both["terme"], both["ddl"], both["ddl_residuel"]) == ("type + lits", 3, 1)


def test_ratios_leave_the_constant_out_and_carry_the_limits_over():
    fit = fitted(sample(), "dme ~ lits", "binomial")
    row, found = fit.table.set_index("terme").loc["lits"], ratios(fit)
    assert found["terme"].tolist() == ["lits"]
    assert found["borne_inf"][0] == pytest.approx(np.exp(row["borne_inf"]))
    assert found["p_valeur"][0] == row["p_valeur"]
    assert found["methode"][0].startswith("rapport de cotes")


def test_a_linear_model_has_no_ratios():
    with pytest.raises(DataError, match="lits ~ type") as error:
        ratios(fitted(sample(), "lits ~ type", "gaussian"))
    assert "differences" in error.value.found


def test_a_test_of_an_unknown_term_names_the_nearest():
    with pytest.raises(DataError, match="'typ'") as error:
        wald(fitted(sample(), "dme ~ type", "binomial"), "typ")
    assert "'type' (nearest)" in error.value.expected


def test_a_test_of_no_term_is_refused():
    with pytest.raises(DataError, match="no term"):
        wald(fitted(sample(), "dme ~ type", "binomial"), [])


def test_a_test_of_more_coefficients_than_psus_can_tell_apart_is_refused():
    data = sample()
    design = survey_design(data, weights="w", psu="h")
    fit = glm(
        design, "lits ~ type", data, family="gaussian", level=0.95, reference=REFERENCE
    )
    with pytest.raises(DataError, match="Wald test of 'type'") as error:
        wald(fit, "type")
    assert "singular" in error.value.found


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
def test_years_and_their_squares_need_no_centring(family):
    data = sample().assign(annee=lambda d: 2022 + d.index % 4, depuis=lambda d: d.index % 4)
    raw = fitted(data, "dme ~ annee + I(annee**2)", family).table.iloc[2]
    centred = fitted(data, "dme ~ depuis + I(depuis**2)", family).table.iloc[2]
    for column in ("estimation", "erreur_type", "p_valeur"):
        assert raw[column] == pytest.approx(centred[column], rel=1e-5)


def test_a_fit_that_is_exact_or_rare_warns_of_nothing():
    data = sample()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exact = fitted(data.assign(y=2 + 3 * data["lits"]), "y ~ lits", "gaussian")
    assert exact.coefficients == pytest.approx([2, 3])


@pytest.mark.slow
def test_the_adjusted_test_of_several_terms_is_nearer_its_level_with_few_psus():
    # Nothing explains y; three variables and an effect of their own for 12 PSUs of 4.
    rng = np.random.default_rng(20260101)
    psu = np.repeat(np.arange(12), 4)
    rejected = np.zeros(2)
    for _ in range(200):
        data = pd.DataFrame(rng.normal(size=(12, 3)), columns=["a", "b", "c"]).loc[psu]
        y = rng.normal(size=12)[psu] + rng.normal(size=48)
        data = data.assign(w=1.0, psu=psu, y=y).reset_index(drop=True)
        design = survey_design(data, weights="w", psu="psu")
        fit = glm(design, "y ~ a + b + c", data, family="gaussian", level=0.95)
        test = wald(fit, ["a", "b", "c"]).iloc[0]
        plain = test["statistique"] * fit.df / test["ddl_residuel"]
        rejected += [test["p_valeur"] < 0.05, fisher_law.sf(plain, 3, fit.df) < 0.05]
    adjusted, unadjusted = rejected / 200
    assert 0.05 < adjusted < 0.2 < unadjusted
