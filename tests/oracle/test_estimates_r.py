"""Survey estimates against R 4.2.2, package `survey` 4.5. Relative tolerance 1e-9, logit limits 1e-8.

    d <- svydesign(id = ~fac_id, strata = ~stratum, weights = ~w, fpc = ~N_h, data = facilities)
    p <- svydesign(id = ~fac_id + pro_id, strata = ~stratum, weights = ~w, fpc = ~N_h + M_i, data = professionals)
    options(survey.lonely.psu = "remove" | "certainty" | "adjust")
    svymean(~dpi + score, d); svytotal(~dpi, d); svyby(~dpi, ~region, d, svymean)
    svyby(~score, ~region + milieu, d, svymean); confint(..., df = degf(d)); degf(d)
    svyratio(~conn, ~staff, d); svyciprop(~dpi, subset(d, region == "R01"), method = "logit", df = degf(.))
    w <- svydesign(id = ~fac_id, strata = ~stratum, weights = ~w, fpc = ~N_h, data = waves)
    svycontrast(svyby(~dpi, ~year, w, svymean, covmat = TRUE), list(...))

`facnofpc` has no fpc; `pro1` has the first stage's only. R's rules "remove" and "certainty" both
leave a lonely stratum without variance: ours is called "certainty". "average" is not offered.
At p = 0 or 1 R's "logit" gives a zero-width interval about a fitted 2.6e-12, "mean" (Student's) a
zero-width one, "xlogit", "asin", "beta" and "wilson" none, "likelihood" stops: our tables give none
for logit, beta, Wilson and Student.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from r_values import entries, frame, r

from obsante import stats
from obsante.stats.survey import intervals

COVERS = [
    r"synth_(fac|facnofpc|pro1|pro2)/(remove|certainty|adjust)/(mean|total|by_region|by_region_milieu)",
    r"synth_(fac|facnofpc|pro1|pro2)/(degf|svyciprop/(dpi|use)\|R\d+/(logit|beta|wilson))",
    r"synth_fac/svyciprop/(tele0|elec1)\|R\d+/\w+",
    r"synth_fac/(by_region/)?ratio/conn_staff",
    r"synth_wave_(fpc|nofpc)/trend",
]
KEYS = [key for key in entries() if any(re.fullmatch(p, key) for p in COVERS)]
EXACT = {"rtol": 1e-9, "atol": 1e-12}
LEVEL = 0.95
NORMAL = 0.95


def of(pattern: str) -> list[str]:
    return [key for key in KEYS if re.search(pattern, key)]


def design(name: str, lonely: str = "adjust") -> tuple[pd.DataFrame, stats.SurveyDesign]:
    data = frame("facilities" if name.startswith("synth_fac") else "professionals")
    columns = {"weights": "w", "strata": "stratum", "psu": "fac_id", "lonely": lonely,
               "degrees": "design"}
    if name != "synth_facnofpc":
        columns |= {"psu_population": "N_h"}
    if name == "synth_pro2":
        columns |= {"ssu": "pro_id", "ssu_population": "M_i"}
    return data, stats.survey_design(data, **columns, whole_psu=name == "synth_pro1")


def answers(values: pd.Series) -> pd.DataFrame:
    return stats.numeric(values)


def same(table: pd.DataFrame, value: dict, rtol: float = 1e-9) -> None:
    np.testing.assert_allclose(table["estimation"], value["est"], rtol=rtol, atol=1e-12)
    np.testing.assert_allclose(table["erreur_type"], value["se"], rtol=rtol, atol=1e-12)


def rule(name: str) -> str:
    return {"remove": "certainty"}.get(name, name)


@pytest.mark.parametrize("key", of(r"/(remove|certainty|adjust)/(mean|total)$"))
def test_mean_and_total_with_both_intervals(key):
    name, lonely, statistic = key.split("/")
    data, sample = design(name, rule(lonely))
    value = r(key)
    names = value["names"]
    function = getattr(stats, statistic)
    table = pd.concat([
        function(answers(data[column]), sample, data[[]], level=LEVEL) for column in names
    ])  # fmt: skip
    same(table, value)
    assert (table["ddl"] == value["df"][0]).all()
    np.testing.assert_allclose(table["borne_inf"], value["lo_t"], **EXACT)
    np.testing.assert_allclose(table["borne_sup"], value["hi_t"], **EXACT)
    low, high = intervals.student(
        table["estimation"].to_numpy(), table["erreur_type"].to_numpy() ** 2, np.inf, NORMAL
    )
    np.testing.assert_allclose(low, value["lo_z"], **EXACT)
    np.testing.assert_allclose(high, value["hi_z"], **EXACT)


@pytest.mark.parametrize("key", of(r"/(remove|certainty|adjust)/by_region$"))
def test_every_region_in_one_call(key):
    name, lonely, _ = key.split("/")
    data, sample = design(name, rule(lonely))
    y = data["dpi" if "dpi" in data else "use"]
    table = stats.mean(answers(y), sample, data, by=["region"], level=LEVEL).iloc[1:]
    assert list(table["modalite"]) == r(key)["names"]
    same(table, r(key))


@pytest.mark.parametrize("key", of(r"/by_region_milieu$"))
def test_crossed_domains_keep_the_whole_design(key):
    name, lonely, _ = key.split("/")
    data, sample = design(name, rule(lonely))
    y = data["score" if "score" in data else "skill"]
    crossed = pd.DataFrame({"domain": data["region"] + "." + data["milieu"]})
    table = stats.mean(answers(y), sample, crossed, by=["domain"], level=LEVEL)
    table = table.set_index("modalite").loc[r(key)["names"]]
    same(table, r(key))


@pytest.mark.parametrize("key", of(r"/degf$"))
def test_degrees_of_freedom_of_the_sample_and_of_each_region(key):
    data, sample = design(key.split("/")[0])
    y = data["dpi" if "dpi" in data else "use"]
    table = stats.mean(answers(y), sample, data, by=["region"], level=LEVEL)
    assert table["ddl"].iloc[0] == r(key)["df"][0]
    assert list(table["ddl"].iloc[1:]) == list(r(key)["regions"])


@pytest.mark.parametrize("key", of(r"/svyciprop/(dpi|use)"))
def test_interval_of_a_proportion(key):
    name, _, domain, method = key.split("/")
    variable, region = domain.split("|")
    data, sample = design(name)
    table = stats.proportion(
        answers(data[variable]), sample, data, by=["region"], level=LEVEL, interval=method
    )
    row = table[table["modalite"] == region]
    value = r(key)
    # R fits a logistic model for this one, up to its convergence.
    rtol = 1e-8 if method == "logit" else 1e-9
    np.testing.assert_allclose(row["estimation"], value["est"], rtol=rtol)
    np.testing.assert_allclose(row["erreur_type"], value["se"], rtol=rtol)
    np.testing.assert_allclose(row["borne_inf"], value["lo"], rtol=rtol)
    np.testing.assert_allclose(row["borne_sup"], value["hi"], rtol=rtol)
    assert list(row["ddl"]) == list(value["df"])
    assert list(row["n"]) == list(value["n"])


@pytest.mark.parametrize("key", of(r"/svyciprop/(tele0|elec1)"))
def test_a_proportion_of_zero_or_one_has_no_interval_but_korn_and_graubards(key):
    variable, region = key.split("/")[2].split("|")
    method = key.split("/")[3]
    data, sample = design("synth_fac")
    y, value = answers(data[variable[:-1]]), r(key)
    if method == "likelihood":
        assert value["error"] == ["R error"]
    ours = {"logit", "beta", "wilson"} & {method} or {"logit"}
    table = stats.proportion(y, sample, data, by=["region"], level=LEVEL, interval=ours.pop())
    row = table[table["modalite"] == region]
    student = stats.mean(y, sample, data, by=["region"], level=LEVEL)
    student = student[student["modalite"] == region]
    assert np.isnan(student[["borne_inf", "borne_sup"]].to_numpy()).all()
    assert np.isnan(row[["borne_inf", "borne_sup"]].to_numpy()).all()
    if method != "likelihood":
        np.testing.assert_allclose(row["estimation"], value["est"], atol=1e-9)
        np.testing.assert_allclose(row["erreur_type"], value["se"], atol=1e-9)
        assert list(row["n"]) == list(value["n"])
        assert list(row["ddl"]) == list(value["df"])
    if method in ("logit", "mean"):
        low, high = intervals.student(row["estimation"], row["erreur_type"] ** 2, row["ddl"], LEVEL)
        np.testing.assert_allclose(low, value["lo"], atol=1e-9)
        np.testing.assert_allclose(high, value["hi"], atol=1e-9)
    elif method != "likelihood":
        assert np.isnan(value["lo"]).all()
        assert np.isnan(value["hi"]).all()
    published = stats.proportion(y, sample, data, by=["region"], level=LEVEL)
    published = published[published["modalite"] == region].iloc[0]
    assert published["borne_inf"] < published["borne_sup"]


@pytest.mark.parametrize("key", of("ratio/conn_staff"))
def test_ratio_of_totals(key):
    data, sample = design("synth_fac")
    by = ["region"] if "by_region" in key else []
    table = stats.ratio(answers(data["conn"]), data["staff"], sample, data, by=by, level=LEVEL)
    same(table.iloc[len(by) :], r(key))


@pytest.mark.parametrize("key", of("/trend$"))
def test_trend_over_editions_that_share_their_facilities(key):
    data, value = frame("waves"), r(key)
    population = {"psu_population": "N_h"} if "_fpc" in key else {}
    waves = {}
    for year, rows in data.groupby("year"):
        sample = stats.survey_design(
            rows, weights="w", strata="stratum", psu="fac_id", lonely="adjust", **population
        )
        waves[int(year)] = stats.Wave(sample, answers(rows["dpi"]))
    matrix = stats.wave_covariance(waves).to_numpy()
    np.testing.assert_allclose(matrix.ravel(order="F"), value["vcov"], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(matrix)), value["year_se"], rtol=1e-9)
    change = stats.change(waves, level=LEVEL).iloc[[0]]
    slope = stats.trend(waves, level=LEVEL)
    same(pd.concat([change, slope]), value)
