"""Units: the values that they allow, and what each writes."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import pytest

from obsante import results
from obsante.errors import ResultError
from obsante.results import french
from obsante.results.units import UNITS, Name

# Unit -> an indicator of the committed registry that uses it, lowest and highest value.
BOUNDED = {
    "percent": ("inf.dme", 0.0, 1.0),
    "points": ("inf.ecart_dme", -1.0, 1.0),
    "per_10": ("inf.postes", 0.0, None),
    "score": ("inf.indice", 0.0, 100.0),
    "count": ("inf.etablissements", 0.0, None),
}


def value(unit: str, number: float) -> pd.DataFrame:
    name = "ecart" if UNITS[unit].signed else "national"
    return pd.DataFrame([{"dimension": name, "modalite": name, "estimation": number,
                          "borne_inf": number, "borne_sup": number, "n": 100, "libelle": "x"}])  # fmt: skip


def test_every_name_of_a_unit_is_described_and_no_other():
    assert set(UNITS) == set(get_args(Name))


@pytest.mark.parametrize("unit", list(UNITS))
def test_bounds_are_in_order_and_a_difference_may_be_negative(unit):
    one = UNITS[unit]
    if one.lowest is not None and one.highest is not None:
        assert one.lowest < one.highest
    if one.signed:
        assert one.lowest is None or one.lowest < 0
    assert one.label
    assert one.heading


@pytest.mark.parametrize(("unit", "case"), BOUNDED.items(), ids=list(BOUNDED))
def test_a_value_at_the_bounds_is_published_and_one_beyond_is_not(opened, unit, case):
    identifier, low, high = case
    assert results.indicator(identifier).unit == unit
    assert (UNITS[unit].lowest, UNITS[unit].highest) == (low, high)
    for outside in (low - 0.001, None if high is None else high + 0.001):
        if outside is not None:
            with pytest.raises(ResultError, match=f"unit '{unit}'"):
                results.publish(identifier, value(unit, outside))
    assert results.publish(identifier, value(unit, low if high is None else high)) is not None


@pytest.mark.parametrize(
    ("unit", "number", "written"),
    [
        ("percent", 0.3014, "30,1\xa0%"),
        ("points", -0.2441, "−24,4\xa0points"),
        ("score", 44.17, "44,2"),
        ("count", 15791.0, "15\u202f791"),
        ("mad", 1234.4, "1\u202f234\xa0MAD"),
        ("days_change", -4.93, "−4,9\xa0jours"),
        ("index", 0.1234, "0,123"),
    ],
)
def test_a_value_is_written_in_the_scale_and_decimals_of_its_unit(unit, number, written):
    assert french.quantity(number, unit) == written
