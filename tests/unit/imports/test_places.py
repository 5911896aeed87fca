"""A place is known in any usual spelling; one that fits two places, or none, is a doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsante.collect.imports import places
from obsante.errors import DataError, EditionError
from obsante.paths import find_project


@pytest.fixture(scope="module")
def regions():
    return places.load(find_project(Path(__file__)), "regions", "a test")


@pytest.fixture(scope="module")
def provinces():
    return places.load(find_project(Path(__file__)), "provinces", "a test")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("L'Oriental", "02"),
        ("l’oriental", "02"),
        ("Oriental", "02"),
        ("Région de l'Oriental", "02"),
        ("الشرق", "02"),
        ("جهة الشرق", "02"),
        ("Fes-Meknes", "03"),
        ("FES MEKNES", "03"),
        ("Fès – Meknès", "03"),
        ("فاس مكناس", "03"),
        ("Beni Mellal Khenifra", "05"),
        ("مراكش-أسفي", "07"),
        ("درعة-تافيلالت\u200f", "08"),
        ("گلميم-واد نون", "10"),
        ("Laayoune-Sakia El Hamra", "11"),
        ("Laâyoune-Saguia al Hamra", "11"),
        ("Eddakhla-Oued Eddahab", "12"),
        ("Dakhla-Oued Ed Dahab", "12"),
        ("3", "03"),
        ("03", "03"),
        ("MA-03", "03"),
    ],
)
def test_a_region_is_known_in_its_usual_spellings(regions, written, code):
    assert regions.read(written) == (code, "", "ambigu")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ElHajeb", "03.171"),
        ("El Hajeb", "03.171"),
        ("Al-Hajeb", "03.171"),
        ("Préfecture: M'Diq-Fnideq", "01.573"),
        ("إقليم سیدی سليمان", "04.491"),
        ("Province de l'Al Haouz", "07.041"),
        ("Casablanca", "06.141"),
        ("Aïn Chock", "06.141"),
        ("Taroudant", "09.541"),
        ("04.281", "04.281"),
        ("4.281", "04.281"),
        ("04281", "04.281"),
        ("281", "04.281"),
    ],
)
def test_a_province_is_known_in_its_usual_spellings(provinces, written, code):
    assert provinces.read(written) == (code, "", "ambigu")


@pytest.mark.parametrize("kind", ["regions", "provinces"])
def test_every_official_name_and_declared_spelling_has_one_code(kind, regions, provinces):
    made = {"regions": regions, "provinces": provinces}[kind]
    assert [made.read(name).text for name in made.names.values()] == list(made.names)
    assert [spelling for spelling, codes in made.known.items() if len(codes) != 1] == []


def test_a_former_region_is_never_read_as_one_of_today(regions):
    doubt = regions.read("Meknès-Tafilalet").doubt.replace("\u00a0", " ")
    assert "« Fès-Meknès (03) », « Drâa-Tafilalet (08) » ou « Béni Mellal-Khénifra (05) »" in doubt
    assert regions.read("Tanger-Tétouan").doubt.endswith("(01)\u00a0»\u202f?")


def test_a_name_is_looked_for_in_its_own_kind_only_and_the_nearest_are_given(regions):
    reading = regions.read("Casablanca")
    assert reading.text == "Casablanca"
    start = "«\u00a0Casablanca\u00a0» n'est le nom d'aucune région\u00a0: les plus proches sont"
    assert reading.doubt.startswith(f"{start} Casablanca-Settat (06), ")
    assert reading.doubt.count("(") == 3


def test_a_code_that_two_places_share_is_a_doubt(desk):
    shared = places.load(desk.project, "provinces", "a test").read("231")
    assert shared.text == "231"
    assert "«\u00a0Fès (03.231)\u00a0» ou «\u00a0Settat (06.231)\u00a0»" in shared.doubt


def refusal(desk, spellings: dict, **keys) -> DataError:
    desk.mapping("regions", {"noun": "région", "names": ["nom_fr"], "spellings": spellings} | keys)
    with pytest.raises(DataError) as raised:
        places.load(desk.project, "regions", "a test")
    return raised.value


@pytest.mark.parametrize("name", ["FES MEKNES", "fes_meknes"])
def test_a_spelling_that_equals_another_once_folded_is_an_error(desk, name):
    error = refusal(desk, {"02": [name]})
    assert error.looked_at == f"config/mappings/regions.yml, '{name}'"
    assert error.found.startswith("already a spelling of Fès-Meknès")


def test_two_declared_spellings_that_collide_are_an_error(desk):
    assert "L'Oriental" in refusal(desk, {"02": ["Est"], "03": ["EST"]}).found
    assert "Fès-Meknès" in refusal(desk, {"03": ["Centre"]}, several={"centre": ["02"]}).found


def test_a_spelling_of_no_place_is_an_error_naming_the_nearest_code(desk):
    assert "'03' (nearest)" in refusal(desk, {"033": ["Fez"]}).expected


def test_an_unknown_kind_of_places_names_the_nearest(desk):
    with pytest.raises(DataError, match="'regions' \\(nearest\\)"):
        places.load(desk.project, "region", "config/imports/x.yml")


def test_an_unknown_key_of_a_mapping_is_an_error(desk):
    desk.mapping("regions", {"noun": "région", "names": ["nom_fr"], "speling": {}})
    with pytest.raises(EditionError, match="unknown key"):
        places.load(desk.project, "regions", "a test")
