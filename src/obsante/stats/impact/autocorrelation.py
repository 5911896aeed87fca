"""Autocorrelation of the residuals of a series' regression: its model, and what is left of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.stats import chi2
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.stats.stattools import durbin_watson

from obsante.errors import NotEstimable

__all__ = ["autoregressive_fit", "residual_autocorrelation"]


def residual_autocorrelation(residuals: np.ndarray, *, cycle: int | None = None) -> pd.DataFrame:
    """Durbin-Watson's statistic, first autocorrelation and Ljung-Box test of residuals.

    Durbin-Watson sum (e_t - e_{t-1})^2 / sum e_t^2 (*Biometrika* 37 (1950), 409-428) is near 2
    without autocorrelation, near 0 when it is strong and positive; no p value (its law depends
    on the regressors). Ljung-Box Q = n (n + 2) sum_k r_k^2 / (n - k) (*Biometrika* 65 (1978),
    297-303), chi-square with m degrees of freedom, m = min(10, n / 5), or min(2 cycle, n / 5)
    with a season (Hyndman & Athanasopoulos, *Forecasting* (2021), section 5.4). Its p value is
    approximate for residuals of a regression.

    Args:
        residuals: in the order of time.
        cycle: periods in a season, if the model has one.

    Returns:
        Three rows: ``terme`` (``durbin_watson``, ``autocorrelation_1``, ``ljung_box``),
        ``statistique``, ``ddl`` (NaN but for Ljung-Box), ``p_valeur`` (the same), ``n``.

    Raises:
        DataError: fewer than five residuals, one missing, or all equal.

    >>> table = residual_autocorrelation(np.tile([1.0, -1.0], 20))
    >>> table["statistique"].round(2).tolist()[:2]
    [3.9, -0.98]
    """
    residuals = np.asarray(residuals, dtype=float)
    n = len(residuals)
    if n < 5 or not np.ptp(residuals) > 0:
        raise NotEstimable(
            "residuals",
            reason="too_few",
            found=f"{n} value(s), missing or all equal" if n >= 5 else f"{n} value(s)",
            expected="at least five numbers that vary",
            remedy="take the residuals of a fitted series",
        )
    lags = max(1, min(10 if cycle is None else 2 * cycle, n // 5))
    box = float(acorr_ljungbox(residuals, lags=[lags])["lb_stat"].iloc[0])
    centred = residuals - residuals.mean()
    first = float(centred[1:] @ centred[:-1] / (centred @ centred))
    return pd.DataFrame(
        {
            "terme": ["durbin_watson", "autocorrelation_1", "ljung_box"],
            "statistique": [float(durbin_watson(residuals)), first, box],
            "ddl": [np.nan, np.nan, float(lags)],
            "p_valeur": [np.nan, np.nan, float(chi2.sf(box, lags))],
            "n": n,
        }
    )


def autoregressive_fit(
    y: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float, np.ndarray]:
    """Regression with residuals e_t = r e_{t-1} + u_t, by restricted maximum likelihood.

    r minimises -log(1 - r^2) + log det(X'W X) + (n - k) log(RSS), where W is the inverse of the
    residuals' correlation up to a factor and RSS the weighted sum of squares at r; then generalised
    least squares, with variance RSS / (n - k) (X'W X)^-1. The restricted likelihood underestimates
    r less than others do (Cheang & Reinsel, *J. Am. Stat. Assoc.* 95 (2000), 1173-1184).

    Args:
        y: (n,), in the order of time.
        x: (n, k), of full rank.

    Returns:
        Coefficients (k,), their covariance (k, k), r (between -0.98 and 0.98), innovations u (n,).

    >>> y = np.array([1.0, 2.0, 4.0, 4.0, 3.0, 1.0])
    >>> round(autoregressive_fit(y, np.ones((6, 1)))[2], 2)
    0.77
    """
    n, k = x.shape

    def at(r: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        white = _whitened(np.column_stack([x, y]), r)
        bread = np.linalg.inv(white[:, :k].T @ white[:, :k])
        slopes = bread @ white[:, :k].T @ white[:, k]
        return slopes, bread, white[:, k] - white[:, :k] @ slopes

    def criterion(r: float) -> float:
        _, bread, u = at(r)
        return -np.log(1 - r**2) - np.linalg.slogdet(bread)[1] + (n - k) * np.log(u @ u)

    r = float(minimize_scalar(criterion, bounds=(-0.98, 0.98), options={"xatol": 1e-8}).x)
    slopes, bread, u = at(r)
    return slopes, bread * (u @ u) / (n - k), r, u


def _whitened(rows: np.ndarray, r: float) -> np.ndarray:
    """Prais and Winsten's transform, which keeps the first row."""
    return np.concatenate([np.sqrt(1 - r**2) * rows[:1], rows[1:] - r * rows[:-1]])
