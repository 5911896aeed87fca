"""Confidence sets for ranks, read from which scores differ for sure.

Rank 1 is the highest score. A unit's rank is at least 1 + the number of units surely above it and
at most p - the number surely below it. Holm's correction keeps its level whatever the dependence
between pairs; for 12 independent scores its first critical value is 3 % above Tukey's exact one.
Percentiles of replicated ranks are not offered: near ties they hold the true rank far less often
than they say.

The covariance of domain means is :func:`obsante.stats.covariance`; that of an index is the
``covariance`` of :func:`obsante.stats.replicates.estimate`, whose statistic goes from weights to
scores. With indicators of several independent surveys, add up the covariances, each from the
replicates of one survey, the others at their own weights.

References: Klein, Wright & Wieczorek, "A joint confidence region for an overall ranking of
populations", *J. R. Stat. Soc. C* 69 (2020); Mogstad, Romano, Shaikh & Wilhelm, "Inference for ranks
with applications to mobility across neighbourhoods and academic achievement across countries",
*Review of Economic Studies* 91 (2024), 476-518; Holm, *Scandinavian Journal of Statistics* 6 (1979),
65-70.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student_law

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.composite.inputs import same_names, unique

_METHOD = "différences deux à deux, tests de Student, correction de Holm"


def rank_sets(
    scores: pd.Series,
    covariance: pd.DataFrame,
    *,
    df: float | pd.Series,
    level: float,
    simultaneous: bool,
) -> pd.DataFrame:
    """Confidence set of each unit's rank, from all the pairwise differences of scores.

    i is surely above j if the one-sided Student test of s_i > s_j, on (s_i - s_j) / se_ij, is
    passed after Holm's correction for all the ordered pairs.

    Args:
        scores: one per unit, higher is better, none missing.
        covariance: of the scores, same labels; the off-diagonal counts.
        df: degrees of freedom, one number or one per unit (a region has its own PSUs only; the
            whole design's would promise too much). A pair has Satterthwaite's from its two units.
        level: probability, in proportion, that the sets hold the true ranks.
        simultaneous: True, all the sets at once (for a ranking); False, each unit's set alone (for
            one unit, named beforehand).

    Returns:
        One row per unit: ``estimation``, ``erreur_type``, ``rang`` (ties share the best),
        ``rang_inf``, ``rang_sup``, ``methode``.

    Raises:
        DataError: fewer than 2 units, a missing score, no covariance, a difference without
            variance, no degree of freedom.

    >>> units = ["N", "S", "E"]
    >>> errors = pd.DataFrame(np.eye(3), index=units, columns=units)
    >>> scores = pd.Series([60.0, 50.0, 49.0], index=units)
    >>> sets = rank_sets(scores, errors, df=30, level=0.95, simultaneous=True)
    >>> sets[["rang", "rang_inf", "rang_sup"]].to_numpy().tolist()
    [[1, 1, 1], [2, 2, 3], [3, 2, 3]]
    """
    checks.probability(level, "level")
    centre = _known_scores(scores)
    values = _covariance(scores, covariance)
    errors = _difference_errors(values, list(scores.index))
    pair_df = _pair_df(np.diag(values), df, scores.index)
    p = student_law.sf((centre[:, None] - centre[None, :]) / errors, pair_df)
    above, below = (_together if simultaneous else _one_by_one)(p, level)
    scope = "simultanés" if simultaneous else "un rang à la fois"
    return pd.DataFrame(
        {"estimation": centre, "erreur_type": np.sqrt(np.diag(values)), "rang": ranks(scores),
         "rang_inf": 1 + above, "rang_sup": len(scores) - below, "methode": f"{_METHOD} ({scope})"},
        index=scores.index,
    )  # fmt: skip


def ranks(scores: pd.Series) -> pd.Series:
    """Rank 1 for the highest; ties share the best rank."""
    # Equal scores summed in another order differ by 1e-16: rounding keeps them tied.
    scale = float(scores.abs().max()) or 1.0
    return (scores / scale).round(12).rank(ascending=False, method="min").astype(int)


def _together(p: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Units surely above and surely below each unit, all the pairs being one family."""
    better = _surely(p, ~np.eye(len(p), dtype=bool), level)
    return better.sum(axis=0), better.sum(axis=1)


def _one_by_one(p: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The same, each unit's own pairs being a family."""
    above, below = [], []
    for unit in range(len(p)):
        family = np.zeros(p.shape, dtype=bool)
        family[unit], family[:, unit] = True, True
        family[unit, unit] = False
        better = _surely(p, family, level)
        above.append(better[:, unit].sum())
        below.append(better[unit].sum())
    return np.array(above), np.array(below)


def _surely(p: np.ndarray, family: np.ndarray, level: float) -> np.ndarray:
    """Boolean matrix: line i, column j is True where i is surely above j."""
    own = p[family]
    order = np.argsort(own)
    passed = own[order] <= (1 - level) / np.arange(len(own), 0, -1)
    sure = np.empty(len(own), dtype=bool)
    sure[order] = np.logical_and.accumulate(passed)
    better = np.zeros(p.shape, dtype=bool)
    better[family] = sure
    return better


def _pair_df(variances: np.ndarray, df: float | pd.Series, units: pd.Index) -> np.ndarray:
    """Degrees of freedom of each difference: the number given, or Satterthwaite's."""
    if isinstance(df, pd.Series):
        same_names(list(df.index), list(units), "degrees of freedom", "unit")
        own = checks.vector(df.reindex(units), "df", len(units))
    else:
        own = np.repeat(checks.vector([df], "df", 1), len(units))
    for unit in units[~(own > 0)]:
        raise DataError(
            f"'df' of '{unit}'",
            found=f"{own[units.get_loc(unit)]:g}",
            expected="positive degrees of freedom, np.inf for the normal",
            remedy="leave the unit out: without a degree of freedom its variance is unknown",
        )
    if not isinstance(df, pd.Series):
        return np.full((len(units),) * 2, own[0])
    part = variances**2 / own
    below = part[:, None] + part
    both = (variances[:, None] + variances) ** 2
    return np.divide(both, below, out=np.full(below.shape, np.inf), where=below > 0)


def _known_scores(scores: pd.Series) -> np.ndarray:
    """The scores of two units or more, all known."""
    unique(scores.index, "unit")
    if len(scores) < 2:
        raise NotEstimable(
            "ranks",
            reason="too_few",
            found=f"{len(scores)} unit(s)",
            expected="at least 2",
            remedy="give the scores of all the units that are ranked together",
        )
    values = checks.vector(scores, "scores", len(scores))
    for unit in scores.index[~np.isfinite(values)]:
        raise DataError(
            f"score of '{unit}'",
            found="missing or infinite",
            expected="a number",
            remedy="drop the unit from the scores and the covariance: it has no rank either",
        )
    return values


def _covariance(scores: pd.Series, covariance: pd.DataFrame) -> np.ndarray:
    """The covariance in the order of the scores, once it is known to be one."""
    labels = list(scores.index)
    if not isinstance(covariance, pd.DataFrame):
        raise _not_a_covariance(f"{type(covariance).__name__}", "a table labelled by unit")
    for axis in (covariance.index, covariance.columns):
        unique(axis, "unit")
        same_names(list(axis), labels, "covariance", "unit")
    ordered = covariance.loc[labels, labels].to_numpy().ravel()
    values = checks.vector(ordered, "covariance", len(labels) ** 2).reshape(len(labels), -1)
    if not np.isfinite(values).all():
        row = labels[int(np.argwhere(~np.isfinite(values))[0][0])]
        raise _not_a_covariance(f"a missing or infinite value on the line of '{row}'", "numbers")
    scale = np.abs(np.diag(values)).max()
    if np.abs(values - values.T).max() > 1e-8 * scale:
        raise _not_a_covariance("an asymmetric matrix", "a symmetric one")
    smallest = np.linalg.eigvalsh(values)[0]
    if smallest < -1e-8 * scale:
        found = f"a negative eigenvalue, {smallest:.3g}"
        raise _not_a_covariance(found, "a positive semi-definite matrix")
    return values


def _not_a_covariance(found: str, expected: str) -> DataError:
    return DataError(
        "covariance of the scores",
        found=found,
        expected=expected,
        remedy="label the covariance of replicates.estimate(), or correct how it was put together",
    )


def _difference_errors(values: np.ndarray, labels: list) -> np.ndarray:
    """Standard error of each difference; infinite on the diagonal, so that its ratio is 0."""
    variances = np.diag(values)
    squared = variances[:, None] + variances[None, :] - 2 * values
    np.fill_diagonal(squared, np.inf)
    flat = squared <= 1e-12 * max(float(variances.max()), np.finfo(float).tiny)
    if flat.any():
        i, j = np.argwhere(flat)[0]
        raise NotEstimable(
            f"difference between '{labels[i]}' and '{labels[j]}'",
            reason="no_variation",
            found="no sampling variance",
            expected="a positive variance for each difference",
            remedy="check that both are estimated from a sample, and not from the same rows",
        )
    return np.sqrt(squared)
