"""Regressions of ``obsante.stats.models`` against R.

R 4.2.2, survey 4.5, ``svyglm(formula, design, family = gaussian() | quasibinomial(), control =
glm.control(epsilon = 1e-14))`` with ``options(survey.lonely.psu = "adjust")``; designs:

- facilities: ``svydesign(id = ~fac_id, strata = ~stratum, weights = ~w, fpc = ~N_h)``, and no fpc;
- professionals: ``svydesign(id = ~fac_id + pro_id, strata = ~stratum, weights = ~w,
  fpc = ~N_h + M_i)``, and the first stage's fpc only;
- waves: four years of the same facilities, PSU = facility, with and without fpc; ``year_c`` is
  ``year - 2022``;
- inequality: regression on ``rk``, the weighted fractional rank of ``wealth``, ties averaged.

Tolerance, relative: estimates 1e-9, covariances and p-values 1e-6, limits 1e-6. Synthetic data, see
``r_values``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from r_values import frame, r

from obsante.stats.models.glm import glm
from obsante.stats.survey import survey_design

COVERS = [
    r"synth_(fac|facnofpc|pro2|pro1)/svyglm/logit",
    r"synth_wave_(fpc|nofpc)/(trend_logit|did_gauss|did_logit|did_twfe)",
    r"ineq/(sii_gauss_score|sii_lpm_dpi|rii_logit)",
]
REFERENCE = {"milieu": "rural", "type": "ESSP", "region": "R01"}
SAMPLES = {
    "fac": ("facilities", {"psu_population": "N_h"}),
    "facnofpc": ("facilities", {}),
    "pro2": ("professionals", {"psu_population": "N_h", "ssu": "pro_id", "ssu_population": "M_i"}),
    "pro1": ("professionals", {"psu_population": "N_h", "whole_psu": True}),
}
WAVES = {
    "trend_logit": ("dpi ~ year_c + milieu", "binomial", {"milieu": "rural"}),
    "did_gauss": ("score ~ treat * post", "gaussian", {}),
    "did_logit": ("dpi ~ treat * post", "binomial", {}),
    "did_twfe": ("score ~ year + region + treat:post", "gaussian", {"year": 2022, "region": "R01"}),
}
INEQUALITY = {
    "sii_gauss_score": ("score ~ rk", "gaussian"),
    "sii_lpm_dpi": ("dpi ~ rk", "gaussian"),
    "rii_logit": ("dpi ~ rk", "binomial"),
}


def fitted(data: pd.DataFrame, formula: str, family: str, reference: dict, **sizes: object):
    design = survey_design(
        data, weights="w", strata="stratum", psu="fac_id", lonely="adjust", **sizes
    )
    return glm(design, formula, data, family=family, reference=reference, level=0.95)


def renamed(term: str) -> str:
    """R's name of a coefficient in this project's words."""
    for variable in ("milieu", "type", "region", "factor(year)"):
        if term.startswith(variable):
            return f"{variable.removeprefix('factor(').removesuffix(')')}[{term[len(variable):]}]"
    return term.replace("(Intercept)", "constante")


def assert_agrees(fit, key: str) -> None:
    expected = r(key)
    order = [renamed(name) for name in expected["names"]]
    ours = fit.table.set_index("terme")
    assert sorted(ours.index) == sorted(order)
    ours = ours.loc[order]
    covariance = fit.covariance.loc[order, order].to_numpy().ravel()
    np.testing.assert_allclose(ours["estimation"], expected["est"], rtol=1e-9)
    np.testing.assert_allclose(ours["erreur_type"], expected["se"], rtol=1e-6)
    np.testing.assert_allclose(
        covariance, expected["vcov"], rtol=1e-6, atol=1e-6 * expected["se"].min() ** 2
    )
    np.testing.assert_allclose(ours["statistique"], expected["t"], rtol=1e-6)
    np.testing.assert_allclose(ours["p_valeur"], expected["p"], rtol=1e-6)
    np.testing.assert_allclose(ours["borne_inf"], expected["lo"], rtol=1e-6)
    np.testing.assert_allclose(ours["borne_sup"], expected["hi"], rtol=1e-6)
    assert ours["ddl"].unique() == expected["df_resid"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_logistic_model_agrees_with_r(sample):
    name, sizes = SAMPLES[sample]
    outcome = "dpi" if name == "facilities" else "use"
    fit = fitted(frame(name), f"{outcome} ~ milieu + type + region", "binomial", REFERENCE, **sizes)
    assert_agrees(fit, f"synth_{sample}/svyglm/logit")


@pytest.mark.parametrize("model", WAVES)
@pytest.mark.parametrize("fpc", ["fpc", "nofpc"])
def test_a_model_on_repeated_waves_agrees_with_r(fpc, model):
    data = frame("waves")
    data["year_c"] = data["year"] - 2022
    formula, family, reference = WAVES[model]
    sizes = {"psu_population": "N_h", "whole_psu": True} if fpc == "fpc" else {}
    fit = fitted(data, formula, family, reference, **sizes)
    assert_agrees(fit, f"synth_wave_{fpc}/{model}")


def weighted_rank(values: pd.Series, weights: pd.Series) -> pd.Series:
    """Share of the weight below, plus half of the share at the same value."""
    share = weights.groupby(values).sum().sort_index() / weights.sum()
    return values.map(share.cumsum() - share / 2)


@pytest.mark.parametrize("model", INEQUALITY)
def test_a_slope_on_the_fractional_rank_agrees_with_r(model):
    data = frame("facilities")
    data["rk"] = weighted_rank(data["wealth"], data["w"])
    formula, family = INEQUALITY[model]
    fit = fitted(data, formula, family, {}, psu_population="N_h")
    assert_agrees(fit, f"ineq/{model}")
