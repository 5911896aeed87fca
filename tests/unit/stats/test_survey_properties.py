"""What holds for every design: invariances, mirrors and identities, on designs drawn at random.

Each claim is checked on a few designs, and on many under ``make check``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume
from random_samples import INTERVALS, LEVEL, LIMITS, PRECISION, alike, asked, holds, limits, same

from obsante import stats
from obsante.stats.survey import intervals, linear
from obsante.stats.survey.domains import Partition, whole


@holds
def test_a_mean_follows_the_unit_and_the_origin_of_its_variable(sample):
    straight, moved = sample.means(), sample.changed(y=7 - 1000 * sample.frame["y"]).means()
    same(moved.value, 7 - 1000 * straight.value)
    same(moved.covariance, 1e6 * straight.covariance)
    one, other = (intervals.student(p.value, p.variance, p.df, LEVEL) for p in (straight, moved))
    same(other, [7 - 1000 * one[1], 7 - 1000 * one[0]])


@holds
def test_doubled_weights_double_totals_and_change_no_mean(sample):
    doubled = sample.changed(w=2 * sample.frame["w"])
    alike(doubled.means(), sample.means())
    totals = [linear.total(s.design, s.question(), s.domains) for s in (sample, doubled)]
    same(totals[1].value, 2 * totals[0].value)
    same(totals[1].covariance, 4 * totals[0].covariance)
    if sample.fpc == "none":
        # With a correction the cap of the effective size reads the sampled share in the weights.
        same(limits(doubled.means("b"), INTERVALS[0]), limits(sample.means("b"), INTERVALS[0]))


@holds
def test_the_order_of_the_rows_changes_nothing(sample):
    shuffled = sample.shuffled()
    alike(shuffled.means(), sample.means())
    waves = {2024: sample.wave("b"), 2025: sample.wave()}
    same(stats.wave_covariance(waves | {2025: shuffled.wave()}), stats.wave_covariance(waves))


@holds
def test_names_of_strata_and_of_primary_units_change_nothing(sample):
    named = sample.changed(
        h="strate " + (99 - sample.frame["h"]).astype(str),
        # A number within the stratum instead of one for the country.
        j=(sample.frame["j"] - sample.frame.groupby("h")["j"].transform("min")).astype("Int64"),
    )
    alike(named.means(), sample.means())


@holds
def test_a_row_split_in_two_halves_changes_no_estimate(sample):
    rows = np.repeat(np.arange(len(sample.frame)), 2)
    halved = replace(sample, frame=sample.frame.iloc[rows]).changed(w=lambda rows: rows["w"] / 2)
    alike(halved.means(), sample.means())


@holds
def test_finer_strata_keep_the_estimate_and_cost_degrees_of_freedom(sample):
    coarse = sample.drawn("none")
    side = coarse.frame["j"] % 2
    fine = coarse.changed(h=2 * coarse.frame["h"] + side)
    same(fine.means().value, coarse.means().value)
    assert (fine.means().df <= coarse.means().df).all()
    everyone = np.ones(coarse.design.size, dtype=bool)
    split = side.groupby(coarse.frame["h"]).nunique().sum() - coarse.frame["h"].nunique()
    lost = coarse.design.degrees_of_freedom(everyone) - fine.design.degrees_of_freedom(everyone)
    assert lost == split


@holds
def test_strata_are_independent(sample):
    design = replace(sample, lonely="certainty").design
    z = sample.weighted()
    matrix = design.covariance(z, design.stratum, len(design.psu_population))
    assert not (matrix - np.diag(np.diag(matrix))).any()
    same(matrix.sum(), design.covariance(z)[0, 0])


@holds
def test_a_domain_and_its_complement_make_the_whole(sample):
    design, y = sample.design, sample.values()
    sides = Partition("nord", (sample.frame["d"] == "nord").to_numpy().astype(int), ("non", "oui"))
    parts, total = (linear.total(design, asked(y), d) for d in (sides, whole(design.size)))
    same(np.nansum(parts.value), total.value[0])
    same(parts.z, total.z)
    # With a stratum of one PSU centred on the others, a domain known exactly would move theirs.
    assume(not parts.exact.any())
    same(np.nansum(parts.covariance), total.variance[0])


@holds
def test_a_covariance_matrix_has_no_negative_direction(sample):
    matrix = sample.means().covariance
    known = ~np.isnan(np.diag(matrix))
    matrix = matrix[np.ix_(known, known)]
    assert np.array_equal(matrix, matrix.T)
    assert (np.linalg.eigvalsh(matrix) >= -1e-12 * max(1.0, np.trace(matrix))).all()


@holds
def test_a_table_and_a_matrix_say_the_same(sample):
    table, part = sample.table(stats.mean, sample.answers()).iloc[1:], sample.means(silent=True)
    matrix = stats.covariance(sample.answers(), sample.design, sample.frame, by="d")
    assert matrix.index.tolist() == table["modalite"].tolist() == ["est", "nord", "sud", "vide"]
    same(matrix, part.covariance)
    same(table["estimation"], part.value)
    same(table["erreur_type"] ** 2, np.diag(matrix))
    units = sample.frame["d"].value_counts(sort=False)
    assert (table["n"] + table["n_manquant"]).tolist() == units.tolist()


@holds
def test_domains_by_code_give_what_columns_give(sample):
    design, z = sample.design, sample.weighted()
    codes = sample.domains.codes + 1
    wide = np.where(codes[:, None] == np.arange(5), z[:, None], 0.0)
    same(design.covariance(z, codes, 5), design.covariance(wide))
    calibrated = design.calibrated(design.weights, np.ones((design.size, 1)))
    same(calibrated.covariance(z, codes, 5), calibrated.covariance(wide))


@holds
def test_the_interval_of_a_complement_is_the_mirror(sample):
    straight, mirror = sample.means("b"), sample.changed(b=1 - sample.frame["b"]).means("b")
    for interval in INTERVALS:
        same(limits(mirror, interval), 1 - limits(straight, interval)[::-1])


@holds
def test_intervals_hold_their_estimate_stay_in_range_and_are_nested(sample):
    part = sample.means("b")
    for interval in INTERVALS:
        low, high = limits(part, interval, 0.6)
        lower, higher = limits(part, interval, 0.99)
        known = ~np.isnan(low)
        for other in (high, lower, higher):
            # Both ends or none, whatever the level.
            assert (np.isnan(other) == ~known).all()
        zero, one = np.zeros(len(low)), np.ones(len(low))
        chain = np.array([zero, lower, low, part.value, high, higher, one])
        assert (np.diff(chain[:, known], axis=0) >= -1e-9).all()


@holds
def test_a_quantile_follows_any_increasing_map_in_any_order(sample):
    mapped = sample.changed(y=np.exp(sample.frame["y"] / 3) - 5).shuffled()
    columns = ["borne_inf", "estimation", "borne_sup"]
    straight, moved = (s.table(stats.quantile, s.answers(), 0.3)[columns] for s in (sample, mapped))
    same(moved, np.exp(straight / 3) - 5)
    known = straight.dropna().to_numpy()
    assert (np.diff(known, axis=1) >= 0).all()


@holds
def test_a_difference_changes_its_sign_with_its_groups(sample):
    part = sample.means(silent=True)
    assume(not np.isnan(part.value[1:3]).any() and not part.exact[1:3].any())
    a, d = sample.answers(), sample.frame["d"]
    there = stats.difference(a, sample.design, d == "nord", d == "sud", level=LEVEL).iloc[0]
    back = stats.difference(a, sample.design, d == "sud", d == "nord", level=LEVEL).iloc[0]
    contrast = stats.contrast(a, sample.design, d, {"nord": 1, "sud": -1}, level=LEVEL).iloc[0]
    same(there[PRECISION], contrast[PRECISION])
    same(back["estimation"], -there["estimation"])
    same(back[LIMITS], -there[LIMITS[::-1]])
    same(there["erreur_type"] ** 2, [1, -1] @ part.covariance[1:3, 1:3] @ [1, -1])


@holds
def test_a_change_turns_round_with_its_editions(sample):
    one, other = sample.wave("b"), sample.wave()
    there = stats.change({2024: one, 2025: other}, level=LEVEL).iloc[0]
    back = stats.change({2024: other, 2025: one}, level=LEVEL).iloc[0]
    same(back[["estimation", *LIMITS]], -there[["estimation", *LIMITS[::-1]]])
    same(back["erreur_type"], there["erreur_type"])


@holds
def test_the_slope_of_two_editions_is_their_change_by_year(sample):
    waves = {2021: sample.wave("b"), 2025: sample.wave()}
    change, slope = (f(waves, level=LEVEL).iloc[0] for f in (stats.change, stats.trend))
    same(4 * slope[PRECISION[:-1]].astype(float), change[PRECISION[:-1]])
    assert slope["ddl"] == change["ddl"]


@holds
def test_units_that_move_alike_between_editions_give_a_change_without_error(sample):
    # Who leaves a question out is drawn anew, and so is the second of two stages.
    assume(sample.frame["y"].notna().all())
    sample = sample.drawn("one" if sample.fpc == "two" else sample.fpc)
    moved = sample.changed(y=sample.frame["y"] + 3)
    matrix = stats.wave_covariance({2024: sample.wave(), 2025: moved.wave()})
    part = linear.ratio(sample.design, sample.question(), whole(sample.design.size))
    same(matrix, np.full((2, 2), part.variance[0]))


@holds
def test_a_population_without_end_needs_no_correction(sample):
    endless = sample.changed(N=1e15)
    free = sample.drawn("none").means()
    alike(endless.drawn("one").means(), free)
    # The second stage weighs as the sampled share of the first.
    alike(endless.drawn("two").means(), free)


@holds
def test_primary_units_observed_whole_leave_one_stage(sample):
    drawn = sample.frame.groupby("j")["i"].transform("size")
    alike(sample.changed(M=drawn).drawn("two").means(), sample.drawn("one").means())


@holds
def test_a_correction_takes_from_the_variance_and_a_second_stage_adds_to_it(sample):
    sample = replace(sample, lonely="certainty")
    one, two, free = (sample.drawn(fpc).means().variance for fpc in ("one", "two", "none"))
    known = ~np.isnan(one)
    assert (one <= two + 1e-12)[known].all()
    # A census stratum has no PSU that stands for others, whatever the rule for those.
    assert (one <= free + 1e-12)[known].all()


@holds
def test_a_mean_is_a_ratio_to_one_and_a_proportional_variable_has_no_error(sample):
    y, design, domains = sample.values(), sample.design, sample.domains
    alike(linear.ratio(design, asked(y, np.ones(design.size)), domains), sample.means())
    x = np.abs(y) + 1
    part = linear.ratio(design, asked(3 * x, x), domains)
    known = ~np.isnan(part.value)
    same(part.value[known], np.full(known.sum(), 3.0))
    same(part.covariance[np.ix_(known, known)], np.zeros((known.sum(), known.sum())))


@holds
def test_shares_add_up_to_one_and_are_proportions(sample):
    codes = sample.frame["d"].astype("str")
    assume(codes.notna().any())
    names = list(sample.domains.labels)
    found = stats.distribution(codes, names, sample.design, dimension="lieu", level=LEVEL)
    assert found["estimation"].sum() == pytest.approx(1)
    north = stats.numeric((codes == "nord").astype(float).where(codes.notna()))
    alone = stats.proportion(north, sample.design, sample.frame, level=LEVEL)
    same(found.loc[1, PRECISION], alone.loc[0, PRECISION])


@holds
def test_what_calibration_reproduces_has_no_variance(sample):
    design = sample.design
    rng = np.random.default_rng(design.size)
    auxiliaries = np.column_stack([np.ones(design.size), rng.normal(size=design.size)])
    calibrated = design.calibrated(design.weights * rng.uniform(0.8, 1.2, design.size), auxiliaries)
    reproduced = calibrated.weights * (auxiliaries @ [4.0, -3.0])
    same(calibrated.covariance(reproduced), [[0.0]])
    z = sample.weighted()
    same(calibrated.covariance(z + reproduced), calibrated.covariance(z))


@holds
def test_an_answer_out_of_the_domain_changes_nothing_in_it(sample):
    inside = sample.frame["d"] == "nord"
    other = sample.changed(y=sample.frame["y"].where(inside, 100 * sample.frame["y"] - 3))
    part, moved = sample.means(), other.means()
    same(moved.value[1], part.value[1])
    same(moved.variance[1], part.variance[1])
    assert moved.df[1] == part.df[1]


@holds
def test_an_answer_left_out_adds_to_the_variance_of_a_sample_drawn_without_replacement(sample):
    aside, left = sample.means(), sample.means(silent=True)
    same(left.value, aside.value)
    added = left.covariance - aside.covariance
    known = np.isfinite(left.value) & ~aside.exact
    added = added[np.ix_(known, known)]
    assert (np.linalg.eigvalsh(added) >= -1e-9 * max(1.0, np.abs(added).max(initial=0))).all()
    if sample.fpc == "none" or sample.frame["y"].notna().all():
        same(added, np.zeros_like(added))


@holds
def test_the_answers_of_a_fully_observed_population_vary_by_those_left_out_alone(sample):
    sample = sample.drawn("one").changed(N=sample.frame.groupby("h")["j"].transform("nunique"))
    silent = sample.frame["y"].isna()
    part = sample.means(silent=True)
    hidden = silent.groupby(sample.frame["d"], observed=False).any().to_numpy()
    assert (part.exact == (np.isfinite(part.value) & ~hidden)).all()
    expected = np.zeros(part.value.shape)
    for _, rows in sample.frame.groupby("h"):
        told = rows["y"].notna()
        share, a = told.mean(), told.sum()
        z2 = pd.Series(part.z**2, sample.frame.index)[rows.index].groupby(rows["d"], observed=False).sum()
        expected += (1 - share) * a / max(a - 1, 1) * z2.to_numpy()
    same(part.variance, np.where(part.exact, 0.0, np.where(np.isfinite(part.value), expected, np.nan)))
