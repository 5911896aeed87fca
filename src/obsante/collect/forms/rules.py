"""Rules of the dictionary as controls of a questionnaire: each on the last of its questions."""

from __future__ import annotations

from dataclasses import dataclass, field

from obsante.collect.forms.instrument import Text
from obsante.collect.forms.logic import Logic
from obsante.collect.forms.plan import Plan
from obsante.collect.forms.xpath import Untranslatable, missing, translate
from obsante.collect.table_schema import Rule


@dataclass(frozen=True)
class Control:
    """A condition on an answer, and what is said where it does not hold.

    ``among``: the same condition on each possible answer, for a list that it shortens.
    """

    condition: str
    message: Text
    among: str = ""


@dataclass
class Controls:
    """What became of each rule, by name.

    ``written``: the column that carries each control; ``ensured``: held by the choices and the
    skips; ``at_ingest``: why the form can't check it, or not in every case.
    """

    by_column: dict[str, list[Control]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    ensured: list[str] = field(default_factory=list)
    at_ingest: dict[str, str] = field(default_factory=dict)

    def of(self, column: str) -> list[Control]:
        """What a column's question carries."""
        return self.by_column.get(column, [])


def controls(plan: Plan, logic: Logic) -> Controls:
    """Sort the rules of a table, and write those that a question can carry."""
    found = Controls()
    for rule in plan.table.rules:
        wanted = rule.names
        absent = sorted(wanted - set(plan.columns))
        used = [name for name in plan.columns if name in wanted]
        if absent:
            found.at_ingest[rule.name] = f"it uses {', '.join(absent)}"
        elif used[-1] not in plan.answerable:
            found.at_ingest[rule.name] = f"{used[-1]} is not an answer"
        elif logic.ensures(rule):
            found.ensured.append(rule.name)
        else:
            logic.require_sound(rule, used[-1])
            _write(plan, rule, used[-1], found)
    return found


def _write(plan: Plan, rule: Rule, column: str, found: Controls) -> None:
    try:
        condition = translate(rule.holds, plan.types, column)
        among = translate(rule.holds, plan.types, column, "name")
    except Untranslatable as error:
        found.at_ingest[rule.name] = f"no XPath for {error}"
        return
    empty = [missing(name) for name in rule.columns if name != column]
    # A key of the dictionary that older ones do not have.
    arabic = rule.message_ar or rule.message
    message = Text(fr=_sentence(rule.message), ar=_sentence(arabic))
    found.by_column.setdefault(column, []).append(
        Control(_unless(empty, condition), message, _unless(empty, among))
    )
    found.written[rule.name] = column
    if column not in rule.columns:
        found.at_ingest[rule.name] = f"where {column} has no answer"


def _unless(empty: list[str], condition: str) -> str:
    """The condition, where no answer that it needs is missing."""
    return " or ".join([*empty, f"({condition})"]) if empty else condition


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
