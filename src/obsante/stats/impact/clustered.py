"""Covariance of regression coefficients that allows for dependence inside clusters.

For a fit with scores s_i (one row per observation), bread B = (X'WX)^-1 (or the inverse of minus
the Hessian) and clusters g = 1..G:

    V = G/(G-1) (n-1)/(n-k) B (sum_g S_g S_g') B,   S_g = sum of s_i over the cluster,

Stata's factor and the usual one of published work (CR1).

References: Liang & Zeger, *Biometrika* 73 (1986), 13-22; Cameron & Miller, *Journal of Human
Resources* 50 (2015), 317-372.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.sandwich_covariance import cov_cluster

from obsante.errors import DataError, NotEstimable
from obsante.stats.impact.terms import INTERCEPT

__all__ = [
    "cluster_codes",
    "cluster_covariance",
    "cluster_factor",
    "few_clusters",
    "require_shared_terms",
    "unit_columns",
]

FEW_CLUSTERS = 6
# On columns of norm 1: below this, what is left of a column or of a direction is rounding.
_SINGULAR = 1e-8


def cluster_codes(
    clusters: Sequence | pd.Series, size: int, *, name: str = "clusters"
) -> tuple[np.ndarray, int]:
    """Clusters as integers 0..G-1, and G.

    Args:
        clusters: one label per observation.
        size: number of observations expected.
        name: the name of the cluster variable, for the messages.

    Raises:
        DataError: another length, a missing label, fewer than two clusters.

    >>> codes, count = cluster_codes(["R01", "R02", "R01"], 3)
    >>> codes.tolist(), count
    ([0, 1, 0], 2)
    """
    codes, labels = pd.factorize(pd.Series(np.asarray(clusters, dtype=object)), sort=True)
    if len(codes) != size:
        raise DataError(
            f"'{name}'",
            found=f"{len(codes)} label(s)",
            expected=f"{size}, one per observation",
            remedy="build it from the same rows as the model",
        )
    if (codes < 0).any():
        raise DataError(
            f"'{name}', row {int(np.flatnonzero(codes < 0)[0])}",
            found=f"{int((codes < 0).sum())} missing label(s)",
            expected="a cluster for each observation",
            remedy="complete the label at the source, or leave the row out",
        )
    if len(labels) < 2:
        raise NotEstimable(
            f"'{name}'",
            reason="too_few",
            found=f"{len(labels)} cluster" + (f" ('{labels[0]}')" if len(labels) else ""),
            expected="at least two, and in practice ten or more",
            remedy="choose a finer cluster, or standard errors without clusters",
        )
    return codes, len(labels)


def cluster_factor(groups: int, n: int, k: int) -> float:
    """G/(G-1) (n-1)/(n-k), for G groups, n observations, k coefficients: Stata's factor (CR1).

    Raises:
        DataError: no more observations than coefficients.

    >>> round(cluster_factor(12, 100, 4), 4)
    1.125
    """
    if n <= k:
        raise NotEstimable(
            "clustered covariance",
            reason="too_few",
            found=f"{n} observation(s) for {k} coefficient(s)",
            expected="more observations than coefficients",
            remedy="drop terms of the model, or add observations",
        )
    return groups / (groups - 1) * (n - 1) / (n - k)


def cluster_covariance(
    fit: object, clusters: Sequence | pd.Series, *, name: str = "clusters"
) -> np.ndarray:
    """Covariance (k, k) of the coefficients of a statsmodels fit, robust to clustering.

    Works on OLS, WLS (sampling weights as ``weights``), GLM (sampling weights as
    ``var_weights``) and the likelihood models of ``statsmodels.discrete``, whose last row is
    their dispersion, where they have one. Weighted scores already carry the weights, so
    sampling weights enter as R's ``sandwich::vcovCL`` has them. Degrees of freedom of a t
    interval: G - 1. With few clusters (about 40 or fewer, Cameron & Miller 2015) the standard
    errors stay too small; the covariance of all the coefficients together has rank at most G. A
    term that one cluster alone identifies is to be refused first (:func:`require_shared_terms`).

    Args:
        fit: a fitted statsmodels model.
        clusters: one label per observation, in the order of the model's rows.
        name: the name of the cluster variable, for the messages.

    Raises:
        DataError: labels missing or of another length, a single cluster, a covariance that
            cannot be computed.

    >>> from statsmodels.regression.linear_model import OLS
    >>> fit = OLS([1.0, 3.0, 5.0, 7.0], np.ones(4)).fit()
    >>> cluster_covariance(fit, ["a", "a", "b", "b"]).tolist()
    [[4.0]]
    """
    n, k = int(fit.model.exog.shape[0]), len(fit.params)
    codes, groups = cluster_codes(clusters, n, name=name)
    factor = cluster_factor(groups, n, k)
    try:
        covariance = factor * np.asarray(cov_cluster(fit, codes, use_correction=False))
    except np.linalg.LinAlgError:
        covariance = np.full((k, k), np.nan)
    if not np.isfinite(covariance).all():
        raise NotEstimable(
            f"covariance clustered by '{name}'",
            reason="collinear",
            found="a singular information matrix",
            expected="coefficients that the data identify",
            remedy="drop the term that repeats another one, or that is constant",
        )
    return covariance


def require_shared_terms(
    x: np.ndarray, names: Sequence[str], codes: np.ndarray, *, cluster: str = "cluster"
) -> None:
    """Raise a DataError for a term whose coefficient no longer exists once one cluster is out.

    A 0/1 term that is 1 (or 0) in one cluster alone, a reference category held by one cluster:
    the fit follows that cluster, its scores add up to zero or nearly, and what it would vary from
    one sample to another is missing from the sandwich, which comes out far too small
    (MacKinnon & Webb, *Econometrics J.* 21 (2018), 114-135). With U an orthonormal base of the
    columns, cluster g does so when I - U_g'U_g is singular (a leverage of 1).

    Args:
        x: (n, k) columns of the model, the intercept among them unless it is absorbed.
        names: terms of the first columns; the others are not reported.
        codes: (n,) cluster of each row.
        cluster: what a cluster is, for the message.

    >>> x = np.column_stack([np.ones(4), [0.0, 1.0, 0.0, 1.0]])
    >>> require_shared_terms(x, ["constante", "d"], np.array([0, 0, 1, 1]))
    """
    base, size, right = np.linalg.svd(unit_columns(x)[0], full_matrices=False)
    kept = size > _SINGULAR * size[0]
    base, back = base[:, kept], right[kept].T / size[kept]
    leverage = np.bincount(codes, weights=(base**2).sum(axis=1))
    for g in np.flatnonzero(leverage > 1 - _SINGULAR):
        own = base[codes == g]
        left, vectors = np.linalg.eigh(np.eye(own.shape[1]) - own.T @ own)
        lost = np.abs(back @ vectors[:, left < _SINGULAR]).max(axis=1, initial=0.0)
        terms = [
            name
            for name, share in zip(names, lost / max(lost.max(), 1.0), strict=False)
            if share > _SINGULAR and name != INTERCEPT
        ]
        if terms:
            raise _resting_on_one(terms[0], cluster)


def unit_columns(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The columns brought to norm 1, and what each was divided by; a column of zeros stays so.

    >>> unit_columns(np.array([[3.0, 0.0], [4.0, 0.0]]))[1].tolist()
    [5.0, 1.0]
    """
    norm = np.linalg.norm(x, axis=0)
    norm = np.where(norm > 0, norm, 1.0)
    return x / norm, norm


def _resting_on_one(term: str, cluster: str) -> DataError:
    """The error of a coefficient that one cluster alone identifies."""
    return NotEstimable(
        f"term '{term}', robust standard error",
        reason="no_comparison",
        found=f"a coefficient that a single {cluster} identifies: without it the term, or the "
        "category it is compared with, does not vary",
        expected=f"each value of a 0/1 term, and each category, in two {cluster}s at least",
        remedy=f"merge categories, leave the term out, or choose a finer {cluster}: the error "
        "would be far too small",
    )


def few_clusters(count: int) -> str:
    """What the reader must know of an interval with few clusters; nothing otherwise.

    >>> few_clusters(4), few_clusters(12)
    (' ; moins de 6 grappes : intervalle peu sûr', '')
    """
    return (
        f" ; moins de {FEW_CLUSTERS} grappes : intervalle peu sûr" if count < FEW_CLUSTERS else ""
    )
