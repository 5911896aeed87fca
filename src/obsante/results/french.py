"""Numbers as a French reader expects them (Imprimerie nationale usage, Babel's CLDR data)."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from obsante.results.units import NBSP, UNITS

THIN = "\u202f"
MINUS = "\u2212"
STATES = {
    "published": "publié",
    "low_precision": "précision faible",
    "suppressed": "secret statistique",
    "missing": "non disponible",
    "not_applicable": "sans objet",
}
MARKS = {"suppressed": "[c]", "missing": "[n.d.]", "not_applicable": "[s.o.]"}
LOW_PRECISION = "[f]"
EXACT = "exact"
_SINGULAR = {"points": "point", "jours": "jour", "millions": "million", "milliers": "millier"}
_BEFORE_THIN = re.compile(r"(?<=\S) (?=[;!?])")
_NO_BREAK = re.compile(r"(?<=\S) (?=[:»])|(?<=\d) (?=%)|(?<=«) ")


@lru_cache(maxsize=65536)
def number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Decimal comma, U+202F between thousands, U+2212 for minus.

    >>> number(36828330) == "36\\u202f828\\u202f330", number(-1.25, 1)
    (True, '−1,2')
    """
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(abs(value), format=pattern, locale="fr")
    zero = not any(digit in text for digit in "123456789")
    sign = MINUS if value < 0 and not zero else "+" if signed and not zero else ""
    return sign + text


def magnitude(value: float, unit: str, *, signed: bool = False) -> str:
    """``value`` in the scale and decimals of its unit, without the unit."""
    return number(value * UNITS[unit].scale, UNITS[unit].decimals, signed=signed)


def quantity(value: float, unit: str, *, signed: bool = False) -> str:
    """``value`` with its unit; a small share is never written as a true zero.

    >>> quantity(0.3014, "percent"), quantity(0.0004, "percent")
    ('30,1\\xa0%', '<\\xa00,1\\xa0%')
    """
    return bare(value, unit, signed=signed) + suffix(value, unit)


def bare(value: float, unit: str, *, signed: bool = False) -> str:
    """:func:`quantity` without its unit."""
    text = magnitude(value, unit, signed=signed)
    if value > 0 and unit == "percent" and not any(digit in text for digit in "123456789"):
        return f"<{NBSP}{number(10.0 ** -UNITS[unit].decimals, UNITS[unit].decimals)}"
    return text


def suffix(value: float, unit: str) -> str:
    """What follows the value; a quantity under 2 is singular.

    >>> suffix(0.013, "points"), suffix(-0.031, "points")
    ('\xa0point', '\xa0points')
    """
    text, first = UNITS[unit].suffix, UNITS[unit].suffix.strip().partition(" ")[0]
    shown = abs(round(value * UNITS[unit].scale, UNITS[unit].decimals))
    return text.replace(first, _SINGULAR[first]) if shown < 2 and first in _SINGULAR else text


def interval(low: float, high: float, unit: str) -> str:
    """Bounds between brackets, in the unit's scale; empty where there is no interval.

    >>> interval(0.27, 0.332, "percent") == "[27,0\\u202f; 33,2]"
    True
    >>> interval(1.0, 1.0, "percent")
    'exact'
    """
    if math.isnan(low) or math.isnan(high):
        return ""
    if low == high:
        return EXACT
    return f"[{magnitude(low, unit)}{THIN}; {magnitude(high, unit)}]"


def span(years: Iterable[int]) -> str:
    """First and last of some years, as the signature of a figure tells them; empty without any.

    >>> span([2025, 2023]), span([2025, 2025]), span([])
    ('2023 à 2025', '2025', '')
    """
    known = sorted(set(years))
    return " à ".join(str(year) for year in dict.fromkeys([*known[:1], *known[-1:]]))


def in_sentence(name: str) -> str:
    """A label inside a sentence: its capital is lowered, but that of an acronym.

    >>> in_sentence("Centre de santé rural"), in_sentence("CHU")
    ('centre de santé rural', 'CHU')
    """
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def level(confidence: float) -> str:
    """Confidence level in percent: ``95 %``."""
    return f"{number(100 * confidence, 0 if float(100 * confidence).is_integer() else 1)}{NBSP}%"


def spaced(text: str) -> str:
    """``text`` of a file received, with the spaces of French punctuation instead of plain ones.

    >>> spaced("« oui » : 5 % ; non") == "«\\xa0oui\\xa0»\\xa0: 5\\xa0%\\u202f; non"
    True
    """
    return _NO_BREAK.sub(NBSP, _BEFORE_THIN.sub(THIN, text))


def day(date: dt.date) -> str:
    """Date in letters: ``30 juin 2026``, first of the month as ``1er``."""
    text = format_date(date, "d MMMM y", locale="fr")
    return text.replace("1 ", "1er ", 1) if date.day == 1 else text
