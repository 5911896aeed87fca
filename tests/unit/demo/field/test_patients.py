"""Users of facilities: what the file holds, and that an honest analysis finds the truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from obsante import stats
from obsante.collect import dictionary
from obsante.collect.demo.patients.people import crowds, persons, user_counts
from obsante.collect.demo.patients.settings import PatientSettings
from obsante.collect.demo.topics import load_topic
from obsante.errors import EditionError
from obsante.stats import equity

YEARS = (2023, 2024, 2025)
# Three editions and a dozen truths: at 95 % a few intervals would miss theirs.
LEVEL = 0.99
YES = {"yes": ["oui"], "no": ["non"], "unknown": ["ne_sait_pas"]}


@pytest.fixture(scope="module")
def users(checked) -> Callable[[int], tuple[pd.DataFrame, stats.SurveyDesign]]:
    """Respondents kept, and their design."""

    def respondents(year: int) -> tuple[pd.DataFrame, stats.SurveyDesign]:
        kept = checked("patients", year).kept
        rows = kept[kept["repondant"] == "oui"].reset_index(drop=True)
        return rows, stats.survey_design(
            rows, weights="poids", strata="strate", psu="id_etablissement",
            psu_population="taille_strate", ssu_population="n_usagers",
        )  # fmt: skip

    return respondents


def covers(table: pd.DataFrame, value: float) -> bool:
    row = table.iloc[0]
    return bool(row["borne_inf"] <= value <= row["borne_sup"])


@pytest.mark.parametrize("year", YEARS)
def test_the_spoilt_rows_are_set_aside_and_no_other(checked, truths, year):
    balance = checked("patients", year).balance
    assert balance.rows_aside == sum(truths[year]["lignes_sales"]["patients"].values())
    assert 0.005 <= balance.rows_aside / balance.rows_in <= 0.01


def test_every_fault_is_found_by_its_rule(checked):
    rules = set(checked("patients", 2025).violations["regle"])
    assert rules >= {"acces_et_recours", "biens_et_quintile", "doublon", "modalite", "type"}


@pytest.mark.parametrize("year", YEARS)
def test_the_file_is_that_of_a_survey_of_two_thousand_and_small(generated, raw, year):
    rows = raw("patients", year)
    assert 2_500 <= len(rows) <= 3_000
    assert (generated / str(year) / "patients.csv").stat().st_size < 700_000
    assert 0.7 < (rows["repondant"] == "oui").mean() < 0.9


def test_the_columns_of_the_design_count_what_they_say(raw):
    rows = raw("patients", 2025).drop_duplicates("id_usager")
    units = rows.drop_duplicates("id_etablissement")
    counted = units.groupby("strate")["id_etablissement"].transform("size")
    assert (counted == units["upe_strate"].astype(int)).all()
    heard = (rows["repondant"] == "oui").groupby(rows["id_etablissement"]).transform("sum")
    assert (heard == rows["repondants_etablissement"].astype(int)).all()
    assert heard.min() >= 2


@pytest.mark.parametrize("year", YEARS)
def test_users_come_from_facilities_whose_row_is_never_spoilt(raw, year):
    workers = raw("professionnels", year)
    assert set(raw("patients", year)["id_etablissement"]) <= set(workers["id_etablissement"])


@pytest.mark.parametrize("year", YEARS)
def test_weights_stand_for_all_users(checked, truths, year):
    total = checked("patients", year).kept["poids"].sum()
    assert total == pytest.approx(truths[year]["effets"]["usagers"], rel=0.1)


def test_what_is_not_asked_is_marked_and_nothing_else(checkout, sound):
    table, rows = dictionary.load("patients", checkout), sound("patients", 2024)
    conditional = [field for field in table.fields if field.asked_if]
    assert len(conditional) == 4
    for field in conditional:
        parent = field.asked_if.split(" ")[0]
        told = rows[parent].isin(["oui", "non"]) & rows[field.name].notna()
        asked = rows.eval(field.asked_if, engine="python")
        assert ((rows[field.name] == "sans_objet") == ~asked)[told].all(), field.name
        assert (rows.loc[rows[parent].isna(), field.name].isna()).all()


def test_names_and_numbers_can_be_nobodys(raw):
    rows = raw("patients", 2025)
    assert rows["nom"].dropna().str.fullmatch(r"Usager Fictif \d{4}").all()
    assert rows["telephone"].dropna().str.fullmatch(r"\+212 000 00 \d\d \d\d").all()
    assert rows.loc[rows["repondant"] == "non", ["nom", "telephone", "sexe"]].isna().all(axis=None)


def test_places_are_those_of_the_reference(checkout, raw):
    places = pd.read_csv(checkout.reference / "provinces.csv", dtype="str").set_index("code")
    listed = {c.value: (c.label, c.ar) for c in
              dictionary.load("patients", checkout).field("province").categories}  # fmt: skip
    named = places[["nom_fr", "nom_ar"]].apply(tuple, axis=1).to_dict()
    assert listed == named
    rows = raw("patients", 2025).dropna(subset=["province", "milieu"])
    mountain = places["alerte_froid_montagne_2025"].reindex(rows["province"]).to_numpy() == "oui"
    assert mountain[rows["milieu"] == "rural_montagne"].all()
    assert not mountain[rows["milieu"] == "rural"].any()


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", ["acces_distance", "recours_distance"])
def test_inequalities_of_remote_care_are_recovered(users, truths, year, name):
    rows, design = users(year)
    known = truths[year]["effets"][f"usagers_{name}"]
    answers = stats.binary(rows[name], **YES)
    y, rank = answers["y"], rows["quintile"].astype("float64")
    found = {
        "indice_concentration": equity.concentration_index(design, y, rank, level=LEVEL),
        "indice_erreygers": equity.erreygers_index(design, y, rank, bounds=(0, 1), level=LEVEL),
        "indice_pente": equity.slope_index(design, y, rank, level=LEVEL),
        "taux": stats.proportion(answers, design, rows[[]], level=LEVEL),
    }
    assert [key for key, table in found.items() if not covers(table, known[key])] == []
    assert found["indice_concentration"]["borne_inf"].iloc[0] > 0


@pytest.mark.parametrize("year", YEARS)
def test_gaps_of_access_are_recovered(users, truths, year):
    rows, design = users(year)
    answers = stats.binary(rows["acces_distance"], **YES)
    rural = rows["milieu"].isin(["rural", "rural_montagne"])
    sides = {
        "femme_moins_homme": (rows["sexe"] == "femme", rows["sexe"] == "homme"),
        "urbain_moins_rural": (rows["milieu"] == "urbain", rural),
        "tamazight_moins_darija": (rows["langue"] == "tamazight", rows["langue"] == "darija"),
        "handicap_oui_moins_non": (rows["handicap"] == "oui", rows["handicap"] == "non"),
    }  # fmt: skip
    known = truths[year]["effets"]["usagers_acces_distance"]["ecarts"]
    for name, (first, second) in sides.items():
        gap = stats.difference(answers, design, first, second, level=LEVEL)
        assert covers(gap, known[name]), name


@pytest.mark.parametrize("year", YEARS)
def test_information_consent_and_trust_are_recovered(users, truths, year):
    rows, design = users(year)
    known = truths[year]["indicateurs"]
    informed = stats.binary(rows["informe"], **YES)
    agreed = stats.binary(
        rows["consentement"], yes=["donne"], no=["refuse", "non_demande"], unknown=["ne_sait_pas"]
    )
    trust = stats.numeric(rows["confiance"].astype("float64"))
    for answers, name in ((informed, "informes"), (agreed, "consentement")):
        table = stats.proportion(answers, design, rows[[]], level=LEVEL)
        assert covers(table, known[f"eth.{name}"]["national"]), name
    table = stats.mean(trust, design, rows[[]], level=LEVEL)
    assert covers(table, known["eth.confiance"]["national"])
    sides = [rows["informe"] == answer for answer in ("oui", "non")]
    told = stats.difference(trust, design, *sides, level=LEVEL)
    assert covers(told, truths[year]["effets"]["usagers_confiance_informes_moins_non_informes"])


@pytest.mark.parametrize("year", YEARS)
def test_remote_care_satisfies_less_than_care_in_person(users, truths, year):
    rows, design = users(year)
    both = [pd.to_numeric(rows[f"satisfaction_{way}"], errors="coerce")
            for way in ("distance", "presentiel")]  # fmt: skip
    pairs = stats.numeric((both[0] - both[1]).rename("ecart"))
    gap = stats.mean(pairs, design, rows[[]], level=LEVEL)
    known = truths[year]["effets"]["usagers_satisfaction_distance_moins_presentiel"]["apparie"]
    assert known < -0.2
    assert covers(gap, known)


def test_the_record_spares_examinations(truths):
    for year in YEARS:
        known = truths[year]["effets"]["usagers_examens_repetes_avec_moins_sans_dme"]
        assert known["realise"] == pytest.approx(known["parametre"], abs=0.02)


def test_every_user_is_in_one_block_whatever_its_size(checkout, scenes):
    settings, scene = load_topic(PatientSettings, checkout, "patients"), scenes(2025)
    sizes = user_counts(scene, settings)
    blocks = list(crowds(scene, settings, sizes, most=100_000))
    assert len(blocks) > 1
    everyone = np.concatenate([block.facility for block in blocks])
    assert (everyone == np.repeat(np.arange(len(sizes)), sizes)).all()


def test_users_live_near_their_facility(checkout, scenes):
    settings, scene = load_topic(PatientSettings, checkout, "patients"), scenes(2025)
    sizes = user_counts(scene, settings)
    crowd = next(crowds(scene, settings, sizes, most=60_000))
    people = persons(crowd)
    assert (people["region"] == crowd.of_facility("region")).all()
    assert (people["province"] == crowd.of_facility("province")).mean() > 0.8


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("    shared: 0.06", "    shard: 0.06", "unknown key"),
        ("sexe: {femme: -0.06}", "sexe: {dame: -0.06}", "femme"),
        ("    require: accord_demande", "    require: recours_distance", "given before"),
        ("women: {chu: 0.55, ", "women: {", "chu' is missing"),
        ('"02": amazigh', '"02": amazig', "amazig"),
        ("after: {informe: 0.22}", "after: {accord_donne: 0.22}", "given before"),
    ],
)
def test_wrong_settings_are_one_clear_error(altered, old, new, found):
    with pytest.raises(EditionError, match=found):
        altered(PatientSettings, "patients", old, new)
