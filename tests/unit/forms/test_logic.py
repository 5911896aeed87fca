"""What the form permits: codes not offered, rules without control, values it may not write."""

from __future__ import annotations

import pytest

from obsante.collect.forms.logic import Logic
from obsante.collect.forms.plan import make_plan
from obsante.collect.forms.rules import controls
from obsante.collect.table_schema import Table
from obsante.errors import DataError


@pytest.fixture
def logic(tiny) -> Logic:
    return Logic(tiny.plan())


def offered(logic: Logic, name: str) -> list:
    return [category.value for category in logic.offered(logic.plan.asked(name))]


def test_not_applicable_is_not_offered_where_the_question_is_skipped(logic):
    assert offered(logic, "lieu") == ["ici", "ailleurs"]


def test_a_code_that_a_rule_refuses_whenever_it_is_asked_is_not_offered(logic):
    # Asked when there is a record, which the rule gives a stage above 0.
    assert offered(logic, "stade") == [1, 2]


def test_other_codes_are_offered_in_their_order(logic):
    assert offered(logic, "dme") == ["oui", "non", "nsp"]


def test_not_applicable_is_offered_where_the_question_is_asked_of_all(tiny):
    free = {"group": "dossiers", "fr": "Quel lieu", "ar": "أي مكان"}
    table = tiny.columns(lieu={"question": free})
    table = table.model_copy(update={"rules": []})
    logic = Logic(make_plan(tiny.instrument(), table))
    assert offered(logic, "lieu") == ["ici", "ailleurs", "sans_objet"]


def test_each_rule_is_ensured_controlled_or_left_to_ingest(tiny, logic):
    found = controls(logic.plan, logic)
    assert found.ensured == ["dme_et_stade", "dme_et_lieu"]
    assert found.written == {"etp_et_effectif": "etp", "note_voulue": "visite"}
    assert found.at_ingest == {
        "poids_et_effectif": "it uses poids",
        "effectif_seul": "effectif is not an answer",
        # The control is on the last answer; an empty one is not controlled.
        "note_voulue": "where visite has no answer",
    }


def test_a_control_waits_for_the_other_answers(logic):
    control = controls(logic.plan, logic).of("etp")[0]
    assert control.condition == "${effectif} = '' or (. <= ${effectif})"
    assert control.among == "${effectif} = '' or (name <= ${effectif})"
    assert control.message.fr == "Pas plus d'équivalents que de personnes."


def test_a_rule_without_xpath_is_left_to_ingest_and_named(tiny):
    rule = {"name": "r", "message": "M", "columns": ["note", "visite"],
            "holds": "note.str.upper() != 'X' or visite.notna()"}  # fmt: skip
    content = tiny.columns(note={"identifier": None}).model_dump() | {"rules": [rule]}
    plan = make_plan(tiny.instrument(), Table.model_validate(content))
    assert controls(plan, Logic(plan)).at_ingest == {"r": "no XPath for note.str.upper()"}


def test_a_form_that_would_write_what_a_rule_refuses_is_an_error(tiny):
    """Not asked of who does not know; then « sans objet » is written, which the rule refuses."""
    asked = {"group": "dossiers", "fr": "Quel lieu", "ar": "أي مكان", "asked_if": "dme == 'oui'"}
    plan = make_plan(tiny.instrument(), tiny.columns(lieu={"question": asked}))
    with pytest.raises(DataError) as caught:
        controls(plan, Logic(plan))
    assert caught.value.looked_at == "question of column 'lieu', table 'centres'"
    assert "'dme': 'nsp', 'lieu': 'sans_objet'" in caught.value.found
    assert "rule 'dme_et_lieu'" in caught.value.found


def test_a_value_implied_by_the_instrument_takes_the_place_of_not_applicable(tiny):
    asked = {"group": "dossiers", "fr": "Quel lieu", "ar": "أي مكان", "asked_if": "dme == 'oui'"}
    implied = [{"column": "stade", "value": 0, "when": "dme == 'non'"},
               {"column": "lieu", "value": "sans_objet", "when": "dme == 'non'"}]  # fmt: skip
    plan = make_plan(tiny.instrument(implied=implied), tiny.columns(lieu={"question": asked}))
    found = controls(plan, Logic(plan))
    assert found.ensured == ["dme_et_stade", "dme_et_lieu"]


def test_too_many_combinations_are_not_tried(tiny, monkeypatch):
    monkeypatch.setattr("obsante.collect.forms.logic._TRIED", 3)
    plan = tiny.plan()
    assert controls(plan, Logic(plan)).ensured == []
