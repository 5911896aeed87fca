"""Allocations and sample sizes against a textbook's examples and an R package's printed values.

- Cochran, *Sampling Techniques*, 3rd ed. (1977): section 4.4, sample size for a proportion, with t = 2
  (384 for p = 0.4 and an error of 5 points; 400, then 356 of 3,200 people, for p = 0.5); chapter 5,
  the 64 cities of 1930 in strata of 16 and 48 whose deviations are 232.04 and 74.71, of which 24 are
  drawn: 12 in each.
- R 4, package stratallo 3.0.1 (Wójciak, 2026), vignette « Optimum Sample Allocation in Stratified
  Sampling with stratallo », https://github.com/wwojciech/stratallo, articles/stratallo.md. Commands,
  with N <- c(3000, 4000, 5000, 2000); S <- c(48, 179, 176, 16); A <- N * S:
  opt(n = 190, A = A); round_oric(x); opt(n = 190, A = A, M = c(100, 90, 70, 80));
  opt(n = 1284, A = A, m = c(100, 90, 500, 50), M = c(300, 400, 800, 90)); and, with
  A <- c(3000, 4000, 5000, 2000): optcost(V = 1e6, A = A, A0 = 70000, M = c(100, 90, 70, 80),
  unit_costs = c(0.5, 0.6, 0.6, 0.3)). Tolerance: the seven digits printed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from obsante.stats.sampling import Domains, allocate, shares, smallest_allocation
from obsante.stats.sampling.allocation import bounded
from obsante.stats.sampling.targets import solve

SIZES, DEVIATIONS = [3000, 4000, 5000, 2000], [48, 179, 176, 16]
NEYMAN = [15.440181, 76.772009, 94.356659, 3.431151]


def limits(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(("size", "share", "expected"), [(10**7, 0.4, 384), (3200, 0.5, 356)])
def test_cochran_sample_size_of_a_proportion(size, share, expected):
    whole = pd.DataFrame({"dimension": ["national"], "modalite": ["national"]})
    people = Domains(whole, pd.Index(["island"]), limits(size)[None, :])
    level = 2 * norm.cdf(2) - 1
    found = smallest_allocation(people, 0.05, level=level, share=share, student=False)
    assert found.drawn.tolist() == [expected]


def test_cochran_cities():
    assert allocate([16, 48], 24, "neyman", deviations=[232.04, 74.71]).tolist() == [12, 12]


def test_stratallo_neyman_and_its_rounding():
    real = 190 * shares(SIZES, "neyman", deviations=DEVIATIONS)
    assert real == pytest.approx(NEYMAN, abs=5e-7)
    assert allocate(SIZES, 190, "neyman", deviations=DEVIATIONS).tolist() == [16, 77, 94, 3]


@pytest.mark.parametrize(
    ("n", "low", "high", "expected"),
    [
        (190, limits(0, 0, 0, 0), limits(100, 90, 70, 80), [24.545455, 90, 70, 5.454545]),
        (1284, limits(100, 90, 500, 50), limits(300, 400, 800, 90), [117.2812, 400, 716.7188, 50]),
    ],
)
def test_stratallo_allocations_within_bounds(n, low, high, expected):
    weights = np.multiply(SIZES, DEVIATIONS).astype(float)
    assert bounded(weights, low, high, n) == pytest.approx(expected, rel=1e-6)


def test_stratallo_least_cost_for_a_variance():
    factors = limits(3000, 4000, 5000, 2000)[None, :] ** 2
    n, bound = solve(
        factors, limits(1e6 + 70_000), limits(0.5, 0.6, 0.6, 0.3), np.full(4, 1e-6),
        limits(100, 90, 70, 80),
    )  # fmt: skip
    assert n == pytest.approx([40.39682, 49.16944, 61.46181, 34.76805], abs=5e-6)
    assert bound == pytest.approx(limits(0.5, 0.6, 0.6, 0.3) @ n, rel=1e-7)
