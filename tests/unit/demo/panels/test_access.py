"""The panel of access: staggered openings, exact effects, what an honest analysis finds."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.panels.access import build_access
from obsante.collect.demo.panels.access_settings import TABLE, AccessSettings
from obsante.collect.demo.panels.calendar import month_label
from obsante.collect.demo.panels.effects import averages, dynamics
from obsante.collect.demo.topics import load_topic
from obsante.errors import DataError, EditionError
from obsante.stats import impact

LEVEL = 0.95
KEY = ["mois", "province", "milieu", "specialite"]


@pytest.fixture(scope="module")
def settings(checkout):
    return load_topic(AccessSettings, checkout, TABLE)


@pytest.fixture(scope="module")
def access(world, settings, editions):
    return build_access(world.frame.reference, settings, editions[2025].reference_period.end)


@pytest.fixture(scope="module")
def series(rows) -> pd.DataFrame:
    """Rows of all editions with what an analysis adds: opening as last known, share given up."""
    table = rows("acces")
    table["serie"] = table["province"] + table["milieu"] + table["specialite"]
    table["ouverture"] = table.groupby("serie")["ouverture"].transform("max").dt.to_period("M")
    table["part_renoncements"] = table["renoncements"] / table["demandes"]
    return table


def panel(series, complete, outcome: str, *, placebo: bool = False, by: str | None = None):
    chosen = series[(series["specialite"] == "chirurgie") == placebo]
    whole = complete(chosen, "serie", outcome)
    whole = whole.assign(poids=whole.groupby("serie")["demandes"].transform("mean"))
    return impact.cohort_panel(
        whole, outcome, unit="serie", time="periode", cohort="ouverture", cluster="region",
        weights="poids", by=by,
    )  # fmt: skip


@pytest.mark.parametrize("outcome", ["attente_jours", "distance_km", "part_renoncements"])
def test_an_honest_analysis_finds_the_effects_by_milieu(series, complete, parts, outcome):
    found = impact.group_effects(
        panel(series, complete, outcome, by="milieu"), control="not_yet", level=LEVEL
    ).set_index("terme")
    known = parts["acces", 2025].indicators[f"inn.effet_{outcome}"]
    for milieu in MILIEUX:
        row = found.loc[milieu]
        assert row["borne_inf"] < known[f"milieu={milieu}"] < row["borne_sup"] < 0


@pytest.mark.parametrize("control", ["not_yet", "never"])
def test_an_honest_analysis_finds_the_overall_effect(series, complete, parts, control):
    found = impact.average_effect(
        panel(series, complete, "attente_jours"), control=control, level=LEVEL
    ).iloc[0]
    known = parts["acces", 2025].indicators["inn.effet_attente_jours"]["national"]
    assert found["borne_inf"] < known < found["borne_sup"] < 0


def test_trends_are_parallel_before_and_the_placebo_has_no_effect(series, complete):
    before = impact.pre_trend_test(
        panel(series, complete, "attente_jours"), leads=4, level=LEVEL, power=0.8
    )
    assert before["p_valeur"].iloc[0] > 0.05
    none = impact.average_effect(
        panel(series, complete, "attente_jours", placebo=True), control="not_yet", level=LEVEL
    ).iloc[0]
    assert none["borne_inf"] < 0 < none["borne_sup"]


def test_comparing_open_and_closed_places_misleads(parts):
    known = parts["acces", 2025].effects["acces_telemedecine"]
    assert known["difference_naive_jours"]["milieu=rural"] > -3
    assert known["moyens_par_demande"]["attente_jours"]["milieu=rural"] < -6


def test_the_effect_of_a_complete_service_is_the_parameter(access):
    # A rural series of cardiology that opened in the first wave, two years later: -8.0 x 1.2.
    first = int(np.unique(access.panel.entry)[0])
    mine = (access.panel.entry == first) & (access.panel.group == MILIEUX.index("rural"))
    mine &= (access.series["specialite"] == access.specialties.index("cardiologie")).to_numpy()
    effect = access.outcomes["attente_jours"].difference[-1, mine]
    assert month_label(first) == "2023-03-01"
    assert effect == pytest.approx(np.full(mine.sum(), -9.6), abs=0.051)


def test_averages_and_dynamics_are_those_of_the_treated(access):
    chosen = access.panel.treated
    effect, weight = np.where(chosen, -2.0, 7.0), access.demands
    nobody = np.zeros(len(access.series), dtype=bool)
    domains = {"milieu=rural": access.panel.group == 1, "personne": nobody}
    assert averages(access.panel, effect, weight, domains) == {"national": -2, "milieu=rural": -2}
    steps = dynamics(access.panel, np.where(chosen, access.panel.event, 7), weight)
    assert steps["par_anciennete_mois"]["5"] == 5
    assert list(steps["par_cohorte"])[0] == "2023-03-01"


def test_each_milieu_opens_as_configured_and_some_places_never_do(access, settings):
    places = access.series[access.series["specialite"] == 0]
    waves = len(settings.openings.waves)
    for code, name in enumerate(MILIEUX):
        wave = places.loc[places["milieu"] == code, "wave"]
        planned = sum(step.shares[name] for step in settings.openings.waves)
        assert (wave < waves).sum() == int(planned * len(wave) + 0.5)
        assert (wave == waves).sum() >= 2


def test_there_are_twelve_months_before_the_first_opening(access):
    assert access.panel.entry.min() - access.panel.months[0] >= 12


def test_a_longer_panel_repeats_a_shorter_one(world, settings, access):
    short = build_access(world.frame.reference, settings, dt.date(2023, 12, 31))
    months = len(short.panel.months)
    assert (access.demands[:months] == short.demands).all()
    assert (access.remote[:months] == short.remote).all()
    for name, outcome in short.outcomes.items():
        assert (access.outcomes[name].actual[:months] == outcome.actual).all()


def test_the_first_file_holds_the_months_before_it_and_the_others_their_own(parts, series):
    counts = series.groupby(series["periode"].dt.year)["mois"].nunique()
    assert counts.to_dict() == {2022: 12, 2023: 12, 2024: 12, 2025: 12}
    lines = {year: parts["acces", year].content.count(b"\n") - 1 for year in (2023, 2024, 2025)}
    assert lines[2024] == lines[2025]
    assert 1.9 < lines[2023] / lines[2025] < 2.1


def test_the_known_share_at_a_distance_is_that_of_the_year(access, parts):
    concerned = access.series["specialite"] != access.specialties.index("chirurgie")
    for year, months in ((2023, slice(12, 24)), (2025, slice(36, 48))):
        share = access.remote[months].sum() / access.demands[months][:, concerned].sum()
        known = parts["acces", year].indicators["inn.part_demandes_distance"]
        assert known["national"] == pytest.approx(share)
        assert known["milieu=rural_montagne"] > known["milieu=rural"] > known["milieu=urbain"]


def test_the_mean_wait_is_made_of_its_two_modes(series):
    known = series[series["demandes_distance"] > 0]
    share = known["demandes_distance"] / known["demandes"]
    mixed = share * known["attente_distance_jours"]
    mixed += (1 - share) * known["attente_presentiel_jours"]
    gap = (mixed - known["attente_jours"]).abs()
    assert gap.max() < 0.0501


def test_an_opening_to_come_is_not_written_yet(parts):
    text = parts["acces", 2023].content.decode()
    assert "2023-09-01" in text
    assert ",2024-02-01," not in text


def test_a_silent_month_is_empty_and_belongs_to_few_services(series):
    silent = series[series["demandes"].isna() & series["attente_jours"].isna()]
    figures = ["distance_km", "renoncements", "demandes_distance", "attente_presentiel_jours"]
    assert silent[figures].isna().all(axis=None)
    services = series["province"] + series["specialite"]
    assert 0.05 < services[silent.index].nunique() / services.nunique() < 0.2


def test_surgery_has_nothing_at_a_distance(series):
    surgery = series[series["specialite"] == "chirurgie"]
    assert surgery[["demandes_distance", "attente_distance_jours"]].isna().all(axis=None)
    assert (surgery["telemedecine"] == "sans_objet").all()


def changed(small, old: str, new: str):
    path = small.demo / "acces.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return small


def test_a_misspelt_parameter_names_the_nearest(small):
    with pytest.raises(EditionError, match="'reporting'"):
        load_topic(AccessSettings, changed(small, "reporting:", "reportin:"), TABLE)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("level: {urbain: 34.0,", "level: {", "attente_jours.level: a value for each of urbain"),
        ("rural: 0.10, rural_montagne: 0.16}", "rurale: 0.10}", "openings of 2023-03-01"),
        ("  distance_km:", "  distance:", "quantities: a value for each of attente_jours"),
    ],
)
def test_a_value_missing_for_a_milieu_is_told(small, old, new, told):
    with pytest.raises(EditionError, match=told):
        load_topic(AccessSettings, changed(small, old, new), TABLE)


def test_a_panel_that_starts_after_the_edition_is_refused(world, settings):
    with pytest.raises(DataError, match="starts on 2022-01-01"):
        build_access(world.frame.reference, settings, dt.date(2021, 12, 31))
