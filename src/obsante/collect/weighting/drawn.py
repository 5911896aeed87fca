"""Units of a sample that count as drawn, once the sample is known to be whole."""

from __future__ import annotations

import pandas as pd

from obsante.collect.sample_schema import SamplePart
from obsante.collect.weighting.plan import Plan
from obsante.errors import DataError
from obsante.stats.sampling import RESERVE

# Columns of the file of `obsante sample`: whether a unit is in reserve, and its turn in the stratum
# or in the primary unit.
STATUS, RANK = "statut", "rang"


def drawn_units(
    sample: pd.DataFrame, plan: Plan, answered: pd.Index
) -> tuple[pd.DataFrame, int]:
    """Units that count as drawn, by identifier, and how many of them come from the reserve.

    A unit of the reserve counts as drawn if it answered, or one after it in its group.

    Args:
        sample: indexed by identifier, text.
        answered: identifiers of the units that answered.

    Raises:
        DataError: a count that is none, rows that lack, a size that changes within its group.
    """
    units = sample.sort_index()
    for column in plan.counts:
        units[column] = _whole(units[column])
    in_reserve = units[STATUS].eq(RESERVE) if STATUS in units else pd.Series(False, units.index)
    part = plan.last
    _require_whole_sample(units, ~in_reserve, part)
    if plan.within is not None:
        _require_whole_sample(*_primary_rows(units, plan.strata), plan.strata)
    if in_reserve.any():
        rank = _whole(units[RANK])
        last = rank.where(in_reserve & units.index.isin(answered)).groupby(units[part.by]).max()
        units = units[~in_reserve | (rank <= units[part.by].map(last))]
    called = int(in_reserve.loc[units.index].sum())
    units[part.units.drawn] = units[part.by].map(units[part.by].value_counts())
    return units, called


def _whole(cells: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = cells[~(numbers >= 1) | (numbers % 1 != 0)]
    if len(wrong):
        raise DataError(
            f"sample, unit '{wrong.index[0]}', column {cells.name}", found=f"'{wrong.iloc[0]}'",
            expected="a whole number, as obsante sample writes it",
            remedy="take the sample file as it was drawn",
        )  # fmt: skip
    return numbers.astype("int64")


def _primary_rows(units: pd.DataFrame, part: SamplePart) -> tuple[pd.DataFrame, pd.Series]:
    """One row for each primary unit; more, hence too many, if its rows don't agree."""
    names = [part.units.column, part.by, part.units.drawn, part.units.size]
    rows = units[names].drop_duplicates()
    return rows, pd.Series(True, rows.index)


def _require_whole_sample(units: pd.DataFrame, counted: pd.Series, part: SamplePart) -> None:
    """Each group has all its rows, those of the reserve not ``counted``, and one size."""
    by_group = units.groupby(part.by)
    counts = by_group[part.units.drawn].agg(["min", "max"])
    counts["size"] = counted.groupby(units[part.by]).sum()
    sizes = by_group[part.units.size].agg(["min", "max"])
    lost = counts[(counts["size"] != counts["min"]) | (counts["min"] != counts["max"])]
    wrong = sizes[(sizes["min"] != sizes["max"]) | (sizes["min"] < counts["size"])]
    if len(lost):
        raise DataError(
            f"sample, {part.by} '{lost.index[0]}'",
            found=f"{lost['size'].iloc[0]} units drawn, where {part.units.drawn} says "
            f"{lost['min'].iloc[0]}",
            expected="every unit drawn, whether it answered or not",
            remedy="take the sample file as it was drawn, with all its rows",
        )
    if len(wrong):
        raise DataError(
            f"sample, {part.by} '{wrong.index[0]}', column {part.units.size}",
            found=f"{wrong['min'].iloc[0]} and {wrong['max'].iloc[0]}",
            expected="one size for the group, not under the number drawn",
            remedy="take the sample file as it was drawn",
        )
