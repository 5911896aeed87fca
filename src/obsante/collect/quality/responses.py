"""Who answered a survey, and what those who answered left without an answer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from obsante.collect import schemas
from obsante.collect.expressions import names
from obsante.collect.table_schema import Field, Table
from obsante.stats.answers import NOT_APPLICABLE

ANSWER, UNKNOWN, EMPTY, NOT_ASKED = "reponse", "ne_sait_pas", "vide", "sans_objet"
STATES = (ANSWER, UNKNOWN, EMPTY, NOT_ASKED)


def rates(
    rows: pd.DataFrame, answered: pd.Series, by: Sequence[str], *, weights: str
) -> pd.DataFrame:
    """Response rate of each group, and of the whole without ``by``.

    Args:
        rows: one for each unit drawn.
        answered: True where the unit answered, same index.
        weights: column of the sampling weights.

    Returns:
        ``by``, then ``tires``, ``repondants``, ``taux`` and ``taux_pondere`` (by the sampling
        weights), in proportion.
    """
    weight = rows[weights].astype("float64")
    frame = rows[list(by)].assign(tires=1, repondants=answered.astype("int64"), total=weight,
                                  obtenu=weight * answered)  # fmt: skip
    sums = ["tires", "repondants", "total", "obtenu"]
    table = (frame.groupby(list(by), observed=True)[sums].sum().reset_index() if by
             else frame[sums].sum().to_frame().T)  # fmt: skip
    table = table.astype({"tires": "int64", "repondants": "int64"}).assign(
        taux=table["repondants"] / table["tires"], taux_pondere=table["obtenu"] / table["total"]
    )
    return table.drop(columns=["total", "obtenu"])


def answer_states(
    rows: pd.DataFrame, table: Table, unknown: Sequence[str]
) -> dict[str, pd.Series]:
    """What became of each question of a survey, for each respondent.

    Args:
        rows: respondents, as :func:`obsante.collect.load` gives them.
        table: as it is after :attr:`Table.protected`.
        unknown: codes that are no answer.

    Returns:
        Column -> one of :data:`STATES` per row: an answer; a code of ``unknown``; an empty cell;
        not asked, which is ``sans_objet``, or an empty cell where ``asked_if`` is false and all
        that it uses is known.
    """
    asked = [field for field in table.fields if field.question is not None]
    return {field.name: _states(rows, field, table, unknown) for field in asked}


def _states(rows: pd.DataFrame, field: Field, table: Table, unknown: Sequence[str]) -> pd.Series:
    cells = rows[field.name].astype("object")
    states = pd.Series(ANSWER, rows.index, dtype="str")
    states[cells.isna()] = EMPTY
    states[cells.isin(list(unknown))] = UNKNOWN
    states[(cells == NOT_APPLICABLE).fillna(False).astype("bool")] = NOT_ASKED
    if field.asked_if is not None:
        states[cells.isna() & _not_asked(rows, field.asked_if)] = NOT_ASKED
    return states


def _not_asked(rows: pd.DataFrame, condition: str) -> pd.Series:
    used = rows[sorted(names(condition))]
    plain = schemas.plain(used, used.astype("object"))
    asked = plain.eval(condition, engine="python").astype("bool")
    return ~asked & used.notna().all(axis=1)


def item_counts(states: dict[str, pd.Series], table: Table) -> pd.DataFrame:
    """Count of each state, for each question.

    Returns:
        ``colonne``, ``titre``, a column for each of :data:`STATES`, and ``taux``: the share without
        answer (unknown or empty) of those that were asked; missing where nobody was.
    """
    counts = {name: own.value_counts() for name, own in states.items()}
    found = pd.DataFrame(counts).T.reindex(columns=list(STATES)).fillna(0).astype("int64")
    asked = found[[ANSWER, UNKNOWN, EMPTY]].sum(axis=1)
    found["taux"] = (found[UNKNOWN] + found[EMPTY]) / asked.where(asked > 0)
    titles = [table.field(name).title for name in found.index]
    return found.reset_index(names="colonne").assign(titre=titles)[
        ["colonne", "titre", *STATES, "taux"]
    ]


def unanswered(states: dict[str, pd.Series]) -> pd.DataFrame:
    """Share of the questions asked of each respondent that have no answer, ready for ``stats``.

    Returns:
        ``y`` (0 to 1, missing where nothing was asked) and ``state``, one row per respondent.
    """
    table = pd.DataFrame(states)
    asked = (table != NOT_ASKED).sum(axis=1)
    missing = table.isin([UNKNOWN, EMPTY]).sum(axis=1)
    y = missing / asked.where(asked > 0)
    state = pd.Series("valid", y.index).where(y.notna(), "not_applicable")
    return pd.DataFrame({"y": y, "state": state})
