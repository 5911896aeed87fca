"""The codebook's chapter: for each table, its unit, its rows, and a table of its variables."""

from __future__ import annotations

import datetime as dt
import re
from itertools import groupby

import pandas as pd

from obsante.collect.codebook import Variable, variables
from obsante.collect.store import Entry, read_index
from obsante.collect.table_schema import Bound, Field, Table
from obsante.edition import Edition
from obsante.paths import Project
from obsante.results import french
from obsante.results.display import pipe_table

_PARTS = {
    "campaign": ("Quelles sont les tables d'enquête et de suivi ?", "sec-dictionnaire-campagne"),
    "reference": ("Quelles sont les tables de référence ?", "sec-dictionnaire-reference"),
}
_SPECIAL = re.compile(r"([\\`*_$@~^<>\[\]#|])")
_WIDTHS = [9, 8, 7]
_NOT_ASKED = "–"


def dictionary(project: Project, edition: Edition) -> str:
    """Markdown of the chapter: campaign tables first.

    Raises:
        DataError, EditionError: a dictionary, an instrument or the index of tables is wrong.
    """
    index = read_index(project, edition.edition)
    by_table = [(table, list(group)) for table, group in
                groupby(variables(project), lambda one: one.table)]  # fmt: skip
    parts = []
    for scope, (title, anchor) in _PARTS.items():
        parts.append(f"## {french.spaced(title)} {{#{anchor}}}")
        parts += [_section(table, group, index.get(table.name), edition)
                  for table, group in by_table if table.scope == scope]  # fmt: skip
    return "\n\n".join(parts)


def _section(table: Table, found: list[Variable], entry: Entry | None, edition: Edition) -> str:
    key = ", ".join(f"`{name}`" for name in table.primaryKey) or "aucune"
    rows = (f"{french.number(entry.rows_kept)} en {edition.edition}" if entry
            else f"pas de fichier en {edition.edition}")  # fmt: skip
    facts = f"Fichier : `{table.file}` ; clé : {key} ; lignes retenues : {rows}."
    caption = f": Variables de la table {_plain(table.name)} {{#tbl-dictionnaire-{table.name}}}"
    parts = [
        f"### {_plain(table.title)} {{#sec-dictionnaire-{table.name}}}",
        _plain(table.description),
        french.spaced(facts),
        f"{_variables(found)}\n\n{caption}",
    ]
    return "\n\n".join(parts)


def _variables(found: list[Variable]) -> str:
    columns = {
        "Variable": [_content(one) for one in found],
        "Valeurs": [french.spaced(_values(one)) for one in found],
    }
    if any(one.field.question for one in found):
        columns["Question posée"] = [_question(one) for one in found]
    return pipe_table(pd.DataFrame(columns), widths=_WIDTHS[: len(columns)]).text


def _content(one: Variable) -> str:
    """Name and meaning in one cell: a name alone would not fit in a narrow column."""
    text = f"`{one.field.name}` **{_plain(one.field.title)}**"
    if one.field.description:
        text += f". {_plain(one.field.description)}"
    if one.identifier:
        text += french.spaced(f". Identifiant de personne : {one.identifier}")
    return text


def _values(one: Variable) -> str:
    field = one.field
    if one.reference:
        kind = f"code de la table `{one.reference}`"
    elif field.categories:
        kind = " ; ".join(f"`{c.value}` {_plain(c.label)}" for c in field.categories)
    else:
        kind = one.type + _bounds(field)
        kind += f", de la forme `{field.constraints.pattern}`" if field.constraints.pattern else ""
    unit = f" ; unité : {_plain(field.unit)}" if field.unit else ""
    return f"{kind}{unit}{' ; obligatoire' if one.required else ''}"


def _bounds(field: Field) -> str:
    low, high = field.constraints.minimum, field.constraints.maximum
    if low is not None and high is not None:
        return f", de {_bound(low, field)} à {_bound(high, field)}"
    if low is not None:
        return f", au moins {_bound(low, field)}"
    return f", au plus {_bound(high, field)}" if high is not None else ""


def _bound(bound: Bound, field: Field) -> str:
    """A quantity has its thousands apart; a year, which has no unit, does not."""
    if isinstance(bound, dt.date):
        return french.day(bound)
    if field.unit is None:
        return str(bound).replace(".", ",")
    decimals = 0 if float(bound).is_integer() else len(str(bound).split(".")[1])
    return french.number(bound, decimals)


def _question(one: Variable) -> str:
    asked = one.question("fr")
    if not asked:
        return _NOT_ASKED
    condition = one.field.asked_if
    when = f" Posée si `{condition}`." if condition else ""
    return f"«{french.NBSP}{_plain(asked)}{french.NBSP}»{when}"


def _plain(text: str) -> str:
    """Words of the dictionary, with nothing that Markdown would read as a mark."""
    return french.spaced(_SPECIAL.sub(r"\\\1", text))
