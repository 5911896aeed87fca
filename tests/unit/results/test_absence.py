"""Values that could not be estimated: published with their reason, never hiding another error."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.errors import DataError, NotEstimable
from obsante.results.absence import REASONS


def not_estimable(reason: str = "no_variation") -> NotEstimable:
    return NotEstimable("an essay", reason=reason, found="x", expected="y", remedy="z")


def share(value: float) -> pd.DataFrame:
    return pd.DataFrame([{"dimension": "national", "modalite": "national", "estimation": value,
                          "borne_inf": value - 0.01, "borne_sup": value + 0.01, "n": 500}])  # fmt: skip


@pytest.mark.parametrize("reason", list(REASONS))
def test_what_the_block_could_not_estimate_is_missing_with_its_reason(opened, reason):
    with results.or_missing("inf.dme", "inf.sih"):
        raise not_estimable(reason)
    for identifier in ("inf.dme", "inf.sih"):
        row = results.published(identifier).iloc[0]
        assert row["etat"] == "missing"
        assert row["motif"] == REASONS[reason]
        assert pd.isna(row["estimation"])
        assert row["cellule"] == "calcul-essai"


def test_what_was_published_before_the_failure_stays(opened):
    with results.or_missing("inf.dme", "inf.sih"):
        results.publish("inf.dme", share(0.4))
        raise not_estimable()
    assert results.published("inf.dme")["estimation"].tolist() == [0.4]
    assert results.published("inf.sih")["etat"].tolist() == ["missing"]


def test_a_block_that_succeeds_publishes_nothing_more(opened):
    with results.or_missing("inf.dme", "inf.sih"):
        results.publish("inf.dme", share(0.4))
    assert results.published("inf.sih").empty


@pytest.mark.parametrize(
    "error",
    [DataError("a column", found="x", expected="y", remedy="z"), KeyError("poids"), ValueError("w")],
)
def test_any_other_error_still_stops_the_notebook(opened, error):
    with pytest.raises(type(error)), results.or_missing("inf.dme"):
        raise error
    assert results.published("inf.dme").empty


def test_a_difference_that_is_not_available_hangs_from_its_own_dimension(opened):
    assert results.unavailable("inf.ecart_dme", "no_comparison")["dimension"].tolist() == ["ecart"]
    assert results.unavailable("inf.dme", "no_data")["dimension"].tolist() == ["national"]


def test_an_unknown_reason_is_an_error(opened):
    with pytest.raises(KeyError):
        results.unavailable("inf.dme", "bad_luck")


def test_reasons_are_said_once_in_french(opened):
    results.unavailable("inf.dme", "no_data")
    results.unavailable("inf.sih", "no_data")
    results.publish("inf.haut_debit", share(0.7))
    text = results.explained("inf.dme", "inf.sih", "inf.haut_debit").text
    assert text == f"*Ensemble\xa0: {REASONS['no_data']}.*"
    assert results.explained("inf.haut_debit").text == "Toutes ces valeurs ont pu être estimées."


def test_checks_show_the_reason_instead_of_counting(opened):
    absent = results.unavailable("inf.dme", "no_data")
    assert REASONS["no_data"] in results.balance(absent, total=1470).text
    assert REASONS["no_data"] in results.adds_up(absent).text


def test_a_change_that_is_not_available_is_neither_a_rise_nor_insignificant(opened):
    absent = results.unavailable("inf.evolution_dme", "no_data")
    text = results.changes(absent, "L'adoption est").text
    assert REASONS["no_data"] in text
    assert "non significatif" not in text


def test_a_table_gives_the_reason_under_its_mark(opened):
    text = results.table(results.unavailable("inf.dme", "too_few"), domain="Domaine").text
    assert "[n.d.]" in text
    assert REASONS["too_few"] in text


def test_a_convention_that_could_not_be_estimated_is_marked(opened):
    absent = results.unavailable("inf.dme", "no_variation").iloc[0]
    text = results.conventions("inf.dme", {"Publiée": absent, "Autre": share(0.4).iloc[0]}).text
    assert "| Publiée | [n.d.] |" in text
    assert "40,0\xa0%" in text
