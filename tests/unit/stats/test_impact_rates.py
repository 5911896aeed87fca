"""Rates and count models: exact limits by hand, likelihood by another route, each bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import binom, nbinom, poisson

from obsante.errors import DataError
from obsante.stats.impact.count_models import overdispersion_test, rate_model
from obsante.stats.impact.incidence import rate_ratio, rates


def units() -> pd.DataFrame:
    """Overdispersed counts: 60 facilities of two types in 12 regions, alpha = 0.5."""
    rng = np.random.default_rng(11)
    n = 60
    frame = pd.DataFrame(
        {
            "type": np.where(np.arange(n) % 2, "HOP", "CS"),
            "region": np.repeat([f"R{k:02d}" for k in range(1, 13)], 5),
            "age": rng.uniform(0, 10, n),
            "jours": rng.uniform(50, 365, n),
        }
    )
    mean = frame["jours"] * 0.02 * np.where(frame["type"] == "HOP", 2.0, 1.0)
    frame["incidents"] = rng.poisson(mean * rng.gamma(2, 0.5, n))
    return frame


def model(frame: pd.DataFrame, **options) -> pd.DataFrame:
    call = {"events": "incidents", "exposure": "jours", "terms": ["type"], "level": 0.95,
            "family": "poisson"}  # fmt: skip
    return rate_model(frame, **(call | options))


def test_the_rate_is_all_events_over_all_exposure_not_a_mean_of_rates():
    frame = pd.DataFrame({"d": [1, 9], "t": [10.0, 30.0]})
    table = rates(frame, events="d", exposure="t", scale=100, level=0.95)
    assert table["estimation"].tolist() == [25.0]
    assert table["erreur_type"].iloc[0] == pytest.approx(100 * np.sqrt(10) / 40)


def test_each_group_has_garwood_limits_whose_tails_are_exact():
    frame = pd.DataFrame({"d": [3, 0, 4], "t": [10.0, 5.0, 10.0], "g": ["b", "a", "b"]})
    table = rates(frame, events="d", exposure="t", by="g", scale=1, level=0.9)
    table = table.set_index("groupe")
    low, high = table.loc["b", "borne_inf"] * 20, table.loc["b", "borne_sup"] * 20
    assert poisson.sf(6, low) == pytest.approx(0.05)
    assert poisson.cdf(7, high) == pytest.approx(0.05)
    assert table.loc["a", "borne_inf"] == 0
    assert table.loc["a", "borne_sup"] * 5 == pytest.approx(-np.log(0.05))
    assert table["n"].tolist() == [1, 2]


def test_groups_keep_the_order_of_their_categories():
    kinds = pd.Categorical(["b", "a", "b"], categories=["b", "absent", "a"])
    frame = pd.DataFrame({"d": [3, 0, 4], "t": 10.0, "g": kinds}, index=[7, 7, 8])
    table = rates(frame, events="d", exposure="t", by="g", scale=1, level=0.9)
    assert table["groupe"].tolist() == ["b", "a"]
    assert table["evenements"].tolist() == [7, 0]


def test_exposures_as_time_spans_are_refused_with_the_way_to_a_unit():
    frame = pd.DataFrame({"d": [3], "t": pd.to_timedelta([10], unit="D")})
    with pytest.raises(DataError, match=r"frame\['t'\].dt.days"):
        rates(frame, events="d", exposure="t", scale=1, level=0.9)


def test_the_exact_ratio_s_limits_are_those_of_the_conditional_binomial():
    table = rate_ratio([4, 9], [50.0, 30.0], level=0.95).iloc[0]
    assert table["estimation"] == pytest.approx((9 / 30) / (4 / 50))
    p = [r * 30 / (50 + r * 30) for r in (table["borne_inf"], table["borne_sup"])]
    assert binom.sf(8, 13, p[0]) == pytest.approx(0.025)
    assert binom.cdf(9, 13, p[1]) == pytest.approx(0.025)


def test_a_ratio_without_event_in_the_reference_is_infinite_with_a_finite_lower_limit():
    table = rate_ratio([0, 5], [10.0, 10.0], level=0.95).iloc[0]
    assert np.isinf(table["estimation"])
    assert np.isinf(table["borne_sup"])
    assert 0 < table["borne_inf"] < 10


def test_the_poisson_ratio_of_two_groups_is_the_ratio_of_their_rates():
    frame = units()
    table = model(frame).set_index("terme")
    sums = frame.groupby("type")[["incidents", "jours"]].sum()
    by_hand = sums["incidents"] / sums["jours"]
    assert table.loc["type[HOP]", "estimation"] == pytest.approx(by_hand["HOP"] / by_hand["CS"])
    assert table.loc["constante", "estimation"] == pytest.approx(by_hand["CS"])


def test_the_robust_error_of_a_poisson_is_the_sandwich_with_its_factor():
    frame = units()
    table = model(frame, terms=["type", "age"])
    x = np.column_stack([np.ones(60), frame["type"] == "HOP", frame["age"]]).astype(float)
    mu = frame["jours"] * np.exp(x @ table["coefficient"].to_numpy())
    bread = np.linalg.inv((x.T * mu.to_numpy()) @ x)
    meat = (x.T * ((frame["incidents"] - mu) ** 2).to_numpy()) @ x
    expected = np.sqrt(np.diag(60 / 57 * bread @ meat @ bread))
    np.testing.assert_allclose(table["erreur_type_coefficient"], expected, rtol=1e-6)
    delta = table["erreur_type_coefficient"] * table["estimation"]
    np.testing.assert_allclose(table["erreur_type"], delta)
    assert table["ddl"].tolist() == [57.0] * 3


@pytest.mark.parametrize("family", ["poisson", "negative_binomial"])
def test_the_unit_of_a_term_changes_its_coefficient_and_nothing_else(family):
    years, days = (
        model(units().assign(age=lambda f, k=k: k * f["age"]), terms=["age"], family=family)
        for k in (1.0, 1e5)
    )
    np.testing.assert_allclose(years["statistique"], days["statistique"], rtol=1e-3)
    slopes = [table["coefficient"].iloc[1] for table in (days, years)]
    assert slopes[0] == pytest.approx(slopes[1] / 1e5, rel=1e-3)


def test_clusters_give_their_own_degrees_of_freedom():
    table = model(units(), cluster="region")
    assert table["ddl"].tolist() == [11.0, 11.0]
    assert "region" in table["methode"].iloc[0]


def negative_binomial_loglike(b: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
    """Log-likelihood of each row, by scipy's law rather than statsmodels'."""
    hospital = (frame["type"] == "HOP").to_numpy(dtype=float)
    mu = frame["jours"].to_numpy() * np.exp(b[0] + b[1] * hospital)
    size = 1 / b[2]
    return nbinom.logpmf(frame["incidents"].to_numpy(), size, size / (size + mu))


def maximum(table: pd.DataFrame) -> np.ndarray:
    """Coefficients, then alpha itself."""
    return np.append(table["coefficient"].iloc[:2], table["estimation"].iloc[2])


def test_the_negative_binomial_is_at_the_maximum_of_its_likelihood():
    frame = units()
    table = model(frame, family="negative_binomial")
    assert table["terme"].tolist() == ["constante", "type[HOP]", "alpha"]
    best = maximum(table)
    slope = approx_fprime(best, lambda b: negative_binomial_loglike(b, frame).sum(), 1e-6)
    np.testing.assert_allclose(slope, 0, atol=0.01)
    assert 0.2 < best[2] < 1.0


def test_the_negative_binomial_s_robust_error_is_that_of_numerical_scores():
    frame = units()
    table = model(frame, family="negative_binomial", cluster="region")
    best = maximum(table)
    scores = approx_fprime(best, lambda b: negative_binomial_loglike(b, frame), 1e-6)
    step, k = 1e-4, 3

    def total(b):
        return negative_binomial_loglike(b, frame).sum()

    hessian = np.zeros((k, k))
    for i, j in np.ndindex(k, k):
        a, b = np.eye(k)[i] * step, np.eye(k)[j] * step
        hessian[i, j] = (
            total(best + a + b) - total(best + a - b) - total(best - a + b) + total(best - a - b)
        ) / (4 * step**2)
    sums = pd.DataFrame(scores).groupby(frame["region"].to_numpy()).sum().to_numpy()
    bread = np.linalg.inv(hessian)
    covariance = 12 / 11 * 59 / 57 * bread @ sums.T @ sums @ bread
    errors = np.append(table["erreur_type_coefficient"].iloc[:2], table["erreur_type"].iloc[2])
    np.testing.assert_allclose(errors, np.sqrt(np.diag(covariance)), rtol=1e-3)


def test_alpha_has_the_limits_of_its_logarithm_and_no_test():
    row = model(units(), family="negative_binomial").set_index("terme").loc["alpha"]
    assert 0 < row["borne_inf"] < row["estimation"] < row["borne_sup"]
    assert row["coefficient"] == pytest.approx(np.log(row["estimation"]))
    error = row["erreur_type"] / row["estimation"]
    assert row["erreur_type_coefficient"] == pytest.approx(error)
    assert np.isnan(row["p_valeur"])


def test_overdispersion_is_seen_where_it_is_and_only_there():
    frame = units()
    rng = np.random.default_rng(2)
    calm = frame.assign(incidents=rng.poisson(frame["jours"] * 0.03))
    call = {"events": "incidents", "exposure": "jours", "terms": ["type"]}
    assert (overdispersion_test(frame, **call)["p_valeur"] < 0.05).all()
    assert (overdispersion_test(calm, **call)["p_valeur"] > 0.05).all()


def test_the_overdispersion_statistic_matches_a_hand_calculation():
    frame = pd.DataFrame({"y": [0, 4, 2, 2], "t": 1.0})
    # mu = 2 everywhere: z = ((y - 2)^2 - y) / 2 = 2, 0, -1, -1; mean 0, so a = 0.
    table = overdispersion_test(frame, events="y", exposure="t", terms=[]).set_index("terme")
    assert table.loc["NB1", "estimation"] == pytest.approx(0, abs=1e-9)
    frame["y"] = [0, 5, 2, 1]  # z = (4, 4, -2, 0) / 2 = 2, 2, -1, 0; mean 0.75, sd 1.5
    table = overdispersion_test(frame, events="y", exposure="t", terms=[]).set_index("terme")
    assert table.loc["NB1", "estimation"] == pytest.approx(0.75)
    assert table.loc["NB2", "estimation"] == pytest.approx(0.375)
    assert table.loc["NB1", "statistique"] == pytest.approx(0.75 / (1.5 / 2))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("d", -1.0, "'d', row 1.*\n.*the first -1"),
        ("d", 1.5, "found:    1.5"),
        ("d", np.nan, "'d', row 1.*\n.*the first nan"),
        ("t", 0.0, "'t', row 1"),
        ("t", np.nan, "'t', row 1"),
        ("g", None, "'g', row 1\n  found:    1 missing"),
    ],
)
def test_a_unit_that_is_not_at_risk_or_not_counted_is_refused(column, value, message):
    frame = pd.DataFrame({"d": [3.0, 0.0], "t": [10.0, 5.0], "g": ["a", "b"]})
    frame.loc[1, column] = value
    with pytest.raises(DataError, match=message):
        rates(frame, events="d", exposure="t", by="g", scale=1, level=0.95)


def test_a_rate_of_no_unit_is_refused():
    with pytest.raises(DataError, match="'d'\n  found:    no row"):
        rates(pd.DataFrame({"d": [], "t": []}), events="d", exposure="t", scale=1, level=0.95)


def test_a_scale_that_is_not_positive_is_refused():
    frame = pd.DataFrame({"d": [3], "t": [10.0]})
    with pytest.raises(DataError, match="'scale'"):
        rates(frame, events="d", exposure="t", scale=0, level=0.95)


@pytest.mark.parametrize(("events", "exposure"), [([1, 2, 3], [1, 1, 1]), ([0, 0], [1, 1])])
def test_a_ratio_needs_two_groups_and_an_event(events, exposure):
    with pytest.raises(DataError, match="rate ratio"):
        rate_ratio(events, exposure, level=0.95)


MODEL_ERRORS = [
    (lambda f: f, {"family": "poison"}, "family 'poison'.*\n.*\n.*'poisson' .nearest"),
    (lambda f: f.assign(jours=0.0), {}, "'jours', row 0"),
    (lambda f: f.assign(incidents=f["incidents"] * (f["type"] == "CS")), {},
     "term 'type', category 'HOP'"),
    (lambda f: f.assign(incidents=f["incidents"] * (f["age"] < 5), late=1.0 * (f["age"] >= 5)),
     {"terms": ["late"]}, "single out rows without any event"),
    (lambda f: f.assign(region="R01"), {"cluster": "region"}, r"'region'\n.*1 cluster"),
    (lambda f: f, {"cluster": "type"}, r"term 'type\[HOP\]'.*\n.*a single cluster"),
    (lambda f: f.assign(seul=(f["region"] == "R03").astype(int)),
     {"terms": ["type", "seul"], "cluster": "region", "family": "negative_binomial"},
     "term 'seul'.*\n.*a single cluster identifies"),
    (lambda f: f.assign(autres=(f["region"] != "R03").astype(int)),
     {"terms": ["autres"], "cluster": "region", "family": "negative_binomial"}, "term 'autres'"),
    (lambda f: f, {"terms": ["region"], "cluster": "region"}, r"term 'region\[R02\]'"),
    (lambda f: f.assign(zone=np.where(f["region"] == "R03", "a", np.where(f["age"] < 5, "b", "c"))),
     {"terms": ["zone"], "cluster": "region"}, r"term 'zone\[b\]'.*\n.*category it is compared"),
    (lambda f: f.assign(seul=(f.index == 4).astype(int)), {"terms": ["seul"]},
     "term 'seul'.*\n.*a single row identifies"),
    (lambda f: f.assign(jours=pd.to_timedelta(f["jours"], unit="D")), {}, "'jours'\n.*time spans"),
    (lambda f: f.iloc[:2], {}, "2 row.s. for 2 coefficient"),
    (lambda f: f.assign(incidents=(f["jours"] * 0.03).round()),
     {"family": "negative_binomial"}, "alpha goes to 0"),
    (lambda f: f, {"terms": ["typ"]}, "column 'typ'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "options", "message"), MODEL_ERRORS)
def test_a_count_model_that_cannot_be_fitted_says_why(change, options, message):
    with pytest.raises(DataError, match=message):
        model(change(units()), **options)


def test_a_count_model_without_any_event_is_an_error():
    with pytest.raises(DataError, match="found:    no event"):
        model(units().assign(incidents=0))
    with pytest.raises(DataError, match="count model"):
        model(units().assign(incidents=0), terms=["age"])
