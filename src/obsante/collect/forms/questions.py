"""One column of the dictionary as rows of an XLSForm: its type, its bounds, its answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from obsante.collect.forms.instrument import Entered, Text, Words
from obsante.collect.forms.logic import Logic
from obsante.collect.forms.plan import Asked, Plan, labelled
from obsante.collect.forms.rows import Choices, Row, calculate
from obsante.collect.forms.rules import Control
from obsante.collect.forms.texts import Texts
from obsante.collect.forms.xpath import Untranslatable, literal, missing, translate
from obsante.collect.table_schema import Category, Field
from obsante.errors import DataError

_TYPES = {"string": "text", "integer": "integer", "number": "decimal", "date": "date"}
# A longer list is shown folded.
_UNFOLDED = 10
_BOOLEAN = ("true", "false")


class Questions:
    """Writes the questions of one form, and gathers their answers' lists."""

    def __init__(self, plan: Plan, words: Words, texts: Texts, choices: Choices) -> None:
        self.plan = plan
        self.logic = Logic(plan)
        self.words = words
        self.texts = texts
        self.choices = choices

    def entered(self, item: Entered, controls: list[Control]) -> Row:
        """A column that the interviewer fills in, with controls beside the dictionary's."""
        field = self.plan.table.field(item.column)
        label = self.texts.filled(Text(fr=item.fr, ar=item.ar))
        hint = self.texts.filled(item.hint) if item.hint else None
        row = self._row(field, label, hint, labelled(field, None), controls)
        # Nobody can be found again without these.
        return replace(row, required="yes", required_message=self.texts.filled(self.words.required))

    def asked(self, asked: Asked, controls: list[Control]) -> Iterator[Row]:
        """A question, then what the form writes where it is not asked."""
        question, field = asked.question, asked.field
        label = Text(fr=question.fr, ar=question.ar)
        row = self._row(field, label, asked.hint, self.logic.offered(asked), controls)
        relevant = self._condition(asked, question.asked_if) if question.asked_if else ""
        yield replace(row, name=asked.node, relevant=relevant)
        if asked.completed:
            yield calculate(field.name, self._completed(asked, relevant))

    def _row(
        self, field: Field, label: Text, hint: Text | None, answers: list[Category],
        controls: list[Control],
    ) -> Row:  # fmt: skip
        own = self._bounds(field) if not answers else []
        controls = [*own, *controls]
        folded = len(answers) > _UNFOLDED
        required = field.constraints.required
        return Row(
            type=self._type(field, answers),
            name=field.name,
            label=label,
            hint=self._hint(field, hint),
            required="yes" if required else "",
            required_message=self.texts.filled(self.words.required) if required else None,
            constraint=_all(control.condition for control in controls),
            constraint_message=_together([control.message for control in controls]),
            appearance="minimal" if folded else self._appearance(field),
            choice_filter=_all(c.among for c in controls if c.among) if folded else "",
        )  # fmt: skip

    def _type(self, field: Field, answers: list[Category]) -> str:
        if field.type == "boolean":
            words = dict(zip(_BOOLEAN, (self.words.affirmative, self.words.negative), strict=True))
            return f"select_one {self.choices.add('vrai_faux', list(words.items()))}"
        if field.identifier and field.identifier.kind == "position":
            return "geopoint"
        if not answers:
            return _TYPES[field.type]
        pairs = [(str(c.value), Text(fr=c.label, ar=c.ar or c.label)) for c in answers]
        return f"select_one {self.choices.add(field.name, pairs)}"

    def _hint(self, field: Field, hint: Text | None) -> Text | None:
        """The question's hint; for who answers, what becomes of an identifier."""
        if field.identifier is None:
            return hint
        kept = self.words.dropped if field.dropped else self.words.pseudonym
        return hint + kept if hint else kept

    @staticmethod
    def _appearance(field: Field) -> str:
        kind = field.identifier.kind if field.identifier else ""
        return "multiline" if kind == "texte_libre" else ""

    def _bounds(self, field: Field) -> list[Control]:
        limits, found = field.constraints, []
        low, high = limits.minimum, limits.maximum
        conditions = [f". >= {_bound(low)}" if low is not None else "",
                      f". <= {_bound(high)}" if high is not None else ""]  # fmt: skip
        if any(conditions):
            message = (self.words.between if all(conditions) else
                       self.words.minimum if conditions[0] else self.words.maximum)  # fmt: skip
            told = self.texts.filled(message, minimum=low, maximum=high)
            found.append(Control(" and ".join(filter(None, conditions)), told))
        if limits.pattern is not None:
            told = self.texts.filled(self.words.pattern)
            found.append(Control(f"regex(., {literal(_anchored(limits.pattern))})", told))
        return found

    def _condition(self, asked: Asked, expression: str) -> str:
        """XPath of a condition: a question whose skip can't be said would be asked of all."""
        try:
            return translate(expression, self.plan.types)
        except Untranslatable as error:
            raise DataError(
                f"question of column '{asked.field.name}', table '{self.plan.table.name}'",
                found=f"a condition that a questionnaire can't say: {error}",
                expected="comparisons, and/or/not, in, isin, isna, notna, between, arithmetic",
                remedy="write asked_if with these",
            ) from error

    def _completed(self, asked: Asked, relevant: str) -> str:
        """The answer, or the value of a question that is not asked."""
        other = literal(asked.default or "")
        unknown = [missing(name) for name in asked.needs if self.plan.asked(name)]
        if asked.default and unknown:
            # Not applicable is known; missing is not.
            other = f"if({' or '.join(unknown)}, '', {other})"
        for one in reversed(asked.implied):
            condition = self._condition(asked, one.when)
            other = f"if({condition}, {literal(str(one.value))}, {other})"
        answer = f"${{{asked.node}}}"
        return f"if({relevant}, {answer}, {other})" if relevant else f"coalesce({answer}, {other})"


def _all(conditions: Iterable[str]) -> str:
    listed = list(conditions)
    return " and ".join(f"({c})" for c in listed) if len(listed) > 1 else "".join(listed)


def _together(messages: list[Text]) -> Text | None:
    joined = messages[0] if messages else None
    for message in messages[1:]:
        joined = joined + message
    return joined


def _bound(bound: object) -> str:
    return str(bound) if isinstance(bound, int | float) else f"date('{bound}')"


def _anchored(pattern: str) -> str:
    """The whole answer must match, wherever the form is filled in."""
    alternatives = "|" in re.sub(r"\([^()]*\)", "", pattern)
    whole = pattern.startswith("^") and pattern.endswith("$") and not alternatives
    return pattern if whole else f"^({pattern})$"
