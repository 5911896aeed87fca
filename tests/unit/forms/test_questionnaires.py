"""The project's own questionnaires: each converts, in both languages, and agrees with the data."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.collect import available, load
from obsante.collect.dictionary import load as dictionary
from obsante.collect.dictionary import tables
from obsante.collect.expressions import names
from obsante.collect.forms.instrument import known_instruments, load_instrument
from obsante.collect.forms.output import make_forms
from obsante.collect.forms.survey import Form
from obsante.collect.forms.validation import validate_form
from obsante.collect.forms.workbook import workbook
from obsante.collect.schemas import TEXT
from obsante.errors import DataError
from obsante.paths import find_project
from obsante.stats.answers import NOT_APPLICABLE

PROJECT = find_project()
NAMES = known_instruments(PROJECT)


def skips() -> list[tuple[str, str]]:
    """Instrument and column of each question that has a code for not being asked."""
    found = [(name, dictionary(load_instrument(PROJECT, name).table, PROJECT)) for name in NAMES]
    return [(name, field.name) for name, table in found for field in table.fields
            if field.asked_if and NOT_APPLICABLE in field.codes]  # fmt: skip


def test_there_is_an_instrument_for_each_survey():
    assert NAMES == ["audit_conformite", "entretien", "etablissement", "patient", "professionnel"]


@pytest.fixture(scope="module")
def forms(edition) -> dict[str, Form]:
    return dict(zip(NAMES, make_forms(PROJECT, edition), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_questionnaire_converts_without_a_warning_in_both_languages(name, forms):
    form = forms[name]
    xform = validate_form(form.name, workbook(form))
    table = dictionary(load_instrument(PROJECT, name).table, PROJECT)
    asked = [field.name for field in table.fields if field.question]
    assert form.questions == len(asked) > 0
    assert [column for column in asked if f"/{column}" not in xform] == []


def test_every_question_of_the_dictionary_is_in_a_questionnaire():
    asked = {name for name, table in tables(PROJECT).items()
             if any(field.question for field in table.fields)}  # fmt: skip
    assert asked == {load_instrument(PROJECT, name).table for name in NAMES}


def test_no_rule_of_a_questionnaire_is_lost(forms):
    for name, form in forms.items():
        table = dictionary(load_instrument(PROJECT, name).table, PROJECT)
        found = {*form.rules.written, *form.rules.ensured, *form.rules.at_ingest}
        assert found == {rule.name for rule in table.rules}


@pytest.mark.parametrize(("name", "column"), skips())
def test_not_applicable_is_in_the_data_where_the_form_would_write_it(rooted, name, column):
    item = load_instrument(rooted, name)
    if item.table not in available(rooted, 2025):
        pytest.skip(f"the demonstration has no {item.table} in this copy")
    field = dictionary(item.table, rooted).field(column)
    rows = load(item.table, edition=2025)
    coded = [one for one, kind in rows.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
    rows = rows[rows["repondant"] == "oui"].astype(dict.fromkeys(coded, TEXT))
    implied = [one.when for one in item.implied if one.column == column]
    if implied:
        expected = rows.eval(implied[0], engine="python")
    else:
        asked = rows.eval(field.asked_if, engine="python")
        expected = ~asked & rows[sorted(names(field.asked_if))].notna().all(axis=1)
    assert expected.any()
    assert ((rows[column] == NOT_APPLICABLE) == expected).all()


def test_an_unknown_questionnaire_is_an_error_that_names_the_nearest(edition):
    with pytest.raises(DataError) as caught:
        make_forms(PROJECT, edition, ["etablissment"])
    assert "'etablissement' (nearest)" in caught.value.expected
