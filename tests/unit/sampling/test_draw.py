"""The draw: permanent numbers, order, reserve, coordination between samples."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.sampling import DRAWN, RESERVE, draw, order_in_strata, permanent_numbers

IDS = [f"E{number:07d}" for number in range(1, 61)]
STRATA = pd.Series(["a"] * 40 + ["b"] * 20, index=IDS)
NUMBERS = permanent_numbers(IDS, 11)


def drawn(counts: dict[str, int], **options) -> pd.DataFrame:
    return draw(STRATA, pd.Series(counts), NUMBERS, **options)


def identifiers(table: pd.DataFrame, statut: str = DRAWN) -> set[str]:
    return set(table.index[table["statut"] == statut])


def test_numbers_depend_on_the_identifier_and_the_seed_alone():
    again = permanent_numbers(IDS[5:8][::-1], 11)
    assert again.tolist() == NUMBERS[5:8][::-1].tolist()
    assert permanent_numbers(IDS[:1], 12)[0] != NUMBERS[0]
    first = int(hashlib.sha256(b"11:E0000001").hexdigest()[:16], 16) // 2**11
    assert NUMBERS[0] == first / 2**53 == 0.6240527059449518
    assert ((NUMBERS >= 0) & (NUMBERS < 1)).all()


def test_the_lowest_numbers_of_each_stratum_are_drawn_in_their_order():
    table = drawn({"a": 5, "b": 2})
    for name, count in (("a", 5), ("b", 2)):
        mine = pd.Series(NUMBERS, IDS)[STRATA == name].sort_values().index[:count]
        kept = table[STRATA[table.index] == name]
        assert kept.sort_values("rang").index.tolist() == mine.tolist()
        assert sorted(kept["rang"]) == list(range(1, count + 1))


def test_the_same_seed_gives_the_same_sample():
    pd.testing.assert_frame_equal(drawn({"a": 5, "b": 2}), drawn({"a": 5, "b": 2}))


def test_a_larger_sample_holds_the_smaller_one():
    small, large = drawn({"a": 5, "b": 2}), drawn({"a": 9, "b": 2})
    assert identifiers(small) < identifiers(large)
    assert (large.loc[small.index, "rang"] == small["rang"]).all()


def test_the_reserve_follows_the_sample_and_is_what_a_larger_sample_would_draw():
    table = drawn({"a": 5, "b": 2}, reserve=0.5)
    assert identifiers(table, RESERVE) == identifiers(drawn({"a": 8, "b": 3})) - identifiers(table)
    assert sorted(table.loc[table["statut"] == RESERVE, "rang"]) == [3, 6, 7, 8]


def test_the_reserve_stops_at_the_end_of_the_stratum():
    table = drawn({"a": 40, "b": 19}, reserve=0.5)
    assert len(identifiers(table, RESERVE)) == 1


def test_a_stratum_may_give_nothing():
    assert set(STRATA[drawn({"a": 0, "b": 2}).index]) == {"b"}


def test_a_new_facility_changes_the_sample_by_one_at_most():
    ids = [*IDS, "E9999999"]
    grown = draw(pd.concat([STRATA, pd.Series("a", ["E9999999"])]), pd.Series({"a": 5, "b": 2}),
                 permanent_numbers(ids, 11))  # fmt: skip
    assert len(identifiers(drawn({"a": 5, "b": 2})) - identifiers(grown)) <= 1


def test_moving_the_start_replaces_a_part_of_the_sample():
    many = pd.Series("a", index=range(4000))
    numbers = permanent_numbers(pd.Series(many.index.astype("str")), 3)
    first, second = (
        set(draw(many, pd.Series({"a": 1000}), numbers, start=pd.Series({"a": start})).index)
        for start in (0.0, 0.3 * 1000 / 4000)
    )
    # 30 % leave, but for the accidents of the numbers.
    assert 0.65 < len(first & second) / 1000 < 0.75


def test_order_after_a_start_puts_lower_numbers_last():
    assert order_in_strata(np.zeros(3, int), np.array([0.1, 0.5, 0.9]), 0.4).tolist() == [2, 0, 1]


@pytest.mark.parametrize("ids", [["E1", "E1"], ["E1", None]])
def test_an_identifier_that_is_missing_or_repeated_is_refused(ids):
    with pytest.raises(DataError, match="identifiers, row 1"):
        permanent_numbers(ids, 1)


@pytest.mark.parametrize("counts", [{"a": 41, "b": 2}, {"a": 5}, {"a": -1, "b": 2}])
def test_a_stratum_without_a_possible_number_is_refused(counts):
    with pytest.raises(DataError, match="stratum '[ab]'"):
        drawn(counts)


def test_a_negative_reserve_is_refused():
    with pytest.raises(DataError, match="'reserve'"):
        drawn({"a": 5, "b": 2}, reserve=-0.1)
