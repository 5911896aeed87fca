"""Non-response cells, trimming and the diagnostic table, against values worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.weighting import (
    effective_size,
    kish_design_effect,
    nonresponse_cells,
    trim,
    weight_table,
)

INDEX = pd.Index(["e1", "e2", "e3", "e4", "e5"])
WEIGHTS = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0], INDEX, name="poids")
CELLS = pd.Series(["a", "a", "a", "b", "b"], INDEX)
RESPONDED = pd.Series([True, False, True, True, False], INDEX)


def on_rows(values: list) -> pd.Series:
    return pd.Series(values, INDEX)


def test_respondents_carry_the_weight_of_their_cell():
    adjusted, factors = nonresponse_cells(WEIGHTS, CELLS, RESPONDED, minimum=1)
    assert adjusted.to_dict() == pytest.approx({"e1": 1.5, "e3": 4.5, "e4": 9.0})
    assert factors["cellule"].tolist() == ["a", "b"]
    assert factors["n"].tolist() == [3, 2]
    assert factors["repondants"].tolist() == [2, 1]
    assert factors["taux_reponse"].tolist() == pytest.approx([4 / 6, 4 / 9])
    assert factors["facteur"].tolist() == pytest.approx([6 / 4, 9 / 4])


def test_yes_and_no_may_be_one_and_zero():
    adjusted, _ = nonresponse_cells(WEIGHTS, CELLS, RESPONDED.astype(float), minimum=1)
    assert adjusted.index.tolist() == ["e1", "e3", "e4"]
    assert adjusted.sum() == pytest.approx(15)


def test_a_cell_with_too_few_respondents_is_named_with_its_count():
    with pytest.raises(DataError, match=r"'b' \(1\)") as error:
        nonresponse_cells(WEIGHTS, CELLS, RESPONDED, minimum=2)
    assert error.value.looked_at == "response cell 'b'"


def test_a_cell_without_respondent_is_named_even_with_the_smallest_minimum():
    nobody = on_rows([True, True, True, False, False])
    with pytest.raises(DataError, match=r"'b' \(0\)"):
        nonresponse_cells(WEIGHTS, CELLS, nobody, minimum=1)


def test_cells_are_put_together_only_by_the_mapping():
    adjusted, factors = nonresponse_cells(
        WEIGHTS, CELLS, RESPONDED, minimum=2, collapse={"b": "a"}
    )
    assert factors["cellule"].tolist() == ["a"]
    assert adjusted.tolist() == pytest.approx([15 / 8, 45 / 8, 60 / 8])


def test_a_collapsed_cell_that_nobody_is_in_is_an_error():
    with pytest.raises(DataError, match="collapse, cell 'z'"):
        nonresponse_cells(WEIGHTS, CELLS, RESPONDED, minimum=1, collapse={"z": "a"})


def test_a_chain_of_collapsed_cells_is_an_error():
    with pytest.raises(DataError, match="'b', which itself joins 'c'"):
        nonresponse_cells(WEIGHTS, CELLS, RESPONDED, minimum=1, collapse={"a": "b", "b": "c"})


@pytest.mark.parametrize("status", [None, 2.0, "oui"])
def test_a_status_that_is_neither_yes_nor_no_is_an_error(status):
    responded = on_rows([1.0, 0.0, status, 1.0, 0.0]).astype("object")
    with pytest.raises(DataError, match="'responded', row e3"):
        nonresponse_cells(WEIGHTS, CELLS, responded, minimum=1)


def test_a_unit_without_cell_is_an_error():
    with pytest.raises(DataError, match="'cells', row e2"):
        nonresponse_cells(WEIGHTS, on_rows(["a", None, "a", "b", "b"]), RESPONDED, minimum=1)


def test_rows_in_another_order_are_an_error():
    with pytest.raises(DataError, match="'cells'"):
        nonresponse_cells(WEIGHTS, CELLS[::-1], RESPONDED, minimum=1)
    with pytest.raises(DataError, match="'responded'"):
        nonresponse_cells(WEIGHTS, CELLS, RESPONDED[::-1], minimum=1)


@pytest.mark.parametrize("minimum", [0, np.nan])
def test_a_minimum_below_one_is_an_error(minimum):
    with pytest.raises(DataError, match="'minimum'"):
        nonresponse_cells(WEIGHTS, CELLS, RESPONDED, minimum=minimum)


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_a_weight_that_is_not_positive_is_an_error(weight):
    wrong = on_rows([1.0, 1.0, weight, 1.0, 1.0])
    for use in (
        lambda: nonresponse_cells(wrong, CELLS, RESPONDED, minimum=1),
        lambda: trim(wrong, upper=2.0),
        lambda: kish_design_effect(wrong),
        lambda: effective_size(wrong),
    ):
        with pytest.raises(DataError, match="'weights', row 2"):
            use()
    with pytest.raises(DataError, match="'weights, avant', row 2"):
        weight_table({"avant": wrong})


def test_no_unit_at_all_is_an_error():
    with pytest.raises(DataError, match="no unit"):
        kish_design_effect(pd.Series([], dtype="float64"))


def test_the_excess_goes_to_the_untrimmed_in_proportion():
    # 20 + 10 of excess over 60; then 10 + 20 of 1.5 * (20, 40) exceed nothing.
    trimmed = trim(pd.Series([20.0, 40.0, 80.0, 70.0], list("abcd"), name="p"), upper=60.0)
    assert trimmed.to_dict() == pytest.approx({"a": 30.0, "b": 60.0, "c": 60.0, "d": 60.0})
    assert trimmed.name == "p"


def test_a_weight_raised_above_the_bound_is_trimmed_in_turn():
    # Excess 40: 10 -> 14, 50 -> 70 > 60; then 10 -> 10 + 40 - 10 = 40.
    trimmed = trim(pd.Series([10.0, 50.0, 100.0]), upper=60.0)
    assert trimmed.tolist() == pytest.approx([40.0, 60.0, 60.0])


def test_weights_under_the_bound_are_left_as_they_are():
    assert trim(WEIGHTS, upper=5.0).tolist() == WEIGHTS.tolist()


def test_each_group_keeps_its_sum():
    by = on_rows(["n", "n", "s", "s", "s"])
    trimmed = trim(WEIGHTS, upper=4.5, by=by)
    assert trimmed.groupby(by).sum().to_dict() == pytest.approx({"n": 3.0, "s": 12.0})
    assert trimmed.tolist() == pytest.approx([1, 2, 3 * 7.5 / 7, 4 * 7.5 / 7, 4.5])


def test_a_bound_under_the_mean_names_the_group():
    with pytest.raises(DataError, match="trimming, group 's'"):
        trim(WEIGHTS, upper=3.9, by=on_rows(["n", "n", "s", "s", "s"]))
    with pytest.raises(DataError, match="trimming, the sample"):
        trim(WEIGHTS, upper=2.9)


def test_a_bound_equal_to_the_mean_makes_all_weights_equal():
    assert trim(WEIGHTS, upper=3.0).tolist() == pytest.approx([3.0] * 5, rel=1e-14)
    tenths = pd.Series([0.1] * 3)
    assert trim(tenths, upper=0.1).tolist() == tenths.tolist()


@pytest.mark.parametrize("upper", [0.0, -1.0, np.nan])
def test_a_bound_that_is_not_positive_is_an_error(upper):
    with pytest.raises(DataError, match="'upper'"):
        trim(WEIGHTS, upper=upper)


def test_trimming_needs_the_group_of_each_unit():
    with pytest.raises(DataError, match="'by', row e1"):
        trim(WEIGHTS, upper=4.0, by=on_rows([None, "n", "s", "s", "s"]))
    with pytest.raises(DataError, match="'by'"):
        trim(WEIGHTS, upper=4.0, by=pd.Series(["n"]))


def test_kish_s_effect_and_size_of_weights_worked_by_hand():
    # 1..5: 5 * 55 / 15^2.
    assert kish_design_effect(WEIGHTS) == pytest.approx(275 / 225)
    assert effective_size(WEIGHTS) == pytest.approx(225 / 55)
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7)


def test_the_table_has_one_row_for_each_stage():
    table = weight_table({"avant": WEIGHTS, "après": np.array([3.0, 3.0])}).set_index("etape")
    assert table.columns.tolist() == [
        "n", "minimum", "quartile_1", "mediane", "quartile_3", "maximum", "somme",
        "coefficient_variation", "effet_plan", "taille_effective",
    ]  # fmt: skip
    assert table.loc["avant"].tolist() == pytest.approx(
        [5, 1, 2, 3, 4, 5, 15, np.sqrt(2) / 3, 11 / 9, 45 / 11]
    )
    assert table.loc["après"].tolist() == pytest.approx([2, 3, 3, 3, 3, 3, 6, 0, 1, 2])


def test_a_table_without_stage_is_an_error():
    with pytest.raises(DataError, match="no stage"):
        weight_table({})
