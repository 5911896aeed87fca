"""Failures of checks as lines of the quarantine file: value as written, message in French."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from obsante.collect import messages
from obsante.collect.chunks import LINE, notes
from obsante.collect.schemas import RowCheck
from obsante.collect.table_schema import Table

COLUMNS = ["table", "fichier", LINE, "identifiant", "regle", "colonne", "valeur", "message"]
JOIN = ", "
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
    found = found.assign(colonne=JOIN.join(check.columns))
    return found.assign(valeur=joined(text, found, check.columns), message=check.message)


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

    found = found.assign(colonne=JOIN.join(check.columns))
    return _explained(found, joined(text, found, check.columns), explain)


def ordered(
    table: Table, file: str, parts: Iterable[pd.DataFrame], text: pd.DataFrame
) -> pd.DataFrame:
    """Violations of one file's rows as :data:`COLUMNS`, in the order of :func:`sorted_rows`.

    Args:
        parts: frames of ``ligne``, ``regle``, ``colonne``, ``valeur``, ``message``.
    """
    found = pd.concat([part for part in parts if len(part)] or [notes()], ignore_index=True)
    found = found.assign(
        table=table.name, fichier=file, identifiant=joined(text, found, table.primaryKey)
    )
    return sorted_rows(table, found[COLUMNS], LINE)


def sorted_rows(table: Table, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """``found`` by ``by``, then by column in the dictionary's order; unknown columns come last."""
    ranks = {name: rank for rank, name in enumerate(table.columns)}
    places = [ranks.get(listed.partition(JOIN)[0], len(ranks)) for listed in found["colonne"]]
    found = found.assign(place=places).sort_values([by, "place"], kind="stable", ignore_index=True)
    return found.drop(columns="place")


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


def joined(text: pd.DataFrame, found: pd.DataFrame, columns: list[str]) -> list[str]:
    """Cells of ``columns`` as written, joined, for each line of ``found``."""
    return list_joined(text.loc[found[LINE], columns].fillna(""))


def list_joined(cells: pd.DataFrame) -> list[str]:
    """The cells of each row as one text."""
    return [JOIN.join(row) for row in cells.itertuples(index=False, name=None)]
