"""Which part of each stratum lies in each domain: what the precision of a domain depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.survey import NATIONAL


@dataclass(frozen=True, eq=False)
class Domains:
    """Units of the frame by domain and stratum.

    Attributes:
        labels: one row for each domain, ``dimension`` and ``modalite``; the whole frame first.
        strata: name of each stratum (H,).
        counts: units of each stratum in each domain (D, H), floats; its first row is N_h.
    """

    labels: pd.DataFrame
    strata: pd.Index
    counts: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """N_h (H,): units of each stratum."""
        return self.counts[0]

    @property
    def totals(self) -> np.ndarray:
        """N_d (D,): units of each domain."""
        return self.counts.sum(axis=1)

    @property
    def parts(self) -> np.ndarray:
        """Share of each stratum that lies in each domain (D, H)."""
        return self.counts / self.sizes

    def per_stratum(self, values: object, name: str) -> np.ndarray:
        """A number for each stratum (H,), the same everywhere if only one is given."""
        whole = np.ndim(values) == 0
        given = np.full(len(self.strata), values) if whole else values
        return checks.vector(given, name, len(self.strata))

    def where(self, dimensions: Sequence[str]) -> np.ndarray:
        """True (D,) for the domains of these dimensions.

        Raises:
            DataError: a dimension has no domain here.
        """
        known = self.labels["dimension"]
        for dimension in dimensions:
            checks.choice(dimension, "dimension", known.unique())
        return known.isin(list(dimensions)).to_numpy()


def domains(frame: pd.DataFrame, *, strata: str, by: Sequence[str] = ()) -> Domains:
    """Count the frame by domain and stratum.

    Args:
        frame: one row for each unit.
        strata: column of the strata, which are taken in the order of their names.
        by: columns of the dimensions; the whole frame always comes first. Modalities keep the order
            of a categorical column, and that of their names otherwise.

    Raises:
        DataError: an empty frame, an unknown column, a missing stratum or modality.

    >>> frame = pd.DataFrame({"h": ["a", "a", "b"], "m": ["u", "r", "r"]})
    >>> d = domains(frame, strata="h", by=["m"])
    >>> d.counts.astype(int).tolist(), d.labels["modalite"].tolist()
    ([[2, 1], [1, 1], [1, 0]], ['national', 'r', 'u'])
    """
    names = _column(frame, strata).astype("str")
    whole = pd.Series(NATIONAL, index=frame.index)
    tables = [_counted(whole, names, NATIONAL)]
    tables += [_counted(_column(frame, dimension), names, dimension) for dimension in by]
    table = pd.concat(tables)
    labels = table.index.to_frame(index=False, name=["dimension", "modalite"])
    return Domains(labels, table.columns, table.to_numpy(dtype=float))


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    column = checks.column(frame, name)
    if column.empty or column.isna().any():
        raise DataError(
            f"frame, column '{name}'",
            found="no unit" if column.empty else f"{int(column.isna().sum())} missing value(s)",
            expected="at least one unit, and a value for each", remedy="complete the frame",
        )  # fmt: skip
    return column


def _counted(column: pd.Series, strata: pd.Series, dimension: str) -> pd.DataFrame:
    table = pd.crosstab(column, strata)
    labels = [str(label) for label in table.index]
    table.index = pd.MultiIndex.from_product([[dimension], labels])
    return table
