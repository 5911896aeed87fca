"""Checks that several methods of this package make on their arguments."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.checks import column, some_rows, vector


def measures(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column of numbers, NaN where missing; time spans must have been given a unit.

    >>> measures(pd.DataFrame({"jours": [3, None]}), "jours").tolist()
    [3.0, nan]
    """
    values = column(frame, name)
    not_timedelta(values, name)
    return vector(values, name, len(frame))


def not_timedelta(values: pd.Series, name: str) -> None:
    """Raise a DataError for time spans, which are numbers only once their unit is chosen."""
    if pd.api.types.infer_dtype(values, skipna=True) in ("timedelta", "timedelta64"):
        raise DataError(
            f"'{name}'",
            found=f"time spans ({values.dtype}), without a unit",
            expected="numbers, in the unit that the reader will see",
            remedy=f"choose the unit: frame['{name}'].dt.days for days",
        )


def numbers(frame: pd.DataFrame, name: str, *, least: float = -np.inf) -> np.ndarray:
    """A column of finite numbers, ``least`` or more.

    >>> numbers(pd.DataFrame({"jours": [3, 0]}), "jours", least=0).tolist()
    [3.0, 0.0]
    """
    values = measures(frame, name)
    bad = ~(np.isfinite(values) & (values >= least))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        low = "" if least == -np.inf else f", {least:g} or more"
        raise DataError(
            f"'{name}', row {row}",
            found=f"{int(bad.sum())} value(s) that are missing or out of range, "
            f"the first {values[row]:g}",
            expected=f"a finite number in each row{low}",
            remedy="correct the value at the source, or leave the row out and say so",
        )
    return values


def labels(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column of labels, none missing."""
    values = column(frame, name)
    some_rows(values, name)
    missing = values.isna().to_numpy()
    if missing.any():
        raise DataError(
            f"'{name}', row {int(np.flatnonzero(missing)[0])}",
            found=f"{int(missing.sum())} missing label(s)",
            expected="a label for each row",
            remedy="complete it at the source, or give these rows a group of their own",
        )
    return values


def whole(value: object, name: str, least: int, most: int | None = None, *, remedy: str) -> int:
    """A whole number from ``least`` to ``most``.

    >>> whole(3.0, "'leads'", 1, 6, remedy="test fewer leads")
    3
    """
    good = isinstance(value, Real) and value == np.floor(value) and value >= least
    if not good or (most is not None and value > most):
        limits = f"{least} or more" if most is None else f"from {least} to {most}"
        raise DataError(name, found=f"{value}", expected=f"a whole number, {limits}", remedy=remedy)
    return int(value)
