"""The rule that confronts interviews with figures: every side, every absence."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from obsante.errors import ResultError
from obsante.paths import find_project
from obsante.results import concordance
from obsante.results.concordance import (
    AGREE,
    BETWEEN,
    DIVERGE,
    FAVOURABLE,
    FEW,
    NEGATIVE,
    NOT_COMPARABLE,
    POSITIVE,
    SHARED,
    UNAVAILABLE,
    UNFAVOURABLE,
    Rule,
)
from obsante.results.registry import load_registry

REGISTRY = load_registry(find_project(Path(__file__)))
RULE = Rule({"connexion": "inf.haut_debit", "incidents": "sec.incidents"},
            {"inf.haut_debit": 0.4, "sec.incidents": 10.0},
            {"inf.haut_debit": 0.7, "sec.incidents": 2.0}, margin=0.2, minimum=5)  # fmt: skip
AXES = {"connexion": "1", "incidents": "3", "ia": "4"}


def theme(negative: float, positive: float, n: int = 20, people: int = 10) -> dict:
    return {"libelle": "Thème", "n": n, "entretiens": people, "negatif": negative,
            "neutre": n - negative - positive, "positif": positive, "etat": "published"}  # fmt: skip


def figure(name: str, value: float, low: float = math.nan, high: float = math.nan, **more) -> dict:
    return {"indicateur": name, "dimension": "national", "estimation": value, "borne_inf": low,
            "borne_sup": high, "etat": "published", "unite": "percent"} | more  # fmt: skip


@pytest.mark.parametrize(
    ("told", "expected"),
    [(theme(12, 8), NEGATIVE), (theme(8, 12), POSITIVE), (theme(11, 8), SHARED),
     (theme(8, 8), SHARED), (theme(20, 0, people=4), FEW), (theme(math.nan, math.nan), FEW),
     (theme(0, 0, n=0, people=0), FEW)],
)  # fmt: skip
def test_a_tone_is_clear_from_the_margin_on(told, expected):
    assert RULE.tone(told) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [(figure("inf.haut_debit", 0.75, 0.70, 0.80), FAVOURABLE),
     (figure("inf.haut_debit", 0.75, 0.69, 0.81), BETWEEN),
     (figure("inf.haut_debit", 0.35, 0.30, 0.40), UNFAVOURABLE),
     (figure("inf.haut_debit", 0.35, 0.30, 0.41), BETWEEN),
     (figure("inf.haut_debit", 0.55, 0.50, 0.60), BETWEEN),
     (figure("inf.haut_debit", 0.7), FAVOURABLE),
     (figure("sec.incidents", 15.0, 12.0, 18.0), UNFAVOURABLE),
     (figure("sec.incidents", 15.0, 9.0, 21.0), BETWEEN),
     (figure("sec.incidents", 1.0, 0.5, 2.0), FAVOURABLE)],
)  # fmt: skip
def test_a_level_is_clear_only_if_the_whole_interval_is_beyond_its_threshold(row, expected):
    assert RULE.level(row) == expected


def _verdict(told: dict, *rows: dict, name: str = "connexion") -> str:
    figures = pd.DataFrame(rows, columns=list(figure("x", 0.0)))
    found = concordance.confronted(pd.DataFrame([told], index=[name]), figures, RULE, AXES)
    return found.loc[name, "verdict"]


def test_two_clear_sides_agree_or_diverge():
    good = figure("inf.haut_debit", 0.8, 0.75, 0.85)
    bad = figure("inf.haut_debit", 0.2, 0.15, 0.25)
    assert _verdict(theme(15, 2), bad) == AGREE
    assert _verdict(theme(2, 15), good) == AGREE
    assert _verdict(theme(15, 2), good) == DIVERGE
    assert _verdict(theme(2, 15), bad) == DIVERGE


def test_an_unclear_side_is_not_compared():
    bad = figure("inf.haut_debit", 0.2, 0.15, 0.25)
    assert _verdict(theme(8, 8), bad) == NOT_COMPARABLE
    assert _verdict(theme(15, 2, people=4), bad) == NOT_COMPARABLE
    assert _verdict(theme(15, 2), figure("inf.haut_debit", 0.5, 0.45, 0.55)) == NOT_COMPARABLE


def test_a_theme_without_indicator_is_not_compared():
    assert _verdict(theme(15, 2), name="ia") == NOT_COMPARABLE


def test_a_figure_that_nobody_published_is_unavailable():
    assert _verdict(theme(15, 2)) == UNAVAILABLE
    missing = figure("inf.haut_debit", math.nan, etat="missing")
    assert _verdict(theme(15, 2), missing) == UNAVAILABLE
    regional = figure("inf.haut_debit", 0.2, dimension="region")
    assert _verdict(theme(15, 2), regional) == UNAVAILABLE


def test_estimates_count_themes_by_axis_and_by_verdict():
    table = pd.DataFrame([theme(15, 2), theme(15, 2), theme(1, 1)], index=list(AXES))
    bad = figure("inf.haut_debit", 0.2, 0.15, 0.25)
    found = concordance.confronted(table, pd.DataFrame([bad]), RULE, AXES)
    rows = concordance.estimates(found).set_index(["dimension", "modalite"])
    assert rows.loc[("national", "national"), ["estimation", "n"]].tolist() == [1, 3]
    assert rows.loc["axe", "estimation"].to_dict() == {"1": 1, "3": 0, "4": 0}
    assert rows.loc["verdict", "estimation"].to_dict() == {
        AGREE: 1, DIVERGE: 0, NOT_COMPARABLE: 1, UNAVAILABLE: 1,
    }  # fmt: skip


def test_the_registry_declares_a_whole_rule():
    item = REGISTRY["ent.concordance"]
    rule = Rule.of(item)
    assert set(rule.indicators) <= set(REGISTRY["ent.passages"].parameters["axes"])
    assert set(rule.unfavourable) == set(rule.favourable) == set(rule.indicators.values())
    assert item.parameters["categories"] == list(concordance.VERDICTS)


def test_only_an_indicator_with_a_direction_of_progress_is_judged_and_on_its_good_side():
    rule = Rule.of(REGISTRY["ent.concordance"])
    assert REGISTRY["sec.incidents"].direction == "none"
    for name in rule.indicators.values():
        rises = rule.favourable[name] > rule.unfavourable[name]
        assert REGISTRY[name].direction == ("up" if rises else "down"), name


def test_a_rule_without_two_thresholds_is_refused():
    item = REGISTRY["ent.concordance"]
    for limits in ({}, {"inf.dme": 0.4}):
        changed = item.parameters | {"favourable": item.parameters["favourable"] | limits}
        if not limits:
            changed["favourable"] = {k: v for k, v in changed["favourable"].items() if k != "inf.dme"}
        with pytest.raises(ResultError, match="thresholds of 'inf.dme'"):
            Rule.of(item.model_copy(update={"parameters": changed}))
