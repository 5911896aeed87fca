"""Which stratum a short one joins."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.collect.weighting.strata import joined
from obsante.errors import DataError


def strata(**rows) -> pd.DataFrame:
    names = {key.replace("_", "-"): value for key, value in rows.items()}
    return pd.DataFrame.from_dict(names, orient="index", columns=["taille", "tires", "repondants"])


def test_the_nearest_sampling_weight_then_the_smallest_then_the_name():
    table = strata(a_u_01=(10, 5, 1), a_u_02=(40, 5, 5), a_u_03=(12, 5, 5))
    assert joined(table, least=2)["a-u-01"] == "a-u-03"
    same = strata(a_u_01=(10, 5, 1), a_u_02=(40, 20, 5), a_u_03=(20, 10, 5), a_u_04=(20, 10, 5))
    assert joined(same, least=2)["a-u-01"] == "a-u-03"


def test_another_milieu_only_where_its_own_has_no_other():
    table = strata(a_r_01=(10, 5, 1), a_u_02=(10, 5, 5), a_r_03=(99, 5, 5), b_r_01=(10, 5, 5))
    assert joined(table, least=2)["a-r-01"] == "a-r-03"
    assert joined(table.drop(index="a-r-03"), least=2)["a-r-01"] == "a-u-02"


def test_joining_goes_on_until_there_are_enough():
    table = strata(a_u_01=(10, 5, 1), a_u_02=(11, 5, 0), a_u_03=(40, 5, 4))
    # The first takes the second, which it resembles, then both the third.
    assert set(joined(table, least=3).values()) == {"a-u-03"}
    assert joined(strata(a_u_01=(10, 5, 1), a_u_02=(11, 5, 1)), least=2) == {
        "a-u-01": "a-u-02", "a-u-02": "a-u-02",
    }  # fmt: skip


def test_a_name_that_begins_alike_is_no_kin():
    table = strata(centre_u_01=(10, 5, 1), centre_u_02=(10, 5, 4))
    table.index = ["centre-u-01", "centre_sante-u-02"]
    with pytest.raises(DataError, match="no other stratum of its type"):
        joined(table, least=2)
