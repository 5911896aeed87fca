"""Instruments as files: what is wrong in one is an error that names the key."""

from __future__ import annotations

import shutil

import pytest
import yaml
from pydantic import ValidationError

from obsante.collect.forms.instrument import load_common, load_instrument
from obsante.collect.forms.output import make_forms
from obsante.errors import DataError, EditionError
from obsante.paths import Project

PAGE = {"name": "p", "title": {"fr": "P", "ar": "ص"}}


@pytest.fixture
def project(checkout, tmp_path) -> Project:
    shutil.copytree(checkout.config, tmp_path / "config")
    return Project(tmp_path)


def change(project: Project, file: str, /, **keys: object) -> None:
    path = project.instruments / f"{file}.yml"
    content = yaml.safe_load(path.read_text("utf-8")) | keys
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_an_unknown_key_names_the_nearest(project):
    change(project, "patient", titre={"fr": "T", "ar": "ع"})
    with pytest.raises(EditionError, match="patient.yml, key titre") as caught:
        load_instrument(project, "patient")
    assert "'title'" in caught.value.expected


def test_a_text_in_one_language_is_an_error(project):
    change(project, "commun", organisation={"fr": "L'Observatoire"})
    with pytest.raises(EditionError, match="key organisation.ar"):
        load_common(project)


def test_a_name_that_is_not_the_file_s_is_an_error(project):
    change(project, "patient", name="usager")
    with pytest.raises(DataError) as caught:
        load_instrument(project, "patient")
    assert caught.value.expected == "patient, as in the file's name"


def test_an_instrument_whose_table_has_no_dictionary_is_an_error(project, edition):
    change(project, "patient", table="usagers")
    with pytest.raises(DataError) as caught:
        make_forms(project, edition, ["patient"])
    assert caught.value.found == "no dictionary config/dictionary/usagers.yml"


WRONG = {
    "a scale without Arabic": {"groups": [PAGE | {"scale": [{"value": 1, "label": "Un"}]}]},
    "a matrix that repeats": {"groups": [PAGE | {"layout": "matrix", "repeat": True}]},
    "a page twice": {"groups": [PAGE, PAGE]},
    "a key of the sample that nobody enters": {
        "sample": {"file": "base", "key": "effectif", "columns": ["id"]}
    },
    "a condition that is no expression": {
        "implied": [{"column": "stade", "value": 0, "when": "dme =="}]
    },
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_an_instrument_that_can_not_be_is_refused(tiny, changes):
    with pytest.raises(ValidationError):
        tiny.instrument(**changes)
