"""Published values beside their targets: what is left, and whether the interval settles it."""

from __future__ import annotations

import pandas as pd

from obsante.results import french, wording
from obsante.results.display import NO_TARGET, Markdown, pipe_table
from obsante.results.publication import indicator, published
from obsante.results.targets import target
from obsante.results.units import UNITS
from obsante.stats import NATIONAL


def distances(*identifiers: str) -> Markdown:
    """Published national values beside their targets, and the distance that is left.

    The distance is the value less the target, with the interval of the value; a target is
    reached, or not reached, only where the interval lies on one side of it.
    """
    frame = pd.DataFrame([_distance(identifier) for identifier in identifiers])
    return pipe_table(frame, right=["Valeur", "Distance"], widths=[5, 3, 6, 5, 3])


def _distance(identifier: str) -> dict[str, str]:
    item, goal = indicator(identifier), target(identifier)
    rows = published(identifier)
    row = rows[rows["dimension"] == NATIONAL].iloc[0].to_dict()
    line = {"Indicateur": item.title, "Valeur": wording.value(row),
            "Cible": goal.words(item.unit) if goal else NO_TARGET, "Distance": "–", "Verdict": "–"}  # fmt: skip
    if goal is None or row["etat"] in french.MARKS:
        return line
    low, high = row["borne_inf"] - goal.value, row["borne_sup"] - goal.value
    left = french.magnitude(row["estimation"] - goal.value, item.unit, signed=True)
    bounds = french.interval(low, high, item.unit)
    suffix = UNITS["points"].suffix if item.unit == "percent" else UNITS[item.unit].suffix
    verdict = _verdict(low, high, item.direction)
    return line | {"Distance": f"{left}{suffix} {bounds}".strip(), "Verdict": verdict}


def _verdict(low: float, high: float, direction: str) -> str:
    """Whether the target is reached, where the interval of the distance says so."""
    above, below = low >= 0, high < 0
    if not (above or below):
        return "non établi"
    return "atteinte" if above == (direction != "down") else "non atteinte"
