"""Checks that every step of a composite index makes on the tables it is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable, nearest

Weights = pd.Series | Mapping[str, float]
_TOLERANCE = 1e-9


def matrix(frame: pd.DataFrame, *, complete: bool = False) -> np.ndarray:
    """The indicators as floats, one row per unit; NaN where there is no value.

    Raises:
        DataError: no row or column, a label twice, text, an infinite value, a column without any
            value; with ``complete``, any missing value.
    """
    size = frame.shape if isinstance(frame, pd.DataFrame) else None
    if size is None or 0 in size:
        raise DataError(
            "the table of indicators",
            found=f"{size[0]} unit(s) and {size[1]} indicator(s)" if size else type(frame).__name__,
            expected="a table with at least one unit and one indicator",
            remedy="select the units and the indicators before the calculation",
        )
    unique(frame.index, "unit")
    unique(frame.columns, "indicator")
    if not all(kind.kind in "fiu" for kind in frame.dtypes):
        _numeric(frame)
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    _refuse(np.isinf(values), frame, "an infinite value", "a finite number")
    for name in frame.columns[np.isnan(values).all(axis=0)]:
        raise NotEstimable(
            f"indicator '{name}'",
            reason="no_data",
            found=f"{len(frame)} unit(s), all missing",
            expected="at least one value",
            remedy="leave the indicator out of the index, and say so",
        )
    if complete:
        _refuse(np.isnan(values), frame, "a missing value", "a value for every unit")
    return values


def unique(labels: Sequence, kind: str) -> None:
    """Raise a DataError if a label appears twice."""
    names = list(labels)
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise DataError(
            f"{kind} '{twice}'",
            found="more than one",
            expected=f"each {kind} once",
            remedy="aggregate or rename before the calculation",
        )


def same_names(
    found: Collection, expected: Collection, what: str, kind: str = "indicator"
) -> None:
    """Raise a DataError unless both hold the same names."""
    for name in found:
        known_name(name, expected, f"{what} of '{name}'", kind)
    for name in expected:
        if name not in found:
            raise DataError(
                f"{kind} '{name}'",
                found=f"no {what}",
                expected=f"one {what} for each {kind}",
                remedy=f"give its {what}, or leave the {kind} out of the calculation",
            )


def known_name(name: str, allowed: Collection, looked_at: str, kind: str) -> None:
    """Raise a DataError that names the nearest name, unless the name is one of those allowed."""
    if name not in allowed:
        raise DataError(
            looked_at,
            found=f"no {kind} of this name",
            expected=nearest(name, allowed),
            remedy=f"correct the name, or add the {kind}",
        )


def check_weights(weights: Weights, names: Collection) -> np.ndarray:
    """The weights in the order of ``names``.

    Raises:
        DataError: names differ, a weight is missing or negative, or the sum is not 1 (to 1e-9).
    """
    given, wanted = pd.Series(weights, dtype="float64"), list(names)
    unique(given.index, "weight")
    same_names(list(given.index), wanted, "weight")
    ordered = given.reindex(wanted).to_numpy()
    for name, weight in zip(wanted, ordered, strict=True):
        if not weight >= 0:
            raise DataError(
                f"weight of '{name}'",
                found=f"{weight:g}",
                expected="zero or a positive number",
                remedy="reverse an indicator by its direction, not by a negative weight",
            )
    if abs(ordered.sum() - 1) > _TOLERANCE:
        raise DataError(
            "weights of " + ", ".join(f"'{name}'" for name in wanted),
            found=f"they sum to {ordered.sum():.6g}",
            expected="a sum of 1",
            remedy="divide them by their sum, once you know why it is not 1",
        )
    return ordered


def check_directions(directions: Mapping[str, str], names: Collection) -> np.ndarray:
    """+1 for ``up`` (higher is better), -1 for ``down``, in the order of ``names``."""
    same_names(list(directions), list(names), "direction")
    return np.array([sign(directions[name], str(name)) for name in names])


def sign(direction: str, name: str) -> float:
    """+1 for ``up``, -1 for ``down``."""
    signs = {"up": 1.0, "down": -1.0}
    if direction not in signs:
        raise DataError(
            f"direction of '{name}'",
            found=f"'{direction}'",
            expected="'up' (higher is better) or 'down' (lower is better)",
            remedy="an indicator without direction can't enter a composite index",
        )
    return signs[direction]


def refuse_constant(values: np.ndarray, names: Collection, use: str) -> None:
    """Raise a DataError if a column has the same value for all its units."""
    spread = np.nanmax(values, axis=0) - np.nanmin(values, axis=0)
    size = np.nanmax(np.abs(values), axis=0)
    for name, constant, value in zip(names, spread <= 1e-12 * size, values.T, strict=True):
        if constant:
            raise NotEstimable(
                f"indicator '{name}'",
                reason="no_variation",
                found=f"the same value for every unit, {value[~np.isnan(value)][0]:g}",
                expected=f"values that differ: {use} divides by their dispersion",
                remedy="leave the indicator out, or use min_max() with goalposts",
            )


def _numeric(frame: pd.DataFrame) -> None:
    """Raise a DataError that names the first column that does not hold numbers."""
    for name, kind in frame.dtypes.items():
        if not pd.api.types.is_numeric_dtype(kind):
            raise DataError(
                f"indicator '{name}'",
                found=f"a column of type {kind}",
                expected="numbers",
                remedy="keep the labels of the units in the index, the indicators in the columns",
            )


def _refuse(wrong: np.ndarray, frame: pd.DataFrame, found: str, expected: str) -> None:
    """Raise a DataError that names the first wrong cell."""
    if wrong.any():
        row, place = np.argwhere(wrong)[0]
        raise DataError(
            f"indicator '{frame.columns[place]}' of '{frame.index[row]}'",
            found=f"{found} ({int(wrong.sum())} in all)",
            expected=expected,
            remedy="correct it at the source, or leave the unit or the indicator out",
        )
