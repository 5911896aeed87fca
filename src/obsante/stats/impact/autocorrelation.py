"""Autocorrelation left in the residuals of a series' regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.stats.stattools import durbin_watson

__all__ = ["residual_autocorrelation"]


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

    >>> table = residual_autocorrelation(np.tile([1.0, -1.0], 20))
    >>> table["statistique"].round(2).tolist()[:2]
    [3.9, -0.98]
    """
    residuals = np.asarray(residuals, dtype=float)
    n = len(residuals)
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
