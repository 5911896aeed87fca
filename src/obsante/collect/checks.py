"""A raw frame of text against its dictionary: rows kept, typed, and every violation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrorReason, SchemaErrors

from obsante.collect import codes, messages, schemas
from obsante.collect.dictionary import Table
from obsante.collect.reading import LINE
from obsante.errors import DataError

WEIGHT = "poids"
_FOUND = [LINE, "regle", "colonne"]


@dataclass(frozen=True)
class Balance:
    """Rows received = rows kept + rows set aside.

    ``weight_aside``: weight (column ``poids``) lost with the rows set aside, 0 for a table without
    it. Copies count nothing, their original being kept; nor do weights that are themselves wrong.
    """

    rows_in: int
    rows_kept: int
    rows_aside: int
    weight_aside: float

    def __post_init__(self) -> None:
        if self.rows_in != self.rows_kept + self.rows_aside:
            raise DataError(
                "the balance of rows",
                found=f"{self.rows_in} received",
                expected=f"{self.rows_kept} kept + {self.rows_aside} set aside",
                remedy="report it: obsante itself has lost or repeated a row",
            )


@dataclass(frozen=True)
class Checked:
    """A table after its checks.

    ``kept``: typed rows, numbered from 0. ``violations``: one row per violation, in the order of
    lines, with the columns of the quarantine file but ``table``.
    """

    table: Table
    kept: pd.DataFrame
    violations: pd.DataFrame
    balance: Balance


def check(
    table: Table, text: pd.DataFrame, *, year: int, ingested: Mapping[str, pd.DataFrame]
) -> Checked:
    """Check every cell and row; a row with any violation is set aside whole.

    Args:
        text: cells as text, indexed by line (:func:`obsante.collect.reading.read_text`).
        year: the edition's.
        ingested: rows kept of the tables that the foreign keys refer to.

    Raises:
        DataError: a rule of the dictionary can't be evaluated.
    """
    misspelt = _failures(table, schemas.written(table), text)
    typed = _typed(table, text, misspelt)
    wrong = _failures(table, schemas.values(table, year), typed)
    rows = _row_failures(table, schemas.whole_rows(table, ingested), typed, text)
    found = pd.concat([misspelt, wrong, *rows], ignore_index=True)
    aside = text.index.isin(found[LINE].unique())
    violations = _described(table, found, text, year, ingested)
    kept = typed[~aside].reset_index(drop=True)
    weight = _weight(typed, aside, found)
    balance = Balance(len(text), len(kept), int(aside.sum()), weight)
    return Checked(table, kept, violations, balance)


def _failures(table: Table, schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """Line, rule and column of each failure case that pandera finds."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        for problem in errors.schema_errors:
            if problem.reason_code is SchemaErrorReason.CHECK_ERROR:
                raise schemas.unevaluated(table, problem.failure_cases) from errors
        cases = errors.failure_cases
        if cases["index"].isna().any():
            raise schemas.unevaluated(table, cases["failure_case"].iloc[0]) from errors
        return pd.DataFrame(
            {
                LINE: cases["index"].astype("int64"),
                "regle": cases["check"].replace(schemas.BUILT_IN),
                "colonne": cases["column"],
            }
        )
    return _none()


def _none() -> pd.DataFrame:
    return pd.DataFrame({LINE: pd.Series(dtype="int64"), "regle": pd.Series(dtype="str"),
                         "colonne": pd.Series(dtype="str")})  # fmt: skip


def _typed(table: Table, text: pd.DataFrame, misspelt: pd.DataFrame) -> pd.DataFrame:
    """Values of the cells that are well written; the others are missing."""
    faulty = dict(iter(misspelt.groupby("colonne")[LINE]))
    columns = {}
    for field in table.fields:
        cells = text[field.name]
        if field.name in faulty:
            cells = cells.mask(cells.index.isin(faulty[field.name]))
        columns[field.name] = _converted(cells, field.type, schemas.dtype(field))
    return pd.DataFrame(columns, index=text.index)


def _converted(cells: pd.Series, kind: str, dtype: object) -> pd.Series:
    if kind == "date":
        return pd.to_datetime(cells, format=schemas.DATE_FORMAT).astype("datetime64[us]")
    if kind == "boolean":
        return cells.map({"true": True, "false": False}).astype("boolean")
    if kind in ("integer", "number"):
        return cells.astype("float64").astype(dtype)
    return cells.astype(dtype)


def _row_failures(
    table: Table, checks: list[schemas.RowCheck], typed: pd.DataFrame, text: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    for row_check in checks:
        complete = typed[row_check.columns].notna().all(axis=1)
        found = _failures(table, row_check.schema, typed.loc[complete, row_check.uses])
        # pandera repeats a row's failure for each of its columns.
        found = found.drop_duplicates([LINE, "regle"])
        found = found.assign(colonne=messages.listing(table, row_check.columns))
        if row_check.columns == table.primaryKey and (found["regle"] == codes.KEY).any():
            found = _copies_apart(found, text)
        yield found


def _copies_apart(found: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    """Rows of a repeated key: the first of identical ones goes free, if all are identical."""
    rows = text.loc[found[LINE]]
    copies = rows.duplicated().to_numpy()
    found = found.assign(regle=found["regle"].where(~copies, codes.COPY))
    return found
