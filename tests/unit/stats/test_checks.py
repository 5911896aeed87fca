"""Checks shared by every statistic."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import checks


def test_a_column_is_found_once_or_the_nearest_is_named():
    frame = pd.DataFrame([[1, 2]], columns=["milieu", "type"])
    assert checks.column(frame, "type").tolist() == [2]
    with pytest.raises(DataError, match=r"column 'mileu'(.|\n)*'milieu' \(nearest\)"):
        checks.column(frame, "mileu")
    with pytest.raises(DataError, match="column 'type'\n.*2 columns of this name"):
        checks.column(frame.set_axis(["type", "type"], axis=1), "type")


@pytest.mark.parametrize("level", [0, 1, 95, None, "0.95", float("nan")])
def test_a_probability_is_a_number_between_zero_and_one(level):
    with pytest.raises(DataError, match="'level'"):
        checks.probability(level, "level")


def test_values_are_one_number_for_each_unit():
    values = checks.vector(pd.Series([1, None], dtype="Int64"), "beds", 2)
    np.testing.assert_array_equal(values, [1.0, np.nan])
    with pytest.raises(DataError, match=r"'beds'\n.*2 value\(s\)"):
        checks.vector([1, 2], "beds", 3)
    with pytest.raises(DataError, match="'beds'\n.*not numbers"):
        checks.vector(["deux"], "beds", 1)


def test_a_choice_names_the_nearest():
    with pytest.raises(DataError, match=r"rule 'adust'(.|\n)*'adjust' \(nearest\)"):
        checks.choice("adust", "rule", ("error", "adjust"))
