"""Register of incidents: what it holds, what it misses, and that this can be estimated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect.demo.incidents.events import occurrences
from obsante.collect.demo.incidents.settings import LONGEST_DELAY, IncidentSettings
from obsante.collect.demo.topics import load_topic
from obsante.errors import EditionError
from obsante.stats.impact import delay_distribution, delay_quantile

YEARS = (2023, 2024, 2025)
LEVEL = 0.95


@pytest.fixture(scope="module")
def delays(checked, editions):
    """Incidents of the period in the register: delay, and time until the register was closed."""

    def rows(year: int) -> pd.DataFrame:
        kept, period = checked("incidents", year).kept, editions[year].reference_period
        kept = kept[kept["date_survenue"] >= pd.Timestamp(period.start)]
        return kept.assign(
            delai=(kept["date_detection"] - kept["date_survenue"]).dt.days,
            recul=(pd.Timestamp(period.end) - kept["date_survenue"]).dt.days,
        )

    return rows


@pytest.mark.slow
@pytest.mark.parametrize("year", YEARS)
def test_the_spoilt_rows_are_set_aside_and_no_other(checked, truths, year):
    balance = checked("incidents", year).balance
    known = truths[year]
    assert balance.rows_aside == sum(known["lignes_sales"]["incidents"].values())
    assert 0.005 <= balance.rows_aside / balance.rows_in <= 0.01
    copies = known["lignes_sales"]["incidents"]["doublon"]
    assert balance.rows_in - copies == known["effets"]["incidents_enregistres"]


@pytest.mark.parametrize("year", YEARS)
def test_the_register_holds_what_was_detected_in_the_year(checked, raw, year):
    kept = checked("incidents", year).kept
    assert 200 <= len(kept) <= 400
    assert (kept["date_detection"].dt.year == year).all()
    told = kept.dropna(subset=["date_notification"])
    assert (told["date_notification"].dt.year == year).all()
    assert (kept["patients_concernes"] == 0).any()
    assert kept["patients_concernes"].isna().any()
    assert raw("incidents", year)["declarant"].str.endswith("@exemple.invalid").all()


@pytest.mark.parametrize("year", YEARS)
def test_only_facilities_that_report_are_in_the_register(scenes, raw, year):
    scene = scenes(year)
    reporting = scene.answers.reached["signalement_incidents"] > 0
    names = {f"E{n:07d}" for n in scene.world.frame.rows["number"].to_numpy()[reporting]}
    assert set(raw("incidents", year)["id_etablissement"]) <= names


@pytest.mark.parametrize("year", YEARS)
def test_what_happened_is_seen_later_or_never(truths, delays, year):
    known = truths[year]["effets"]
    assert known["incidents_survenus"] == (
        known["incidents_detectes_a_la_cloture"]
        + known["incidents_pas_encore_detectes"]
        + known["incidents_jamais_detectes"]
    )
    assert known["incidents_pas_encore_detectes"] > 20
    assert known["incidents_jamais_detectes"] > 10
    aside = sum(truths[year]["lignes_sales"]["incidents"].values())
    assert 0 <= known["incidents_detectes_a_la_cloture"] - len(delays(year)) <= aside


@pytest.mark.parametrize("year", YEARS)
def test_the_true_median_delay_is_recovered_where_the_naive_one_is_too_short(truths, delays, year):
    known = truths[year]["effets"]["incidents_delai_detection"]
    curve = delay_distribution(delays(year), delay="delai", window="recul", level=LEVEL)
    found = delay_quantile(curve, 0.5).iloc[0]
    assert found["borne_inf"] <= known["mediane"] <= found["borne_sup"]
    assert found["naive"] < known["mediane"]
    month = curve[curve["duree"] <= 30].iloc[-1]
    assert month["borne_inf"] <= known["part_30_jours"] <= month["borne_sup"]
    assert month["naive"] > known["part_30_jours"]


@pytest.mark.parametrize("year", YEARS)
def test_the_rate_is_that_of_the_register_over_facility_years(truths, year):
    known, rates = truths[year]["effets"], truths[year]["indicateurs"]["sec.incidents"]
    rate = 100 * known["incidents_enregistres"] / known["incidents_etablissements_declarants"]
    assert rates["national"] == pytest.approx(rate)
    assert rates["type=chu"] > rates["type=clinique_privee"] > rates["type=cabinet_prive"]


def test_counts_are_more_dispersed_than_chance_alone(truths):
    for year in YEARS:
        assert truths[year]["effets"]["incidents_variance_sur_moyenne"] > 1.5


def test_an_incident_is_the_same_in_every_edition(raw):
    first, second = raw("incidents", 2024), raw("incidents", 2025)
    # Detected a year later, of a year that the register of 2024 covers.
    late = second[second["date_survenue"] < "2025-01-01"]
    assert len(late) > 10
    keys = ["id_etablissement", "date_survenue", "type_incident"]
    assert late.merge(first, on=keys).empty


def test_no_detection_takes_longer_than_the_longest_delay(checkout, world):
    settings = load_topic(IncidentSettings, checkout, "incidents")
    incidents = occurrences(world, settings, 2024)
    assert incidents["delai"].max() <= LONGEST_DELAY
    assert incidents["survenue"].is_monotonic_increasing
    quick = [kind for kind in settings.natures.values() if kind.detection.most < 10]
    position = list(settings.natures.values()).index(quick[0])
    brief = incidents.loc[incidents["nature"] == position, "delai"]
    assert brief.max() <= quick[0].detection.most


def test_larger_facilities_have_more_incidents(checkout, world):
    incidents = occurrences(world, load_topic(IncidentSettings, checkout, "incidents"), 2024)
    staff = world.frame.rows["n_professionnels"].to_numpy()
    kind = world.frame.names("type").index("clinique_privee")
    clinics = np.flatnonzero(world.frame.codes("type") == kind)
    count = np.bincount(incidents["facility"], minlength=len(staff))[clinics]
    large = staff[clinics] > np.median(staff[clinics])
    assert count[large].mean() > 1.2 * count[~large].mean()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("{most: 360, uniforms: 1}", "{most: 720, uniforms: 1}", "360"),
        ("severity: [0.30, 0.40, 0.22, 0.08]", "severity: [0.30, 0.40, 0.30]", "at least 4"),
        ("clinique_privee: 23,", "", "clinique_privee' is missing"),
        ("share: {public: 0.16,", "share: {publique: 0.16,", "public' is missing"),
        ("closing:", "closed:", "unknown key"),
    ],
)
def test_wrong_settings_are_one_clear_error(altered, old, new, found):
    with pytest.raises(EditionError, match=found):
        altered(IncidentSettings, "incidents", old, new)
