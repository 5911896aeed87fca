"""Rows that a comparison is made on: the domain, the two groups, numbers read from a column.

Every function keeps the whole design and says which rows take part, as a mask by position.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats import checks
from obsante.stats.survey.design import SurveyDesign

__all__ = ["degrees_of_freedom", "inside_rows", "numbers", "two_groups"]


def inside_rows(
    design: SurveyDesign, frame: pd.DataFrame, inside: np.ndarray | pd.Series | None
) -> np.ndarray:
    """Mask (n,) of the domain, every row by default, once the rows are known to be the design's.

    Raises:
        DataError: ``frame`` or ``inside`` has other rows than the design, ``inside`` is not made
            of true and false, or no row is inside.
    """
    _same_rows(frame.index, design, "the table of variables")
    if inside is None:
        return np.ones(design.size, dtype=bool)
    if isinstance(inside, pd.Series):
        _same_rows(inside.index, design, "'inside'")
    mask = np.asarray(inside)
    if mask.dtype != bool or mask.shape != (design.size,):
        raise DataError(
            "'inside'",
            found=f"an array of type {mask.dtype} and shape {mask.shape}",
            expected=f"true or false for each of the {design.size} rows of the design",
            remedy="build it by comparing a column, with missing values decided first",
        )
    if not mask.any():
        raise DataError(
            "'inside'",
            found="no row in the domain",
            expected="at least one row",
            remedy="check the condition that defines the domain",
        )
    return mask


def _same_rows(index: pd.Index, design: SurveyDesign, what: str) -> None:
    if not index.equals(design.index):
        raise DataError(
            what,
            found=f"{len(index)} row(s) whose labels are not those of the design",
            expected=f"the {design.size} rows of the design, in the same order",
            remedy="take the variables from the table that the design was built on",
        )


def numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as floats (n,), NaN where there is no answer.

    Raises:
        DataError: the column is unknown, holds text or an infinite value.
    """
    values = checks.column(frame, name)
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        raise DataError(
            f"column '{name}'",
            found=f"values of type {values.dtype}",
            expected="numbers",
            remedy="code the answers first, with stats.binary() or stats.numeric()",
        )
    array = checks.vector(values, name, len(frame))
    if np.isinf(array).any():
        raise DataError(
            f"column '{name}', row {frame.index[np.isinf(array)][0]}",
            found=f"{int(np.isinf(array).sum())} infinite value(s)",
            expected="finite numbers or missing values",
            remedy="correct the division that made it",
        )
    return array


def two_groups(
    frame: pd.DataFrame, by: str, groups: tuple[object, object], inside: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Masks (n,) of the two groups named ``groups`` in the column ``by``, among rows ``inside``.

    Raises:
        DataError: the column is unknown, a label is not in it, both are the same, or a group has
            no row with all that the comparison needs.
    """
    values = checks.column(frame, by)
    first, second = groups
    if first == second:
        raise DataError(
            f"groups of '{by}'",
            found=f"'{first}' twice",
            expected="two different groups",
            remedy="name the two groups to compare",
        )
    return _members(values, first, inside), _members(values, second, inside)


def _members(values: pd.Series, label: object, inside: np.ndarray) -> np.ndarray:
    member = (values == label).fillna(False).to_numpy(dtype=bool)
    if not member.any():
        raise DataError(
            f"column '{values.name}'",
            found=f"no row of the group '{label}'",
            expected=nearest(label, values.dropna().unique()),
            remedy="correct the group's name",
        )
    if not (member & inside).any():
        raise DataError(
            f"group '{label}' of '{values.name}'",
            found=f"{int(member.sum())} row(s), none in the domain with every variable known",
            expected="at least one complete row",
            remedy="widen the domain, or compare other groups",
        )
    return member & inside


def degrees_of_freedom(design: SurveyDesign, inside: np.ndarray, lost: int = 0) -> int:
    """PSUs minus strata among the rows inside, minus ``lost`` for what the comparison estimates.

    Raises:
        DataError: none is left, so that nothing measures the sampling error.
    """
    df = design.degrees_of_freedom(inside) - lost
    if df <= 0:
        raise DataError(
            "degrees of freedom of the comparison",
            found=f"{df}: as many strata and coefficients as primary units, or more",
            expected="at least one",
            remedy="compare larger domains, or collapse strata in the sample file",
        )
    return df
