"""Answers of the field joined to the sample: every unit drawn, and weights of those that answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.conversion import written
from obsante.collect.sample_schema import SamplePart
from obsante.collect.table_schema import Table
from obsante.collect.weighting.matching import Matched, matched
from obsante.collect.weighting.strata import joined
from obsante.errors import DataError
from obsante.stats.sampling import LEAST_ANSWERS, RESERVE
from obsante.stats.weighting import nonresponse_cells

SAMPLING = "poids_sondage"
# Columns of the file of `obsante sample`: whether a unit is in reserve, and its turn in the stratum.
STATUS, RANK = "statut", "rang"


@dataclass(frozen=True, eq=False)
class Completed:
    """A survey's table, and what was done to obtain it.

    Attributes:
        rows: one row for each unit drawn, by identifier: the dictionary's columns, as text.
        strata: one row for each stratum of the sample: ``strate``, ``taille``, ``tires``,
            ``repondants``, ``rejoint`` (the stratum that it is in now), and of the latter
            ``taux_reponse`` and ``facteur``, from its sampling weight to that of its respondents.
        strays: answers of units that are not in the sample, as received.
        copies: identical answers that came again.
        silent: answers in which nothing is answered: refusals, forms given up.
        called: units of the reserve that were called up.
    """

    rows: pd.DataFrame
    strata: pd.DataFrame
    strays: pd.DataFrame
    copies: int
    silent: int
    called: int


def complete(
    sample: pd.DataFrame, answers: pd.DataFrame, table: Table, *, least: int = LEAST_ANSWERS
) -> Completed:
    """The table that the dictionary describes, from a sample and the answers that came.

    A unit answered if its row holds at least one answer. Its weight is that of its stratum's units
    shared among those that answered: N_h / r_h (:func:`obsante.stats.weighting.nonresponse_cells`,
    cells being strata). A stratum with too few of them joins another
    (:func:`obsante.collect.weighting.strata.joined`). The reserve was drawn in an order: where one
    of its units answered, those before it count as drawn too, as if the sample had been that larger
    from the start; the others are left out.

    Args:
        sample: as ``obsante sample`` writes it, text; rows and columns in any order.
        answers: the survey's columns, text; those that the sample gives too must agree with it.
        table: the survey's, whose units are drawn directly, such as ``etablissements``.
        least: respondents that a stratum needs.

    Raises:
        DataError: a sample that is not that of the table, two different answers of one unit, an
            answer that contradicts the sample, or a stratum that can join no other.
    """
    part = direct_plan(table)
    key = table.primaryKey[0]
    found = matched(sample, answers, table, part)
    units, called = _drawn(sample.set_index(key, drop=False), part, found.answers.index)
    answered = pd.Series(units.index.isin(found.answers.index), units.index)
    strata = _strata(units, answered, part)
    home = joined(strata, least=least)
    units[part.by] = units[part.by].map(home)
    weights, factors = _weights(units, answered, part, strata, home)
    rows = _rows(units, found, weights, table, part)
    return Completed(rows, _described(strata, home, factors), found.strays, found.copies,
                     found.silent, called)  # fmt: skip


def direct_plan(table: Table) -> SamplePart:
    """What the dictionary says of the units drawn and of their weights.

    Raises:
        DataError: no such sample: a table without one, or drawn in two stages.
    """
    for part in table.sample:
        direct = part.units is not None and part.units.column is None
        if direct and part.weights is not None and len(table.primaryKey) == 1:
            return part
    raise DataError(
        f"table '{table.name}'", found="no sample of units drawn directly in strata, with weights",
        expected="a table such as 'etablissements' (key sample of its dictionary)",
        remedy="fill in the columns of the sample and the weights outside obsante, as "
        f"config/dictionary/{table.name}.yml defines them, and list the file in sources.yml",
    )  # fmt: skip


def _drawn(
    sample: pd.DataFrame, part: SamplePart, answered: pd.Index
) -> tuple[pd.DataFrame, int]:
    """Units that count as drawn, by identifier, and how many of them come from the reserve."""
    units = sample.sort_index()
    for column in (part.units.drawn, part.units.size):
        units[column] = _whole(units[column])
    in_reserve = units[STATUS].eq(RESERVE) if STATUS in units else pd.Series(False, units.index)
    _require_whole_sample(units[~in_reserve], part)
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


def _require_whole_sample(units: pd.DataFrame, part: SamplePart) -> None:
    """The sample has all its rows, and one size for each stratum."""
    by_stratum = units.groupby(part.by)
    counts = by_stratum[part.units.drawn].agg(["size", "min", "max"])
    sizes = by_stratum[part.units.size].agg(["min", "max"])
    lost = counts[(counts["size"] != counts["min"]) | (counts["min"] != counts["max"])]
    wrong = sizes[(sizes["min"] != sizes["max"]) | (sizes["min"] < counts["size"])]
    if len(lost):
        raise DataError(
            f"sample, stratum '{lost.index[0]}'",
            found=f"{lost['size'].iloc[0]} units drawn, where {part.units.drawn} says "
            f"{lost['min'].iloc[0]}",
            expected="every unit drawn, whether it answered or not",
            remedy="take the sample file as it was drawn, with all its rows",
        )
    if len(wrong):
        raise DataError(
            f"sample, stratum '{wrong.index[0]}', column {part.units.size}",
            found=f"{wrong['min'].iloc[0]} and {wrong['max'].iloc[0]}",
            expected="one size for the stratum, not under the number drawn",
            remedy="take the sample file as it was drawn",
        )


def _strata(units: pd.DataFrame, answered: pd.Series, part: SamplePart) -> pd.DataFrame:
    frame = pd.DataFrame({
        part.by: units[part.by], "taille": units[part.units.size], "tires": 1,
        "repondants": answered.astype("int64"),
    })  # fmt: skip
    sums = {"taille": "first", "tires": "sum", "repondants": "sum"}
    return frame.groupby(part.by).agg(sums)


def _weights(
    units: pd.DataFrame, answered: pd.Series, part: SamplePart, strata: pd.DataFrame, home: dict
) -> tuple[pd.Series, pd.DataFrame]:
    """Sampling weights and sizes written in ``units``; weights of the respondents, and factors."""
    now = strata.groupby(home).sum()
    units[part.units.size] = units[part.by].map(now["taille"])
    units[part.units.drawn] = units[part.by].map(now["tires"])
    units[SAMPLING] = units[part.units.size] / units[part.units.drawn]
    return nonresponse_cells(units[SAMPLING], units[part.by], answered, minimum=1)


def _rows(
    units: pd.DataFrame, found: Matched, weights: pd.Series, table: Table, part: SamplePart
) -> pd.DataFrame:
    """The dictionary's columns as text: the sample's, what is computed, then the answers."""
    other = next(str(code) for code in table.field(part.answered.column).codes
                 if code != part.answered.code)  # fmt: skip
    said = np.where(units.index.isin(found.answers.index), part.answered.code, other)
    numbers = {part.weights.column: weights.reindex(units.index)}
    numbers |= {name: units[name] for name in (SAMPLING, part.units.size, part.units.drawn)}
    cells = {name: written(values, table.field(name)).replace("", pd.NA)
             for name, values in numbers.items()}  # fmt: skip
    cells[part.answered.column] = pd.Series(said, units.index)
    known = units.assign(**cells)
    nothing = pd.Series(pd.NA, units.index)
    rows = {name: known[name] if name in known else found.answers.get(name, nothing)
            for name in table.columns}  # fmt: skip
    return pd.DataFrame(rows, units.index).astype("str").reset_index(drop=True)


def _described(strata: pd.DataFrame, home: dict, factors: pd.DataFrame) -> pd.DataFrame:
    rates = factors.set_index("cellule")[["taux_reponse", "facteur"]]
    table = strata.assign(rejoint=pd.Series(home))
    return table.join(rates, on="rejoint").reset_index(names="strate")
