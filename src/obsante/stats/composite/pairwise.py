"""Which differences of scores are sure, all pairs being judged together.

References: Mogstad, Romano, Shaikh & Wilhelm (2024), section 3; Romano & Wolf, "Exact and
approximate stepdown methods for multiple hypothesis testing", *JASA* 100 (2005), 94-108.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student_law

from obsante.errors import DataError, nearest
from obsante.stats.checks import probability
from obsante.stats.composite.covariance import (
    check_covariance,
    covariance_root,
    degrees_of_freedom,
)

Pairs = list[tuple[int, int]]
Critical = Callable[[Pairs], float]
Method = Literal["simulation", "bonferroni"]
# Fewer draws beyond the critical value would leave it to chance.
_TAIL_DRAWS = 20
METHODS = {
    "simulation": "différences deux à deux, valeur critique simulée",
    "bonferroni": "différences deux à deux, correction de Bonferroni",
}


def setting(
    scores: pd.Series,
    covariance: pd.DataFrame,
    level: float,
    method: Method,
    df: float,
    draws: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray, Critical]:
    """Checked covariance, matrix of (s_i - s_j) / se_ij, and the critical value of a family."""
    probability(level, "level")
    degrees_of_freedom(df)
    if len(scores) < 2:
        raise DataError(
            "ranks",
            found=f"{len(scores)} unit(s)",
            expected="at least 2",
            remedy="give the scores of all the units that are ranked together",
        )
    values = check_covariance(scores, covariance)
    errors = _difference_errors(values, list(scores.index))
    centre = scores.to_numpy(dtype=float)
    ratios = (centre[:, None] - centre[None, :]) / errors
    if method == "simulation":
        return values, ratios, _simulated(values, errors, level, df, draws, seed)
    if method == "bonferroni":
        return values, ratios, lambda pairs: float(student_law.isf((1 - level) / len(pairs), df))
    raise unknown("method", method, METHODS)


def _difference_errors(values: np.ndarray, labels: list) -> np.ndarray:
    """Standard error of each difference; infinite on the diagonal, so that its ratio is 0."""
    variances = np.diag(values)
    squared = variances[:, None] + variances[None, :] - 2 * values
    np.fill_diagonal(squared, np.inf)
    flat = squared <= 1e-12 * max(float(variances.max()), np.finfo(float).tiny)
    if flat.any():
        i, j = np.argwhere(flat)[0]
        raise DataError(
            f"difference between '{labels[i]}' and '{labels[j]}'",
            found="no sampling variance",
            expected="a positive variance for each difference",
            remedy="check that both are estimated from a sample, and not from the same rows",
        )
    return np.sqrt(squared)


def _simulated(
    values: np.ndarray, errors: np.ndarray, level: float, df: float, draws: int, seed: int
) -> Critical:
    """Critical value of a family of pairs by simulation; every family reads the same draws."""
    if draws * (1 - level) < _TAIL_DRAWS:
        raise DataError(
            "'draws'",
            found=f"{draws}",
            expected=f"at least {_TAIL_DRAWS / (1 - level):.0f} at the level {level:g}",
            remedy="ask for more draws, or use method='bonferroni'",
        )
    rng = np.random.default_rng(seed)
    noise = covariance_root(values, list(range(len(values)))) @ rng.standard_normal(
        (len(values), draws)
    )
    if np.isfinite(df):
        noise /= np.sqrt(rng.chisquare(df, draws) / df)

    def critical(pairs: Pairs) -> float:
        largest = np.full(draws, -np.inf)
        for i, j in pairs:
            np.maximum(largest, (noise[i] - noise[j]) / errors[i, j], out=largest)
        return float(np.quantile(largest, level, method="higher"))

    return critical


def decide(ratios: np.ndarray, pairs: Pairs, critical: Critical, stepdown: bool) -> np.ndarray:
    """Boolean matrix: line i, column j is True where i is surely above j."""
    better = np.zeros(ratios.shape, dtype=bool)
    remaining = pairs
    while remaining:
        limit = critical(remaining)
        decided = [pair for pair in remaining if ratios[pair] > limit]
        for pair in decided:
            better[pair] = True
        remaining = [pair for pair in remaining if not better[pair]]
        if not (decided and stepdown):
            break
    return better


def ordered_pairs(size: int) -> Pairs:
    """Each pair twice, once in each order."""
    return [(i, j) for i in range(size) for j in range(size) if i != j]


def ranks(scores: pd.Series) -> pd.Series:
    """Rank 1 for the highest; ties share the best rank."""
    # Equal scores summed in another order differ by 1e-16: rounding keeps them tied.
    return scores.round(12).rank(ascending=False, method="min").astype(int)


def unknown(what: str, name: str, known: Iterable[str]) -> DataError:
    """The error for an option that does not exist."""
    return DataError(
        f"{what} '{name}'",
        found=f"no {what} of this name",
        expected=nearest(name, known),
        remedy="choose one of them",
    )
