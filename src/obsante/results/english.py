"""Values as an English reader expects them: decimal point, comma between thousands."""

from __future__ import annotations

import math

from obsante.results import french, wording
from obsante.results.units import UNITS

_SEPARATORS = str.maketrans({",": ".", "\u202f": ",", french.NBSP: " "})


def number(value: float, unit: str) -> str:
    """``value`` in the scale and decimals of its unit, without the unit.

    >>> number(0.3014, "percent"), number(36828330, "count")
    ('30.1', '36,828,330')
    """
    return french.magnitude(value, unit).translate(_SEPARATORS)


def quantity(value: float, unit: str) -> str:
    """``value`` with its unit; a small share is never written as a true zero.

    >>> quantity(0.3014, "percent"), quantity(0.0004, "percent")
    ('30.1%', '<0.1%')
    """
    text = french.bare(value, unit)
    return text.translate(_SEPARATORS).replace("< ", "<") + UNITS[unit].english


def interval(row: dict) -> str:
    """``27.0 to 33.2``, in the unit's scale; empty where there is no interval.

    >>> interval({"borne_inf": 0.27, "borne_sup": 0.332, "unite": "percent"})
    '27.0 to 33.2'
    >>> interval({"borne_inf": 1.0, "borne_sup": 1.0, "unite": "percent", "erreur_type": 0.0})
    'exact'
    """
    low, high, unit = row["borne_inf"], row["borne_sup"], row["unite"]
    if math.isnan(low) or math.isnan(high):
        return ""
    return french.EXACT if wording.exact(row) else f"{number(low, unit)} to {number(high, unit)}"
