"""Rounds of a Delphi panel: the first, the last, and how much closer scores came between them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.answers import numeric
from obsante.stats.foresight.panel import panel_design, some_score
from obsante.stats.survey import difference, mean

_GAP = "distances à la médiane, différence de deux tours, experts en grappes"


def last_round(frame: pd.DataFrame, *, turn: str) -> pd.DataFrame:
    """The rows of the last round; none where there is no row.

    >>> last_round(pd.DataFrame({"tour": [1, 2], "note": [5, 7]}), turn="tour")["note"].tolist()
    [7]
    """
    turns = checks.column(frame, turn)
    return frame[(turns == turns.max()).fillna(False).astype(bool)].reset_index(drop=True)


def first_round(frame: pd.DataFrame, *, turn: str) -> pd.DataFrame:
    """The rows of the first round: experts scored without knowing what the others said."""
    turns = checks.column(frame, turn)
    return frame[(turns == turns.min()).fillna(False).astype(bool)].reset_index(drop=True)


def distances(
    frame: pd.DataFrame, criteria: Sequence[str], *, expert: str, item: str, turn: str
) -> pd.DataFrame:
    """How far each score is from the median of its technology, criterion and round.

    Args:
        frame: one row per expert, technology and round.
        criteria: columns of scores.
        expert, item, turn: columns of experts, technologies and rounds.

    Returns:
        One row per score asked: the three columns, ``critere`` and ``ecart``, in the unit of the
        scores (NaN for a score not given). ``turn`` becomes text.

    Raises:
        NotEstimable: not one score.
    """
    some_score(frame, criteria)
    long = frame.melt([expert, item, turn], list(criteria), "critere", "note")
    scores = long.pop("note").astype(float)
    middle = scores.groupby([long[item], long[turn], long["critere"]], observed=True)
    long["ecart"] = (scores - middle.transform("median")).abs()
    return long.assign(**{turn: pd.Categorical(long[turn].astype(str))})


def distance_by_round(distances: pd.DataFrame, *, expert: str, turn: str, level: float) -> pd.DataFrame:
    """Mean distance to the median in each round, medians held fixed, experts as clusters.

    Args:
        distances: from :func:`distances`.
        expert, turn: its columns of experts and rounds.
        level: confidence level, in proportion.

    Returns:
        One row per round, in order, as :func:`obsante.stats.mean`; the last one again first, as
        ``national``.

    Raises:
        NotEstimable: fewer than two experts.
    """
    design = panel_design(distances, expert=expert)
    table = mean(numeric(distances["ecart"]), design, distances[[turn]], by=turn, level=level)
    rounds = table.iloc[1:]
    whole = rounds.tail(1).assign(dimension=table["dimension"].iloc[0],
                                  modalite=table["modalite"].iloc[0])  # fmt: skip
    return pd.concat([whole, rounds], ignore_index=True)


def convergence(distances: pd.DataFrame, *, expert: str, turn: str, level: float) -> pd.DataFrame:
    """Mean distance at the last round minus that at the first, as :func:`obsante.stats.difference`.

    Arguments as :func:`distance_by_round`.

    Raises:
        NotEstimable: one round only, or fewer than two experts.
    """
    design = panel_design(distances, expert=expert)
    rounds = distances[turn].cat.categories
    if len(rounds) < 2:
        raise NotEstimable(
            "convergence of the panel", reason="no_comparison", found=f"{len(rounds)} round(s)",
            expected="two", remedy="publish the distance to the median of the only round",
        )  # fmt: skip
    last, first = (distances[turn] == name for name in (rounds[-1], rounds[0]))
    table = difference(numeric(distances["ecart"]), design, last, first, level=level)
    return table.assign(methode=_GAP)
