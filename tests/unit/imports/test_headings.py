"""A heading names one column, or the profile says that it is left out."""

from __future__ import annotations

import pytest

from obsante.errors import DataError


def refusal(desk, header: str, profile: str = "texte") -> DataError:
    desk.write("a.csv", header + "\n" + "1;" * header.count(";") + "1\n")
    with pytest.raises(DataError) as raised:
        desk.read("a.csv", profile)
    return raised.value


@pytest.mark.parametrize(
    "header",
    ["id;region;dme", "IDENTIFIANT; Region ;dossier-électronique",
     "Identifiant;RÉGION;Avez-vous un dossier électronique ?", "id;region;هل لديكم ملف؟"],
)  # fmt: skip
def test_a_column_is_named_by_its_name_its_title_or_its_question(desk, header):
    desk.write("a.csv", header + "\nS1;02;oui\n")
    assert desk.read("a.csv", "texte")[0][2][:4] == ["S1", "02", None, "oui"]


def test_a_heading_can_be_declared_and_others_left_out(desk):
    desk.profile("x", format="csv", separators=[";"], ignored=["Tel*", "Remarque"],
                 columns={"sites": {"postes": ["Nb PC"]}})  # fmt: skip
    desk.write("a.csv", "id;region;nb. pc;Téléphone;tel;remarque\nS1;02;3;a;b;c\n")
    error = refusal(desk, "id;region;nb. pc;Téléphone;tel;remarque", "x")
    assert error.found == "cell 4, 'Téléphone', which names no column"
    desk.write("a.csv", "id;region;nb. pc;Tel 2;tel;remarque\nS1;02;3;a;b;c\n")
    cells = desk.read("a.csv", "x")[0][2]
    assert (cells[5], cells[-1]) == ("3", None)


def test_an_unknown_heading_names_the_nearest_column_and_the_profile(desk):
    error = refusal(desk, "id;region;postes;lit")
    assert error.looked_at == "a.csv, line 1"
    assert "'lits' (nearest)" in error.expected
    assert "config/imports/texte.yml under columns.sites or under ignored" in error.remedy


def test_a_column_named_twice_is_refused(desk):
    error = refusal(desk, "id;region;postes;Région")
    assert error.found == "column 'region' more than once: cells 2 and 4, 'Région'"


def test_a_required_column_or_a_key_must_be_there(desk):
    assert refusal(desk, "id;postes;lits").found == "no column 'region'"
    assert refusal(desk, "region;postes;lits").found == "no column 'id'"


def test_a_constant_stands_for_a_column_that_the_file_lacks(desk):
    desk.profile("x", format="csv", separators=[";"],
                 constants={"sites": {"region": "L'Oriental"}})  # fmt: skip
    desk.write("a.csv", "id;postes;lits\nS1;1;2\nS2;1;2\n")
    rows, notes = desk.read("a.csv", "x")
    assert ([row[1] for row in rows.values()], notes) == (["02", "02"], [])


def test_a_title_that_two_columns_share_is_refused_where_it_is_used(desk):
    text = (desk.project.dictionary / "sites.yml").read_text("utf-8")
    text = text.replace("title: Postes", "title: Nombre").replace("title: Lits", "title: Nombre")
    desk.write("config/dictionary/sites.yml", text)
    error = refusal(desk, "id;region;dme;Nombre")
    assert error.found == "'Nombre', a name of 2 columns: postes, lits"
    desk.write("a.csv", "id;region;postes;lits\nS1;02;1;2\n")
    assert desk.read("a.csv", "texte")[0][2][5:7] == ["1", "2"]


def test_a_column_without_heading_must_be_empty(desk):
    desk.write("a.csv", "id;region;;postes\nS1;02;;1\nS2;02;x;1\n")
    with pytest.raises(DataError) as raised:
        desk.read("a.csv", "texte")
    assert raised.value.looked_at == "a.csv, line 3"
    assert raised.value.found == "cell 3, 'x', without heading"
