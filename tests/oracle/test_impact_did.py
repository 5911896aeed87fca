"""Difference-in-differences against published numbers and three independent programmes.

1. County teen employment and minimum wages (Callaway & Sant'Anna, *J. Econometrics* 225 (2021)),
   the example of R's package `did`: `att_gt(yname = "lemp", gname = "first.treat", idname =
   "countyreal", tname = "year", data = mpdta)`, then `aggte(type = "simple" | "group" |
   "dynamic")`; published -0.0400 and, on average over the dynamic path, -0.0772. For the
   imputation: R `etwfe` 0.6.2, `etwfe(lemp ~ 1, tvar = year, gvar = first.treat, data = mpdta)`,
   simple effect (Stata's `jwdid`: -0.0477099). The estimates depend on the 2 500 rows only through
   the mean of each cohort and year, which is what `did_minimum_wage_means.csv` holds (our own
   averages; the rows are not redistributed). Tolerance 1e-9 absolute.
2. `did_panel.csv`: synthetic, made for this test (seed 20250601; 36 units, 12 months, 12 regions,
   entries in months 5, 7 and 9), and `did_reference.json`, computed on it once:
   - diff-diff 3.13.0, `CallawaySantAnna(control_group="never_treated", base_period="universal")`
     and `ImputationDiD()`, `.fit(frame, "y", "unite", "mois", "debut", aggregate="all")`, on the
     whole and without each region in turn; 1e-9 relative;
   - pyfixest 0.60.0, `feols("y ~ d + x | unite + mois", frame, vcov={"CRV1": ...},
     weights=...)` with d = treated and x = cos(unite * mois); 1e-9 relative;
   - wildboottest 0.3.2 through pyfixest, all 4096 draws, null imposed; exact.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from r_values import DATA

from obsante.stats.impact import (
    average_effect,
    coefficients,
    cohort_effects,
    cohort_panel,
    event_study,
    two_way_fixed_effects,
    wild_cluster_bootstrap,
)

REFERENCE = json.loads((DATA / "did_reference.json").read_text(encoding="utf-8"))
CONTROLS = ["never", "not_yet"]


def counties():
    frame = pd.read_csv(DATA / "did_minimum_wage_means.csv")
    frame["debut"] = frame["cohorte"].where(frame["cohorte"] > 0)
    names = {"unit": "cohorte", "time": "annee", "cohort": "debut", "cluster": "cohorte"}
    return cohort_panel(frame, "log_emploi", weights="comtes", **names)


def rows():
    frame = pd.read_csv(DATA / "did_panel.csv")
    frame["d"] = ((frame["debut"] > 0) & (frame["mois"] >= frame["debut"])).astype(int)
    frame["x"] = np.cos(frame["unite"] * frame["mois"])
    frame["bloc"] = (frame["unite"] + frame["mois"]) % 9
    return frame.assign(debut=frame["debut"].where(frame["debut"] > 0))


def panel(frame=None):
    names = {"unit": "unite", "time": "mois", "cohort": "debut", "cluster": "region"}
    return cohort_panel(rows() if frame is None else frame, "y", **names)


def test_the_minimum_wage_effects_are_those_published():
    table = average_effect(counties(), control="never", level=0.95)
    assert table["estimation"].tolist() == pytest.approx([-0.0399512751551763], abs=1e-9)
    cohorts = cohort_effects(counties(), control="never", level=0.95)
    published = [-0.0797491265747291, -0.0229095392495403, -0.0260544107191966]
    assert cohorts["estimation"].tolist() == pytest.approx(published, abs=1e-9)


def test_the_imputed_minimum_wage_effect_is_the_one_of_etwfe():
    table = average_effect(counties(), control="not_yet", level=0.95)
    assert table["estimation"].tolist() == pytest.approx([-0.0477099182784519], abs=1e-9)


def test_the_minimum_wage_path_is_the_one_published():
    path = event_study(counties(), control="never", before=0, after=3, level=0.95, seed=1)
    published = [-0.0199318167892593, -0.0509573670651939, -0.137258738889403, -0.100811363085404]
    assert path["estimation"].tolist() == pytest.approx(published, abs=1e-9)
    assert path["estimation"].mean() == pytest.approx(-0.0772398214573151, abs=1e-9)


@pytest.mark.parametrize("control", CONTROLS)
def test_effects_are_those_of_an_independent_programme(control):
    reference = REFERENCE[control]
    overall = average_effect(panel(), control=control, level=0.95)["estimation"].iloc[0]
    assert overall == pytest.approx(reference["overall"], rel=1e-9)
    cohorts = cohort_effects(panel(), control=control, level=0.95)
    found = dict(zip(cohorts["cohorte"].astype(str), cohorts["estimation"], strict=True))
    assert found == pytest.approx(reference["cohort"], rel=1e-9)


@pytest.mark.parametrize("control", CONTROLS)
def test_the_path_is_that_of_an_independent_programme(control):
    before = 8 if control == "never" else 0
    path = event_study(panel(), control=control, before=before, after=7, level=0.95, seed=1)
    found = dict(zip(path["periode_relative"].astype(str), path["estimation"], strict=True))
    assert found == pytest.approx(REFERENCE[control]["event"], rel=1e-9)


def test_leads_are_those_of_an_independent_regression_on_untreated_observations():
    frame = rows()
    free = frame[frame["d"] == 0].copy()
    leads = [f"avance{k}" for k in (3, 2, 1)]
    for name, k in zip(leads, (3, 2, 1), strict=True):
        free[name] = (free["debut"] - free["mois"] == k).astype(int)
    fit = two_way_fixed_effects(free, "y", leads, unit="unite", time="mois", cluster="region")
    path = event_study(panel(), control="not_yet", before=3, after=0, level=0.95, seed=1)
    assert path["estimation"].tolist()[:3] == pytest.approx(fit.values.tolist(), rel=1e-9)


@pytest.mark.parametrize("control", CONTROLS)
def test_the_standard_error_is_the_jackknife_of_the_independent_programme(control):
    reference = REFERENCE[control]
    gaps = np.array(reference["without_region"]) - reference["overall"]
    error = average_effect(panel(), control=control, level=0.95)["erreur_type"].iloc[0]
    assert error == pytest.approx(np.sqrt(11 / 12 * (gaps**2).sum()), rel=1e-8)


TWO_WAY = {
    "plain_region": ("region", None),
    "plain_unite": ("unite", None),
    "weighted_region": ("region", "poids"),
    "weighted_unite": ("unite", "poids"),
    "plain_bloc": ("bloc", None),
    "unbalanced": ("region", "poids"),
}


@pytest.mark.parametrize("case", TWO_WAY)
def test_two_way_fixed_effects_and_cr1_are_those_of_pyfixest(case):
    cluster, weights = TWO_WAY[case]
    frame = rows()
    if case == "unbalanced":
        frame = frame[(frame["unite"] * 7 + frame["mois"] * 3) % 11 != 0]
    names = {"unit": "unite", "time": "mois", "cluster": cluster, "weights": weights}
    table = coefficients(two_way_fixed_effects(frame, "y", ["d", "x"], **names), level=0.95)
    reference = REFERENCE["two_way"][case]
    assert table["estimation"].tolist() == pytest.approx(reference["coef"], rel=1e-9)
    assert table["erreur_type"].tolist() == pytest.approx(reference["se"], rel=1e-9)


@pytest.mark.parametrize("term", ["d", "x"])
def test_the_enumerated_bootstrap_has_the_p_value_of_wildboottest(term):
    names = {"unit": "unite", "time": "mois", "cluster": "region"}
    fit = two_way_fixed_effects(rows(), "y", ["d", "x"], **names)
    table = wild_cluster_bootstrap(fit, term, level=0.95, draws=999, seed=1)
    assert table["p_valeur"].iloc[0] == REFERENCE["wild"][term]
