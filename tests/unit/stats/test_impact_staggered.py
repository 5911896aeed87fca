"""Staggered entry: effects known exactly, few clusters, and every kind of bad panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_law

from obsante.errors import DataError
from obsante.stats.impact import (
    average_effect,
    cohort_effects,
    cohort_panel,
    event_study,
    first_treatment,
    group_effects,
    two_way_fixed_effects,
)
from obsante.stats.impact.imputation import estimates, leave_one_out

PERIODS = 6
CONTROLS = ["never", "not_yet"]


def frame(starts, effect, noise=0.0, per_region=1, seed=2):
    """Units with their own level, a common curve, and ``effect(unit, periods since entry)``."""
    rng = np.random.default_rng(seed)
    unit, month = np.divmod(np.arange(len(starts) * PERIODS), PERIODS)
    start = np.array(starts, dtype=float)[unit]
    since = month + 1 - start
    gain = [effect(u, s) if s >= 0 else 0.0 for u, s in zip(unit, since, strict=True)]
    y = 3 * unit + np.array([0, 2, 1, 5, 4, 7])[month] + gain + noise * rng.normal(size=len(unit))
    columns = {"u": unit, "mois": month + 1, "debut": start, "region": unit // per_region, "y": y}
    return pd.DataFrame(columns)


def panel(data, **changes):
    names = {"unit": "u", "time": "mois", "cohort": "debut", "cluster": "region"} | changes
    return cohort_panel(data, "y", **names)


def growing(unit, since):
    return (1 + unit) * (1 + since)


NEVER = np.nan
# Unit 0 enters in month 3 (effects 1, 2, 3, 4), unit 1 in month 5 (2, 4), unit 2 never.
THREE = [3, 5, NEVER]


@pytest.mark.parametrize("control", CONTROLS)
def test_effects_that_grow_and_differ_are_found_exactly(control):
    table = average_effect(panel(frame(THREE, growing)), control=control, level=0.95)
    assert table["estimation"].iloc[0] == pytest.approx((1 + 2 + 3 + 4 + 2 + 4) / 6)
    assert table["n"].iloc[0] == 6


def test_two_way_fixed_effects_are_biased_there():
    data = frame(THREE, growing).assign(d=lambda f: (f["mois"] >= f["debut"]).astype(int))
    fit = two_way_fixed_effects(data, "y", ["d"], unit="u", time="mois", cluster="region")
    assert abs(fit.values[0] - 16 / 6) > 0.3


@pytest.mark.parametrize("control", CONTROLS)
def test_the_path_and_the_cohorts_are_exact_too(control):
    made = panel(frame(THREE, growing))
    path = event_study(made, control=control, before=0, after=3, level=0.95, seed=1)
    assert path["estimation"].tolist() == pytest.approx([1.5, 3.0, 3.0, 4.0])
    cohorts = cohort_effects(made, control=control, level=0.95)
    assert cohorts["cohorte"].tolist() == [3, 5]
    assert cohorts["estimation"].tolist() == pytest.approx([2.5, 3.0])


def test_before_entry_the_path_is_zero_when_trends_are_parallel():
    starts = [4, 4, 5, 6, NEVER, NEVER]
    for control, steps in (("never", [-2]), ("not_yet", [-2, -1])):
        made = panel(frame(starts, growing))
        path = event_study(made, control=control, before=2, after=1, level=0.95, seed=1)
        early = path[path["periode_relative"] < 0]
        assert early["periode_relative"].tolist() == steps
        assert early["estimation"].tolist() == pytest.approx([0.0] * len(steps), abs=1e-9)


def test_periods_without_control_are_left_out_and_counted():
    made = panel(frame([3, 5, 5], growing))
    table = average_effect(made, control="not_yet", level=0.95)
    # Only months 3 and 4 of unit 0 have an untreated unit beside them.
    assert table["estimation"].iloc[0] == pytest.approx(1.5)
    assert table["n"].iloc[0] == 2
    assert "6 observations traitées sans témoin écartées" in table["methode"].iloc[0]


def test_weights_count_units_as_many_times():
    data = frame([3, 5, 4, NEVER, NEVER], growing, noise=1.0)
    heavy = data.assign(w=np.where(data["u"] == 0, 3.0, 1.0))
    copies = [data[data["u"] == 0].assign(u=100 + k) for k in range(2)]
    repeated = pd.concat([data, *copies])
    for control in CONTROLS:
        weighted = average_effect(panel(heavy, weights="w"), control=control, level=0.95)
        copied = average_effect(panel(repeated), control=control, level=0.95)
        columns = ["estimation", "erreur_type", "ddl"]
        assert weighted[columns].iloc[0].tolist() == pytest.approx(copied[columns].iloc[0].tolist())


def test_the_error_leaves_each_cluster_out_in_turn():
    data = frame([3, 5, 4, 3, NEVER, NEVER, 5, NEVER], growing, noise=1.0, per_region=2)
    row = average_effect(panel(data), control="not_yet", level=0.9).iloc[0]
    without = [
        average_effect(panel(data[data["region"] != r]), control="not_yet", level=0.9)
        for r in range(4)
    ]
    gaps = np.array([table["estimation"].iloc[0] for table in without]) - row["estimation"]
    assert row["erreur_type"] == pytest.approx(np.sqrt(3 / 4 * (gaps**2).sum()))
    # Regions 0, 1 and 3 hold treated units: three clusters, two degrees of freedom.
    assert row["ddl"] == 2
    half = student_law.ppf(0.95, 2) * row["erreur_type"]
    assert row["borne_sup"] == pytest.approx(row["estimation"] + half)


@pytest.mark.parametrize("control", CONTROLS)
def test_sums_less_a_cluster_give_the_panel_without_it(control):
    starts = [3, 5, 4, 3, NEVER, NEVER, 5, NEVER, 4, 4]
    data = frame(starts, growing, noise=1.0, per_region=2)
    data["milieu"], data["w"] = np.where(data["u"] % 3 == 0, "a", "b"), 1.0 + data["u"] % 4
    names = {"weights": "w", "by": "milieu"}
    whole = panel(data, **names)
    masks, leads = [whole.event_time >= 0, whole.event_time == 1], []
    if control == "not_yet":
        leads = [whole.event_time == -1]
    replicates = leave_one_out(whole, control, masks, leads)[1]
    for region in range(5):
        rest = panel(data[data["region"] != region], **names)
        masks, ahead = [rest.event_time >= 0, rest.event_time == 1], [rest.event_time == -1]
        expected = estimates(rest, control, masks, ahead if leads else [])
        np.testing.assert_allclose(replicates[region], expected, rtol=1e-9, atol=1e-9)


def test_a_lead_that_one_cluster_alone_identifies_has_no_error():
    # Without unit 1, whose region is its own, every treated unit has one period before entry.
    data = frame([2, 4, 2, NEVER, NEVER, NEVER], growing, noise=1.0)
    path = event_study(panel(data), control="not_yet", before=1, after=1, level=0.95, seed=1)
    early = path[path["periode_relative"] == -1].iloc[0]
    assert np.isfinite(early["estimation"])
    assert np.isnan(early["erreur_type"])
    assert "une grappe porte seule l'estimation" in early["methode"]


def test_a_cohort_in_one_cluster_has_an_estimate_and_no_interval():
    made = panel(frame(THREE, growing))
    table = cohort_effects(made, control="never", level=0.95)
    assert table["erreur_type"].isna().all()
    assert table["methode"].str.contains("pas d'intervalle").all()


def test_the_band_is_wider_than_the_pointwise_limits_and_depends_on_the_seed_alone():
    data = frame([3, 4, 5, 3, 4, 5, 4, 3] + [NEVER] * 6, growing, noise=1.0)
    tables = [
        event_study(panel(data), control="not_yet", before=1, after=2, level=0.95, seed=seed)
        for seed in (1, 1)
    ]
    pd.testing.assert_frame_equal(*tables)
    assert (tables[0]["bande_inf"] < tables[0]["borne_inf"]).all()
    assert (tables[0]["bande_sup"] > tables[0]["borne_sup"]).all()


def test_a_path_of_one_period_has_the_pointwise_limits_as_band():
    data = frame([3, 4, 5, 3, NEVER, NEVER, NEVER], growing, noise=1.0)
    row = event_study(panel(data), control="never", before=0, after=0, level=0.95, seed=1).iloc[0]
    assert row["bande_sup"] - row["estimation"] == pytest.approx(
        row["borne_sup"] - row["estimation"], rel=0.05
    )


def test_each_group_is_compared_with_its_own_controls():
    data = frame([3, 4, 3, NEVER, NEVER, 4, 5, 4, NEVER, NEVER], lambda u, s: 1 + (u > 4))
    data["milieu"] = np.where(data["u"] > 4, "urbain", "rural")
    # A trend of the towns alone: harmless only if towns are compared with towns.
    data["y"] += np.where(data["u"] > 4, 10.0 * data["mois"], 0.0)
    for control in CONTROLS:
        table = group_effects(panel(data, by="milieu"), control=control, level=0.95)
        assert table["terme"].tolist() == ["rural", "urbain", "urbain - rural"]
        assert table["estimation"].tolist() == pytest.approx([1.0, 2.0, 1.0])


def test_the_error_of_a_difference_keeps_the_covariance_of_shared_clusters():
    data = frame([3, 3, 4, 4, 5, 5, NEVER, NEVER, NEVER, NEVER], growing, 1.0, per_region=2)
    data["milieu"] = np.where(data["u"] % 2 == 0, "rural", "urbain")
    # The same numbers in both groups of a region: the difference is 0 in every replicate.
    same = data[data["u"] % 2 == 0].set_index(["region", "mois"])["y"]
    data["y"] = same.loc[list(zip(data["region"], data["mois"], strict=True))].to_numpy()
    table = group_effects(panel(data, by="milieu"), control="never", level=0.95)
    assert table["erreur_type"].iloc[0] > 0.1
    assert table["erreur_type"].iloc[2] == 0
    assert "aucune variation entre grappes" in table["methode"].iloc[2]


def test_months_may_be_pandas_periods():
    data = frame(THREE, growing)
    months = pd.period_range("2024-11", periods=PERIODS, freq="M")
    data["debut"] = pd.Series(
        [months[int(s) - 1] if s == s else pd.NaT for s in data["debut"]], dtype="period[M]"
    )
    data["mois"] = months[data["mois"].to_numpy() - 1]
    cohorts = cohort_effects(panel(data), control="never", level=0.95)
    assert [str(month) for month in cohorts["cohorte"]] == ["2025-01", "2025-03"]
    assert cohorts["estimation"].tolist() == pytest.approx([2.5, 3.0])


def test_an_entry_after_the_last_period_counts_as_never():
    made = panel(frame([3, 5, 40], growing))
    assert made.ever_treated.tolist() == [True, True, False]


def test_few_clusters_are_announced():
    table = average_effect(panel(frame(THREE, growing)), control="never", level=0.95)
    assert "moins de 6 grappes" in table["methode"].iloc[0]


def test_the_first_treated_period_is_read_from_zeros_and_ones():
    data = frame(THREE, growing)
    data["actif"] = (data["mois"] >= data["debut"]).astype(int)
    starts = first_treatment(data, unit="u", time="mois", treatment="actif")
    pd.testing.assert_series_equal(starts, data["debut"], check_names=False)


def test_a_treatment_that_stops_is_named():
    data = frame(THREE, growing).assign(actif=lambda f: (f["mois"] == 3).astype(int))
    with pytest.raises(DataError, match="'actif' of unit '0'"):
        first_treatment(data, unit="u", time="mois", treatment="actif")
    with pytest.raises(DataError, match="'mois'"):
        first_treatment(data, unit="u", time="u", treatment="mois")


def spoil(data, **changes):
    return panel(data.assign(**changes))


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda f: panel(pd.concat([f, f.iloc[:1]])), "unit '0' at 1"),
        (lambda f: panel(f.iloc[1:]), "unit '0' at 1"),
        (lambda f: panel(f[f["mois"] != 3]), "periods of 'mois'"),
        (lambda f: spoil(f, y=f["y"].where(f.index != 4)), "'y', row 4"),
        (lambda f: spoil(f, region=1), "'region'"),
        (lambda f: spoil(f, region=f["mois"]), "'region' of unit '0'"),
        (lambda f: spoil(f, debut=f["debut"].where(f["mois"] > 1)), "'debut' of unit '0'"),
        (lambda f: spoil(f, debut=1.0), "3 unit\\(s\\) treated from the first period"),
        (lambda f: spoil(f, debut=np.nan), "no unit treated during the panel"),
        (lambda f: spoil(f, debut=f["debut"] + 0.5), "dates of entry in 'debut'"),
        (lambda f: spoil(f, mois=f["mois"].astype(float)), "column 'mois'"),
        (lambda f: panel(f.assign(w=-1.0), weights="w"), "'w', row 0"),
        (lambda f: panel(f.assign(w=f["mois"]), weights="w"), "'w' of unit '0'"),
        (lambda f: panel(f, by="absent"), "column 'absent'"),
    ],
)
def test_a_bad_panel_is_named(build, named):
    with pytest.raises(DataError, match=named):
        build(frame(THREE, growing))


def test_without_control_nothing_is_estimated():
    together = panel(frame([3, 3, 3], growing))
    with pytest.raises(DataError, match="all enter together"):
        average_effect(together, control="not_yet", level=0.95)
    all_treated = panel(frame([3, 4, 5], growing))
    with pytest.raises(DataError, match="use control='not_yet'"):
        average_effect(all_treated, control="never", level=0.95)
    with pytest.raises(DataError, match="control 'nobody'"):
        average_effect(all_treated, control="nobody", level=0.95)


def test_groups_that_cannot_be_compared_are_named():
    data = frame([3, 4, NEVER, NEVER, 3], growing)
    data["milieu"] = np.where(data["u"] == 3, "b", "a")
    with pytest.raises(DataError, match="group 'b'"):
        group_effects(panel(data, by="milieu"), control="never", level=0.95)
    data["milieu"] = np.where(data["u"] == 4, "b", "a")
    with pytest.raises(DataError, match="in group 'b'"):
        group_effects(panel(data, by="milieu"), control="never", level=0.95)
    with pytest.raises(DataError, match="effects by group"):
        group_effects(panel(data), control="never", level=0.95)


def test_a_window_that_the_panel_does_not_hold_is_named():
    made = panel(frame(THREE, growing))
    with pytest.raises(DataError, match="'before'.*\n.*-9"):
        event_study(made, control="never", before=-9, after=9, level=0.95, seed=1)
    # Before month 5, unit 1 has four periods: with four leads, none is left to refer to.
    with pytest.raises(DataError, match="leads from -4"):
        event_study(made, control="not_yet", before=4, after=1, level=0.95, seed=1)
