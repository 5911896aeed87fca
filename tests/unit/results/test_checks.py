"""What a notebook checks: units accounted for, shares that add up, conventions side by side."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.errors import ResultError


def test_a_lost_unit_stops_the_balance(published_rows):
    rows = published_rows("type", national=(0.5, 0.4, 0.6))
    assert "93 répondants" in results.balance(rows, total=93).text
    with pytest.raises(ResultError, match="93 units"):
        results.balance(rows, total=94)


def test_shares_that_do_not_make_one_stop(published_rows):
    shares = published_rows("stade", a=(0.4, 0.3, 0.5), b=(0.6, 0.5, 0.7))
    assert "100,0" in results.adds_up(shares).text
    with pytest.raises(ResultError, match="adding up"):
        results.adds_up(shares.head(1))


def test_a_sum_is_not_checked_where_a_share_is_withheld(published_rows):
    shares = published_rows("stade", a=(0.4, 0.3, 0.5), b="suppressed")
    assert results.adds_up(shares).text == "Des parts sont retenues\u00a0: leur somme n'est pas contrôlée."


def test_without_values_a_check_gives_the_reason(opened):
    absent = results.unavailable("inf.dme", "no_data")
    for shown in (results.balance(absent, total=0), results.adds_up(absent),
                  results.conventions("inf.dme", {}),
                  results.conventions("inf.dme", {"Publiée": absent.iloc[0]})):  # fmt: skip
        assert "aucune donnée exploitable" in shown.text


@pytest.mark.parametrize("check", [results.adds_up, lambda rows: results.balance(rows, total=0)])
def test_without_any_row_there_is_nothing_to_check(check):
    empty = pd.DataFrame({"dimension": [], "libelle": [], "estimation": [], "motif": []})
    assert check(empty).text == "Aucune valeur à contrôler."
