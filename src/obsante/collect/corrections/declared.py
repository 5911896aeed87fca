"""What each correction of ``corrections.yml`` must be, before any row is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import Field as Key
from pydantic import ValidationInfo, field_validator

from obsante.collect.chunks import LINE, Chunk
from obsante.collect.privacy import MASK, masked, protect
from obsante.collect.privacy.patterns import Codes
from obsante.collect.privacy.protection import codes_of, harmless
from obsante.collect.reading import readable
from obsante.collect.table_schema import Field, Table
from obsante.edition import Edition, Strict, read_yaml, validate
from obsante.errors import DataError, EditionError, nearest
from obsante.paths import Project

FILE = "fichier"
_PLACE = {FILE, LINE}
_KEYS = "{column: 'text'} for the primary key, or {fichier: 'a.csv', ligne: 2}"
_HIDDEN = "a direct identifier, not shown here"


class Correction(Strict):
    """One cell, its row known by ``key``; ``old`` and ``new`` are None for an empty cell."""

    table: str
    key: dict[str, str | int]
    column: str
    old: str | None
    new: str | None
    reason: str = Key(pattern=r"\S")
    who: str = Key(pattern=r"\S")
    date: dt.date
    expires: dt.date

    @property
    def by_place(self) -> bool:
        """Whether the row is known by its file and line, not by its primary key."""
        return set(self.key) == _PLACE

    @field_validator("key", mode="before")
    @classmethod
    def _names_a_row(cls, key: object) -> object:
        if not isinstance(key, dict) or not key:
            raise ValueError(_KEYS)
        for name, value in key.items():
            kind = int if set(key) == _PLACE and name == LINE else str
            if type(value) is not kind:
                written = "a whole number" if kind is int else "text between quotes"
                raise ValueError(f"{written} for '{name}'")
        return key

    @field_validator("date", "expires", mode="before")
    @classmethod
    def _is_day(cls, day: object) -> object:
        if type(day) is not dt.date:
            raise ValueError("a day written 2026-12-31, without quotes")
        return day

    @field_validator("old", "new", mode="before")
    @classmethod
    def _is_text(cls, cell: object) -> object:
        if cell is not None and not isinstance(cell, str):
            raise ValueError("text between quotes, or null for an empty cell")
        return cell

    @field_validator("new")
    @classmethod
    def _changes_something(cls, new: str | None, info: ValidationInfo) -> str | None:
        if "old" in info.data and new == info.data["old"]:
            raise ValueError("another text than the old one")
        return new

    @field_validator("expires")
    @classmethod
    def _lasts(cls, expires: dt.date, info: ValidationInfo) -> dt.date:
        date = info.data.get("date")
        if date and expires < date:
            raise ValueError(f"a day that is not before that of the correction, {date}")
        return expires


class _File(Strict):
    corrections: list[Correction]


@dataclass(frozen=True)
class Declared:
    """A correction and its place in the file, for messages."""

    where: str
    correction: Correction


def declarations(project: Project, edition: Edition, tables: Mapping[str, Table]) -> list[Declared]:
    """Corrections of an edition, in the order of its file; none without a file.

    Raises:
        DataError: a correction that can't be right whatever the rows are.
        EditionError: unreadable YAML, an unknown, missing or mistyped key.
    """
    path = project.corrections(edition.edition)
    if not path.exists():
        return []
    file = project.relative(path)
    with readable(file):
        listed = _listed(project, path, file)
    found = [Declared(f"{file}, key corrections.{rank}", one) for rank, one in enumerate(listed)]
    own = codes_of(tables.values()) if found else []
    for one in found:
        _Examined(one.where, one.correction, edition.publication_date, tables, own).check()
    _require_once(found)
    return found


def _listed(project: Project, path: Path, file: str) -> list[Correction]:
    try:
        return validate(_File, read_yaml(project, path), file).corrections
    except EditionError as error:
        looked, found, expected = map(_hidden, (error.looked_at, error.found, error.expected))
        remedy = error.remedy
    # The cause would show the text.
    raise EditionError(looked, found=found, expected=expected, remedy=remedy)


def _hidden(text: str) -> str:
    """``text`` without the form of an identifier, a telephone typed as a number included."""
    return re.sub(r"\d{9,}", MASK, masked(text))


@dataclass(frozen=True)
class _Examined:
    """A correction under examination: no text of it is shown before it is known to be harmless.

    ``published``: day of the edition's publication. ``own``: forms of the tables' own codes.
    """

    where: str
    correction: Correction
    published: dt.date
    tables: Mapping[str, Table]
    own: Codes

    def check(self) -> None:
        """Raise a DataError for the first thing that is wrong."""
        self._check_said()
        table = self._table()
        field = self._field(table)
        self._check_key(table)
        for key in ("old", "new"):
            self._check_cell(key, table, field)
        self._check_days()

    def _refused(self, key: str, found: str, expected: str, remedy: str) -> DataError:
        return DataError(f"{self.where}.{key}", found=found, expected=expected, remedy=remedy)

    def _check_said(self) -> None:
        for key in ("reason", "who"):
            said = getattr(self.correction, key)
            if masked(said, self.own) != said:
                raise self._refused(key, _HIDDEN, "words, initials or a role", "remove it")

    def _table(self) -> Table:
        name = self.correction.table
        campaign = [one.name for one in self.tables.values() if one.scope == "campaign"]
        if name not in self.tables:
            raise self._refused("table", f"'{_hidden(name)}', which is no table",
                                nearest(name, campaign), "correct the name")  # fmt: skip
        if name not in campaign:
            raise self._refused(
                "table", f"'{name}', a reference table",
                f"a campaign table: {nearest(name, campaign)}",
                "correct the file from its source, and update its sha256 in sources.yml",
            )  # fmt: skip
        return self.tables[name]

    def _field(self, table: Table) -> Field:
        name = self.correction.column
        if name not in table.columns:
            raise self._refused(
                "column", f"'{_hidden(name)}', which is no column of '{table.name}'",
                nearest(name, table.columns), "correct the name",
            )  # fmt: skip
        if table.field(name).identifier:
            raise self._refused(
                "column", f"'{name}', which tells who someone is", "a column without identifier",
                "have the raw file corrected at its source",
            )  # fmt: skip
        if name in table.primaryKey and not self.correction.by_place:
            raise self._refused(
                "column", f"'{name}', which is part of the key",
                "another column, or a row known by its place",
                f"write key: {{{FILE}: 'name of the file', {LINE}: its line}}",
            )  # fmt: skip
        return table.field(name)

    def _check_key(self, table: Table) -> None:
        if self.correction.by_place:
            return
        key = self.correction.key
        if set(key) != set(table.primaryKey):
            own = " and ".join(table.primaryKey)
            raise self._refused(
                "key", _hidden(" and ".join(key)), f"{own}, or {FILE} and {LINE}" if own else (
                    f"{FILE} and {LINE}: table '{table.name}' has no primary key"),
                "name the row by these",
            )  # fmt: skip
        for name, value in key.items():
            if _tells(table, table.field(name), str(value)):
                raise self._refused(f"key.{name}", _HIDDEN, "the pseudonym, or the code, that the "
                                    "quarantine shows", "write that one")  # fmt: skip

    def _check_cell(self, key: str, table: Table, field: Field) -> None:
        cell = getattr(self.correction, key)
        if cell in table.missingValues:
            raise self._refused(key, f"'{cell}', which means an empty cell", "null", "write null")
        if cell is None:
            return
        if key == "new" and MASK in cell:
            raise self._refused(key, f"'{cell}', a masked text", "a value, or null for an empty "
                                "cell", "write what the cell should hold")  # fmt: skip
        if _tells(table, field, cell):
            raise self._refused(key, _HIDDEN, f"no identifier in any column; old: '{MASK}' for a "
                                "cell that ingest masks", "remove it")  # fmt: skip

    def _check_days(self) -> None:
        one, published = self.correction, self.published
        if one.date > published:
            raise self._refused("date", str(one.date), "a day that is not after the edition's "
                                f"publication, {published}", "correct the date")  # fmt: skip
        if one.expires < published:
            raise self._refused(
                "expires", f"expired on {one.expires}",
                f"a correction in force on the day of the edition's publication, {published}",
                "have the file corrected at its source and remove this correction, or renew it "
                "with a new date",
            )  # fmt: skip


def _tells(table: Table, field: Field, value: str) -> bool:
    """Whether a cell of that column would tell who someone is."""
    cell = pd.Series([value], index=pd.Index([0], name=LINE), dtype="str", name=field.name)
    if field.identifier:
        return not harmless(cell).all()
    alone = table.model_copy(update={"fields": [field]})
    return len(protect(Chunk(table.file, cell.to_frame()), alone, None).notes) > 0


def _require_once(found: list[Declared]) -> None:
    seen: dict[tuple, str] = {}
    for one in found:
        cell = (one.correction.table, frozenset(one.correction.key.items()), one.correction.column)
        if cell in seen:
            raise twice(one.where, seen[cell])
        seen[cell] = one.where


def twice(where: str, first: str) -> DataError:
    """The error about two corrections of one cell."""
    return DataError(
        where, found=f"a second correction of one cell, after that of {first}",
        expected="one correction for a cell", remedy="remove one of them",
    )  # fmt: skip
