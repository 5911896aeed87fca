"""Every sample and every allocation of small populations, without any value from outside.

- Over all the samples that a plan allows, the variance of a linearised proportion is the one that
  ``expected_precision`` gives, where each part of a stratum has exactly the share planned for.
- Over all the allocations of small frames, none reaches the targets with fewer units than
  ``smallest_allocation``.
- Over many strata, the draw gives every sample as often as any other (chi-square).
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from obsante.stats.sampling import (
    domains,
    draw,
    expected_precision,
    permanent_numbers,
    smallest_allocation,
)

# In a, half of each part has y = 1; in b, one unit in three.
POPULATION = pd.DataFrame({
    "h": [*"aaaaaa", *"bbb"], "d": [*"rruuuu", *"uuu"],
    "y": [1.0, 0, 1, 0, 1, 0, 1, 0, 0],
})  # fmt: skip


def linear(domain: str | None) -> np.ndarray:
    """Influence of each unit on the share of the domain, zero outside."""
    inside = np.ones(9, bool) if domain is None else (POPULATION["d"] == domain).to_numpy()
    y = POPULATION["y"].to_numpy()
    return np.where(inside, y - y[inside].mean(), 0.0) / inside.sum()


@pytest.mark.parametrize(("domain", "row"), [(None, 0), ("r", 1), ("u", 2)])
def test_the_variance_promised_is_that_of_all_samples(domain, row):
    z = linear(domain)
    totals = [
        3 * z[list(first)].sum() + 1.5 * z[list(second)].sum()
        for first, second in product(combinations(range(6), 2), combinations(range(6, 9), 2))
    ]
    assert len(totals) == 45
    plan = domains(POPULATION, strata="h", by=["d"])
    promised = expected_precision(plan, [2, 2], level=0.95, share=[1 / 2, 1 / 3])
    assert promised["erreur_type"][row] ** 2 == pytest.approx(np.var(totals), rel=1e-12)


def least(plan, margin: float, response: float) -> int:
    """Fewest units over every allocation, by exhaustion."""
    lows = [min(size, 2 if response == 1 else 3) for size in plan.sizes]
    ranges = [range(int(low), int(size) + 1) for low, size in zip(lows, plan.sizes, strict=True)]
    for allocation in sorted(product(*ranges), key=sum):
        table = expected_precision(plan, allocation, level=0.95, response=response)
        if (table["demi_largeur"] <= margin).all():
            return sum(allocation)
    raise AssertionError("no allocation reaches the margin")


@pytest.mark.parametrize(
    ("sizes", "margin", "response"),
    [([9, 7], 0.3, 1.0), ([12, 5], 0.25, 1.0), ([10, 11], 0.28, 0.8), ([6, 6, 5], 0.3, 1.0),
     ([8, 14], 0.2, 1.0)],
)  # fmt: skip
def test_no_allocation_reaches_the_targets_with_fewer_units(sizes, margin, response):
    rows = [(f"s{h}", "ab"[(i + h) % 2]) for h, size in enumerate(sizes) for i in range(size)]
    plan = domains(pd.DataFrame(rows, columns=["h", "d"]), strata="h", by=["d"])
    found = smallest_allocation(plan, margin, level=0.95, response=response)
    assert found.drawn.sum() == least(plan, margin, response)
    assert found.bound <= found.cost


def test_every_sample_is_drawn_as_often_as_any_other():
    strata = pd.Series(np.repeat(np.arange(3000), 5)).astype("str")
    strata.index = strata + "-" + pd.Series([*"vwxyz"] * 3000)
    counts = pd.Series(2, index=strata.unique())
    table = draw(strata, counts, permanent_numbers(strata.index, 5), start=0.4)
    unit = table.index.str[-1]
    seen = pd.Series(unit).groupby(strata[table.index].to_numpy()).sum().value_counts()
    assert len(seen) == 10
    assert ((seen - 300) ** 2 / 300).sum() < chi2.ppf(0.999, 9)
