"""What passes the door, and what is noted there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from obsante.collect import codes, dictionary
from obsante.collect.chunks import Chunk, notes
from obsante.collect.imports import read_chunks
from obsante.collect.privacy import Key, load_key, mask, masked_values, protect
from obsante.collect.privacy.folders import campaign
from obsante.collect.table_schema import Constraints
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.paths import find_project

KEY = Key(b"k" * 32)


def noted(chunk: Chunk) -> list[tuple]:
    return [tuple(row) for row in chunk.notes.iloc[:, :4].itertuples(index=False)]


def test_a_clean_chunk_keeps_its_cells_and_loses_its_identifiers(survey):
    chunk = survey.chunk(survey.person(1), survey.person(2, telephone="", remarque="RAS"))
    out = protect(chunk, survey.table, KEY)
    assert list(out.text.columns) == survey.table.protected.columns
    assert list(out.text.columns) == ["id", "courriel", "reponse", "age", "visite", "remarque"]
    others = ["id", "reponse", "age", "visite", "remarque"]
    pd.testing.assert_frame_equal(out.text[others], chunk.text[others])
    assert out.text["courriel"].tolist() == [
        KEY.pseudonym("courriel", survey.mail_of(n)) for n in (1, 2)
    ]
    assert out.notes.empty
    assert out.text.dtypes.tolist() == [chunk.text["id"].dtype] * 6


def test_missing_identifiers_stay_missing_and_a_dropped_required_one_is_noted(survey):
    out = protect(survey.chunk(survey.person(1, nom="", courriel="")), survey.table, KEY)
    assert out.text["courriel"].isna().all()
    # The presence of a pseudonym is checked with the rest of the table.
    assert noted(out) == [(2, codes.REQUIRED, "nom", "")]


def test_the_pattern_of_an_identifier_is_checked_before_it_goes_and_shows_nothing(survey):
    wrong = survey.person(1, courriel="pas une adresse", telephone="12 34")
    out = protect(survey.chunk(survey.person(2), wrong), survey.table, KEY)
    assert noted(out) == [(3, codes.PATTERN, column, "•••") for column in ("courriel", "telephone")]
    assert "12 34" not in out.notes.to_csv()
    assert out.notes["message"].iloc[1].startswith("«\u00a0•••\u00a0» n'a pas la forme attendue")


def test_a_cell_that_says_nothing_of_anyone_links_nobody(survey):
    text = (survey.project.dictionary / "personnes.yml").read_text()
    survey.write("config/dictionary/personnes.yml", text.replace("'[^@ ]+@[^@ ]+'", "'.*'"))
    rows = [survey.person(n, courriel="\u200b ") for n in (1, 2)]
    out = protect(survey.chunk(*rows), survey.table, KEY)
    assert out.text["courriel"].isna().all()
    assert [row[:3] for row in noted(out)] == [(n, codes.PATTERN, "courriel") for n in (2, 3)]


def test_a_purged_file_passes_again(survey):
    pseudonym = KEY.pseudonym("courriel", survey.mail_of(1))
    row = survey.person(1, nom="•••", courriel=pseudonym, telephone="")
    out = protect(survey.chunk(row), survey.table, KEY)
    assert out.text["courriel"].tolist() == [pseudonym]
    assert out.notes.empty


@pytest.mark.parametrize("column", ["remarque", "reponse", "age", "visite"])
def test_an_identifier_in_any_other_column_is_noted_and_masked(survey, column):
    text = "06" + "00" * 4 if column == "age" else f"voir {survey.mail_of(7)}"
    chunk = survey.chunk(survey.person(1), survey.person(2, **{column: text}))
    out = protect(chunk, survey.table, KEY)
    shown = "•••" if column == "age" else "voir •••"
    assert noted(out) == [(3, "identifiant", column, shown)]
    assert out.text[column].iloc[1] == shown
    assert text not in out.text.to_csv() + out.notes.to_csv()
    assert out.text[column].iloc[0] == chunk.text[column].iloc[0] or column == "remarque"


def test_codes_that_look_like_cards_are_codes_where_the_dictionary_says_so(survey):
    chunk = survey.chunk(survey.person(1), survey.person(2, remarque="P" + "0" * 5))
    out = protect(chunk, survey.table, KEY)
    assert noted(out) == [(3, "identifiant", "remarque", "•••")]
    assert out.text["id"].tolist() == ["P00001", "P00002"]


def test_a_column_whose_pattern_admits_anything_is_searched(survey):
    text = (survey.project.dictionary / "personnes.yml").read_text()
    survey.write("config/dictionary/personnes.yml", text.replace(
        "title: Remarque}", "title: Remarque, constraints: {pattern: '.+'}}"))  # fmt: skip
    out = protect(survey.chunk(survey.person(1, remarque=survey.mail_of(3))), survey.table, KEY)
    assert noted(out) == [(2, "identifiant", "remarque", "•••")]


def test_what_was_noted_before_is_masked_too(survey):
    value = survey.name_of(4)
    mail = survey.mail_of(4)
    before = notes([(2, "ambigu", "nom", value, f"« {value} » est ambigu"),
                    (2, "ambigu", "age", mail, f"« {mail} » ?")])  # fmt: skip
    chunk = survey.chunk(survey.person(1))
    out = protect(Chunk(chunk.file, chunk.text, before), survey.table, KEY)
    assert out.notes["valeur"].tolist() == ["•••", "•••"]
    assert out.notes["message"].tolist() == ["« ••• » est ambigu", "« ••• » ?"]


def test_a_table_with_pseudonyms_needs_its_key(survey):
    with pytest.raises(DataError, match="no key for its pseudonyms"):
        protect(survey.chunk(survey.person(1)), survey.table, None)


def test_values_are_shown_by_column(survey):
    table, pseudonym = survey.table, KEY.pseudonym("nom", "x")
    assert masked_values(table, "nom", ["Ana", "", pseudonym]) == ["•••", "", pseudonym]
    assert masked_values(table.protected, "courriel", ["Ana", pseudonym]) == ["•••", pseudonym]
    assert masked_values(table, "id, nom", ["P00001, Ana"]) == ["•••"]
    assert masked_values(table, "remarque", [survey.mail_of(1), "RAS"]) == ["•••", "RAS"]
    assert masked_values(table, "id", ["P00001"]) == ["P00001"]


def test_the_quarantine_keeps_its_keys_and_loses_identifiers(survey):
    found = pd.DataFrame({
        "identifiant": ["P00001", survey.mail_of(2)], "colonne": ["age", "remarque"],
        "valeur": ["130", survey.mail_of(1)],
        "message": ["« 130 » est supérieur", f"« {survey.mail_of(1)} » : non"],
    })  # fmt: skip
    shown = mask(found, survey.table)
    assert shown["identifiant"].tolist() == ["P00001", "•••"]
    assert shown["valeur"].tolist() == ["130", "•••"]
    assert shown["message"].tolist() == ["« 130 » est supérieur", "« ••• » : non"]
    assert found["valeur"].tolist()[0] == "130"


@pytest.mark.parametrize("year", [pytest.param(2023, marks=pytest.mark.slow),
                                  pytest.param(2024, marks=pytest.mark.slow), 2025])  # fmt: skip
def test_no_cell_of_the_demonstration_looks_like_an_identifier(year):
    project = find_project(Path(__file__))
    tables = dictionary.tables(project)
    edition = load_edition(project, year)
    key = load_key(project, edition)
    wrong = []
    for raw in campaign(project, edition, tables):
        for chunk in read_chunks(project, raw, tables[raw.table]):
            found = protect(chunk, tables[raw.table], key).notes
            found = found[found["regle"] == codes.IDENTIFIER]
            wrong += [(raw.name, *row) for row in found.itertuples(index=False)]
    assert wrong == []


@pytest.mark.parametrize("number", ["6" + "0" * 8, "2126" + "0" * 8])
def test_a_telephone_that_became_a_number_is_known_by_its_size(survey, number):
    out = protect(survey.chunk(survey.person(1, age=number)), survey.table, KEY)
    assert noted(out) == [(2, codes.IDENTIFIER, "age", "•••")]
    assert out.text.loc[2, "age"] == "•••"


def test_a_number_without_bound_may_be_large(survey):
    bare = survey.table.field("age").model_copy(update={"constraints": Constraints()})
    table = survey.table.model_copy(
        update={"fields": [bare if f.name == "age" else f for f in survey.table.fields]}
    )
    assert noted(protect(survey.chunk(survey.person(1, age="6" + "0" * 8)), table, KEY)) == []
