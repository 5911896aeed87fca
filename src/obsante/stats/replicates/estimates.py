"""Estimates with their covariance and interval, from replicate weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.replicates.adjustments import Adjustment
from obsante.stats.replicates.weights import Replicates
from obsante.stats.survey.intervals import student

Statistic = Callable[[np.ndarray], "float | np.ndarray"]

_METHODS = {
    "jackknife": "jackknife stratifié (une unité primaire retirée)",
    "bootstrap": "bootstrap de Rao et Wu",
}
_INTERVALS = {"student": ", intervalle de Student", "percentile": ", intervalle des percentiles"}


@dataclass(frozen=True, eq=False)
class ReplicateEstimates:
    """Estimates with their variance by replicates.

    Attributes:
        table: one row per term: ``terme``, ``estimation``, ``erreur_type``, ``borne_inf``,
            ``borne_sup``, ``ddl``, ``methode``; in the statistic's own unit.
        covariance: (k, k) covariance of the estimates, terms as rows and columns.
        values: (R, k) statistic in each replicate.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame
    values: np.ndarray


def estimate(
    replicates: Replicates,
    statistic: Statistic,
    *,
    level: float,
    names: Sequence[str] | None = None,
    centre: str = "estimate",
    interval: str = "student",
    df: float | np.ndarray | None = None,
    adjust: Adjustment | None = None,
) -> ReplicateEstimates:
    """A statistic of the weights, its covariance by replicates and its interval.

    V = sum_r scale_r (t_r - c)(t_r - c)', with c the estimate, or the mean of the replicates.

    Args:
        statistic: from weights (n,), some of them 0, to a number or a vector (k,).
        level, names: confidence level, in proportion; k terms, 1 to k by default.
        centre: ``estimate`` (R's ``mse=TRUE``) or ``mean`` (``mse=FALSE``, a little smaller).
        interval: ``student``, or ``percentile`` of the bootstrap: within the statistic's range,
            but it ignores the df and is too narrow with few PSUs.
        df: degrees of freedom, a number or (k,); the whole design's by default. For a domain
            give ``design.degrees_of_freedom(domain)``.
        adjust: from weights (n,) to weights (n,), such as a raking, in the sample and replicates.

    Raises:
        DataError: the statistic fails or is not finite, with the replicate; an unknown option.

    >>> from obsante.stats.survey import survey_design
    >>> from obsante.stats.replicates import jackknife
    >>> design = survey_design(pd.DataFrame({"w": [1.0, 1.0, 1.0]}), weights="w")
    >>> mean = estimate(jackknife(design), lambda w: np.average([1, 2, 6], weights=w), level=0.95)
    >>> round(float(mean.table["erreur_type"].iloc[0]), 4)
    1.5275
    """
    checks.probability(level, "level")
    checks.choice(centre, "centre", ("estimate", "mean"))
    checks.choice(interval, "interval", ("student", "percentile"))
    value, values = _values(replicates, statistic, adjust)
    covariance = _covariance(value, values, replicates.scale, centre)
    if df is None:
        df = replicates.design.degrees_of_freedom(np.ones(replicates.design.size, dtype=bool))
    if interval == "percentile":
        low, high = _percentiles(replicates, values, level)
    else:
        low, high = student(value, np.diag(covariance), df, level)
    terms = _terms(names, len(value))
    table = _table(value, covariance, (low, high), df, terms)
    table["methode"] = _METHODS[replicates.method] + _INTERVALS[interval]
    return ReplicateEstimates(table, pd.DataFrame(covariance, terms, terms), values)


def _covariance(
    value: np.ndarray, values: np.ndarray, scale: np.ndarray, centre: str
) -> np.ndarray:
    """Scaled cross-products of the deviations; zero without replicates, as for a census."""
    middle = values.mean(axis=0) if centre == "mean" and len(values) else value
    spread = (values - middle) * np.sqrt(scale)[:, None]
    return spread.T @ spread


def _table(value, covariance, limits, df, terms: list[str]) -> pd.DataFrame:
    """One row per term."""
    table = pd.DataFrame({"terme": terms, "estimation": value})
    table["erreur_type"] = np.sqrt(np.diag(covariance))
    table["borne_inf"], table["borne_sup"], table["ddl"] = *limits, df
    return table


def _values(
    replicates: Replicates, statistic: Statistic, adjust: Adjustment | None
) -> tuple[np.ndarray, np.ndarray]:
    """The statistic on the sample (k,) and on the replicates (R, k)."""
    weights = replicates.design.weights
    value = _evaluate(statistic, adjust, weights, "the whole sample", None)
    values = np.empty((replicates.size, len(value)))
    for r, name in enumerate(replicates.names):
        where = f"replicate {r} ({name})"
        values[r] = _evaluate(statistic, adjust, replicates.weights(r), where, value)
    return value, values


def _evaluate(statistic, adjust, weights, where: str, like: np.ndarray | None) -> np.ndarray:
    """The statistic as a finite vector, or an error that says in which replicate it fails."""
    try:
        # A division by 0, as where a domain has lost its PSUs, is reported with its replicate.
        with np.errstate(divide="ignore", invalid="ignore"):
            result = statistic(weights if adjust is None else adjust(weights))
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        raise _unusable(where, f"{type(error).__name__}: {error}") from error
    except DataError as error:
        error.looked_at = f"{where}: {error.looked_at}"
        raise
    value = np.atleast_1d(np.asarray(result, dtype=float))
    bad = np.flatnonzero(~np.isfinite(value))
    if value.ndim == 1 and not bad.size and (like is None or len(value) == len(like)):
        return value
    first = f", the first at position {bad[0] + 1}" if bad.size else ""
    found = f"{value.size} value(s) of shape {value.shape}, {bad.size} missing or infinite{first}"
    raise _unusable(where, found, None if like is None else len(like))


def _unusable(where: str, found: str, size: int | None = None) -> DataError:
    return DataError(
        f"{where}: the statistic",
        found=found,
        expected=f"{'a number or a vector of' if size is None else size} finite number(s)",
        remedy="group domains so that none hangs on one PSU, or publish without this interval",
    )


def _percentiles(replicates: Replicates, values: np.ndarray, level: float) -> np.ndarray:
    """Quantiles (2, k) of the replicates' values."""
    tail = (1 - level) / 2
    needed = int(np.ceil(1 / tail - 1e-9)) - 1
    if replicates.method != "bootstrap" or replicates.size < needed:
        raise DataError(
            "interval='percentile'",
            found=f"{replicates.size} replicates of the {replicates.method}",
            expected=f"at least {needed} of the bootstrap, at level {level:g}",
            remedy="use interval='student', or ask bootstrap() for more replicates",
        )
    return np.quantile(values, [tail, 1 - tail], axis=0, method="weibull")


def _terms(names: Sequence[str] | None, size: int) -> list[str]:
    terms = list(names) if names is not None else [str(i) for i in range(1, size + 1)]
    if len(terms) != size:
        raise DataError(
            "'names'",
            found=f"{len(terms)} name(s)",
            expected=f"{size}, one for each value of the statistic",
            remedy="name each value once",
        )
    return terms
