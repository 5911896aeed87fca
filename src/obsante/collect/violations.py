"""Failures of checks as lines of the quarantine file: value as written, message in French."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from obsante.collect import codes, messages
from obsante.collect.chunks import LINE
from obsante.collect.schemas import RowCheck
from obsante.collect.table_schema import Table

COLUMNS = ["table", LINE, "identifiant", "regle", "colonne", "valeur", "message"]
_JOIN = ", "
# Looking for the nearest allowed value is slow: only for that many different values.
_SEARCHES = 200


def of_cells(table: Table, found: pd.DataFrame, text: pd.DataFrame, year: int) -> pd.DataFrame:
    """Violations of single cells.

    Args:
        found: ``ligne``, ``regle``, ``colonne``.
        text: the table's cells as written, indexed by line.
    """
    parts = [found.assign(valeur="", message="").head(0)]
    for (column, rule), group in found.groupby(["colonne", "regle"], sort=False):
        field = table.field(column)

        def explain(value: str, search: bool, rule: str = rule, field=field) -> str:
            return messages.cell(rule, field, value, year=year, search=search)

        values = text[column].loc[group[LINE]].fillna("").to_numpy()
        parts.append(_explained(group, values, explain))
    return pd.concat(parts, ignore_index=True)


def of_rule(found: pd.DataFrame, check: RowCheck, text: pd.DataFrame) -> pd.DataFrame:
    """Violations of a rule of the dictionary, which brings its own message."""
    found = found.assign(colonne=_JOIN.join(check.columns))
    return found.assign(valeur=_joined(text, found, check.columns), message=check.message)


def of_reference(
    found: pd.DataFrame,
    table: Table,
    check: RowCheck,
    text: pd.DataFrame,
    ingested: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Violations of a foreign key."""
    key = next(k for k in table.foreignKeys if k.fields == check.columns
               and k.reference.resource == check.resource)  # fmt: skip
    other = ingested[check.resource]
    single = len(check.columns) == 1
    allowed = [str(v) for v in other[key.reference.fields[0]].dropna().unique()] if single else []

    def explain(value: str, search: bool) -> str:
        return messages.foreign(value, check.resource, allowed, search=search)

    found = found.assign(colonne=_JOIN.join(check.columns))
    return _explained(found, _joined(text, found, check.columns), explain)


def of_key(
    found: pd.DataFrame, check: RowCheck, typed: pd.DataFrame, text: pd.DataFrame
) -> pd.DataFrame:
    """Violations of the primary key, identical copies apart from rows that disagree.

    Args:
        found: every row whose key is also another row's.

    Returns:
        All of ``found``, less the first of identical rows where no other row has that key.
    """
    rows = text.loc[found[LINE]]
    copies = rows.duplicated().to_numpy()
    key = typed.loc[found[LINE], check.columns].groupby(check.columns, observed=True).ngroup()
    found = found.assign(
        colonne=_JOIN.join(check.columns),
        regle=[codes.COPY if copy else codes.KEY for copy in copies],
        valeur=_joined(text, found, check.columns),
        cle=key.to_numpy(),
        contenu=pd.util.hash_pandas_object(rows, index=False).to_numpy(),
    )
    original = found.groupby("contenu")[LINE].transform("min")
    disagreeing = found[~copies].groupby("cle")[LINE].agg(list)
    found["message"] = [
        messages.copied(first) if rule == codes.COPY else messages.conflict(value, disagreeing[k])
        for rule, first, value, k in zip(
            found["regle"], original, found["valeur"], found["cle"], strict=True
        )
    ]
    alone = ~copies & (found["cle"].map(disagreeing.map(len)) == 1)
    return found[~alone].drop(columns=["cle", "contenu"])


def ordered(table: Table, parts: Iterable[pd.DataFrame], text: pd.DataFrame) -> pd.DataFrame:
    """All violations as :data:`COLUMNS`, by line then by column in the dictionary's order."""
    found = pd.concat(list(parts), ignore_index=True)
    places = {listed: table.columns.index(listed.partition(_JOIN)[0])
              for listed in found["colonne"].unique()}  # fmt: skip
    found["place"] = found["colonne"].map(places)
    found = found.sort_values([LINE, "place"], kind="stable", ignore_index=True)
    found["table"] = table.name
    found["identifiant"] = _joined(text, found, table.primaryKey)
    return found[COLUMNS]


def _explained(
    found: pd.DataFrame, values: Iterable[str], explain: Callable[[str, bool], str]
) -> pd.DataFrame:
    """``found`` with its values and messages; each different value is explained once."""
    found = found.assign(valeur=values)
    known = {
        value: explain(value, rank < _SEARCHES)
        for rank, value in enumerate(found["valeur"].unique())
    }
    return found.assign(message=found["valeur"].map(known))


def _joined(text: pd.DataFrame, found: pd.DataFrame, columns: list[str]) -> list[str]:
    """Cells of ``columns`` as written, joined, for each line of ``found``."""
    cells = text.loc[found[LINE], columns].fillna("")
    return [_JOIN.join(row) for row in cells.itertuples(index=False, name=None)]
