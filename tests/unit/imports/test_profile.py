"""A profile is strict, and what it names exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsante.collect import dictionary
from obsante.collect.imports import profile
from obsante.errors import DataError, EditionError, ObsanteError
from obsante.paths import find_project


def refusal(desk, kind=DataError, **keys) -> ObsanteError:
    desk.profile("x", **{"format": "csv"} | keys)
    with pytest.raises(kind) as raised:
        profile.load(desk.project, "x", "a.csv")
    return raised.value


@pytest.mark.parametrize("name", ["csv_francais", "excel_francais", "kobo", "odk"])
def test_the_profiles_of_the_project_can_be_read(name):
    assert profile.load(find_project(Path(__file__)), name, "a.csv").title


def test_an_unknown_profile_names_the_nearest(desk):
    with pytest.raises(DataError, match="'classeur' \\(nearest\\)"):
        profile.load(desk.project, "claseur", "a.csv")


def test_an_unknown_key_is_an_error(desk):
    assert "'separators' (nearest)" in refusal(desk, EditionError, separator=[";"]).expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"separators": [";;"]}, "separators of one character"),
        ({"encodings": ["windows-1252", "utf-8"]}, "windows-1252 after the others"),
        ({"thousands": [","]}, "a mark either of decimals or of thousands"),
        ({"groups": ["a"]}, "only with the format kobo or odk"),
    ],
)
def test_keys_that_contradict_each_other_are_an_error(desk, keys, expected):
    assert expected in refusal(desk, EditionError, **keys).expected


def test_the_name_is_that_of_the_file(desk):
    assert refusal(desk, name="y").expected == "x, as in the file's name"


REPEAT = {"parent": "sites", "columns": ["id"], "link": "a", "key": "b"}


@pytest.mark.parametrize(
    ("keys", "place", "expected"),
    [
        ({"columns": {"site": {}}}, "columns", "'sites' (nearest)"),
        ({"columns": {"sites": {"regoin": []}}}, "columns.sites", "'region' (nearest)"),
        ({"constants": {"sites": {"regoin": "02"}}}, "constants.sites", "'region' (nearest)"),
        ({"sheets": {"site": "Saisie"}}, "sheets", "'sites' (nearest)"),
        ({"multiples": {"site": {}}}, "multiples", "'sites' (nearest)"),
        ({"repeats": {"passage": REPEAT}}, "repeats", "'passages' (nearest)"),
        ({"repeats": {"passages": REPEAT | {"parent": "site"}}}, "repeats.passages.parent",
         "'sites' (nearest)"),
        ({"repeats": {"passages": REPEAT | {"columns": ["dme"]}}}, "repeats.passages.columns",
         "'id'"),
    ],
)  # fmt: skip
def test_a_name_of_no_table_or_column_is_an_error_naming_the_nearest(desk, keys, place, expected):
    error = refusal(desk, format="kobo", **keys)
    assert error.looked_at == f"config/imports/x.yml, key {place}"
    assert expected in error.expected


@pytest.mark.parametrize(
    ("keys", "place", "expected"),
    [({"words": "reponse"}, "words", "'reponses' (nearest)"),
     ({"places": {"region": "region"}}, "places", "'regions' (nearest)")],
)  # fmt: skip
def test_a_mapping_that_is_not_there_is_an_error(desk, keys, place, expected):
    desk.profile("x", format="csv", **keys)
    desk.write("a.csv", "id,region,postes\nS1,02,1\n")
    with pytest.raises(DataError) as raised:
        desk.read("a.csv", "x")
    assert raised.value.looked_at == f"config/imports/x.yml, key {place}"
    assert expected in raised.value.expected


def test_every_table_of_the_project_can_be_named_by_its_titles():
    """Two columns of one title could not be told apart in a workbook."""
    for table in dictionary.tables(find_project(Path(__file__))).values():
        titles = [field.title for field in table.fields]
        assert sorted({t for t in titles if titles.count(t) > 1}) == [], table.name
