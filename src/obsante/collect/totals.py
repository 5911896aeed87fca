"""Reference tables against the sums that their publishers give."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from obsante.collect.table_schema import Sum, Table, Total
from obsante.errors import DataError


def check_totals(table: Table, kept: pd.DataFrame, ingested: Mapping[str, pd.DataFrame]) -> None:
    """Number of rows, totals and sums of a reference table.

    Args:
        ingested: rows of the tables that the sums refer to.

    Raises:
        DataError: one of them does not hold; names the column, the sum and what was expected.
    """
    if table.rows is not None and len(kept) != table.rows:
        raise _wrong(table, "number of rows", f"{len(kept)}", f"{table.rows}")
    for total in table.totals:
        _check_total(table, kept, total)
    for one in table.sums:
        _check_sum(table, kept, one, ingested[one.equals.resource])


def _check_total(table: Table, kept: pd.DataFrame, total: Total) -> None:
    where = f"sum of column '{total.column}'"
    value = _complete(table, kept, total.column).sum()
    if not _equal(value, total.equals):
        raise _wrong(table, where, f"{value}", f"{total.equals} ({total.source})")


def _check_sum(table: Table, kept: pd.DataFrame, one: Sum, other: pd.DataFrame) -> None:
    sums = _complete(table, kept, one.column).groupby(kept[one.by].astype("object")).sum()
    expected = other.set_index(other[one.equals.key].astype("object"))[one.equals.column]
    for key, value in expected.dropna().items():
        found = sums.get(key, 0)
        if not _equal(found, value):
            where = f"sum of column '{one.column}' where {one.by} is '{key}'"
            source = f"{one.equals.resource}.{one.equals.column}"
            raise _wrong(table, where, f"{found}", f"{value}, as in {source}")


def _complete(table: Table, kept: pd.DataFrame, column: str) -> pd.Series:
    """The column, none of its values missing: a missing value is not a zero."""
    missing = int(kept[column].isna().sum())
    if missing:
        raise _wrong(table, f"column '{column}'", f"{missing} missing values", "none, to add up")
    return kept[column]


def _equal(value: float, expected: float) -> bool:
    return math.isclose(value, expected, rel_tol=1e-9)


def _wrong(table: Table, where: str, found: str, expected: str) -> DataError:
    return DataError(
        f"data/raw/reference/{table.file}, {where}",
        found=found,
        expected=expected,
        remedy="correct the file from its source and update its sha256, or correct "
        f"config/dictionary/{table.name}.yml",
    )
