"""Durations and right-truncated delays: hand-worked curves, known truth, each bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from obsante.errors import DataError
from obsante.stats.impact.cox import hazard_ratios, proportional_hazards_test
from obsante.stats.impact.durations import log_rank, median_duration, kaplan_meier
from obsante.stats.impact.truncated import delay_distribution, delay_quantile

KM = {"duration": "jours", "event": "detecte"}


def followed() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "jours": [2, 3, 3, 5, 6, 8, 1, 4, 7, 9],
            "detecte": [1, 1, 0, 1, 0, 1, 1, 1, 0, 1],
            "type": list("aaaaaabbbb"),
            "region": list("xyzxyzxyzx"),
        }
    )


def test_the_curve_matches_a_hand_calculation():
    table = kaplan_meier(followed(), level=0.95, group="type", **KM)
    a = table[table["groupe"] == "a"]
    assert a["duree"].tolist() == [2, 3, 5, 8]
    np.testing.assert_allclose(a["estimation"], [5 / 6, 5 / 6 * 4 / 5, 2 / 3 * 2 / 3, 0])
    assert a["n"].tolist() == [6, 5, 3, 1]
    error = 4 / 9 * np.sqrt(1 / 30 + 1 / 20 + 1 / 6)
    assert a["erreur_type"].iloc[2] == pytest.approx(error)


def test_a_curve_that_comes_to_zero_has_no_error_there():
    last = kaplan_meier(followed(), level=0.95, **KM).iloc[-1]
    assert last["estimation"] == 0
    assert np.isnan(last["erreur_type"])
    assert np.isnan(last["borne_sup"])


def test_a_median_at_exactly_one_half_is_the_middle_of_the_step():
    rows = pd.DataFrame({"jours": [1, 2, 4, 5], "detecte": 1})
    assert median_duration(rows, level=0.95, **KM)["estimation"].iloc[0] == 3


def test_a_median_longer_than_the_follow_up_is_infinite():
    rows = pd.DataFrame({"jours": [1, 5, 5, 5], "detecte": [1, 0, 0, 0]})
    table = median_duration(rows, level=0.95, **KM).iloc[0]
    assert np.isinf(table["estimation"])
    assert np.isinf(table["borne_sup"])


def test_the_log_rank_matches_a_hand_calculation():
    rows = pd.DataFrame({"jours": [1, 2, 3, 4], "detecte": 1, "type": list("abab")})
    # Observed minus expected of b: -2/4, 1 - 2/3, -1/2, 0; variances 1/4, 2/9, 1/4, 0.
    expected = (-0.5 + 1 / 3 - 0.5 + 0) ** 2 / (1 / 4 + 2 / 9 + 1 / 4)
    assert log_rank(rows, group="type", **KM)["statistique"].iloc[0] == pytest.approx(expected)


def test_the_hazard_ratio_maximises_the_partial_likelihood():
    rows = pd.DataFrame({"jours": [1, 2, 3, 4, 5, 6], "detecte": [1, 1, 1, 0, 1, 1]})
    rows["x"] = [1.0, 0, 1, 1, 0, 0]

    def minus_loglike(b):
        risk = np.exp(b * rows["x"])
        return -sum(b * rows["x"][i] - np.log(risk[i:].sum()) for i in (0, 1, 2, 4, 5))

    best = minimize_scalar(minus_loglike, bounds=(-5, 5), method="bounded", options={"xatol": 1e-9})
    table = hazard_ratios(rows, terms=["x"], ties="efron", level=0.95, **KM)
    assert table["estimation"].iloc[0] == pytest.approx(best.x, abs=1e-6)
    assert table["rapport"].iloc[0] == pytest.approx(np.exp(best.x), rel=1e-6)


def with_covariate(n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    x = rng.normal(size=n)
    rows = pd.DataFrame({"x": x, "region": np.arange(n) % 10})
    true = rng.exponential(10 / np.exp(0.8 * x))
    rows["jours"], rows["detecte"] = np.minimum(true, 12), (true <= 12).astype(int)
    early = pd.DataFrame({"x": [0.0], "region": [3], "jours": [1e-9], "detecte": [0]})
    return pd.concat([rows, early], ignore_index=True)


def test_clustered_errors_are_lin_and_wei_s_even_with_a_row_censored_before_any_event():
    rows = with_covariate()
    table = hazard_ratios(
        rows, terms=["x"], ties="breslow", level=0.95, clusters="region", **KM
    ).iloc[0]
    x, t, e = (rows[name].to_numpy(dtype=float) for name in ("x", "jours", "detecte"))
    risk = np.exp(table["estimation"] * x)
    scores, information = np.zeros(len(x)), 0.0
    for i in np.flatnonzero(e == 1):
        at_risk = t >= t[i]
        total = risk[at_risk].sum()
        mean = (risk * x)[at_risk].sum() / total
        information += (risk * x**2)[at_risk].sum() / total - mean**2
        scores[i] += x[i] - mean
        scores[at_risk] -= (risk * (x - mean))[at_risk] / total
    sums = np.bincount(rows["region"], weights=scores)
    expected = np.sqrt(10 / 9 * (sums**2).sum()) / information
    assert table["erreur_type"] == pytest.approx(expected, rel=1e-6)
    assert table["ddl"] == 9


def test_a_hazard_ratio_that_changes_with_time_is_seen():
    rng = np.random.default_rng(4)
    x = np.repeat([0.0, 1.0], 100)
    steady = pd.DataFrame({"x": x, "detecte": 1, "jours": rng.exponential(1 / np.exp(x))})
    # A Weibull of another shape has a ratio that grows with time.
    other = rng.weibull(3, 100)
    moving = steady.assign(jours=np.where(x == 1, np.resize(other, 200), steady["jours"]))
    call = {"terms": ["x"], "ties": "efron"} | KM
    assert proportional_hazards_test(steady, **call)["p_valeur"].iloc[0] > 0.05
    changed = proportional_hazards_test(moving, **call).iloc[0]
    assert changed["p_valeur"] < 1e-4
    assert changed["correlation"] > 0


DURATION_ERRORS = [
    ("jours", [np.nan], "'jours', row 0"),
    ("jours", [-1.0], "'jours', row 0.*\n.*first -1"),
    ("detecte", [2], "'detecte'"),
    ("detecte", [np.nan], "'detecte'\n  found:    1 missing"),
    ("type", [None], "'type', row 0\n  found:    1 missing"),
]


@pytest.mark.parametrize(("name", "value", "message"), DURATION_ERRORS)
def test_a_row_that_cannot_be_used_is_an_error(name, value, message):
    rows = followed().astype({"jours": float, "detecte": float})
    rows[name] = [*value, *rows[name].iloc[1:]]
    with pytest.raises(DataError, match=message):
        kaplan_meier(rows, level=0.95, group="type", **KM)
    with pytest.raises(DataError, match=message):
        log_rank(rows, group="type", **KM)


def test_a_group_without_event_is_named():
    rows = followed().assign(detecte=lambda f: f["detecte"] * (f["type"] == "a"))
    with pytest.raises(DataError, match="group 'type' = 'b'\n  found:    4 row"):
        kaplan_meier(rows, level=0.95, group="type", **KM)


def test_no_event_at_all_is_an_error():
    with pytest.raises(DataError, match="'detecte'.*\n.*0 event"):
        kaplan_meier(followed().assign(detecte=0), level=0.95, **KM)


def test_a_single_group_cannot_be_compared():
    with pytest.raises(DataError, match="group 'type'\n  found:    1 group"):
        log_rank(followed().assign(type="a"), group="type", **KM)


def test_events_that_all_come_at_one_time_cannot_be_compared():
    with pytest.raises(DataError, match="log-rank test on 'type'"):
        log_rank(followed().assign(jours=3, detecte=1), group="type", **KM)


COX_ERRORS = [
    ({"ties": "exact"}, "ties 'exact'"),
    ({"clusters": "region", "ties": "efron"}, "clusters 'region' with ties 'efron'"),
    ({"terms": []}, "terms of the model"),
    ({"terms": ["order"]}, "term 'order'"),
    ({"level": 1.5}, "'level'"),
]


@pytest.mark.parametrize(("options", "message"), COX_ERRORS)
def test_a_cox_model_that_cannot_be_fitted_says_why(options, message):
    rows = followed()
    rows["order"] = (rows["jours"] > 4).astype(float)
    call = {"terms": ["type"], "ties": "breslow", "level": 0.95} | KM | options
    with pytest.raises(DataError, match=message):
        hazard_ratios(rows, **call)


REGISTER = {"delay": "delai", "window": "recul"}


def register() -> pd.DataFrame:
    return pd.DataFrame({"delai": [1, 3, 1, 2, 2, 1, 4], "recul": [1, 5, 2, 2, 5, 5, 6]})


def test_the_reverse_time_curve_matches_a_hand_calculation():
    table = delay_distribution(register(), level=0.95, **REGISTER)
    # At risk (X <= u <= C) at 4: rows 2, 5, 6, 7; at 3: rows 2, 5, 6; at 2: rows 3 to 6.
    assert table["n"].tolist() == [3, 4, 3, 4]
    f3, f2, f1 = 3 / 4, 3 / 4 * 2 / 3, 3 / 4 * 2 / 3 * 2 / 4
    np.testing.assert_allclose(table["estimation"], [f1, f2, f3, 1])
    greenwood = f1 * np.sqrt(1 / (4 * 3) + 1 / (3 * 2) + 2 / (4 * 2))
    assert table["erreur_type"].iloc[0] == pytest.approx(greenwood)
    np.testing.assert_allclose(table["naive"], [3 / 7, 5 / 7, 6 / 7, 1])
    assert table["horizon"].iloc[0] == 6


def test_an_incident_detected_on_the_closing_day_is_at_risk():
    table = delay_distribution(register(), level=0.95, **REGISTER)
    same = delay_distribution(
        register().assign(recul=lambda f: f["recul"] + 0.5), level=0.95, **REGISTER
    )
    np.testing.assert_allclose(table["estimation"], same["estimation"])


def test_a_window_that_truncates_nothing_gives_the_plain_distribution():
    rows = register().assign(recul=100)
    table = delay_distribution(rows, level=0.95, **REGISTER)
    np.testing.assert_allclose(table["estimation"], table["naive"])
    binomial = np.sqrt(table["naive"] * (1 - table["naive"]) / 7)
    np.testing.assert_allclose(table["erreur_type"], binomial, atol=1e-12)


def test_a_horizon_conditions_on_detection_within_it():
    table = delay_distribution(register(), level=0.95, horizon=3, **REGISTER)
    whole = delay_distribution(register(), level=0.95, **REGISTER)
    np.testing.assert_allclose(
        table["estimation"], whole["estimation"].iloc[:3] / whole["estimation"].iloc[2]
    )
    assert table["horizon"].iloc[0] == 3


def simulated(n: int, seed: int, closing: float = 300.0, mean: float = 150.0) -> pd.DataFrame:
    """Incidents uniform over the period, exponential delay, only those detected by its end."""
    rng = np.random.default_rng(seed)
    window, delay = rng.uniform(0, closing, n), rng.exponential(mean, n)
    return pd.DataFrame({"delai": delay, "recul": window})[delay <= window]


def test_the_reverse_time_estimate_finds_the_truth_that_the_naive_curve_misses():
    table = delay_distribution(simulated(4000, 17), level=0.95, horizon=250, **REGISTER)
    truth = (1 - np.exp(-table["duree"] / 150)) / (1 - np.exp(-250 / 150))
    assert np.abs(table["estimation"] - truth).max() < 0.06
    assert (table["naive"] - truth).max() > 0.15
    median = delay_quantile(table, 0.5).iloc[0]
    true_median = -150 * np.log(1 - 0.5 * (1 - np.exp(-250 / 150)))
    assert median["borne_inf"] < true_median < median["borne_sup"]
    assert median["naive"] < median["borne_inf"]


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    truth = (1 - np.exp(-60 / 150)) / (1 - np.exp(-250 / 150))
    covered = 0
    for seed in range(50):
        table = delay_distribution(simulated(300, seed), level=0.9, horizon=250, **REGISTER)
        row = table[table["duree"] <= 60].iloc[-1]
        covered += row["borne_inf"] <= truth <= row["borne_sup"]
    assert 40 <= covered <= 49


def test_a_quantile_whose_limit_is_not_reached_stops_at_the_horizon():
    table = delay_distribution(register(), level=0.95, **REGISTER)
    assert delay_quantile(table, 0.9)["borne_sup"].iloc[0] == 6


TRUNCATED_ERRORS = [
    ({"delai": [1, 3], "recul": [4, 2]}, {}, "'delai', row 1.*\n.*3 after 2"),
    ({"delai": [1, np.nan], "recul": [4, 2]}, {}, "'delai', row 1"),
    ({"delai": [1, 2], "recul": [np.inf, 2]}, {}, "'recul', row 0"),
    ({"delai": [-1, 2], "recul": [3, 2]}, {}, "'delai', row 0"),
    ({"delai": [1, 2], "recul": [3, 3]}, {"horizon": 0}, "'horizon', row 0"),
    ({"delai": [2, 2], "recul": [3, 3]}, {"horizon": 1}, "0 delay.s. within the horizon"),
    ({"delai": [1, 2], "recul": [1, 3]}, {}, "'delai' at 2, the longest\n.*1 incident.s. at risk"),
]


@pytest.mark.parametrize(("data", "options", "message"), TRUNCATED_ERRORS)
def test_a_register_that_identifies_nothing_is_an_error(data, options, message):
    with pytest.raises(DataError, match=message):
        delay_distribution(pd.DataFrame(data), level=0.95, **REGISTER, **options)


def broken_register() -> pd.DataFrame:
    """At delay 2 only the third row is at risk: the first two are too recent."""
    return pd.DataFrame({"delai": [1, 1, 2, 3, 4], "recul": [1, 1, 9, 9, 9]})


def test_the_curve_starts_where_everybody_at_risk_is_detected():
    table = delay_distribution(broken_register(), level=0.95, **REGISTER)
    assert table["duree"].tolist() == [2, 3, 4]
    np.testing.assert_allclose(table["estimation"], [1 / 3, 2 / 3, 1])
    np.testing.assert_allclose(table["naive"], [3 / 5, 4 / 5, 1])
    assert table["non_estimes"].tolist() == [2, 2, 2]


def test_a_quantile_below_the_start_of_the_curve_is_an_error():
    table = delay_distribution(broken_register(), level=0.95, **REGISTER)
    assert delay_quantile(table, 0.5)["estimation"].iloc[0] == 3
    with pytest.raises(DataError, match="quantile 0.25.*\n.*starts at 0.333"):
        delay_quantile(table, 0.25)


def test_a_quantile_out_of_range_is_an_error():
    table = delay_distribution(register(), level=0.95, **REGISTER)
    with pytest.raises(DataError, match="'probability'"):
        delay_quantile(table, 50)
