"""Domains of a table: which of them each unit is in, and what is counted there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError
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
    """The domains of one column: its categories in order, else its sorted values."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, labels = values.cat.codes.to_numpy(dtype=np.int64), values.cat.categories
    else:
        codes, labels = pd.factorize(values, sort=True)
    return Partition(dimension, np.asarray(codes, dtype=np.int64), tuple(map(str, labels)))


def partitions(domains: pd.DataFrame, by: Sequence[str]) -> Iterator[Partition]:
    """The whole sample, then one partition for each dimension of ``by``.

    Raises:
        DataError: a dimension is not a column of ``domains``.
    """
    columns = {name: checks.column(domains, name) for name in by}
    yield whole(len(domains))
    for name, values in columns.items():
        yield partition(values, name)


def group(design: SurveyDesign, members: pd.Series, name: str, usable: np.ndarray) -> np.ndarray:
    """Members of one group that gave an answer (n,), at least one.

    Raises:
        DataError: the rows are not the design's, or the group holds no answer.
    """
    same_rows(design, members, name)
    inside = members.to_numpy(dtype=bool, na_value=False) & usable
    if not inside.any():
        raise DataError(
            f"domain '{name}'",
            found="no unit with an answer",
            expected="at least one",
            remedy="correct the condition that defines the domain, or leave the comparison out",
        )
    return inside


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
