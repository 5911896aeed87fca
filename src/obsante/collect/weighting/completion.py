"""Answers of the field joined to the sample: every unit drawn, and weights of those that answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.conversion import written
from obsante.collect.sample_schema import SamplePart
from obsante.collect.table_schema import Table
from obsante.collect.weighting.drawn import drawn_units
from obsante.collect.weighting.matching import Matched, matched
from obsante.collect.weighting.plan import RESPONDING, SAMPLING, Plan, plan_of
from obsante.collect.weighting.strata import joined
from obsante.stats.sampling import LEAST_ANSWERS
from obsante.stats.weighting import nonresponse_cells


@dataclass(frozen=True, eq=False)
class Completed:
    """A survey's table, and what was done to obtain it.

    Attributes:
        rows: one row for each unit drawn, by identifier: the dictionary's columns, as text.
        strata: one row for each stratum of the sample: ``strate``, ``taille``, ``tires``,
            ``repondants``, ``rejoint`` (the stratum that it is in now), and of the latter
            ``taux_reponse`` and ``facteur``, from its sampling weight to that of its respondents.
            In two stages they count primary units; one responds if a unit of it does.
        strays: answers of units that are not in the sample, as received.
        copies: identical answers that came again.
        silent: answers in which nothing is answered: refusals, forms given up.
        called: units of the reserve that were called up.
        lost: units drawn in each primary unit where nobody answered; they are not in ``rows``.
    """

    rows: pd.DataFrame
    strata: pd.DataFrame
    strays: pd.DataFrame
    copies: int
    silent: int
    called: int
    lost: pd.Series


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

    In two stages, all this holds of the primary units of a stratum, of which n_h are retained:
    those where a unit answered. One where nobody did is left out with its units. The weight of a
    respondent is N_h / n_h x M / r, r of the M units of its primary unit having answered; the
    sampling weight N_h / n_h x M / m, with m drawn; the reserve is that of the primary unit.

    Args:
        sample: as ``obsante sample`` writes it, text; rows and columns in any order.
        answers: the survey's columns, text; those that the sample gives too must agree with it.
        table: the survey's, such as ``etablissements`` or, in two stages, ``professionnels``.
        least: respondents that a stratum needs.

    Raises:
        DataError: a sample that is not that of the table, two different answers of one unit, an
            answer that contradicts the sample, or a stratum that can join no other.
    """
    plan = plan_of(table)
    key = table.primaryKey[0]
    found = matched(sample, answers, table, plan.answered)
    units, called = drawn_units(sample.set_index(key, drop=False), plan, found.answers.index)
    answered = pd.Series(units.index.isin(found.answers.index), units.index)
    primary, responding = _primary(units, answered, plan.strata)
    strata = _strata(primary, responding, plan.strata)
    home = joined(strata, least=least)
    primary[plan.strata.by] = primary[plan.strata.by].map(home)
    weights, factors = _weights(primary, responding, plan.strata, strata, home)
    kept, lost = primary, pd.Series(dtype="int64")
    if plan.within is not None:
        lost = units.groupby(plan.within.by).size().drop(weights.index)
        kept, weights = _within(units, answered, primary.loc[weights.index], weights, plan)
    rows = _rows(kept, found, weights, table, plan)
    return Completed(rows, _described(strata, home, factors), found.strays, found.copies,
                     found.silent, called, lost)  # fmt: skip


def _primary(
    units: pd.DataFrame, answered: pd.Series, part: SamplePart
) -> tuple[pd.DataFrame, pd.Series]:
    """What was drawn in the strata, by identifier, and whether any of it answered."""
    name = part.units.column
    if name is None:
        return units, answered
    primary = units.drop_duplicates(name).set_index(name, drop=False)
    return primary, answered.groupby(units[name]).any().loc[primary.index]


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


def _within(
    units: pd.DataFrame, answered: pd.Series, retained: pd.DataFrame, weights: pd.Series, plan: Plan
) -> tuple[pd.DataFrame, pd.Series]:
    """Units of the primary units retained, and weights of those that answered.

    Args:
        retained: primary units, by identifier, in the stratum that they are in now.
        weights: theirs, N_h / n_h.
    """
    first, count = plan.strata, plan.within.units
    now = retained.assign(**{
        first.units.drawn: retained[first.by].map(retained[first.by].value_counts())
    })  # fmt: skip
    kept = units[units[plan.within.by].isin(now.index)].copy()
    place, heard = kept[plan.within.by], answered.loc[kept.index]
    for name in (first.by, first.units.size, first.units.drawn):
        kept[name] = place.map(now[name])
    kept[RESPONDING] = heard.groupby(place).transform("sum")
    kept[SAMPLING] = place.map(weights) * kept[count.size] / kept[count.drawn]
    return kept, nonresponse_cells(kept[SAMPLING], place, heard, minimum=1)[0]


def _rows(
    units: pd.DataFrame, found: Matched, weights: pd.Series, table: Table, plan: Plan
) -> pd.DataFrame:
    """The dictionary's columns as text: the sample's, what is computed, then the answers."""
    other = next(str(code) for code in table.field(plan.answered.column).codes
                 if code != plan.answered.code)  # fmt: skip
    said = np.where(units.index.isin(found.answers.index), plan.answered.code, other)
    numbers = {plan.weights: weights.reindex(units.index)}
    numbers |= {name: units[name] for name in plan.numbers}
    cells = {name: written(values, table.field(name)).replace("", pd.NA)
             for name, values in numbers.items()}  # fmt: skip
    cells[plan.answered.column] = pd.Series(said, units.index)
    known = units.assign(**cells)
    nothing = pd.Series(pd.NA, units.index)
    rows = {name: known[name] if name in known else found.answers.get(name, nothing)
            for name in table.columns}  # fmt: skip
    return pd.DataFrame(rows, units.index).astype("str").reset_index(drop=True)


def _described(strata: pd.DataFrame, home: dict, factors: pd.DataFrame) -> pd.DataFrame:
    rates = factors.set_index("cellule")[["taux_reponse", "facteur"]]
    table = strata.assign(rejoint=pd.Series(home))
    return table.join(rates, on="rejoint").reset_index(names="strate")
