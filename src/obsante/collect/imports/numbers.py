"""A number as people write it, in the dictionary's form; two possible readings are never chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from obsante.collect.imports.doubts import Reading, choose

# Marks between thousands that some country uses; spaces of all widths are made one before.
_ANY_THOUSANDS = (".", ",", " ", "'", "\u2019")
_SIGNS = str.maketrans({"\u2212": "-", "\u2011": "-"})
# Without its zero or its plus, a telephone would pass for a number.
_TELEPHONE = re.compile(r"(?:\+|0)(?: ?[0-9]){9,}")


@dataclass(frozen=True)
class Marks:
    """Marks that a profile declares; the first decimal mark is the file's own.

    A further decimal mark is only read where it can't be one between thousands.
    """

    decimals: tuple[str, ...]
    thousands: tuple[str, ...]


def read(value: str, marks: Marks, *, whole: bool) -> Reading:
    """``value`` with a point and no other mark, or as written if it is no number.

    Args:
        whole: whether the column holds integers.

    >>> french = Marks((",", "."), (" ", "\\u202f"))
    >>> [read(v, french, whole=False).text for v in ("12,5", "1 234", "1\\u202f234,50", "12.5")]
    ['12.5', '1234', '1234.50', '12.5']
    >>> read("1.234", french, whole=False).doubt == ""
    False
    """
    text = re.sub(r"\s", " ", value.strip().translate(_SIGNS))
    if _TELEPHONE.fullmatch(text):
        return Reading(value)
    text = text.removeprefix("+")
    thousands = tuple(re.sub(r"\s", " ", mark) for mark in marks.thousands)
    own = _parsed(text, marks.decimals[0], thousands, whole)
    if own is not None:
        return Reading(own)
    found = _every_reading(text, whole)
    if len(found) == 1 and any(_parsed(text, d, thousands, whole) for d in marks.decimals):
        return Reading(found[0])
    return choose(value, found) if found else Reading(value)


def _every_reading(text: str, whole: bool) -> list[str]:
    """Readings under any usual pair of marks, without repeats."""
    found: dict[str, None] = {}
    for decimal in (",", "."):
        for thousands in _ANY_THOUSANDS:
            if thousands != decimal:
                reading = _parsed(text, decimal, (thousands,), whole)
                if reading is not None:
                    found[reading] = None
    return list(found)


def _parsed(text: str, decimal: str, thousands: tuple[str, ...], whole: bool) -> str | None:
    """The canonical form under these marks; the same mark between all thousands."""
    between = "|".join(re.escape(mark) for mark in thousands) or "(?!)"
    match = re.fullmatch(
        rf"(-?)([0-9]+|[1-9][0-9]{{0,2}}(?:({between})[0-9]{{3}})(?:\3[0-9]{{3}})*)"
        rf"(?:{re.escape(decimal)}([0-9]+))?",
        text,
    )
    if match is None:
        return None
    sign, digits, mark, fraction = match.groups()
    digits = re.sub(r"^0+(?=[0-9])", "", digits.replace(mark, "") if mark else digits)
    if whole and fraction is not None:
        return None if fraction.strip("0") else sign + digits
    return f"{sign}{digits}.{fraction}" if fraction is not None else sign + digits
