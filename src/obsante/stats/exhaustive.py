"""Counts, sums, means and ratios of a register that holds every unit: no weight, no interval.

Each function gives the whole, then each domain of each dimension. In a register that holds every
unit, a domain without any is a true zero; a number that is not known is neither a zero nor counted,
and how many are not known is said beside each value. What is uncertain (units that the register
lacks, numbers that it does not know) has no sampling interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from obsante.stats import checks
from obsante.stats.survey.domains import NATIONAL

COLUMNS = ["dimension", "modalite", "estimation", "n", "n_manquant"]


def counts(frame: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Number of units.

    Args:
        frame: one row per unit.
        by: dimensions, columns of ``frame``. Of a categorical one every category has a row, in its
            order; of another, the values present. A unit without a value is in no domain of it.

    Returns:
        Columns :data:`COLUMNS`: ``n`` units, ``n_manquant`` 0.

    Raises:
        DataError: a dimension is not a column.

    >>> counts(pd.DataFrame({"a": ["x", "x", "y"]}), by=["a"])["estimation"].tolist()
    [3.0, 2.0, 1.0]
    """
    parts = _domains(frame, by)
    return _table([(key, float(len(rows)), len(rows), 0) for key, rows in parts])


def sums(frame: pd.DataFrame, column: str, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Sum of a column over the units that say it; arguments as :func:`counts`.

    Returns:
        Columns :data:`COLUMNS`: ``n`` units that say it, ``n_manquant`` those that don't. A domain
        without any unit is 0, one of which no unit says it has no value.

    >>> frame = pd.DataFrame({"a": ["x", "x", "y"], "v": [1.0, np.nan, np.nan]})
    >>> sums(frame, "v", by=["a"])["estimation"].tolist()
    [1.0, 1.0, nan]
    """
    rows = []
    for key, values in _values(frame, column, by):
        known = values[np.isfinite(values)]
        unsaid = len(values) - len(known)
        total = float(known.sum()) if len(known) or not unsaid else np.nan
        rows.append((key, total, len(known), unsaid))
    return _table(rows)


def means(frame: pd.DataFrame, column: str, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Mean of a column over the units that say it; arguments as :func:`counts`.

    Returns:
        As :func:`sums`; a domain without any unit has no row.

    >>> means(pd.DataFrame({"v": [1.0, 3.0, np.nan]}), "v")["estimation"].tolist()
    [2.0]
    """
    rows = []
    for key, values in _values(frame, column, by):
        known = values[np.isfinite(values)]
        mean = float(known.mean()) if len(known) else np.nan
        rows.append((key, mean, len(known), len(values) - len(known)))
    return _table([row for row in rows if row[2] + row[3]])


def ratios(
    frame: pd.DataFrame, numerator: str, denominator: str, *, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Ratio of the sums of two columns over the units that say both; arguments as :func:`counts`.

    Returns:
        As :func:`sums`; a domain whose denominator adds up to zero has no value if units there do
        not say it, and no row otherwise, since there is nothing to divide.

    >>> frame = pd.DataFrame({"v": [1.0, 3.0, 5.0], "w": [2.0, 2.0, np.nan]})
    >>> ratios(frame, "v", "w")[["estimation", "n", "n_manquant"]].to_numpy().tolist()
    [[1.0, 2.0, 1.0]]
    """
    above, below = (dict(_values(frame, name, by)) for name in (numerator, denominator))
    rows = []
    for key, values in above.items():
        known = np.isfinite(values) & np.isfinite(below[key])
        total, unsaid = below[key][known].sum(), int((~known).sum())
        value = float(values[known].sum() / total) if total else np.nan
        if total or unsaid:
            rows.append((key, value, int(known.sum()), unsaid))
    return _table(rows)


def _values(
    frame: pd.DataFrame, name: str, by: Sequence[str]
) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Numbers of a column in each domain, NaN where missing."""
    values = checks.vector(checks.column(frame, name), name, len(frame))
    for key, rows in _domains(frame, by):
        yield key, values[rows]


def _domains(
    frame: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Positions of the units of the whole, then of each domain."""
    yield (NATIONAL, NATIONAL), np.arange(len(frame))
    for dimension in by:
        values = checks.column(frame, dimension)
        categorical = isinstance(values.dtype, pd.CategoricalDtype)
        modalities = values.cat.categories if categorical else sorted(values.dropna().unique())
        for modality in modalities:
            chosen = (values == modality).fillna(False).to_numpy(dtype=bool)
            yield (dimension, str(modality)), np.flatnonzero(chosen)


def _table(rows: list[tuple[tuple[str, str], float, int, int]]) -> pd.DataFrame:
    return pd.DataFrame([(*key, *rest) for key, *rest in rows], columns=COLUMNS)
