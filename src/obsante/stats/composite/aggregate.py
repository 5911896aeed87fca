"""From normalised indicators to a score: weighted means, flat or in two levels.

A missing indicator is never filled in. Where the indicators present carry at least
``minimum_share`` of the weight, their weights are rescaled to sum to 1 (which amounts to giving
the missing one the unit's own mean: publish ``part_poids``); below it the score is missing.

Reference: OECD & JRC, *Handbook on Constructing Composite Indicators* (2008), steps 3 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.composite.inputs import Weights, check_weights, matrix, same_names, unique

Aggregation = Callable[[pd.DataFrame, Weights], pd.DataFrame]


def arithmetic(
    scores: pd.DataFrame, weights: Weights, *, minimum_share: float
) -> pd.DataFrame:
    """Weighted arithmetic mean of each unit's indicators: sum w x / sum w over those present.

    Compensatory: a weak indicator is fully made up for by a strong one.

    Args:
        scores: normalised indicators, one row per unit.
        weights: one per column, summing to 1 (a mapping, or what the weights' functions give).
        minimum_share: smallest share of the weight that must be present, in ]0, 1].

    Returns:
        One row per unit: ``estimation`` (NaN under the minimum), ``part_poids`` (share of the
        weight present) and ``n`` (indicators present).

    Raises:
        DataError: weights that do not match or sum to 1, a share outside ]0, 1], an indicator
            that is all missing.

    >>> table = pd.DataFrame({"a": [0.2, 0.2], "b": [0.6, None]})
    >>> halves = {"a": 0.5, "b": 0.5}
    >>> arithmetic(table, halves, minimum_share=0.5)["estimation"].round(6).tolist()
    [0.4, 0.2]
    >>> arithmetic(table, halves, minimum_share=0.6)["estimation"].round(6).tolist()
    [0.4, nan]
    """
    values = matrix(scores)
    return _weighted(values, scores, weights, minimum_share)


def geometric(
    scores: pd.DataFrame, weights: Weights, *, minimum_share: float, floor: float | None = None
) -> pd.DataFrame:
    """Weighted geometric mean of each unit's indicators: exp(sum w ln x / sum w).

    Partly compensatory: a unit gains more by mending its weakest indicator. A single zero makes
    the score zero, so zero is an error unless ``floor`` states what it counts for.

    Args:
        scores: normalised indicators on a ratio scale, as :func:`min_max` gives.
        weights, minimum_share: as :func:`arithmetic`.
        floor: positive value that replaces any lower score, zero included.

    Returns:
        As :func:`arithmetic`, and ``n_plancher``, the number of scores raised to the floor.

    Raises:
        DataError: as :func:`arithmetic`; also a negative score, a zero without ``floor``, or a
            floor that is not positive.

    >>> geometric(pd.DataFrame({"a": [0.25], "b": [1.0]}), {"a": 0.5, "b": 0.5},
    ...           minimum_share=1.0)["estimation"].tolist()
    [0.5]
    """
    values = matrix(scores)
    _refuse_low(values, scores, floor)
    raised = np.zeros(len(scores), dtype=int) if floor is None else (values < floor).sum(axis=1)
    logs = np.log(values if floor is None else np.maximum(values, floor))
    table = _weighted(logs, scores, weights, minimum_share)
    table["estimation"] = np.exp(table["estimation"])
    table["n_plancher"] = raised
    return table


def nested(
    scores: pd.DataFrame,
    dimensions: Mapping[str, Weights],
    weights: Weights,
    *,
    within: Aggregation,
    between: Aggregation,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Index in two levels: indicators into dimensions, dimensions into the index.

    Args:
        scores: normalised indicators, one row per unit.
        dimensions: for each dimension, the weights (summing to 1) of its indicators; each column
            of ``scores`` belongs to exactly one dimension.
        weights: one per dimension, summing to 1.
        within, between: aggregation of each level, such as
            ``functools.partial(arithmetic, minimum_share=0.5)``.

    Returns:
        The index, as ``between`` returns it, then the dimensions' scores, one column each.

    Raises:
        DataError: an indicator in no dimension or in two, or as the aggregations.

    >>> from functools import partial
    >>> mean = partial(arithmetic, minimum_share=1.0)
    >>> index, parts = nested(
    ...     pd.DataFrame({"a": [0.2], "b": [0.4], "c": [0.9]}),
    ...     {"acces": {"a": 0.5, "b": 0.5}, "usage": {"c": 1.0}},
    ...     {"acces": 0.5, "usage": 0.5}, within=mean, between=mean)
    >>> parts.round(6).values.tolist(), index["estimation"].round(6).tolist()
    ([[0.3, 0.9]], [0.6])
    """
    listed = [name for part in dimensions.values() for name in part.keys()]
    unique(listed, "indicator")
    same_names(listed, list(scores.columns), "dimension")
    parts = pd.DataFrame(
        {name: within(scores[list(part.keys())], part)["estimation"]
         for name, part in dimensions.items()},
        index=scores.index,
    )  # fmt: skip
    return between(parts, weights), parts


def _weighted(
    values: np.ndarray, scores: pd.DataFrame, weights: Weights, minimum_share: float
) -> pd.DataFrame:
    """Weighted mean over the values present, where they carry enough weight."""
    if not 0 < minimum_share <= 1:
        raise DataError(
            "'minimum_share'",
            found=f"{minimum_share}",
            expected="a share of the weight, above 0 and at most 1",
            remedy="give it in proportion: 0.6, not 60",
        )
    w = check_weights(weights, scores.columns)
    known = ~np.isnan(values)
    share = known @ w
    # The sum of weights such as 0.2 + 0.4 may fall 1e-17 short of a minimum of 0.6.
    enough = (share > 0) & (share >= minimum_share - 1e-12)
    total = np.where(known, values, 0.0) @ w
    mean = np.where(enough, total, np.nan) / np.where(enough, share, 1.0)
    return pd.DataFrame(
        {"estimation": mean, "part_poids": share, "n": known.sum(axis=1)}, index=scores.index
    )


def _refuse_low(values: np.ndarray, scores: pd.DataFrame, floor: float | None) -> None:
    """A geometric mean takes no negative value, and no zero unless a floor says what it is."""
    if floor is not None and not (np.isfinite(floor) and floor > 0):
        raise DataError(
            "'floor'",
            found=f"{floor}",
            expected="a positive number, or none",
            remedy="choose it small against the scale of the scores, and publish it",
        )
    wrong = values < 0 if floor is not None else values <= 0
    if wrong.any():
        row, place = np.argwhere(wrong)[0]
        raise DataError(
            f"indicator '{scores.columns[place]}' of '{scores.index[row]}'",
            found=f"{values[row, place]:g}",
            expected="a positive score: a geometric mean has no meaning otherwise",
            remedy="normalise with min_max(), and give floor= where a zero must count for little",
        )
