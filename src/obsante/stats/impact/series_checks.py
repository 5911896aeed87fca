"""Interrupted series beside others: false dates, a control series, one series per region."""

from __future__ import annotations

import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import probability
from obsante.stats.impact.arguments import whole
from obsante.stats.impact.series import SegmentedFit, interrupted_series, intervention_effect
from obsante.stats.impact.timeaxis import MINIMUM_POINTS, position_of, regular_series

__all__ = ["controlled_interrupted_series", "interrupted_series_by_column", "placebo_interruptions"]


def placebo_interruptions(
    series: pd.Series, start: object, horizon: int, *, level: float, **options: object
) -> pd.DataFrame:
    """Effects at false dates, moved over the period before the intervention.

    The model is fitted again on the points before ``start`` alone, at each date that leaves 8
    points on each side. Where nothing happened the intervals should hold 0, about ``level`` of
    the time; many that do not tell of curvature, of another event, or of errors too small. The
    fits share their points: the rows are not independent, so no overall p value is given.

    Args:
        series, start, level, options: as
            :func:`~obsante.stats.impact.interrupted_series`.
        horizon: period (from 1) after each false date at which the effect is read, at most 8.

    Returns:
        One row per false date: ``date``, ``horizon``, ``periode``, then the columns of
        ``interrupted_series(...).coefficients``, and ``exclut_zero`` (bool).

    Raises:
        DataError: fewer than 16 points before ``start``, a horizon out of 1..8, and the errors
            of :func:`~obsante.stats.impact.interrupted_series`.

    >>> y = pd.Series([float(t % 3) + 5 * (t > 18) for t in range(1, 28)], index=range(1, 28))
    >>> placebo_interruptions(y, 19, 1, level=0.95)["date"].tolist()
    [9, 10, 11]
    """
    probability(level, "level")
    observed = regular_series(series)
    past = observed.iloc[: position_of(observed.index, start)]
    if len(past) < 2 * MINIMUM_POINTS:
        raise NotEstimable(
            "placebo dates",
            reason="too_few",
            found=f"{len(past)} period(s) before '{start}'",
            expected=f"at least {2 * MINIMUM_POINTS}, for {MINIMUM_POINTS} on each side",
            remedy="use a longer series, or a control series instead",
        )
    remedy = "the last false date has no later period: lower the horizon"
    horizon = whole(horizon, f"horizon {horizon}", 1, MINIMUM_POINTS, remedy=remedy)
    dates = past.index[MINIMUM_POINTS : len(past) - MINIMUM_POINTS + 1]
    fits = [interrupted_series(past, date, level=level, **options) for date in dates]
    rows = [intervention_effect(fit, [horizon]) for fit in fits]
    table = pd.concat(rows, ignore_index=True).assign(date=list(dates))
    table["exclut_zero"] = (table["borne_inf"] > 0) | (table["borne_sup"] < 0)
    return table[["date", *table.columns.drop("date")]]


def controlled_interrupted_series(
    treated: pd.Series, control: pd.Series, start: object, *, level: float, **options: object
) -> SegmentedFit:
    """Interrupted series with a control: the change beyond that of the control series.

    Fitted on the difference treated - control, whose errors take in the correlation between the
    two series; the least-squares estimates (``lags`` given) are those of the stacked model with
    every term crossed with the group (Lopez Bernal, Cummins & Gasparrini, *Int. J. Epidemiol.* 47
    (2018), 2082-2093). Events that strike both series alike cancel.

    Args:
        treated, control: two series on the same periods, in the same unit.
        start, level, options: as :func:`~obsante.stats.impact.interrupted_series`.

    Raises:
        DataError: the periods differ; and the errors of
            :func:`~obsante.stats.impact.interrupted_series`.

    >>> y = pd.Series([float(t % 3) for t in range(1, 19)], index=range(1, 19))
    >>> z = pd.Series([float(t % 2) for t in range(1, 19)], index=range(1, 19))
    >>> controlled_interrupted_series(y, z, 10, level=0.95).coefficients.shape[0]
    4
    """
    one, two = regular_series(treated), regular_series(control)
    if not one.index.equals(two.index):
        raise DataError(
            "control series",
            found=f"periods {two.index[0]} to {two.index[-1]}",
            expected=f"those of the treated series, {one.index[0]} to {one.index[-1]}",
            remedy="keep the periods that both series have",
        )
    return interrupted_series(one - two, start, level=level, **options)


def interrupted_series_by_column(
    table: pd.DataFrame, start: object, horizon: int, *, level: float, **options: object
) -> pd.DataFrame:
    """Separate interrupted series, one per column (region): effect at a horizon.

    Limits: as many tests as columns; an interval of one region is not adjusted for it.

    Returns:
        One row per column of ``table``: ``serie``, then the columns of
        :func:`~obsante.stats.impact.intervention_effect`.

    >>> y = pd.DataFrame({"R01": [float(t % 3) for t in range(18)]}, index=range(18))
    >>> interrupted_series_by_column(y, 9, 3, level=0.95)["serie"].tolist()
    ['R01']
    """
    if not len(table.columns):
        raise DataError(
            "table of series",
            found="no column",
            expected="one column for each series",
            remedy="pivot the data, with periods as index and regions as columns",
        )
    rows = []
    for name in table.columns:
        fit = interrupted_series(table[name], start, level=level, **options)
        rows.append(intervention_effect(fit, [horizon]).assign(serie=name))
    result = pd.concat(rows, ignore_index=True)
    return result[["serie", *result.columns.drop("serie")]]
