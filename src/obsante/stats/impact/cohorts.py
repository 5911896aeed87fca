"""A balanced panel whose units enter treatment once, at dates that may differ."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import binary_values, column, positive, vector
from obsante.stats.impact.arguments import labels, numbers
from obsante.stats.impact.clustered import cluster_codes

__all__ = ["CohortPanel", "cohort_panel", "first_treatment"]

# Beyond any real date: a unit that never enters is infinitely far from its entry.
_NEVER = 1_000_000


@dataclass(frozen=True)
class CohortPanel:
    """Units in rows, periods in columns; built by :func:`cohort_panel`.

    ``y`` outcome; ``weight``, ``cluster`` and ``group`` (codes) of each unit; ``start`` position
    of its first treated period, beyond any period if it never enters; ``periods`` labels of the
    columns; ``groups`` labels of the groups; ``clusters`` number of clusters.
    """

    y: np.ndarray
    weight: np.ndarray
    start: np.ndarray
    cluster: np.ndarray
    group: np.ndarray
    periods: np.ndarray
    groups: tuple
    clusters: int

    @property
    def ever_treated(self) -> np.ndarray:
        """Whether each unit enters treatment within the panel."""
        return self.start < _NEVER

    def rows(self, kept: np.ndarray) -> CohortPanel:
        """The panel of the kept units; the number of clusters stays that of the whole."""
        parts = ("y", "weight", "start", "cluster", "group")
        return replace(self, **{name: getattr(self, name)[kept] for name in parts})

    @property
    def event_time(self) -> np.ndarray:
        """Periods since entry, (units, periods): negative before it, 0 in the first period."""
        return np.arange(self.y.shape[1])[None, :] - self.start[:, None]


def cohort_panel(
    frame: pd.DataFrame,
    outcome: str,
    *,
    unit: str,
    time: str,
    cohort: str,
    cluster: str,
    weights: str | None = None,
    by: str | None = None,
) -> CohortPanel:
    """The panel of a staggered design, checked.

    Args:
        frame: one row for each unit and period, all units observed in all periods. A month
            without any act is a zero to be written, not a row to be left out.
        outcome: column of numbers, none missing.
        unit, time: columns that identify a row; ``time`` holds integers or pandas periods (months),
            consecutive.
        cohort: first treated period of the unit, in the same coding; missing if it never enters.
            An entry after the last period counts as never.
        cluster: level of sampling or of shared shocks (region), at or above the unit; the unit
            itself if shocks are not shared (thousands of clusters take a few seconds).
        weights: column, positive and fixed for a unit (population); none means equal weights.
        by: column of groups of units, each compared with its own controls.

    Raises:
        DataError: duplicated or absent unit-period, missing value, gap in the periods, a value
            that changes within a unit, no treated unit, no period before entry, single cluster.

    >>> frame = pd.DataFrame({"unit": list("aabb"), "month": [1, 2, 1, 2],
    ...     "start": [2, 2, None, None], "y": [1.0, 5.0, 2.0, 3.0]})
    >>> panel = cohort_panel(frame, "y", unit="unit", time="month", cohort="start", cluster="unit")
    >>> panel.event_time[0].tolist()
    [-1, 0]
    """
    _present(frame, [unit, time, cluster, by], [cohort, weights])
    periods, ordinal = _ordinals(frame[time], time)
    table = frame.assign(**{outcome: numbers(frame, outcome), "_position": ordinal - ordinal.min()})
    _balanced(table, unit, time, periods)
    table = table.sort_values([unit, "_position"], kind="stable")
    y = table[outcome].to_numpy().reshape(-1, len(periods))
    units = _fixed_values(table, unit, [cohort, cluster, weights, by])
    start = _starts(units[cohort], periods, time)
    codes, clusters = cluster_codes(units[cluster], len(units), name=cluster)
    weight = _weights(units, weights)
    alone = pd.Series("", index=units.index)
    groups, names = pd.factorize(units[by] if by else alone, sort=True)
    return CohortPanel(y, weight, start, codes, groups, np.asarray(periods), tuple(names), clusters)


def first_treatment(frame: pd.DataFrame, *, unit: str, time: str, treatment: str) -> pd.Series:
    """First treated period of each row's unit, missing if never, from a 0/1 column.

    Raises:
        DataError: a value other than 0 and 1, or a unit whose treatment goes back to 0.

    >>> frame = pd.DataFrame({"unit": list("aabb"), "month": [1, 2, 1, 2], "live": [0, 1, 0, 0]})
    >>> first_treatment(frame, unit="unit", time="month", treatment="live").tolist()
    [2.0, 2.0, nan, nan]
    """
    _present(frame, [unit, time], [treatment])
    _ordinals(frame[time], time)
    on = pd.Series(numbers(frame, treatment), index=frame.index)
    binary_values(on.to_numpy(), treatment)
    ordered = frame.assign(_on=on).sort_values([unit, time])
    back = ordered.groupby(unit)["_on"].diff() < 0
    if back.any():
        stop = ordered.loc[back, time].iloc[0]
        raise DataError(
            f"'{treatment}' of unit '{ordered.loc[back, unit].iloc[0]}'",
            found=f"treatment that stops at {stop} ({back.sum()} such case(s))",
            expected="a unit that stays treated once it has entered",
            remedy="leave the unit out, or cut the panel before the first stop",
        )
    return frame[unit].map(frame[on == 1.0].groupby(unit)[time].min())


def _present(frame: pd.DataFrame, complete: list[str | None], others: list[str | None]) -> None:
    """Raise a DataError for a column that is not there, or a label that is missing."""
    for name in filter(None, complete):
        labels(frame, name)
    for name in filter(None, others):
        column(frame, name)


def _weights(units: pd.DataFrame, name: str | None) -> np.ndarray:
    """One weight for each unit, 1 without a column of weights."""
    if name is None:
        return np.ones(len(units))
    weight = vector(units[name], name, len(units))
    positive(weight, name)
    return weight


def _ordinals(values: pd.Series, name: str) -> tuple[pd.Index, np.ndarray]:
    """Sorted labels of the periods, and each row's period as an integer."""
    if isinstance(values.dtype, pd.PeriodDtype):
        ordinal = values.array.asi8
    elif pd.api.types.is_integer_dtype(values.dtype):
        ordinal = values.to_numpy(dtype=np.int64)
    else:
        raise DataError(
            f"column '{name}'",
            found=f"values of type {values.dtype}",
            expected="integers or pandas periods",
            remedy='convert dates with .dt.to_period("M")',
        )
    periods = pd.Index(np.sort(values.unique()))
    span = int(ordinal.max() - ordinal.min()) + 1
    if span != len(periods):
        raise NotEstimable(
            f"periods of '{name}'",
            reason="too_few",
            found=f"{len(periods)} different periods from {periods[0]} to {periods[-1]}",
            expected=f"{span}, consecutive",
            remedy="renumber the periods, or add the missing ones",
        )
    return periods, np.asarray(ordinal)


def _balanced(table: pd.DataFrame, unit: str, time: str, periods: pd.Index) -> None:
    """Each unit exactly once in each period."""
    twice = table.duplicated([unit, "_position"])
    if twice.any():
        raise DataError(
            f"unit '{table.loc[twice, unit].iloc[0]}' at {table.loc[twice, time].iloc[0]}",
            found="several rows",
            expected="one row for each unit and period",
            remedy="aggregate before building the panel; one unit is one province x specialty, say",
        )
    seen = table.groupby(unit)["_position"].agg(["size", "unique"])
    short = seen[seen["size"] < len(periods)]
    if len(short):
        gap = min(set(range(len(periods))) - set(short["unique"].iloc[0]))
        raise DataError(
            f"unit '{short.index[0]}' at {periods[gap]}",
            found=f"no row; {len(short)} unit(s) lack some period",
            expected=f"the {len(periods)} periods for every unit",
            remedy="write a zero where nothing happened, or keep units observed throughout",
        )


def _fixed_values(table: pd.DataFrame, unit: str, names: list[str | None]) -> pd.DataFrame:
    """One row for each unit, in order; an error if a value changes within a unit."""
    grouped = table.groupby(unit, sort=True)
    out = {}
    for name in dict.fromkeys(name for name in names if name):
        column(table, name)
        changing = grouped[name].nunique(dropna=False) > 1
        if changing.any():
            raise DataError(
                f"'{name}' of unit '{changing.idxmax()}'",
                found="several values in time",
                expected="one value for each unit",
                remedy="give each unit one value; a treatment that stops cannot be studied here",
            )
        out[name] = table.drop_duplicates(unit)[name].reset_index(drop=True)
    return pd.DataFrame(out)


def _starts(cohort: pd.Series, periods: pd.Index, time: str) -> np.ndarray:
    """Position of each unit's first treated period."""
    known = cohort.notna().to_numpy()
    start = np.full(len(cohort), _NEVER)
    start[known] = _positions(cohort[known], periods, time)
    start[start >= len(periods)] = _NEVER
    if (start <= 0).any():
        raise DataError(
            f"dates of entry in '{cohort.name}'",
            found=f"{int((start <= 0).sum())} unit(s) treated from the first period, {periods[0]}",
            expected="at least one period before entry for each treated unit",
            remedy="start the panel earlier, or leave out the units already treated",
        )
    if (start == _NEVER).all():
        raise NotEstimable(
            f"dates of entry in '{cohort.name}'",
            reason="no_comparison",
            found="no unit treated during the panel",
            expected="some units treated, some not yet or never",
            remedy="check the coding of the dates, or extend the panel",
        )
    return start


def _positions(entries: pd.Series, periods: pd.Index, time: str) -> np.ndarray:
    """Known dates of entry, counted from the first period."""
    if isinstance(periods, pd.PeriodIndex):
        same = entries.dtype == periods.dtype
        gap = entries.array.asi8 - periods.asi8[0] if same else np.empty(0)
    else:
        same = pd.api.types.is_numeric_dtype(entries.dtype)
        gap = entries.to_numpy(dtype=float) - periods[0] if same else np.empty(0)
    if not same or (gap != np.round(gap)).any():
        raise DataError(
            f"dates of entry in '{entries.name}'",
            found=f"'{entries.iloc[0]}' or others in another coding than the periods",
            expected=f"periods as in '{time}', such as {periods[-1]}",
            remedy="convert both columns in the same way",
        )
    return gap.astype(int)
