"""Right-truncated delays: hand-worked curves, known truth, each bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.impact.truncated import delay_distribution, delay_quantile

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


@pytest.mark.parametrize("name", ["delai", "recul"])
def test_delays_as_time_spans_are_refused_with_the_way_to_a_unit(name):
    rows = register().assign(**{name: lambda f: pd.to_timedelta(f[name], unit="D")})
    with pytest.raises(DataError, match=f"'{name}'\n.*time spans.*\n.*\n.*.dt.days"):
        delay_distribution(rows, level=0.95, **REGISTER)


def test_a_horizon_in_time_spans_is_refused():
    with pytest.raises(DataError, match="'horizon'\n.*time spans"):
        delay_distribution(register(), level=0.95, horizon=pd.Timedelta(days=3), **REGISTER)
