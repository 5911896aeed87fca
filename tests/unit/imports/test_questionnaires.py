"""What a server exports of each questionnaire of the project is read without another word."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsante.collect import dictionary
from obsante.collect.forms.instrument import load_common, load_instrument
from obsante.collect.forms.survey import make_form
from obsante.collect.imports import profile
from obsante.collect.imports.headings import Headings
from obsante.edition import latest_edition, load_edition
from obsante.paths import find_project

PROJECT = find_project(Path(__file__))
INSTRUMENTS = sorted(p.stem for p in PROJECT.instruments.glob("*.yml") if p.stem != "commun")
METADATA = {
    "kobo": ["_id", "_uuid", "_submission_time", "_index", "meta/instanceID", "__version__"],
    "odk": ["SubmissionDate", "meta-instanceID", "KEY", "SubmitterID", "DeviceID", "FormVersion"],
}


def exported(form, mark: str) -> list[str]:
    """Headings of the questions of a form, each after its groups where there is a mark."""
    groups, headings = [], []
    for row in form.survey:
        if row["type"].startswith("begin_"):
            groups.append(row["name"])
        elif row["type"].startswith("end_"):
            groups.pop()
        else:
            headings.append(mark.join([*groups, row["name"]]) if mark else row["name"])
    return headings


@pytest.mark.parametrize("name", INSTRUMENTS)
@pytest.mark.parametrize(("reader", "mark"), [("kobo", "/"), ("kobo", ""), ("odk", "-")])
def test_every_question_is_a_column_and_nothing_else_is(name, reader, mark):
    instrument = load_instrument(PROJECT, name)
    table = dictionary.load(instrument.table, PROJECT)
    edition = load_edition(PROJECT, latest_edition(PROJECT))
    form = make_form(instrument, table, load_common(PROJECT), edition)
    # Columns that are computed after the field work, and added to the export.
    headings = [*exported(form, mark), *METADATA[reader], *instrument.after]
    plan = Headings(table, profile.load(PROJECT, reader, "a.csv")).plan(headings, "line 1")
    assert {*plan.columns, *plan.choices} == set(table.columns)
