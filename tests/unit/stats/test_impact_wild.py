"""The fast bootstrap against regressions run again, draw by draw."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.impact import ols_fit, two_way_fixed_effects, wild_cluster_bootstrap


def frame(clusters, seed=5):
    """Units 2 by 2 in clusters, 5 periods, two thirds of the clusters treated from period 3."""
    rng = np.random.default_rng(seed)
    unit, time = np.divmod(np.arange(clusters * 10), 5)
    cluster = unit // 2
    treated = ((cluster % 3 > 0) & (time >= 3)).astype(float)
    shock = rng.normal(size=(clusters, 5))[cluster, time]
    y = unit + np.sin(time) + treated + shock + rng.normal(size=len(unit))
    return pd.DataFrame({"u": unit, "t": time, "g": cluster, "d": treated, "y": y})


def fit(data):
    return two_way_fixed_effects(data, "y", ["d"], unit="u", time="t", cluster="g")


def naive_p_value(data, tested):
    """Every sign, the restricted regression and the t statistic, with explicit indicators."""
    effects = pd.get_dummies(data[["u", "t"]].astype(str), drop_first=True, dtype=float)
    x = np.column_stack([data["d"], np.ones(len(data)), effects])
    y, cluster = data["y"].to_numpy(), data["g"].to_numpy()
    hat = np.linalg.inv(x.T @ x) @ x.T
    rest, target = x[:, 1:], y - tested * x[:, 0]
    fitted = rest @ np.linalg.lstsq(rest, target, rcond=None)[0]
    count = cluster.max() + 1
    signs = np.array(list(product((1.0, -1.0), repeat=count)))
    residual = target - fitted

    def student(outcomes):
        slopes = hat @ outcomes
        scores = np.zeros((count, outcomes.shape[1]))
        np.add.at(scores, cluster, hat[0][:, None] * (outcomes - x @ slopes))
        return np.abs(slopes[0] / np.sqrt((scores**2).sum(axis=0)))

    observed = student(target[:, None])[0]
    drawn = student(fitted[:, None] + residual[:, None] * signs[:, cluster].T)
    return (drawn >= observed * (1 - 1e-9)).mean()


def test_the_p_value_is_that_of_the_regressions_run_again():
    data = frame(10)
    table = wild_cluster_bootstrap(fit(data), "d", level=0.9, draws=999, seed=1)
    assert table["p_valeur"].iloc[0] == naive_p_value(data, 0.0)
    assert "1024 tirages de signes (tous)" in table["methode"].iloc[0]


def test_the_interval_holds_the_values_that_the_test_keeps():
    data = frame(10)
    row = wild_cluster_bootstrap(fit(data), "d", level=0.9, draws=999, seed=1).iloc[0]
    for limit, side in ((row["borne_inf"], -1), (row["borne_sup"], 1)):
        assert naive_p_value(data, limit - side * 1e-6) > 0.1
        assert naive_p_value(data, limit + side * 1e-6) <= 0.1


def test_enumeration_depends_neither_on_draws_nor_on_the_seed():
    tables = [
        wild_cluster_bootstrap(fit(frame(10)), "d", level=0.9, draws=draws, seed=seed)
        for draws, seed in ((999, 1), (99, 2))
    ]
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize(("clusters", "law"), [(7, "poids de Webb"), (14, "signes")])
def test_other_numbers_of_clusters_draw_from_the_seed(clusters, law):
    model = fit(frame(clusters))
    first, again, other = (
        wild_cluster_bootstrap(model, "d", level=0.9, draws=499, seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert law in first["methode"].iloc[0]
    assert first["borne_inf"].iloc[0] != other["borne_inf"].iloc[0]


def test_with_too_few_clusters_the_interval_is_unbounded_and_says_so():
    row = wild_cluster_bootstrap(fit(frame(4)), "d", level=0.99, draws=999, seed=1).iloc[0]
    assert (row["borne_inf"], row["borne_sup"]) == (-np.inf, np.inf)
    assert "moins de 6 grappes" in row["methode"]


def test_two_treated_clusters_show_in_the_effective_number():
    data = frame(11).assign(d=lambda f: ((f["g"] < 2) & (f["t"] >= 3)).astype(float))
    table = wild_cluster_bootstrap(fit(data), "d", level=0.9, draws=99, seed=1)
    # Squared influence, up to a factor: (9/11)^2 for 2 clusters and (2/11)^2 for 9, so
    # (2 * 81 + 9 * 4)^2 / (2 * 81^2 + 9 * 4^2) = 2.96.
    assert "grappes effectives : 3,0 sur 11" in table["methode"].iloc[0]


def test_a_lone_treated_cluster_is_refused():
    data = frame(11).assign(d=lambda f: ((f["g"] == 0) & (f["t"] >= 3)).astype(float))
    with pytest.raises(DataError, match="term 'd'.*\n.*a single cluster"):
        wild_cluster_bootstrap(fit(data), "d", level=0.9, draws=99, seed=1)


def test_unknown_term_and_too_few_draws_are_named():
    with pytest.raises(DataError, match="term 'e'"):
        wild_cluster_bootstrap(fit(frame(10)), "e", level=0.9, draws=999, seed=1)
    with pytest.raises(DataError, match="'draws'"):
        wild_cluster_bootstrap(fit(frame(7)), "d", level=0.9, draws=9, seed=1)


def test_clusters_that_cut_units_are_refused():
    data = frame(10)
    data["g"] = (data["u"] + data["t"]) % 10
    with pytest.raises(DataError, match="units that lie in several clusters"):
        wild_cluster_bootstrap(fit(data), "d", level=0.9, draws=999, seed=1)


def test_a_plain_regression_may_be_bootstrapped():
    model = ols_fit(frame(10).assign(z=lambda f: f["u"] % 4), "y", ["d", "z"], cluster="g")
    table = wild_cluster_bootstrap(model, "z", level=0.9, draws=99, seed=1)
    assert table["borne_inf"].iloc[0] < table["estimation"].iloc[0] < table["borne_sup"].iloc[0]
