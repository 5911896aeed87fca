"""Leads, false dates and false treated units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as fisher_law

from obsante.errors import DataError
from obsante.stats.impact import (
    average_effect,
    cohort_panel,
    event_study,
    placebo_dates,
    placebo_units,
    pre_trend_test,
)


def panel(slope=0.0, never=12, effect=3.0, seed=4):
    """24 units in 12 regions, 10 months, entry in months 6 to 8, a trend of the treated alone."""
    rng = np.random.default_rng(seed)
    unit, month = np.divmod(np.arange(240), 10)
    start = np.where(unit < never, np.nan, 6.0 + unit % 3)
    treated = np.isfinite(start)
    y = rng.normal(size=240) + unit + np.sin(month) + slope * month * treated
    y += effect * (month + 1 >= start)
    columns = {"u": unit, "t": month + 1, "debut": start, "region": unit % 12, "y": y}
    names = {"unit": "u", "time": "t", "cohort": "debut", "cluster": "region"}
    return cohort_panel(pd.DataFrame(columns), "y", **names)


def test_one_lead_gives_the_square_of_its_t():
    table = pre_trend_test(panel(), leads=1, level=0.95, power=0.8)
    lead = event_study(panel(), control="not_yet", before=1, after=0, level=0.95, seed=1).iloc[0]
    assert table["statistique"].iloc[0] == pytest.approx(lead["statistique"] ** 2)
    assert table["p_valeur"].iloc[0] == pytest.approx(lead["p_valeur"])


def test_the_joint_test_has_hotelling_degrees_of_freedom():
    row = pre_trend_test(panel(), leads=3, level=0.95, power=0.8).iloc[0]
    assert (row["ddl"], row["ddl_residuel"], row["n"]) == (3, 9, 36)
    assert row["p_valeur"] == pytest.approx(fisher_law.sf(row["statistique"], 3, 9))
    assert "Roth 2022" in row["methode"]


def test_a_strong_trend_is_found_and_none_is_not():
    assert pre_trend_test(panel(2.0), leads=2, level=0.95, power=0.8)["p_valeur"].iloc[0] < 0.001
    assert pre_trend_test(panel(0.0), leads=2, level=0.95, power=0.8)["p_valeur"].iloc[0] > 0.05


def test_the_detectable_slope_is_the_one_found_with_that_power():
    slope = pre_trend_test(panel(), leads=2, level=0.95, power=0.8)["pente_detectable"].iloc[0]
    tests = [
        pre_trend_test(panel(slope, seed=seed), leads=2, level=0.95, power=0.8)
        for seed in range(20)
    ]
    found = np.mean([table["p_valeur"].iloc[0] < 0.05 for table in tests])
    # 20 trials of probability 0.8, and a slope that is itself estimated.
    assert 0.5 < found < 1.0


def test_a_false_date_finds_the_trend_and_nothing_else():
    calm = placebo_dates(panel(), earlier=2, level=0.95).iloc[0]
    assert calm["borne_inf"] < 0 < calm["borne_sup"]
    assert calm["n"] == 24
    sloped = placebo_dates(panel(1.0), earlier=2, level=0.95).iloc[0]
    assert sloped["borne_inf"] > 0


def test_a_false_date_ignores_what_follows_the_true_one():
    weak = placebo_dates(panel(effect=0.0), earlier=2, level=0.95)["estimation"]
    strong = placebo_dates(panel(effect=50.0), earlier=2, level=0.95)["estimation"]
    assert weak.tolist() == pytest.approx(strong.tolist())


def test_false_treated_units_are_spread_around_zero_and_far_from_the_effect():
    row = placebo_units(panel(), draws=99, seed=1, level=0.95).iloc[0]
    assert row["borne_inf"] < 0 < row["borne_sup"]
    observed = average_effect(panel(), control="not_yet", level=0.95)["estimation"].iloc[0]
    assert row["effet_observe"] == pytest.approx(observed)
    assert row["p_valeur"] == 0.01
    none = placebo_units(panel(effect=0.0), draws=99, seed=1, level=0.95).iloc[0]
    assert none["p_valeur"] > 0.05


def test_the_same_seed_gives_the_same_placebos():
    tables = [placebo_units(panel(), draws=19, seed=seed, level=0.9) for seed in (1, 1, 2)]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert tables[0]["erreur_type"].iloc[0] != tables[2]["erreur_type"].iloc[0]


@pytest.mark.parametrize("leads", [0, 7])
def test_too_many_leads_for_the_clusters_are_refused(leads):
    with pytest.raises(DataError, match="'leads'"):
        pre_trend_test(panel(), leads=leads, level=0.95, power=0.8)


def test_leads_without_a_period_of_reference_are_refused():
    everyone = panel(never=0)
    early = everyone.rows(everyone.start == 5)
    with pytest.raises(DataError, match="pre-trend test with 5"):
        pre_trend_test(early, leads=5, level=0.95, power=0.8)


def test_a_power_below_the_size_of_the_test_is_refused():
    with pytest.raises(DataError, match="'power'"):
        pre_trend_test(panel(), leads=2, level=0.95, power=0.04)


@pytest.mark.parametrize("earlier", [0, 5])
def test_a_shift_before_the_panel_is_refused(earlier):
    with pytest.raises(DataError, match="'earlier'"):
        placebo_dates(panel(), earlier=earlier, level=0.95)


def test_too_few_never_treated_units_or_draws_are_refused():
    with pytest.raises(DataError, match="never-treated units"):
        placebo_units(panel(never=3), draws=19, seed=1, level=0.95)
    with pytest.raises(DataError, match="'draws'"):
        placebo_units(panel(), draws=5, seed=1, level=0.95)
