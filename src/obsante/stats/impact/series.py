"""Interrupted time series: the change of level and of slope at a known date.

Segmented regression of one regular series y_t, t = 1..n, with an intervention whose first period
is t0 (Wagner et al., *J. Clin. Pharm. Ther.* 27 (2002), 299-309):

    y_t = b0 + b1 t + b2 D_t + b3 h_t + season_t + e_t,   D_t = 1(t >= t0),  h_t = D_t (t - t0 + 1).

h = 1 in the first period after the intervention, so that the effect in the h-th period is
b2 + b3 h and b2 is the jump at the boundary. Least squares, with the covariance of Newey & West
(*Econometrica* 55 (1987), 703-708), Bartlett weights, which allows for autocorrelation up to the
lag stated; Student intervals with n - k degrees of freedom.

Limits: nothing else may change at that date; without a control series this cannot be tested. With
fewer than about 50 points HAC errors stay too small when autocorrelation is strong: read the
diagnostics and :func:`~obsante.stats.impact.series_checks.placebo_interruptions`. Eight points
on each side is the floor of Penfold & Zhang (*Academic Pediatrics* 13 (2013), S38-S44), for power.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from obsante.errors import DataError
from obsante.stats.checks import probability
from obsante.stats.impact.autocorrelation import residual_autocorrelation
from obsante.stats.impact.terms import coefficient_table
from obsante.stats.impact.timeaxis import (
    MINIMUM_POINTS,
    position_of,
    regular_series,
    require_points,
    season_terms,
)

__all__ = [
    "MINIMUM_POINTS",
    "SegmentedFit",
    "counterfactual",
    "effect",
    "interrupted_series",
]

LEVEL, SLOPE = "niveau", "pente_apres"


@dataclass(frozen=True)
class SegmentedFit:
    """A fitted interrupted series.

    Attributes:
        coefficients: one row per term (``constante``, ``tendance``, ``niveau``,
            ``pente_apres``, then the season): see
            :func:`~obsante.stats.impact.terms.coefficient_table`.
        diagnostics: autocorrelation of the residuals: see
            :func:`~obsante.stats.impact.autocorrelation.residual_autocorrelation`.
        observed, fitted: the series and its fit, same index.
        matrix: the model matrix, one row per period.
        covariance: HAC covariance of the coefficients, same order as ``coefficients``.
        start: position (from 0) of the first period of the intervention.
        lags: lags of the HAC covariance.
        df: residual degrees of freedom n - k.
        method: sentence (French) that states the model and its errors.
    """

    coefficients: pd.DataFrame
    diagnostics: pd.DataFrame
    observed: pd.Series
    fitted: pd.Series
    matrix: pd.DataFrame
    covariance: np.ndarray
    start: int
    lags: int
    df: int
    method: str


def interrupted_series(
    series: pd.Series,
    start: object,
    *,
    level: float,
    cycle: int | None = None,
    harmonics: int | None = None,
    lags: int | None = None,
    correction: bool = True,
) -> SegmentedFit:
    """Change of level and of slope of a regular series at a known date.

    Args:
        series: one number per period, indexed by a PeriodIndex or by whole numbers, in any order.
        start: first period of the intervention: a label of the index, or text ("2024-01").
        level: confidence level.
        cycle: periods in one seasonal cycle (12 for months); None for no season.
        harmonics: number of sine and cosine pairs, below cycle / 2; None for one indicator per
            position in the cycle.
        lags: lags of the HAC covariance; None for floor(4 (n / 100)^(2/9)) (Newey & West,
            *Rev. Econ. Stud.* 61 (1994), 631-653).
        correction: multiply the covariance by n / (n - k).

    Raises:
        DataError: a gap, a period repeated, a value missing, a date outside the series, fewer
            than 8 points on a side, too many seasonal terms, lags out of range, residuals all 0.

    >>> y = pd.Series([float(t % 3) + 5 * (t > 10) for t in range(1, 21)], index=range(1, 21))
    >>> interrupted_series(y, 11, level=0.95).coefficients["terme"].tolist()
    ['constante', 'tendance', 'niveau', 'pente_apres']
    """
    probability(level, "level")
    observed = regular_series(series)
    position = position_of(observed.index, start)
    require_points(position, len(observed) - position)
    matrix = _matrix(observed, position, cycle, harmonics)
    lags = _lags(len(observed), lags)
    ols = OLS(observed.to_numpy(), matrix.to_numpy()).fit()
    _require_residuals(ols.resid, observed)
    robust = ols.get_robustcov_results("HAC", maxlags=lags, use_correction=correction, use_t=True)
    covariance, df = np.asarray(robust.cov_params()), int(ols.df_resid)
    method = _method(lags, correction, cycle, harmonics)
    table = coefficient_table(
        matrix.columns, ols.params, covariance, df=df, level=level, n=len(observed), method=method
    )
    diagnostics = residual_autocorrelation(ols.resid, cycle=cycle)
    fitted = pd.Series(ols.fittedvalues, index=observed.index)
    return SegmentedFit(
        table, diagnostics, observed, fitted, matrix, covariance, position, lags, df, method
    )


def _matrix(observed: pd.Series, start: int, cycle, harmonics) -> pd.DataFrame:
    """Intercept, trend, level, slope after, season."""
    t = np.arange(1.0, len(observed) + 1)
    after = (t > start).astype(float)
    matrix = pd.DataFrame(
        {"constante": 1.0, "tendance": t, LEVEL: after, SLOPE: after * (t - start)},
        index=observed.index,
    )
    season = season_terms(observed.index, cycle, harmonics, before=start)
    return pd.concat([matrix, season], axis=1)


def _lags(n: int, lags: int | None) -> int:
    """The rule's lags, or those given if they are possible."""
    if lags is None:
        return int(np.floor(4 * (n / 100) ** (2 / 9)))
    if lags != int(lags) or not 0 <= lags < n:
        raise DataError(
            "'lags'",
            found=f"{lags}",
            expected=f"a whole number from 0 to {n - 1}, below the number of periods",
            remedy="leave it out to use the rule, or give a few lags",
        )
    return int(lags)


def _require_residuals(residuals: np.ndarray, observed: pd.Series) -> None:
    """A series that the lines follow exactly has no error to estimate."""
    if np.abs(residuals).max() <= 1e-10 * max(1.0, np.abs(observed).max()):
        raise DataError(
            "interrupted series",
            found="residuals that are all zero: constant, or built from the model's lines",
            expected="a measured series",
            remedy="check that the series is not a target, a projection or a constant",
        )


def _method(lags: int, correction: bool, cycle, harmonics) -> str:
    """What was done, for the reader of the report."""
    season = ""
    if cycle is not None:
        kind = "indicatrices" if harmonics is None else f"{harmonics} harmonique(s)"
        season = f", saisonnalité de cycle {cycle} ({kind})"
    small = ", correction n/(n-k)" if correction else ""
    return (
        f"régression segmentée{season}, erreurs de Newey-West à {lags} retard(s){small}, "
        "loi de Student"
    )


def effect(fit: SegmentedFit, horizons: Sequence[int], *, level: float) -> pd.DataFrame:
    """Effect in the h-th period of the intervention: level + slope h, in units of the series.

    Args:
        fit: result of :func:`interrupted_series`.
        horizons: 1 for the first period, up to the number of periods observed after it.

    Returns:
        One row per horizon: ``horizon``, ``periode``, then the columns of
        :func:`~obsante.stats.impact.terms.coefficient_table`.

    Raises:
        DataError: a horizon that is not a whole number between 1 and the last one observed.

    >>> y = pd.Series([float(t % 3) + 5 * (t > 9) for t in range(1, 19)], index=range(1, 19))
    >>> fit = interrupted_series(y, 10, level=0.95)
    >>> effect(fit, [1, 9], level=0.95)["estimation"].round(2).tolist()
    [5.45, 5.45]
    """
    probability(level, "level")
    last = len(fit.observed) - fit.start
    for h in horizons:
        if h != int(h) or not 1 <= h <= last:
            raise DataError(
                f"horizon {h}",
                found="outside the periods observed after the intervention",
                expected=f"a whole number from 1 to {last}",
                remedy="an effect is not extrapolated: choose an observed period",
            )
    steps = np.asarray(horizons, dtype=int)
    contrast = np.zeros((len(steps), fit.matrix.shape[1]))
    contrast[:, fit.matrix.columns.get_loc(LEVEL)] = 1.0
    contrast[:, fit.matrix.columns.get_loc(SLOPE)] = steps
    table = _linear(fit, contrast, level, [f"effet[{h}]" for h in steps])
    table.insert(0, "horizon", steps)
    table.insert(1, "periode", list(fit.observed.index[fit.start + steps - 1]))
    return table


def counterfactual(fit: SegmentedFit, *, level: float) -> pd.DataFrame:
    """What the model expects, after the date, without the intervention.

    The interval is that of the expected value (the lines' uncertainty), not of a single
    observation, which also has the residual's.

    Returns:
        One row per period from the intervention on: ``periode``, ``observe``, ``ajuste``, then
        ``estimation`` (the counterfactual), ``erreur_type``, ``borne_inf``, ``borne_sup``,
        ``ddl``, ``n``, ``methode``.

    >>> y = pd.Series([float(t % 3) + 5 * (t > 9) for t in range(1, 19)], index=range(1, 19))
    >>> table = counterfactual(interrupted_series(y, 10, level=0.95), level=0.95)
    >>> table["estimation"].round(2).tolist()[:2]
    [0.75, 0.7]
    """
    probability(level, "level")
    without = fit.matrix.iloc[fit.start :].copy()
    without[[LEVEL, SLOPE]] = 0.0
    table = _linear(fit, without.to_numpy(), level, without.index)
    table = table.drop(columns=["terme", "statistique", "p_valeur"])
    table.insert(0, "periode", list(without.index))
    table.insert(1, "observe", fit.observed.iloc[fit.start :].to_numpy())
    table.insert(2, "ajuste", fit.fitted.iloc[fit.start :].to_numpy())
    return table


def _linear(fit: SegmentedFit, contrast: np.ndarray, level: float, names) -> pd.DataFrame:
    """Combinations of the coefficients, one per row of ``contrast``."""
    values = contrast @ fit.coefficients["estimation"].to_numpy()
    covariance = contrast @ fit.covariance @ contrast.T
    return coefficient_table(
        names, values, covariance, df=fit.df, level=level, n=len(fit.observed), method=fit.method
    )
