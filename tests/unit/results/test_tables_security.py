"""Rates with those who report, declared and found, unverified controls, delays, concentration."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.results import tables_security as tables

NBSP = "\u00a0"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def body(shown: results.Markdown) -> list[list[str]]:
    lines = [line for line in shown.text.splitlines() if line.startswith("|")]
    return [cells(line) for line in lines[2:]]


@pytest.fixture
def rates(published_rows):
    rows = published_rows("region", "per_100", national=(16.0, 14.0, 19.0), m01=(10.0, 8.0, 12.0),
                          m02="missing", m03="missing")  # fmt: skip
    return tables.withheld(rows)


def test_a_domain_without_a_rate_says_why_once_for_all(opened, rates):
    observed = pd.DataFrame({"dimension": ["national", "region", "region"],
                             "modalite": ["national", "01", "02"], "declarants": [60, 50, 3]})  # fmt: skip
    shown = tables.rates(rates, observed, domain="Région")
    assert [row[3] for row in body(shown)] == ["60", "50", "3", "–"]
    assert body(shown)[2][1:3] == ["[n.d.]", "–"]
    assert f"*Domaine 02, Domaine 03{NBSP}: trop peu d'unités" in shown.text
    assert shown.text.endswith(f"[n.d.]{NBSP}: non disponible.")


def test_rates_that_could_not_be_computed_are_still_a_table(opened, rates):
    none = pd.DataFrame(columns=["dimension", "modalite", "declarants"])
    assert {row[3] for row in body(tables.rates(rates, none, domain="Région"))} == {"–"}


def test_measures_carry_their_interval_and_their_answers(opened, published_rows):
    first = published_rows("type", chu=(1.0, 1.0, 1.0), cabinet=(0.2, 0.1, 0.3))
    second = published_rows("type", chu=(0.5, 0.4, 0.6))
    shown = tables.measures({"Un": first, "Deux": second}, domain="Type")
    assert body(shown)[0][1] == f"100,0{NBSP}% exact (90)"
    assert body(shown)[0][2].endswith("60,0] (90)")
    assert body(shown)[1][2] == "[n.d.]"
    assert "entre parenthèses, le nombre de réponses" in shown.text


def test_what_is_found_without_being_declared_is_counted(opened, published_rows):
    said = published_rows("controle", dpo=(0.7, 0.6, 0.8), cndp=(0.5, 0.4, 0.6))
    no = published_rows("controle", dpo=(0.1, 0.0, 0.2))
    partly = said.assign(estimation=0.2)
    shown = tables.crossed(said, partly, no)
    assert body(shown)[0][2] == f"20,0{NBSP}%"
    assert body(shown)[1][3] == "[n.d.]"
    # One in ten of 90 answers.
    assert f"toutes mesures réunies{NBSP}: 90" in shown.text
    assert shown.text.endswith(f"parmi elles{NBSP}: 9.")
    nothing = tables.crossed(said, partly.iloc[:0], no.iloc[:0])
    assert nothing.text.endswith(f"Aucune réponse «{NBSP}non{NBSP}» n'a pu être vérifiée.")


def test_unverified_controls_bound_the_score(published_rows):
    score = published_rows("type", "score", national=(50.0, 45.0, 55.0), chu="missing")
    counts = pd.DataFrame({"audites": [40, 7], "touches": [9, 3]}, index=["national", "chu"])
    low = pd.DataFrame({"modalite": ["national"], "estimation": [48.24]})
    shown = body(tables.unverified(score, counts, {"Aucun": low}))
    assert shown == [["Ensemble", "40", "9", "50,0", "48,2"], ["Domaine chu", "7", "3", "[n.d.]", "–"]]


def test_a_delay_of_the_same_day_is_not_exact(opened, published_rows):
    rows = published_rows("type_incident", "days", national=(16.0, 12.0, 21.0), panne=(0.0, 0.0, 0.0),
                          vol=(12.0, float("nan"), float("nan")), acces="missing")  # fmt: skip
    shown = body(tables.delays(rows, domain="Nature"))
    assert [row[2] for row in shown[1:]] == ["même jour", "sans intervalle", "–"]
    assert shown[1][1] == "moins d'un jour"
    assert shown[3][1] == "[n.d.]"


def test_the_largest_incidents_carry_a_share_of_the_patients():
    patients = pd.Series([60, 20, 10, 10, None], dtype="Int64")
    sentence = tables.concentration(patients, 2).text
    assert sentence == f"Les 2 incidents qui touchent le plus de patients en portent 80,0{NBSP}%."
    assert "Aucun" in tables.concentration(patients.iloc[:0], 2).text
    assert "Aucun" in tables.concentration(pd.Series([0, 0]), 2).text


def test_units_of_a_group_of_types_are_counted_under_their_names(opened):
    types = pd.Series(["chu", "chr_chp", "cabinet_prive"])
    groups = {"chu": "grand", "chr_chp": "grand", "clinique_privee": "clinique"}
    assert tables.large(types, groups, "grand") == "2 (CHU, CHR ou CHP)"
