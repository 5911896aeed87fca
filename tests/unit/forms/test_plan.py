"""Each column in its place; whatever is out of place is an error that names it."""

from __future__ import annotations

import pytest

from obsante.collect.forms.plan import make_plan
from obsante.errors import DataError

LATER = {"group": "dossiers", "fr": "Quel stade", "ar": "أي مستوى", "asked_if": "etp > 0"}
PAGES = [
    {"name": "dossiers", "title": {"fr": "D", "ar": "م"}},
    {"name": "moyens", "title": {"fr": "M", "ar": "و"}},
]


def test_columns_are_known_in_the_order_of_the_form(tiny):
    plan = tiny.plan()
    assert plan.columns == ["id", "effectif", "edition", "repondant", "dme", "stade", "lieu",
                            "etp", "note", "visite"]  # fmt: skip
    assert plan.answerable == ["id", "dme", "stade", "lieu", "etp", "note", "visite"]


def test_a_question_that_the_form_completes_has_a_name_of_its_own(tiny):
    nodes = {asked.field.name: asked.node for asked in tiny.plan().questions}
    assert nodes["dme"] == "dme"
    assert nodes["stade"] == "stade_posee"
    assert nodes["lieu"] == "lieu_posee"


WRONG_INSTRUMENTS = {
    "a column forgotten": ({"after": []}, "column 'poids' in no place"),
    "a column in two places": ({"after": ["poids", "effectif"]}, "column 'effectif' in two places"),
    "an unknown column": ({"after": ["poid"]}, "column 'poid'"),
    "an implied value of what is not asked": (
        {"implied": [{"column": "poids", "value": 0, "when": "dme == 'non'"}]}, "'poids', which"),
    "an unknown page": ({"groups": PAGES[:1]}, "page 'moyens', which"),
    "a page without question": (
        {"groups": [*PAGES, {"name": "vide", "title": {"fr": "V", "ar": "ف"}}]}, "no question"),
    "a page called as a column": (
        {"groups": [*PAGES, {"name": "poids", "title": {"fr": "P", "ar": "و"}}]}, "'poids' for"),
    "an implied value on a later answer": (
        {"implied": [{"column": "stade", "value": 0, "when": "etp > 0"}]}, "a condition on 'etp'"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "found"), WRONG_INSTRUMENTS.values(), ids=WRONG_INSTRUMENTS)
def test_an_instrument_that_disagrees_with_its_table_is_an_error(tiny, changes, found):
    with pytest.raises(DataError) as caught:
        tiny.plan(**changes)
    assert caught.value.found.startswith(found)


def test_a_condition_on_a_later_answer_is_an_error(tiny):
    with pytest.raises(DataError, match="stade") as caught:
        make_plan(tiny.instrument(), tiny.columns(stade={"question": LATER}))
    assert caught.value.found == "a condition on 'etp', which is not known at that point"


def test_an_answer_without_arabic_is_an_error_that_names_it(tiny):
    codes = [{"value": "oui", "label": "Oui", "ar": "نعم"}, {"value": "non", "label": "Non"}]
    with pytest.raises(DataError) as caught:
        make_plan(tiny.instrument(implied=[]), tiny.columns(dme={"categories": codes}))
    assert caught.value.looked_at.endswith("column 'dme', category non")


def test_a_hint_in_one_language_is_an_error(tiny):
    question = {"group": "moyens", "fr": "Combien", "ar": "كم", "hint_fr": "En tout"}
    with pytest.raises(DataError) as caught:
        make_plan(tiny.instrument(), tiny.columns(etp={"question": question}))
    assert caught.value.found == "a hint in one language"


def test_a_scale_has_the_bounds_of_its_columns(tiny):
    step = [{"value": n, "label": str(n), "ar": str(n)} for n in (1, 2)]
    page = {"name": "avis", "title": {"fr": "A", "ar": "ر"}, "scale": step}
    question = {"group": "avis", "fr": "Avis", "ar": "رأي"}
    item = tiny.instrument(groups=[*PAGES, page])
    bounds = {"minimum": 1, "maximum": 3}
    opinion = {"type": "integer", "title": "Avis", "question": question, "constraints": bounds}
    with pytest.raises(DataError) as caught:
        make_plan(item, tiny.columns(avis_1=opinion))
    assert caught.value.found == "steps [1, 2]"
    opinion["constraints"] = {"minimum": 1, "maximum": 2}
    assert make_plan(item, tiny.columns(avis_1=opinion)).asked("avis_1").group.name == "avis"
