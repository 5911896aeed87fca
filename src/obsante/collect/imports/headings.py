"""Headings of a file, as columns of the dictionary; one that is not recognised is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from obsante.collect.imports.folding import fold
from obsante.collect.imports.profile import GROUP_MARKS, Profile
from obsante.collect.table_schema import Field, Table
from obsante.errors import DataError, nearest

_YES_NO = {"oui", "non"}
# The kinds of names, from the surest: the last one is the wording of a question.
_WORDING = 4


@dataclass
class Plan:
    """Positions of the cells of a row, from 0.

    ``columns``: by column; ``choices``: by column of a choice, where each choice has its own;
    ``questions``: by question of several choices, where one cell holds them all; ``blank``: columns
    without heading, which must be empty.
    """

    columns: dict[str, int] = field(default_factory=dict)
    choices: dict[str, int] = field(default_factory=dict)
    questions: dict[str, int] = field(default_factory=dict)
    blank: list[int] = field(default_factory=list)


class Headings:
    """What each heading stands for, in one table and one profile."""

    def __init__(self, table: Table, profile: Profile) -> None:
        self._table, self._profile = table, profile
        asked = [one for one in table.fields if one.question]
        declared = profile.columns.get(table.name, {})
        self.multiples = profile.multiples.get(table.name, {})
        self._tiers = [
            _index((question, [question]) for question in self.multiples),
            _index((one.name, [one.name]) for one in table.fields),
            _index(declared.items()),
            _index((one.name, [one.title]) for one in table.fields),
            _index((one.name, [one.question.fr, one.question.ar]) for one in asked),
        ]
        self._marks = GROUP_MARKS.get(profile.format, "")
        self._groups = {fold(group) for group in profile.groups}
        self._groups |= {fold(one.question.group) for one in asked}

    def choices(self, question: str) -> dict[str, str]:
        """Column of each choice of a question of several choices."""
        start = f"{question}_"
        return {
            one.name.removeprefix(start): one.name
            for one in self._table.fields
            if one.name.startswith(start) and _YES_NO <= {str(code) for code in one.codes}
        }

    def known(self, headings: Iterable[str]) -> int:
        """Number of columns that a row would name, were it the header."""
        named = [self._named(heading) for heading in headings]
        return len({fits[0][1] for fits in named if len(fits) == 1})

    def located(self, headings: Sequence[str]) -> dict[str, int]:
        """Position of each column that one heading, at least, names without doubt."""
        found: dict[str, int] = {}
        for position, heading in enumerate(headings):
            fits = self._named(heading)
            if len(fits) == 1:
                found.setdefault(fits[0][1], position)
        return found

    def plan(self, headings: Sequence[str], place: str) -> Plan:
        """Where each column is.

        Raises:
            DataError: an unknown, a repeated, or a missing column that the dictionary requires.
        """
        plan = Plan()
        own = {fit for one in headings for tier, fit in self._named(one)[:1] if tier < _WORDING}
        for position, heading in enumerate(headings):
            # A form that completes an answer exports it beside the question, which has the label.
            if not any(tier == _WORDING and fit in own for tier, fit in self._named(heading)):
                self._put(plan, position, heading, place)
        found = {*plan.columns, *plan.choices}
        found |= {name for q in plan.questions for name in self.choices(q).values()}
        for one in self._table.fields:
            if one.name not in found and self._needed(one):
                raise DataError(
                    place, found=f"no column '{one.name}'",
                    expected=f"a heading '{one.name}' or '{one.title}'",
                    remedy=f"add the column, or its heading to the key columns.{self._table.name}"
                    f" of {self._profile.file}",
                )  # fmt: skip
        return plan

    def _needed(self, one: Field) -> bool:
        constant = one.name in self._profile.constants.get(self._table.name, {})
        required = one.constraints.required or one.name in self._table.primaryKey
        return required and not constant

    def _put(self, plan: Plan, position: int, heading: str, place: str) -> None:
        choice, fits = self._choice(heading), [fit for _, fit in self._named(heading)]
        if not heading.strip():
            plan.blank.append(position)
        elif self._ignored(heading, literally=True):
            return
        elif choice is not None:
            if choice:
                self._once(plan.choices, choice, position, heading, place)
        elif len(fits) > 1:
            raise self._two_fit(heading, fits, place)
        elif fits:
            self._once(self._kind(plan, fits[0]), fits[0], position, heading, place)
        elif not self._ignored(heading):
            raise self._unknown(plan, position, heading, place)

    def _kind(self, plan: Plan, column: str) -> dict[str, int]:
        """The positions, in a plan, that a column belongs to."""
        if column in self.multiples:
            return plan.questions
        chosen = any(column in self.choices(question).values() for question in self.multiples)
        return plan.choices if chosen else plan.columns

    def _once(
        self, positions: dict[str, int], column: str, position: int, heading: str, place: str
    ) -> None:
        if column in positions:
            raise DataError(
                place,
                found=f"column '{column}' more than once: cells {positions[column] + 1} and"
                f" {position + 1}, '{heading}'",
                expected="each column once",
                remedy="remove one of them, or list its heading under ignored in"
                f" {self._profile.file}",
            )
        positions[column] = position

    def _unknown(self, plan: Plan, position: int, heading: str, place: str) -> DataError:
        unused = [name for name in self._table.columns if name not in plan.columns]
        return DataError(
            place, found=f"cell {position + 1}, '{heading}', which names no column",
            expected=nearest(heading, unused or self._table.columns),
            remedy=f"rename it, or list it in {self._profile.file} under"
            f" columns.{self._table.name} or under ignored",
        )  # fmt: skip

    def _two_fit(self, heading: str, fits: list[str], place: str) -> DataError:
        return DataError(
            place, found=f"'{heading}', a name of {len(fits)} columns: {', '.join(fits)}",
            expected="one column of the dictionary",
            remedy=f"name one of them in {self._profile.file} under columns.{self._table.name}",
        )  # fmt: skip

    def _ignored(self, heading: str, *, literally: bool = False) -> bool:
        """Whether it is listed; a heading listed in full is, even if it names a column."""
        text = heading.strip().casefold()
        patterns = [pattern.casefold() for pattern in self._profile.ignored]
        return text in patterns if literally else any(fnmatchcase(text, p) for p in patterns)

    def _named(self, heading: str) -> list[tuple[int, str]]:
        """Columns, or the question of several choices, that a heading names: tier and name."""
        return self._fits(_key(heading)) or self._fits(_key(self._without_groups(heading)))

    def _fits(self, key: str) -> list[tuple[int, str]]:
        """Those of the surest kind of name."""
        for tier, names in enumerate(self._tiers):
            if key and key in names:
                return [(tier, name) for name in names[key]]
        return []

    def _without_groups(self, heading: str) -> str:
        """A heading without the groups, at its beginning, that are known."""
        for mark in re.finditer(f"[{re.escape(self._marks)}]", heading) if self._marks else ():
            if fold(heading[: mark.start()]) in self._groups:
                return self._without_groups(heading[mark.end() :])
        return heading

    def _choice(self, heading: str) -> str | None:
        """Column of a choice that has a column of its own; empty if the dictionary has none."""
        question, mark, choice = self._without_groups(heading).rpartition("/")
        fits = self._fits(_key(question)) if mark and self._marks else []
        if not fits or fits[0][1] not in self.multiples:
            return None
        named = fits[0][1]
        by_name = {fold(choice): name for choice, name in self.choices(named).items()}
        without_column = {fold(choice) for choice in self.multiples[named]}
        return "" if fold(choice) in without_column else by_name.get(fold(choice))


def _index(names: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Columns by the folded form of their names."""
    found: dict[str, list[str]] = {}
    for column, spellings in names:
        for spelling in spellings:
            columns = found.setdefault(_key(spelling), [])
            if column not in columns:
                columns.append(column)
    return found


def _key(heading: str) -> str:
    """Folded, but for the mark of what a server adds: ``_id`` is not ``id``."""
    return ("_" if heading.strip().startswith("_") else "") + fold(heading)
