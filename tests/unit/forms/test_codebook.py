"""The codebook: rows of its CSV, structure of its XML, cells of its chapter."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree

import pytest

from obsante.book import codebook as chapter
from obsante.collect.codebook import Variable, codebook_csv, ddi_codebook, variables
from obsante.collect.codebook.variables import HEADER
from obsante.collect.forms.instrument import Text

DDI = {"d": "ddi:codebook:2_5"}


@pytest.fixture
def found(tiny) -> list[Variable]:
    table = tiny.table()
    stem = Text(fr="À ce jour", ar="حاليًا")
    return [Variable(table, field, stem if field.name == "etp" else None)
            for field in table.fields]  # fmt: skip


@pytest.fixture
def rows(found) -> dict[str, dict[str, str]]:
    return {row["variable"]: row for row in csv.DictReader(io.StringIO(codebook_csv(found)))}


def test_a_row_says_type_codes_and_missing_values(rows):
    assert list(rows["lieu"]) == HEADER
    assert rows["lieu"]["type"] == "code"
    assert rows["lieu"]["categories"] == "ici=Ici|ailleurs=Ailleurs|sans_objet=Sans objet"
    assert rows["lieu"]["univers"] == "dme != 'non'"
    assert rows["lieu"]["valeurs_manquantes"] == (
        "vide=réponse manquante|sans_objet=question non posée"
    )


def test_a_required_column_has_no_missing_value(rows):
    assert rows["id"]["obligatoire"] == "oui"
    assert rows["id"]["valeurs_manquantes"] == ""
    assert rows["id"]["format"] == "^C[0-9]$"


def test_a_question_comes_after_the_words_read_before_it(rows):
    assert rows["etp"]["question_fr"] == "À ce jour Combien"
    assert rows["etp"]["question_ar"] == "حاليًا كم"
    assert rows["dme"]["question_fr"] == "Un dossier"
    assert rows["poids"]["question_fr"] == ""


def test_an_identifier_says_what_becomes_of_it(rows):
    assert rows["note"]["identifiant"] == "texte libre, effacé à l'entrée"
    assert (rows["etp"]["minimum"], rows["etp"]["maximum"]) == ("0", "2500")


def test_the_xml_has_the_parts_of_a_ddi_codebook_in_their_order(found, edition):
    root = ElementTree.fromstring(ddi_codebook(found, edition))
    assert [child.tag.split("}")[1] for child in root] == ["stdyDscr", "fileDscr", "dataDscr"]
    place = root.find("d:dataDscr/d:var[@name='lieu']", DDI)
    assert [child.tag.split("}")[1] for child in place] == [
        "labl", "qstn", "universe", "txt", "catgry", "catgry", "catgry", "varFormat",
    ]  # fmt: skip
    last = place.findall("d:catgry", DDI)[-1]
    assert last.get("missing") == "Y"
    assert last.findtext("d:catValu", namespaces=DDI) == "sans_objet"
    assert place.get("files") == root.find("d:fileDscr", DDI).get("ID")


def test_the_xml_says_bounds_and_words_read_before(found, edition):
    root = ElementTree.fromstring(ddi_codebook(found, edition))
    etp = root.find("d:dataDscr/d:var[@name='etp']", DDI)
    assert etp.find("d:valrng/d:range", DDI).attrib == {"min": "0", "max": "2500"}
    assert etp.findtext("d:qstn/d:preQTxt", namespaces=DDI) == "À ce jour"
    assert etp.get("intrvl") == "contin"
    assert len({one.get("ID") for one in root.iter("{ddi:codebook:2_5}var")}) == len(found)


def test_the_chapter_has_a_table_for_each_table_of_the_project(checkout, edition):
    text = chapter.dictionary(checkout, edition)
    for table in {one.table.name for one in variables(checkout)}:
        assert f"{{#tbl-dictionnaire-{table}}}" in text
    assert text.index("sec-dictionnaire-campagne") < text.index("sec-dictionnaire-reference")


def test_a_cell_of_the_chapter_is_written_in_french(found):
    cells = chapter._variables(found).splitlines()
    row = {line.split("`")[1]: line for line in cells if line.startswith("| `")}
    assert "décimal, de 0 à 2500 | «\u00a0À ce jour Combien\u00a0» |" in row["etp"]
    assert "`oui` Oui\u202f; `non` Non" in row["dme"]
    assert "«\u00a0Quel lieu\u00a0» Posée si `dme != 'non'`." in row["lieu"]
    assert row["poids"].endswith("| – |")
    assert "Identifiant de personne\u00a0: texte libre" in row["note"]


def test_marks_of_markdown_in_the_dictionary_stay_words():
    assert chapter._plain("a_b [c] *d*") == r"a\_b \[c\] \*d\*"
