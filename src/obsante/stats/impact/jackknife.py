"""Leave-one-cluster-out errors, their degrees of freedom, pointwise and simultaneous limits.

V = (G-1)/G sum_c (θ(-c) - θ)(θ(-c) - θ)', where θ(-c) is computed anew without cluster c (CV3 of
MacKinnon & White, *J. Econometrics* 29 (1985), 305-325).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2
from scipy.stats import t as student_law

from obsante.stats.impact.cohorts import CohortPanel
from obsante.stats.survey.intervals import student

_DRAWS = 20_000
# Below this share of the estimate's scale, an error is rounding and not variation.
_ROUNDING = 1e-12


def jackknife_covariance(value: np.ndarray, replicates: np.ndarray, scale: float) -> np.ndarray:
    """Covariance from the values without each cluster (G, k); NaN where one of them is.

    Args:
        scale: size of the outcome, below a tiny share of which a difference is rounding.
    """
    gap, clusters = replicates - value, len(replicates)
    gap[np.abs(gap) < _ROUNDING * (1 + scale)] = 0.0
    return (clusters - 1) / clusters * gap.T @ gap


def degrees_of_freedom(panel: CohortPanel, pool: np.ndarray, masks: list[np.ndarray]) -> np.ndarray:
    """Clusters with treated units, or with controls (``pool``) in their periods, the fewer, -1."""
    out = []
    for mask in masks:
        periods = {g: mask[panel.group == g].any(axis=0) for g in set(panel.group)}
        inside = np.array([periods[g] for g in panel.group])
        treated = np.unique(panel.cluster[mask.any(axis=1)]).size
        controls = np.unique(panel.cluster[(pool & inside).any(axis=1)]).size
        out.append(min(treated, controls) - 1)
    return np.array(out)


def limits(value: np.ndarray, variance: np.ndarray, df: np.ndarray, level: float) -> pd.DataFrame:
    """Estimates with error, limits, t and p; NaN without degree of freedom or without variation."""
    error = np.where(df > 0, np.sqrt(variance), np.nan)
    low, high = student(value, error**2, df, level)
    known = error > 0
    statistic = np.where(known, value / np.where(known, error, 1.0), np.nan)
    p = 2 * student_law.sf(np.abs(statistic), np.maximum(df, 1))
    columns = ("estimation", "erreur_type", "borne_inf", "borne_sup", "statistique", "p_valeur")
    return pd.DataFrame(
        dict(zip(columns, (value, error, low, high, statistic, p), strict=True)) | {"ddl": df}
    )


def simultaneous_band(
    value: np.ndarray, covariance: np.ndarray, df: np.ndarray, level: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Limits that hold all values together: every one at the level 1 - p*, p* simulated.

    p* is the (1 - level) quantile of the smallest p value among correlated Student variables
    (Gaussian ones over a common chi-square probability), each with its own df.
    """
    error = np.sqrt(np.diag(covariance))
    used = np.flatnonzero((df > 0) & (error > 0))
    low, high = np.full(len(value), np.nan), np.full(len(value), np.nan)
    if used.size:
        correlation = covariance[np.ix_(used, used)] / np.outer(error[used], error[used])
        roots, vectors = np.linalg.eigh(correlation)
        rng = np.random.default_rng(seed)
        normal = rng.standard_normal((_DRAWS, used.size))
        normal = normal @ (vectors * np.sqrt(np.maximum(roots, 0.0))).T
        common = rng.random((_DRAWS, 1))
        studentised = normal / np.sqrt(chi2.ppf(common, df[used]) / df[used])
        smallest = 2 * student_law.sf(np.abs(studentised), df[used]).min(axis=1)
        cut = student_law.isf(np.quantile(smallest, 1 - level) / 2, df[used])
        low[used] = value[used] - cut * error[used]
        high[used] = value[used] + cut * error[used]
    return low, high
