"""Checks on weights, and on what is given beside them: one row for each unit, in one order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks

# Relative gap between a known total and the weighted one, under which it counts as reproduced.
TOLERANCE = 1e-10


def same_rows(table: pd.DataFrame | pd.Series, index: pd.Index, name: str) -> None:
    """Raise a DataError unless the rows of ``table`` are those of ``index``, in that order."""
    if not table.index.equals(index):
        raise DataError(
            f"'{name}'",
            found=f"{len(table)} row(s) whose labels are not those of the weighted units",
            expected=f"the {len(index)} unit(s), with the same labels in the same order",
            remedy="take it from the table that the weights come from, with .loc[index] if sorted",
        )


def labels(values: pd.Series, name: str) -> pd.Series:
    """The group of each unit, as plain objects; a missing one is an error."""
    if values.isna().any():
        raise DataError(
            f"'{name}', row {values.index[values.isna()][0]}",
            found=f"{int(values.isna().sum())} unit(s) without category",
            expected="a category for each unit",
            remedy="impute it from the frame, or give these units a category of their own",
        )
    return values.astype("object")


def positive_weights(weights: pd.Series | np.ndarray, name: str = "weights") -> np.ndarray:
    """The weights as an array; one that is missing or not positive is an error."""
    array = checks.vector(weights, name, len(weights))
    if not len(array):
        raise DataError(
            f"'{name}'",
            found="no unit",
            expected="the weight of at least one unit",
            remedy="check the edition's file and its quarantine",
        )
    checks.positive(array, name)
    return array
