"""Registers: rows set aside, identifiers that last, values that agree with the known truth."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.demo.registers import REGISTERS
from obsante.collect.demo.registers.committees import CommitteeSettings
from obsante.collect.demo.registers.follow_up import FollowUpSettings
from obsante.collect.demo.registers.lots import Lot, arrivals, held, shares_of, totals
from obsante.collect.demo.registers.projects import ProjectSettings
from obsante.collect.demo.registers.training import TrainingSettings
from obsante.collect.demo.tally import Domains
from obsante.errors import EditionError

YEARS = (2023, 2024, 2025)
SPOILT = ("formations", "innovations", "signaux", "avis_experts", "entretiens")
UNSPOILT = ("comites", "financements")


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", SPOILT)
def test_the_spoilt_rows_are_set_aside_and_no_other(checked, truths, name, year):
    balance = checked(name, year).balance
    assert balance.rows_aside == sum(truths[year]["lignes_sales"][name].values())
    assert 0.005 <= balance.rows_aside / balance.rows_in <= 0.0125


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", UNSPOILT)
def test_a_short_register_has_no_spoilt_row(checked, truths, name, year):
    assert checked(name, year).balance.rows_aside == 0
    assert name not in truths[year]["lignes_sales"]


@pytest.mark.parametrize("name", SPOILT)
def test_the_errors_of_the_editions_are_not_all_of_one_kind(truths, name):
    counts = pd.DataFrame([truths[year]["lignes_sales"][name] for year in YEARS])
    assert (counts.sum() > 0).sum() >= 3


@pytest.mark.parametrize("year", YEARS)
def test_the_registers_of_an_edition_are_small(generated, year):
    sizes = [path.stat().st_size for path in (generated / str(year)).glob("*.csv")
             if path.stem in REGISTERS]  # fmt: skip
    assert sum(sizes) < 200_000


@pytest.mark.parametrize("name", REGISTERS)
def test_a_generator_gives_the_same_bytes_each_time(scenes, generated, name):
    part = REGISTERS[name](scenes(2025))
    assert part.content == (generated / "2025" / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("name", REGISTERS)
def test_the_truth_says_nothing_that_is_not_a_number(scenes, name):
    part = REGISTERS[name](scenes(2024))
    text = json.dumps([part.indicators, part.effects], allow_nan=False)
    assert json.loads(text) == [part.indicators, part.effects]


# Formations.


def test_the_offer_has_the_codes_of_the_needs_and_areas_of_workers(checkout):
    offer, workers = (dictionary.load(name, checkout) for name in ("formations", "professionnels"))
    needs = [code for code in workers.field("besoin_prioritaire").codes if code != "aucun"]
    assert offer.field("besoin").codes == needs
    areas = dict.fromkeys(c.split("_")[1] for c in workers.columns if c.startswith("lik_"))
    assert offer.field("domaine").codes == list(areas)


def test_programmes_go_on_under_the_same_identifier(raw):
    key = "id_formation"
    before, after = (raw("formations", year).drop_duplicates(key) for year in (2024, 2025))
    both = before.merge(after, on=key, suffixes=("_avant", ""))
    assert 0.75 < len(both) / len(after) < 0.95
    for column in ("intitule", "organisme", "region", "public", "domaine", "besoin"):
        assert (both[column] == both[f"{column}_avant"]).all()
    new = after.loc[~after[key].isin(before[key]), key]
    assert new.str.startswith("F2025-").all()


@pytest.mark.parametrize("year", YEARS)
def test_the_known_offer_is_that_of_the_file(checked, truths, year):
    kept, known = checked("formations", year).kept, truths[year]["indicateurs"]
    assert known["for.programmes"]["national"] - len(kept) <= 1
    shown = kept[["places", "formes", "duree_heures"]].astype("float64").dropna()
    filled = shown["formes"].sum() / shown["places"].sum()
    assert filled == pytest.approx(truths[year]["effets"]["formations_remplissage"], abs=0.03)
    hours = known["for.heures"]["national"] / known["for.formes"]["national"]
    found = (shown["formes"] * shown["duree_heures"]).sum() / shown["formes"].sum()
    assert found == pytest.approx(hours, rel=0.15)


def test_places_are_counted_for_the_workers_of_the_frame(world, truths):
    known = truths[2025]["indicateurs"]
    staff = world.frame.rows["n_professionnels"].to_numpy()
    region = world.frame.codes("region") == world.frame.names("region").index("06")
    rates = known["for.places_pour_100_professionnels"]
    assert rates["region=06"] == pytest.approx(
        100 * known["for.places"]["region=06"] / staff[region].sum()
    )
    assert len(rates) == 1 + 12


# Innovations.


def test_a_project_matures_and_never_begins_again(checked):
    tables = [checked("innovations", year).kept.astype({"statut": "str"}) for year in YEARS]
    for before, after in zip(tables, tables[1:], strict=False):
        both = before.merge(after, on="id_projet", suffixes=("_avant", "")).dropna(
            subset=["maturite", "maturite_avant", "financement_mad", "financement_mad_avant"]
        )
        assert len(both) > 60
        for column in ("maturite", "financement_mad"):
            assert (both[column] >= both[f"{column}_avant"]).all()
        ended = both[both["statut_avant"].isin(["termine", "abandonne"])]
        assert (ended["statut"] == ended["statut_avant"]).all()
        assert not (both["statut"] == "en_preparation").any()


@pytest.mark.parametrize("year", YEARS)
def test_the_known_portfolio_is_that_of_the_file(checked, truths, year):
    kept, known = checked("innovations", year).kept, truths[year]["indicateurs"]
    assert 90 <= known["inn.projets"]["national"] <= 140
    assert kept["maturite"].mean() == pytest.approx(
        known["inn.maturite_projets"]["national"], abs=0.15
    )
    paid = kept[kept["financement_mad"] > 0].dropna(subset=["origine_fonds"])
    money = paid.groupby("origine_fonds", observed=True)["financement_mad"].sum()
    share = money["international"] / money.sum()
    assert share == pytest.approx(known["inn.part_internationale"]["national"], abs=0.08)


def test_the_origin_of_no_money_is_not_applicable(checked):
    kept = checked("innovations", 2025).kept
    none = kept[kept["financement_mad"] == 0]
    assert len(none) > 5
    assert set(none["origine_fonds"].dropna()) == {"sans_objet"}


# Comites, financements, suivi des recommandations.


@pytest.mark.parametrize("year", YEARS)
def test_mandates_run_on_the_last_day_and_nobody_is_named(checked, raw, year):
    kept = checked("comites", year).kept
    assert "nom" not in kept
    assert raw("comites", year)["nom"].str.fullmatch(r"Membre Fictif \d{4}").all()
    day = pd.Timestamp(year, 12, 31)
    assert ((kept["mandat_debut"] <= day) & (kept["mandat_fin"] >= day)).all()
    chairs = kept[kept["role"] == "presidence"]
    assert chairs["comite"].is_unique
    assert len(chairs) == 3


def test_a_mandate_keeps_its_identifier_and_its_declaration(raw):
    before, after = (raw("comites", year).set_index("id_mandat") for year in (2024, 2025))
    both = before.index.intersection(after.index)
    assert 0 < len(both) < len(after)
    same = before.loc[both].drop(columns="edition") == after.loc[both].drop(columns="edition")
    assert same.all(axis=None)


def test_a_funding_line_goes_on_under_the_same_identifier(raw):
    before, after = (raw("financements", year).set_index("id_financement") for year in (2024, 2025))
    both = before.index.intersection(after.index)
    assert 5 <= len(both) < len(after)
    for column in ("origine", "bailleur", "type", "objet"):
        assert (before.loc[both, column] == after.loc[both, column]).all()
    unvalued = after[after["montant_mad"].isna()]
    assert set(unvalued["type"]) <= {"nature"}


def test_the_first_edition_follows_no_recommendation(generated, truths):
    assert not (generated / "2023" / "suivi_recommandations.csv").exists()
    assert "gou.recommandations" not in truths[2023]["indicateurs"]


def test_recommendations_advance_until_they_are_closed(checked):
    before, after = (checked("suivi_recommandations", year).kept for year in (2024, 2025))
    assert set(before["edition_recommandation"]) == {2023}
    assert (after["edition_recommandation"] == 2024).sum() == len(before) == 10
    old = after[after["edition_recommandation"] == 2023]
    still_open = before[~before["statut"].isin(["realisee", "abandonnee"])]
    assert set(old["id_recommandation"]) == set(still_open["id_recommandation"])
    both = before.merge(old, on="id_recommandation", suffixes=("_avant", "")).dropna(
        subset=["avancement", "avancement_avant"]
    )
    assert (both["avancement"] >= both["avancement_avant"]).all()
    assert set(before["intitule"]).isdisjoint(
        after.loc[after["edition_recommandation"] == 2024, "intitule"]
    )


# What they share.


def test_a_holder_stays_until_another_comes():
    lot = Lot(1, "essai", 400)
    first, later = (arrivals(lot, 0.25, 2023, year) for year in (2023, 2025))
    assert set(first) == {2023}
    assert (arrivals(lot, 0.25, 2023, 2024)[later < 2025] == later[later < 2025]).all()
    # Two years: 75 % of 75 % stay.
    assert (later == 2023).mean() == pytest.approx(0.5625, abs=0.06)


def test_each_place_has_the_holder_of_its_own_year():
    rows = held(np.array([2024, 2023, 2024]), lambda year: pd.DataFrame({"x": [year, year, year]}))
    assert rows["x"].tolist() == [2024, 2023, 2024]
    assert rows["arrivee"].tolist() == [2024, 2023, 2024]
    assert rows["place"].tolist() == [1, 2, 3]


def test_a_group_may_have_codes_of_its_own():
    shares = [{"a": 1.0}, {"b": 0.5, "c": 0.5}]
    codes = Lot(1, "essai", 300).code_by(shares, np.arange(300) % 2, "x")
    assert set(codes[::2]) == {"a"}
    assert set(codes[1::2]) == {"b", "c"}


def test_totals_have_the_empty_modalities_and_shares_add_up():
    domains = Domains({"r": np.array([0, 0, 2])}, {"r": ["x", "y", "z"]})
    found = totals(domains, np.array([1.0, 2.0, 5.0]))
    assert found == {"national": 8.0, "r=x": 3.0, "r=y": 0.0, "r=z": 5.0}
    assert shares_of({"a": 1.0, "b": 3.0}) == {"a": 0.25, "b": 0.75}


@pytest.mark.parametrize(
    ("model", "topic", "old", "new", "found"),
    [
        (TrainingSettings, "formations", "presentiel: 0.45", "presentiel: 0.55", "add up to 1"),
        (TrainingSettings, "formations", "  ia: Comprendre", "  iaa: Comprendre", "titles: "),
        (ProjectSettings, "innovations", "prive_national: 0.42", "prive: 0.42", "origins"),
        (ProjectSettings, "innovations", "cohorts:", "cohort:", "unknown key"),
        (CommitteeSettings, "comites", "{usagers: 3", "{voisins: 3", "of nature 'voisins'"),
        (FollowUpSettings, "suivi_recommandations", "each: 2", "each: 5", "at least 5 for axis 1"),
    ],
)
def test_wrong_settings_are_one_clear_error(altered, model, topic, old, new, found):
    with pytest.raises(EditionError, match=found):
        altered(model, topic, old, new)
