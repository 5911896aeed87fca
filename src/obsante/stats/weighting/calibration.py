"""Calibration: weights near the old ones that reproduce known totals of auxiliary variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.linalg import qr, solve_triangular
from scipy.special import expit

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.survey import SurveyDesign
from obsante.stats.survey.domains import same_rows
from obsante.stats.weighting.alignment import TOLERANCE

METHODS = ("linear", "raking", "logit")
_STEPS = 100
_HALVINGS = 40
# A column whose part that the others don't explain is under this share of it repeats them.
_COLLINEAR = 1e-8
# Gap of the totals of orthogonal columns, under which a further step would change nothing.
_EXACT = 1e-13

# Ratio of new to old weight, and its derivative, at u = x'lambda.
Ratio = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def calibrate(
    design: SurveyDesign,
    auxiliaries: pd.DataFrame,
    totals: pd.Series | Mapping[str, float],
    *,
    method: str,
    bounds: tuple[float, float] | None = None,
) -> SurveyDesign:
    """The design whose weights reproduce the known totals of auxiliary variables.

    New weight = weight * F(x'lambda), lambda such that sum of new weight * x = totals, each to
    1e-10 of the sum of weight * abs(x). F(u) is 1 + u for ``linear``, the regression estimator
    (GREG), which may ask for negative weights; exp(u) for ``raking``, without upper bound; for
    ``logit``, between L and U: (L (U-1) + U (1-L) exp(A u)) / (U-1 + (1-L) exp(A u)), where
    A = (U-L) / ((1-L)(U-1)).

    Args:
        design: the sample.
        auxiliaries: numeric variables, one column each, with the design's index; ones for the
            population's size, 0 and 1 for a category (of all but one, if there are ones).
        totals: known total of each variable in the population, by column name (Series or dict).
        method: ``linear``, ``raking`` or ``logit``.
        bounds: for ``logit`` only, (L, U) around the ratio of new to old weight, 0 <= L < 1 < U.

    Returns:
        The design with its new weights; later variances are those of the residuals on the
        auxiliaries, whatever the method: they are equivalent in large samples.

    Raises:
        DataError: a column has no total or a total no column, a value is missing, columns repeat
            one another, a weight would not be positive, or no weights reproduce the totals.

    Reference: Deville & Särndal, *JASA* 87 (1992), 376-382.

    >>> from obsante.stats.survey import survey_design
    >>> x = pd.DataFrame({"w": [10.0, 10.0], "un": [1.0, 1.0], "lits": [2.0, 4.0]})
    >>> design, known = survey_design(x, weights="w"), pd.Series({"un": 20.0, "lits": 66.0})
    >>> calibrate(design, x[["un", "lits"]], known, method="linear").weights.round(6).tolist()
    [7.0, 13.0]
    """
    ratio = _ratio(method, bounds)
    same_rows(design, auxiliaries, "auxiliaries")
    x, known = _matrix(auxiliaries), _totals(auxiliaries.columns, pd.Series(totals))
    coordinates, basis = _orthogonal(x, design.weights, auxiliaries.columns)
    factors = _newton(basis, design.weights, known @ coordinates, ratio)
    _reproduced(design.weights * factors, x, known, auxiliaries.columns, design.weights)
    _all_positive(factors, method)
    # The basis stands for the auxiliaries: same residuals, no loss of digits from their units.
    return design.calibrated(design.weights * factors, basis)


def _ratio(method: str, bounds: tuple[float, float] | None) -> Ratio:
    """F and its derivative for this method."""
    checks.choice(method, "calibration", METHODS)
    if (method == "logit") != (bounds is not None):
        raise DataError(
            f"calibration '{method}', bounds",
            found=f"{bounds}",
            expected="two bounds with 'logit', none with the other methods",
            remedy="give bounds=(L, U) with method='logit', or remove them",
        )
    if method == "linear":
        return lambda u: (1 + u, np.ones_like(u))
    return _exponential if bounds is None else _bounded(*bounds)


def _exponential(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Beyond the limit the step is refused as too long: it must only not overflow.
    ratio = np.exp(np.minimum(u, 200.0))
    return ratio, ratio


def _bounded(low: float, high: float) -> Ratio:
    if not 0 <= low < 1 < high < np.inf:
        raise DataError(
            "calibration 'logit', bounds",
            found=f"({low:g}, {high:g})",
            expected="0 <= L < 1 < U",
            remedy="give the lowest and the highest ratio of new to old weight, such as (0.5, 2)",
        )
    steepness = (high - low) / ((1 - low) * (high - 1))
    shift = np.log((1 - low) / (high - 1))

    def ratio(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        share = expit(steepness * u + shift)
        return low + (high - low) * share, (high - low) * steepness * share * (1 - share)

    return ratio


def _matrix(auxiliaries: pd.DataFrame) -> np.ndarray:
    if auxiliaries.columns.empty:
        raise DataError(
            "'auxiliaries'",
            found="no column",
            expected="at least one variable whose total is known",
            remedy="name the variables, or keep the design as it is",
        )
    return np.column_stack([_auxiliary(column) for _, column in auxiliaries.items()])


def _auxiliary(column: pd.Series) -> np.ndarray:
    # As objects, dates are no numbers.
    numbers = pd.to_numeric(column.astype("object"), errors="coerce")
    values = numbers.to_numpy(dtype="float64", na_value=np.nan)
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise DataError(
            f"auxiliary '{column.name}', row {column.index[wrong][0]}",
            found=f"{int(wrong.sum())} value(s) that are missing, infinite or no number",
            expected="a number for each unit",
            remedy="impute it from the frame, or calibrate on another variable",
        )
    if not values.any():
        raise DataError(
            f"auxiliary '{column.name}'",
            found="0 for every unit of the sample",
            expected="a variable that some units have",
            remedy="remove it, or group its category with another one",
        )
    return values


def _totals(columns: pd.Index, totals: pd.Series) -> np.ndarray:
    for name in [*columns, *totals.index]:
        places = (name in columns, name in totals.index)
        if places != (True, True):
            raise DataError(
                f"auxiliary '{name}'",
                found="a column without known total" if places[0] else "a total without column",
                expected="one known total for each column",
                remedy="complete the totals, or the columns",
            )
    repeated = [*columns[columns.duplicated()], *totals.index[totals.index.duplicated()]]
    if repeated:
        raise DataError(
            f"auxiliary '{repeated[0]}'",
            found="the name is given twice",
            expected="one column and one total for each name",
            remedy="remove the repeated one",
        )
    known = checks.vector(totals.reindex(columns), "totals", len(columns))
    if not np.isfinite(known).all():
        name = columns[~np.isfinite(known)][0]
        raise DataError(
            f"total of auxiliary '{name}'",
            found="a missing or infinite number",
            expected="its total in the population",
            remedy="complete it from its source, or calibrate without this variable",
        )
    return known


def _orthogonal(
    x: np.ndarray, weights: np.ndarray, columns: pd.Index
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates C such that B = x C spans the same space with B'WB = identity; and B.

    Newton's matrix is then well conditioned, whatever the units of the auxiliaries.
    """
    root = np.sqrt(weights)[:, None]
    norms = np.linalg.norm(x * root, axis=0)
    basis, triangle, order = qr(x * root / norms, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > _COLLINEAR).sum())
    if rank < len(columns):
        repeated = ", ".join(f"'{name}'" for name in columns[order[rank:]])
        raise DataError(
            f"auxiliary {repeated}",
            found="a combination of the other columns, on the units of this sample",
            expected="columns that don't repeat one another, no more than there are units",
            remedy="remove it; of categories beside a column of ones, one is left out",
        )
    coordinates = np.empty_like(triangle)
    coordinates[order] = solve_triangular(triangle, np.eye(rank)) / norms[order][:, None]
    return coordinates, basis / root


def _newton(basis: np.ndarray, weights: np.ndarray, target: np.ndarray, ratio: Ratio) -> np.ndarray:
    """Ratios F(B lambda) that bring the totals of B nearest to the target.

    Newton's steps, halved until they bring them nearer; the caller judges the result.
    """
    multipliers = np.zeros(basis.shape[1])
    factors, slopes = ratio(basis @ multipliers)
    gap = target - (weights * factors) @ basis
    for _ in range(_STEPS):
        if np.linalg.norm(gap) <= _EXACT * np.sqrt(weights.sum()):
            break
        step = _step(basis, weights * slopes, gap)
        for halving in range(_HALVINGS):
            trial = multipliers + step / 2**halving
            new_factors, new_slopes = ratio(basis @ trial)
            new_gap = target - (weights * new_factors) @ basis
            if np.linalg.norm(new_gap) < np.linalg.norm(gap):
                break
        else:
            break
        multipliers, factors, slopes, gap = trial, new_factors, new_slopes, new_gap
    return factors


def _step(basis: np.ndarray, slopes: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Newton's step; none where the ratios have reached their bounds and the matrix is singular."""
    try:
        return np.linalg.solve(basis.T @ (basis * slopes[:, None]), gap)
    except np.linalg.LinAlgError:
        return np.zeros_like(gap)


def _reproduced(
    weights: np.ndarray, x: np.ndarray, known: np.ndarray, columns: pd.Index, old: np.ndarray
) -> None:
    gaps = np.abs(weights @ x - known) / (old @ np.abs(x))
    worst = int(gaps.argmax())
    if not gaps[worst] <= TOLERANCE:
        raise DataError(
            f"auxiliary '{columns[worst]}'",
            found=f"a weighted total of {weights @ x[:, worst]:.10g} at best",
            expected=f"the known total, {known[worst]:.10g}, which no allowed weights give "
            "together with the others",
            remedy="check the total and its unit, widen the bounds, or use fewer auxiliaries",
        )


def _all_positive(factors: np.ndarray, method: str) -> None:
    wrong = int((factors <= 0).sum())
    if wrong:
        raise DataError(
            f"calibration '{method}'",
            found=f"{wrong} weight(s) of {len(factors)} that would be negative or zero, "
            f"the lowest ratio of new to old being {factors.min():.3g}",
            expected="positive weights",
            remedy="use method='logit' with bounds=(L, U), L > 0: the ratio stays between them",
        )
