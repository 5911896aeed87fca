"""Rows of the form: identification, information and consent, questions, what is written unasked."""

from __future__ import annotations

import datetime as dt

import pytest

from obsante.collect.forms.instrument import Text
from obsante.collect.forms.rows import ARABIC, FRENCH
from obsante.collect.forms.survey import Form, make_form
from obsante.collect.forms.texts import Texts
from obsante.edition import Authorisation
from obsante.errors import DataError, EditionError


@pytest.fixture
def form(tiny, common, edition) -> Form:
    return make_form(tiny.instrument(), tiny.table(), common, edition)


@pytest.fixture
def rows(form) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in form.survey if row["name"]}


@pytest.fixture
def real(edition):
    """The edition as a real one, authorised."""
    permit = Authorisation(
        number="D-12-2025", purpose="statistique", retention_until=dt.date(2031, 12, 31),
        host_country="Maroc", transfer_basis="sans transfert",
    )  # fmt: skip
    return edition.model_copy(update={"status": "real", "authorisation": permit})


def test_pages_come_in_the_order_of_the_law_then_of_the_instrument(form):
    names = [row["name"] for row in form.survey if row["type"] == "begin_group"]
    assert names == ["unite_enquetee", "avant_enquete", "dossiers", "moyens"]
    assert [row["type"] for row in form.survey[:2]] == ["start", "end"]
    assert sum(row["type"] == "end_group" for row in form.survey) == 4


def test_a_refusal_ends_the_form_and_says_so(rows):
    assert rows["accord_enquete"]["required"] == "yes"
    assert rows["dossiers"]["relevant"] == "${accord_enquete} = 'oui'"
    assert rows["note_refus"]["relevant"] == "${accord_enquete} = 'non'"
    assert rows["repondant"]["calculation"] == "${accord_enquete}"


def test_columns_of_the_design_are_entered_loaded_or_written(rows):
    assert rows["id"]["type"] == "text"
    assert rows["id"]["required"] == "yes"
    assert rows["id"]["constraint"] == (
        "(regex(., '^C[0-9]$')) and (pulldata('base', 'id', 'id', .) != '')"
    )
    assert rows["effectif"]["calculation"] == "pulldata('base', 'effectif', 'id', ${id})"
    assert rows["edition"]["calculation"] == "2025"


def test_a_closed_list_is_a_choice_with_both_labels(form, rows):
    assert rows["dme"]["type"] == "select_one oui_non_nsp"
    labels = {(c["list_name"], c["name"]): (c[f"label::{FRENCH}"], c[f"label::{ARABIC}"])
              for c in form.choices}  # fmt: skip
    assert labels["oui_non_nsp", "nsp"] == ("Ne sait pas", "لا أعرف")
    assert ("stade", "0") not in labels
    assert ("ici_ailleurs", "sans_objet") not in labels


def test_where_a_question_is_not_asked_the_form_writes_what_goes_without_asking(rows):
    assert rows["lieu_posee"]["relevant"] == "${dme} != 'non'"
    assert rows["lieu"]["calculation"] == (
        "if(${dme} != 'non', ${lieu_posee}, if(${dme} = '', '', 'sans_objet'))"
    )
    assert rows["stade"]["calculation"] == (
        "if(${dme} = 'oui', ${stade_posee}, if(${dme} = 'non', '0', ''))"
    )


def test_bounds_and_rules_are_controls_with_their_messages(rows):
    etp = rows["etp"]
    assert etp["type"] == "decimal"
    assert etp["constraint"] == (
        "(. >= 0 and . <= 2500) and (${effectif} = '' or (. <= ${effectif}))"
    )
    assert etp[f"constraint_message::{FRENCH}"] == (
        "La valeur doit être comprise entre 0 et 2\u202f500. "
        "Pas plus d'équivalents que de personnes."
    )
    assert "2\u202f500" in etp[f"constraint_message::{ARABIC}"]


def test_a_date_has_its_own_bounds_and_words(rows):
    visit = rows["visite"]
    assert visit["type"] == "date"
    assert visit["required"] == "yes"
    assert visit["constraint"].startswith("(. >= date('2025-02-01')) and (")
    assert "1er février 2025" in visit[f"constraint_message::{FRENCH}"]


def test_hints_are_kept_and_an_identifier_says_what_becomes_of_it(rows, common):
    assert rows["etp"][f"hint::{FRENCH}"] == "Deux mi-temps font un"
    assert rows["note"][f"hint::{FRENCH}"] == common.words.dropped.fr
    assert rows["note"][f"hint::{ARABIC}"] == common.words.dropped.ar
    assert rows["note"]["appearance"] == "multiline"


def test_words_before_a_page_are_a_note(rows):
    assert rows["note_moyens_consigne"][f"label::{FRENCH}"] == "À ce jour"


def test_a_long_list_is_folded_and_shortened_by_the_rule_that_it_enters(tiny, common, edition):
    codes = [{"value": f"{place}.{n}", "label": f"P{n}", "ar": "إ"}
             for place in ("ici", "ailleurs") for n in range(6)]  # fmt: skip
    question = {"group": "moyens", "fr": "Où", "ar": "أين"}
    rule = {"name": "endroit", "message": "Du même lieu", "columns": ["lieu", "endroit"],
            "holds": "endroit.str.slice(0, 3) == lieu.str.slice(0, 3)"}  # fmt: skip
    columns = tiny.columns(endroit={"type": "string", "title": "E", "categories": codes,
                                    "question": question})  # fmt: skip
    table = type(columns).model_validate(columns.model_dump() | {"rules": [rule]})
    form = make_form(tiny.instrument(), table, common, edition)
    row = next(row for row in form.survey if row["name"] == "endroit")
    assert row["appearance"] == "minimal"
    assert row["constraint"] == "${lieu} = '' or (substr(., 0, 3) = substr(${lieu}, 0, 3))"
    assert row["choice_filter"] == "${lieu} = '' or (substr(name, 0, 3) = substr(${lieu}, 0, 3))"


def matrix(**columns: dict) -> tuple[dict, dict]:
    page = {"name": "avis", "title": {"fr": "Avis", "ar": "رأي"}, "layout": "matrix",
            "stem": {"fr": "Dites", "ar": "قولوا"},
            "scale": [{"value": n, "label": f"L{n}", "ar": f"ل{n}"} for n in (1, 2)]}  # fmt: skip
    asked = {"question": {"group": "avis", "fr": "Un", "ar": "واحد"}}
    opinion = {"type": "integer", "title": "A", "constraints": {"minimum": 1, "maximum": 2}}
    return page, {"avis_1": opinion | asked, "avis_2": opinion | asked | columns}


def test_a_matrix_has_a_line_of_headings_and_a_line_for_each_question(tiny, common, edition):
    page, columns = matrix()
    item = tiny.instrument()
    item = item.model_copy(update={"groups": [*item.groups, type(item.groups[0])(**page)]})
    form = make_form(item, tiny.columns(**columns), common, edition)
    rows = {row["name"]: row for row in form.survey}
    assert rows["note_avis_entete"]["type"] == rows["avis_1"]["type"] == "select_one avis_1"
    assert rows["note_avis_entete"]["appearance"] == "label"
    assert rows["note_avis_entete"][f"label::{FRENCH}"] == "Dites"
    assert rows["avis_2"]["appearance"] == "list-nolabel"
    # The list replaces the bounds.
    assert rows["avis_1"]["constraint"] == ""


def test_a_matrix_of_different_answers_is_an_error(tiny, common, edition):
    page, columns = matrix(type="number")
    item = tiny.instrument()
    item = item.model_copy(update={"groups": [*item.groups, type(item.groups[0])(**page)]})
    with pytest.raises(DataError) as caught:
        make_form(item, tiny.columns(**columns), common, edition)
    assert caught.value.found == "a matrix of columns avis_1, avis_2, whose answers differ"


def test_an_answer_column_without_yes_and_no_is_an_error(tiny, common, edition):
    codes = [{"value": "oui", "label": "Oui"}]
    table = tiny.columns(repondant={"categories": codes})
    with pytest.raises(DataError, match="answered"):
        make_form(tiny.instrument(), table, common, edition)


def test_a_condition_that_a_form_can_not_say_is_an_error(tiny, common, edition):
    asked = {"group": "moyens", "fr": "N", "ar": "م", "asked_if": "effectif ** 2 > 4"}
    with pytest.raises(DataError) as caught:
        make_form(tiny.instrument(), tiny.columns(note={"question": asked}), common, edition)
    assert caught.value.found.endswith("can't say: effectif ** 2")


def test_a_condition_that_can_not_be_computed_is_an_error(tiny, common, edition):
    asked = {"group": "dossiers", "fr": "L", "ar": "م", "asked_if": "dme.str.majuscule() == 'OUI'"}
    with pytest.raises(DataError) as caught:
        make_form(tiny.instrument(), tiny.columns(lieu={"question": asked}), common, edition)
    assert caught.value.found.startswith("it can't be evaluated")


def test_the_version_changes_with_any_word(tiny, common, edition, form):
    other = tiny.instrument(kept={"fr": "Rien", "ar": "لا شيء"})
    changed = make_form(other, tiny.table(), common, edition)
    assert form.settings["version"].startswith("20250301-")
    assert changed.settings["version"] != form.settings["version"]
    assert make_form(tiny.instrument(), tiny.table(), common, edition).settings == form.settings


def test_a_demonstration_is_marked_in_name_title_and_information(form, rows):
    assert form.name == "centre-2025-demonstration"
    assert form.settings["form_title"].startswith("Centre (démonstration) – ")
    assert "note_fictif" in rows
    assert "note_conservation" not in rows


def test_a_real_form_says_authorisation_retention_and_contact(tiny, common, real):
    reachable = common.model_copy(update={"contact": "dpo@observatoire.test"})
    form = make_form(tiny.instrument(), tiny.table(), reachable, real)
    rows = {row["name"]: row for row in form.survey}
    assert form.name == "centre-2025"
    assert "D-12-2025" in rows["note_autorisation"][f"label::{FRENCH}"]
    assert "31 décembre 2031" in rows["note_conservation"][f"label::{FRENCH}"]
    assert "31 دجنبر 2031" in rows["note_conservation"][f"label::{ARABIC}"]
    assert "dpo@observatoire.test" in rows["note_droits"][f"label::{FRENCH}"]
    assert "note_fictif" not in rows


def test_a_real_edition_needs_an_address_that_someone_reads(common, real):
    with pytest.raises(EditionError, match="contact"):
        Texts(common, real)


def test_a_real_edition_needs_its_authorisation(common, real):
    with pytest.raises(EditionError, match="authorisation"):
        Texts(common, real.model_copy(update={"authorisation": None}))


def test_a_word_between_braces_that_nobody_fills_is_an_error(common, edition):
    with pytest.raises(EditionError) as caught:
        Texts(common, edition).filled(Text(fr="Le {retension}", ar="ا"))
    assert caught.value.found == "{retension} between braces"


def test_in_arabic_a_number_of_several_parts_keeps_its_order(common, edition):
    text = Texts(common, edition).filled(Text(fr="x", ar="القانون 09-08"))
    assert text.ar == "القانون \u200e09-08"
