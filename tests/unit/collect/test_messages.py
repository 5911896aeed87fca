"""Messages say in good French what should be written."""

from __future__ import annotations

import pytest

from obsante.collect import codes, messages
from obsante.collect.table_schema import Field


def field(kind: str, **keys) -> Field:
    return Field.model_validate({"name": "x", "type": kind, "title": "X", **keys})


REGION = field("string", categories=[{"value": "03", "label": "Fès-Meknès"},
                                     {"value": "01", "label": "Tanger"}])  # fmt: skip


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("Fes-Meknes", "la plus proche est « 03 » (Fès-Meknès)"),
        (" 01", "la plus proche est « 01 » (Tanger)"),
        ("Fez", "la plus proche est « 03 » (Fès-Meknès)"),
        ("t", "modalités admises : 03, 01"),
        ("Dakhla", "modalités admises : 03, 01"),
    ],
)
def test_the_nearest_category_is_found_among_codes_then_labels(value, advice):
    message = messages.cell(codes.CATEGORY, REGION, value, year=2025).replace("\u00a0", " ")
    assert message == f"« {value} » n'est pas une modalité de « x » : {advice}."


@pytest.mark.parametrize(
    ("kind", "value", "advice"),
    [
        ("number", "12,5", "écrire « 12.5 »"),
        ("number", "1\u202f250,5", "écrire « 1250.5 »"),
        ("number", "1e3", "écrire « 1000 »"),
        ("number", "1e400", "écrire comme « 12.5 », ou laisser la cellule vide"),
        ("integer", "12.0", "écrire « 12 »"),
        ("integer", "12.5", "écrire comme « 12 », ou laisser la cellule vide"),
        ("date", "1/2/2025", "écrire « 2025-02-01 »"),
        ("date", "2025-02-30", "écrire comme « 2025-12-31 », ou laisser la cellule vide"),
        ("boolean", "Oui", "écrire « true »"),
        ("boolean", "TRUE", "écrire « true »"),
    ],
)
def test_the_right_way_of_writing_is_given_where_it_can_be_guessed(kind, value, advice):
    message = messages.cell(codes.TYPE, field(kind), value, year=2025).replace("\u00a0", " ")
    assert message.endswith(f" : {advice}.")


def test_a_bound_is_written_with_a_comma_and_a_no_break_space():
    narrow = field("number", constraints={"minimum": 0.5})
    message = messages.cell(codes.MINIMUM, narrow, "0.1", year=2025)
    assert message == "«\u00a00.1\u00a0» est inférieur au minimum admis, 0,5."


def test_a_foreign_value_names_the_nearest_of_a_short_list_only():
    near = messages.foreign("01.15", "provinces", ["01.151", "02.3"]).replace("\u00a0", " ")
    assert near.endswith("table « provinces » : la valeur la plus proche est « 01.151 ».")
    far = messages.foreign("01.15", "provinces", [f"01.151{n}" for n in range(501)])
    assert "plus proche" not in far


def test_lines_of_a_conflict_are_listed_up_to_eight():
    listed = messages.places([("a.csv", line) for line in range(2, 12)], "a.csv")
    assert "(lignes 2, 3, 4, 5, 6, 7, 8, 9, …)" in messages.conflict("k", listed)


def test_lines_of_other_files_come_after_those_of_the_own_file_with_their_name():
    rows = [("a.csv", 2), ("b.csv", 3), ("b.csv", 4), ("c.csv", 5)]
    assert messages.places(rows, "b.csv").replace("\u00a0", " ") == (
        "lignes 3, 4\u202f; ligne 2 de « a.csv »\u202f; ligne 5 de « c.csv »")  # fmt: skip
    assert messages.copied(messages.places(rows[:1], "b.csv")).replace("\u00a0", " ") == (
        "Copie identique de la ligne 2 de « a.csv », seule examinée.")  # fmt: skip


def test_an_initial_names_the_one_category_that_it_begins():
    categories = [{"value": "femme", "label": "Femme"}, {"value": "homme", "label": "Homme"}]
    sex = field("string", categories=categories)
    message = messages.cell(codes.CATEGORY, sex, "F", year=2025).replace("\u00a0", " ")
    assert message.endswith("la plus proche est « femme » (Femme).")


def test_a_long_list_of_categories_is_cut():
    many = field("integer", categories=[{"value": n, "label": "x"} for n in range(10, 20)])
    message = messages.cell(codes.CATEGORY, many, "99", year=2025, search=False)
    assert message.endswith("10, 11, 12, 13, 14, 15, 16, 17 et 2 autres.")
