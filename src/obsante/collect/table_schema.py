"""Model of one table's dictionary: a Frictionless Table Schema, and the keys of ours.

The keys are explained in :mod:`obsante.collect.dictionary`, which reads the files.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field as Key
from pydantic import field_validator, model_validator

from obsante.collect.codes import RESERVED
from obsante.collect.expressions import Expression, names
from obsante.collect.question_schema import Identifier, Question
from obsante.collect.sample_schema import SamplePart
from obsante.edition import Strict
from obsante.errors import DataError, nearest

Type = Literal["string", "integer", "number", "date", "boolean"]
Bound = int | float | dt.date
# What replaces an identifier: obsante.collect.privacy makes it.
PSEUDONYM = r"p[0-9a-f]{20}"
_NAME = r"^[a-z][a-z0-9_]*$"
_BOUNDED = {"integer": (int,), "number": (int, float), "date": (dt.date,)}
_CODED = {"string": str, "integer": int}


class Category(Strict):
    """A code of a closed list, and what the reader sees instead, in French and in Arabic."""

    value: str | int
    label: str = Key(min_length=1)
    ar: str | None = Key(default=None, min_length=1)


class Constraints(Strict):
    """What a value of the column must satisfy; bounds are included."""

    required: bool = False
    unique: bool = False
    minimum: Bound | None = None
    maximum: Bound | None = None
    pattern: str | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from error
        return pattern


class Field(Strict):
    """A column."""

    name: str = Key(pattern=_NAME)
    type: Type
    title: str = Key(min_length=1)
    description: str = ""
    unit: str | None = None
    categories: list[Category] = Key(default_factory=list)
    constraints: Constraints = Constraints()
    question: Question | None = None
    identifier: Identifier | None = None

    @property
    def dropped(self) -> bool:
        """Whether the column leaves the data at ingest."""
        return self.identifier is not None and self.identifier.treatment == "drop"

    @property
    def asked_if(self) -> str | None:
        """Condition under which the question is asked; None if it is always, or never."""
        return self.question.asked_if if self.question else None

    @property
    def codes(self) -> list[str | int]:
        """Values of the closed list, in order; empty for an open column."""
        return [category.value for category in self.categories]

    @model_validator(mode="after")
    def _agrees_with_its_type(self) -> Field:
        limits = (self.constraints.minimum, self.constraints.maximum)
        bounds = [bound for bound in limits if bound is not None]
        if not all(isinstance(bound, _BOUNDED.get(self.type, ())) for bound in bounds):
            raise ValueError(f"bounds of the column's own type, '{self.type}'")
        if self.constraints.pattern is not None and self.type != "string":
            raise ValueError("a pattern only for a string")
        if self.unit is not None and self.type not in ("integer", "number"):
            raise ValueError("a unit only for a number")
        if self.identifier is not None and (self.type != "string" or self.categories):
            raise ValueError("an identifier only for an open string")
        codes = self.codes
        if not all(isinstance(code, _CODED.get(self.type, ())) for code in codes):
            raise ValueError(f"categories of the column's own type, '{self.type}'")
        if len(set(codes)) < len(codes):
            raise ValueError("each category once")
        return self


class Reference(Strict):
    """Columns of another table."""

    resource: str
    fields: list[str] = Key(min_length=1)


class ForeignKey(Strict):
    """Columns whose values must be rows of another table."""

    fields: list[str] = Key(min_length=1)
    reference: Reference

    @field_validator("fields", mode="before")
    @classmethod
    def _one_or_several(cls, fields: object) -> object:
        return [fields] if isinstance(fields, str) else fields

    @model_validator(mode="after")
    def _same_length(self) -> ForeignKey:
        if len(self.fields) != len(self.reference.fields):
            raise ValueError("as many fields on both sides")
        return self


class Rule(Strict):
    """A condition on each row where none of ``columns`` is missing; its message, in Arabic too
    where a questionnaire shows it.
    """

    name: str = Key(pattern=_NAME)
    message: str = Key(min_length=1)
    message_ar: str | None = Key(default=None, min_length=1)
    columns: list[str] = Key(min_length=1)
    holds: Expression

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name in RESERVED:
            raise ValueError(
                f"a name other than the built-in rules' ({', '.join(sorted(RESERVED))})"
            )
        return name

    @property
    def names(self) -> set[str]:
        """Every name that the rule uses."""
        return {*self.columns, *names(self.holds)}


class Total(Strict):
    """Sum of a column, as published by ``source``."""

    column: str
    equals: int | float
    source: str = Key(min_length=1)


class Counterpart(Strict):
    """Where the other side of a sum is."""

    resource: str
    key: str
    column: str


class Sum(Strict):
    """Sum of ``column`` within each value of ``by``, equal to a column of another table."""

    column: str
    by: str
    equals: Counterpart


class Table(Strict):
    """A table's dictionary."""

    name: str = Key(pattern=_NAME)
    title: str = Key(min_length=1)
    description: str = Key(min_length=1)
    scope: Literal["campaign", "reference"]
    file: str = Key(pattern=r"^[A-Za-z0-9_-]+\.csv$")
    fields: list[Field] = Key(min_length=1)
    primaryKey: list[str] = Key(default_factory=list)  # noqa: N815 (Table Schema's spelling)
    foreignKeys: list[ForeignKey] = Key(default_factory=list)  # noqa: N815
    missingValues: list[str] = [""]  # noqa: N815
    rules: list[Rule] = Key(default_factory=list)
    rows: int | None = Key(default=None, ge=1)
    totals: list[Total] = Key(default_factory=list)
    sums: list[Sum] = Key(default_factory=list)
    sample: list[SamplePart] = Key(default_factory=list)

    @field_validator("primaryKey", mode="before")
    @classmethod
    def _one_or_several(cls, fields: object) -> object:
        return [fields] if isinstance(fields, str) else fields

    @model_validator(mode="after")
    def _agrees(self) -> Table:
        _each_once("column", self.columns)
        _each_once("rule", [rule.name for rule in self.rules])
        for used, where in self._columns_used():
            if used not in self.columns:
                raise ValueError(f"{where}: column '{used}' to be {nearest(used, self.columns)}")
        self._adds_numbers()
        self._keeps_what_it_uses()
        if self.scope == "campaign" and (self.rows or self.totals or self.sums):
            raise ValueError("rows, totals and sums only in a reference table")
        if self.scope == "reference" and self.sample:
            raise ValueError("a sample only in a campaign table")
        return self

    def _adds_numbers(self) -> None:
        added = [total.column for total in self.totals] + [one.column for one in self.sums]
        for part in self.sample:
            added += sorted(part.numbers)
            if part.answered.code not in self.field(part.answered.column).codes:
                raise ValueError(f"sample: a category of column '{part.answered.column}'")
        for column in added:
            if self.field(column).type not in ("integer", "number"):
                raise ValueError(f"numbers to add up in column '{column}'")

    def _keeps_what_it_uses(self) -> None:
        dropped = {field.name for field in self.fields if field.dropped}
        for used, where in self._columns_used():
            if used in dropped:
                raise ValueError(f"{where}: a column that is kept, not '{used}'")
        for field in self.fields:
            for used in sorted(names(field.question.asked_if)) if field.asked_if else []:
                if used not in self.columns:
                    near = nearest(used, self.columns)
                    raise ValueError(f"question of {field.name}: column '{used}' to be {near}")

    def _columns_used(self) -> Iterable[tuple[str, str]]:
        yield from ((column, "primaryKey") for column in self.primaryKey)
        yield from ((c, "foreignKeys") for key in self.foreignKeys for c in key.fields)
        yield from ((c, f"rule {r.name}") for r in self.rules for c in sorted(r.names))
        yield from ((total.column, "totals") for total in self.totals)
        yield from ((c, "sums") for s in self.sums for c in (s.column, s.by))
        yield from ((c, "sample") for part in self.sample for c in sorted(part.columns))

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return [field.name for field in self.fields]

    @property
    def protected(self) -> Table:
        """The table as it is after ingest: identifiers dropped, or replaced by pseudonyms."""
        kept = [field for field in self.fields if not field.dropped]
        fields = [f if f.identifier is None else f.model_copy(update={
            "identifier": None,
            "constraints": f.constraints.model_copy(update={"pattern": PSEUDONYM}),
        }) for f in kept]  # fmt: skip
        return self.model_copy(update={"fields": fields})

    @property
    def identifiers(self) -> list[Field]:
        """Columns that hold direct identifiers in the raw file."""
        return [field for field in self.fields if field.identifier is not None]

    @property
    def neighbours(self) -> dict[str, set[str]]:
        """Columns of other tables that this one refers to, by table."""
        needed: dict[str, set[str]] = {}
        for key in self.foreignKeys:
            needed.setdefault(key.reference.resource, set()).update(key.reference.fields)
        for total in self.sums:
            other = total.equals
            needed.setdefault(other.resource, set()).update({other.key, other.column})
        return needed

    def field(self, name: str) -> Field:
        """The column of that name.

        Raises:
            DataError: there is none; names the nearest.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise DataError(
            f"table '{self.name}', column '{name}'",
            found="no such column in the dictionary",
            expected=nearest(name, self.columns),
            remedy=f"correct the name, or add the column to config/dictionary/{self.name}.yml",
        )


def _each_once(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"each {what} once, not '{twice[0]}' twice")
