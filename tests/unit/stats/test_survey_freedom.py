"""Degrees of freedom of variances that few units carry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from random_samples import holds

from obsante import stats
from obsante.stats.survey.freedom import of_a_sum


def means(frame: pd.DataFrame, **columns: object) -> pd.Series:
    design = stats.survey_design(frame, weights="w", strata="h", **columns)
    return stats.mean(stats.numeric(frame["y"]), design, frame[[]], level=0.95).iloc[0]


def test_strata_of_one_variance_and_one_size_leave_units_minus_strata():
    frame = pd.DataFrame({"w": 1.0, "h": [*"aaabbbccc"], "y": [1.0, 2, 3] * 3})
    assert means(frame)["ddl"] == pytest.approx(6)


def test_each_stage_has_its_own_part():
    # Two PSUs of four, two people of ten in each; totals of z by PSU and spreads within.
    frame = pd.DataFrame({"w": 10.0, "h": "a", "j": [1, 1, 2, 2], "N": 4, "M": 10, "y": [1.0, 3, 4, 8]})
    found = means(frame, psu="j", psu_population="N", ssu_population="M")
    z = (frame["y"] - 4) / 4
    between = (1 - 2 / 4) * 2 * np.var([z[:2].sum(), z[2:].sum()], ddof=1)
    within = 2 / 4 * (1 - 2 / 10) * 2 * (z[:2].var(ddof=1) + z[2:].var(ddof=1))
    assert found["erreur_type"] ** 2 == pytest.approx(between + within)
    # One unit beyond its mean between PSUs, one in each PSU; no more than PSUs minus strata.
    part = (between + within) ** 2 / (between**2 / 3 + within**2 / 4) - 2
    assert part > 1
    assert found["ddl"] == pytest.approx(1)


@holds
def test_they_are_at_most_units_minus_strata_and_do_not_depend_on_the_unit_of_y(sample):
    plain = sample.means(silent=True)
    free = sample.freely()
    own = free.means(silent=True)
    assert (own.df <= plain.df + 1e-9).all()
    assert ((own.df > 0) == (plain.df > 0)).all()
    scaled = free.changed(y=1000 * free.frame["y"]).means(silent=True)
    np.testing.assert_allclose(scaled.df, own.df, rtol=1e-6)


@holds
def test_a_domain_given_by_its_code_or_alone_has_the_same(sample):
    free = sample.freely()
    z = np.where(free.domains.codes >= 0, free.weighted(), 0.0)
    together = free.design.effective_degrees(z, free.domains.codes, free.domains.size)
    for d in range(free.domains.size):
        inside = free.domains.codes == d
        alone = free.design.effective_degrees(np.where(inside, z, 0.0), np.where(inside, 0, -1))
        wide = free.design.effective_degrees(np.where(inside, z, 0.0)[:, None], np.where(inside, 0, -1))
        np.testing.assert_allclose([alone[0], wide[0]], together[d], rtol=1e-9)


def test_a_sum_of_variances_has_those_of_its_parts():
    def found(*parts: tuple[float, float]) -> float:
        return of_a_sum(*(np.array(part)[:, None] for part in zip(*parts, strict=True))).item()

    assert found((1.0, 5), (1.0, 5)) == pytest.approx(10)
    assert found((1.0, 5), (0.0, 0)) == 5
    assert found((1.0, 5), (1.0, 0)) == 0
    assert found((0.0, 4), (0.0, 7)) == 4


def test_intervals_hold_a_mean_that_five_large_units_decide():
    rng = np.random.default_rng(7)
    large, small = rng.normal(500, 200, 40), rng.normal(5, 2, 4000)
    truth = (large.sum() + small.sum()) / 4040
    held = {"welch": [], "design": []}
    for _ in range(500):
        y = np.concatenate([rng.choice(large, 5, replace=False), rng.choice(small, 200, replace=False)])
        frame = pd.DataFrame({"y": y, "h": np.repeat([0, 1], [5, 200]), "w": np.repeat([8, 20.0], [5, 200])})
        frame["N"] = np.repeat([40, 4000], [5, 200])
        for rule, rows in held.items():
            row = means(frame, psu_population="N", degrees=rule)
            rows.append(row["borne_inf"] <= truth <= row["borne_sup"])
    # Band of 500 draws at 95 %, outside of which chance alone is 1 in 1000.
    assert 0.916 <= np.mean(held["welch"]) <= 0.978
    assert np.mean(held["design"]) < 0.916
