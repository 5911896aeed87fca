"""From codes to numbers: missing and not applicable stay apart."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import stats
from obsante.errors import DataError


def test_yes_no_missing_and_not_applicable_are_four_different_things():
    answers = pd.Series(["oui", "non", None, "ne_sait_pas", "sans_objet"])
    found = stats.binary(answers, yes=["oui"], no=["non"], unknown=["ne_sait_pas"])
    assert found["state"].tolist() == ["valid", "valid", "missing", "missing", "not_applicable"]
    assert found["y"].tolist()[:2] == [1.0, 0.0]
    assert found["y"].isna().tolist() == [False, False, True, True, True]


def test_a_code_that_nobody_placed_is_an_error_naming_the_nearest():
    with pytest.raises(DataError, match="'operationel'") as caught:
        stats.binary(pd.Series(["operationel"], name="sih"), yes=["operationnel"], no=["aucun"])
    assert "'operationnel' (nearest)" in str(caught.value)


def test_zero_is_a_number_and_empty_is_missing():
    found = stats.numeric(pd.Series([0, None, 3], dtype="Int64"), scale=10)
    assert found["y"].tolist()[0] == 0.0
    assert found["y"].tolist()[2] == 30.0
    assert found["state"].tolist() == ["valid", "missing", "valid"]


def test_a_score_needs_enough_components():
    parts = pd.DataFrame({"a": [1.0, 1.0, None], "b": [0.0, None, None], "c": [1.0, 1.0, 1.0]})
    found = stats.score(parts, minimum=2)
    assert found["y"].tolist()[:2] == pytest.approx([200 / 3, 100.0])
    assert found["state"].tolist() == ["valid", "valid", "missing"]


def test_components_keep_their_names_and_order():
    one = pd.DataFrame({"y": [1.0], "state": ["valid"]})
    assert stats.components(b=one, a=one).columns.tolist() == ["b", "a"]
