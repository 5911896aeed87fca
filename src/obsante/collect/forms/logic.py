"""What the choices and the skips of a questionnaire already ensure, found by enumeration.

A rule between closed lists is tried on every combination of answers that the form permits: a code
that always breaks it is not offered, and a rule that always holds needs no control of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.expressions import names
from obsante.collect.forms.plan import Asked, Plan, labelled
from obsante.collect.schemas import TEXT
from obsante.collect.table_schema import Category, Rule
from obsante.errors import DataError
from obsante.stats.answers import NOT_APPLICABLE

# Combinations tried at most: three lists of sixteen codes.
_TRIED = 5_000
# What pandas raises for an expression that it can't compute.
_UNREADABLE = (AttributeError, KeyError, NameError, NotImplementedError, SyntaxError, TypeError,
               ValueError)  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """Combinations of answers, one a row: whether each column is asked, whether the rule holds."""

    answers: pd.DataFrame
    asked: pd.DataFrame
    holds: np.ndarray


class Logic:
    """The answers that a plan permits."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        place = {name: rank for rank, name in enumerate(plan.columns)}
        # Rules between columns that the form knows, by the last of them.
        self._closing: dict[str, list[Rule]] = {}
        for rule in plan.table.rules:
            used = rule.names
            if used <= place.keys():
                self._closing.setdefault(max(used, key=place.__getitem__), []).append(rule)
        self._offered: dict[str, list[Category]] = {}
        for asked in plan.questions:
            # In the order of the form: what is offered depends on what was before.
            self._offered[asked.field.name] = self._possible(asked)

    def offered(self, asked: Asked) -> list[Category]:
        """Answers of a closed question, without those that no permitted combination takes."""
        return self._offered[asked.field.name]

    def ensures(self, rule: Rule) -> bool:
        """Whether a rule holds whatever is answered; False where it can't be enumerated."""
        tried = self._tried(rule)
        return tried is not None and bool(tried.holds.all())

    def require_sound(self, rule: Rule, column: str) -> None:
        """Check that the form itself never writes in ``column`` what a rule refuses.

        Raises:
            DataError: it does, where the question is not asked.
        """
        tried = self._tried(rule)
        if tried is None:
            return
        written = ~tried.asked[column] & tried.answers[column].notna()
        wrong = tried.answers[written & ~tried.holds]
        if len(wrong):
            case = {name: wrong[name].iloc[0] for name in sorted(rule.names)}
            raise DataError(
                f"question of column '{column}', table '{self.plan.table.name}'",
                found=f"{case}, which the form writes and rule '{rule.name}' refuses",
                expected="a condition that is false only where the rule takes what is then written",
                remedy="correct asked_if, or say in the instrument when the value is implied",
            )

    def _possible(self, asked: Asked) -> list[Category]:
        """Codes that each rule takes in some case, given the answers before."""
        name = asked.field.name
        kept = _answers(asked)
        for rule in self._closing.get(name, []) if kept else []:
            tried = self._tried(rule)
            if tried is not None:
                posed = tried.asked[name]
                given = tried.answers[name]
                seen, taken = set(given[posed]), set(given[posed & tried.holds])
                kept = [c for c in kept if c.value in taken or c.value not in seen]
        return kept

    def _tried(self, rule: Rule) -> Tried | None:
        """Permitted combinations to which a rule applies.

        None if a column is open, or if there are too many combinations.
        """
        columns = self._with_conditions(rule.names)
        lists = [self._codes(name) for name in columns]
        size = np.prod([len(codes) + 1 for codes in lists], dtype="float64")
        if any(not codes for codes in lists) or size > _TRIED:
            return None
        rows = itertools.product(*[[*codes, None] for codes in lists])
        answers = pd.DataFrame(list(rows), columns=columns)
        answers = answers.astype({name: self._dtype(name) for name in columns})
        states = {name: self._state(answers, name) for name in columns}
        permitted = answers[rule.columns].notna().all(axis=1).to_numpy()
        for _, fits in states.values():
            permitted = permitted & fits
        asked = pd.DataFrame({name: posed for name, (posed, _) in states.items()})
        answers = answers[permitted]
        return Tried(answers, asked[permitted], _truth(answers, rule.holds))

    def _with_conditions(self, wanted: Iterable[str]) -> list[str]:
        """Columns, and those on which their being asked depends, in the order of the form."""
        found = set(wanted)
        while True:
            asked = [one for one in self.plan.questions if one.field.name in found]
            used = {name for one in asked for name in one.needs}
            used |= {name for one in asked for rule in one.implied for name in names(rule.when)}
            if used <= found:
                return [name for name in self.plan.columns if name in found]
            found |= used

    def _codes(self, name: str) -> list[str | int]:
        asked = self.plan.asked(name)
        if asked is None:
            return self.plan.table.field(name).codes
        return [category.value for category in labelled(asked.field, asked.group)]

    def _dtype(self, name: str) -> object:
        return TEXT if self.plan.table.field(name).type == "string" else "float64"

    def _state(self, frame: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
        """For each combination: whether the column is asked, and whether the form may write it."""
        asked = self.plan.asked(name)
        everywhere = np.ones(len(frame), dtype=bool)
        if asked is None:
            return ~everywhere, everywhere
        condition = asked.question.asked_if
        posed = _truth(frame, condition) if condition else everywhere
        value = frame[name]
        codes = [choice.value for choice in self._offered.get(name, _answers(asked))]
        written = pd.Series(None, index=frame.index, dtype=value.dtype)
        if asked.default:
            written[frame[asked.needs].notna().all(axis=1)] = asked.default
        for one in asked.implied:
            written[_truth(frame, one.when)] = one.value
        skipped = (value == written) | (value.isna() & written.isna())
        fits = np.where(posed, value.isin(codes) | value.isna(), skipped)
        return posed, fits.astype(bool)


def _answers(asked: Asked) -> list[Category]:
    """What may be answered when the question is asked."""
    listed = labelled(asked.field, asked.group)
    return [c for c in listed if not (asked.skipped and c.value == NOT_APPLICABLE)]


def _truth(frame: pd.DataFrame, expression: str) -> np.ndarray:
    if frame.empty:
        return np.zeros(0, dtype=bool)
    try:
        return frame.eval(expression, engine="python").to_numpy(dtype=bool)
    except _UNREADABLE as error:
        raise DataError(
            f"the expression «{expression}»", found=f"it can't be evaluated: {error}",
            expected="an expression of DataFrame.eval, true or false on each row",
            remedy="correct the rule, or the condition, in config/dictionary",
        ) from error  # fmt: skip
