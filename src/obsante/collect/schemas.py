"""From a table's dictionary to its pandera schemas: cells as written, values, whole rows.

Each check is named by a rule code (:mod:`obsante.collect.codes`) that ends in the quarantine file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from obsante.collect import codes
from obsante.collect.conversion import DATE_FORMAT, TEXT, dtype
from obsante.collect.table_schema import Constraints, Field, Rule, Table

# What pandera calls its built-in checks.
BUILT_IN = {"not_nullable": codes.REQUIRED}
# 15 digits are exact in a float64, so nothing is rounded on the way.
_WRITTEN = {
    "integer": r"-?[0-9]{1,15}",
    "number": r"-?[0-9]{1,15}(\.[0-9]{1,20})?",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "boolean": "true|false",
}


@dataclass(frozen=True)
class RowCheck:
    """A check across columns, and what its message needs.

    ``columns`` must be present for it to apply, ``uses`` are the columns that it reads;
    ``message`` is a rule's, which reads :func:`plain` values, ``resource`` the table that a
    foreign key refers to.
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
    """Schema of the typed values: bounds, categories of integers, edition.

    It has the columns that have such checks, and no other.
    """
    campaign = year if table.scope == "campaign" else None
    checks = {field.name: _value_checks(field, campaign) for field in table.fields}
    return pa.DataFrameSchema(
        {
            name: pa.Column(dtype(table.field(name)), checks=own, nullable=True)
            for name, own in checks.items()
            if own
        },
        strict=True,
    )


def whole_rows(table: Table, ingested: Mapping[str, pd.DataFrame]) -> list[RowCheck]:
    """Rules and foreign keys.

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
    return checks


def plain(typed: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    """Codes as text, integers as floats: a comparison with a missing value is then false.

    Args:
        text: the cells that the values were read from.
    """
    columns = {}
    for name, column in typed.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = text[name].where(column.notna())
        elif isinstance(column.dtype, pd.Int64Dtype):
            column = column.astype("float64")
        columns[name] = column
    return pd.DataFrame(columns, index=typed.index)


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
    if len(allowed.columns) == 1:
        single = allowed.iloc[:, 0].dropna().unique()
        return lambda rows: rows.iloc[:, 0].isin(single)
    known = pd.MultiIndex.from_frame(allowed.drop_duplicates())
    return lambda rows: pd.Series(pd.MultiIndex.from_frame(rows).isin(known), index=rows.index)


def _rule(rule: Rule) -> RowCheck:
    check = _named(rule.name, pa.Check, _holding(rule))
    uses = sorted(rule.names)
    return RowCheck(rule.columns, uses, pa.DataFrameSchema(checks=check), message=rule.message)


def _holding(rule: Rule) -> Callable[[pd.DataFrame], pd.Series]:
    def check(rows: pd.DataFrame) -> pd.Series:
        verdict = rows.eval(rule.holds, engine="python")
        if not isinstance(verdict, pd.Series) or verdict.dtype.kind != "b":
            raise TypeError("the expression is not true or false on each row")
        return verdict.astype("bool")

    return check
