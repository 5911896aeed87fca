"""Extension of an effect: arithmetic, propagation of both errors, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.impact import (
    average_effect,
    cohort_panel,
    extended_effect,
    group_effects,
)

LEVEL = {"control": "not_yet", "level": 0.95}


def frame(seed: int, effect: dict[str, float], noise: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(60):
        group = "ab"[unit % 2]
        start = 6 + unit % 5 if unit % 3 else None
        base = rng.normal(0, 2)
        for month in range(16):
            on = start is not None and month >= start
            y = base + 0.3 * month + on * effect[group] + rng.normal(0, noise)
            rows.append((unit, month, start, group, unit % 12, y))
    return pd.DataFrame(rows, columns=["unit", "month", "start", "group", "region", "y"]).astype(
        {"start": float}
    )


def panel(seed: int = 1, effect=None, noise: float = 1.0):
    data = frame(seed, effect or {"a": -2.0, "b": -4.0}, noise)
    names = {"unit": "unit", "time": "month", "cohort": "start", "cluster": "region"}
    return cohort_panel(data, "y", by="group", **names)


def amounts(a=10.0, b=30.0, va=0.0, vb=0.0) -> pd.DataFrame:
    return pd.DataFrame({"groupe": ["a", "b"], "quantite": [a, b], "variance": [va, vb]})


def test_known_amounts_multiply_each_group_s_effect():
    some = panel()
    groups = group_effects(some, **LEVEL).set_index("terme")
    found = extended_effect(some, amounts(), **LEVEL).set_index("terme")
    for name, amount in (("a", 10.0), ("b", 30.0)):
        for column in ("estimation", "erreur_type", "borne_inf", "borne_sup"):
            assert found.loc[name, column] == pytest.approx(amount * groups.loc[name, column])
        assert found.loc[name, "ddl"] == groups.loc[name, "ddl"]
    assert found.loc["ensemble", "estimation"] == pytest.approx(
        found.loc[["a", "b"], "estimation"].sum()
    )


def test_the_covariance_between_groups_is_that_of_their_difference():
    some = panel()
    groups = group_effects(some, **LEVEL).set_index("terme")
    total = extended_effect(some, amounts(1.0, 1.0), **LEVEL)["erreur_type"].iloc[0]
    one, two, gap = groups.loc[["a", "b", "b - a"], "erreur_type"]
    # V(a + b) = 2 V(a) + 2 V(b) - V(b - a).
    assert total**2 == pytest.approx(2 * one**2 + 2 * two**2 - gap**2)


def test_an_uncertain_amount_adds_goodman_s_variance():
    some = panel()
    known = extended_effect(some, amounts(), **LEVEL).set_index("terme")
    unsure = extended_effect(some, amounts(va=4.0), **LEVEL).set_index("terme")
    effect, error = known.loc["a", "estimation"] / 10, known.loc["a", "erreur_type"] / 10
    expected = 100 * error**2 + 4 * effect**2 - 4 * error**2
    assert unsure.loc["a", "erreur_type"] ** 2 == pytest.approx(expected)
    assert unsure.loc["b", "erreur_type"] == known.loc["b", "erreur_type"]
    gained = unsure.loc["ensemble", "erreur_type"] ** 2 - known.loc["ensemble", "erreur_type"] ** 2
    assert gained == pytest.approx(4 * effect**2 - 4 * error**2)


def test_a_later_start_counts_only_later_periods():
    some = panel()
    later = extended_effect(some, amounts(), since=3, **LEVEL)
    assert later["n"].iloc[0] == int((some.event_time >= 3).sum())
    # Where the effect is constant and there is no noise, both agree.
    still = panel(noise=0.0)
    both = [extended_effect(still, amounts(), since=s, **LEVEL)["estimation"] for s in (0, 3)]
    assert both[0].tolist() == pytest.approx(both[1].tolist())
    assert both[0].iloc[0] == pytest.approx(10 * -2.0 + 30 * -4.0)


def test_one_group_gives_the_average_effect():
    data = frame(1, {"a": -2.0, "b": -2.0}).assign(group="tous")
    names = {"unit": "unit", "time": "month", "cohort": "start", "cluster": "region"}
    some = cohort_panel(data, "y", by="group", **names)
    one = pd.DataFrame({"groupe": ["tous"], "quantite": [1.0], "variance": [0.0]})
    found, whole = extended_effect(some, one, **LEVEL), average_effect(some, **LEVEL)
    for column in ("estimation", "erreur_type", "borne_inf", "borne_sup", "ddl", "n"):
        assert found[column].iloc[0] == pytest.approx(whole[column].iloc[0])


def test_intervals_hold_the_total_when_effects_and_amounts_are_estimated():
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(1000 + seed)
        drawn = amounts(10 + rng.normal(0, 2.0), 30 + rng.normal(0, 3.0), 4.0, 9.0)
        row = extended_effect(panel(seed), drawn, **LEVEL).iloc[0]
        held += row["borne_inf"] <= 10 * -2.0 + 30 * -4.0 <= row["borne_sup"]
    assert held >= 89


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(amounts().assign(groupe=["a", "c"]), "group 'c'"),
     (amounts().assign(groupe=["a", "a"]), "twice"),
     (amounts(a=-1.0), "quantite"), (amounts(va=np.nan), "variance")],
)  # fmt: skip
def test_amounts_without_an_effect_or_out_of_range_are_refused(wrong, words):
    with pytest.raises(DataError, match=words):
        extended_effect(panel(), wrong, **LEVEL)
