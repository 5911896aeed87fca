"""Published values beside their targets: what is left, and whether the interval settles it."""

from __future__ import annotations

import math

import pandas as pd

from obsante.errors import ResultError
from obsante.results import french, wording
from obsante.results.display import NO_TARGET, Markdown, pipe_table
from obsante.results.publication import indicator, published
from obsante.results.targets import target
from obsante.results.values import WHOLE

_NONE = "–"


def distances(*identifiers: str) -> Markdown:
    """Published values of the whole beside their targets, and the distance that is left.

    The distance is the value less the target, with the interval of the value; a target is
    reached, or not reached, only where the interval lies on one side of it.

    Raises:
        ResultError: an indicator is unknown, or its value for the whole is not published yet.
    """
    frame = pd.DataFrame([_distance(identifier) for identifier in identifiers])
    return pipe_table(frame, right=["Valeur", "Distance"], widths=[5, 3, 6, 5, 3])


def _distance(identifier: str) -> dict[str, str]:
    item, goal, row = indicator(identifier), target(identifier), _whole(identifier)
    line = {"Indicateur": item.title, "Valeur": wording.value(row),
            "Cible": goal.words(item.unit) if goal else NO_TARGET, "Distance": _NONE, "Verdict": _NONE}  # fmt: skip
    if goal is None or row["etat"] in french.MARKS:
        return line
    low, high = row["borne_inf"] - goal.value, row["borne_sup"] - goal.value
    gap = row["estimation"] - goal.value
    left = french.magnitude(gap, item.unit, signed=True)
    bounds = french.interval(low, high, item.unit)
    suffix = french.suffix(gap, "points" if item.unit == "percent" else item.unit)
    verdict = _verdict(low, high, item.direction)
    return line | {"Distance": f"{left}{suffix} {bounds}".strip(), "Verdict": verdict}


def _whole(identifier: str) -> dict:
    """The published row of the whole, or of the only gap."""
    rows = published(identifier)
    whole = rows[rows["dimension"].isin(WHOLE)]
    if whole.empty:
        raise ResultError(
            f"distance to the target of '{identifier}'",
            found="no published value for the whole",
            expected="one, published by an earlier cell",
            remedy="publish it first, or take the indicator out of the table",
        )
    return whole.iloc[0].to_dict()


def _verdict(low: float, high: float, direction: str) -> str:
    """Whether the target is reached, where the interval of the distance says so.

    Args:
        low, high: limits of the value less the target; NaN where there is no interval.
        direction: ``down`` where a lower value is better.
    """
    if math.isnan(low) or math.isnan(high):
        return "non établi"
    # The best and the worst that the interval allows, both counted as progress.
    worst, best = (-high, -low) if direction == "down" else (low, high)
    if worst >= 0:
        return "atteinte"
    return "non atteinte" if best < 0 else "non établi"
