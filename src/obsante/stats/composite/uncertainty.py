"""Sampling uncertainty of a score: the whole index recomputed in each replicate.

The indicators' sampling errors go through clipping, weights and means by recomputing the score
from each replicate of the indicators, not by formulas. What is covered is the sampling error
only; the choice of conventions is the matter of :mod:`obsante.stats.composite.sensitivity`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.checks import probability
from obsante.stats.composite.covariance import check_covariance, covariance_root
from obsante.stats.composite.inputs import matrix, same_names
from obsante.stats.survey.intervals import student

Score = Callable[[pd.DataFrame], pd.Series]


def score_replicates(
    estimates: pd.DataFrame, replicates: np.ndarray, score: Score
) -> tuple[pd.Series, pd.DataFrame]:
    """The score of each unit, from the estimates and again from each replicate of them.

    Args:
        estimates: full-sample indicators, one row per unit, one column per indicator.
        replicates: array (R, units, indicators), the same indicators under each replicate's
            weights, or drawn by :func:`draw_estimates`.
        score: from a table of indicators to the units' scores, all conventions fixed; weights
            read from the data are recomputed in each replicate if ``score`` computes them.

    Returns:
        The scores, one per unit, and their replicates, one row per replicate.

    Raises:
        DataError: shapes that do not match, or a score known in the sample and missing in a
            replicate, or the reverse.

    >>> table = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}, index=["N", "S"])
    >>> both = np.stack([table, table + 1])
    >>> full, again = score_replicates(table, both, lambda t: t.mean(axis=1))
    >>> full.tolist(), again.loc[1].tolist()
    ([2.0, 3.0], [3.0, 4.0])
    """
    matrix(estimates)
    array = _replicate_array(replicates, (len(estimates), estimates.shape[1]))
    full = score(estimates).astype("float64")
    same_names(list(full.index), list(estimates.index), "score", "unit")
    full = full.reindex(estimates.index)
    again = pd.DataFrame(
        [score(_table(layer, estimates)).reindex(estimates.index) for layer in array],
        columns=estimates.index,
        index=pd.RangeIndex(len(array), name="replicat"),
        dtype="float64",
    )
    unlike = (again.isna() != full.isna()).sum()
    for unit, count in unlike[unlike > 0].items():
        raise DataError(
            f"score of '{unit}'",
            found=f"known in the sample or in the replicates but not in both ({count} replicates)",
            expected="the same missing indicators in each replicate",
            remedy="leave the unit out, or the indicator that some replicates can't estimate",
        )
    return full, again


def replicate_covariance(
    scores: pd.Series, replicates: pd.DataFrame, coefficients: np.ndarray | float
) -> pd.DataFrame:
    """Covariance of the scores: sum over replicates of c_r (s_r - s)(s_r - s)'.

    Args:
        scores: full-sample scores, the point from which replicates are measured.
        replicates: one row per replicate, as :func:`score_replicates` returns.
        coefficients: c_r of the replication method: 1 / R for a bootstrap and for draws,
            (n_h - 1) / n_h for a stratified jackknife.

    Raises:
        DataError: names that do not match, a missing score, a coefficient that is not positive.

    >>> replicates = pd.DataFrame({"N": [1.0, 3.0], "S": [4.0, 4.0]})
    >>> replicate_covariance(pd.Series({"N": 2.0, "S": 4.0}), replicates, 1 / 2).values.tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    same_names(list(replicates.columns), list(scores.index), "replicate", "unit")
    ordered = replicates[list(scores.index)]
    for unit in scores.index[scores.isna() | ordered.isna().any()]:
        raise DataError(
            f"score of '{unit}'",
            found="missing",
            expected="a score in the sample and in each replicate",
            remedy="drop the unit from the scores and the replicates: it has no rank either",
        )
    factors = np.broadcast_to(np.asarray(coefficients, dtype=float), (len(ordered),))
    if not (np.isfinite(factors) & (factors > 0)).all():
        raise DataError(
            "'coefficients'",
            found=f"{factors.min():g} among them",
            expected="positive numbers, one or one for each replicate",
            remedy="take those that come with the replicate weights",
        )
    away = ordered.to_numpy(dtype=float) - scores.to_numpy(dtype=float)
    return pd.DataFrame((away.T * factors) @ away, index=scores.index, columns=scores.index)


def score_intervals(
    scores: pd.Series, covariance: pd.DataFrame, *, df: float, level: float
) -> pd.DataFrame:
    """Each score with its standard error and its Student interval.

    Args:
        scores: one per unit.
        covariance: of the scores, same labels.
        df: degrees of freedom of the design; ``np.inf`` for the normal.
        level: confidence level of each interval, taken alone, in proportion.

    Returns:
        One row per unit: ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``ddl``.

    Raises:
        DataError: labels that differ, or a covariance that is not one.

    >>> one = pd.DataFrame([[4.0]], index=["N"], columns=["N"])
    >>> table = score_intervals(pd.Series({"N": 50.0}), one, df=np.inf, level=0.95)
    >>> table.round(2).loc["N"].tolist()
    [50.0, 2.0, 46.08, 53.92, inf]
    """
    probability(level, "level")
    variances = np.diag(check_covariance(scores, covariance))
    low, high = student(scores.to_numpy(dtype=float), variances, float(df), level)
    return pd.DataFrame(
        {"estimation": scores, "erreur_type": np.sqrt(variances), "borne_inf": low,
         "borne_sup": high, "ddl": float(df)},
        index=scores.index,
    )  # fmt: skip


def draw_estimates(
    estimates: pd.DataFrame, covariance: np.ndarray, *, draws: int, seed: int
) -> np.ndarray:
    """Indicators drawn from a normal around their estimates, where no replicate exists.

    Args:
        estimates: one row per unit, one column per indicator, no missing value.
        covariance: of the estimates read row by row (all the indicators of the first unit, then of
            the second): (units x indicators) squared.
        draws: number R of draws; their ``coefficients`` are 1 / R.
        seed: of ``numpy.random.default_rng``.

    Returns:
        Array (R, units, indicators).

    Raises:
        DataError: a missing estimate, or a covariance of the wrong size, asymmetric or with a
            negative eigenvalue.
    """
    centre = matrix(estimates, complete=True)
    labels = [f"{unit}, {name}" for unit in estimates.index for name in estimates.columns]
    root = covariance_root(np.asarray(covariance, dtype=float), labels)
    noise = np.random.default_rng(seed).standard_normal((draws, centre.size)) @ root.T
    return centre + noise.reshape(draws, *centre.shape)


def _replicate_array(replicates: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The replicates as a float array (R, units, indicators), R of 2 or more."""
    array = np.asarray(replicates, dtype=float)
    if array.ndim != 3 or array.shape[1:] != shape or len(array) < 2:
        raise DataError(
            "replicates of the indicators",
            found=f"shape {array.shape}",
            expected=f"(R, {shape[0]}, {shape[1]}) with R of 2 or more",
            remedy="stack one table (units, indicators) for each replicate",
        )
    return array


def _table(layer: np.ndarray, estimates: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(layer, index=estimates.index, columns=estimates.columns)
