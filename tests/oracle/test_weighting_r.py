"""Raking against R 4.2.2, package `survey` 4.5. Relative tolerance 1e-9, weights 1e-8.

    d <- svydesign(id = ~fac_id, strata = ~stratum, weights = ~w_nr, fpc = ~N_h, data = respondents)
    options(survey.lonely.psu = "adjust")
    raked <- rake(d, list(~region, ~milieu + type), <counts of the frame>, control = ...)
    cal <- calibrate(d, ~region + milieu:type, <the same counts>, calfun = "raking")
    svymean(~dpi + score, .); svyby(~dpi, ~region, ., svymean); degf(d)

w_nr = N_h / r_h, r_h respondents in the stratum. The counts of the frame are the sums of N_h over
the strata. Both give the same weights, hence the same estimates, but not the same standard errors:
`calibrate` regresses the influence on the margins with the weights before calibration, as we do;
`rake` projects it on one margin after the other without weights, which converges to the residual
of an unweighted regression. The gap is under 1e-6 for the means, up to 7e-5 for the regions (R01).
R's own form is rebuilt here, so that its standard errors are compared to 1e-9 too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from r_values import frame, r

from obsante import stats
from obsante.errors import DataError
from obsante.stats import survey_design
from obsante.stats.weighting import calibrate, nonresponse_cells, rake

COVERS = [
    r"synth_resp/rake/(weights|mean|by_region)",
    r"synth_resp/calibrate_raking/(mean|by_region)",
]
EXACT = {"rtol": 1e-9, "atol": 1e-12}
LEVEL = 0.95


@pytest.fixture(scope="module")
def respondents() -> pd.DataFrame:
    data = frame("respondents")
    return data.assign(croisement=data["milieu"] + "_" + data["type"])


@pytest.fixture(scope="module")
def before(respondents) -> stats.SurveyDesign:
    return survey_design(
        respondents, weights="w_nr", strata="stratum", psu="fac_id", psu_population="N_h",
        lonely="adjust", degrees="design",
    )  # fmt: skip


@pytest.fixture(scope="module")
def margins() -> dict[str, pd.Series]:
    strata = frame("facilities").drop_duplicates("stratum")
    crossed = strata.assign(croisement=strata["milieu"] + "_" + strata["type"])
    return {name: crossed.groupby(name)["N_h"].sum() for name in ("region", "croisement")}


@pytest.fixture(scope="module")
def raked(before, respondents, margins) -> stats.SurveyDesign:
    return rake(before, respondents, margins)


@pytest.fixture(scope="module")
def calibrated(before, respondents, margins) -> stats.SurveyDesign:
    x = pd.get_dummies(respondents["region"])
    crossed = pd.get_dummies(respondents["croisement"]).iloc[:, 1:]
    known = pd.concat([margins["region"], margins["croisement"]])
    x = x.join(crossed)
    return calibrate(before, x, known[x.columns], method="raking")


def means(design: stats.SurveyDesign, data: pd.DataFrame) -> pd.DataFrame:
    tables = [
        stats.mean(stats.numeric(data[name]), design, data[[]], level=LEVEL)
        for name in ("dpi", "score")
    ]
    return pd.concat(tables, ignore_index=True)


def regions(design: stats.SurveyDesign, data: pd.DataFrame) -> pd.DataFrame:
    answers = stats.numeric(data["dpi"])
    table = stats.mean(answers, design, data[["region"]], by=["region"], level=LEVEL)
    return table[table["dimension"] == "region"]


def test_cells_by_stratum_give_the_response_weights_of_the_reference(respondents):
    # Nobody answered in R11_rural_HOP and R12_rural_HOP: the reference leaves these cells out.
    sample = frame("facilities").set_index("fac_id")
    sample = sample[sample["stratum"].isin(respondents["stratum"])]
    adjusted, factors = nonresponse_cells(
        sample["w"], sample["stratum"], sample["resp"], minimum=1
    )
    assert adjusted.index.tolist() == respondents["fac_id"].tolist()
    np.testing.assert_allclose(adjusted, respondents["w_nr"], rtol=1e-12)
    r_h = respondents.drop_duplicates("stratum").set_index("stratum")["r_h"]
    assert factors.set_index("cellule")["repondants"].to_dict() == r_h.to_dict()


def test_the_strata_where_nobody_answered_are_named():
    sample = frame("facilities")
    with pytest.raises(DataError, match=r"'R11_rural_HOP' \(0\), 'R12_rural_HOP' \(0\)") as error:
        nonresponse_cells(sample["w"], sample["stratum"], sample["resp"], minimum=1)
    assert error.value.looked_at == "response cell 'R11_rural_HOP'"


@pytest.mark.parametrize("form", ["raked", "calibrated"])
def test_weights_are_those_of_rake(form, request):
    weights, value = request.getfixturevalue(form).weights, r("synth_resp/rake/weights")
    np.testing.assert_allclose(weights[:10], value["first10"], rtol=1e-8)
    found = [weights.sum(), (weights**2).sum(), weights.min(), weights.max()]
    expected = [value[name][0] for name in ("sum", "sumsq", "min", "max")]
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@pytest.mark.parametrize("form", ["raked", "calibrated"])
def test_means_errors_and_intervals_are_those_of_calibrate(form, request, respondents):
    table = means(request.getfixturevalue(form), respondents)
    value = r("synth_resp/calibrate_raking/mean")
    np.testing.assert_allclose(table["estimation"], value["est"], **EXACT)
    np.testing.assert_allclose(table["erreur_type"], value["se"], **EXACT)
    assert (table["ddl"] == value["df"][0]).all()
    np.testing.assert_allclose(table["borne_inf"], value["lo_t"], **EXACT)
    np.testing.assert_allclose(table["borne_sup"], value["hi_t"], **EXACT)


@pytest.mark.parametrize("form", ["raked", "calibrated"])
def test_regions_are_those_of_calibrate(form, request, respondents):
    table = regions(request.getfixturevalue(form), respondents)
    value = r("synth_resp/calibrate_raking/by_region")
    assert table["modalite"].tolist() == value["names"]
    np.testing.assert_allclose(table["estimation"], value["est"], **EXACT)
    np.testing.assert_allclose(table["erreur_type"], value["se"], **EXACT)


def error_as_rake(
    before: stats.SurveyDesign, after: stats.SurveyDesign, data: pd.DataFrame, influence: np.ndarray
) -> float:
    """Standard error with R's projections: means of each margin in turn, without weights."""
    residual = pd.Series(influence, data.index)
    for _ in range(10):
        for name in ("region", "croisement"):
            residual = residual - residual.groupby(data[name]).transform("mean")
    return float(np.sqrt(before.covariance(after.weights * residual.to_numpy())[0, 0]))


def test_means_of_rake_with_the_errors_rebuilt_in_r_s_form(before, raked, respondents):
    table, value = means(raked, respondents), r("synth_resp/rake/mean")
    np.testing.assert_allclose(table["estimation"], value["est"], **EXACT)
    np.testing.assert_allclose(table["erreur_type"], value["se"], rtol=1e-6)
    w = raked.weights
    errors = [
        error_as_rake(before, raked, respondents, (respondents[name] - mean) / w.sum())
        for name, mean in zip(value["names"], value["est"], strict=True)
    ]
    np.testing.assert_allclose(errors, value["se"], **EXACT)
    assert (table["ddl"] == value["df"][0]).all()


def test_regions_of_rake_with_the_errors_rebuilt_in_r_s_form(before, raked, respondents):
    table, value = regions(raked, respondents), r("synth_resp/rake/by_region")
    np.testing.assert_allclose(table["estimation"], value["est"], **EXACT)
    np.testing.assert_allclose(table["erreur_type"], value["se"], rtol=1e-4)
    w, errors = raked.weights, []
    for name, mean in zip(value["names"], value["est"], strict=True):
        inside = (respondents["region"] == name).to_numpy()
        influence = inside * (respondents["dpi"].to_numpy() - mean) / w[inside].sum()
        errors.append(error_as_rake(before, raked, respondents, influence))
    np.testing.assert_allclose(errors, value["se"], **EXACT)
