"""Strata: the rule that puts small cells together, step by step."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.sampling import collapse

ORDER = ["urbain", "rural", "montagne"]


def cells(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["type", "milieu", "region", "taille"])


def strata(*rows: tuple[str, str, str, int], minimum: int = 6) -> dict[str, int]:
    frame = cells(*rows)
    names = collapse(frame, order=ORDER, minimum=minimum)
    return frame.groupby(names)["taille"].sum().to_dict()


def test_large_cells_keep_their_own_stratum():
    rows = [("csu", "urbain", "01", 6), ("csu", "urbain", "02", 40)]
    assert strata(*rows) == {"csu-urbain-01": 6, "csu-urbain-02": 40}


def test_small_regions_form_one_stratum():
    rows = [("chu", "urbain", "01", 1), ("chu", "urbain", "02", 5), ("chu", "urbain", "03", 9)]
    assert strata(*rows) == {"chu-urbain-00": 6, "chu-urbain-03": 9}


def test_what_stays_small_joins_the_smallest_region_and_the_first_of_equals():
    rows = [("chu", "urbain", "01", 2), ("chu", "urbain", "02", 9), ("chu", "urbain", "03", 9)]
    assert strata(*rows) == {"chu-urbain-02": 11, "chu-urbain-03": 9}


def test_a_small_milieu_joins_the_one_before_and_may_be_carried_on():
    rows = [("hop", "montagne", "05", 2), ("hop", "rural", "05", 1), ("hop", "urbain", "05", 8)]
    assert strata(*rows) == {"hop-urbain-05": 11}


def test_a_milieu_is_judged_over_all_regions_of_its_type():
    rows = [("csr", "montagne", "05", 3), ("csr", "montagne", "08", 3), ("csr", "rural", "05", 7)]
    assert strata(*rows) == {"csr-montagne-00": 6, "csr-rural-05": 7}


def test_types_never_join_and_a_rare_one_keeps_its_small_stratum():
    rows = [("chu", "urbain", "01", 2), ("chu", "urbain", "04", 1), ("csu", "urbain", "01", 30)]
    assert strata(*rows) == {"chu-urbain-00": 3, "csu-urbain-01": 30}


def test_names_follow_the_rows_whatever_their_order_and_index():
    rows = [("chu", "urbain", "03", 9), ("chu", "urbain", "01", 1), ("chu", "urbain", "02", 5)]
    frame = cells(*rows).set_axis([7, 3, 5])
    names = collapse(frame, order=ORDER, minimum=6)
    assert names.to_dict() == {7: "chu-urbain-03", 3: "chu-urbain-00", 5: "chu-urbain-00"}


def test_a_milieu_out_of_the_order_is_named():
    with pytest.raises(DataError) as raised:
        collapse(cells(("chu", "rurall", "01", 9)), order=ORDER, minimum=6)
    assert "'rurall'" in str(raised.value)
    assert "'rural' (nearest)" in str(raised.value)


def test_a_column_that_is_missing_is_named():
    with pytest.raises(DataError, match="column 'taille'"):
        collapse(cells().drop(columns="taille"), order=ORDER, minimum=6)
