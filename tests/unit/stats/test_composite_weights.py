"""Weights worked by hand, and what each function refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import composite
from obsante.stats.composite import weights as weights_module

POINTS = pd.DataFrame(
    {"acces": [50, 30, 40], "usage": [30, 30, 45], "donnees": [20, 40, 15]},
    index=["e1", "e2", "e3"],
)


def blocks() -> pd.DataFrame:
    """Two pairs of indicators: correlated 0.8 inside a pair, not across."""
    a = np.array([1.0, -1, 1, -1, 1, -1, 1, -1])
    b = np.array([1.0, 1, -1, -1, 1, 1, -1, -1])
    c = np.array([1.0, 1, 1, 1, -1, -1, -1, -1])
    d = a * b * c
    return pd.DataFrame({"a1": a, "a2": 0.8 * a + 0.6 * c, "b1": b, "b2": 0.8 * b + 0.6 * d})


def test_experts_points_give_their_mean_and_their_disagreement():
    weights, spread = composite.budget_weights(POINTS)
    np.testing.assert_allclose(weights, [0.40, 0.35, 0.25])
    assert spread.loc["acces"].tolist() == pytest.approx([0.40, 0.10, 0.30, 0.50, 3])
    assert weights.sum() == pytest.approx(1, abs=1e-12)


def test_a_single_expert_has_weights_and_no_dispersion():
    weights, spread = composite.budget_weights(POINTS.iloc[:1])
    assert weights.tolist() == pytest.approx([0.5, 0.3, 0.2])
    assert spread["ecart_type"].isna().all()


def test_one_factor_gives_the_squared_loadings_of_the_first_component():
    table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 7], "c": [5.0, 1, 3, 2, 2]})
    roots, vectors = np.linalg.eigh(table.corr().to_numpy())
    np.testing.assert_allclose(composite.pca_weights(table, factors=1), vectors[:, -1] ** 2)
    np.testing.assert_allclose(composite.principal_components(table)["valeur_propre"], roots[::-1])


def test_rotation_separates_blocks_that_share_nothing():
    loadings = composite.pca_loadings(blocks(), factors=2)
    np.testing.assert_allclose(np.sort((loadings**2).to_numpy(), axis=1), [[0, 0.9]] * 4, atol=1e-9)
    np.testing.assert_allclose(composite.pca_weights(blocks(), factors=2), [0.25] * 4)


def test_entropy_gives_more_to_the_more_unequal():
    table = pd.DataFrame({"a": [0.5, 0.25, 0.25], "b": [1.0, 0.0, 0.0]})
    entropy = (0.5 * np.log(2) + 0.5 * np.log(4)) / np.log(3)
    expected = np.array([1 - entropy, 1.0])
    np.testing.assert_allclose(composite.entropy_weights(table), expected / expected.sum())


def test_entropy_weights_change_with_the_origin_of_the_scale():
    table = pd.DataFrame({"a": [0.4, 0.6], "b": [0.1, 0.9]})
    moved = composite.entropy_weights(table.assign(b=table["b"] + 10))
    assert moved["b"] < 0.5 < composite.entropy_weights(table)["b"]


def test_points_that_do_not_sum_to_100_name_the_expert():
    with pytest.raises(DataError, match="expert 'e2'(.|\n)*110"):
        composite.budget_weights(POINTS.replace({"usage": {30: 40}}).drop("e1"))
    with pytest.raises(DataError, match="expert 'e1'(.|\n)*-10"):
        composite.budget_weights(pd.DataFrame({"a": [110.0], "b": [-10.0]}, index=["e1"]))
    with pytest.raises(DataError, match="'usage' of 'e3'"):
        composite.budget_weights(POINTS.astype(float).replace({"usage": {45.0: np.nan}}))


def test_weights_read_from_the_data_need_a_complete_table():
    holed = pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, np.nan, 1]})
    for weigh in (lambda t: composite.pca_weights(t, factors=1), composite.entropy_weights):
        with pytest.raises(DataError, match="'b' of '1'"):
            weigh(holed)


def test_a_constant_indicator_is_refused():
    flat = pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 2, 2]})
    for weigh in (lambda t: composite.pca_weights(t, factors=1), composite.entropy_weights):
        with pytest.raises(DataError, match="indicator 'b'"):
            weigh(flat)


def test_entropy_refuses_a_negative_value():
    with pytest.raises(DataError, match="indicator 'a'(.|\n)*-0.1"):
        composite.entropy_weights(pd.DataFrame({"a": [-0.1, 0.5], "b": [0.1, 0.2]}))


@pytest.mark.parametrize("factors", [0, 3, 9])
def test_more_factors_than_the_data_hold_are_refused(factors):
    twins = pd.DataFrame({"a": [1.0, 2, 4], "b": [2.0, 4, 8], "c": [3.0, 1, 1]})
    with pytest.raises(DataError, match=f"number of factors(.|\n)*{factors}"):
        composite.pca_weights(twins, factors=factors)


def test_a_rotation_that_does_not_settle_is_refused(monkeypatch):
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    monkeypatch.setattr(weights_module, "rotate_factors", lambda a, method: (a @ turn, turn))
    with pytest.raises(DataError, match="varimax"):
        composite.pca_weights(blocks(), factors=2)


def test_too_small_a_table_has_no_components():
    with pytest.raises(DataError, match="2 unit"):
        composite.principal_components(pd.DataFrame({"a": [1.0, 2], "b": [2.0, 1]}))


def test_equal_weights_need_names_once_each():
    with pytest.raises(DataError, match="no indicator"):
        composite.equal_weights([])
    with pytest.raises(DataError, match="indicator 'a'"):
        composite.equal_weights(["a", "a"])
