"""Weights of the indicators: equal, given by experts, or read from the data.

Each is a Series that sums to 1. Weights read from the data (principal components, entropy) say
how the units differ, not what matters: they change with each edition.

Reference: OECD & JRC, *Handbook on Constructing Composite Indicators* (2008), step 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.multivariate.factor_rotation import rotate_factors

from obsante.errors import DataError
from obsante.stats.composite.inputs import matrix, refuse_constant, unique

_POINTS = 100.0


def equal_weights(names: Sequence[str]) -> pd.Series:
    """The same weight for each name.

    Raises:
        DataError: no name, or a name twice.

    >>> equal_weights(["a", "b", "c", "d"]).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    unique(names, "indicator")
    if not len(names):
        raise DataError(
            "equal weights",
            found="no indicator",
            expected="at least one",
            remedy="name the indicators of the index",
        )
    return pd.Series(1 / len(names), index=pd.Index(names, name="indicateur"), name="poids")


def budget_weights(points: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Weights by budget allocation: the mean of the points that experts share out.

    Args:
        points: one row per expert, one column per indicator, 100 points in each row.

    Returns:
        The weights, mean points / 100, then the experts' disagreement, one row per indicator:
        ``poids``, ``ecart_type`` (divisor n - 1; NaN for a single expert), ``minimum``,
        ``maximum`` (as weights) and ``n`` (experts).

    Raises:
        DataError: an expert's points are missing, negative, or do not sum to 100.

    >>> weights, spread = budget_weights(pd.DataFrame({"a": [60, 40], "b": [40, 60]}))
    >>> weights.tolist(), round(float(spread.loc["a", "ecart_type"]), 4)
    ([0.5, 0.5], 0.1414)
    """
    values = matrix(points, complete=True)
    totals = values.sum(axis=1)
    for expert, row, total in zip(points.index, values, totals, strict=True):
        if (row < 0).any() or abs(total - _POINTS) > 1e-6:
            raise DataError(
                f"points of expert '{expert}'",
                found=f"a total of {total:g}, the smallest being {row.min():g}",
                expected="points from 0 up that sum to 100",
                remedy="ask the expert again; don't rescale in their place",
            )
    shares = pd.DataFrame(values / _POINTS, columns=pd.Index(points.columns, name="indicateur"))
    spread = pd.DataFrame(
        {"poids": shares.mean(), "ecart_type": shares.std(ddof=1), "minimum": shares.min(),
         "maximum": shares.max(), "n": len(shares)}
    )  # fmt: skip
    return spread["poids"].copy(), spread


def principal_components(frame: pd.DataFrame) -> pd.DataFrame:
    """Eigenvalues of the correlation matrix, to choose how many factors to keep.

    The Handbook keeps those above about 1, that explain more than 10 % each and 60 % together.

    Returns:
        One row per component, largest first: ``valeur_propre``, ``part``, ``part_cumulee``.

    Raises:
        DataError: a missing value, a constant column, fewer than 3 units or 2 indicators.

    >>> pairs = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 4, 3]})
    >>> principal_components(pairs)["part"].round(3).tolist()
    [0.8, 0.2]
    """
    values, _ = _components(frame)
    table = pd.DataFrame({"valeur_propre": values, "part": values / values.sum()})
    table["part_cumulee"] = table["part"].cumsum()
    table.index = pd.RangeIndex(1, len(table) + 1, name="composante")
    return table


def pca_loadings(frame: pd.DataFrame, *, factors: int) -> pd.DataFrame:
    """Correlations of the indicators with the first components, after a varimax rotation.

    The rotation uses Kaiser's normalisation (rows at unit length), as SPSS, Stata and R do; one
    factor is not rotated. The sign of a factor is arbitrary: here its largest loading is positive.

    Raises:
        DataError: as :func:`principal_components`; also more factors than the data hold, or a
            rotation that does not settle.
    """
    values, vectors = _components(frame)
    rank = int((values > 1e-10).sum())
    if factors not in range(1, rank + 1):
        raise DataError(
            "number of factors",
            found=f"{factors}",
            expected=f"from 1 to {rank}, the number of components with a variance",
            remedy="read principal_components() and choose",
        )
    loadings = vectors[:, :factors] * np.sqrt(values[:factors])
    rotated = _varimax(loadings) if factors > 1 else loadings
    largest = rotated[np.abs(rotated).argmax(axis=0), np.arange(factors)]
    return pd.DataFrame(
        rotated * np.sign(largest),
        index=pd.Index(frame.columns, name="indicateur"),
        columns=[f"facteur_{k}" for k in range(1, factors + 1)],
    )


def pca_weights(frame: pd.DataFrame, *, factors: int) -> pd.Series:
    """Weights from squared loadings of the rotated principal components.

    Each indicator belongs to the factor on which it loads most; its weight there is its squared
    loading over the factor's variance, times that factor's share of the variance kept. The two
    variances cancel: the weight is proportional to the largest squared rotated loading. With
    ``factors=1``: squared loadings of the first component.

    Limits: needs correlated indicators and more units than indicators (12 regions and 15
    indicators are too few); gives little to an indicator that stands alone, however important;
    blind to directions.

    Args:
        frame: one row per unit, one column per indicator, no missing value.
        factors: number of components kept; read :func:`principal_components`.

    Raises:
        DataError: as :func:`pca_loadings`.

    Reference: Nicoletti, Scarpetta & Boylaud, *OECD Economics Working Papers* 226 (2000);
    Handbook (2008), section 6.1.

    >>> pca_weights(pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 4, 3]}), factors=1).tolist()
    [0.5, 0.5]
    """
    largest = (pca_loadings(frame, factors=factors) ** 2).max(axis=1)
    return (largest / largest.sum()).rename("poids")


def entropy_weights(frame: pd.DataFrame) -> pd.Series:
    """Shannon's weights: more to the indicators on which the units differ more.

    p_i = x_i / sum x, e = -sum p_i ln p_i / ln n, weight proportional to 1 - e.

    Limits: a matter of dispersion only, so a rare or badly measured indicator gets the largest
    weight; depends on the origin of the scale (add a constant and the weights change), so give
    values with a true zero, normalised in the same way for all; treats correlated indicators as
    separate.

    Args:
        frame: one row per unit (2 or more), no missing or negative value.

    Raises:
        DataError: a missing or negative value, a constant column, a single unit.

    Reference: Shannon, *Bell System Technical Journal* 27 (1948); Zeleny, *Multiple Criteria
    Decision Making* (1982).

    >>> entropy_weights(pd.DataFrame({"a": [0.4, 0.6], "b": [0.1, 0.9]})).round(3).tolist()
    [0.052, 0.948]
    """
    values = matrix(frame, complete=True)
    for name, column in zip(frame.columns, values.T, strict=True):
        if column.min() < 0:
            raise DataError(
                f"indicator '{name}'",
                found=f"a negative value, {column.min():g}",
                expected="values from 0 up: entropy reads them as shares of a total",
                remedy="normalise with min_max() first",
            )
    refuse_constant(values, frame.columns, "an entropy weight")
    shares = values / values.sum(axis=0)
    terms = shares * np.log(np.where(shares > 0, shares, 1.0))
    diversity = 1 + terms.sum(axis=0) / np.log(len(values))
    index = pd.Index(frame.columns, name="indicateur")
    return pd.Series(diversity / diversity.sum(), index=index, name="poids")


def _components(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors of the correlation matrix, largest first."""
    values = matrix(frame, complete=True)
    if values.shape[0] < 3 or values.shape[1] < 2:
        raise DataError(
            "principal components",
            found=f"{values.shape[0]} unit(s) and {values.shape[1]} indicator(s)",
            expected="at least 3 units and 2 indicators",
            remedy="use equal weights or experts' weights",
        )
    refuse_constant(values, frame.columns, "a correlation")
    roots, vectors = np.linalg.eigh(np.corrcoef(values, rowvar=False))
    return np.maximum(roots[::-1], 0.0), vectors[:, ::-1]


def _varimax(loadings: np.ndarray) -> np.ndarray:
    """Varimax with Kaiser's normalisation."""
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    unit = loadings / length
    # statsmodels logs the gradient, which is zero where the rotation is exact.
    with np.errstate(divide="ignore"):
        rotated, _ = rotate_factors(unit, "varimax")
        again, _ = rotate_factors(rotated, "varimax")
    # statsmodels stops after 500 rounds without a word; a settled rotation rotates to itself.
    if np.abs(rotated**2 - again**2).max() > 1e-3:
        raise DataError(
            "varimax rotation of the loadings",
            found="it does not settle",
            expected="a rotation that further rounds leave as it is",
            remedy="keep another number of factors, or use equal weights",
        )
    return rotated * length
