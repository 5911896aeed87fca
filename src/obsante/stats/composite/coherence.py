"""Coherence of a composite index: does each indicator weigh what its weight says?

Reference: Paruolo, Saisana & Saltelli, "Ratings and rankings: voodoo or science?", *JRSS A* 176
(2013), 609-634.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.composite.inputs import check_weights, matrix, refuse_constant, same_names


def effective_weights(
    indicators: pd.DataFrame, scores: pd.Series, weights: pd.Series
) -> pd.DataFrame:
    """Correlation of each indicator with the index, and its influence set against its weight.

    The influence is the squared correlation r^2: the share of the index's variance that goes if
    the indicator is known (first-order index, linear form). It is compared with the weight after
    division of each by its largest value, as only ratios have a meaning:
    ``ecart`` = r^2 / max r^2 - w / max w, and the largest \\|``ecart``\\| is the paper's d_m.

    Limits: linear (with 12 regions a curved relation can't be estimated); a strong correlation
    may come from the other indicators; a negative one means that the indicator works against the
    index, whatever its weight.

    Args:
        indicators: normalised indicators or dimensions, one row per unit; a pair with a missing
            value is left out of that indicator's correlation.
        scores: the index, one per unit.
        weights: nominal weights, summing to 1.

    Returns:
        One row per indicator: ``poids``, ``correlation``, ``influence``, ``influence_relative``,
        ``poids_relatif``, ``ecart``, ``n`` (units used).

    Raises:
        DataError: labels that differ, weights that do not sum to 1, fewer than 3 units, a constant
            indicator or index.

    >>> parts = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 2, 2, 1]})
    >>> halves = pd.Series({"a": 0.5, "b": 0.5})
    >>> effective_weights(parts, parts.mean(axis=1), halves)["influence"].round(3).tolist()
    [0.833, 0.167]
    """
    nominal = check_weights(weights, indicators.columns)
    found, used = _correlations(indicators, scores)
    influence = found**2
    table = pd.DataFrame(
        {"poids": nominal, "correlation": found, "influence": influence,
         "influence_relative": influence / influence.max(),
         "poids_relatif": nominal / nominal.max()},
        index=pd.Index(indicators.columns, name="indicateur"),
    )  # fmt: skip
    table["ecart"] = table["influence_relative"] - table["poids_relatif"]
    return table.assign(n=used)


def _correlations(indicators: pd.DataFrame, scores: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Correlation of each indicator with the index, and the number of units used."""
    values = matrix(indicators)
    same_names(list(scores.index), list(indicators.index), "score", "unit")
    index = scores.reindex(indicators.index).to_numpy(dtype=float)
    known = ~np.isnan(values) & ~np.isnan(index)[:, None]
    columns = zip(indicators.columns, values.T, known.T, strict=True)
    found = [_correlation(column[kept], index[kept], name) for name, column, kept in columns]
    if not np.any(found):
        raise DataError(
            "correlations with the index",
            found="all zero",
            expected="an index that moves with at least one of its indicators",
            remedy="check that these are the scores of this index",
        )
    return np.array(found), known.sum(axis=0)


def _correlation(column: np.ndarray, index: np.ndarray, name: str) -> float:
    """Pearson's correlation over the units that have both values."""
    if len(column) < 3:
        raise DataError(
            f"correlation of '{name}' with the index",
            found=f"{len(column)} unit(s) with both values",
            expected="at least 3",
            remedy="leave the indicator out of the diagnostic",
        )
    refuse_constant(np.column_stack([column, index]), [name, "the index"], "a correlation")
    return float(np.corrcoef(column, index)[0, 1])
