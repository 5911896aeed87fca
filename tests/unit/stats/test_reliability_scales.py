"""Alpha, omega and item statistics against hand-worked values and other routes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from one_row import message, value
from scipy.stats import f as fisher

from obsante.stats.reliability import cronbach_alpha, item_statistics, mcdonald_omega
from obsante.stats.survey import survey_design

LEVEL = 0.95


def likert(n: int = 120, loadings=(0.9, 0.8, 0.7, 0.6), seed: int = 3) -> pd.DataFrame:
    """Answers from 1 to 5 that share one factor."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 1))
    latent = factor * loadings + 0.6 * rng.normal(size=(n, len(loadings)))
    names = list("abcdef")[: len(loadings)]
    return pd.DataFrame(np.clip(np.round(3 + latent), 1, 5), columns=names)


def exact(covariance: np.ndarray, n: int = 50) -> pd.DataFrame:
    """Rows whose covariance, divided by n, is exactly the one asked for."""
    x = np.random.default_rng(8).normal(size=(n, len(covariance)))
    x -= x.mean(axis=0)
    white = x @ np.linalg.inv(np.linalg.cholesky(x.T @ x / n).T)
    return pd.DataFrame(white @ np.linalg.cholesky(covariance).T)


def test_alpha_of_two_items_worked_by_hand():
    # Variances 2/3 and 2/3, covariance 1/3: 2 (1 - (4/3) / 2) = 2/3.
    items = pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]})
    assert value(cronbach_alpha(items, level=LEVEL)) == pytest.approx(2 / 3)


def test_alpha_is_one_minus_the_ratio_of_the_mean_squares_of_the_analysis_of_variance():
    x = likert().to_numpy()
    n, k = x.shape
    people, items = x.mean(axis=1, keepdims=True), x.mean(axis=0, keepdims=True)
    between = k * ((people - x.mean()) ** 2).sum() / (n - 1)
    residual = ((x - people - items + x.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    row = cronbach_alpha(likert(), level=0.9).iloc[0]
    assert row["estimation"] == pytest.approx(1 - residual / between)
    # The F interval of between / residual, carried to alpha.
    df = (n - 1, (n - 1) * (k - 1))
    low, high = (residual / between * fisher.isf(tail, *df) for tail in (0.05, 0.95))
    assert (row["borne_inf"], row["borne_sup"]) == pytest.approx((1 - low, 1 - high))


def test_alpha_is_negative_where_items_oppose_each_other():
    items = pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 1, 2]})
    assert value(cronbach_alpha(items, level=LEVEL)) < 0


def test_an_integer_weight_counts_as_so_many_equal_rows():
    items = likert(40)
    w = np.arange(40) % 3 + 1.0
    design = survey_design(pd.DataFrame({"w": w}), weights="w")
    repeated = items.loc[np.repeat(items.index, w.astype(int))].reset_index(drop=True)
    for coefficient in (cronbach_alpha, mcdonald_omega):
        weighted = value(coefficient(items, level=LEVEL, design=design))
        assert weighted == pytest.approx(value(coefficient(repeated, level=LEVEL)))


@pytest.mark.parametrize("coefficient", [cronbach_alpha, mcdonald_omega])
def test_the_error_is_close_to_the_jackknife_of_clusters(coefficient):
    items = likert(150)
    frame = pd.DataFrame({"w": np.arange(150) % 4 + 1.0, "c": np.arange(150) // 5})
    design = survey_design(frame, weights="w", psu="c")
    row = coefficient(items, level=LEVEL, design=design).iloc[0]
    again = []
    for cluster in range(30):
        kept = (frame["c"] != cluster).to_numpy()
        part = survey_design(frame[kept], weights="w")
        again.append(value(coefficient(items[kept], level=LEVEL, design=part)))
    jackknife = (29 / 30 * ((np.array(again) - row["estimation"]) ** 2).sum()) ** 0.5
    assert row["erreur_type"] == pytest.approx(jackknife, rel=0.08)
    assert row["ddl"] == pytest.approx(29)
    assert row["borne_inf"] < row["estimation"] < row["borne_sup"] < 1


def test_a_row_with_a_missing_answer_is_left_out_and_counted():
    items = likert(60)
    holed = items.copy()
    holed.loc[[3, 7], "b"] = np.nan
    row = cronbach_alpha(holed, level=LEVEL).iloc[0]
    assert (row["n"], row["n_manquant"], row["n_items"]) == (58, 2, 4)
    without = cronbach_alpha(items.drop(index=[3, 7]), level=LEVEL)
    assert row["estimation"] == pytest.approx(value(without))


def test_omega_recovers_the_loadings_of_an_exact_model():
    loadings, errors = np.array([2.0, 1.0, 0.5, 3.0]), np.array([1.0, 2.0, 0.5, 4.0])
    items = exact(np.outer(loadings, loadings) + np.diag(errors))
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + errors.sum())
    assert value(mcdonald_omega(items, level=LEVEL)) == pytest.approx(expected, rel=1e-8)


def test_omega_of_three_items_has_a_closed_form():
    items = likert(80, (0.9, 0.8, 0.7))
    s = np.cov(items.to_numpy().T)
    loadings = np.array([s[0, 1] * s[0, 2] / s[1, 2], s[0, 1] * s[1, 2] / s[0, 2],
                         s[0, 2] * s[1, 2] / s[0, 1]]) ** 0.5  # fmt: skip
    expected = loadings.sum() ** 2 / s.sum()
    assert value(mcdonald_omega(items, level=LEVEL)) == pytest.approx(expected, rel=1e-8)


def test_omega_is_alpha_where_items_measure_equally_well():
    items = exact(1.5 + np.diag([1.0, 2.0, 0.5, 3.0]))
    omega, alpha = (value(c(items, level=LEVEL)) for c in (mcdonald_omega, cronbach_alpha))
    assert omega == pytest.approx(alpha, rel=1e-8)


def test_omega_is_the_same_at_each_call_and_in_any_order_of_the_items():
    items = likert()
    first = mcdonald_omega(items, level=LEVEL)
    pd.testing.assert_frame_equal(first, mcdonald_omega(items, level=LEVEL))
    turned = mcdonald_omega(items[list("dbca")], level=LEVEL)
    np.testing.assert_allclose(
        turned[["estimation", "erreur_type"]], first[["estimation", "erreur_type"]], rtol=1e-6
    )


def test_an_item_is_compared_with_the_sum_of_the_others():
    items = likert()
    table = item_statistics(items).set_index("terme")
    rest = items[["b", "c", "d"]]
    expected = np.corrcoef(items["a"], rest.sum(axis=1))[0, 1]
    assert table.loc["a", "correlation_item_reste"] == pytest.approx(expected)
    alpha = value(cronbach_alpha(rest, level=LEVEL))
    assert table.loc["a", "alpha_sans_item"] == pytest.approx(alpha)
    assert table.loc["a", "moyenne"] == pytest.approx(items["a"].mean())
    assert table.loc["a", "ecart_type"] == pytest.approx(items["a"].std())


def test_a_reversed_item_is_pointed_out():
    items = likert().assign(c=lambda answers: 6 - answers["c"])
    table = item_statistics(items).set_index("terme")
    assert "inverser" in table.loc["c", "alerte"]
    assert (table.loc[["a", "b"], "alerte"] == "").all()
    assert table.loc["c", "alpha_sans_item"] == table["alpha_sans_item"].max()


def test_too_few_items_are_an_error():
    items = likert()
    assert "1 item(s)" in message(cronbach_alpha, items[["a"]], level=LEVEL)
    assert "at least 3" in message(mcdonald_omega, items[["a", "b"]], level=LEVEL)
    assert "at least 3" in message(item_statistics, items[["a", "b"]])


def test_an_item_that_does_not_vary_is_an_error_that_names_it():
    text = message(cronbach_alpha, likert().assign(b=4), level=LEVEL)
    assert "item 'b'" in text and "same answer, 4" in text


def test_an_infinite_answer_is_an_error_that_names_the_item():
    items = likert().astype(float)
    items.loc[3, "c"] = np.inf
    assert "item 'c', row 3" in message(cronbach_alpha, items, level=LEVEL)


def test_too_few_complete_rows_are_an_error():
    items = pd.DataFrame({"a": [1, 2, np.nan], "b": [3.0, 1.0, 2.0]})
    assert "2 row(s)" in message(cronbach_alpha, items, level=LEVEL)


def test_items_whose_sum_does_not_vary_are_an_error():
    items = pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]})
    assert "does not vary" in message(cronbach_alpha, items, level=LEVEL)


def test_copies_of_one_item_are_no_scale():
    items = likert().assign(b=lambda answers: answers["a"])[["a", "b"]]
    assert "copies" in message(cronbach_alpha, items, level=LEVEL)


def test_items_that_repeat_each_other_have_no_factor_model():
    items = likert().assign(b=lambda answers: answers["a"])
    assert "repeat" in message(mcdonald_omega, items, level=LEVEL)


def test_an_item_without_error_of_its_own_is_an_error_that_names_it():
    # r12 r13 / r23 > 1: the first item's loading would have to be more than its deviation.
    covariance = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])
    text = message(mcdonald_omega, exact(covariance), level=LEVEL)
    assert "Heywood" in text and "item '0'" in text


def test_items_of_other_rows_than_the_design_are_an_error():
    design = survey_design(pd.DataFrame({"w": [1.0] * 5}), weights="w")
    assert "'items'" in message(cronbach_alpha, likert(), level=LEVEL, design=design)


@pytest.mark.parametrize("coefficient", [cronbach_alpha, mcdonald_omega])
def test_a_level_in_percent_is_an_error(coefficient):
    assert "'level'" in message(coefficient, likert(), level=95)
