"""Durations: hand-worked curves, known truth, each bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from obsante.errors import DataError
from obsante.stats.impact.cox import hazard_ratios, proportional_hazards_test
from obsante.stats.impact.durations import kaplan_meier, log_rank, median_duration

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
    table = kaplan_meier(followed(), level=0.95, by="type", **KM)
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
    assert log_rank(rows, by="type", **KM)["statistique"].iloc[0] == pytest.approx(expected)


def test_the_hazard_ratio_maximises_the_partial_likelihood():
    rows = pd.DataFrame({"jours": [1, 2, 3, 4, 5, 6], "detecte": [1, 1, 1, 0, 1, 1]})
    rows["x"] = [1.0, 0, 1, 1, 0, 0]

    def minus_loglike(b):
        risk = np.exp(b * rows["x"])
        return -sum(b * rows["x"][i] - np.log(risk[i:].sum()) for i in (0, 1, 2, 4, 5))

    best = minimize_scalar(minus_loglike, bounds=(-5, 5), method="bounded", options={"xatol": 1e-9})
    table = hazard_ratios(rows, terms=["x"], ties="efron", level=0.95, **KM)
    assert table["coefficient"].iloc[0] == pytest.approx(best.x, abs=1e-6)
    assert table["estimation"].iloc[0] == pytest.approx(np.exp(best.x), rel=1e-6)


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
        rows, terms=["x"], ties="breslow", level=0.95, cluster="region", **KM
    ).iloc[0]
    x, t, e = (rows[name].to_numpy(dtype=float) for name in ("x", "jours", "detecte"))
    risk = np.exp(table["coefficient"] * x)
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
    assert table["erreur_type_coefficient"] == pytest.approx(expected, rel=1e-6)
    assert table["ddl"] == 9


def test_a_hazard_ratio_has_its_own_limits_and_the_error_of_the_delta_method():
    row = hazard_ratios(with_covariate(), terms=["x"], ties="efron", level=0.95, **KM).iloc[0]
    b, error = row["coefficient"], row["erreur_type_coefficient"]
    assert row["estimation"] == pytest.approx(np.exp(b))
    assert row["erreur_type"] == pytest.approx(np.exp(b) * error)
    assert row["borne_inf"] == pytest.approx(np.exp(b - 1.959963985 * error))
    assert row["borne_sup"] == pytest.approx(np.exp(b + 1.959963985 * error))
    assert row["statistique"] == pytest.approx(b / error)


@pytest.mark.parametrize("alone", [0.0, 1.0])
def test_a_term_that_one_cluster_alone_takes_has_no_clustered_hazard_ratio(alone):
    rows = with_covariate()
    rows["urbain"] = np.where(rows["region"] == 3, alone, 1 - alone)
    call = {"terms": ["x", "urbain"], "ties": "breslow", "level": 0.95} | KM
    with pytest.raises(DataError, match="term 'urbain'.*\n.*a single cluster identifies"):
        hazard_ratios(rows, cluster="region", **call)
    assert len(hazard_ratios(rows, **call)) == 2


def test_indicators_of_the_clusters_themselves_have_no_clustered_hazard_ratio():
    rows = with_covariate().assign(region=lambda f: "R" + f["region"].astype(str))
    with pytest.raises(DataError, match=r"term 'region\[R\d\]'"):
        hazard_ratios(
            rows, terms=["region", "x"], ties="breslow", level=0.95, cluster="region", **KM
        )


def test_a_cluster_censored_before_any_event_does_not_count_as_a_second_one():
    rows = with_covariate()
    rows["urbain"] = (rows["region"] == 5).astype(float)
    rows.loc[len(rows) - 1, "urbain"] = 1.0
    with pytest.raises(DataError, match="term 'urbain'"):
        hazard_ratios(
            rows, terms=["urbain"], ties="breslow", level=0.95, cluster="region", **KM
        )


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
        kaplan_meier(rows, level=0.95, by="type", **KM)
    with pytest.raises(DataError, match=message):
        log_rank(rows, by="type", **KM)


def test_a_group_without_event_is_named():
    rows = followed().assign(detecte=lambda f: f["detecte"] * (f["type"] == "a"))
    with pytest.raises(DataError, match="group 'type' = 'b'\n  found:    4 row"):
        kaplan_meier(rows, level=0.95, by="type", **KM)


def test_no_event_at_all_is_an_error():
    with pytest.raises(DataError, match="'detecte'.*\n.*no event"):
        kaplan_meier(followed().assign(detecte=0), level=0.95, **KM)


def test_a_single_group_cannot_be_compared():
    with pytest.raises(DataError, match="group 'type'\n  found:    1 group"):
        log_rank(followed().assign(type="a"), by="type", **KM)


def test_events_that_all_come_at_one_time_cannot_be_compared():
    with pytest.raises(DataError, match="log-rank test on 'type'"):
        log_rank(followed().assign(jours=3, detecte=1), by="type", **KM)


COX_ERRORS = [
    ({"ties": "exact"}, "ties 'exact'"),
    ({"cluster": "region", "ties": "efron"}, "cluster 'region' with ties 'efron'"),
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


def test_durations_as_time_spans_are_refused_with_the_way_to_a_unit():
    rows = followed().assign(jours=pd.to_timedelta(followed()["jours"], unit="D"))
    cox = {"terms": ["type"], "ties": "efron"}
    for call in (
        lambda: kaplan_meier(rows, level=0.95, **KM),
        lambda: median_duration(rows, level=0.95, **KM),
        lambda: log_rank(rows, by="type", **KM),
        lambda: hazard_ratios(rows, level=0.95, **cox, **KM),
        lambda: proportional_hazards_test(rows, **cox, **KM),
    ):
        with pytest.raises(DataError, match=r"'jours'\n.*time spans.*\n.*\n.*\['jours'\].dt.days"):
            call()


def test_a_term_in_time_spans_is_refused_too():
    rows = followed().assign(age=pd.to_timedelta(np.arange(10), unit="D"))
    with pytest.raises(DataError, match="'age'\n.*time spans"):
        hazard_ratios(rows, terms=["age"], ties="efron", level=0.95, **KM)


def test_groups_keep_the_order_of_their_categories():
    rows = followed()
    rows["type"] = pd.Categorical(rows["type"], categories=["b", "a", "absent"])
    assert kaplan_meier(rows, level=0.95, by="type", **KM)["groupe"].unique().tolist() == ["b", "a"]
    assert median_duration(rows, level=0.95, by="type", **KM)["groupe"].tolist() == ["b", "a"]
    assert log_rank(rows, by="type", **KM)["ddl"].tolist() == [1.0]
