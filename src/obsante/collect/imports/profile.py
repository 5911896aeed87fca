"""Model of a profile of ``config/imports``; its keys are explained in the package's docstring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field as Key
from pydantic import field_validator, model_validator

from obsante.collect import dictionary
from obsante.collect.imports.dates import Order
from obsante.collect.table_schema import Table
from obsante.edition import Strict, read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.paths import Project

Encoding = Literal["utf-8", "utf-16", "windows-1252"]
Mark = Literal[",", "."]
# What follows a group in the headings of an export; a slash always precedes a choice.
GROUP_MARKS = {"kobo": "/", "odk": "-/"}


class Header(Strict):
    """The header is the one row, among the first ``within``, that names ``columns`` columns."""

    columns: int = Key(default=3, ge=1)
    within: int = Key(default=30, ge=1)


class Repeat(Strict):
    """Rows of a repeated group: the cell ``link`` holds the cell ``key`` of their submission.

    ``columns`` are taken from the submissions, whose headings are those of the table ``parent``, by
    default the table itself. The submissions are in the file ``file`` of the same folder, or in
    another sheet of the same workbook, named ``sheet`` or found by its header.
    """

    columns: list[str] = Key(min_length=1)
    link: str
    key: str
    parent: str | None = None
    sheet: str | None = None
    file: str | None = None


class Profile(Strict):
    """How the files of one origin are written."""

    name: str
    title: str = Key(min_length=1)
    format: Literal["csv", "xlsx", "kobo", "odk"]
    encodings: list[Encoding] = Key(default=["utf-8"], min_length=1)
    separators: list[str] = Key(default=[","], min_length=1)
    decimals: list[Mark] = Key(default=["."], min_length=1)
    thousands: list[str] = Key(default_factory=list)
    dates: Order = "ymd"
    serial_dates: bool = False
    missing: list[str] = Key(default_factory=list)
    header: Header = Header()
    sheets: dict[str, str] = Key(default_factory=dict)
    words: str | None = None
    places: dict[str, str] = Key(default_factory=dict)
    columns: dict[str, dict[str, list[str]]] = Key(default_factory=dict)
    constants: dict[str, dict[str, str]] = Key(default_factory=dict)
    ignored: list[str] = Key(default_factory=list)
    groups: list[str] = Key(default_factory=list)
    multiples: dict[str, dict[str, list[str]]] = Key(default_factory=dict)
    repeats: dict[str, Repeat] = Key(default_factory=dict)

    @field_validator("separators")
    @classmethod
    def _single(cls, separators: list[str]) -> list[str]:
        if any(len(separator) != 1 for separator in separators):
            raise ValueError("separators of one character")
        return separators

    @field_validator("encodings")
    @classmethod
    def _widest_last(cls, encodings: list[str]) -> list[str]:
        # Nearly every file can be read in Windows-1252, right or wrong.
        if "windows-1252" in encodings[:-1]:
            raise ValueError("windows-1252 after the others, which it would hide")
        return encodings

    @model_validator(mode="after")
    def _agrees(self) -> Profile:
        if set(self.decimals) & set(self.thousands):
            raise ValueError("a mark either of decimals or of thousands")
        form = ("groups", "multiples", "repeats")
        if not self.export and any(getattr(self, key) for key in form):
            raise ValueError(f"{', '.join(form)}: only with the format kobo or odk")
        return self

    @property
    def export(self) -> bool:
        """Whether it is of a form's server, which leaves empty what was not asked."""
        return self.format in GROUP_MARKS

    @property
    def file(self) -> str:
        """Where it is, in messages."""
        return f"config/imports/{self.name}.yml"


def load(project: Project, name: str, where: str) -> Profile:
    """The profile of that name.

    Args:
        where: the file that asks for it, in messages.

    Raises:
        DataError: no such profile, or a table or column of no dictionary; names the nearest.
        EditionError: the file is unreadable, or a key is unknown, missing or mistyped.
    """
    path = project.imports / f"{name}.yml"
    if not path.is_file():
        raise DataError(
            f"{where}, key profile of its entry in sources.yml",
            found=f"'{name}', but no file {project.relative(path)}",
            expected=nearest(name, sorted(p.stem for p in project.imports.glob("*.yml"))),
            remedy="correct the name, or write the profile",
        )
    place = project.relative(path)
    profile = validate(Profile, read_yaml(project, path), place)
    if profile.name != name:
        raise DataError(
            f"{place}, key name", found=profile.name, expected=f"{name}, as in the file's name",
            remedy="correct the key or rename the file",
        )  # fmt: skip
    _check_names(profile, dictionary.tables(project), place)
    return profile


def _check_names(profile: Profile, tables: dict[str, Table], place: str) -> None:
    for key, by_table in (("columns", profile.columns), ("constants", profile.constants)):
        for table, columns in by_table.items():
            _require(table, tables, f"{place}, key {key}")
            for column in columns:
                _require(column, tables[table].columns, f"{place}, key {key}.{table}")
    for key in ("sheets", "multiples", "repeats"):
        for table in getattr(profile, key):
            _require(table, tables, f"{place}, key {key}")
    for table, repeat in profile.repeats.items():
        parent = repeat.parent or table
        _require(parent, tables, f"{place}, key repeats.{table}.parent")
        for column in repeat.columns:
            for owner in (table, parent):
                _require(column, tables[owner].columns, f"{place}, key repeats.{table}.columns")


def _require(name: str, allowed: Iterable[str], place: str) -> None:
    if name not in allowed:
        raise DataError(
            place, found=f"'{name}'", expected=nearest(name, sorted(allowed)),
            remedy="correct the name",
        )  # fmt: skip
