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


def test_a_placebo_row_can_show_another_column():
    placebo = row(0.5, -1.0, 2.0).rename({"n": "effet_observe"})
    shown = tables_effects.described(COST, placebo, value="effet_observe")
    assert "200,0" in shown["Effet"]
    assert shown["Intervalle"] == french.interval(-1.0, 2.0, "mad_change")


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


def test_the_sentence_follows_the_tests():
    silent = tables_effects.trend_sentence({COST: trend(0.3, 0.1)}).text
    found = tables_effects.trend_sentence({COST: trend(0.01, 0.1)}).text
    assert silent.startswith("Aucun des 1 tests")
    assert "0,300" in silent
    assert results.indicator(COST).title in found
    assert "réserve" in found
    assert "n'a pu être fait" in tables_effects.trend_sentence({}).text


def test_checks_that_could_not_be_made_are_said_not_shown_as_an_empty_table():
    assert "n'a pu être fait" in tables_effects.listed([]).text
    assert "n'a pu être fait" in tables_effects.earlier_trends({}, {}, months=12).text
    line = tables_effects.listed([tables_effects.described(COST, row(-3.0, -5.0, -1.0))])
    assert len(line.text.splitlines()) == 3
