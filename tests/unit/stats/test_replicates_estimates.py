"""Jackknife and bootstrap against the linearised variance and values worked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import mean, numeric
from obsante.stats.replicates import bootstrap, estimate, jackknife, raking
from obsante.stats.survey import survey_design
from obsante.stats.weighting import rake


def sample() -> pd.DataFrame:
    """Strata A (3 PSUs of 6), B (2 of 8) and C (a census of 2); PSUs of one or two rows, mixed."""
    return pd.DataFrame(
        {
            "h": list("ABABACCABB"),
            "j": [1, 1, 2, 1, 3, 1, 2, 3, 2, 2],
            "N": [6, 8, 6, 8, 6, 2, 2, 6, 8, 8],
            "w": [2.0, 4.0, 2.0, 4.0, 2.0, 1.0, 1.0, 2.0, 4.0, 4.0],
            "y": [3.0, 1.0, 8.0, 2.0, 5.0, 9.0, 4.0, 7.0, 6.0, 2.0],
        }
    )


def design(frame=None, **options):
    options = {"psu_population": "N", "whole_psu": True, **options}
    frame = sample() if frame is None else frame
    return survey_design(frame, weights="w", strata="h", psu="j", **options)


def total(w):
    return w @ sample()["y"].to_numpy()


def variance(replicates, statistic=total, **options):
    return estimate(replicates, statistic, level=0.95, **options).covariance.iloc[0, 0]


def linearised(survey):
    return survey.covariance(survey.weights * sample()["y"].to_numpy())[0, 0]


def test_the_jackknife_of_a_total_is_its_linearised_variance():
    # A: totals 6, 16, 24, f = 1/2; B: totals 12, 32, f = 1/4; C is a census.
    by_hand = 0.5 * 3 / 2 * 488 / 3 + 0.75 * 2 * 200
    assert variance(jackknife(design())) == pytest.approx(by_hand, rel=1e-12)
    assert linearised(design()) == pytest.approx(by_hand, rel=1e-12)


def test_a_census_stratum_has_no_jackknife_replicate():
    replicates = jackknife(design())
    assert replicates.size == 5
    assert all(replicates.weights(r)[5:7].tolist() == [1.0, 1.0] for r in range(5))


def test_a_deleted_unit_gives_its_weight_to_its_stratum():
    replicates = jackknife(design())
    assert replicates.names[0] == "without PSU A / 1"
    assert replicates.weights(0).tolist() == [0, 4, 3, 4, 3, 1, 1, 3, 4, 4]
    assert replicates.scale[0] == pytest.approx(0.5 * 2 / 3)


def test_the_bootstrap_over_all_draws_has_the_linearised_variance_of_a_total(monkeypatch):
    # Draws: two of the three PSUs of A, then one of the two of B, two of those of C have no spread.
    draws = list(itertools.product(range(3), range(3), range(2), [0]))
    replicates = bootstrap(design(), len(draws), seed=0)

    class Enumerated:
        def __init__(self, seed):
            self.draw = draws[seed[1]]

        def integers(self, sizes):
            assert sizes.tolist() == [3, 3, 2, 2]
            return np.array(self.draw)

    monkeypatch.setattr(np.random, "default_rng", Enumerated)
    result = estimate(replicates, total, level=0.95)
    assert result.values.mean() == pytest.approx(total(design().weights), rel=1e-12)
    assert result.covariance.iloc[0, 0] == pytest.approx(linearised(design()), rel=1e-12)


def test_the_bootstrap_is_near_the_linearised_variance_of_a_total():
    # Relative error of the variance: about sqrt(2 / R) = 5 %; four of them.
    replicates = bootstrap(design(), 800, seed=7)
    assert variance(replicates) == pytest.approx(linearised(design()), rel=0.2)


def test_a_seed_gives_the_same_bootstrap_and_another_seed_another():
    one, same, other = (bootstrap(design(), 5, seed=s).weights(3).tolist() for s in (1, 1, 2))
    assert one == same != other


def test_a_replicate_does_not_depend_on_how_many_are_asked_for():
    few, many = bootstrap(design(), 5, seed=1), bootstrap(design(), 50, seed=1)
    assert few.weights(4).tolist() == many.weights(4).tolist()


def test_bootstrap_weights_are_never_negative():
    replicates = bootstrap(design(), 50, seed=3)
    assert min(replicates.weights(r).min() for r in range(50)) >= 0


def test_with_two_stages_neither_correction_is_applied():
    frame = sample().assign(M=4)
    two_stages = design(frame, whole_psu=False, ssu_population="M")
    without = survey_design(frame, weights="w", strata="h", psu="j")
    expected = without.covariance(without.weights * frame["y"].to_numpy())[0, 0]
    assert variance(jackknife(two_stages)) == pytest.approx(expected, rel=1e-12)
    assert expected > two_stages.covariance(without.weights * frame["y"].to_numpy())[0, 0]
    weights = bootstrap(two_stages, 2, seed=0).weights(0)
    assert set(weights[5:7]) == {0.0, 2.0}


def test_with_two_stages_a_census_stratum_of_one_unit_is_an_error():
    frame = sample().assign(M=4)
    frame.loc[frame["h"] == "C", ["j", "N"]] = 1
    with pytest.raises(DataError, match=r"stratum 'C'[\s\S]*a census"):
        jackknife(design(frame, whole_psu=False, ssu_population="M"))


def lonely(rule):
    """Stratum B keeps its first PSU only."""
    return design(sample().query("not (h == 'B' and j == 2)"), lonely=rule)


def test_a_lonely_stratum_taken_as_certain_has_no_replicate():
    assert jackknife(lonely("certainty")).size == 3
    replicates = bootstrap(lonely("certainty"), 3, seed=0)
    assert {replicates.weights(r)[1] for r in range(3)} == {4.0}


def test_a_lonely_stratum_is_deleted_as_one_of_the_strata():
    replicates = jackknife(lonely("adjust"))
    assert replicates.size == 4
    assert replicates.weights(1).tolist() == [3, 0, 3, 0, 3, 1.5, 1.5, 3]
    assert replicates.scale[1] == pytest.approx(2 / 3)


def test_a_lonely_stratum_can_not_be_bootstrapped_under_adjust():
    with pytest.raises(DataError, match=r"stratum 'B'[\s\S]*jackknife"):
        bootstrap(lonely("adjust"), 10, seed=0)


def test_a_sample_of_one_unit_has_no_jackknife():
    one = survey_design(pd.DataFrame({"w": [2.0]}), weights="w", lonely="adjust")
    with pytest.raises(DataError, match="a single PSU"):
        jackknife(one)


def test_a_census_has_no_variance():
    census = design(sample().query("h == 'C'"))
    result = estimate(jackknife(census), lambda w: w.sum(), level=0.95, centre="mean")
    assert result.table.loc[0, ["estimation", "erreur_type", "borne_inf"]].tolist() == [2, 0, 2]


def test_calibrated_weights_are_not_replicated():
    survey = design()
    with pytest.raises(DataError, match="before calibration"):
        jackknife(survey.calibrated(survey.weights, np.ones((10, 1))))


def test_an_adjustment_is_repeated_in_each_replicate():
    # Weights brought back to a sum of 10: the sum has no variance left.
    result = estimate(
        jackknife(design()), lambda w: w.sum(), level=0.95, adjust=lambda w: 10 * w / w.sum()
    )
    assert result.values[:, 0] == pytest.approx(10)
    assert result.covariance.iloc[0, 0] == pytest.approx(0, abs=1e-20)


def test_a_vector_has_a_covariance_and_one_row_per_term():
    y = sample()["y"].to_numpy()
    result = estimate(
        jackknife(design()), lambda w: [w @ y, w.sum()], level=0.9, names=["patients", "unites"]
    )
    survey = design()
    exact = survey.covariance(survey.weights[:, None] * np.column_stack([y, np.ones(10)]))
    assert result.covariance.to_numpy() == pytest.approx(exact, rel=1e-12)
    assert list(result.covariance) == ["patients", "unites"]
    assert result.table["terme"].tolist() == ["patients", "unites"]
    assert result.table["ddl"].tolist() == [4, 4]
    half = (result.table["borne_sup"] - result.table["borne_inf"]) / 2
    # Student quantile 0.95 with 4 df: 2.131847.
    assert (half / result.table["erreur_type"]).to_numpy() == pytest.approx(2.131847, rel=1e-6)
    assert "jackknife" in result.table["methode"].iloc[0]


def test_around_the_mean_the_variance_is_smaller():
    y = sample()["y"].to_numpy()
    replicates = jackknife(design())
    around = [variance(replicates, lambda w: np.log(w @ y), centre=c) for c in ("estimate", "mean")]
    assert 0 < around[1] < around[0]


def test_percentiles_are_order_statistics_of_the_replicates():
    result = estimate(bootstrap(design(), 39, seed=1), total, level=0.95, interval="percentile")
    values = np.sort(result.values[:, 0])
    limits = result.table.loc[0, ["borne_inf", "borne_sup"]].tolist()
    assert limits == pytest.approx([values[0], values[-1]])
    assert "percentiles" in result.table.loc[0, "methode"]


@pytest.mark.parametrize("replicates", [jackknife(design()), bootstrap(design(), 38, seed=1)])
def test_percentiles_need_enough_bootstrap_replicates(replicates):
    with pytest.raises(DataError, match="at least 39 of the bootstrap"):
        estimate(replicates, total, level=0.95, interval="percentile")


def test_a_statistic_that_is_missing_in_a_replicate_names_the_unit():
    def only_one(w):
        return 1.0 / w[2] if w[2] else np.nan

    with pytest.raises(DataError, match=r"replicate 2 \(without PSU A / 2\)[\s\S]*1 missing"):
        estimate(jackknife(design()), only_one, level=0.95)


@pytest.mark.parametrize(
    ("ratio", "found"),
    [
        (lambda y, w: y @ w / w.sum(), "1 missing"),
        (lambda y, w: np.average(y, weights=w), "ZeroDivisionError"),
        (lambda y, w: np.linalg.solve(np.diag(w), y), "LinAlgError"),
    ],
)
def test_a_domain_that_has_lost_its_only_psu_names_the_replicate(ratio, found):
    def of_one_psu(w):
        return ratio(np.array([1.0, 3.0]), w[[3, 1]])

    with pytest.raises(DataError, match=rf"\(without PSU B / 1\): the statistic[\s\S]*{found}"):
        estimate(jackknife(design()), of_one_psu, level=0.95)


def test_an_error_of_the_statistic_says_in_which_replicate():
    def refuses(w):
        if w[2] == 0:
            raise DataError("margin 'region'", found="empty", expected="some", remedy="collapse")
        return 1.0

    with pytest.raises(DataError, match=r"without PSU A / 2\): margin 'region'"):
        estimate(jackknife(design()), refuses, level=0.95)


def test_a_statistic_that_changes_length_is_an_error():
    with pytest.raises(DataError, match=r"replicate 0[\s\S]*9 value"):
        estimate(jackknife(design()), lambda w: w[w > 0], level=0.95)


def test_a_wrong_option_is_named_with_the_nearest():
    for options, text in [
        ({"centre": "means"}, "centre 'means'"),
        ({"interval": "normal"}, "interval 'normal'"),
        ({"names": ["a", "b"]}, "'names'"),
        ({"level": 95}, "'level'"),
    ]:
        with pytest.raises(DataError, match=text):
            estimate(jackknife(design()), total, **{"level": 0.95, **options})


def test_a_single_bootstrap_replicate_is_refused():
    with pytest.raises(DataError, match="'replicates'"):
        bootstrap(design(), 1, seed=0)


def test_raked_replicates_all_reproduce_the_margins():
    categories = sample()[["h"]]
    known = {"h": pd.Series({"A": 12, "B": 16, "C": 2})}
    replicates, again = jackknife(design()), raking(categories, known)
    for r in range(replicates.size):
        weights = again(replicates.weights(r))
        assert np.bincount(categories["h"].factorize()[0], weights) == pytest.approx([12, 16, 2])
        assert (weights == 0).sum() == (replicates.weights(r) == 0).sum() > 0


def test_a_margin_left_empty_by_a_replicate_names_both():
    categories = pd.DataFrame({"seul": [row == 2 for row in range(10)]})
    known = {"seul": pd.Series({True: 2, False: 28})}
    with pytest.raises(DataError, match=r"without PSU A / 2\): margin 'seul', category 'True'"):
        estimate(jackknife(design()), total, level=0.95, adjust=raking(categories, known))


def test_replicates_are_raked_as_the_sample_is():
    data = sample().assign(sexe=list("fhfhfhfhhf"))
    known = {"h": {"A": 13, "B": 15, "C": 2}, "sexe": {"f": 14, "h": 16}}
    replicate = jackknife(design()).weights(0)
    present = data[replicate > 0].assign(w=replicate[replicate > 0])
    expected = rake(survey_design(present, weights="w"), present, known).weights
    again = raking(data, known)(replicate)
    assert again[replicate > 0] == pytest.approx(expected, rel=1e-12)
    assert (again[replicate == 0] == 0).all()


def test_wrong_margins_are_refused_before_any_replicate():
    with pytest.raises(DataError, match="margin 'h', category 'B'"):
        raking(sample(), {"h": {"A": 13, "C": 2}})


def test_categories_of_other_rows_are_refused():
    with pytest.raises(DataError, match=r"'categories'[\s\S]*3 row"):
        raking(sample()[["h"]].head(3), {"h": {"A": 1, "B": 1}})(np.ones(10))


@pytest.mark.slow
def test_intervals_after_raking_cover_the_mean_of_the_population():
    # 5 strata of 40 PSUs of 4 units, 8 PSUs drawn in each; four errors of a coverage are 0.06.
    rng, psu = np.random.default_rng(5), np.arange(200).repeat(4)
    effect = rng.normal(size=200)[psu]
    units = pd.DataFrame({"h": psu // 40, "psu": psu, "w": 5.0, "N": 40})
    units["g"] = rng.uniform(size=800) < 0.5 + 0.15 * np.tanh(effect)
    units["s"] = rng.uniform(size=800) < 0.4
    units["y"] = effect / 2 + 2 * units["g"] + units["s"] / 2 + rng.normal(size=800)
    known = {name: units[name].value_counts() for name in ("g", "s")}
    covered, samples = np.zeros(2), 200
    for _ in range(samples):
        drawn = np.concatenate([40 * h + rng.choice(40, 8, replace=False) for h in range(5)])
        data = units[units["psu"].isin(drawn)].reset_index(drop=True)
        survey = survey_design(
            data, weights="w", strata="h", psu="psu", psu_population="N", whole_psu=True
        )
        linearised = mean(numeric(data["y"]), rake(survey, data, known), data, level=0.95)
        replicated = estimate(
            jackknife(survey), lambda w, y=data["y"].to_numpy(): w @ y / w.sum(), level=0.95,
            adjust=raking(data, known),
        ).table  # fmt: skip
        covered += [
            table["borne_inf"].iloc[0] <= units["y"].mean() <= table["borne_sup"].iloc[0]
            for table in (linearised, replicated)
        ]
    assert covered / samples == pytest.approx(0.95, abs=0.06)
