"""A date as people write it, in the dictionary's form; two possible readings are never chosen."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from obsante.collect.imports.doubts import Reading, choose
from obsante.collect.imports.folding import fold

Order = Literal["dmy", "mdy", "ymd"]
# Day 0 of a workbook's serial numbers; the other one is of old Macintosh workbooks.
EPOCH = dt.date(1899, 12, 30)
_TIME = r"(?:[T ]+[0-9]{1,2}[:h][0-9]{2}.*)?"
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME)
_PARTS = re.compile(r"([0-9]{1,4})([/.-])([0-9]{1,2})\2([0-9]{1,4})" + _TIME)
_NAMED = re.compile(r"([0-9]{1,2})(?:er)?[ .-]+([^\W\d_]+)\.?[ .-]+([0-9]{2,4})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
           "octobre", "novembre", "decembre")  # fmt: skip
# Excel's short forms in French.
_SHORT = ("janv", "fevr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")


@dataclass(frozen=True)
class Forms:
    """How a file writes dates: ``order`` of the parts, ``serial`` if a number may be a day."""

    order: Order
    serial: bool
    epoch: dt.date = EPOCH


def read(value: str, forms: Forms) -> Reading:
    """``value`` as year-month-day, its time of day left out; as written if it is no date.

    >>> french = Forms("dmy", serial=True)
    >>> [read(v, french).text for v in ("31/12/2025", "1er mars 2025", "45658")]
    ['2025-12-31', '2025-03-01', '2025-01-01']
    >>> read("03/04/25", french).text, read("03/04/25", french).doubt == ""
    ('03/04/25', False)
    """
    text = " ".join(value.split())
    if match := _ISO.fullmatch(text):
        return Reading(_iso(*match.groups()) or value)
    if forms.serial and _SERIAL.fullmatch(text):
        return Reading((forms.epoch + dt.timedelta(days=int(float(text)))).isoformat())
    if match := _NAMED.fullmatch(text):
        return _named(value, *match.groups())
    if match := _PARTS.fullmatch(text):
        return _numbered(value, match.group(1), match.group(3), match.group(4), forms.order)
    return Reading(value)


def _numbered(value: str, first: str, second: str, third: str, order: Order) -> Reading:
    if len(first) == 4:
        return Reading(_iso(first, second, third) or value)
    year = {"dmy": third, "mdy": third, "ymd": first}
    month = {"dmy": second, "mdy": first, "ymd": second}
    day = {"dmy": first, "mdy": second, "ymd": third}
    # A year of two digits is also one of the other century, whatever the order.
    if len(third) == 4 and (own := _iso(year[order], month[order], day[order])):
        return Reading(own)
    found: dict[str, None] = {}
    for other in sorted(year, key=lambda one: one != order):
        reading = _iso(_century(year[other]), month[other], day[other])
        if reading is not None:
            found[reading] = None
    return choose(value, found) if found else Reading(value)


def _named(value: str, day: str, name: str, year: str) -> Reading:
    word = fold(name)
    if word not in (*_MONTHS, *_SHORT):
        return Reading(value)
    months = _MONTHS if word in _MONTHS else _SHORT
    reading = _iso(_century(year), str(months.index(word) + 1), day)
    if reading is None:
        return Reading(value)
    return Reading(reading) if len(year) == 4 else choose(value, [reading])


def _century(year: str) -> str:
    return f"20{year}" if len(year) == 2 else year


def _iso(year: str, month: str, day: str) -> str | None:
    if len(year) != 4:
        return None
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
