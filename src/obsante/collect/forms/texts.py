"""Texts of a questionnaire: what stands between braces, and numbers inside Arabic."""

from __future__ import annotations

import datetime as dt
import re

from babel.dates import format_date
from babel.numbers import format_decimal

from obsante.collect.forms.instrument import Common, Text
from obsante.collect.table_schema import Bound
from obsante.edition import Edition
from obsante.errors import EditionError, nearest

# Left-to-right mark: after Arabic letters, "09-08" would be shown "08-09".
_LTR = "\u200e"
_GROUPED = re.compile(r"(?<![\d\u200e])\d+(?:[-/.,]\d+)+")
# A domain that leads nowhere (RFC 2606).
_NOBODY = ".invalid"
# Morocco's names of the months, and Western digits.
_FRENCH, _ARABIC = "fr", "ar_MA"


class Texts:
    """Fills the texts of an edition's questionnaires.

    Raises:
        EditionError: a real edition without authorisation, or whose contact reaches nobody.
    """

    def __init__(self, common: Common, edition: Edition) -> None:
        self._french = {"contact": common.contact, "edition": str(edition.edition)}
        self._arabic = dict(self._french)
        self._french["organisation"] = common.organisation.fr
        self._arabic["organisation"] = common.organisation.ar
        if not edition.demonstration:
            _require_real(common, edition)
            number, day = edition.authorisation.number, edition.authorisation.retention_until
            self._french |= {"number": number, "retention": _day(day, _FRENCH)}
            self._arabic |= {"number": number, "retention": _day(day, _ARABIC)}

    def filled(self, text: Text, **values: Bound | None) -> Text:
        """The text with its values; ``values`` are added to those of the edition."""
        french = {name: _shown(value, _FRENCH) for name, value in values.items()}
        arabic = {name: _shown(value, _ARABIC) for name, value in values.items()}
        return Text(
            fr=_format(text.fr, self._french | french),
            ar=ordered(_format(text.ar, self._arabic | arabic)),
        )


def ordered(arabic: str) -> str:
    """Arabic text where a number made of several keeps its order.

    >>> ordered("القانون 09-08") == "القانون \\u200e09-08"
    True
    """
    return _GROUPED.sub(lambda found: _LTR + found[0], arabic)


def _shown(value: Bound | None, language: str) -> str:
    """Dates in letters; numbers as in French, which Arabic in Morocco follows."""
    if isinstance(value, dt.date):
        return _day(value, language)
    return "" if value is None else format_decimal(value, locale=_FRENCH)


def _day(date: dt.date, language: str) -> str:
    text = format_date(date, "d MMMM y", locale=language)
    return text.replace("1 ", "1er ", 1) if date.day == 1 and language == _FRENCH else text


def _format(text: str, values: dict[str, str]) -> str:
    try:
        return text.format_map(values)
    except (KeyError, ValueError, IndexError) as error:
        wrong = str(error.args[0]) if error.args else text
        raise EditionError(
            f"config/instruments, text «{text[:60]}»", found=f"{{{wrong}}} between braces",
            expected=f"{nearest(wrong, sorted(values))}, in an edition of this status",
            remedy="correct the text, or mark it 'only: real'",
        ) from error  # fmt: skip


def _require_real(common: Common, edition: Edition) -> None:
    where = f"config/editions/{edition.edition}.yml, key authorisation"
    if edition.authorisation is None:
        raise EditionError(
            where, found="nothing", expected="the authorisation that the information text cites",
            remedy="fill it in (law 09-08): number, purpose, retention, host country, transfer",
        )  # fmt: skip
    if common.contact.endswith(_NOBODY):
        raise EditionError(
            "config/instruments/commun.yml, key contact", found=common.contact,
            expected="an address where people can use their rights",
            remedy="write the address of whoever answers for the data protection",
        )  # fmt: skip
