"""Where each column of a table stands in its questionnaire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from obsante.collect.expressions import names
from obsante.collect.forms.instrument import Group, Implied, Instrument, Text
from obsante.collect.table_schema import Category, Field, Question, Table
from obsante.errors import DataError, nearest
from obsante.stats.answers import NOT_APPLICABLE

EDITION = "edition"
# What the form has besides questions; a column or a page may not have one of these names.
AGREEMENT, PAGE, INFORMATION = "accord_enquete", "unite_enquetee", "avant_enquete"
START, END = "start", "end"
_RESERVED = {AGREEMENT, PAGE, INFORMATION, START, END}
# A question whose answer the form completes is asked under the column's name and this mark.
MARK = "_posee"


@dataclass(frozen=True)
class Asked:
    """A question: its column, its page, and the values written where it is not asked."""

    field: Field
    group: Group
    implied: tuple[Implied, ...]

    @property
    def question(self) -> Question:
        """Its wording; the dictionary's checks make it present."""
        return self.field.question

    @property
    def hint(self) -> Text | None:
        """What is said under the question."""
        fr, ar = self.question.hint_fr, self.question.hint_ar
        return Text(fr=fr, ar=ar) if fr and ar else None

    @property
    def skipped(self) -> bool:
        """Whether it has a condition, and a code for a question that was not asked."""
        return self.question.asked_if is not None and NOT_APPLICABLE in self.field.codes

    @property
    def default(self) -> str | None:
        """What is written where it is not asked, its condition known, and nothing is implied."""
        return NOT_APPLICABLE if self.skipped and not self.implied else None

    @property
    def needs(self) -> list[str]:
        """Columns that its condition uses."""
        return sorted(names(self.question.asked_if)) if self.question.asked_if else []

    @property
    def completed(self) -> bool:
        """Whether the form writes something where the question is not asked."""
        return self.skipped or bool(self.implied)

    @property
    def node(self) -> str:
        """Name of the question in the form."""
        return self.field.name + (MARK if self.completed else "")


@dataclass(frozen=True)
class Plan:
    """An instrument and its table, each column in its place."""

    instrument: Instrument
    table: Table
    questions: tuple[Asked, ...]

    @cached_property
    def columns(self) -> list[str]:
        """Columns whose value the form knows, in the order in which it does."""
        item = self.instrument
        given = [*(e.column for e in item.entered), *item.loaded, *self._own()]
        asked = [one.field.name for one in self.questions]
        return [*given, *asked, *(c.column for c in item.computed)]

    @property
    def types(self) -> dict[str, str]:
        """Type of each of these columns, as in the dictionary."""
        return {name: self.table.field(name).type for name in self.columns}

    @property
    def answerable(self) -> list[str]:
        """Columns that a person fills in, in the order of the form."""
        entered = [e.column for e in self.instrument.entered]
        return [*entered, *(asked.field.name for asked in self.questions)]

    def asked(self, name: str) -> Asked | None:
        """The question of a column, if it has one."""
        return next((asked for asked in self.questions if asked.field.name == name), None)

    def _own(self) -> list[str]:
        item = self.instrument
        edition = [EDITION] if EDITION in self.table.columns else []
        return [*edition, *([item.answered] if item.answered else [])]


def make_plan(instrument: Instrument, table: Table) -> Plan:
    """Put each column of the table in its place.

    Raises:
        DataError: a column in no place, or in two; a question of an unknown page, without Arabic
            labels, or that depends on a later one; a page without question.
    """
    where = f"config/instruments/{instrument.name}.yml"
    asked = [_asked(instrument, f, where) for f in table.fields if f.question is not None]
    pages = [group.name for group in instrument.groups]
    ordered = sorted(asked, key=lambda one: pages.index(one.group.name))
    plan = Plan(instrument, table, tuple(ordered))
    _check_places(plan, where)
    _check_names(plan, where)
    _check_pages(plan, where)
    _check_order(plan)
    return plan


def labelled(field: Field, group: Group | None) -> list[Category]:
    """What a question offers: the column's categories, or its page's scale.

    Raises:
        DataError: a label without Arabic, or a scale that is not the column's bounds.
    """
    for category in field.categories:
        if category.ar is None:
            raise DataError(
                f"config/dictionary, column '{field.name}', category {category.value}",
                found="a question whose answers have no Arabic label",
                expected="ar: the label in Arabic", remedy="add it to the category",
            )  # fmt: skip
    if field.categories or group is None or not group.scale or field.type != "integer":
        return field.categories
    limits = field.constraints
    steps = [step.value for step in group.scale]
    if steps != list(range(limits.minimum or 0, (limits.maximum or 0) + 1)):
        raise DataError(
            f"config/instruments, scale of page '{group.name}'", found=f"steps {steps}",
            expected=f"those of column '{field.name}', {limits.minimum} to {limits.maximum}",
            remedy="correct the scale, or the bounds in the dictionary",
        )  # fmt: skip
    return group.scale


def _asked(instrument: Instrument, field: Field, where: str) -> Asked:
    group = instrument.group(field.question.group)
    if group is None:
        raise DataError(
            f"question of column '{field.name}', table '{instrument.table}'",
            found=f"page '{field.question.group}', which {where} does not have",
            expected=nearest(field.question.group, [g.name for g in instrument.groups]),
            remedy="correct the question's group, or add the page to the instrument",
        )
    labelled(field, group)
    if (field.question.hint_fr is None) != (field.question.hint_ar is None):
        raise DataError(
            f"question of column '{field.name}', table '{instrument.table}'",
            found="a hint in one language", expected="hint_fr and hint_ar, or neither",
            remedy="write the other one",
        )  # fmt: skip
    implied = tuple(one for one in instrument.implied if one.column == field.name)
    return Asked(field, group, implied)


def _check_places(plan: Plan, where: str) -> None:
    placed = [*plan.columns, *plan.instrument.after]
    known = plan.table.columns
    for name in [*placed, *(one.column for one in plan.instrument.implied)]:
        if name not in known:
            raise DataError(
                where, found=f"column '{name}'", expected=nearest(name, known),
                remedy=f"correct it, or add it to config/dictionary/{plan.table.name}.yml",
            )  # fmt: skip
    forgotten = [name for name in known if name not in placed]
    twice = sorted({name for name in placed if placed.count(name) > 1})
    if forgotten or twice:
        raise DataError(
            f"{where}, with config/dictionary/{plan.table.name}.yml",
            found=f"column '{forgotten[0]}' in no place" if forgotten
            else f"column '{twice[0]}' in two places",
            expected="each column asked (its question), entered, of the sample, computed, or after",
            remedy="give it a question in the dictionary, or name it once in the instrument",
        )  # fmt: skip
    for one in plan.instrument.implied:
        if plan.asked(one.column) is None:
            raise DataError(
                f"{where}, implied", found=f"'{one.column}', which has no question",
                expected="a column that is asked elsewhere", remedy="remove it, or use computed",
            )  # fmt: skip


def _check_names(plan: Plan, where: str) -> None:
    pages = {group.name for group in plan.instrument.groups}
    nodes = {asked.node for asked in plan.questions if asked.completed}
    own = (pages | nodes | _RESERVED) & set(plan.table.columns)
    refused = ", ".join(sorted(_RESERVED))
    for name in sorted(own | pages & _RESERVED):
        raise DataError(
            where, found=f"'{name}' for two things of the form",
            expected=f"names of their own for columns and pages, not {refused}",
            remedy="rename the page, or the column",
        )  # fmt: skip


def _check_pages(plan: Plan, where: str) -> None:
    used = {asked.group.name for asked in plan.questions}
    for group in plan.instrument.groups:
        if group.name not in used:
            raise DataError(
                f"{where}, page '{group.name}'", found="no question",
                expected="a column of the table whose question names the page",
                remedy="remove the page, or correct the group of its questions",
            )  # fmt: skip


def _check_order(plan: Plan) -> None:
    """A condition, or an implied value, uses what is known before the question."""
    for place, name in enumerate(plan.columns):
        for condition in _conditions(plan.asked(name)):
            for used in sorted(names(condition)):
                if used not in plan.columns[:place]:
                    raise DataError(
                        f"question of column '{name}', table '{plan.table.name}'",
                        found=f"a condition on '{used}', which is not known at that point",
                        expected="a column entered, of the sample, or asked before",
                        remedy="put the other question first (order of pages, then of columns)",
                    )


def _conditions(asked: Asked | None) -> Iterator[str]:
    if asked is not None:
        yield from [asked.question.asked_if] if asked.question.asked_if else []
        yield from (one.when for one in asked.implied)
