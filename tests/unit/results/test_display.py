"""Measures of the same domains side by side."""

from __future__ import annotations

import pytest

from obsante import results
from obsante.results import wording


def cells(markdown, line: int) -> list[str]:
    return [cell.strip() for cell in markdown.text.splitlines()[line].strip("|").split("|")]


@pytest.fixture
def two(published_rows):
    nan = float("nan")
    return {"Déclaré": published_rows("type", chu=(0.9, 0.8, 0.95), clinique=(0.7, 0.6, 0.8)),
            "Tracé": published_rows("type", chu=(1.0, nan, nan), cabinet="suppressed")}  # fmt: skip


def test_a_value_of_each_measure_and_a_mark_where_one_lacks_the_domain(two):
    table = results.side_by_side(two, domain="Type")
    assert cells(table, 0) == ["Type", "Déclaré", "Tracé"]
    assert cells(table, 2) == ["Domaine chu", "90,0\xa0%", "100,0\xa0%"]
    assert cells(table, 3) == ["Domaine clinique", "70,0\xa0%", "[n.d.]"]


def test_the_first_measure_gives_the_domains_unless_all_do(two):
    assert "cabinet" not in results.side_by_side(two, domain="Type").text
    table = results.side_by_side(two, domain="Type", of_all=True)
    assert cells(table, 3) == ["Domaine clinique", "70,0\xa0%", "–"]
    assert cells(table, 4) == ["Domaine cabinet", "–", "[c]"]


def test_intervals_and_answers_stand_with_the_values_that_have_them(two):
    table = results.side_by_side(two, domain="Type", cell=wording.with_interval)
    assert cells(table, 2)[1:] == ["90,0\xa0% [80,0\u202f; 95,0]", "100,0\xa0%"]
    table = results.side_by_side(two, domain="Type", cell=wording.with_answers, of_all=True)
    assert cells(table, 2)[1:] == ["90,0\xa0% [80,0\u202f; 95,0] (90)", "100,0\xa0% (90)"]
    assert cells(table, 4)[2] == "[c]"


def test_no_row_at_all_is_said_in_words(published_rows):
    none = published_rows("type", chu="missing").head(0)
    assert results.side_by_side({"Un": none}, domain="Type").text == "Aucune valeur n'est publiée ici."
