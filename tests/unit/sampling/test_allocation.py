"""Allocations worked by hand: shares, bounds, largest remainders, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from obsante.errors import DataError
from obsante.stats.sampling import METHODS, allocate, shares
from obsante.stats.sampling.allocation import bounded, rounded

SIZES = [100, 400, 900]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("proportional", [1 / 14, 4 / 14, 9 / 14]),
        ("equal", [1 / 3, 1 / 3, 1 / 3]),
        ("square_root", [1 / 6, 2 / 6, 3 / 6]),
        ("mixed", [(1 / 14 + 1 / 6) / 2, (4 / 14 + 2 / 6) / 2, (9 / 14 + 3 / 6) / 2]),
    ],
)
def test_shares_of_each_method(method, expected):
    assert shares(SIZES, method) == pytest.approx(expected)


def test_neyman_follows_size_times_deviation_over_the_root_of_the_cost():
    # 100 x 3, 400 x 1 / 2, 900 x 2 / 3 = 300, 200, 600.
    found = shares(SIZES, "neyman", deviations=[3, 1, 2], costs=[1, 4, 9])
    assert found == pytest.approx([3 / 11, 2 / 11, 6 / 11])


def test_largest_remainders_give_the_exact_total():
    # 50 x (1, 4, 9) / 14 = 3.57, 14.29, 32.14: the first has the largest remainder.
    assert allocate(SIZES, 50, "proportional").tolist() == [4, 14, 32]


def test_of_equal_remainders_the_first_is_served():
    assert rounded(np.array([1.5, 2.5, 3.5, 0.5]), 8).tolist() == [2, 3, 3, 0]


def test_the_minimum_is_taken_before_the_rest_is_shared():
    # Left for the others: 50 - 10 = 40, shared 4 : 9, that is 12.31 and 27.69.
    assert allocate(SIZES, 50, "proportional", minimum=10).tolist() == [10, 12, 28]


def test_a_stratum_below_the_minimum_is_taken_whole():
    assert allocate([3, 500], 13, "proportional", minimum=5).tolist() == [3, 10]


def test_a_census_is_taken_whole_and_the_others_share_the_rest():
    # 120 - 100 = 20 shared 4 : 9, that is 6.15 and 13.85.
    census = [True, False, False]
    assert allocate(SIZES, 120, "proportional", census=census).tolist() == [100, 6, 14]


def test_what_a_full_stratum_cannot_take_goes_to_the_others():
    # Equal shares of 300 are 100 each: the first is full at 60, the others share 240.
    assert allocate([60, 400, 900], 300, "equal").tolist() == [60, 120, 120]


def test_neyman_within_bounds_shares_again_what_is_left():
    # Shares 300 : 200 : 600; the first is full at 20, and 110 - 20 = 90 is shared 2 : 6.
    found = bounded(np.array([300.0, 200, 600]), np.zeros(3), np.array([20.0, 400, 900]), 110)
    assert found == pytest.approx([20, 22.5, 67.5])


def test_the_whole_frame_can_be_drawn_and_nothing_more():
    assert allocate(SIZES, 1400, "square_root").tolist() == SIZES
    with pytest.raises(DataError, match="1400 units in the frame"):
        allocate(SIZES, 1401)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [6, 7, 100, 333, 1399])
def test_every_method_gives_whole_numbers_within_bounds_that_add_up(method, n):
    found = allocate(SIZES, n, method, deviations=[0.5, 0.1, 0.3])
    assert found.dtype == np.int64
    assert found.sum() == n
    assert (found >= 2).all()
    assert (found <= SIZES).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": 5}, "expected: a number from 6 to 1400"),
        ({"method": "neymann", "deviations": [1, 1, 1]}, "'neyman' (nearest)"),
        ({"method": "neyman"}, "no standard deviation"),
        ({"method": "neyman", "deviations": [0, 0, 0]}, "none above zero"),
        ({"method": "neyman", "deviations": [1, -1, 1]}, "negative"),
        ({"method": "neyman", "deviations": [1, 1]}, "expected: 3"),
        ({"method": "neyman", "deviations": [1, 1, 1], "costs": [1, 0, 1]}, "'costs', row 1"),
        ({"method": "neyman", "deviations": [1, 0, 0]}, "whose deviation is not zero hold 104"),
        ({"sizes": [100, 0, 3]}, "'sizes of the strata', row 1"),
        ({"sizes": [100, 2.5, 3]}, "part of a unit"),
        ({"sizes": []}, "no stratum"),
        ({"minimum": 0}, "at least one unit drawn"),
        ({"census": [2, 0, 0]}, "neither 0 nor 1"),
    ],
)
def test_what_is_wrong_is_named(change, said):
    arguments = {"sizes": SIZES, "n": 200, "method": "proportional"} | change
    with pytest.raises(DataError) as raised:
        allocate(arguments.pop("sizes"), arguments.pop("n"), arguments.pop("method"), **arguments)
    assert said in str(raised.value)
