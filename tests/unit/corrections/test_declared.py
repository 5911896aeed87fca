"""What a file of corrections must say, before any row is read."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml

from obsante.collect.corrections import MODEL
from obsante.errors import DataError, EditionError, ObsanteError

FILE = "data/raw/2025/corrections.yml"
MAIL = "@".join(["personne1", "exemple.invalid"])
PHONE = "+212 " + "000 00 00 00"


def refusal(survey, *changes, kind: type[ObsanteError] = DataError) -> ObsanteError:
    with pytest.raises(ObsanteError) as raised:
        survey.declare(*changes)
    assert type(raised.value) is kind
    return raised.value


def test_an_edition_may_have_no_file_and_a_file_no_correction(survey):
    survey.load().require_used(2025)
    survey.declare_text(MODEL).require_used(2025)


def test_the_model_of_a_new_edition_is_valid_once_filled(survey):
    lines = [line.removeprefix("# ") for line in MODEL.splitlines() if line.startswith("# ")]
    entry = lines[next(n for n, line in enumerate(lines) if line.startswith("- table:")) :]
    text = "corrections:\n" + "\n".join(entry) + "\n"
    text = text.replace("etablissements", "mesures").replace("id_etablissement", "id")
    text = text.replace("id: E0000010", "id: M01").replace("professionnels_etp", "postes")
    corrections = survey.declare_text(text)
    chunk = survey.apply(corrections, survey.chunk(["M01", "1,5", "", ""]))
    assert chunk.text["postes"].tolist() == ["1.5"]


@pytest.mark.parametrize(
    "key", ["table", "key", "column", "old", "new", "reason", "who", "date", "expires"]
)
def test_every_key_is_required(survey, key):
    survey.declare({})
    entry = yaml.safe_load(survey.project.corrections(2025).read_text(encoding="utf-8"))
    del entry["corrections"][0][key]
    with pytest.raises(EditionError) as raised:
        survey.declare_text(yaml.safe_dump(entry))
    assert raised.value.looked_at == f"{FILE}, key corrections.0.{key}"
    assert raised.value.found == "nothing"


def test_an_unknown_key_names_the_nearest(survey):
    error = refusal(survey, {"reasons": "x"}, kind=EditionError)
    assert error.expected.startswith("'reason' (nearest)")


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        ({"old": 12}, "old", "text between quotes, or null for an empty cell"),
        ({"new": dt.date(2025, 1, 1)}, "new", "text between quotes, or null for an empty cell"),
        ({"new": "1,5"}, "new", "another text than the old one"),
        ({"key": "M01"}, "key", "{column: 'text'} for the primary key"),
        ({"key": {}}, "key", "{column: 'text'} for the primary key"),
        ({"key": {"id": 4}}, "key", "text between quotes for 'id'"),
        ({"key": {"fichier": "a.csv", "ligne": "2"}}, "key", "a whole number for 'ligne'"),
        ({"key": {"fichier": "a.csv", "ligne": True}}, "key", "a whole number for 'ligne'"),
        ({"reason": " "}, "reason", "String should match pattern"),
        ({"expires": dt.date(2026, 3, 14)}, "expires", "not before that of the correction, 2026"),
    ],
)
def test_what_is_not_written_as_it_should_be(survey, change, key, expected):
    error = refusal(survey, {}, change, kind=EditionError)
    assert error.looked_at == f"{FILE}, key corrections.1.{key}"
    assert expected in error.expected


@pytest.mark.parametrize(
    ("change", "key", "found", "expected"),
    [
        ({"table": "mesure"}, "table", "'mesure', which is no table", "'mesures' (nearest)"),
        ({"table": "regions"}, "table", "'regions', a reference table", "a campaign table"),
        ({"column": "poste"}, "column", "'poste', which is no column", "'postes' (nearest)"),
        ({"column": "agent"}, "column", "'agent', which tells who someone is", "a column without"),
        ({"column": "id"}, "column", "'id', which is part of the key", "known by its place"),
        ({"key": {"ident": "M01"}}, "key", "ident", "id, or fichier and ligne"),
        ({"key": {"id": "M01", "postes": "1,5"}}, "key", "id and postes", "id, or fichier"),
        ({"table": "visites", "column": "visites", "key": {"mois": "1"}}, "key", "mois",
         "agent and mois, or fichier and ligne"),
        ({"table": "notes", "column": "texte"}, "key", "id", "fichier and ligne: table 'notes'"),
        ({"new": "NA"}, "new", "'NA', which means an empty cell", "null"),
        ({"old": ""}, "old", "'', which means an empty cell", "null"),
        ({"new": "•••"}, "new", "'•••', a masked text", "a value, or null"),
        ({"date": dt.date(2026, 7, 1)}, "date", "2026-07-01", "publication, 2026-06-30"),
        ({"expires": dt.date(2026, 6, 29)}, "expires", "expired on 2026-06-29",
         "in force on the day of the edition's publication, 2026-06-30"),
    ],
)  # fmt: skip
def test_what_can_not_be_right_whatever_the_rows_are(survey, change, key, found, expected):
    error = refusal(survey, {}, change)
    assert error.looked_at == f"{FILE}, key corrections.1.{key}"
    assert error.found.startswith(found)
    assert expected in error.expected


@pytest.mark.parametrize(
    "change",
    [
        {"reason": f"Appelé au {PHONE}"},
        {"who": MAIL},
        {"column": "remarque", "old": f"écrire à {MAIL}"},
        {"column": "remarque", "old": None, "new": PHONE},
        {"key": {"id": MAIL}},
        {"table": "visites", "column": "visites", "key": {"agent": "Prénom Fictif", "mois": "1"}},
    ],
)
def test_an_identifier_is_refused_and_not_shown(survey, change):
    error = refusal(survey, change)
    assert error.found == "a direct identifier, not shown here"
    shown = str(error)
    assert MAIL not in shown
    assert PHONE not in shown
    assert "Fictif" not in shown


def test_a_reason_may_name_rows_by_their_keys(survey):
    survey.declare({"reason": "Même saisie que M12 et M13"})


def test_a_correction_serves_on_its_first_and_last_day(survey):
    day = dt.date(2026, 6, 30)
    survey.declare({"date": day, "expires": day})


def test_the_same_cell_twice(survey):
    error = refusal(survey, {}, {"column": "remarque"}, {"old": "2", "new": "3"})
    assert error.looked_at == f"{FILE}, key corrections.2"
    assert error.found.endswith(f"of one cell, after that of {FILE}, key corrections.0")


def test_a_file_that_is_not_readable_yaml(survey):
    with pytest.raises(EditionError, match="corrections.yml"):
        survey.declare_text("corrections: [")


def test_a_folder_in_the_place_of_the_file(survey):
    survey.project.corrections(2025).mkdir(parents=True)
    with pytest.raises(DataError) as raised:
        survey.load()
    assert raised.value.found.startswith("could not be read")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"table": MAIL}, DataError),
        ({"column": MAIL}, DataError),
        ({"key": {MAIL: "x"}}, DataError),
        ({MAIL: "x"}, EditionError),
        ({"date": PHONE}, EditionError),
        ({"new": 600000000}, EditionError),
    ],
)
def test_an_identifier_in_the_wrong_place_is_not_shown(survey, change, kind):
    error = refusal(survey, change, kind=kind)
    assert "•••" in str(error)
    assert not [text for text in (MAIL, PHONE, "600000000") if text in str(error)]
    assert error.__cause__ is None


def test_a_date_must_be_a_day_without_quotes(survey):
    error = refusal(survey, {"date": "15/12/2025"}, kind=EditionError)
    assert error.expected == "a day written 2026-12-31, without quotes"
