"""The public figures under data/raw/reference: they add up, and each says where it was read."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from obsante.paths import find_project
from obsante.results.registry import load_registry

PROJECT = find_project(Path(__file__))
TABLES = sorted(path.stem for path in PROJECT.reference.glob("*.csv"))
# What notes would look like had they been carried over as found.
ENGLISH = re.compile(r"\b(the|remembered|not read|of which|persons|beds)\b", re.IGNORECASE)


def read(table: str) -> list[dict[str, str]]:
    with (PROJECT.reference / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def total(rows: list[dict[str, str]], column: str) -> int:
    return sum(int(row[column]) for row in rows)


def test_the_twelve_regions_make_the_legal_population_of_both_censuses():
    regions = read("regions")
    assert [row["code"] for row in regions] == [f"{number:02d}" for number in range(1, 13)]
    assert total(regions, "population_2024") == 36_828_330
    assert total(regions, "population_2014") == 33_848_242


@pytest.mark.parametrize("column", ["population_2024", "urbaine_2024", "rurale_2024"])
def test_the_seventy_five_provinces_make_their_regions(column):
    sums: dict[str, int] = defaultdict(int)
    for row in read("provinces"):
        sums[row["region"]] += int(row[column])
    assert len(read("provinces")) == 75
    assert sums == {row["code"]: int(row[column]) for row in read("regions")}


@pytest.mark.parametrize("table", ["regions", "provinces"])
def test_urban_and_rural_make_the_whole(table):
    for row in read(table):
        whole = int(row["urbaine_2024"]) + int(row["rurale_2024"])
        assert whole == int(row["population_2024"]), row["nom_fr"]


def test_the_strict_approach_of_the_mountain_is_inside_the_wide_one():
    provinces = read("provinces")
    strict = {r["nom_fr"] for r in provinces if r["alerte_froid_montagne_2025"] == "oui"}
    wide = {r["nom_fr"] for r in provinces if r["riaya_2025_2026"] == "oui"}
    assert (len(strict), len(wide)) == (13, 31)
    assert strict < wide


def test_two_producers_count_the_same_public_doctors():
    rows = [r for r in read("offre_sante") if (r["annee"], r["secteur"]) == ("2024", "public")]
    national = {r["indicateur"]: int(r["valeur"]) for r in rows if r["niveau"] == "national"}
    regional = [r for r in rows if r["niveau"] == "region" and r["indicateur"] == "medecins_total"]
    others = national["chirurgiens_dentistes"] + national["pharmaciens"]
    assert total(regional, "valeur") == national["medecins_total"]
    assert national["medecins_total"] + others == national["corps_medical"]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_names_its_producer_and_the_page_read(table):
    for row in read(table):
        assert row["producteur"], row
        assert row["confiance"] in {"officielle", "presse", "depot", "article", "derivee"}, row
        assert all(url.startswith("http") for url in row["lu_dans"].split(" ; ")), row
        # The year of a text may not have been read; that of a figure always was.
        assert row["annee"].isdigit() or table == "textes", row


@pytest.mark.parametrize("table", TABLES)
def test_every_row_is_written_in_french(table):
    for row in read(table):
        texts = [value for key, value in row.items() if key not in ("lu_dans", "producteur")]
        found = [text for text in texts if ENGLISH.search(text) and table != "cadres"]
        assert found == []


def test_a_date_is_given_only_where_it_was_read():
    for row in read("textes"):
        assert bool(row["date"]) == (row["date_statut"] == "lue"), row["titre"]


def test_every_mapping_of_an_indicator_is_an_item_read_and_every_item_is_used():
    registry = load_registry(PROJECT)
    mapped = {(m.framework, m.code) for item in registry.values() for m in item.frameworks}
    assert {(row["cadre"], row["code"]) for row in read("cadres")} == mapped


def test_no_doubtful_figure_is_among_those_that_the_context_publishes():
    registry = load_registry(PROJECT)
    asked = {
        (category, str(item.parameters["year"]))
        for item in (registry["ctx.offre"], registry["ctx.lits"], registry["ctx.personnel"])
        for category in item.parameters["categories"]
    }
    doubtful = {
        (row["indicateur"], row["annee"])
        for row in read("offre_sante")
        if row["note"].startswith("Douteux")
    }
    assert doubtful
    assert asked & doubtful == set()
