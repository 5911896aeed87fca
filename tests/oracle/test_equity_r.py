"""Inequality indices against R, against the jackknife and against other formulas.

R 4.2.2, survey 4.5: ``svydesign(id=~fac_id, strata=~stratum, weights=~w, fpc=~N_h)`` on
``synth_facilities.csv`` (synthetic), then ``as.svrepdesign(type="JKn", mse=TRUE or FALSE)`` with
``options(survey.lonely.psu="adjust" or "certainty")`` and ``withReplicates`` on the Gini index of
``score`` and the concentration index of ``dpi`` ranked by ``wealth``; ``laeken::gini``;
``svyglm(score or dpi ~ rk)`` for the slope and relative indices, ``rk`` the fractional rank,
which R takes as known. Tolerance 1e-9 relative on estimates and jackknife errors; the linearised
errors are another estimator of the same variance and agree within 0.5 %.

The area under the curve of grouped data and the relative mean difference over all pairs are
independent formulas, computed in the tests.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from r_values import frame, r
from scipy.special import logit

from obsante.stats.equity import (
    concentration_curve,
    concentration_index,
    gini,
    relative_index,
    slope_index,
    weighted_concentration,
)
from obsante.stats.replicates import estimate, jackknife
from obsante.stats.survey import survey_design

COVERS = [r"ineq/JKn(_mse(_certainty)?)?", r"ineq/laeken_gini"]
LEVEL = 0.95


def facilities(lonely="adjust"):
    table = frame("facilities")
    design = survey_design(
        table, weights="w", strata="stratum", psu="fac_id", psu_population="N_h", lonely=lonely
    )
    return table, design


def number(table: pd.DataFrame, column: str = "estimation") -> float:
    return float(table[column].iloc[0])


def indices(table: pd.DataFrame, design) -> pd.DataFrame:
    return pd.concat(
        [gini(design, table["score"], level=LEVEL),
         concentration_index(design, table["dpi"], table["wealth"], level=LEVEL)]
    )  # fmt: skip


def both(table: pd.DataFrame):
    score, dpi, wealth = (table[name].to_numpy(float) for name in ("score", "dpi", "wealth"))
    return lambda w: [weighted_concentration(score, score, w),
                      weighted_concentration(dpi, wealth, w)]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "lonely", "centre"),
    [
        ("ineq/JKn_mse", "adjust", "estimate"),
        ("ineq/JKn_mse_certainty", "certainty", "estimate"),
        ("ineq/JKn", "adjust", "mean"),
    ],
)
def test_the_jackknife_of_both_indices_is_that_of_r(key, lonely, centre):
    table, design = facilities(lonely)
    expected = r(key)
    got = estimate(jackknife(design), both(table), level=LEVEL, centre=centre).table
    np.testing.assert_allclose(got["estimation"], expected["est"], rtol=1e-9)
    np.testing.assert_allclose(got["erreur_type"], expected["se"], rtol=1e-9)


@pytest.mark.parametrize(
    ("key", "lonely"), [("ineq/JKn_mse", "adjust"), ("ineq/JKn_mse_certainty", "certainty")]
)
def test_the_linearised_error_of_both_indices_is_close_to_the_jackknife_of_r(key, lonely):
    got, expected = indices(*facilities(lonely)), r(key)
    np.testing.assert_allclose(got["estimation"], expected["est"], rtol=1e-9)
    np.testing.assert_allclose(got["erreur_type"], expected["se"], rtol=5e-3)


def test_the_gini_index_is_that_of_laeken():
    table, design = facilities()
    value = number(gini(design, table["score"], level=LEVEL))
    assert 100 * value == pytest.approx(float(r("ineq/laeken_gini")["value"][0]), rel=1e-9)


def test_slope_and_relative_indices_are_the_coefficients_of_the_regression_on_the_rank():
    table, design = facilities()
    slope = [number(slope_index(design, table[y], table["wealth"], level=LEVEL))
             for y in ("score", "dpi")]  # fmt: skip
    odds = number(relative_index(design, table["dpi"], table["wealth"], link="logit", level=LEVEL))
    expected = [r(f"ineq/{key}")["est"][1] for key in ("sii_gauss_score", "sii_lpm_dpi")]
    np.testing.assert_allclose(slope, expected, rtol=1e-9)
    assert np.log(odds) == pytest.approx(r("ineq/rii_logit")["est"][1], rel=1e-8)


def test_the_concentration_index_of_fifths_is_twice_the_area_between_curve_and_diagonal():
    fifths = pd.DataFrame({"w": [300.0, 290, 265, 245, 195], "rate": [155.0, 153, 120, 87, 54]})
    table = concentration_index(
        survey_design(fifths, weights="w"), fifths["rate"], range(5), level=LEVEL
    )
    # Area of the polygon: sum of p_t L_(t+1) - p_(t+1) L_t, cumulated shares of people, of cases.
    cases = fifths["w"] * fifths["rate"]
    p, held = ((total.cumsum() / total.sum()).to_numpy() for total in (fifths["w"], cases))
    expected = (p[:-1] * held[1:] - p[1:] * held[:-1]).sum()
    assert number(table) == pytest.approx(expected, rel=1e-12)


def test_gini_is_half_the_relative_mean_difference_over_all_pairs():
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"y": np.round(rng.gamma(2, 10, 80)), "w": rng.uniform(1, 9, 80)})
    y, w = table["y"].to_numpy(), table["w"].to_numpy()
    pairs = w[:, None] * w * np.abs(y[:, None] - y)
    expected = pairs.sum() / (2 * w.sum() * (w * y).sum())
    value = number(gini(survey_design(table, weights="w"), table["y"], level=LEVEL))
    assert value == pytest.approx(expected, rel=1e-12)


def without_fpc():
    """A design whose jackknife and linearised errors have the same expectation, with ties."""
    table = frame("facilities")
    table["fifth"] = table["wealth"].round()
    return table, survey_design(table, weights="w", strata="region", psu="stratum")


STATISTICS = {
    "relative log": lambda d, t: relative_index(d, t["dpi"], t["fifth"], link="log", level=LEVEL),
    "concentration curve": lambda d, t: concentration_curve(
        d, t["score"], t["fifth"], at=[0.7], level=LEVEL
    ),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_the_linearised_error_is_close_to_the_jackknife_of_clusters(name):
    table, design = without_fpc()
    statistic = STATISTICS[name]

    def replicated(weights):
        kept = table[weights > 0].assign(w=weights[weights > 0])
        return scale(number(statistic(survey_design(kept, weights="w"), kept)))

    # A ratio far from 1 is compared on the log scale, where its interval is built.
    ratio = name.startswith("relative")
    scale = np.log if ratio else float
    again = estimate(jackknife(design), replicated, level=LEVEL).table
    row = statistic(design, table).iloc[0]
    error = row["erreur_type"] / (row["estimation"] if ratio else 1)
    assert error == pytest.approx(float(again["erreur_type"].iloc[0]), rel=0.05)


def test_ignoring_that_ranks_are_estimated_gives_another_error():
    table, design = facilities()
    known = r("ineq/sii_gauss_score")["se"][1]
    estimated = number(slope_index(design, table["score"], table["wealth"], level=LEVEL),
                       "erreur_type")  # fmt: skip
    assert abs(estimated / known - 1) > 0.01


def test_the_log_of_the_odds_ratio_is_the_logit_gap_between_the_ends_of_the_ranking():
    table, design = facilities()
    odds = number(relative_index(design, table["dpi"], table["wealth"], link="logit", level=LEVEL))
    intercept, slope = r("ineq/rii_logit")["est"]
    top, bottom = (1 / (1 + np.exp(-(intercept + slope * rank))) for rank in (1, 0))
    assert np.log(odds) == pytest.approx(logit(top) - logit(bottom), rel=1e-8)
