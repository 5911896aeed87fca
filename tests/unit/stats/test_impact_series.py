"""Interrupted series: hand-worked effects, R-independent identities, and each bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.impact.autocorrelation import autoregressive_fit, residual_autocorrelation
from obsante.stats.impact.series import counterfactual, interrupted_series, intervention_effect
from obsante.stats.impact.series_checks import (
    controlled_interrupted_series,
    interrupted_series_by_column,
    placebo_interruptions,
)


def series(n: int = 48, start: int = 24, season: bool = False, seed: int = 5) -> pd.Series:
    """Months from January 2021: level 10, trend 0.5, jump 6, slope change 0.25 from ``start``."""
    t = np.arange(1, n + 1)
    h = np.maximum(t - start, 0)
    y = 10 + 0.5 * t + 6 * (t > start) + 0.25 * h
    if season:
        y = y + 4 * np.sin(2 * np.pi * (t - 1) / 12)
    noise = np.random.default_rng(seed).normal(0, 0.3, n)
    return pd.Series(y + noise, index=pd.period_range("2021-01", periods=n, freq="M"))


def by_name(fit) -> pd.Series:
    return fit.coefficients.set_index("terme")["estimation"]


def test_the_effect_is_the_gap_between_the_two_lines():
    # Before: line through (1..10); after: values 7 above a flat line, alternating +1, -1.
    y = pd.Series([1.0, -1.0] * 5 + [8.0, 6.0] * 5, index=range(1, 21))
    fit = interrupted_series(y, 11, level=0.95, lags=1)
    # Least squares of (+1, -1) x 5 on 1..10: slope -5 / 82.5, mean 0.
    slope, after = -5 / 82.5, 7 + 4.5 * 5 / 82.5
    assert by_name(fit)["tendance"] == pytest.approx(slope)
    expected = after - slope * (11 - 5.5)
    assert intervention_effect(fit, [1])["estimation"].iloc[0] == pytest.approx(expected)


def test_the_effect_at_a_horizon_is_level_plus_slope_times_h():
    fit = interrupted_series(series(), "2023-01", level=0.95)
    table = intervention_effect(fit, [1, 12])
    b, v = by_name(fit), fit.covariance
    assert table["estimation"].iloc[1] == pytest.approx(b["niveau"] + 12 * b["pente_apres"])
    variance = v[2, 2] + 144 * v[3, 3] + 24 * v[2, 3]
    assert table["erreur_type"].iloc[1] == pytest.approx(np.sqrt(variance))
    assert table["periode"].astype(str).tolist() == ["2023-01", "2023-12"]
    assert abs(table["estimation"].iloc[0] - 6.25) < 4 * table["erreur_type"].iloc[0]


def test_the_effect_and_the_counterfactual_add_up_to_the_fit():
    fit = interrupted_series(series(season=True), "2023-01", level=0.9, cycle=12, harmonics=2)
    without = counterfactual(fit)
    effects = intervention_effect(fit, range(1, 25))["estimation"]
    np.testing.assert_allclose(without["estimation"] + effects, without["ajuste"])
    assert without["erreur_type"].iloc[-1] > without["erreur_type"].iloc[0]


def test_without_lag_the_covariance_is_white_s_times_n_over_n_minus_k():
    fit = interrupted_series(series(), "2023-01", level=0.95, lags=0)
    x = fit.matrix.to_numpy()
    e = (fit.observed - fit.fitted).to_numpy()
    bread = np.linalg.inv(x.T @ x)
    np.testing.assert_allclose(fit.covariance, 48 / 44 * bread @ (x.T * e**2) @ x @ bread)
    assert "n/(n-k)" in fit.method
    assert "0 retard" in fit.method


@pytest.mark.parametrize(("harmonics", "count"), [(1, 2), (5, 10), (None, 11)])
def test_seasonal_terms_take_out_the_season(harmonics, count):
    y = series(season=True)
    fit = interrupted_series(y, "2023-01", level=0.95, cycle=12, harmonics=harmonics)
    assert len(fit.coefficients) == 4 + count
    assert fit.df == 48 - 4 - count
    assert np.std(fit.observed - fit.fitted) < 0.4


def test_month_indicators_are_named_after_the_calendar():
    y = series(season=True).iloc[3:]
    fit = interrupted_series(y, "2023-01", level=0.95, cycle=12)
    march = fit.matrix.index[fit.matrix["saison[3]"] == 1]
    assert {period.month for period in march} == {3}


def test_the_order_of_the_rows_does_not_matter():
    y = series()
    shuffled = y.sample(frac=1, random_state=1)
    one, two = (interrupted_series(s, "2023-01", level=0.95) for s in (y, shuffled))
    pd.testing.assert_frame_equal(one.coefficients, two.coefficients)


def test_autocorrelated_residuals_show_in_the_diagnostics():
    rng = np.random.default_rng(3)
    white = rng.normal(size=60)
    red = np.zeros(60)
    for t in range(1, 60):
        red[t] = 0.8 * red[t - 1] + white[t]
    calm, strong = (residual_autocorrelation(e).set_index("terme") for e in (white, red))
    assert strong.loc["durbin_watson", "statistique"] < 1
    assert strong.loc["ljung_box", "p_valeur"] < 0.001
    assert calm.loc["ljung_box", "p_valeur"] > 0.05


def autoregressive(n: int, rho: float, rng: np.random.Generator) -> np.ndarray:
    noise = rng.normal(size=n + 40)
    for t in range(1, n + 40):
        noise[t] += rho * noise[t - 1]
    return noise[40:]


def restricted_loglike(r: float, y: np.ndarray, x: np.ndarray) -> tuple[float, np.ndarray]:
    """Minus twice the restricted log-likelihood, and the slopes, with whole matrices."""
    n, k = x.shape
    v = r ** np.abs(np.subtract.outer(np.arange(n), np.arange(n))) / (1 - r**2)
    inverse = np.linalg.inv(v)
    slopes = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ y)
    rest = y - x @ slopes
    dets = [np.linalg.slogdet(m)[1] for m in (v, x.T @ inverse @ x)]
    return sum(dets) + (n - k) * np.log(rest @ inverse @ rest), slopes


def test_the_autoregression_maximises_the_restricted_likelihood():
    rng = np.random.default_rng(9)
    x = np.column_stack([np.ones(40), np.arange(40.0), np.arange(40) > 19])
    y = 2 + 0.1 * x[:, 1] + autoregressive(40, 0.5, rng)
    slopes, _, rho, _ = autoregressive_fit(y, x)
    grid = np.linspace(-0.9, 0.9, 1801)
    best = grid[np.argmin([restricted_loglike(r, y, x)[0] for r in grid])]
    assert rho == pytest.approx(best, abs=0.001)
    np.testing.assert_allclose(slopes, restricted_loglike(rho, y, x)[1])


def test_the_interval_covers_the_effect_about_as_often_as_it_says():
    rng, shape = np.random.default_rng(10), series() * 0
    covered = 0
    for _ in range(80):
        y = shape + autoregressive(48, 0.4, rng) + 3 * (np.arange(48) >= 24)
        fit = interrupted_series(y, "2023-01", level=0.9)
        row = intervention_effect(fit, [6]).iloc[0]
        covered += row["borne_inf"] <= 3 <= row["borne_sup"]
    assert 65 <= covered <= 78


def test_the_method_says_which_errors_and_the_diagnostics_what_is_left():
    y = series() + autoregressive(48, 0.7, np.random.default_rng(11))
    one, two = (interrupted_series(y, "2023-01", level=0.95, lags=lags) for lags in (None, 3))
    assert "REML" in one.method
    assert f"{one.autocorrelation:.2f}".replace(".", ",") in one.method
    assert "Newey-West à 3 retard" in two.method
    assert np.isnan(two.autocorrelation)
    left = [fit.diagnostics["statistique"].iloc[0] for fit in (one, two)]
    assert left[0] > left[1]


def test_durbin_watson_and_ljung_box_match_a_hand_calculation():
    e = np.array([1.0, 2.0, -1.0, -2.0, 1.0, -1.0])
    table = residual_autocorrelation(e).set_index("terme")["statistique"]
    assert table["durbin_watson"] == pytest.approx((1 + 9 + 1 + 9 + 4) / 12)
    r1 = (2 - 2 + 2 - 2 - 1) / 12
    assert table["autocorrelation_1"] == pytest.approx(r1)
    assert table["ljung_box"] == pytest.approx(6 * 8 * r1**2 / 5)


def test_placebo_dates_leave_eight_points_on_each_side_and_see_no_later_value():
    y = series()
    table = placebo_interruptions(y, "2023-01", 1, level=0.95)
    assert table["date"].astype(str).tolist() == [str(p) for p in y.index[8:17]]
    changed = y.copy()
    changed.iloc[24:] = changed.iloc[24:] * 100
    pd.testing.assert_frame_equal(placebo_interruptions(changed, "2023-01", 1, level=0.95), table)
    assert table["exclut_zero"].mean() < 0.5


def test_a_placebo_date_finds_a_jump_that_came_before():
    y = series()
    y.iloc[12:] += 6
    table = placebo_interruptions(y, "2023-01", 1, level=0.95).set_index("date")
    assert table.loc[pd.Period("2022-01", "M"), "exclut_zero"]


def test_a_control_series_takes_out_a_shock_common_to_both():
    treated, control = series(seed=1), series(seed=2) - 6 * (np.arange(48) >= 24)
    shock = 20 * (np.arange(48) >= 24)
    fit = controlled_interrupted_series(treated + shock, control + shock, "2023-01", level=0.95)
    assert by_name(fit)["niveau"] == pytest.approx(6, abs=0.6)


def test_the_control_s_estimates_are_those_of_the_stacked_interacted_model():
    one, two = series(seed=1), series(seed=2)
    fit = controlled_interrupted_series(one, two, "2023-01", level=0.95, lags=3)
    apart = [by_name(interrupted_series(s, "2023-01", level=0.95, lags=3)) for s in (one, two)]
    np.testing.assert_allclose(by_name(fit), apart[0] - apart[1], atol=1e-9)


def test_each_region_has_its_own_series():
    table = pd.DataFrame({"R01": series(seed=1), "R02": series(seed=2)})
    result = interrupted_series_by_column(table, "2023-01", 3, level=0.95)
    alone = intervention_effect(interrupted_series(table["R02"], "2023-01", level=0.95), [3])
    assert result["serie"].tolist() == ["R01", "R02"]
    assert result["estimation"].iloc[1] == alone["estimation"].iloc[0]


def _broken(change) -> pd.Series:
    y = series().rename("delai")
    return change(y)


def _missing(y: pd.Series) -> pd.Series:
    y = y.copy()
    y.iloc[5] = np.nan
    return y


SERIES_ERRORS = [
    (lambda y: y.drop(y.index[10]), {}, "1 gap.*2021-10 and 2021-12"),
    (lambda y: pd.concat([y, y.iloc[:1]]), {}, "period 2021-01 2 times"),
    (_missing, {}, "'delai', period 2021-06"),
    (lambda y: y.set_axis(y.index.to_timestamp()), {}, r'to_period\("M"\)'),
    (lambda y: y * 0 + 3, {}, "residuals that are all zero"),
    (lambda y: y, {"start": "2025-01"}, "intervention date '2025-01'"),
    (lambda y: y, {"start": "2021-01"}, "outside the series, or its first period"),
    (lambda y: y, {"start": "demain"}, "intervention date 'demain'"),
    (lambda y: y, {"start": "2021-08"}, "periods before the intervention\n  found:    7"),
    (lambda y: y, {"start": "2024-06"}, "periods after the intervention\n  found:    7"),
    (lambda y: y, {"level": 95}, "'level'"),
    (lambda y: y, {"lags": -1}, "'lags'\n  found:    -1"),
    (lambda y: y, {"lags": 48}, "from 0 to 47"),
    (lambda y: y, {"cycle": 1}, "'cycle'\n  found:    1"),
    (lambda y: y, {"harmonics": 2}, "'cycle'\n  found:    None"),
    (lambda y: y, {"cycle": 12, "harmonics": 6}, "'harmonics'\n  found:    6\n.*from 1 to 5"),
    (lambda y: y.iloc[12:], {"cycle": 12}, r"seasonal terms \(11 for a cycle of 12\)"),
    (lambda y: y.iloc[14:], {"cycle": 12, "harmonics": 1}, "at least 12: a whole cycle"),
]


@pytest.mark.parametrize(("change", "options", "message"), SERIES_ERRORS)
def test_a_series_that_cannot_be_analysed_is_an_error_that_says_why(change, options, message):
    call = {"start": "2023-01", "level": 0.95} | options
    with pytest.raises(DataError, match=message):
        interrupted_series(_broken(change), call.pop("start"), **call)


@pytest.mark.parametrize("horizon", [0, 25, 1.5])
def test_an_effect_is_not_extrapolated(horizon):
    fit = interrupted_series(series(), "2023-01", level=0.95)
    with pytest.raises(DataError, match=f"horizon {horizon}"):
        intervention_effect(fit, [horizon])


def test_placebo_dates_need_sixteen_points():
    with pytest.raises(DataError, match="15 period.s. before"):
        placebo_interruptions(series(), "2022-04", 1, level=0.95)


def test_a_placebo_horizon_beyond_the_last_false_date_is_refused():
    with pytest.raises(DataError, match="horizon 9"):
        placebo_interruptions(series(), "2023-01", 9, level=0.95)


def test_a_control_on_other_periods_is_refused():
    with pytest.raises(DataError, match="periods 2021-02 to 2024-12"):
        controlled_interrupted_series(series(), series().iloc[1:], "2023-01", level=0.95)
