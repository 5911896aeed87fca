"""Primary suppression: rules worked by hand, and the examples of Eurostat's handbook.

Examples 1, 2 and 4 of ch. 4 of Hundepool et al., *Handbook on Statistical Disclosure Control*
(https://sdctools.github.io/HandbookSDC/04-magnitude-tabular-data.html).
"""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.disclosure import (
    contributions,
    crossed,
    dominance,
    hierarchy,
    minimum_frequency,
    p_percent,
)


def one(*numbers):
    return pd.Series({"cellule": list(numbers)})


def test_a_cell_without_unit_is_not_under_the_minimum_frequency():
    units = pd.Series([0, 1, 4, 5])
    assert minimum_frequency(units, minimum=5).tolist() == [False, True, True, False]


def test_the_largest_contribution_alone_hides_a_risk_that_the_p_rule_sees():
    # Handbook, example 1: X = 100 000, x1 = 50 000, x2 = 49 000.
    cell = one(50_000, 49_000, 600, 400)
    assert not dominance(cell, n=1, k=90)["sensible"].item()
    rule = p_percent(cell, p=10)
    assert rule["sensible"].item()
    # x1 is known to 2 %: 1 000; 10 % of it would be 5 000.
    assert rule["protection"].item() == pytest.approx(4_000)


def test_two_contributions_dominate_a_cell_that_is_safe_for_the_p_rule():
    # Handbook, example 2: X = 110 000, x1 = 52 000, x2 = 50 000, p = 10, k = 90.9.
    cell = one(52_000, 50_000, 8_000)
    assert p_percent(cell, p=10).values.tolist() == [[False, 0.0]]
    rule = dominance(cell, n=2, k=100 * 100 / 110)
    assert rule["sensible"].item()
    assert rule["protection"].item() == pytest.approx(1.1 * 102_000 - 110_000)


def test_the_protection_of_dominance_takes_the_bound_back_to_the_rule():
    # Handbook, example 4: the upper bound of X = 330 must be 352.94 at least.
    rule = dominance(one(300, 20, 10), n=1, k=85)
    assert 330 + rule["protection"].item() == pytest.approx(352.94, abs=0.005)


def test_a_cell_of_one_or_two_units_is_sensitive_for_the_p_rule():
    cells = pd.Series({"un": [7.0], "deux": [4.0, 3.0], "vide": [], "nuls": [0.0, 0.0]})
    assert p_percent(cells, p=10)["sensible"].tolist() == [True, True, False, False]
    assert dominance(cells, n=1, k=90)["sensible"].tolist() == [True, False, False, False]


def test_contributions_enter_their_cell_and_all_its_totals():
    rows = hierarchy({"Fès": "nord", "Oujda": "nord", "nord": "pays", "Agadir": "pays"})
    table = crossed(rows, hierarchy({"public": "tous", "prive": "tous"}))
    units = pd.DataFrame({"r": ["Fès", "Fès", "Agadir"], "s": ["public", "prive", "public"]})
    held = contributions(pd.Series([3.0, 5.0, 2.0]), units, table)
    assert held["Fès", "public"].tolist() == [3]
    assert held["nord", "tous"].tolist() == [5, 3]
    assert held["pays", "public"].tolist() == [3, 2]
    assert held["Oujda", "tous"].tolist() == []
    assert held.map(len)["pays", "tous"] == 3


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: minimum_frequency(pd.Series([1]), minimum=1), "'minimum'"),
        (lambda: minimum_frequency(pd.Series({"a": float("nan")}), minimum=3), "cell a"),
        (lambda: dominance(one(1), n=1, k=100), "'k'"),
        (lambda: dominance(one(1), n=0, k=85), "'n'"),
        (lambda: p_percent(one(1), p=0), "'p'"),
    ],
)
def test_a_threshold_out_of_range_is_named(call, named):
    with pytest.raises(DataError, match=named):
        call()


@pytest.mark.parametrize(("value", "shown"), [(-1.0, "-1"), (float("nan"), "nan")])
def test_a_contribution_that_is_not_a_positive_number_is_refused(value, shown):
    with pytest.raises(DataError, match=rf"'values', row 1[\s\S]*first {shown}"):
        contributions(pd.Series([1.0, value]), pd.Series(["u", "u"]), hierarchy({"u": "tous"}))


def test_a_unit_out_of_the_layout_is_named_with_the_nearest_category():
    with pytest.raises(DataError, match=r"cell urbin[\s\S]*'urbain' \(nearest\)"):
        contributions(pd.Series([1.0]), pd.Series(["urbin"]), hierarchy({"urbain": "tous"}))
