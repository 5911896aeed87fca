"""Spoilt rows: counted, confined to the rows allowed, recognisable."""

from __future__ import annotations

import numpy as np
import pytest

from obsante.collect.demo.dirt import spoil

TABLE = b"id,note\n" + b"".join(f"{i},5\n".encode() for i in range(8))
KINDS = {"doublon": {}, "hors_bornes": {"note": "9"}}


def test_a_repeated_row_is_counted_and_follows_its_model():
    content, counts = spoil(
        TABLE, np.array([2]), {"doublon": {}}, share=0.125, seed=1, name="essai"
    )
    assert counts == {"doublon": 1}
    assert content.decode().split("\n")[3:5] == ["2,5", "2,5"]


def test_only_the_rows_allowed_are_spoilt():
    content, counts = spoil(TABLE, np.array([1, 6]), KINDS, share=1.0, seed=1, name="essai")
    assert counts == {"doublon": 1, "hors_bornes": 1}
    lines = content.decode().splitlines()[1:]
    spoilt = {line.split(",")[0] for line in lines if line.endswith("9") or lines.count(line) > 1}
    assert spoilt == {"1", "6"}


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_a_share_below_half_a_row_spoils_nothing(share):
    content, counts = spoil(TABLE, np.arange(8), KINDS, share=share, seed=1, name="essai")
    assert content == TABLE
    assert sum(counts.values()) == 0
