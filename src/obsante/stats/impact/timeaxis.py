"""Regular time axes: no gap, no repetition, a known date, seasonal terms that fit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import vector
from obsante.stats.impact.arguments import whole

__all__ = ["MINIMUM_POINTS", "position_of", "regular_series", "require_points", "season_terms"]

# Penfold & Zhang, Academic Pediatrics 13 (2013), S38-S44: at least eight on each side.
MINIMUM_POINTS = 8


def regular_series(series: pd.Series) -> pd.Series:
    """The series as floats, in the order of time, once its axis is known to be regular.

    Args:
        series: one number per period; PeriodIndex, or whole numbers that follow each other.

    Raises:
        DataError: dates instead of periods, a period repeated or absent, a value that is
            missing or infinite.

    >>> regular_series(pd.Series([2, 1], index=[2025, 2024])).tolist()
    [1.0, 2.0]
    """
    if not isinstance(series, pd.Series):
        raise DataError(
            "series",
            found=f"a {type(series).__name__}",
            expected="a pandas Series indexed by its periods",
            remedy="name one column of the table, with its periods as index",
        )
    name = "series" if series.name is None else f"series '{series.name}'"
    steps = pd.Series(_steps(series.index, name), index=series.index)
    _consecutive(steps, name)
    values = pd.Series(vector(series, name, len(series)), index=series.index, name=series.name)
    values = values.iloc[np.argsort(steps.to_numpy())]
    missing = ~np.isfinite(values.to_numpy())
    if missing.any():
        raise DataError(
            f"{name}, period {values.index[missing][0]}",
            found=f"{int(missing.sum())} missing or infinite value(s)",
            expected="a number for each period",
            remedy="find the value at the source; a period is never filled in by interpolation",
        )
    return values


def _steps(index: pd.Index, name: str) -> np.ndarray:
    """Rank of each period on its calendar, as a whole number."""
    if isinstance(index, pd.PeriodIndex) and not index.hasnans:
        return index.asi8 // index.freq.n
    if pd.api.types.is_integer_dtype(index):
        return index.to_numpy(dtype="int64")
    raise DataError(
        f"time axis of {name}",
        found=f"an index of type {type(index).__name__} ({index.dtype}), or a missing period",
        expected="periods (PeriodIndex) or whole numbers",
        remedy='turn dates into periods: series.index.to_period("M")',
    )


def _consecutive(steps: pd.Series, name: str) -> None:
    """Raise a DataError at the first period repeated, or absent between two others."""
    repeated = steps.index[steps.duplicated()]
    if len(repeated):
        raise DataError(
            f"time axis of {name}",
            found=f"period {repeated[0]} {int((steps == steps[repeated[0]].iloc[0]).sum())} times",
            expected="each period once",
            remedy="sum or average the rows of one period first",
        )
    ordered = steps.sort_values()
    jumps = np.flatnonzero(np.diff(ordered.to_numpy()) > 1)
    if len(jumps):
        raise DataError(
            f"time axis of {name}",
            found=f"{len(jumps)} gap(s), the first between {ordered.index[jumps[0]]} "
            f"and {ordered.index[jumps[0] + 1]}",
            expected="periods that follow each other",
            remedy="add the missing periods: a count without event is 0, an unknown one is sought",
        )


def position_of(index: pd.Index, start: object) -> int:
    """Position (from 0) of the intervention's first period, in a regular index.

    Raises:
        DataError: a label that is not a period of the index, or that comes first.

    >>> position_of(pd.period_range("2024-01", periods=24, freq="M"), "2025-01")
    12
    """
    try:
        label = pd.Period(start, index.freq) if isinstance(index, pd.PeriodIndex) else start
        position = int(index.get_loc(label)) if len(index) else 0
    except (KeyError, ValueError, TypeError):
        position = 0
    if position == 0:
        raise DataError(
            f"intervention date '{start}'",
            found="outside the series, or its first period",
            expected=f"a period after {index[0]}, up to {index[-1]}" if len(index) else "a series",
            remedy="correct the date, or extend the series",
        )
    return position


def require_points(before: int, after: int) -> None:
    """Raise a DataError when a side of the date has fewer than the minimum of points.

    >>> require_points(8, 8)
    """
    for side, count in (("before", before), ("after", after)):
        if count < MINIMUM_POINTS:
            raise DataError(
                f"periods {side} the intervention",
                found=f"{count}",
                expected=f"at least {MINIMUM_POINTS} (Penfold & Zhang 2013)",
                remedy="use finer periods, a longer series, or a before-after comparison",
            )


def season_terms(
    index: pd.Index, cycle: int | None, harmonics: int | None, *, before: int
) -> pd.DataFrame:
    """Seasonal columns: one indicator per position of the cycle, or sine and cosine pairs.

    The points before the intervention must cover one cycle, and be more than the terms that
    they carry (line and season): otherwise season and effect are told apart by the later
    points alone.

    Args:
        index: regular index.
        cycle, harmonics: see :func:`~obsante.stats.impact.interrupted_series`.
        before: number of periods before the intervention.

    Raises:
        DataError: harmonics without cycle, or out of 1 .. (cycle - 1) / 2; a cycle below 2; too
            few points before the intervention.

    >>> season_terms(pd.RangeIndex(24), 12, 1, before=16).columns.tolist()
    ['sin[1/12]', 'cos[1/12]']
    """
    if cycle is None and harmonics is None:
        return pd.DataFrame(index=index)
    _require_season(cycle, harmonics)
    place = _steps(index, "series") % cycle
    if harmonics is None:
        terms = {f"saison[{k + 1}]": (place == k).astype(float) for k in range(1, cycle)}
    else:
        angle = 2 * np.pi * place / cycle
        waves = {"sin": np.sin, "cos": np.cos}
        terms = {
            f"{name}[{k}/{cycle}]": wave(k * angle)
            for k in range(1, harmonics + 1)
            for name, wave in waves.items()
        }
    _require_cover(len(terms), cycle, before)
    return pd.DataFrame(terms, index=index)


def _require_season(cycle: int | None, harmonics: int | None) -> None:
    """Raise a DataError for a cycle or a number of pairs that means nothing."""
    remedy = "12 for months, 4 for quarters; give it together with harmonics, or neither"
    cycle = whole(cycle, "'cycle'", 2, remedy=remedy)
    if harmonics is not None:
        remedy = "lower it, or leave it out for one indicator per position in the cycle"
        whole(harmonics, "'harmonics'", 1, (cycle - 1) // 2, remedy=remedy)


def _require_cover(terms: int, cycle: int, before: int) -> None:
    """Raise a DataError when the points before the date cannot carry the season."""
    needed = max(cycle, terms + 3)
    if before < needed:
        raise NotEstimable(
            f"seasonal terms ({terms} for a cycle of {cycle})",
            reason="too_few",
            found=f"{before} period(s) before the intervention",
            expected=f"at least {needed}: a whole cycle, and more points than terms",
            remedy="use one or two harmonics, a longer series, or no season",
        )
