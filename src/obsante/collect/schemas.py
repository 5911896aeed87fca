"""From a table's dictionary to its pandera schemas: cells as written, values, whole rows.

Each check is named by a rule code (:mod:`obsante.collect.codes`) that ends in the quarantine file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from obsante.collect import codes
from obsante.collect.table_schema import Constraints, Field, Rule, Table

# What pandera calls its built-in checks.
BUILT_IN = {"not_nullable": codes.REQUIRED, "field_uniqueness": codes.UNIQUE,
            "multiple_fields_uniqueness": codes.KEY}  # fmt: skip

TEXT = pd.StringDtype(na_value=np.nan)
DATE_FORMAT = "%Y-%m-%d"
# 15 digits are exact in a float64, so nothing is rounded on the way.
_WRITTEN = {
    "integer": r"-?[0-9]{1,15}",
    "number": r"-?[0-9]{1,15}(\.[0-9]{1,20})?",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "boolean": "true|false",
}
_TYPED = {"integer": "Int64", "number": "float64", "date": "datetime64[us]", "boolean": "boolean"}


@dataclass(frozen=True)
class RowCheck:
    """A check of whole rows, and what its message needs.

    ``columns`` must be present for it to apply, ``uses`` are the columns that it reads;
    ``message`` is a rule's, ``resource`` the table that a foreign key refers to.
    """

    columns: list[str]
    uses: list[str]
    schema: pa.DataFrameSchema
    message: str = ""
    resource: str = ""


def written(table: Table) -> pa.DataFrameSchema:
    """Schema of the cells as text: presence, way of writing, categories of strings."""
    key = table.primaryKey
    return pa.DataFrameSchema(
        {
            field.name: pa.Column(
                TEXT,
                checks=_written_checks(field),
                nullable=not (field.constraints.required or field.name in key),
            )
            for field in table.fields
        },
        strict=True,
    )


def values(table: Table, year: int) -> pa.DataFrameSchema:
    """Schema of the typed values: bounds, categories of integers, uniqueness, edition."""
    return pa.DataFrameSchema(
        {
            field.name: pa.Column(
                dtype(field),
                checks=_value_checks(field, year if table.scope == "campaign" else None),
                unique=field.constraints.unique,
                nullable=True,
            )
            for field in table.fields
        },
        strict=True,
    )


def whole_rows(table: Table, ingested: Mapping[str, pd.DataFrame]) -> list[RowCheck]:
    """Primary key, foreign keys and rules.

    Args:
        ingested: rows kept of each table that a foreign key refers to.
    """
    checks = [_rule(rule) for rule in table.rules]
    for key in table.foreignKeys:
        allowed = ingested[key.reference.resource][key.reference.fields]
        check = _named(codes.REFERENCE, pa.Check, _among(allowed))
        schema = pa.DataFrameSchema(checks=check)
        resource = key.reference.resource
        checks.append(RowCheck(key.fields, key.fields, schema, resource=resource))
    if table.primaryKey:
        unique = pa.DataFrameSchema(unique=table.primaryKey, report_duplicates="all")
        checks.append(RowCheck(table.primaryKey, table.primaryKey, unique))
    return checks


def dtype(field: Field) -> object:
    """The pandas type of a validated column."""
    if field.type == "string":
        return pd.CategoricalDtype(pd.Index(field.codes, dtype=TEXT)) if field.codes else TEXT
    return _TYPED[field.type]


def _written_checks(field: Field) -> list[pa.Check]:
    checks = []
    if field.type != "string":
        checks.append(_named(codes.TYPE, pa.Check, _is_written(field.type)))
    elif field.codes:
        checks.append(_named(codes.CATEGORY, pa.Check.isin, field.codes))
    if field.constraints.pattern is not None:
        checks.append(_named(codes.PATTERN, pa.Check, _matches(field.constraints.pattern)))
    return checks


def _named(name: str, make: Callable[..., pa.Check], criterion: object) -> pa.Check:
    """A check whose failure cases carry ``name``."""
    return make(criterion, name=name, error=name)


def _matches(pattern: str) -> Callable[[pd.Series], pd.Series]:
    return lambda text: text.str.fullmatch(pattern)


def _is_written(kind: str) -> Callable[[pd.Series], pd.Series]:
    def check(text: pd.Series) -> pd.Series:
        correct = text.str.fullmatch(_WRITTEN[kind])
        if kind == "date":
            correct &= pd.to_datetime(text, format=DATE_FORMAT, errors="coerce").notna()
        return correct

    return check


def _value_checks(field: Field, year: int | None) -> list[pa.Check]:
    checks = _bounds(field.constraints)
    if field.type == "integer" and field.codes:
        checks.append(_named(codes.CATEGORY, pa.Check.isin, field.codes))
    if year is not None and field.name == "edition" and field.type == "integer":
        checks.append(_named(codes.EDITION, pa.Check.equal_to, year))
    return checks


def _bounds(constraints: Constraints) -> list[pa.Check]:
    checks = []
    if constraints.minimum is not None:
        checks.append(_named(codes.MINIMUM, pa.Check.ge, _comparable(constraints.minimum)))
    if constraints.maximum is not None:
        checks.append(_named(codes.MAXIMUM, pa.Check.le, _comparable(constraints.maximum)))
    return checks


def _comparable(bound: object) -> object:
    return bound if isinstance(bound, int | float) else pd.Timestamp(bound)


def _among(allowed: pd.DataFrame) -> Callable[[pd.DataFrame], pd.Series]:
    """Rows whose values, together, are a row of ``allowed``."""

    def check(rows: pd.DataFrame) -> pd.Series:
        if len(allowed.columns) == 1:
            return rows.iloc[:, 0].isin(allowed.iloc[:, 0].dropna().unique())
        known = pd.MultiIndex.from_frame(allowed)
        return pd.Series(pd.MultiIndex.from_frame(rows).isin(known), index=rows.index)

    return check


def _rule(rule: Rule) -> RowCheck:
    check = _named(rule.name, pa.Check, _holding(rule))
    uses = sorted(rule.names)
    return RowCheck(rule.columns, uses, pa.DataFrameSchema(checks=check), message=rule.message)


def _holding(rule: Rule) -> Callable[[pd.DataFrame], pd.Series]:
    def check(rows: pd.DataFrame) -> pd.Series:
        verdict = _plain(rows).eval(rule.holds, engine="python")
        if not isinstance(verdict, pd.Series) or verdict.dtype.kind != "b":
            raise TypeError("the expression is not true or false on each row")
        return verdict.astype("bool")

    return check


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Codes as text, integers as floats: a comparison with a missing value is then false."""
    types = {
        name: TEXT if isinstance(kind, pd.CategoricalDtype) else "float64"
        for name, kind in rows.dtypes.items()
        if isinstance(kind, pd.CategoricalDtype | pd.Int64Dtype)
    }
    return rows.astype(types)
