"""Linearisation by domain: influences, variance and intervals shared by every estimate.

For z_i = w_i u_i, u the influence of unit i on the estimate, over the n responding units::

    V = n / (n - 1) * sum_i (z_i - mean(z))**2

that is the linearised variance of a sample drawn with replacement. It uses the weights but
neither the strata nor the finite-population correction, so it errs on the wide side for a
stratified sample. Domains keep the whole sample: a unit outside the domain has u = 0.

References: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5;
Korn & Graubard, *Survey Methodology* 24 (1998), 193-201, for the interval of a proportion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from obsante.errors import DataError

NATIONAL = "national"
COLUMNS = [
    "dimension", "modalite", "estimation", "erreur_type", "borne_inf", "borne_sup",
    "n", "effectif", "n_manquant", "n_sans_objet", "methode",
]  # fmt: skip


def by_domain(
    row: Callable[[np.ndarray], dict],
    answers: pd.DataFrame,
    weights: pd.Series,
    domains: pd.DataFrame,
    by: Sequence[str],
    method: str,
) -> pd.DataFrame:
    """One row per domain: ``row`` gives the estimate of the units that it is told are inside."""
    check_weights(weights)
    rows = []
    for dimension, modality, member in members(domains, by):
        inside = member & answers["y"].notna().to_numpy()
        rows.append(
            {"dimension": dimension, "modalite": modality, "methode": method}
            | row(inside)
            | counts(answers["state"], weights, inside, member)
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _known(domains: pd.DataFrame, by: Sequence[str]) -> None:
    unknown = [name for name in by if name not in domains.columns]
    if unknown:
        raise DataError(
            f"dimension '{unknown[0]}'",
            found="no such column in the table",
            expected=f"one of {', '.join(map(str, domains.columns))}",
            remedy="correct the dimension in the notebook or in config/indicators",
        )


def members(
    domains: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Dimension, modality and membership (one bool per unit): the whole, then each domain.

    Raises:
        DataError: a dimension is not a column of ``domains``.
    """
    _known(domains, by)
    yield NATIONAL, NATIONAL, np.ones(len(domains), dtype=bool)
    for name in by:
        column = domains[name]
        categorical = isinstance(column.dtype, pd.CategoricalDtype)
        levels = column.cat.categories if categorical else sorted(column.dropna().unique())
        for value in levels:
            yield name, str(value), (column == value).to_numpy(dtype=bool, na_value=False)


def ratio_influence(
    y: pd.Series, x: pd.Series, weights: pd.Series, inside: np.ndarray
) -> tuple[float, np.ndarray]:
    """R = sum(w y)/sum(w x) over ``inside`` and z_i = w_i (y_i - R x_i) / sum(w x)."""
    w = np.where(inside, weights.to_numpy(dtype=float), 0.0)
    y = np.where(inside, y.to_numpy(dtype=float), 0.0)
    x = np.where(inside, x.to_numpy(dtype=float), 0.0)
    total = float((w * x).sum())
    if total <= 0:
        return float("nan"), np.zeros(len(w))
    value = float((w * y).sum()) / total
    return value, w * (y - value * x) / total


def variance_of(z: np.ndarray) -> float:
    """Variance of the estimate whose weighted influences are ``z``; NaN for one unit."""
    n = len(z)
    return float(n / (n - 1) * ((z - z.mean()) ** 2).sum()) if n > 1 else float("nan")


def korn_graubard(p: float, variance: float, n: int, level: float) -> tuple[float, float]:
    """Exact binomial limits with the effective size p(1-p)/V, at most n; 0 and 1 are kept."""
    if n == 0:
        return float("nan"), float("nan")
    effective = min(n, p * (1 - p) / variance) if 0 < p < 1 and variance > 0 else float(n)
    low, high = proportion_confint(p * effective, effective, alpha=1 - level, method="beta")
    return (0.0 if p == 0 else float(low)), (1.0 if p == 1 else float(high))


def student_interval(
    value: float, variance: float, df: int, level: float
) -> tuple[float, float]:
    """Student interval; without a degree of freedom there is none, rather than a wrong one."""
    if df <= 0 or not np.isfinite(variance):
        return float("nan"), float("nan")
    half = float(student.ppf((1 + level) / 2, df)) * variance**0.5
    return value - half, value + half


def estimate_row(value: float, variance: float, low: float, high: float) -> dict:
    """The estimate's columns; the standard error of no value is no value."""
    known = np.isfinite(value)
    error = float(variance**0.5) if known else float("nan")
    return {"estimation": value, "erreur_type": error, "borne_inf": low, "borne_sup": high}


def counts(state: pd.Series, weights: pd.Series, inside: np.ndarray, member: np.ndarray) -> dict:
    """Answers and what they stand for, missing answers and units not concerned, in a domain."""
    return {
        "n": int(inside.sum()),
        "effectif": float(weights.to_numpy(dtype=float)[inside].sum()),
        "n_manquant": int(((state == "missing").to_numpy() & member).sum()),
        "n_sans_objet": int(((state == "not_applicable").to_numpy() & member).sum()),
    }


def check_weights(weights: pd.Series) -> None:
    """Raise a DataError unless every weight is positive."""
    bad = ~(weights.to_numpy(dtype=float, na_value=np.nan) > 0)
    if bad.any():
        raise DataError(
            f"weights '{weights.name}', row {weights.index[bad][0]}",
            found=f"{int(bad.sum())} missing, zero or negative weight(s)",
            expected="a positive weight for each responding unit",
            remedy="keep the respondents only, or correct the weights at the source",
        )
