"""Rows of an XLSForm, and the columns that they are written in (xlsform.org)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from obsante.collect.forms.instrument import Text
from obsante.collect.forms.texts import ordered

CALCULATE = "calculate"
FRENCH, ARABIC = "Français (fr)", "العربية (ar)"
_SHORT = 24
# Their values, in one column for each language.
_TRANSLATED = ("label", "hint", "required_message", "constraint_message")


@dataclass(frozen=True)
class Row:
    """A line of the sheet ``survey``; what is empty is not written."""

    type: str
    name: str = ""
    label: Text | None = None
    hint: Text | None = None
    required: str = ""
    required_message: Text | None = None
    relevant: str = ""
    constraint: str = ""
    constraint_message: Text | None = None
    appearance: str = ""
    choice_filter: str = ""
    calculation: str = ""

    def cells(self) -> dict[str, str]:
        """Column -> value, in the order of the columns."""
        found: dict[str, str] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in _TRANSLATED:
                french, arabic = (value.fr, ordered(value.ar)) if value else ("", "")
                found |= {f"{item.name}::{FRENCH}": french, f"{item.name}::{ARABIC}": arabic}
            else:
                found[item.name] = value
        return found


@dataclass
class Choices:
    """Lists of answers; the same answers are one list, whichever questions offer them."""

    lists: dict[tuple[tuple[str, str, str], ...], str] = field(default_factory=dict)

    def add(self, name: str, answers: list[tuple[str, Text]]) -> str:
        """Name of the list of these answers, in their order.

        A new list is named after its codes if they are short, else ``name``, which no other has.
        """
        key = tuple((code, label.fr, ordered(label.ar)) for code, label in answers)
        codes = "_".join(code for code, _ in answers)
        short = len(codes) <= _SHORT and codes not in self.lists.values() and codes[0].isalpha()
        return self.lists.setdefault(key, codes if short else name)

    def cells(self) -> list[dict[str, str]]:
        """Lines of the sheet ``choices``."""
        return [
            {
                "list_name": name,
                "name": code,
                f"label::{FRENCH}": french,
                f"label::{ARABIC}": arabic,
            }
            for answers, name in self.lists.items()
            for code, french, arabic in answers
        ]


def begin(name: str, label: Text, *, repeat: bool = False, **more: str) -> Row:
    """First row of a page."""
    return Row("begin_repeat" if repeat else "begin_group", name, label, **more)


def end(*, repeat: bool = False) -> Row:
    """Last row of a page."""
    return Row("end_repeat" if repeat else "end_group")


def calculate(name: str, xpath: str) -> Row:
    """A value that nobody is asked."""
    return Row(CALCULATE, name, calculation=xpath)
