"""Questions that an answer made needless: a form leaves them empty, the dictionary has a code."""

from __future__ import annotations

import pandas as pd

from obsante.collect.conversion import DATE_FORMAT
from obsante.collect.expressions import names
from obsante.collect.table_schema import Table
from obsante.stats.answers import NOT_APPLICABLE


def coded(text: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Write ``sans_objet`` where it is a code, the cell is empty and ``asked_if`` is false.

    A row where one of the columns of ``asked_if`` is missing, or unreadable, stays as it is.
    """
    text = text.copy()
    for field in table.fields:
        if field.asked_if is None or NOT_APPLICABLE not in field.codes:
            continue
        used = pd.DataFrame({name: _typed(text, table, name) for name in names(field.asked_if)})
        asked = used.eval(field.asked_if, engine="python").astype("bool")
        needless = text[field.name].isna() & ~asked & used.notna().all(axis=1)
        text[field.name] = text[field.name].mask(needless, NOT_APPLICABLE)
    return text


def _typed(text: pd.DataFrame, table: Table, name: str) -> pd.Series:
    kind = table.field(name).type
    if kind in ("integer", "number"):
        return pd.to_numeric(text[name], errors="coerce")
    if kind == "date":
        return pd.to_datetime(text[name], format=DATE_FORMAT, errors="coerce")
    return text[name]
