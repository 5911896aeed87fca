"""Complementary suppression and its audit, on tables worked by hand and on random ones.

Example 3 of ch. 4 of Hundepool et al., *Handbook on Statistical Disclosure Control* (Geurts, 1992),
https://sdctools.github.io/HandbookSDC/04-magnitude-tabular-data.html.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from obsante.errors import DataError
from obsante.stats.disclosure import audit, crossed, hierarchy, suppress

ONE = {"protection": 1, "smallest": 0}
HIDDEN = ["suppressed_primary", "suppressed_complementary"]


def one_way(**values):
    layout = hierarchy(dict.fromkeys(values, "total"))
    return pd.Series({**values, "total": sum(values.values())}, dtype=float), layout


def two_way(inner):
    """The table with its margins, rows A, B, ... and columns 1, 2, ..., total T."""
    inner = np.array(inner, dtype=float)
    rows = list("ABCDEFGH"[: len(inner)])
    columns = [str(j + 1) for j in range(inner.shape[1])]
    layout = crossed(hierarchy(dict.fromkeys(rows, "T")), hierarchy(dict.fromkeys(columns, "T")))
    full = np.vstack([inner, inner.sum(axis=0)])
    full = np.column_stack([full, full.sum(axis=1)])
    return pd.Series(full.ravel(), index=layout.cells), layout


def small(values, minimum=3):
    return (values > 0) & (values < minimum)


def hidden(table, states=HIDDEN):
    return table.index[table["etat"].isin(states)].tolist()


def test_a_single_sensitive_cell_takes_the_smallest_other_with_it():
    values, layout = one_way(a=2, b=9, c=30)
    table = suppress(values, small(values), layout, minimise="number", **ONE)
    assert table["etat"].tolist() == [*HIDDEN, "published", "published"]
    assert table["valeur"].tolist()[2:] == [30, 41]
    assert table["valeur"].isna().tolist() == [True, True, False, False]


def test_two_sensitive_cells_that_hide_each_other_need_no_third():
    values, layout = one_way(a=2, b=2, c=30)
    table = suppress(values, small(values), layout, minimise="number", **ONE)
    assert hidden(table) == ["a", "b"]


def test_two_cells_too_small_for_the_protection_need_a_third():
    values, layout = one_way(a=2, b=2, c=30, d=31)
    table = suppress(values, small(values), layout, protection=5, smallest=0, minimise="number")
    assert hidden(table) == ["a", "b", "c"]
    bounds = audit(table, values, layout, protection=5, smallest=0)
    assert bounds.loc["a"].tolist() == pytest.approx([0, 34])


def test_nothing_is_hidden_where_nothing_is_sensitive():
    values, layout = one_way(a=5, b=9)
    table = suppress(values, small(values), layout, protection=1, smallest=0, minimise="value")
    assert set(table["etat"]) == {"published"}


def test_a_unit_alone_in_its_cell_must_not_learn_the_other():
    values, layout = one_way(a=1, b=1, c=30, d=40)
    outsiders = suppress(values, small(values), layout, minimise="number", **ONE)
    insiders = suppress(
        values, small(values), layout, minimise="number", **ONE, contributors=values
    )
    assert hidden(outsiders) == ["a", "b"]
    assert hidden(insiders) == ["a", "b", "c"]
    with pytest.raises(DataError, match=r"cell a[\s\S]*for the only unit of b"):
        audit(outsiders, values, layout, protection=1, smallest=0, contributors=values)


def test_counts_that_a_reader_knows_to_be_one_at_least_need_more_doubt():
    # Zeros are published: two hidden counts that add up to 2 are 1 and 1.
    values, layout = one_way(a=1, b=1, c=30, d=40)
    call = {"protection": 1, "minimise": "number"}
    table = suppress(values, small(values), layout, smallest=1, **call)
    assert hidden(table) == ["a", "b", "c"]
    assert hidden(suppress(values, small(values), layout, smallest=0, **call)) == ["a", "b"]
    assert audit(table, values, layout, protection=1, smallest=1).loc["a"].tolist() == [1, 30]


def test_a_total_is_as_low_as_its_parts_can_be_and_no_lower():
    # a and b are 1 at least: their total of 2 cannot be in doubt below, only above.
    values, layout = one_way(a=1, b=1)
    call = {"protection": 1, "smallest": 1}
    table = suppress(values, small(values), layout, minimise="number", **call)
    assert hidden(table) == ["a", "b", "total"]
    assert audit(table, values, layout, **call).loc["total"].tolist() == [2, np.inf]


def test_the_only_unit_of_a_complementary_cell_must_not_learn_the_sensitive_one():
    # The unit alone in b knows its 500: total - c - 500 would be a.
    values, layout = one_way(a=2, b=500, c=600)
    units = pd.Series({"a": 2, "b": 1, "c": 3, "total": 6})
    call = {"protection": 1, "smallest": 0, "minimise": "number"}
    assert hidden(suppress(values, small(values), layout, **call)) == ["a", "b"]
    table = suppress(values, small(values), layout, contributors=units, **call)
    assert hidden(table) == ["a", "c"]


def test_in_a_hierarchy_the_subtotals_do_not_give_the_cell_away():
    # nord = 2 + 20, sud = 30 + 40: hiding « b » is enough, no subtotal has to go.
    parts = {"a": "nord", "b": "nord", "c": "sud", "d": "sud"}
    layout = hierarchy({**parts, "nord": "pays", "sud": "pays"})
    cells = {"a": 2, "b": 20, "c": 30, "d": 40, "nord": 22, "sud": 70, "pays": 92}
    values = pd.Series(cells, dtype=float)
    table = suppress(values, small(values), layout, minimise="number", **ONE)
    assert hidden(table) == ["a", "b"]


def test_a_lone_category_takes_its_subtotal_and_another_one_with_it():
    # « a » is the whole of nord: both are 2, and pays - sud would give them.
    layout = hierarchy({"a": "nord", "c": "sud", "d": "sud", "nord": "pays", "sud": "pays"})
    cells = {"a": 2, "c": 30, "d": 40, "nord": 2, "sud": 70, "pays": 72}
    values = pd.Series(cells, dtype=float)
    table = suppress(
        values, small(values), layout, minimise="number", **ONE, released=["pays"]
    )
    assert hidden(table, HIDDEN[:1]) == ["a", "nord"]
    # Then sud, and the smaller of its two parts, else c + d would give sud.
    assert hidden(table, HIDDEN[1:]) == ["c", "sud"]


def test_in_two_dimensions_the_cheapest_rectangle_is_hidden():
    # A1 = 2: the other corners cost 20+10+50, 20+40+5, 30+10+60 or 30+40+9; the least is 65.
    values, layout = two_way([[2, 20, 30], [10, 50, 60], [40, 5, 9]])
    table = suppress(values, small(values), layout, protection=1, smallest=0, minimise="value")
    assert hidden(table) == [("A", "1"), ("A", "2"), ("C", "1"), ("C", "2")]
    assert table["valeur"].notna().sum() == 12


def test_fewest_cells_are_not_always_the_smallest_ones():
    # A1 = 2: every rectangle has a corner of 900, a loop of six cells has none.
    values, layout = two_way([[2, 4, 900], [900, 5, 6], [7, 900, 8]])
    fewest = suppress(values, small(values), layout, minimise="number", **ONE)
    smallest = suppress(values, small(values), layout, protection=1, smallest=0, minimise="value")
    assert len(hidden(fewest)) == 4
    assert hidden(smallest) == [
        ("A", "1"), ("A", "2"), ("B", "2"), ("B", "3"), ("C", "1"), ("C", "3"),
    ]  # fmt: skip


def test_a_sensitive_total_is_hidden_too():
    values, layout = two_way([[1, 1], [30, 40]])
    table = suppress(values, small(values), layout, minimise="number", **ONE)
    assert table.loc[("A", "T"), "etat"] == "suppressed_primary"
    audit(table, values, layout, protection=1, smallest=0)


def test_missing_not_applicable_zero_and_hidden_stay_four_things():
    values, layout = two_way([[2, 20, 0], [10, 50, 60]])
    values[("B", "3")] = np.nan
    values[[("T", "3"), ("B", "T"), ("T", "T")]] = [0, 60, 82]
    values[("T", "3")] = np.nan
    states = pd.Series({("B", "3"): "missing", ("T", "3"): "not_applicable"})
    table = suppress(values, small(values), layout, minimise="number", **ONE, states=states)
    assert table.loc[("A", "3")].tolist() == [0, "published"]
    assert table.loc[("B", "3"), "etat"] == "missing"
    assert table.loc[("T", "3"), "etat"] == "not_applicable"
    assert hidden(table) == [("A", "1"), ("A", "2"), ("B", "1"), ("B", "2")]


def test_a_zero_never_hides_another_cell():
    values, layout = two_way([[2, 0, 50], [0, 60, 1_000], [70, 0, 80]])
    table = suppress(values, small(values), layout, minimise="number", **ONE)
    assert table.loc[values == 0, "etat"].eq("published").all()


def test_a_sensitive_zero_is_hidden():
    # Two units, both with zero beds: published, the zero would tell of both.
    values, layout = one_way(a=0, b=9, c=30)
    sensitive = pd.Series({"a": True, "b": False, "c": False, "total": False})
    table = suppress(values, sensitive, layout, minimise="number", **ONE)
    assert table["etat"].tolist()[:2] == HIDDEN


def test_the_intervals_are_those_of_the_handbook():
    # Handbook, example 3: rows 7, 3, 6; columns 9, 7; the first two rows are hidden.
    values, layout = two_way([[4, 3], [2, 1], [3, 3]])
    assert values[[("A", "T"), ("B", "T"), ("T", "1"), ("T", "2")]].tolist() == [7, 3, 9, 7]
    inner = pd.Series([row in "AB" and column != "T" for row, column in layout.cells], layout.cells)
    table = pd.DataFrame({"valeur": values.mask(inner), "etat": "published"})
    table.loc[inner, "etat"] = "suppressed_primary"
    bounds = audit(table, values, layout, protection=0.5, smallest=0)
    assert bounds.to_numpy().ravel() == pytest.approx([3, 6, 1, 4, 0, 3, 0, 3], abs=1e-9)


def test_the_audit_refuses_a_complement_that_is_recomputed():
    values, layout = two_way([[9, 20, 30], [10, 50, 60], [40, 5, 9]])
    table = pd.DataFrame({"valeur": values, "etat": "published"})
    table.loc[[("A", "1")], ["valeur", "etat"]] = [np.nan, "suppressed_complementary"]
    with pytest.raises(DataError, match=r"\('A', '1'\)[\s\S]*can be computed"):
        audit(table, values, layout, protection=1, smallest=0)


def test_the_audit_refuses_an_interval_narrower_than_the_protection():
    values, layout = one_way(a=2, b=9, c=30)
    table = suppress(values, small(values), layout, minimise="number", **ONE)
    with pytest.raises(DataError, match=r"cell a[\s\S]*less than 10 of doubt above"):
        audit(table, values, layout, protection=10, smallest=0)


def test_the_audit_refuses_a_hidden_cell_that_shows_its_value():
    values, layout = one_way(a=2, b=9, c=30)
    table = suppress(values, small(values), layout, minimise="number", **ONE)
    table.loc["b", "valeur"] = 9
    with pytest.raises(DataError, match=r"cell b[\s\S]*suppressed_complementary"):
        audit(table, values, layout, protection=1, smallest=0)


def test_where_the_total_is_hidden_too_the_interval_has_no_end():
    values, layout = one_way(a=1, b=1)
    sensitive = values < 3
    table = suppress(values, sensitive, layout, minimise="number", **ONE)
    assert audit(table, values, layout, protection=1, smallest=0).loc["a", "borne_sup"] == np.inf


def test_what_released_totals_make_impossible_is_said():
    values, layout = one_way(a=2, b=0, c=0)
    sensitive = pd.Series({"a": True, "b": False, "c": False, "total": False})
    with pytest.raises(DataError, match=r"cell a[\s\S]*every other cell hidden"):
        suppress(values, sensitive, layout, minimise="number", **ONE, released=["total"])


def wrong(**changes):
    values, layout = one_way(a=2, b=9, c=30)
    options = {"values": values, "sensitive": small(values), "layout": layout,
               "minimise": "number", **ONE, **changes}  # fmt: skip
    return suppress(**options)


GOOD, _ = one_way(a=2, b=9, c=30)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"values": GOOD.replace(9, -9)}, "cell b[\\s\\S]*-9"),
        ({"values": GOOD.replace(41, 40)}, "cell total[\\s\\S]*40"),
        ({"values": GOOD.drop("b")}, "'values', cell b"),
        ({"values": pd.concat([GOOD, GOOD.head(1)])}, "'values', cell a[\\s\\S]*two values"),
        ({"values": GOOD.replace(41, np.nan)}, "cell total[\\s\\S]*no value"),
        ({"sensitive": small(GOOD).rename({"c": "d"})}, "'sensitive', cell c"),
        ({"protection": 0}, "'protection', cell a"),
        ({"protection": pd.Series({"b": 1.0})}, "'protection', cell a"),
        ({"smallest": -1}, "'smallest'"),
        ({"sensitive": small(GOOD).astype(object).where(GOOD != 9)}, "'sensitive', cell b"),
        ({"sensitive": small(GOOD).astype(str)}, "'sensitive', cell a[\\s\\S]*'True'"),
        ({"contributors": GOOD.where(GOOD != 9)}, "'contributors', cell b[\\s\\S]*nan"),
        ({"protection": "un"}, "'protection'"),
        ({"values": GOOD.astype(object).where(GOOD != 9, "neuf")}, "'values'"),
        ({"smallest": 2.5}, "cell a[\\s\\S]*'smallest'"),
        ({"minimise": "nombre"}, "criterion 'nombre'"),
        ({"released": ["a"]}, "'released', cell a[\\s\\S]*sensitive"),
        ({"released": ["z"]}, "'released', cell z[\\s\\S]*no such cell"),
    ],
)
def test_a_wrong_argument_is_named(changes, text):
    with pytest.raises(DataError, match=text):
        wrong(**changes)


@pytest.mark.parametrize(
    ("parents", "text"),
    [({}, "'parents'"), ({"a": "x", "b": "y"}, "2 categories"), ({"a": "b", "b": "a"}, "itself")],
)
def test_a_classification_ends_in_one_total(parents, text):
    with pytest.raises(DataError, match=text):
        hierarchy(parents)


def recomputed(table, layout):
    """Hidden counts (1 or more) that published ones give, from what a reader has and no more."""
    unknown = table["etat"].isin(HIDDEN).to_numpy()
    shown = table["valeur"].fillna(0).to_numpy()
    known = -layout.relations[:, ~unknown] @ shown[~unknown]
    found = []
    for position in range(unknown.sum()):
        goal = np.eye(unknown.sum())[position]
        ends = [
            linprog(
                sign * goal, A_eq=layout.relations[:, unknown], b_eq=known, bounds=(1, None)
            )
            for sign in (1, -1)
        ]
        assert ends[0].status == 0
        if ends[1].status == 0 and -ends[1].fun - ends[0].fun < 1e-6:
            found.append(table.index[unknown][position])
    return found


def assert_safe(inner):
    values, layout = two_way(inner)
    sensitive = small(values, minimum=4)
    table = suppress(values, sensitive, layout, protection=1, smallest=1, minimise="number")
    assert table.loc[sensitive, "etat"].eq("suppressed_primary").all()
    assert table.loc[~sensitive & (values == 0), "etat"].eq("published").all()
    assert recomputed(table, layout) == []


def test_no_hidden_cell_of_a_table_with_many_sensitive_ones_can_be_recomputed():
    assert_safe([[1, 2, 0, 9], [3, 0, 7, 8], [6, 5, 2, 0]])


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_hidden_cell_of_a_random_table_can_be_recomputed(inner):
    assert_safe(inner)
