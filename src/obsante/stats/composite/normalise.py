"""Normalised indicators: from their own units to a common scale where higher is better.

A missing value stays missing. Only :func:`min_max` and :func:`distance_to_target`, whose reference
points are the caller's, let two editions be compared: z-scores and ranks are relative to the units
of the table, so a country that improves everywhere keeps the same mean.

Reference: OECD & JRC, *Handbook on Constructing Composite Indicators* (2008), step 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.composite.inputs import (
    check_directions,
    matrix,
    refuse_constant,
    same_names,
    sign,
)

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Goalpost:
    """The two ends of an indicator's scale, the same for all editions.

    Args:
        low, high: values of the indicator, ``low`` < ``high`` whatever the direction.
        direction: ``up`` if ``high`` is worth 1, ``down`` if it is worth 0.

    Raises:
        DataError: low is not below high, one is not finite, or the direction is unknown.
    """

    low: float
    high: float
    direction: Direction

    def __post_init__(self) -> None:
        sign(self.direction, "goalpost")
        low, high = checks.vector([self.low, self.high], "goalposts", 2)
        if not (np.isfinite([low, high]).all() and low < high):
            raise DataError(
                f"goalposts {low:g} and {high:g}",
                found=f"low = {low:g}, high = {high:g}",
                expected="two finite numbers, low < high",
                remedy="order them; say with direction='down' that lower is better",
            )


@dataclass(frozen=True)
class Target:
    """The value to reach, and whether to reach it from below (``up``) or from above (``down``).

    Raises:
        DataError: the value is not positive and finite, or the direction is unknown.
    """

    value: float
    direction: Direction

    def __post_init__(self) -> None:
        sign(self.direction, "target")
        value = checks.vector([self.value], "target", 1)[0]
        if not (np.isfinite(value) and value > 0):
            raise DataError(
                f"target {value:g}",
                found=f"{value:g}",
                expected="a positive, finite number: the score is a ratio to it",
                remedy="use min_max() where the target is zero",
            )


def min_max(
    frame: pd.DataFrame, goalposts: Mapping[str, Goalpost]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Position of each value between its goalposts, from 0 (worst) to 1 (best).

    I = (x - low) / (high - low), or 1 - I where lower is better. A value beyond a goalpost counts
    as the goalpost. For a quantity whose gains fade (income), give its logarithm and goalposts.

    Args:
        frame: one row per unit, one column per indicator.
        goalposts: one for each column; they are never taken from the data.

    Returns:
        The scores, same shape as ``frame``, then the count of clipped values, one row per
        indicator: ``n`` (values known), ``n_sous`` (below ``low``) and ``n_au_dessus`` (above
        ``high``).

    Raises:
        DataError: a goalpost is missing or names no column, a column is all missing.

    Reference: UNDP, *Human Development Report*, Technical note 1.

    >>> rates = pd.DataFrame({"fibre": [20.0, 95.0]}, index=["A", "B"])
    >>> scores, clipped = min_max(rates, {"fibre": Goalpost(0, 80, "up")})
    >>> scores["fibre"].tolist(), int(clipped.loc["fibre", "n_au_dessus"])
    ([0.25, 1.0], 1)
    """
    values = matrix(frame)
    same_names(list(goalposts), list(frame.columns), "goalpost")
    posts = [goalposts[name] for name in frame.columns]
    low = np.array([post.low for post in posts], dtype=float)
    high = np.array([post.high for post in posts], dtype=float)
    up = np.array([post.direction == "up" for post in posts])
    position = (np.clip(values, low, high) - low) / (high - low)
    clipped = pd.DataFrame(
        {"n": (~np.isnan(values)).sum(axis=0), "n_sous": (values < low).sum(axis=0),
         "n_au_dessus": (values > high).sum(axis=0)},
        index=pd.Index(frame.columns, name="indicateur"),
    )  # fmt: skip
    return _like(frame, np.where(up, position, 1 - position)), clipped


def z_score(frame: pd.DataFrame, directions: Mapping[str, Direction]) -> pd.DataFrame:
    """Distance to the mean of the units, in standard deviations (divisor n - 1).

    z = (x - mean) / s, with the opposite sign where lower is better. No geometric mean can follow
    (half of the scores are negative), and no comparison of editions.

    Raises:
        DataError: a direction is missing or unknown, a column is constant or all missing.

    >>> z_score(pd.DataFrame({"fibre": [1.0, 2.0, 3.0]}), {"fibre": "up"})["fibre"].tolist()
    [-1.0, 0.0, 1.0]
    """
    values = matrix(frame)
    signs = check_directions(directions, frame.columns)
    refuse_constant(values, frame.columns, "a z-score")
    centred = values - np.nanmean(values, axis=0)
    return _like(frame, signs * centred / np.nanstd(values, axis=0, ddof=1))


def rank_score(frame: pd.DataFrame, directions: Mapping[str, Direction]) -> pd.DataFrame:
    """Rank among the units that have a value, from 0 (worst) to 1 (best); ties share the mean.

    I = (r - 1) / (n - 1), r = 1 for the worst. Resists extreme values, but forgets distances and
    amplifies noise between near-equal units.

    Raises:
        DataError: a direction is missing or unknown, a column is constant or all missing.

    >>> rank_score(pd.DataFrame({"fibre": [20.0, 95.0, 95.0]}), {"fibre": "up"})["fibre"].tolist()
    [0.0, 0.75, 0.75]
    """
    values = matrix(frame)
    signs = check_directions(directions, frame.columns)
    refuse_constant(values, frame.columns, "a rank")
    ranks = pd.DataFrame(values * signs).rank().to_numpy()
    return _like(frame, (ranks - 1) / ((~np.isnan(values)).sum(axis=0) - 1))


def distance_to_target(frame: pd.DataFrame, targets: Mapping[str, Target]) -> pd.DataFrame:
    """Share of the target that is reached: x / target, or target / x where lower is better.

    1 is the target; a unit beyond it scores more than 1, which then makes up for other
    indicators: clip the result if the index must not reward it.

    Raises:
        DataError: a target is missing, a value is negative, or zero where lower is better.

    >>> targets = {"delay": Target(10, "down")}
    >>> distance_to_target(pd.DataFrame({"delay": [10.0, 40.0]}), targets)["delay"].tolist()
    [1.0, 0.25]
    """
    values = matrix(frame)
    same_names(list(targets), list(frame.columns), "target")
    goals = np.array([targets[name].value for name in frame.columns], dtype=float)
    up = np.array([targets[name].direction == "up" for name in frame.columns])
    wrong = np.where(up, values < 0, values <= 0)
    if wrong.any():
        row, place = np.argwhere(wrong)[0]
        raise DataError(
            f"indicator '{frame.columns[place]}' of '{frame.index[row]}'",
            found=f"{values[row, place]:g}",
            expected="a positive number (zero only where higher is better): the score is a ratio",
            remedy="use min_max() with goalposts for this indicator",
        )
    return _like(frame, np.where(up, values, goals) / np.where(up, goals, values))


def _like(frame: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    """``values`` with the labels of ``frame``."""
    return pd.DataFrame(values, index=frame.index, columns=frame.columns)
