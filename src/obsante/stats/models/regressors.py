"""Columns of a linear regression in which the categories of a variable stand together.

A categorical variable has one column for each category in the *full* matrix and one fewer in the
*reduced* one, that is fitted; ``expand`` carries coefficients from the second to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats.models.rows import categories, numbers
from obsante.stats.models.terms import CONSTANT


@dataclass(frozen=True, eq=False)
class Regressors:
    """Columns of the regression.

    Attributes:
        full: (n, K), the constant first, zero outside the rows used.
        owner: variable of each full column (K,).
        labels: name of each full column (K,), such as ``milieu[urbain]``.
        kept: full columns that are fitted (k,).
        expand: (K, k).
    """

    full: np.ndarray
    owner: list[str]
    labels: list[str]
    kept: np.ndarray
    expand: np.ndarray

    @property
    def reduced(self) -> np.ndarray:
        """The columns that are fitted (n, k)."""
        return self.full[:, self.kept]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fitted columns (k,)."""
        return tuple(self.labels[place] for place in self.kept)

    @property
    def terms(self) -> list[str]:
        """Variables, the constant last."""
        order = list(dict.fromkeys(self.owner))
        return [*order[1:], CONSTANT]

    def grouping(self, terms: Sequence[str]) -> np.ndarray:
        """(K, terms): which full column belongs to which term."""
        return np.array([[float(owner == term) for term in terms] for owner in self.owner])

    def check_categories(self, inside: np.ndarray, group: str) -> None:
        """Raise a DataError unless each column is somewhere other than 0 among rows inside."""
        empty = ~(self.full[inside] != 0).any(axis=0)
        if empty.any():
            raise NotEstimable(
                f"term '{self.labels[int(np.flatnonzero(empty)[0])]}', {group}",
                reason="no_data",
                found="no row, or only zeros",
                expected="each category, and some other value than 0, in both groups",
                remedy="merge the category with another, or leave the variable out",
            )


def regressors(
    frame: pd.DataFrame,
    numeric: Sequence[str],
    categorical: Sequence[str],
    used: np.ndarray,
    normalised: bool,
    forbidden: Sequence[str],
) -> Regressors:
    """The columns of the variables named, for the rows used.

    Args:
        numeric, categorical: names of the variables.
        used: rows where all of them are known (n,).
        normalised: coefficients of a variable's categories sum to 0, the constant taking their
            mean; otherwise the first category's is 0.
        forbidden: names that can't be regressors.

    Raises:
        DataError: no variable, one twice or forbidden, not a number, or a single category.
    """
    _check_names([*numeric, *categorical], forbidden)
    size = len(frame)
    columns, owner, labels = [used.astype(float)], [CONSTANT], [CONSTANT]
    kept, omitted = [0], {}
    for name in numeric:
        kept.append(len(columns))
        columns.append(np.where(used, numbers(frame, name), 0.0))
        owner.append(name)
        labels.append(name)
    for name in categorical:
        coded = categories(frame[name][used])
        start, count = len(columns), len(coded.categories)
        kept += range(start + 1, start + count)
        omitted[start] = count
        dummies = np.zeros((size, count))
        dummies[np.flatnonzero(used), coded.codes] = 1.0
        columns += list(dummies.T)
        owner += [name] * count
        labels += [f"{name}[{label}]" for label in coded.categories]
    expand = np.eye(len(columns))[:, kept]
    return Regressors(
        np.column_stack(columns), owner, labels, np.array(kept),
        _deviations(expand, omitted) if normalised else expand,
    )  # fmt: skip


def _deviations(expand: np.ndarray, omitted: dict[int, int]) -> np.ndarray:
    """The same, with the mean of each variable's coefficients moved to the constant."""
    moved = expand.copy()
    for start, count in omitted.items():
        mean = expand[start : start + count].mean(axis=0)
        moved[start : start + count] -= mean
        moved[0] += mean
    return moved


def _check_names(names: list[str], forbidden: Sequence[str]) -> None:
    seen = [*forbidden, CONSTANT, "total"]
    if not names:
        raise DataError(
            "explanatory variables",
            found="none",
            expected="at least one, numeric or categorical",
            remedy="name the variables that may explain the gap",
        )
    for name in names:
        if name in seen:
            raise DataError(
                f"explanatory variable '{name}'",
                found="a name used twice, for the gap or its groups, or for a row of the table",
                expected="each variable once, under a name of its own",
                remedy="take it out of the list, or rename the column",
            )
        seen.append(name)
