"""Two-way fixed effects and two-by-two differences, on numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.impact import (
    coefficients,
    difference_in_differences,
    ols_fit,
    two_way_fixed_effects,
)


def square():
    """Two regions of each group, two dates: means 1, 4 (treated), 2, 3 (others)."""
    return pd.DataFrame(
        {
            "y": [0.0, 5.0, 2.0, 3.0, 1.0, 1.0, 3.0, 5.0],
            "region": ["a", "a", "b", "b", "c", "c", "d", "d"],
            "t": [0, 1] * 4,
            "traite": [1, 1, 1, 1, 0, 0, 0, 0],
        }
    )


def fit(frame=None, **changes):
    names = {"treated": "traite", "post": "t", "cluster": "region"} | changes
    return difference_in_differences(square() if frame is None else frame, "y", **names)


def effect(table):
    return table[table["terme"] == "effet"].iloc[0]


def test_the_effect_is_the_difference_of_differences():
    # Treated: 4 - 1 = 3; others: 3 - 2 = 1.
    assert effect(coefficients(fit(), level=0.95))["estimation"] == pytest.approx(2.0)


def test_the_error_is_cr1_with_one_degree_of_freedom_less_than_clusters():
    # Changes: 5, 1 | 0, 2. Each cluster's score, (change - its group's mean) / 2: 1, -1, -.5, .5.
    row = effect(coefficients(fit(), level=0.95))
    assert row["erreur_type"] == pytest.approx(np.sqrt(2.5 * (4 / 3) * (7 / 4)))
    assert (row["ddl"], row["n"]) == (3, 8)
    assert row["borne_sup"] - 2.0 == pytest.approx(3.182446305 * row["erreur_type"])


def test_weights_change_the_means():
    # Treated before: (3 * 0 + 2) / 4 = 0.5; after: (3 * 5 + 3) / 4 = 4.5; others unchanged.
    frame = square().assign(w=[3.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    row = effect(coefficients(fit(frame, weights="w"), level=0.95))
    assert row["estimation"] == pytest.approx(3.0)
    assert "pondérés" in row["methode"]


def test_two_way_effects_agree_with_the_two_by_two_in_its_own_case():
    frame = square().assign(d=lambda f: f["traite"] * f["t"])
    two_way = two_way_fixed_effects(frame, "y", ["d"], unit="region", time="t", cluster="region")
    assert two_way.values.tolist() == pytest.approx([2.0])


def test_few_clusters_are_announced():
    assert "moins de 6 grappes" in coefficients(fit(), level=0.95)["methode"].iloc[0]


def test_an_unbalanced_panel_with_moving_weights_agrees_with_indicators():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"u": np.repeat(np.arange(9), 6), "t": np.tile(np.arange(6), 9)})
    frame["d"] = ((frame["u"] > 4) & (frame["t"] >= 3)).astype(float)
    frame["y"] = rng.normal(size=54) + frame["d"]
    frame["w"] = rng.uniform(1, 3, 54)
    frame = frame[rng.random(54) > 0.2]
    names = {"unit": "u", "time": "t", "cluster": "u", "weights": "w"}
    absorbed = two_way_fixed_effects(frame, "y", ["d"], **names)
    spelt = frame.assign(u2=frame["u"].astype(str), t2=frame["t"].astype(str))
    plain = ols_fit(spelt, "y", ["d", "u2", "t2"], cluster="u", weights="w")
    position = plain.terms.index("d")
    assert absorbed.values[0] == pytest.approx(plain.values[position], rel=1e-10)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"y": [np.nan] + [1.0] * 7}, "'y', row 0"),
        ({"traite": [2, 1, 1, 1, 0, 0, 0, 0]}, "'traite'"),
        ({"traite": [1] * 8}, "cell traite = 0, t = 0"),
        ({"region": ["a"] * 8}, "'region'"),
    ],
)
def test_bad_input_is_named(change, named):
    with pytest.raises(DataError, match=named):
        fit(square().assign(**change))


def test_a_negative_weight_is_named():
    with pytest.raises(DataError, match="'w', row 0"):
        fit(square().assign(w=[-1.0] + [1.0] * 7), weights="w")


def test_a_treatment_that_all_receive_at_once_is_explained_by_the_periods():
    frame = square().assign(d=lambda f: f["t"])
    with pytest.raises(DataError, match="term 'd'"):
        two_way_fixed_effects(frame, "y", ["d"], unit="region", time="t", cluster="region")


def test_a_unit_seen_twice_in_a_period_is_named():
    frame = pd.concat([square(), square().iloc[:1]]).assign(d=lambda f: f["traite"] * f["t"])
    with pytest.raises(DataError, match="unit 'a' at 0"):
        two_way_fixed_effects(frame, "y", ["d"], unit="region", time="t", cluster="region")


def test_a_fit_without_residual_has_no_error_to_report():
    frame = square().assign(y=[1.0, 4.0, 1.0, 4.0, 2.0, 3.0, 2.0, 3.0])
    with pytest.raises(DataError, match="cancel out"):
        coefficients(fit(frame), level=0.95)


@pytest.mark.parametrize("alone", [1, 0])
def test_a_treatment_of_one_cluster_or_of_all_but_one_has_no_clustered_error(alone):
    frame = square().assign(traite=lambda f: np.where(f["region"] == "b", alone, 1 - alone))
    with pytest.raises(DataError, match="term 'traite'.*\n.*a single cluster identifies"):
        coefficients(fit(frame), level=0.95)
    frame["d"] = frame["traite"] * frame["t"]
    two_way = two_way_fixed_effects(frame, "y", ["d"], unit="region", time="t", cluster="region")
    with pytest.raises(DataError, match="term 'd'"):
        coefficients(two_way, level=0.95)


def test_a_period_or_a_unit_of_one_cluster_leaves_the_other_terms_their_error():
    frame = square().assign(d=lambda f: f["traite"] * f["t"])
    late = pd.DataFrame({"y": [4.0], "region": ["a"], "t": [2], "traite": [1], "d": [1]})
    frame = pd.concat([frame, late], ignore_index=True)
    names = {"unit": "region", "time": "t", "cluster": "region"}
    table = coefficients(two_way_fixed_effects(frame, "y", ["d"], **names), level=0.95)
    assert table["erreur_type"].iloc[0] > 0


def test_a_period_that_only_a_unit_seen_once_has_changes_nothing():
    frame = square().assign(d=lambda f: f["traite"] * f["t"])
    once = pd.DataFrame({"y": [9.0], "region": ["e"], "t": [7], "traite": [0], "d": [0]})
    names = {"unit": "region", "time": "t", "cluster": "region"}
    whole = two_way_fixed_effects(pd.concat([frame, once]), "y", ["d"], **names)
    assert whole.values.tolist() == pytest.approx([2.0])
    assert coefficients(whole, level=0.95)["erreur_type"].iloc[0] > 0


def test_a_level_in_percent_is_refused():
    with pytest.raises(DataError, match="'level'"):
        coefficients(fit(), level=95)
