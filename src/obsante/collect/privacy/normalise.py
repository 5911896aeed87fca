"""One person, one writing: the form in which an identifier is compared and hashed."""

from __future__ import annotations

import re

from obsante.collect.privacy.patterns import folded
from obsante.collect.question_schema import Kind

_MOROCCO = "212"
_NATIONAL_DIGITS = 9


def canonical(kind: Kind, value: str) -> str:
    """``value`` as every usual way of writing it; empty if nothing usable is written.

    E-mail: lower case. Telephone: digits, international (a number of nine or ten digits that
    starts as a Moroccan one is Moroccan). National card: upper case, letters and digits. Others:
    lower case, single spaces.

    >>> canonical("telephone", "06 00-00 00 00"), canonical("telephone", "+212 (0)600000000")
    ('212600000000', '212600000000')
    >>> canonical("cin", "zz 000000"), canonical("nom", " Personne\\u00a0 FICTIVE")
    ('ZZ000000', 'personne fictive')
    """
    text = folded(value)
    if kind == "telephone":
        return _international(text)
    if kind == "cin":
        return re.sub(r"[\W_]", "", text).upper()
    if kind == "courriel":
        return "".join(text.split()).casefold()
    return " ".join(text.casefold().split())


def _international(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if text.lstrip().startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
    elif digits.startswith("0"):
        digits = _MOROCCO + digits[1:]
    elif len(digits) == _NATIONAL_DIGITS and digits[0] in "5678":
        digits = _MOROCCO + digits
    # "+212 (0)6…": the national zero stays in speech, not in the number.
    trunk = f"{_MOROCCO}0"
    if digits.startswith(trunk) and len(digits) == len(trunk) + _NATIONAL_DIGITS:
        digits = _MOROCCO + digits[len(trunk) :]
    return digits
