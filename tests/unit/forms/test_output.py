"""Workbooks: the same bytes each time, read by pyxform without a warning, whole or not written."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from obsante.collect.forms import output
from obsante.collect.forms.rows import ARABIC, FRENCH
from obsante.collect.forms.survey import Form, make_form
from obsante.collect.forms.validation import missing_texts, validate_form
from obsante.collect.forms.workbook import workbook
from obsante.errors import DataError


@pytest.fixture(scope="module")
def form(tiny, common, edition) -> Form:
    return make_form(tiny.instrument(), tiny.table(), common, edition)


def test_the_same_form_gives_the_same_bytes(form, tiny, common, edition):
    again = make_form(tiny.instrument(), tiny.table(), common, edition)
    assert workbook(again) == workbook(form)
    with zipfile.ZipFile(io.BytesIO(workbook(form))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2


def test_sheets_hold_what_the_form_says_and_no_empty_column(form):
    book = openpyxl.load_workbook(io.BytesIO(workbook(form)))
    assert book.sheetnames == ["survey", "choices", "settings"]
    header = [cell.value for cell in book["survey"][1]]
    assert header[:4] == ["type", "name", f"label::{FRENCH}", f"label::{ARABIC}"]
    assert "choice_filter" not in header
    assert book["survey"].max_row == len(form.survey) + 1
    assert book["settings"]["D2"].value == "Français (fr)"


def test_pyxform_takes_the_form_and_both_languages_are_whole(form):
    xform = validate_form(form.name, workbook(form))
    assert missing_texts(xform) == []
    assert "/data/dossiers/lieu_posee" in xform


def test_a_text_that_one_language_lacks_is_named(form):
    xform = validate_form(form.name, workbook(form))
    first, rest = xform.split("<value>Un dossier</value>", 1)
    assert missing_texts(f"{first}<value>-</value>{rest}") == [
        f"{FRENCH}: /data/dossiers/dme:label"
    ]


def test_a_form_that_pyxform_refuses_or_warns_of_is_an_error(form):
    survey = [row | {"relevant": "${absent} = 1"} if row["name"] == "etp" else row
              for row in form.survey]  # fmt: skip
    with pytest.raises(DataError, match="read by pyxform") as caught:
        validate_form("x", workbook(_with(form, survey=survey)))
    assert "absent" in caught.value.found
    survey = [row | {f"hint::{ARABIC}": ""} for row in form.survey]
    with pytest.raises(DataError, match="read by pyxform") as caught:
        validate_form("x", workbook(_with(form, survey=survey)))
    assert "hint" in caught.value.found


def test_nothing_is_written_if_one_form_is_refused(form, tmp_path):
    survey = [row | {"relevant": "${absent} = 1"} for row in form.survey[2:3]]
    with pytest.raises(DataError):
        output.write_forms(tmp_path, [form, _with(form, survey=survey)])
    assert list(tmp_path.iterdir()) == []


def _with(form: Form, **changes: object) -> Form:
    return Form(**{**vars(form), "name": "autre", **changes})
