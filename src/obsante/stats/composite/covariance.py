"""Checks of a covariance matrix, and its square root to draw from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.composite.inputs import same_names, unique


def known_scores(scores: pd.Series) -> None:
    """Raise a DataError unless each unit has one finite score."""
    unique(scores.index, "unit")
    for unit in scores.index[~np.isfinite(scores.to_numpy(dtype=float))]:
        raise DataError(
            f"score of '{unit}'",
            found="missing or infinite",
            expected="a number",
            remedy="drop the unit from the scores and the covariance: it has no rank either",
        )


def degrees_of_freedom(df: float) -> None:
    """Raise a DataError unless the degrees of freedom are positive."""
    if not df > 0:
        raise DataError(
            "'df'",
            found=f"{df}",
            expected="positive degrees of freedom, np.inf for the normal",
            remedy="without a degree of freedom there is no variance, so no ranking to publish",
        )


def check_covariance(scores: pd.Series, covariance: pd.DataFrame) -> np.ndarray:
    """The covariance in the order of the scores, once it is known to be one."""
    known_scores(scores)
    same_names(list(covariance.index), list(scores.index), "covariance", "unit")
    same_names(list(covariance.columns), list(scores.index), "covariance", "unit")
    labels = list(scores.index)
    values = covariance.loc[labels, labels].to_numpy(dtype=float)
    covariance_root(values, labels)
    return values


def covariance_root(covariance: np.ndarray, labels: list) -> np.ndarray:
    """A matrix A with A A' = covariance; a zero eigenvalue is allowed, a negative one is not."""
    size = len(labels)
    if covariance.shape != (size, size):
        raise _not_a_covariance(f"shape {covariance.shape}", f"({size}, {size})")
    if not np.isfinite(covariance).all():
        row = labels[int(np.argwhere(~np.isfinite(covariance))[0][0])]
        raise _not_a_covariance(f"a missing or infinite value on the line of '{row}'", "numbers")
    scale = np.abs(np.diag(covariance)).max()
    if np.abs(covariance - covariance.T).max() > 1e-8 * scale:
        raise _not_a_covariance("an asymmetric matrix", "a symmetric one")
    roots, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    if roots[0] < -1e-8 * scale:
        raise _not_a_covariance(
            f"a negative eigenvalue, {roots[0]:.3g}", "a positive semi-definite matrix"
        )
    return vectors * np.sqrt(np.maximum(roots, 0.0))


def _not_a_covariance(found: str, expected: str) -> DataError:
    return DataError(
        "covariance of the estimates",
        found=found,
        expected=expected,
        remedy="take it from replicate_covariance(), or correct how it was put together",
    )
