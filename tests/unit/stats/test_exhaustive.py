"""Registers that hold every unit: true zeros, what is not known, what cannot be divided."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import exhaustive


@pytest.fixture
def register() -> pd.DataFrame:
    kinds = pd.Categorical(["x", "x", "y", None], categories=["x", "y", "z"])
    return pd.DataFrame({"kind": kinds, "v": [1.0, np.nan, np.nan, 4.0], "w": [2, 5, 0, 2]})


def rows(table: pd.DataFrame) -> dict:
    keys = zip(table["modalite"], table["estimation"], table["n"], table["n_manquant"], strict=True)
    return {code: (value, n, unsaid) for code, value, n, unsaid in keys}


def test_a_category_without_any_unit_is_a_true_zero(register):
    found = rows(exhaustive.counts(register, by=["kind"]))
    assert found == {"national": (4, 4, 0), "x": (2, 2, 0), "y": (1, 1, 0), "z": (0, 0, 0)}


def test_a_sum_that_no_unit_says_is_not_zero(register):
    found = rows(exhaustive.sums(register, "v", by=["kind"]))
    assert found["national"] == (5, 2, 2)
    assert found["x"] == (1, 1, 1)
    assert np.isnan(found["y"][0])
    assert found["y"][1:] == (0, 1)
    assert found["z"] == (0, 0, 0)


def test_a_mean_has_no_row_where_there_is_no_unit(register):
    found = rows(exhaustive.means(register, "v", by=["kind"]))
    assert found["national"] == (2.5, 2, 2)
    assert np.isnan(found["y"][0])
    assert "z" not in found


def test_a_ratio_keeps_units_that_say_both_and_never_divides_by_zero(register):
    found = rows(exhaustive.ratios(register, "v", "w", by=["kind"]))
    assert found["national"] == (1.25, 2, 2)
    assert found["x"] == (0.5, 1, 1)
    assert np.isnan(found["y"][0])
    assert "z" not in found


def test_an_empty_register_counts_zero(register):
    none = register.iloc[:0]
    assert rows(exhaustive.counts(none))["national"] == (0, 0, 0)
    assert exhaustive.means(none, "v").empty


def test_a_dimension_that_is_not_a_column_names_the_nearest(register):
    with pytest.raises(DataError, match="'kinds'"):
        exhaustive.counts(register, by=["kinds"])


def test_text_is_no_number(register):
    with pytest.raises(DataError, match="not numbers"):
        exhaustive.sums(register.assign(v="many"), "v")
