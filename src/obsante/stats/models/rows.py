"""Rows that a model is made on: the domain, two groups, numbers and categories of a column.

Every function keeps the whole design and says which rows take part, as a mask by position.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from obsante.errors import DataError, NotEstimable, nearest
from obsante.stats import checks
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import members, same_rows


def inside_rows(
    design: SurveyDesign, frame: pd.DataFrame, inside: np.ndarray | pd.Series | None
) -> np.ndarray:
    """Mask (n,) of the domain, every row by default, once the rows are known to be the design's.

    Raises:
        DataError: ``frame`` or ``inside`` has other rows than the design, ``inside`` is not made
            of true and false, or no row is inside.
    """
    same_rows(design, frame, "frame")
    mask = members(design, inside, "inside")
    if not mask.any():
        raise NotEstimable(
            "'inside'",
            reason="no_data",
            found="no row in the domain",
            expected="at least one row",
            remedy="check the condition that defines the domain",
        )
    return mask


def numbers(frame: pd.DataFrame, name: str, otherwise: str = "") -> np.ndarray:
    """A column as floats (n,), NaN where there is no answer; ``otherwise`` ends the remedy.

    Raises:
        DataError: the column is unknown, holds text or an infinite value.
    """
    values = checks.column(frame, name)
    if not (is_numeric_dtype(values.dtype) or is_bool_dtype(values.dtype)):
        known = values.dropna()
        raise DataError(
            f"column '{name}'",
            found=f"no numbers, but values such as '{known.iloc[0]}'"
            if len(known) else "neither a number nor a category: all is missing",
            expected="numbers",
            remedy=f"code the answers first, with stats.binary() or stats.numeric(){otherwise}",
        )  # fmt: skip
    array = checks.vector(values, name, len(frame))
    if np.isinf(array).any():
        raise DataError(
            f"column '{name}', row {frame.index[np.isinf(array)][0]}",
            found=f"{int(np.isinf(array).sum())} infinite value(s)",
            expected="finite numbers or missing values",
            remedy="correct the division that made it",
        )
    return array


def categories(values: pd.Series) -> pd.Categorical:
    """The categories that are present.

    Raises:
        DataError: there is only one.
    """
    coded = pd.Categorical(values).remove_unused_categories()
    if len(coded.categories) < 2:
        raise NotEstimable(
            f"column '{values.name}'",
            reason="no_variation",
            found=f"one level only, '{coded.categories[0]}', on the {len(values)} row(s) used",
            expected="at least two levels to compare",
            remedy="leave the variable out, or widen the domain",
        )
    return coded


def two_groups(
    frame: pd.DataFrame, by: str, groups: tuple[object, object], inside: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Masks (n,) of the two groups named ``groups`` in the column ``by``, among rows ``inside``.

    Raises:
        DataError: the column is unknown, a label is not in it, both are the same, or a group has
            no row with all that the comparison needs.
    """
    values = checks.column(frame, by)
    if len(groups) != 2 or len(set(groups)) != 2:
        raise DataError(
            f"groups of '{by}'",
            found=", ".join(f"'{group}'" for group in groups),
            expected="two different groups",
            remedy="name the two groups to compare",
        )
    first, second = groups
    return _members(values, first, inside), _members(values, second, inside)


def _members(values: pd.Series, label: object, inside: np.ndarray) -> np.ndarray:
    member = (values == label).fillna(False).to_numpy(dtype=bool)
    if not member.any():
        raise NotEstimable(
            f"column '{values.name}'",
            reason="no_comparison",
            found=f"no row of the group '{label}'",
            expected=nearest(label, values.dropna().unique()),
            remedy="correct the group's name",
        )
    if not (member & inside).any():
        raise NotEstimable(
            f"group '{label}' of '{values.name}'",
            reason="no_comparison",
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
        raise NotEstimable(
            "degrees of freedom of the comparison",
            reason="too_few",
            found=f"{df}: as many strata and coefficients as primary units, or more",
            expected="at least one",
            remedy="compare larger domains, or collapse strata in the sample file",
        )
    return df
