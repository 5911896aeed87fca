"""Every sample that a small population allows: the estimators are without bias.

No outside value is needed. Over all the samples of a draw, the mean of the estimated totals is the
true total, and the mean of the estimated variances (covariances) is the variance (covariance) of
the estimated totals. Source of the property, for one and two stages without replacement: Särndal,
Swensson & Wretman, *Model Assisted Survey Sampling* (1992), sections 3.7 and 4.3; for two samples
that overlap: Tam, *Amer. Statist.* 38 (1984), 288-289. Populations are made up; a mean is linear in
them, as its weights add up to the population in every sample. Tolerance: 1e-10 relative.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from obsante import stats

Draw = tuple[float, np.ndarray, np.ndarray]


def moments(draws: Iterator[Draw]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean of the estimates, their true covariance, mean of the estimated covariances."""
    chances, estimates, covariances = map(np.array, zip(*draws, strict=True))
    assert chances.sum() == pytest.approx(1)
    mean = chances @ estimates
    gaps = estimates - mean
    return mean, (gaps.T * chances) @ gaps, np.tensordot(chances, covariances, 1)


def totals(sample: pd.DataFrame, **columns: str) -> tuple[np.ndarray, np.ndarray]:
    """Total of y in the country and in each domain d, and the covariance of those of the domains.

    The table and the matrix are read apart: the variances of the matrix must be the table's.
    """
    sample = sample.reset_index(drop=True)
    design = stats.survey_design(sample, weights="w", **columns)
    table = stats.total(stats.numeric(sample["y"]), design, sample, by=["d"], level=0.9)
    z = design.weights * sample["y"].to_numpy(dtype=float)
    codes = sample["d"].cat.codes.to_numpy(dtype=np.int64)
    matrix = design.covariance(z, codes, 2)
    known = table["n"].to_numpy() > 0
    variances = np.append(matrix.sum(), np.diag(matrix))
    errors = table["erreur_type"].to_numpy()
    assert errors[known] ** 2 == pytest.approx(variances[known], rel=1e-10)
    return table["estimation"].fillna(0).to_numpy(), np.append(variances, matrix[0, 1])


def check_totals(population: pd.DataFrame, draws: list[Draw]) -> None:
    """True totals on average, and their covariances; those of the domains are not zero."""
    mean, true, estimated = moments(iter(draws))
    by_domain = population.groupby("d", observed=False)["y"].sum()
    assert mean == pytest.approx([population["y"].sum(), *by_domain], rel=1e-10)
    expected = [*np.diag(true), true[1, 2]]
    assert estimated == pytest.approx(expected, rel=1e-10)
    assert abs(true[1, 2]) > 1


def test_a_stratified_draw_has_the_variance_of_all_its_samples():
    population = pd.DataFrame({
        "h": [*"aaaa", *"bbb"], "N": [4] * 4 + [3] * 3, "w": [2.0] * 4 + [1.5] * 3,
        "y": [3.0, 8, 1, 4, 20, 11, 7], "d": pd.Categorical([*"urururr"]),
    })  # fmt: skip
    samples = [a + b for a, b in product(combinations(range(4), 2), combinations(range(4, 7), 2))]
    assert len(samples) == 18
    draws = [
        (1 / 18, *totals(population.iloc[list(rows)], strata="h", psu_population="N"))
        for rows in samples
    ]
    check_totals(population, draws)


def test_a_draw_of_two_stages_has_the_variance_of_all_its_samples():
    # Two of four PSUs, then two of their units: PSUs are of 3, 2 (observed whole), 4 and 3 units.
    sizes = np.array([3, 2, 4, 3])
    psu = np.repeat(np.arange(4), sizes)
    population = pd.DataFrame({
        "j": psu, "N": 4, "M": sizes[psu], "w": 4 / 2 * sizes[psu] / 2,
        "y": [5.0, 2, 9, 14, 1, 3, 3, 8, 6, 0, 12, 7], "d": pd.Categorical([*"ururruurruru"]),
    })  # fmt: skip
    draws = []
    for pair in combinations(range(4), 2):
        within = [list(combinations(np.flatnonzero(psu == j), 2)) for j in pair]
        for chosen in product(*within):
            sample = population.iloc[list(sum(chosen, ()))]
            found = totals(sample, psu="j", psu_population="N", ssu_population="M")
            draws.append((1 / 6 / math.prod(map(len, within)), *found))
    assert len(draws) == 57
    check_totals(population, draws)


def rotations(
    units: tuple[int, ...], first: int, second: int, common: int
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All pairs of samples of these sizes that have ``common`` units in common."""
    pairs = product(combinations(units, first), combinations(units, second))
    return [(one, two) for one, two in pairs if len(set(one) & set(two)) == common]


def editions(*samples: pd.DataFrame, **columns: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each edition, in its own column of values, and their covariance matrix."""
    waves = {}
    for year, sample in enumerate(samples):
        design = stats.survey_design(
            sample, weights="w", strata="h", psu="j", psu_population="N", **columns
        )
        waves[year] = stats.Wave(design, stats.numeric(sample[f"y{year}"]))
    means = [np.average(s[f"y{year}"], weights=s["w"]) for year, s in enumerate(samples)]
    return np.array(means), stats.wave_covariance(waves).to_numpy()


def table_of(rows: pd.DataFrame, chosen: tuple[int, ...]) -> pd.DataFrame:
    """The chosen units, each weighing the share of its stratum that was drawn."""
    sample = rows.iloc[list(chosen)]
    return sample.assign(w=sample["N"] / sample.groupby("h")["j"].transform("size"))


@pytest.mark.parametrize(
    ("first", "second", "common"), [(3, 3, 2), (3, 4, 2), (2, 4, 2), (3, 3, 3), (4, 4, 3)]
)
def test_samples_that_overlap_have_the_covariance_of_all_their_rotations(first, second, common):
    population = pd.DataFrame({
        "h": "a", "j": range(5), "N": 5, "y0": [1.0, 6, 2, 9, 4], "y1": [2.0, 9, 1, 8, 8],
    })  # fmt: skip
    pairs = rotations(tuple(range(5)), first, second, common)
    draws = [
        (1 / len(pairs), *editions(table_of(population, one), table_of(population, two)))
        for one, two in pairs
    ]
    mean, true, estimated = moments(iter(draws))
    assert mean == pytest.approx([4.4, 5.6], rel=1e-10)
    assert estimated == pytest.approx(true, rel=1e-10)
    # Tam: (n12 / (n1 n2) - 1 / N) S12.
    s = np.cov(population["y0"], population["y1"])[0, 1]
    assert true[0, 1] == pytest.approx((common / (first * second) - 1 / 5) * s, abs=1e-12)


def test_strata_that_rotate_apart_have_the_covariance_of_all_their_rotations():
    population = pd.DataFrame({
        "h": [*"aaaa", *"bbb"], "j": [1, 2, 3, 4, 1, 2, 3], "N": [4] * 4 + [3] * 3,
        "y0": [1.0, 6, 2, 9, 30, 12, 25], "y1": [2.0, 9, 1, 8, 33, 20, 11],
    })  # fmt: skip
    pairs = list(product(rotations((0, 1, 2, 3), 3, 3, 2), rotations((4, 5, 6), 2, 2, 2)))
    assert len(pairs) == 36
    draws = []
    for (one, two), (more, again) in pairs:
        samples = table_of(population, one + more), table_of(population, two + again)
        draws.append((1 / 36, *editions(*samples)))
    _, true, estimated = moments(iter(draws))
    assert estimated == pytest.approx(true, rel=1e-10)


def test_units_drawn_anew_in_the_same_primary_units_add_nothing_to_the_covariance():
    # Two of three PSUs, kept; in each, one of its two units, drawn again at the second edition.
    population = pd.DataFrame({
        "h": "a", "j": [0, 0, 1, 1, 2, 2], "N": 3, "M": 2, "w": 3.0,
        "y0": [1.0, 6, 2, 9, 14, 11], "y1": [2.0, 9, 1, 8, 10, 17],
    })  # fmt: skip
    draws = []
    for pair in combinations(range(3), 2):
        units = [(2 * j, 2 * j + 1) for j in pair]
        for one, two in product(product(*units), product(*units)):
            samples = population.iloc[list(one)], population.iloc[list(two)]
            draws.append((1 / 48, *editions(*samples, ssu_population="M")))
    assert len(draws) == 48
    mean, true, estimated = moments(iter(draws))
    assert mean == pytest.approx([43 / 6, 47 / 6], rel=1e-10)
    assert estimated[0, 1] == pytest.approx(true[0, 1], rel=1e-10)
