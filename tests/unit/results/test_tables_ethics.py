"""Gaps with corrected tests, legal texts by axis and state, definitions and counts."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.results import tables_ethics

NBSP = "\u00a0"
AXES = {"donnees": "Axe 3", "ethique": "Axe 5"}


@pytest.fixture
def gaps(published_rows):
    return published_rows(
        "ecart_par", "points", sexe=(-0.1, -0.2, -0.05), langue=(-0.02, -0.1, 0.06),
        age=(-0.3, -0.4, -0.2), autre="missing",
    )  # fmt: skip


@pytest.fixture
def texts():
    return pd.DataFrame({
        "numero": ["09-08", None, "2-18"],
        "titre": ["Loi A", "Directive B", "Décret C"],
        "axe": ["donnees ; ethique", "donnees", "cadre"],
        "etat": ["publie", "en_application", "adopte"],
        "reference": ["BO n° 1", None, "Projet adopté"],
        "note": [None, None, "À lire : la suite"],
    })  # fmt: skip


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_tests_are_corrected_for_their_number_and_a_missing_one_is_not_counted(opened, gaps):
    p = {"sexe": 0.01, "langue": 0.6, "age": 0.03, "autre": float("nan")}
    lines = tables_ethics.gaps(gaps, p).text.splitlines()
    found = {cells(line)[0]: cells(line)[3:5] for line in lines[2:6]}
    # Benjamini-Hochberg by hand: 3 x 0.01 / 1, 3 x 0.03 / 2, 3 x 0.6 / 3.
    assert found["Domaine sexe"] == ["0,010", "0,030"]
    assert found["Domaine age"] == ["0,030", "0,045"]
    assert found["Domaine langue"] == ["0,600", "0,600"]
    assert found["Domaine autre"] == ["–", "–"]


def test_gaps_without_any_test_are_still_a_table(opened, gaps):
    assert "| Domaine sexe |" in tables_ethics.gaps(gaps, {}).text


def test_the_matrix_marks_each_axis_of_a_text_and_its_state(opened, texts):
    header, _, first, second, third = tables_ethics.matrix(texts, AXES).text.splitlines()
    assert cells(header) == ["Texte", "Axe 3", "Axe 5", "État lu"]
    assert cells(first) == [f"Loi A (n°{NBSP}09-08)", "oui", "oui", "Promulgué ou publié"]
    assert cells(second)[:3] == ["Directive B", "oui", "–"]
    assert cells(third)[1:3] == ["–", "–"]


def test_what_is_pending_says_what_is_left_to_verify(opened, texts):
    lines = tables_ethics.pending(texts, ["adopte", "projet"]).text.splitlines()
    assert len(lines) == 3
    assert cells(lines[2])[2:] == ["Projet adopté", f"À lire{NBSP}: la suite"]
    assert tables_ethics.pending(texts, ["projet"]).text.startswith("Aucun texte")


def test_a_text_counts_in_each_of_its_axes_and_an_axis_without_text_is_zero(texts):
    counted = tables_ethics.by_axis(texts, [*AXES, "formation"])
    assert counted.to_dict() == {"donnees": 2, "ethique": 1, "formation": 0}


def test_domains_are_named_with_their_variable(opened, published_rows):
    rows = published_rows("milieu", national=(0.5, 0.4, 0.6), urbain=(0.6, 0.5, 0.7))
    names = tables_ethics.titled(rows)["libelle"].tolist()
    assert names == ["Ensemble", f"Milieu{NBSP}: Domaine urbain"]


def test_definitions_follow_each_other_under_their_titles(opened):
    text = tables_ethics.sheets("eth.informes", "eth.consentement").text
    assert text.count("**Définition**") == 2
    assert text.index("Information reçue") < text.index("Consentement demandé")


def test_few_answers_are_counted_where_a_share_would_mislead(opened, published_rows):
    nan = float("nan")
    rows = published_rows("type", national=(0.5, 0.4, 0.6), chu=(0.46, nan, nan, "low_precision"),
                          chr=(0.7, 0.6, 0.8))  # fmt: skip
    rows = rows.assign(n=[90, 2, 8])
    answers = pd.Series([1.0, 0.0, 1.0, nan])
    domains = pd.DataFrame({"type": ["chu", "chu", "chr", "chr"]})
    rows = tables_ethics.yes(rows, answers, domains)
    assert rows["oui"].tolist() == [2, 1, 1]
    text = tables_ethics.few(rows, smallest=5, domain="Domaine").text
    assert "| Domaine chu | 1 sur 2 | – | 2 | 3 | 0 |" in text
    assert "| Ensemble | 50,0\u00a0% |" in text
    assert "Moins de 5 réponses" in text
    assert "Moins de" not in tables_ethics.few(rows, smallest=2, domain="Domaine").text


def test_parts_are_told_from_the_largest(opened, published_rows):
    rows = published_rows("motif", a=(0.2, 0.1, 0.3), b=(0.5, 0.4, 0.6), c="missing")
    assert tables_ethics.shares(rows, "Motif").text == (
        "Motif\u00a0: domaine b, 50,0\u00a0% (IC 95\u00a0%\u00a0: [40,0\u202f; 60,0])\u202f; "
        "domaine a, 20,0\u00a0% (IC 95\u00a0%\u00a0: [10,0\u202f; 30,0])."
    )
    none = results.unavailable("inf.dme", "no_data")
    assert "aucune donnée exploitable" in tables_ethics.shares(none, "Motif").text


def test_states_are_counted_in_their_order(opened, published_rows):
    nan = float("nan")
    rows = published_rows("etat", "count", publie=(6.0, nan, nan), projet=(0.0, nan, nan))
    assert tables_ethics.steps(rows, "Textes").text == (
        "Textes\u00a0: domaine publie (6)\u202f; domaine projet (0)."
    )


def test_measures_are_named_by_their_indicator(opened, published_rows):
    whole = published_rows("champ", national=(0.5, 0.4, 0.6))
    part = published_rows("champ", hors=(0.6, 0.5, 0.7))
    text = tables_ethics.measures(pd.concat([whole, part])).text
    assert "| Adoption du dossier médical électronique (DME) |" in text
    assert "(DME) (domaine hors) |" in text
