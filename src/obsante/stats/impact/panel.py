"""Difference-in-differences by least squares: two groups and two periods, two-way fixed effects.

Coefficients b = (X'WX)^-1 X'Wy; covariance CR1, (X'WX)^-1 (sum_g s_g s_g') (X'WX)^-1 times
G/(G-1) (n-1)/(n-k), with s_g the sum over cluster g of w x e, and t with G - 1 degrees of
freedom (Liang & Zeger, *Biometrika* 73 (1986), 13-22; Cameron & Miller, *J. Human Resources* 50
(2015), 317-372). With about a dozen clusters CR1 is still too small:
see :func:`~obsante.stats.impact.wild_cluster_bootstrap`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import binary_values, column, positive, probability, vector
from obsante.stats.impact.arguments import numbers
from obsante.stats.impact.clustered import (
    cluster_codes,
    cluster_factor,
    few_clusters,
    require_shared_terms,
    unit_columns,
)
from obsante.stats.impact.terms import coefficient_table, term_matrix

__all__ = [
    "LinearFit",
    "coefficients",
    "difference_in_differences",
    "ols_fit",
    "two_way_fixed_effects",
]

EFFECT = "effet"
# A column that keeps less than this share of its norm is explained by the others.
_ABSORBED = 1e-9


@dataclass(frozen=True)
class LinearFit:
    """A weighted least-squares fit, root weights applied.

    ``y`` (n,) and ``x`` (n, k + m): the columns of ``terms``, then m indicators of periods that
    are not reported; with unit effects, both are deviations from the unit's mean. ``cluster`` code
    of each row, ``clusters`` their number; ``absorbed`` effects that count as coefficients (those
    not nested in clusters); ``nested`` whether each unit lies in one cluster.
    """

    x: np.ndarray
    y: np.ndarray
    terms: tuple[str, ...]
    cluster: np.ndarray
    clusters: int
    absorbed: int
    nested: bool
    method: str

    @cached_property
    def bread(self) -> np.ndarray:
        """(X'WX)^-1; columns are brought to norm 1 so that units of measure do not matter."""
        scaled, norm = unit_columns(self.x)
        # Periods that share no unit leave the indicators redundant: hence the pseudo-inverse.
        return np.linalg.pinv(scaled.T @ scaled, rcond=1e-12, hermitian=True) / np.outer(norm, norm)

    @cached_property
    def residual(self) -> np.ndarray:
        """Residuals, times the root weights."""
        return self.y - self.x @ (self.bread @ (self.x.T @ self.y))

    @property
    def values(self) -> np.ndarray:
        """The coefficients of ``terms``."""
        return (self.bread @ (self.x.T @ self.y))[: len(self.terms)]

    @property
    def factor(self) -> float:
        """Small-sample factor of CR1."""
        size, k = len(self.y), len(self.terms) + self.absorbed
        return cluster_factor(self.clusters, size, k)

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Sums of ``rows`` (n, m) by cluster."""
        out = np.zeros((self.clusters, rows.shape[1]))
        np.add.at(out, self.cluster, rows)
        return out


def ols_fit(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    *,
    cluster: str,
    weights: str | None = None,
) -> LinearFit:
    """Least squares of ``outcome`` on an intercept and ``terms``.

    Args:
        frame: one row per observation, no missing value in the columns named.
        terms: columns, numbers or categories (as indicators, the first one the reference).
        cluster: column of clusters, two at least.
        weights: column of positive weights.

    Raises:
        DataError: missing value, constant or redundant term, single cluster, wrong weight.

    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 5.0], "d": [0, 0, 1, 1], "c": list("abab")})
    >>> ols_fit(frame, "y", ["d"], cluster="c").values.round(6).tolist()
    [1.5, 3.0]
    """
    x, y, weight, codes, count = _parts(frame, outcome, terms, cluster, weights, intercept=True)
    root = np.sqrt(weight)
    method = f"moindres carrés{' pondérés' if weights else ''} ; {_errors(count)}"
    scaled = x.to_numpy() * root[:, None]
    return LinearFit(scaled, y * root, tuple(x.columns), codes, count, 0, True, method)


def two_way_fixed_effects(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    *,
    unit: str,
    time: str,
    cluster: str,
    weights: str | None = None,
) -> LinearFit:
    """Least squares with an effect for each unit and each period: y = a_i + c_t + x b + e.

    The panel may be unbalanced and the weights vary. The coefficient of a 0/1 treatment is the
    effect if it is one and the same for all units and dates; when entry is staggered and effects
    grow or differ it is biased, some weights being negative (Goodman-Bacon, *J. Econometrics* 225
    (2021), 254-277): use :func:`~obsante.stats.impact.average_effect` there.

    Args:
        unit, time: columns of the fixed effects; the others as :func:`ols_fit`.

    Raises:
        DataError: as :func:`ols_fit`; a unit-period seen twice; a term that the fixed effects
            explain.

    >>> frame = pd.DataFrame({"y": [1.0, 5.0, 2.0, 3.0, 0.0, 2.0], "u": list("aabbcc"),
    ...     "t": [0, 1] * 3, "d": [0, 1, 0, 0, 0, 0]})
    >>> fit = two_way_fixed_effects(frame, "y", ["d"], unit="u", time="t", cluster="u")
    >>> fit.values.round(6).tolist()
    [2.5]
    """
    x, y, weight, codes, count = _parts(frame, outcome, terms, cluster, weights, intercept=False)
    units, periods = _fixed(frame, unit, time)
    dummies = (periods[:, None] == np.arange(1, periods.max() + 1)).astype(float)
    columns = _centred(np.column_stack([y, x, dummies]), units, weight) * np.sqrt(weight)[:, None]
    k = x.shape[1] + 1
    _identified(columns[:, 1:k], columns[:, k:], list(x.columns), unit, time)
    nested = bool(pd.Series(codes).groupby(units).nunique().max() == 1)
    absorbed = int(periods.max()) + 1 + (0 if nested else int(units.max()))
    weighting = ", pondéré" if weights else ""
    method = f"effets fixes d'unité et de période{weighting} ; {_errors(count)}"
    return LinearFit(
        columns[:, 1:], columns[:, 0], tuple(x.columns), codes, count, absorbed, nested, method
    )


def coefficients(fit: LinearFit, *, level: float) -> pd.DataFrame:
    """Coefficients with CR1 errors and t(G - 1) limits.

    Returns:
        One row per term: ``terme``, ``estimation``, ``erreur_type``, ``borne_inf``,
        ``borne_sup``, ``statistique``, ``p_valeur``, ``ddl``, ``n``, ``methode``.

    Raises:
        DataError: a perfect fit, which leaves no residual to measure the error; a term that one
            cluster alone identifies, such as a treatment of a single cluster: CR1 would be far
            too small (MacKinnon & Webb, *Econometrics J.* 21 (2018), 114-135).

    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 5.0], "d": [0, 0, 1, 1], "c": list("abba")})
    >>> coefficients(ols_fit(frame, "y", ["d"], cluster="c"), level=0.95)["ddl"].tolist()
    [1, 1]
    """
    k, size, df = len(fit.terms), len(fit.y), fit.clusters - 1
    level = probability(level, "level")
    require_shared_terms(fit.x, fit.terms, fit.cluster)
    scores = fit.sums(fit.x * fit.residual[:, None]) @ fit.bread[:, :k]
    covariance = fit.factor * scores.T @ scores
    # The outcome's own size gives the scale: a perfect fit leaves residuals of rounding.
    reference = fit.bread[:k, :k] * np.abs(fit.y).max() ** 2
    return coefficient_table(
        fit.terms, fit.values, covariance, reference=reference, df=df, level=level, n=size,
        method=fit.method,
    )  # fmt: skip


def difference_in_differences(
    frame: pd.DataFrame,
    outcome: str,
    *,
    treated: str,
    post: str,
    cluster: str,
    weights: str | None = None,
) -> LinearFit:
    """Two groups, two periods: (y11 - y10) - (y01 - y00), the coefficient ``effet``.

    Rows may be a panel or two independent surveys; means are weighted. It is the effect on the
    treated if, without treatment, both groups had changed by the same amount.

    Args:
        treated, post: columns of 0 and 1; the others as :func:`ols_fit`.

    Returns:
        A fit for :func:`coefficients` and for the wild bootstrap.

    Raises:
        DataError: as :func:`ols_fit`; a value other than 0 and 1; one of the four cells empty.

    >>> frame = pd.DataFrame({"y": [1.0, 5.0, 2.0, 3.0], "d": [1, 1, 0, 0], "p": [0, 1, 0, 1],
    ...     "c": list("aabb")})
    >>> fit = difference_in_differences(frame, "y", treated="d", post="p", cluster="c")
    >>> dict(zip(fit.terms, fit.values.round(6).tolist()))["effet"]
    3.0
    """
    for name in (treated, post):
        binary_values(vector(column(frame, name), name, len(frame)), name)
    for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        if not ((frame[treated] == a) & (frame[post] == b)).any():
            raise NotEstimable(
                f"cell {treated} = {a}, {post} = {b}",
                reason="no_data",
                found="no observation",
                expected="some in each of the four cells",
                remedy="check the codes of the group and of the period",
            )
    both = frame.assign(**{EFFECT: frame[treated].astype(float) * frame[post].astype(float)})
    return ols_fit(both, outcome, [treated, post, EFFECT], cluster=cluster, weights=weights)


def _parts(frame, outcome, terms, cluster, weights, *, intercept):
    """Model matrix, outcome, weights, cluster codes and their number, checked."""
    size = len(frame)
    y = numbers(frame, outcome)
    x = term_matrix(frame, terms, intercept=intercept)
    weight = np.ones(size) if weights is None else vector(column(frame, weights), weights, size)
    positive(weight, weights or "weights")
    codes, count = cluster_codes(column(frame, cluster), size, name=cluster)
    return x, y, weight, codes, count


def _errors(count: int) -> str:
    """How errors are computed, for the reader of the report."""
    return f"erreurs groupées CR1 ({count} grappes), t({count - 1}){few_clusters(count)}"


def _fixed(frame: pd.DataFrame, unit: str, time: str) -> tuple[np.ndarray, np.ndarray]:
    """Codes of units and periods; each pair at most once."""
    column(frame, unit), column(frame, time)
    twice = frame.duplicated([unit, time])
    if twice.any():
        raise DataError(
            f"unit '{frame.loc[twice, unit].iloc[0]}' at {frame.loc[twice, time].iloc[0]}",
            found="several rows",
            expected="one row for each unit and period",
            remedy="aggregate first, or name a finer unit",
        )
    unit_code, time_code = (
        cluster_codes(frame[name], len(frame), name=name)[0] for name in (unit, time)
    )
    return unit_code, time_code


def _centred(rows: np.ndarray, unit: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Deviations from the weighted mean of the unit."""
    total = np.bincount(unit, weights=weight)
    sums = [np.bincount(unit, weights=weight * column) for column in rows.T]
    return rows - (np.array(sums) / total).T[unit]


def _identified(x: np.ndarray, periods: np.ndarray, names: list[str], unit: str, time: str) -> None:
    """Raise a DataError at the first term without variation of its own."""
    inner = x - periods @ np.linalg.lstsq(periods, x, rcond=None)[0]
    for k, name in enumerate(names):
        others = inner[:, :k]
        own = inner[:, k] - others @ np.linalg.lstsq(others, inner[:, k], rcond=None)[0]
        if np.linalg.norm(own) <= _ABSORBED * max(np.linalg.norm(x[:, k]), _ABSORBED):
            raise NotEstimable(
                f"term '{name}'",
                reason="no_variation",
                found=f"no variation left once '{unit}' and '{time}' (and earlier terms) are out",
                expected="a term that changes within units, not for all of them at once",
                remedy="leave the term out, or add units that are not treated",
            )
