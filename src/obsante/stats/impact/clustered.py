"""Covariance of regression coefficients that allows for dependence inside clusters.

For a fit with scores s_i (one row per observation), bread B = (X'WX)^-1 (or the inverse of minus
the Hessian) and clusters g = 1..G:

    V = c B (sum_g S_g S_g') B,   S_g = sum of s_i over the cluster,

with c = 1 ("HC0", no correction), G/(G-1) ("groups"), or G/(G-1) * (n-1)/(n-k) ("full", the
one of Stata and of most published work).

References: Liang & Zeger, *Biometrika* 73 (1986), 13-22; Cameron & Miller, *Journal of Human
Resources* 50 (2015), 317-372.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.sandwich_covariance import cov_cluster

from obsante.errors import DataError, nearest

__all__ = [
    "CORRECTIONS",
    "cluster_codes",
    "cluster_covariance",
    "cluster_factor",
    "require_cluster_spread",
]

CORRECTIONS = ("none", "groups", "full")


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
        raise DataError(
            f"'{name}'",
            found=f"{len(labels)} cluster" + (f" ('{labels[0]}')" if len(labels) else ""),
            expected="at least two, and in practice ten or more",
            remedy="choose a finer cluster, or standard errors without clusters",
        )
    return codes, len(labels)


def cluster_factor(correction: str, *, groups: int, n: int, k: int) -> float:
    """The factor c of the module's formula, for G groups, n observations, k coefficients.

    Raises:
        DataError: no correction of this name; "full" with no more observations than
            coefficients.

    >>> round(cluster_factor("full", groups=12, n=100, k=4), 4)
    1.125
    """
    if correction not in CORRECTIONS:
        raise DataError(
            f"correction '{correction}'",
            found="no small-sample correction of this name",
            expected=nearest(correction, CORRECTIONS),
            remedy="choose one of them; 'full' is the usual one",
        )
    if correction == "none":
        return 1.0
    ratio = groups / (groups - 1)
    if correction == "groups":
        return ratio
    if n <= k:
        raise DataError(
            "clustered covariance",
            found=f"{n} observation(s) for {k} coefficient(s)",
            expected="more observations than coefficients",
            remedy="drop terms of the model, or add observations",
        )
    return ratio * (n - 1) / (n - k)


def cluster_covariance(
    fit: object,
    clusters: Sequence | pd.Series,
    *,
    correction: str = "full",
    name: str = "clusters",
) -> np.ndarray:
    """Covariance (k, k) of the coefficients of a statsmodels fit, robust to clustering.

    Works on OLS, WLS (sampling weights as ``weights``), GLM (sampling weights as
    ``var_weights``) and the likelihood models of ``statsmodels.discrete``, whose last row is
    their dispersion, where they have one. Weighted scores already carry the weights, so
    sampling weights enter as R's ``sandwich::vcovCL`` has them. Degrees of freedom of a t
    interval: G - 1. With few clusters (about 40 or fewer, Cameron & Miller 2015) the standard
    errors stay too small; the covariance of all the coefficients together has rank at most G.

    Args:
        fit: a fitted statsmodels model.
        clusters: one label per observation, in the order of the model's rows.
        correction: "none", "groups" or "full"; see the module.
        name: the name of the cluster variable, for the messages.

    Raises:
        DataError: labels missing or of another length, a single cluster, an unknown
            correction, a covariance that cannot be computed.

    >>> from statsmodels.regression.linear_model import OLS
    >>> fit = OLS([1.0, 3.0, 5.0, 7.0], np.ones(4)).fit()
    >>> cluster_covariance(fit, ["a", "a", "b", "b"], correction="groups").tolist()
    [[4.0]]
    """
    n, k = int(fit.model.exog.shape[0]), len(fit.params)
    codes, groups = cluster_codes(clusters, n, name=name)
    factor = cluster_factor(correction, groups=groups, n=n, k=k)
    try:
        covariance = factor * cov_cluster(fit, codes, use_correction=False)
    except np.linalg.LinAlgError:
        covariance = np.full((k, k), np.nan)
    if not np.isfinite(covariance).all():
        raise DataError(
            f"covariance clustered by '{name}'",
            found="a singular information matrix",
            expected="coefficients that the data identify",
            remedy="drop the term that repeats another one, or that is constant",
        )
    require_cluster_spread(covariance, fit.cov_params(), name)
    return np.asarray(covariance)


def require_cluster_spread(covariance: np.ndarray, reference: np.ndarray, name: str) -> None:
    """Raise a DataError when the scores cancel out in every cluster.

    So they do for a term that is the cluster itself: its error would be zero, but for rounding.

    Args:
        covariance: clustered covariance.
        reference: the model's own covariance, which gives the scale.
        name: the name of the cluster variable.

    >>> require_cluster_spread(np.eye(2), np.eye(2), "region")
    """
    clustered, own = np.diag(covariance), np.diag(np.atleast_2d(np.asarray(reference)))
    # Ratio of variances: 1e-16 is that of rounding errors, squared.
    flat = np.flatnonzero(clustered <= 1e-16 * own)
    if len(flat):
        raise DataError(
            f"covariance clustered by '{name}', coefficient {int(flat[0])}",
            found="scores that cancel out in every cluster: an error of zero",
            expected="clusters that differ beyond what the terms of the model explain",
            remedy="choose clusters that the terms do not coincide with, or several per term",
        )
