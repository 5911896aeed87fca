"""The coverage of the published interval, in small: `benchmarks/coverage.py` has it in full."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from obsante import stats
from obsante.paths import find_project

REPLICATIONS = 400
# What it covers at least, and how seldom chance alone puts a run outside the band.
LEAST, CHANCE = 0.93, 0.001
ROOT = find_project(Path(__file__)).root


@pytest.fixture(scope="module")
def benchmarks():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield importlib.import_module("benchmarks.coverage")


def published(frame: pd.DataFrame, **names: str) -> pd.Series:
    """The row of the domain, from a table of respondents."""
    design = stats.survey_design(frame, weights="w", strata="h", psu_population="N", **names)
    table = stats.proportion(stats.numeric(frame["y"]), design, frame, by=["d"], level=0.95)
    return table.set_index("modalite").loc["inside"]


def assert_same(sample, row: pd.Series, benchmarks) -> None:
    value, variance, n, df = (getattr(sample, name)[0] for name in ("value", "variance", "n", "df"))
    assert row["estimation"] == pytest.approx(value, rel=1e-12)
    assert row["erreur_type"] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert row["n"] == n
    assert row["ddl"] == pytest.approx(df, rel=1e-9)
    limits = benchmarks.intervals.korn_graubard(value, variance, n, df, 0.95, sample.fraction[0])
    np.testing.assert_allclose(row[["borne_inf", "borne_sup"]].astype(float), limits, rtol=1e-9)


def spread(counts: np.ndarray, names: np.ndarray) -> np.ndarray:
    """A name for each row: counts (U, 3) of yes, no and outside."""
    return np.repeat(names, counts.sum(axis=1))


def rows(counts: np.ndarray) -> pd.DataFrame:
    """One row for each respondent, the units of ``counts`` in order."""
    kind = np.repeat(np.tile(np.arange(3), len(counts)), counts.ravel())
    return pd.DataFrame({"y": (kind == 0).astype(float), "d": np.where(kind < 2, "inside", None)})


@pytest.mark.parametrize("domain", ["region 04", "across strata, region 04", "type chr_chp"])
def test_a_sample_of_facilities_is_estimated_as_the_package_estimates_it(benchmarks, domain):
    rng = np.random.default_rng(1)
    population = benchmarks.facilities.facilities(domain, 0.2)
    n, strata = population.sample, np.arange(len(population.sample))
    outside = population.size - population.yes - population.no
    counts = np.array([
        rng.multivariate_hypergeometric(group, size)
        for group, size in zip(np.c_[population.yes, population.no, outside], n, strict=True)
    ])  # fmt: skip
    frame = rows(counts).assign(h=spread(counts, strata), N=spread(counts, population.size))
    frame["w"] = frame["N"] / n[frame["h"]]
    sample = benchmarks.draws.of_facilities(counts[None, :, 0], counts[None, :, 1], population)
    assert_same(sample, published(frame), benchmarks)


@pytest.mark.parametrize("domain", ["region 06", "across strata"])
def test_a_sample_of_staff_is_estimated_as_the_package_estimates_it(benchmarks, domain):
    rng = np.random.default_rng(2)
    population = benchmarks.facilities.staff(domain, 0.3, rng)
    unit, yes, no = benchmarks.draws.drawn_staff(population, 1, rng)
    answers = population.sample[unit[0]]
    counts = np.stack([yes[0], no[0], answers - yes[0] - no[0]], axis=1)
    stratum = population.stratum[unit[0]]
    frame = rows(counts).assign(
        psu=spread(counts, unit[0]), h=spread(counts, stratum),
        N=spread(counts, np.bincount(population.stratum)[stratum]),
        M=spread(counts, population.size[unit[0]]), m=spread(counts, answers),
    )  # fmt: skip
    frame["w"] = frame["N"] / population.drawn[frame["h"]] * frame["M"] / frame["m"]
    row = published(frame, psu="psu", ssu_population="M")
    assert_same(benchmarks.draws.of_staff(unit, yes, no, population), row, benchmarks)


@pytest.mark.slow
@pytest.mark.parametrize("domain", ["national", "region 04", "type hopital_proximite"])
@pytest.mark.parametrize("share", [0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5])
def test_the_published_interval_holds_the_truth_as_often_as_announced(benchmarks, domain, share):
    cell = benchmarks.cell(1, domain, share, REPLICATIONS)
    covered = round(cell.results["korn-graubard"].coverage * REPLICATIONS)
    assert covered >= binom.ppf(CHANCE, REPLICATIONS, LEAST)
    assert cell.results["korn-graubard"].none == 0


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.3, 0.5])
def test_a_national_interval_is_not_much_too_wide(benchmarks, share):
    cell = benchmarks.cell(1, "national", share, REPLICATIONS)
    covered = round(cell.results["korn-graubard"].coverage * REPLICATIONS)
    assert covered <= binom.ppf(1 - CHANCE, REPLICATIONS, 0.97)
