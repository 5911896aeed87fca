"""Post-stratification, raking and calibration: totals, hand-worked weights, variances, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.survey import survey_design
from obsante.stats.weighting import calibrate, poststratify, rake

INDEX = pd.Index([f"e{i}" for i in range(1, 7)])
FRAME = pd.DataFrame(
    {
        "w": [10.0, 10.0, 10.0, 20.0, 20.0, 20.0],
        "milieu": ["u", "u", "r", "r", "r", "u"],
        "type": ["csb", "chd", "csb", "csb", "chd", "csb"],
        "un": 1.0,
        "lits": [0.0, 12.0, 2.0, 1.0, 20.0, 3.0],
    },
    index=INDEX,
)
MARGINS = {"milieu": pd.Series({"u": 45, "r": 55}), "type": pd.Series({"csb": 70, "chd": 30})}
X = FRAME[["un", "lits"]]
TOTALS = pd.Series({"lits": 700.0, "un": 96.0})


@pytest.fixture
def design():
    return survey_design(FRAME, weights="w")


def with_margin(name: str, counts: dict) -> dict:
    return {**MARGINS, name: pd.Series(counts)}


# Post-stratification


def test_each_cell_gets_its_known_count_and_keeps_the_ratios_within_it(design):
    after = poststratify(design, FRAME["milieu"], MARGINS["milieu"])
    u, r = 45 / 40, 55 / 50
    assert after.weights == pytest.approx([10 * u, 10 * u, 10 * r, 20 * r, 20 * r, 20 * u])


def test_a_variable_that_is_constant_in_each_post_stratum_has_no_variance_left(design):
    after = poststratify(design, FRAME["milieu"], MARGINS["milieu"])
    constant = FRAME["milieu"].map({"u": 3.0, "r": 8.0}).to_numpy()
    before_variance = design.covariance(design.weights * constant)[0, 0]
    assert before_variance > 1
    assert after.covariance(after.weights * constant)[0, 0] == pytest.approx(0, abs=1e-18)


def test_the_variance_is_that_of_the_deviations_from_the_post_stratum_s_mean(design):
    after = poststratify(design, FRAME["milieu"], MARGINS["milieu"])
    y, code = FRAME["lits"], FRAME["milieu"]
    mean = (y * FRAME["w"]).groupby(code).sum() / FRAME["w"].groupby(code).sum()
    residual = (y - code.map(mean)).to_numpy()
    expected = design.covariance(after.weights * residual)[0, 0]
    assert after.covariance(after.weights * y.to_numpy())[0, 0] == pytest.approx(expected)


def test_codes_and_categorical_labels_serve_as_cells(design):
    codes = FRAME["milieu"].map({"u": 1, "r": 2})
    expected = poststratify(design, FRAME["milieu"], MARGINS["milieu"]).weights
    by_code = poststratify(design, codes, pd.Series({1: 45, 2: 55}))
    by_category = poststratify(design, FRAME["milieu"].astype("category"), MARGINS["milieu"])
    assert by_code.weights.tolist() == by_category.weights.tolist() == expected.tolist()


# Raking


def test_raking_reproduces_every_margin(design):
    after = rake(design, FRAME, MARGINS)
    for name, counts in MARGINS.items():
        weighted = pd.Series(after.weights, INDEX).groupby(FRAME[name]).sum()
        assert weighted.to_dict() == pytest.approx(counts.to_dict(), rel=1e-10)


def test_raking_keeps_the_odds_ratio_of_the_sample(design):
    def odds(weights):
        table = pd.Series(weights, INDEX).groupby([FRAME["milieu"], FRAME["type"]]).sum()
        return table["u", "csb"] * table["r", "chd"] / table["u", "chd"] / table["r", "csb"]

    assert odds(rake(design, FRAME, MARGINS).weights) == pytest.approx(odds(design.weights))


def test_known_counts_and_totals_may_be_dicts(design):
    by_series = rake(design, FRAME, MARGINS), calibrate(design, X, TOTALS, method="linear")
    counts = {name: margin.to_dict() for name, margin in MARGINS.items()}
    by_dict = rake(design, FRAME, counts), calibrate(design, X, TOTALS.to_dict(), method="linear")
    for one, other in zip(by_series, by_dict, strict=True):
        assert one.weights.tolist() == other.weights.tolist()


def test_margins_that_the_weights_already_reproduce_change_nothing(design):
    already = {name: FRAME["w"].groupby(FRAME[name]).sum() for name in MARGINS}
    assert rake(design, FRAME, already).weights == pytest.approx(design.weights, rel=1e-14)


def test_nested_margins_are_raked_to_the_finer_one(design):
    frame = FRAME.assign(lieu=["u1", "u2", "r", "r", "r", "u1"])
    fine = pd.Series({"u1": 30, "u2": 15, "r": 55})
    after = rake(design, frame, {"milieu": MARGINS["milieu"], "lieu": fine})
    assert after.weights == pytest.approx(poststratify(design, frame["lieu"], fine).weights)


def test_raking_and_exponential_calibration_on_the_margins_are_one(design):
    raked = rake(design, FRAME, MARGINS)
    x = pd.DataFrame(
        {"un": 1.0, "u": (FRAME["milieu"] == "u") * 1.0, "chd": (FRAME["type"] == "chd") * 1.0}
    )
    known = pd.Series({"un": 100, "u": 45, "chd": 30})
    calibrated = calibrate(design, x, known, method="raking")
    assert calibrated.weights == pytest.approx(raked.weights, rel=1e-9)
    z = raked.weights * FRAME["lits"].to_numpy()
    assert calibrated.covariance(z)[0, 0] == pytest.approx(raked.covariance(z)[0, 0])


def test_margins_of_two_populations_are_named(design):
    with pytest.raises(DataError, match=r"'milieu' and 'type'(.|\n)*100 and 101"):
        rake(design, FRAME, with_margin("type", {"csb": 71, "chd": 30}))


def test_a_category_that_nobody_in_the_sample_is_in_is_named(design):
    with pytest.raises(DataError, match="margin 'type', category 'pmi'"):
        rake(design, FRAME, with_margin("type", {"csb": 65, "chd": 30, "pmi": 5}))


def test_a_category_without_known_count_is_named(design):
    with pytest.raises(DataError, match="margin 'type', category 'chd'"):
        rake(design, FRAME, with_margin("type", {"csb": 100}))


@pytest.mark.parametrize("count", [0, -5, np.nan, np.inf])
def test_a_count_that_is_not_positive_is_named(design, count):
    with pytest.raises(DataError, match="margin 'type', category 'chd'"):
        rake(design, FRAME, with_margin("type", {"csb": 70, "chd": count}))


def test_two_counts_of_one_category_are_an_error(design):
    twice = pd.Series([70, 20, 10], ["csb", "chd", "chd"])
    with pytest.raises(DataError, match="category 'chd'(.|\n)*two known counts"):
        rake(design, FRAME, {**MARGINS, "type": twice})


def test_a_unit_without_category_is_named(design):
    frame = FRAME.assign(type=["csb", None, "csb", "csb", "chd", "csb"])
    with pytest.raises(DataError, match="'type', row e2"):
        rake(design, frame, MARGINS)


def test_margins_that_no_weights_reproduce_are_an_error():
    # u is always chd here, and r always csb: 45 units can't be 30.
    frame = pd.DataFrame({"w": 1.0, "milieu": ["u", "r"], "type": ["chd", "csb"]})
    with pytest.raises(DataError, match=r"margin 'milieu', category '[ur]'(.|\n)*1000 rounds"):
        rake(survey_design(frame, weights="w"), frame, MARGINS)


def test_an_unknown_margin_names_the_nearest_column(design):
    with pytest.raises(DataError, match=r"'millieu'(.|\n)*'milieu' \(nearest\)"):
        rake(design, FRAME, {"millieu": MARGINS["milieu"]})


def test_raking_to_no_margin_is_an_error(design):
    with pytest.raises(DataError, match="no margin"):
        rake(design, FRAME, {})


def test_categories_of_other_rows_are_an_error(design):
    with pytest.raises(DataError, match="'categories'"):
        rake(design, FRAME[::-1], MARGINS)


# Calibration


@pytest.mark.parametrize(
    ("method", "bounds"), [("linear", None), ("raking", None), ("logit", (0.5, 2.0))]
)
def test_calibration_reproduces_the_totals(design, method, bounds):
    after = calibrate(design, X, TOTALS, method=method, bounds=bounds)
    assert after.weights @ X["un"] == pytest.approx(96, rel=1e-10)
    assert after.weights @ X["lits"] == pytest.approx(700, rel=1e-10)


def test_linear_calibration_gives_the_regression_estimator(design):
    y = np.array([3.0, 30.0, 9.0, 4.0, 44.0, 8.0])
    w, x = FRAME["w"].to_numpy(), X.to_numpy()
    beta = np.linalg.solve(x.T @ (x * w[:, None]), x.T @ (w * y))
    greg = w @ y + (np.array([96.0, 700.0]) - w @ x) @ beta
    assert calibrate(design, X, TOTALS, method="linear").weights @ y == pytest.approx(greg)


def test_calibration_on_one_exponential_variable_worked_by_hand(design):
    # One variable, the same for all: every weight is multiplied by 96 / 90, whatever the method.
    known = TOTALS[["un"]]
    for method, bounds in (("linear", None), ("raking", None), ("logit", (0.9, 1.2))):
        after = calibrate(design, X[["un"]], known, method=method, bounds=bounds)
        assert after.weights == pytest.approx(FRAME["w"].to_numpy() * 96 / 90, rel=1e-10)


def test_bounded_ratios_follow_deville_and_sarndal_s_formula(design):
    low, high = 0.7, 1.6
    known = pd.Series({"un": 90.0, "lits": 700.0})
    after = calibrate(design, X, known, method="logit", bounds=(low, high))
    g = after.weights / design.weights
    # The inverse of F, times A, is linear in x: u = a + b * lits.
    u = np.log((g - low) * (high - 1) / ((high - g) * (1 - low)))
    fitted = np.polynomial.Polynomial.fit(X["lits"], u, 1)(X["lits"])
    assert u == pytest.approx(fitted, abs=1e-9)
    assert low < g.min() < 1 < g.max() < high


def test_bounds_hold_where_raking_goes_beyond_them(design):
    known = pd.Series({"un": 90.0, "lits": 1000.0})
    free = calibrate(design, X, known, method="raking").weights / design.weights
    assert free.max() > 1.9
    bounded = calibrate(design, X, known, method="logit", bounds=(0.2, 1.9)).weights
    assert (bounded / design.weights).max() < 1.9
    assert bounded @ X["lits"] == pytest.approx(1000, rel=1e-10)


def test_the_variance_is_that_of_the_regression_residuals(design):
    after = calibrate(design, X, TOTALS, method="linear")
    explained = 5 + 2 * FRAME["lits"].to_numpy()
    noise = np.array([1.0, -2.0, 0.5, 3.0, -1.0, 0.0])
    both = after.covariance(after.weights * (explained + noise))[0, 0]
    assert both == pytest.approx(after.covariance(after.weights * noise)[0, 0])
    assert after.covariance(after.weights * explained)[0, 0] < 1e-15 * both


def test_units_of_the_auxiliaries_change_neither_weights_nor_variance(design):
    other = X.assign(lits=X["lits"] * 1e12)
    a = calibrate(design, X, TOTALS, method="raking")
    b = calibrate(design, other, TOTALS * pd.Series({"un": 1, "lits": 1e12}), method="raking")
    assert a.weights == pytest.approx(b.weights, rel=1e-10)
    z = a.weights * np.arange(6.0)
    assert a.covariance(z)[0, 0] == pytest.approx(b.covariance(z)[0, 0])


def test_negative_weights_are_counted_and_bounds_recommended(design):
    # Slope 980 / 5408.9 around the mean 6.89 beds: under 1.37 beds the ratio is negative.
    known = pd.Series({"un": 90.0, "lits": 1600.0})
    with pytest.raises(DataError, match=r"2 weight\(s\) of 6") as error:
        calibrate(design, X, known, method="linear")
    assert "logit" in error.value.remedy


@pytest.mark.parametrize(
    ("method", "bounds", "lits"), [("logit", (0.8, 1.2), 1500.0), ("raking", None, 2000.0)]
)
def test_totals_out_of_reach_name_the_auxiliary(design, method, bounds, lits):
    # With 90 units of at most 20 beds, 2000 beds can't be.
    known = pd.Series({"un": 90.0, "lits": lits})
    with pytest.raises(DataError, match=r"auxiliary '(un|lits)'(.|\n)*known total"):
        calibrate(design, X, known, method=method, bounds=bounds)


def test_a_column_that_repeats_others_is_named(design):
    x = pd.DataFrame({"un": 1.0, "u": FRAME["milieu"] == "u", "r": FRAME["milieu"] == "r"})
    with pytest.raises(DataError, match=r"auxiliary '(un|u|r)'(.|\n)*combination"):
        calibrate(design, x, pd.Series({"un": 100, "u": 45, "r": 55}), method="linear")


def test_more_columns_than_units_are_an_error():
    frame = pd.DataFrame({"w": [1.0, 1.0], "a": [1, 2], "b": [3, 1], "c": [5, 9]})
    x = frame[["a", "b", "c"]]
    with pytest.raises(DataError, match="no more than there are units"):
        calibrate(survey_design(frame, weights="w"), x, x.sum() * 1.1, method="linear")


def test_a_column_that_is_zero_for_all_is_named(design):
    with pytest.raises(DataError, match="auxiliary 'lits'"):
        calibrate(design, X.assign(lits=0), TOTALS, method="linear")


def test_calibration_on_nothing_is_an_error(design):
    with pytest.raises(DataError, match="'auxiliaries'(.|\n)*no column"):
        calibrate(design, X[[]], TOTALS[[]], method="linear")


@pytest.mark.parametrize("value", [np.nan, np.inf, None, "douze", pd.Timestamp("2025-01-01")])
def test_a_missing_auxiliary_names_the_column_and_the_row(design, value):
    x = X.assign(lits=[1, 2, value, 4, 5, 6])
    with pytest.raises(DataError, match="auxiliary 'lits', row e3"):
        calibrate(design, x, TOTALS, method="linear")


def test_totals_that_are_no_numbers_are_an_error(design):
    with pytest.raises(DataError, match="'totals'(.|\n)*not numbers"):
        calibrate(design, X, {"un": 90.0, "lits": "beaucoup"}, method="linear")


def test_a_missing_total_is_named(design):
    with pytest.raises(DataError, match="total of auxiliary 'lits'"):
        calibrate(design, X, pd.Series({"un": 90.0, "lits": np.nan}), method="linear")


def test_a_column_without_total_and_a_total_without_column_are_named(design):
    with pytest.raises(DataError, match=r"'lits'(.|\n)*without known total"):
        calibrate(design, X, TOTALS[["un"]], method="linear")
    with pytest.raises(DataError, match=r"'lits'(.|\n)*without column"):
        calibrate(design, X[["un"]], TOTALS, method="linear")


def test_a_total_given_twice_is_named(design):
    twice = pd.Series([96.0, 700.0, 701.0], ["un", "lits", "lits"])
    with pytest.raises(DataError, match="auxiliary 'lits'(.|\n)*twice"):
        calibrate(design, X, twice, method="linear")


def test_an_unknown_method_names_the_nearest(design):
    with pytest.raises(DataError, match=r"'rakin'(.|\n)*'raking' \(nearest\)"):
        calibrate(design, X, TOTALS, method="rakin")


@pytest.mark.parametrize("bounds", [(1.0, 2.0), (-0.1, 2.0), (0.5, 1.0), (0.5, np.inf)])
def test_bounds_that_do_not_surround_one_are_an_error(design, bounds):
    with pytest.raises(DataError, match="0 <= L < 1 < U"):
        calibrate(design, X, TOTALS, method="logit", bounds=bounds)


@pytest.mark.parametrize(("method", "bounds"), [("logit", None), ("raking", (0.5, 2.0))])
def test_bounds_go_with_the_logit_method_only(design, method, bounds):
    with pytest.raises(DataError, match=f"'{method}', bounds"):
        calibrate(design, X, TOTALS, method=method, bounds=bounds)


def test_auxiliaries_of_other_rows_are_an_error(design):
    with pytest.raises(DataError, match="'auxiliaries'"):
        calibrate(design, X.reset_index(drop=True), TOTALS, method="linear")
