"""Domains of a table: which of them each unit is in, and what is counted there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.survey.design import SurveyDesign

NATIONAL = "national"


@dataclass(frozen=True, eq=False)
class Partition:
    """Disjoint domains: the code of each unit (n,), -1 outside, and the name of each domain."""

    dimension: str
    codes: np.ndarray
    labels: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of domains."""
        return len(self.labels)

    def inside(self, usable: np.ndarray) -> np.ndarray:
        """The codes, -1 for the units that are not ``usable``."""
        return np.where(usable, self.codes, -1)


def same_rows(design: SurveyDesign, values: pd.DataFrame | pd.Series, name: str) -> None:
    """Raise a DataError unless ``values`` has the rows of the design, in the same order."""
    if not isinstance(values, (pd.DataFrame, pd.Series)):
        raise DataError(
            f"'{name}'",
            found=f"{type(values).__name__}",
            expected="a column or a table with the rows of the design",
            remedy="take it from the table of respondents that the design was built from",
        )
    if not values.index.equals(design.index):
        raise DataError(
            f"'{name}'",
            found=f"{len(values)} row(s) whose index is not the design's",
            expected=f"the {design.size} rows of the design, in the same order",
            remedy="build both from the same table of respondents",
        )


def whole(size: int) -> Partition:
    """The whole sample as one domain."""
    return Partition(NATIONAL, np.zeros(size, dtype=np.int64), (NATIONAL,))


def partition(values: pd.Series, dimension: str) -> Partition:
    """The domains of one column: its categories in order, else its sorted values.

    Raises:
        DataError: the column names no domain, or two domains that read alike.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, labels = values.cat.codes.to_numpy(dtype=np.int64), values.cat.categories
    else:
        codes, labels = pd.factorize(values, sort=True)
    names = tuple(map(str, labels))
    if not names or len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DataError(
            f"dimension '{dimension}'",
            found=f"two domains that read '{twice[0]}'" if names else "no domain: all is missing",
            expected="the domain of each unit, or of some, under one name",
            remedy="leave the dimension out, or correct the column",
        )
    return Partition(dimension, np.asarray(codes, dtype=np.int64), names)


def partitions(
    design: SurveyDesign, domains: pd.DataFrame, by: str | Sequence[str]
) -> Iterator[Partition]:
    """The whole sample, then one partition for each dimension of ``by``.

    Raises:
        DataError: the rows are not the design's, or a dimension is not a column of ``domains``.
    """
    same_rows(design, domains, "domains")
    names = [by] if isinstance(by, str) else list(by)
    columns = {name: checks.column(domains, name) for name in names}
    if NATIONAL in columns:
        raise DataError(
            f"dimension '{NATIONAL}'",
            found="the name of the whole sample",
            expected="another name for a dimension",
            remedy="rename the column",
        )
    yield whole(len(domains))
    for name, values in columns.items():
        yield partition(values, name)


def members(
    design: SurveyDesign, inside: pd.Series | np.ndarray | None, name: str
) -> np.ndarray:
    """Who is in a group (n,): True or False for each unit, a missing answer being outside.

    Args:
        inside: everyone by default; an array is read by position.

    Raises:
        DataError: the rows are not the design's, or the values are not true or false.
    """
    if inside is None:
        return np.ones(design.size, dtype=bool)
    if isinstance(inside, np.ndarray) and inside.shape == (design.size,):
        inside = pd.Series(inside, index=design.index)
    same_rows(design, inside, name)
    chosen = inside.astype("object").where(inside.notna(), False)
    # 1 and 0 are equal to True and False.
    numbers = is_numeric_dtype(inside.dtype) and not is_bool_dtype(inside.dtype)
    if numbers or not chosen.isin([True, False]).all():
        raise DataError(
            f"group '{name}'",
            found=f"values of type {inside.dtype}",
            expected="True or False for each unit",
            remedy="give a condition, such as table['milieu'] == 'urbain'",
        )
    return chosen.to_numpy(dtype=bool)


def group(inside: np.ndarray, usable: np.ndarray, name: str) -> Partition:
    """The members of one group as a domain that holds an answer.

    Raises:
        DataError: no member gave an answer.
    """
    if not (inside & usable).any():
        raise NotEstimable(
            f"domain '{name}'",
            reason="no_data",
            found="no unit with an answer",
            expected="at least one",
            remedy="correct the condition that defines the domain, or leave the comparison out",
        )
    return Partition(name, np.where(inside, 0, -1), (name,))


def counts(
    design: SurveyDesign, state: pd.Series, domain: Partition, usable: np.ndarray
) -> dict[str, np.ndarray]:
    """Answers and what they stand for, missing answers and units not concerned, by domain."""
    inside = domain.inside(usable)
    absent = {name: (state == name).to_numpy() for name in ("missing", "not_applicable")}
    return {
        "n": sums(inside, domain.size),
        "effectif": sums(inside, domain.size, design.weights),
        "n_manquant": sums(domain.inside(absent["missing"]), domain.size),
        "n_sans_objet": sums(domain.inside(absent["not_applicable"]), domain.size),
    }


def sums(codes: np.ndarray, size: int, values: np.ndarray | None = None) -> np.ndarray:
    """Sum of ``values`` by domain (size,), or number of rows; a negative code is in none."""
    return np.bincount(codes + 1, values, size + 1)[1:]
