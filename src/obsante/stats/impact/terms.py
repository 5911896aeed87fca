"""Columns of a table as the terms of a regression, and its coefficients as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student_law

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import column
from obsante.stats.impact.arguments import not_timedelta
from obsante.stats.survey.intervals import student

__all__ = ["coefficient_table", "exponentiated", "term_matrix"]

INTERCEPT = "constante"


def term_matrix(
    frame: pd.DataFrame, terms: Sequence[str], *, intercept: bool = True
) -> pd.DataFrame:
    """Model matrix: an intercept, numbers as they are, categories as indicators.

    The reference of a category is its first one: alphabetical order, or the declared order of
    a pandas Categorical (categories that no row has are left out). An indicator is named
    ``column[category]``.

    Args:
        frame: one row per observation.
        terms: columns that enter the model, each once, without interaction.
        intercept: whether a column of ones, ``constante``, comes first.

    Raises:
        DataError: no such column, a missing or infinite value, a term that does not vary, terms
            that repeat one another.

    >>> term_matrix(pd.DataFrame({"type": ["a", "b", "b"]}), ["type"]).columns.tolist()
    ['constante', 'type[b]']
    """
    parts = [pd.DataFrame({INTERCEPT: 1.0}, index=frame.index)] if intercept else []
    parts += [_columns(column(frame, name), name) for name in terms]
    if not parts:
        raise DataError(
            "terms of the model", found="none", expected="at least one column", remedy="name one"
        )
    matrix = pd.concat(parts, axis=1)
    rank = int(np.linalg.matrix_rank(_scaled(matrix)))
    if rank < matrix.shape[1]:
        raise NotEstimable(
            f"terms {', '.join(terms)}",
            reason="collinear",
            found=f"{matrix.shape[1]} columns of rank {rank}: one repeats the others",
            expected="terms that are not a combination of one another",
            remedy=f"leave out {_redundant(matrix)}",
        )
    return matrix


def _columns(values: pd.Series, name: str) -> pd.DataFrame:
    """One column of the frame as one or several columns of the matrix."""
    not_timedelta(values, name)
    _complete(values, name)
    if values.nunique() < 2:
        raise NotEstimable(
            f"term '{name}'",
            reason="no_variation",
            found=f"the same value everywhere ({values.iloc[0]})" if len(values) else "no row",
            expected="at least two values",
            remedy="leave the term out",
        )
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64").to_frame(name)
    levels = values.astype("category").cat.remove_unused_categories()
    coded = pd.get_dummies(levels, drop_first=True, dtype="float64")
    return coded.set_axis([f"{name}[{level}]" for level in coded.columns], axis=1)


def _complete(values: pd.Series, name: str) -> None:
    """Raise a DataError at the first missing or infinite value."""
    bad = values.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(values):
        bad = ~np.isfinite(values.to_numpy(dtype="float64", na_value=np.nan))
    if bad.any():
        raise DataError(
            f"term '{name}', row {int(np.flatnonzero(bad)[0])}",
            found=f"{int(bad.sum())} missing or infinite value(s)",
            expected="a value for each observation",
            remedy="leave these rows out, or impute them before the model",
        )


def _scaled(matrix: pd.DataFrame) -> np.ndarray:
    """Columns of norm 1, so that the rank does not depend on units."""
    values = matrix.to_numpy()
    return values / np.linalg.norm(values, axis=0)


def _redundant(matrix: pd.DataFrame) -> str:
    """The first column that those before it already hold."""
    values = _scaled(matrix)
    ranks = [np.linalg.matrix_rank(values[:, : k + 1]) for k in range(values.shape[1])]
    position = next(k for k, rank in enumerate(ranks) if rank < k + 1)
    return f"'{matrix.columns[position]}'"


def coefficient_table(
    names: Sequence[str],
    values: np.ndarray,
    covariance: np.ndarray,
    *,
    reference: np.ndarray,
    df: float,
    level: float,
    n: int,
    method: str,
) -> pd.DataFrame:
    """Coefficients with standard error, t (normal if ``df`` is infinite), p and limits.

    Args:
        reference: (k, k) covariance that tells an error from rounding: the model's own.

    Raises:
        DataError: an error of zero, as when the scores of a term cancel out in every cluster.

    Returns:
        One row per name: ``terme``, ``estimation``, ``erreur_type``, ``borne_inf``,
        ``borne_sup``, ``statistique``, ``p_valeur``, ``ddl``, ``n``, ``methode``.

    >>> one = np.array([[1.0]])
    >>> table = coefficient_table(["a"], np.array([2.0]), one, reference=one, df=np.inf,
    ...                           level=0.95, n=10, method="essai")
    >>> round(float(table["p_valeur"].iloc[0]), 4)
    0.0455
    """
    values, variance = np.asarray(values, dtype=float), np.diag(np.atleast_2d(covariance))
    _require_spread(names, variance, np.diag(np.atleast_2d(reference)))
    error = np.sqrt(variance)
    statistic = values / error
    law = student_law(df) if np.isfinite(df) else norm()
    low, high = student(values, variance, np.full(len(values), df), level)
    return pd.DataFrame(
        {
            "terme": list(names),
            "estimation": values,
            "erreur_type": error,
            "borne_inf": low,
            "borne_sup": high,
            "statistique": statistic,
            "p_valeur": 2 * law.sf(np.abs(statistic)),
            "ddl": df,
            "n": n,
            "methode": method,
        }
    )


def _require_spread(names: Sequence[str], variance: np.ndarray, reference: np.ndarray) -> None:
    """Raise a DataError at the first coefficient whose error is zero, but for rounding."""
    # Ratio of variances: 1e-16 is that of rounding errors, squared.
    flat = np.flatnonzero(~(variance > 1e-16 * reference))
    if len(flat):
        raise NotEstimable(
            f"coefficient '{list(names)[int(flat[0])]}'",
            reason="no_variation",
            found="a standard error of zero: residuals that are nil, or cancel out in each cluster",
            expected="observations that differ, within clusters, from what the terms explain",
            remedy="choose clusters that the terms do not coincide with, or check the outcome",
        )


def exponentiated(table: pd.DataFrame) -> pd.DataFrame:
    """The table of the ratios exp(b) from that of the b.

    Limits are carried over, the standard error is the delta method's; the logarithm and its own
    error stay, as ``coefficient`` and ``erreur_type_coefficient``.

    >>> table = pd.DataFrame({"estimation": [0.0], "erreur_type": [0.5],
    ...                       "borne_inf": [-np.inf], "borne_sup": [np.inf]})
    >>> exponentiated(table)[["estimation", "erreur_type", "borne_inf"]].iloc[0].tolist()
    [1.0, 0.5, 0.0]
    """
    ratio = np.exp(table["estimation"])
    return table.assign(
        estimation=ratio,
        erreur_type=ratio * table["erreur_type"],
        borne_inf=np.exp(table["borne_inf"]),
        borne_sup=np.exp(table["borne_sup"]),
        coefficient=table["estimation"],
        erreur_type_coefficient=table["erreur_type"],
    )
