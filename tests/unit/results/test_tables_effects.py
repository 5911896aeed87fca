"""Tables of effects: what they say follows from the values that they are given."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.results import french, tables_effects

COST = "eff.effet_cout_par_acte_mad"


@pytest.fixture(autouse=True)
def started(monkeypatch, tmp_path):
    monkeypatch.setenv("OBSANTE_RUN_DIRECTORY", str(tmp_path))
    results.start("06-efficience", edition=2025, confidence_level=0.95)


def row(value: float, low: float, high: float) -> pd.Series:
    return pd.Series({"estimation": value, "borne_inf": low, "borne_sup": high, "n": 1200})


def test_variants_say_whether_zero_is_excluded():
    shown = tables_effects.variants(COST, {"A": row(-3.0, -5.0, -1.0), "B": row(1.0, -1.0, 3.0)})
    first, second = shown.text.splitlines()[2:]
    assert f"{french.MINUS}3,0" in first
    assert "| oui |" in first
    assert "| non |" in second
    assert f"1{french.THIN}200" in second


def test_without_variants_the_table_says_so():
    assert "Aucune variante" in tables_effects.variants(COST, {}).text


def test_a_column_of_values_can_be_named():
    shown = tables_effects.variants(COST, {"A": row(3.0, 1.0, 5.0)}, heading="Dépenses évitées")
    assert shown.text.startswith("| Convention | Dépenses évitées |")


def test_the_opposite_of_an_effect_exchanges_its_limits():
    saved = tables_effects.opposite(row(-3.0, -5.0, -1.0))
    assert saved[["estimation", "borne_inf", "borne_sup", "n"]].tolist() == [3.0, 1.0, 5.0, 1200]


def test_false_entries_are_shown_beside_the_effect_observed():
    drawn = row(0.5, -1.0, 2.0)
    drawn = pd.concat([drawn, pd.Series({"effet_observe": -13.0, "p_valeur": 0.005})])
    shown = tables_effects.false_entries(COST, drawn)
    assert "13,0" in shown["Effet observé"]
    assert shown["Intervalle des effets fictifs"] == french.interval(-1.0, 2.0, "mad_change")
    assert shown["p"] == "0,005"


def test_the_smallest_probability_follows_the_number_of_draws():
    assert "est 0,005" in tables_effects.placebo_sentence(199).text
    assert "est 0,050" in tables_effects.placebo_sentence(19).text


def trend(p: float, slope: float) -> pd.Series:
    return pd.Series({"statistique": 1.5, "p_valeur": p, "pente_detectable": slope})


@pytest.mark.parametrize(
    ("p", "slope", "found", "informative"),
    [(0.30, 0.1, "rien de décelé", "oui"), (0.30, 1.0, "rien de décelé", "non"),
     (0.01, 0.1, "tendance décelée", "oui")],
)  # fmt: skip
def test_a_test_is_set_beside_the_drift_that_it_would_have_found(p, slope, found, informative):
    shown = tables_effects.earlier_trends({COST: trend(p, slope)}, {COST: -10.0}, months=12)
    line = shown.text.splitlines()[2]
    assert found in line
    assert line.endswith(f"| {informative} |")
    assert french.quantity(12 * slope, "mad_change") in line


def sentence(p: float, slope: float) -> str:
    return tables_effects.trend_sentence({COST: trend(p, slope)}, {COST: -10.0}, months=12).text


def test_the_sentence_follows_the_tests():
    silent, found = sentence(0.3, 0.1), sentence(0.01, 0.1)
    assert silent.startswith("Aucun des 1 tests")
    assert "0,300" in silent
    assert results.indicator(COST).title in found
    assert "réserve" in found
    assert "n'a pu être fait" in tables_effects.trend_sentence({}, {}, months=12).text


def test_a_test_that_would_not_have_seen_the_effect_is_named():
    title = results.indicator(COST).title
    assert title not in sentence(0.3, 0.1)
    assert f"la taille de l'effet{french.NBSP}: {title}" in sentence(0.3, 1.0)
    assert "n'aurait pas vu" not in sentence(0.01, 1.0)


def test_checks_that_could_not_be_made_are_said_not_shown_as_an_empty_table():
    assert "n'a pu être fait" in tables_effects.listed([]).text
    assert "n'a pu être fait" in tables_effects.earlier_trends({}, {}, months=12).text
    line = tables_effects.listed([tables_effects.described(COST, row(-3.0, -5.0, -1.0))])
    assert len(line.text.splitlines()) == 3
