"""Which answer belongs to which unit of a sample; what can't be said stops, or is left apart."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from obsante.collect.sample_schema import Answered
from obsante.collect.table_schema import Table
from obsante.collect.weighting.plan import RESPONDING
from obsante.errors import DataError, nearest
from obsante.stats.answers import NOT_APPLICABLE

_NAMED = 3


@dataclass(frozen=True, eq=False)
class Matched:
    """Answers by unit of the sample, and what was left apart; as :class:`Completed`."""

    answers: pd.DataFrame
    strays: pd.DataFrame
    copies: int
    silent: int


def matched(
    sample: pd.DataFrame, answers: pd.DataFrame, table: Table, answered: Answered
) -> Matched:
    """One answer for each unit that gave one.

    Args:
        sample, answers, table: as :func:`obsante.collect.weighting.complete`.
        answered: where a row says that its unit answered.

    Raises:
        DataError: a sample without the key or with a unit twice, columns of no table, several
            different answers of a unit, a refusal with answers, cells that contradict the sample.
    """
    key = table.primaryKey[0]
    _check_sample(sample, table, key, answered)
    _check_columns(answers, table, key)
    inside = answers[key].isin(sample[key])
    own = answers[inside]
    told = _told(own, table)
    _require_consistent(own, told, key, answered)
    once = own[told].drop_duplicates()
    _require_one(once, key)
    found = once.set_index(key, drop=False)
    _require_same(found, sample.set_index(key), table)
    silent = own.loc[~told & ~own[key].isin(found.index), key].nunique()
    copies = int(told.sum()) - len(once)
    return Matched(found, answers[~inside], copies, silent)


def _check_sample(sample: pd.DataFrame, table: Table, key: str, answered: Answered) -> None:
    computed = {answered.column, RESPONDING}
    needed = [field.name for field in table.fields
              if field.constraints.required and field.name not in computed]  # fmt: skip
    missing = [name for name in [key, *needed] if name not in sample]
    if missing:
        raise DataError(
            "sample", found=f"no column '{missing[0]}'",
            expected=f"the columns that table '{table.name}' asks of each unit drawn: "
            f"{', '.join(needed)}", remedy="take the file that obsante sample writes for this table",
        )  # fmt: skip
    twice = sample.loc[sample[key].duplicated() | sample[key].isna(), key]
    if len(twice):
        raise DataError(
            f"sample, column {key}", found=f"'{twice.iloc[0]}' on several rows",
            expected="one row for each unit", remedy="take the sample file as it was drawn",
        )  # fmt: skip


def _check_columns(answers: pd.DataFrame, table: Table, key: str) -> None:
    for name in [key, *answers.columns]:
        if name not in answers or name not in table.columns:
            raise DataError(
                "answers", found=f"no column '{name}'" if name == key else f"column '{name}'",
                expected=key if name == key else nearest(name, table.columns),
                remedy="name the columns as the dictionary does, or use a profile of config/imports",
            )  # fmt: skip


def _told(rows: pd.DataFrame, table: Table) -> pd.Series:
    """Whether each row holds an answer: neither a name nor a question not asked is one."""
    asked = [field.name for field in table.fields
             if field.question and not field.identifier and field.name in rows]  # fmt: skip
    cells = rows[asked]
    return (cells.notna() & (cells != NOT_APPLICABLE)).any(axis=1)


def _require_consistent(
    rows: pd.DataFrame, told: pd.Series, key: str, answered: Answered
) -> None:
    if answered.column not in rows:
        return
    refused = rows[told & rows[answered.column].notna() & (rows[answered.column] != answered.code)]
    if len(refused):
        first = refused.iloc[0]
        raise DataError(
            f"answers, unit '{first[key]}'",
            found=f"{answered.column} '{first[answered.column]}', with answers"
            f"{_more(len(refused) - 1)}",
            expected=f"answers of units that took part ('{answered.code}') only",
            remedy="correct the row at its source: it refused, or it answered",
        )


def _require_one(rows: pd.DataFrame, key: str) -> None:
    twice = rows.loc[rows[key].duplicated(), key].unique()
    if len(twice):
        named = ", ".join(f"'{name}'" for name in twice[:_NAMED])
        raise DataError(
            f"answers, column {key}",
            found=f"several different answers of one unit: {named}{_more(len(twice) - _NAMED)}",
            expected="one answer for each unit",
            remedy="keep one of them at the source: only the field knows which one holds",
        )


def _require_same(answers: pd.DataFrame, sample: pd.DataFrame, table: Table) -> None:
    """What the answers repeat of the sample is what the sample says."""
    for name in [name for name in table.columns if name in sample and name in answers]:
        said, known = answers[name], sample[name].reindex(answers.index)
        same = said.isna() | (said == known) | (_numbers(said) == _numbers(known))
        if not same.all():
            unit = same.index[~same][0]
            raise DataError(
                f"answers, unit '{unit}', column {name}",
                found=f"'{said[unit]}'{_more(int((~same).sum()) - 1)}",
                expected=f"'{known[unit]}', as in the sample",
                remedy="name the sample that was in the field, or correct the answer at its source",
            )


def _numbers(cells: pd.Series) -> pd.Series:
    """The numbers among the cells; a code such as 01 is read too, which a same text never needs."""
    return pd.to_numeric(cells, errors="coerce")


def _more(count: int) -> str:
    return f" (and {count} more)" if count > 0 else ""
