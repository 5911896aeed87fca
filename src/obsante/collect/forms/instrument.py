"""Models of ``config/instruments``: what a questionnaire adds to its table's dictionary.

``<name>.yml`` says who is asked, for what and on which pages; the questions, their codes and
conditions are in ``config/dictionary/<table>.yml``. ``commun.yml`` holds what all of them say.

Keys of an instrument
    ``name`` (as the file's name), ``table``, ``title``, ``version`` (date of its wording),
    ``purpose`` and ``kept`` (why the survey is made, what is kept of an answer), ``consent`` (the
    question that a refusal ends the form at), ``answered`` (optional: the column, of codes ``oui``
    and ``non``, that says whether the person took part) and ``groups``, the pages in order.

    ``entered``: columns that the interviewer fills in, before the information and the consent.
    ``sample: {file, key, columns}``: columns read from a CSV file joined to the form (``file``,
    without its extension), where ``key``, one of ``entered``, finds the row. ``computed``: columns
    that the form itself writes, with their XPath. ``after``: columns that are known only after the
    collection. Every column of the table is in one of these, or has a question.

    ``implied: [{column, value, when}]``: the value that goes without asking, where ``when``, an
    expression as in rules, is true; it takes the place of ``sans_objet``, which is otherwise
    written where ``asked_if`` is false and all that it uses is known.

    A group: ``name``, ``title``, optionally ``stem`` (read before its questions), ``layout``
    (``page``, the default; ``matrix`` for questions with the same answers), ``scale`` (labels of
    integer columns that have bounds and no codes) and ``repeat``.

Each text is ``{fr, ar}``. Between braces, ``{organisation}``, ``{contact}``, ``{edition}``, and in
a real edition ``{number}`` (of the CNDP's authorisation) and ``{retention}``, its last day.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field as Key
from pydantic import field_validator, model_validator

from obsante.collect.expressions import Expression
from obsante.collect.table_schema import Category
from obsante.edition import Strict, read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.paths import Project

COMMON = "commun"
_NAME = r"^[a-z][a-z0-9_]*$"


class Text(Strict):
    """The same words in French and in Arabic."""

    fr: str = Key(min_length=1)
    ar: str = Key(min_length=1)

    def __add__(self, other: Text) -> Text:
        return Text(fr=f"{self.fr} {other.fr}", ar=f"{self.ar} {other.ar}")


class Entered(Text):
    """A column that the interviewer fills in, and how it is asked."""

    column: str
    hint: Text | None = None


class Sample(Strict):
    """Columns read from the sample file that is joined to the form."""

    file: str = Key(pattern=_NAME)
    key: str
    columns: list[str] = Key(min_length=1)


class Computed(Strict):
    """A column that the form writes by itself."""

    column: str
    xpath: str = Key(min_length=1)


class Implied(Strict):
    """The value of a column where the answer to another question settles it."""

    column: str
    value: str | int
    when: Expression


class Group(Strict):
    """A page of the questionnaire."""

    name: str = Key(pattern=_NAME)
    title: Text
    stem: Text | None = None
    layout: Literal["page", "matrix"] = "page"
    scale: list[Category] = Key(default_factory=list)
    repeat: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Group:
        if any(step.ar is None for step in self.scale):
            raise ValueError("an Arabic label, 'ar', for each step of the scale")
        if self.repeat and self.layout == "matrix":
            raise ValueError("a group that repeats, or a matrix, not both")
        return self


class Instrument(Strict):
    """A questionnaire."""

    name: str = Key(pattern=_NAME)
    table: str
    title: Text
    version: dt.date
    purpose: Text
    kept: Text
    consent: Text
    answered: str | None = None
    entered: list[Entered] = Key(default_factory=list)
    sample: Sample | None = None
    computed: list[Computed] = Key(default_factory=list)
    after: list[str] = Key(default_factory=list)
    implied: list[Implied] = Key(default_factory=list)
    groups: list[Group] = Key(min_length=1)

    @field_validator("groups")
    @classmethod
    def _each_once(cls, groups: list[Group]) -> list[Group]:
        if len({group.name for group in groups}) < len(groups):
            raise ValueError("each group once")
        return groups

    @model_validator(mode="after")
    def _key_is_entered(self) -> Instrument:
        entered = [item.column for item in self.entered]
        if self.sample and self.sample.key not in entered:
            raise ValueError(f"sample.key to be {nearest(self.sample.key, entered)}, of 'entered'")
        return self

    @property
    def loaded(self) -> list[str]:
        """Columns that the sample file brings."""
        return self.sample.columns if self.sample else []

    def group(self, name: str) -> Group | None:
        """The page of that name, if there is one."""
        return next((group for group in self.groups if group.name == name), None)


class Notice(Text):
    """A paragraph of the information given before the consent."""

    name: str = Key(pattern=_NAME)
    only: Literal["real", "demonstration"] | None = None


class Words(Strict):
    """What the form itself says: pages, answers, controls."""

    identification: Text
    information: Text
    demonstration: Text
    affirmative: Text
    negative: Text
    refused: Text
    finished: Text
    required: Text
    not_in_sample: Text
    pattern: Text
    minimum: Text
    maximum: Text
    between: Text
    dropped: Text
    pseudonym: Text


class Common(Strict):
    """What all questionnaires share: who is responsible, how to write to them, the notices.

    ``opening`` comes before the purpose of the survey, ``rights`` after what is kept.
    """

    organisation: Text
    contact: str = Key(pattern=r"^[^@\s]+@[^@\s]+$")
    opening: list[Notice] = Key(min_length=1)
    rights: list[Notice] = Key(min_length=1)
    words: Words


def load_common(project: Project) -> Common:
    """What all questionnaires share.

    Raises:
        EditionError: the file is unreadable, or a key is unknown, missing or mistyped.
    """
    path = project.instruments / f"{COMMON}.yml"
    return validate(Common, read_yaml(project, path), project.relative(path))


def known_instruments(project: Project) -> list[str]:
    """Names of the questionnaires, in order."""
    return sorted(p.stem for p in project.instruments.glob("*.yml") if p.stem != COMMON)


def load_instrument(project: Project, name: str) -> Instrument:
    """One questionnaire.

    Raises:
        DataError: no such questionnaire; names the nearest.
        EditionError: the file is unreadable, or a key is unknown, missing or mistyped.
    """
    path = project.instruments / f"{name}.yml"
    where = project.relative(path)
    if name not in known_instruments(project):
        raise DataError(
            f"instrument '{name}'", found=f"no file {where}",
            expected=nearest(name, known_instruments(project)),
            remedy="correct the name, or write the instrument's file",
        )  # fmt: skip
    instrument = validate(Instrument, read_yaml(project, path), where)
    if instrument.name != name:
        raise DataError(
            f"{where}, key name", found=instrument.name, expected=f"{name}, as in the file's name",
            remedy="correct the key or rename the file",
        )  # fmt: skip
    return instrument
