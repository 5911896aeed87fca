"""A raw frame of text against its dictionary: rows kept, typed, and every violation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from obsante.collect import codes, schemas, violations
from obsante.collect.chunks import LINE
from obsante.collect.table_schema import Table
from obsante.errors import DataError

WEIGHT = "poids"


@dataclass(frozen=True)
class Balance:
    """Rows received = rows kept + rows set aside.

    ``weight_aside``: sum of the column ``poids`` over the rows set aside, 0 for a table without
    it; weights that are themselves wrong, and those of copies, count for nothing.
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
    lines, as :data:`obsante.collect.violations.COLUMNS`. ``received``: every row, by line, in
    the columns that the table's ``sample`` uses.
    """

    table: Table
    kept: pd.DataFrame
    violations: pd.DataFrame
    balance: Balance
    received: pd.DataFrame


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
    cells = violations.of_cells(table, pd.concat([misspelt, wrong]), text, year)
    rows = _row_violations(table, schemas.whole_rows(table, ingested), typed, text, ingested)
    found = violations.ordered(table, [cells, *rows], text)
    aside = text.index.isin(found[LINE].unique())
    kept = typed[~aside].reset_index(drop=True)
    balance = Balance(len(text), len(kept), int(aside.sum()), _weight(typed[aside], found))
    sampled = sorted({column for part in table.sample for column in part.columns})
    return Checked(table, kept, found, balance, typed[sampled])


def _failures(table: Table, schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """Line, rule and column of each failure case that pandera finds."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        _require_evaluated(table, errors)
        cases = errors.failure_cases
        return pd.DataFrame(
            {
                LINE: cases["index"].astype("int64"),
                "regle": cases["check"].replace(schemas.BUILT_IN),
                "colonne": cases["column"],
            }
        )
    return pd.DataFrame({LINE: pd.Series(dtype="int64"), "regle": pd.Series(dtype="str"),
                         "colonne": pd.Series(dtype="str")})  # fmt: skip


def _require_evaluated(table: Table, errors: SchemaErrors) -> None:
    """A failure without a line is a rule that could not be computed, not a faulty row."""
    cases = errors.failure_cases
    failed = cases[cases["index"].isna()]
    if len(failed):
        case = failed.iloc[0]
        raise DataError(
            f"config/dictionary/{table.name}.yml, rule '{case['check']}'",
            found=f"it can't be evaluated: {case['failure_case']}",
            expected="an expression of DataFrame.eval, true or false on each row",
            remedy="correct the rule; the columns that it compares must be of comparable types",
        ) from errors


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
        return pd.to_datetime(cells, format=schemas.DATE_FORMAT).astype(dtype)
    if kind == "boolean":
        return cells.map({"true": True, "false": False}).astype(dtype)
    if kind in ("integer", "number"):
        return cells.astype("float64").astype(dtype)
    return cells.astype(dtype)


def _row_violations(
    table: Table,
    checks: list[schemas.RowCheck],
    typed: pd.DataFrame,
    text: pd.DataFrame,
    ingested: Mapping[str, pd.DataFrame],
) -> Iterator[pd.DataFrame]:
    for row_check in checks:
        complete = typed[row_check.columns].notna().all(axis=1)
        # A cell that can't be read has its own violation: it is neither empty nor a value.
        unreadable = (typed[row_check.uses].isna() & text[row_check.uses].notna()).any(axis=1)
        rows = typed.loc[complete & ~unreadable, row_check.uses]
        found = _failures(table, row_check.schema, rows)
        if found.empty:
            continue
        # pandera repeats a row's failure for each of its columns.
        found = found.drop_duplicates(LINE).sort_values(LINE)
        if row_check.message:
            yield violations.of_rule(found, row_check, text)
        elif row_check.resource:
            yield violations.of_reference(found, table, row_check, text, ingested)
        else:
            yield violations.of_key(found, row_check, typed, text)


def _weight(aside: pd.DataFrame, found: pd.DataFrame) -> float:
    """Sum of the readable weights of rows set aside, but those of copies."""
    if WEIGHT not in aside.columns:
        return 0.0
    faulty = (found["regle"] == codes.COPY) | (found["colonne"] == WEIGHT)
    weights = aside.loc[~aside.index.isin(found.loc[faulty, LINE]), WEIGHT]
    return float(weights.astype("float64").sum())
