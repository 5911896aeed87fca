"""Checks that every statistic makes on its arguments, each with one clear error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from numbers import Real

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable, nearest


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """The column ``name``, or an error that names the nearest one."""
    if name not in frame.columns:
        raise DataError(
            f"column '{name}'",
            found="no such column in the table",
            expected=nearest(name, frame.columns),
            remedy="correct the name in the notebook or in config/indicators",
        )
    found = frame[name]
    if isinstance(found, pd.DataFrame):
        raise DataError(
            f"column '{name}'",
            found=f"{found.shape[1]} columns of this name",
            expected="one",
            remedy="rename or drop the others",
        )
    return found


def choice(value: object, name: str, allowed: Iterable[object]) -> None:
    """Raise a DataError, naming the nearest, unless ``value`` is one of ``allowed``."""
    names = list(allowed)
    if value not in names:
        raise DataError(
            f"{name} '{value}'",
            found="nothing of this name",
            expected=nearest(value, names),
            remedy="choose one of them",
        )


def vector(values: Sequence | pd.Series, name: str, size: int) -> np.ndarray:
    """One float per unit; a missing value is NaN."""
    try:
        array = np.asarray(pd.Series(values).astype("float64"), dtype=float)
    except (ValueError, TypeError) as problem:
        raise DataError(
            f"'{name}'",
            found=f"values that are not numbers ({problem})",
            expected="a number for each unit, or a missing value",
            remedy="turn the answers into numbers with stats.binary() or stats.numeric()",
        ) from problem
    if len(array) != size:
        raise DataError(
            f"'{name}'",
            found=f"{len(array)} value(s)",
            expected=f"{size}, one for each unit of the design",
            remedy="build it from the same rows as the design",
        )
    return array


def probability(value: float, name: str) -> float:
    """A number strictly between 0 and 1, such as a confidence level."""
    if not isinstance(value, Real) or not 0 < value < 1:
        raise DataError(
            f"'{name}'",
            found=f"{value}",
            expected="a number strictly between 0 and 1",
            remedy="give it in proportion: 0.95, not 95",
        )
    return float(value)


def binary_values(y: np.ndarray, name: str) -> None:
    """Raise a DataError unless every value is 0, 1 or missing."""
    stray = y[~(np.isnan(y) | (y == 0) | (y == 1))]
    if stray.size:
        raise DataError(
            f"'{name}'",
            found=f"{stray.size} value(s) that are neither 0 nor 1, the first {stray[0]:g}",
            expected="0, 1 or missing",
            remedy="use stats.binary() for a proportion, or stats.mean() for a number",
        )


def positive(values: np.ndarray, name: str) -> None:
    """Raise a DataError unless every value is a positive, finite number."""
    bad = ~((values > 0) & np.isfinite(values))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"'{name}', row {row}",
            found=f"{int(bad.sum())} missing, zero, negative or infinite value(s), the first {values[row]:g}",
            expected="a positive number for each unit",
            remedy="keep the respondents only, or correct the values at the source",
        )


def some_rows(values: Sized, name: str) -> None:
    """Raise a NotEstimable if there is not one row."""
    if not len(values):
        raise NotEstimable(
            f"'{name}'", reason="no_data", found="no row", expected="at least one row",
            remedy="check that the file was received, or leave the calculation out",
        )  # fmt: skip


def some_value(y: np.ndarray, name: str) -> None:
    """Raise a NotEstimable if not one value is known."""
    if not np.isfinite(y).any():
        raise NotEstimable(
            f"'{name}'",
            reason="no_data",
            found=f"{len(y)} unit(s), all missing",
            expected="at least one answer",
            remedy="check that the question was asked in this edition, or leave the indicator out",
        )
