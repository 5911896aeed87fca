"""A questionnaire: identification, information and consent, pages of questions, in this order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from obsante.collect.forms.instrument import Common, Group, Instrument, Notice, Text
from obsante.collect.forms.plan import (
    AGREEMENT,
    EDITION,
    END,
    INFORMATION,
    PAGE,
    START,
    Plan,
    make_plan,
)
from obsante.collect.forms.questions import Questions
from obsante.collect.forms.rows import CALCULATE, FRENCH, Choices, Row, begin, calculate, end
from obsante.collect.forms.rules import Control, Controls, controls
from obsante.collect.forms.texts import Texts
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.errors import DataError

YES, NO = "oui", "non"
_AGREED = f"${{{AGREEMENT}}} = '{YES}'"
_REFUSED = f"${{{AGREEMENT}}} = '{NO}'"
_ONE_SCREEN = "field-list"


@dataclass(frozen=True)
class Form:
    """An XLSForm: its sheets, and what became of the dictionary's rules.

    ``joined``: the file that the server must have beside the form, without its extension, and the
    columns that the form reads there; None if it reads none.
    """

    name: str
    survey: list[dict[str, str]]
    choices: list[dict[str, str]]
    settings: dict[str, str]
    questions: int
    pages: int
    rules: Controls
    joined: tuple[str, list[str]] | None


def make_form(instrument: Instrument, table: Table, common: Common, edition: Edition) -> Form:
    """The questionnaire of an edition.

    Raises:
        DataError: the instrument and its dictionary disagree.
        EditionError: a real edition that can't say what the law asks to be said.
    """
    plan = make_plan(instrument, table)
    return _Writer(plan, common, edition).form()


class _Writer:
    def __init__(self, plan: Plan, common: Common, edition: Edition) -> None:
        self.plan = plan
        self.item = plan.instrument
        self.common = common
        self.words = common.words
        self.edition = edition
        self.texts = Texts(common, edition)
        self.choices = Choices()
        self.questions = Questions(plan, common.words, self.texts, self.choices)
        self.controls = controls(plan, self.questions.logic)

    def form(self) -> Form:
        survey = [row.cells() for row in self._rows()]
        choices = self.choices.cells()
        mark = "-demonstration" if self.edition.demonstration else ""
        sample = self.item.sample
        return Form(
            name=f"{self.item.name}-{self.edition.edition}{mark}",
            survey=survey,
            choices=choices,
            settings=self._settings(survey, choices),
            questions=len(self.plan.questions),
            pages=len(self.item.groups),
            rules=self.controls,
            joined=(sample.file, [sample.key, *sample.columns]) if sample else None,
        )

    def _settings(self, *sheets: list[dict[str, str]]) -> dict[str, str]:
        title = self.texts.filled(self.item.title)
        if self.edition.demonstration:
            title = title + self.words.demonstration
        # Servers take a form again only under another version: any change makes one.
        content = json.dumps([sheets, title.fr, title.ar], ensure_ascii=False)
        digest = hashlib.sha256(content.encode()).hexdigest()[:8]
        terms = [f"'{self.item.name}'"]
        for entered in self.item.entered:
            terms += ["' '", f"${{{entered.column}}}"]
        return {
            "form_title": f"{title.fr} – {title.ar}",
            "form_id": f"{self.item.name}_{self.edition.edition}",
            "version": f"{self.item.version:%Y%m%d}-{digest}",
            "default_language": FRENCH,
            "instance_name": f"concat({', '.join(terms)})" if terms[1:] else terms[0],
        }

    def _rows(self) -> Iterator[Row]:
        yield Row(START, START)
        yield Row(END, END)
        yield from self._identification()
        yield from self._information()
        for group in self.item.groups:
            yield from self._page(group)
        for computed in self.item.computed:
            yield calculate(computed.column, computed.xpath)
        yield self._note("fin", self.words.finished, relevant=_AGREED)

    def _identification(self) -> Iterator[Row]:
        """Who is asked: entered, found in the sample file, or written by the form."""
        if self.item.entered:
            yield begin(PAGE, self.words.identification, appearance=_ONE_SCREEN)
            for entered in self.item.entered:
                yield self.questions.entered(entered, self._entered_controls(entered.column))
            yield end()
        sample = self.item.sample
        for column in self.item.loaded:
            yield calculate(column, _found(sample.file, column, sample.key, f"${{{sample.key}}}"))
        if EDITION in self.plan.table.columns:
            yield calculate(EDITION, str(self.edition.edition))

    def _entered_controls(self, column: str) -> list[Control]:
        sample = self.item.sample
        own = list(self.controls.of(column))
        if sample and sample.key == column:
            known = f"{_found(sample.file, column, column, '.')} != ''"
            own.append(Control(known, self.texts.filled(self.words.not_in_sample)))
        return own

    def _information(self) -> Iterator[Row]:
        """What the law asks to be said before the first question; a refusal ends the form."""
        yield begin(INFORMATION, self.words.information, appearance=_ONE_SCREEN)
        yield from self._notices(self.common.opening)
        yield self._note("objet", self.item.purpose)
        yield self._note("donnees", self.item.kept)
        yield from self._notices(self.common.rights)
        answers = self.choices.add(
            "accord", [(YES, self.words.affirmative), (NO, self.words.negative)]
        )
        yield Row(
            f"select_one {answers}", AGREEMENT, self.texts.filled(self.item.consent),
            required="yes", required_message=self.texts.filled(self.words.required),
        )  # fmt: skip
        yield end()
        if self.item.answered:
            self._require_yes_and_no(self.item.answered)
            yield calculate(self.item.answered, f"${{{AGREEMENT}}}")
        yield self._note("refus", self.words.refused, relevant=_REFUSED)

    def _notices(self, notices: list[Notice]) -> Iterator[Row]:
        for notice in notices:
            if notice.only in (None, self.edition.status):
                yield self._note(notice.name, Text(fr=notice.fr, ar=notice.ar))

    def _require_yes_and_no(self, column: str) -> None:
        codes = self.plan.table.field(column).codes
        if {YES, NO} - set(codes):
            raise DataError(
                f"config/instruments/{self.item.name}.yml, key answered",
                found=f"column '{column}', of codes {', '.join(map(str, codes)) or 'none'}",
                expected=f"a column of codes {YES} and {NO}", remedy="correct the column's name",
            )  # fmt: skip

    def _page(self, group: Group) -> Iterator[Row]:
        asked = [one for one in self.plan.questions if one.group is group]
        rows = [row for one in asked
                for row in self.questions.asked(one, self.controls.of(one.field.name))]  # fmt: skip
        label = self.texts.filled(group.title)
        yield begin(
            group.name, label, repeat=group.repeat, relevant=_AGREED,
            appearance="" if group.repeat else _ONE_SCREEN,
        )  # fmt: skip
        if group.layout == "matrix":
            yield from self._matrix(group, rows)
        else:
            if group.stem:
                yield self._note(f"{group.name}_consigne", group.stem)
            yield from rows
        yield end(repeat=group.repeat)

    def _matrix(self, group: Group, rows: list[Row]) -> Iterator[Row]:
        """A line of headings, then a line for each question, the answers in columns."""
        questions = {row.name: row.type for row in rows if row.type != CALCULATE}
        kinds = sorted(set(questions.values()))
        if len(kinds) > 1 or not kinds[0].startswith("select_one"):
            raise DataError(
                f"config/instruments/{self.item.name}.yml, page '{group.name}'",
                found=f"a matrix of columns {', '.join(questions)}, whose answers differ",
                expected="the same categories, or one scale, for all of them",
                remedy="layout: page, or another page for the columns that differ",
            )
        heading = self.texts.filled(group.stem or group.title)
        yield Row(kinds[0], f"note_{group.name}_entete", heading, appearance="label")
        for row in rows:
            yield row if row.type == CALCULATE else replace(row, appearance="list-nolabel")

    def _note(self, name: str, text: Text, relevant: str = "") -> Row:
        return Row("note", f"note_{name}", self.texts.filled(text), relevant=relevant)


def _found(file: str, column: str, key: str, value: str) -> str:
    return f"pulldata('{file}', '{column}', '{key}', {value})"
