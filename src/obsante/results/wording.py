"""Words that depend on values: no number and no direction is ever typed in prose."""

from __future__ import annotations

import math

from obsante.results import french
from obsante.results.units import UNITS

NOT_SIGNIFICANT = "écart non significatif"


def value(row: dict) -> str:
    """A value with its unit, or the mark of its state; low precision is marked ``[f]``."""
    if row["etat"] in french.MARKS:
        return french.MARKS[row["etat"]]
    signed = UNITS[row["unite"]].signed
    text = french.quantity(row["estimation"], row["unite"], signed=signed)
    return f"{text} {french.LOW_PRECISION}" if row["etat"] == "low_precision" else text


def interval(row: dict) -> str:
    """``[27,0 ; 33,2]``, ``exact`` without sampling error, or a dash where there is none."""
    if row["etat"] in french.MARKS:
        return "–"
    low, high, unit = row["borne_inf"], row["borne_sup"], row["unite"]
    if low == high and not exact(row):
        return f"[{french.magnitude(low, unit)}{french.THIN}; {french.magnitude(high, unit)}]"
    return french.interval(low, high, unit) or "–"


def exact(row: dict) -> bool:
    """Whether a value has no sampling error: its limits are equal, and not by the steps of a scale.

    Limits of a number of days, or of a rank, may fall on one value and still hold an error.
    """
    return row["borne_inf"] == row["borne_sup"] and row.get("erreur_type", 0.0) == 0


def with_interval(row: dict) -> str:
    """A value and, where there is one, its interval: ``30,1 % [27,0 ; 33,2]``."""
    bounds = interval(row)
    return value(row) if bounds == "–" else f"{value(row)} {bounds}"


def with_answers(row: dict) -> str:
    """:func:`with_interval`, then the answers between brackets; a value withheld is its mark alone."""
    return value(row) if row["etat"] in french.MARKS else f"{with_interval(row)} ({sample(row)})"


def sample(row: dict) -> str:
    """Number of answers or records behind a value, or a dash for a reference figure."""
    return "–" if row["nature"] == "reference" else french.number(row["n"])


def answers(row: dict) -> str:
    """What ``n`` counts: answers of a survey, records of a register."""
    noun = {"survey": "réponse", "register": "enregistrement"}[row["nature"]]
    return f"{sample(row)} {noun}" + ("s" if row["n"] > 1 else "")


def change(row: dict) -> str:
    """A difference in words; a direction only if its interval excludes zero.

    >>> change({"estimation": 0.032, "borne_inf": 0.01, "borne_sup": 0.05, "unite": "points"})
    'en hausse de 3,2\\xa0points'
    >>> change({"estimation": 0.01, "borne_inf": -0.02, "borne_sup": 0.04, "unite": "points"})
    'écart non significatif'
    """
    if math.isnan(row["estimation"]):
        return french.STATES["missing"]
    if not significant(row):
        return NOT_SIGNIFICANT
    direction = "en hausse" if row["estimation"] > 0 else "en baisse"
    return f"{direction} de {french.quantity(abs(row['estimation']), row['unite'])}"


def gap(row: dict, first: str, second: str) -> str:
    """A gap between two groups in words: which is ahead, and by how much."""
    if math.isnan(row["estimation"]):
        return french.STATES["missing"]
    if not significant(row):
        return NOT_SIGNIFICANT
    ahead, behind = (first, second) if row["estimation"] > 0 else (second, first)
    size = french.quantity(abs(row["estimation"]), row["unite"])
    return f"{ahead} devance {behind} de {size}"


def significant(row: dict) -> bool:
    """Whether the interval of a difference excludes zero; without interval, no."""
    low, high = row["borne_inf"], row["borne_sup"]
    return not (math.isnan(low) or math.isnan(high)) and (low > 0 or high < 0)


def marks(states: list[str]) -> str:
    """Sentence decoding the marks used among ``states``; empty where none is."""
    known = {"low_precision": french.LOW_PRECISION} | french.MARKS
    colon = f"{french.NBSP}:"
    used = [f"{m}{colon} {french.STATES[state]}" for state, m in known.items() if state in states]
    return f"{french.THIN}; ".join(used) + "." if used else ""
