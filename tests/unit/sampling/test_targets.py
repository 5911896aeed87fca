"""The smallest sample for a target: every constraint holds, and none would with one unit less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.sampling import domains, expected_precision, smallest_allocation
from obsante.stats.sampling.targets import solve

FRAME = pd.DataFrame(
    [(f"{t}{r}", t, r) for t, r, size in [("a", "1", 200), ("a", "2", 40), ("b", "1", 90),
                                         ("b", "2", 12)] for _ in range(size)],
    columns=["h", "t", "r"],
)  # fmt: skip
COMMON = {"level": 0.95, "response": 0.8}


@pytest.fixture
def plan():
    return domains(FRAME, strata="h", by=["t", "r"])


def widths(plan, drawn) -> np.ndarray:
    return expected_precision(plan, drawn, **COMMON)["demi_largeur"].to_numpy()


def test_every_target_holds_and_no_unit_can_be_taken_off(plan):
    found = smallest_allocation(plan, 0.12, **COMMON)
    assert (widths(plan, found.drawn) <= 0.12).all()
    for stratum in np.flatnonzero(found.drawn > 3):
        fewer = found.drawn.copy()
        fewer[stratum] -= 1
        assert (widths(plan, fewer) > 0.12).any()
    assert found.bound <= found.cost == found.drawn.sum() < found.bound + 12


def test_domains_without_target_are_left_alone(plan):
    margins = np.where(plan.where(["t"]), 0.12, np.inf)
    found = smallest_allocation(plan, margins, **COMMON)
    assert (widths(plan, found.drawn)[1:3] <= 0.12).all()
    assert found.cost < smallest_allocation(plan, 0.12, **COMMON).cost


def test_a_domain_without_target_may_have_no_degree_of_freedom(plan):
    # One unit apart, in a stratum of its own: it never has a degree of freedom.
    frame = pd.concat([FRAME, pd.DataFrame({"h": ["c3"], "t": ["c"], "r": ["3"]})])
    wider = domains(frame, strata="h", by=["t", "r"])
    rare = wider.labels["modalite"].isin(["c", "3"]).to_numpy()
    found = smallest_allocation(wider, np.where(rare, np.inf, 0.12), **COMMON)
    assert (widths(wider, found.drawn)[~rare] <= 0.12).all()


def test_minimum_and_census_are_kept(plan):
    found = smallest_allocation(plan, 0.5, minimum=9, census=[False, False, False, True], **COMMON)
    assert found.drawn.tolist() == [9, 9, 9, 12]


def test_two_answers_are_expected_in_each_stratum(plan):
    found = smallest_allocation(plan, 0.5, level=0.95, response=0.4, minimum=2)
    assert (found.drawn * 0.4 >= 2).all()


def test_dear_strata_get_fewer_units(plan):
    cheap = smallest_allocation(plan, 0.1, **COMMON)
    dear = smallest_allocation(plan, 0.1, costs=[9, 1, 1, 1], **COMMON)
    assert dear.drawn[0] < cheap.drawn[0]
    assert dear.cost == dear.drawn @ [9, 1, 1, 1]
    assert dear.cost < cheap.drawn @ [9, 1, 1, 1]


def test_a_target_out_of_reach_names_the_worst_domain(plan):
    with pytest.raises(DataError) as raised:
        smallest_allocation(plan, 0.05, **COMMON)
    error = raised.value
    assert error.looked_at == "target of 0.05 for r '2'"
    assert "its 52 units drawn" in error.found
    width = widths(plan, plan.sizes)[4]
    assert f"{width:.4f}" in error.found
    reachable = float(error.remedy.split("target of ")[1].split(" or more")[0])
    assert width <= reachable < width + 0.001


@pytest.mark.parametrize(
    ("margins", "change"),
    [(0.0, {}), (-0.1, {}), (np.inf, {}), ([0.1, 0.1], {}), (np.nan, {}), (0.1, {"costs": [1, 1]}),
     (0.1, {"minimum": 0}), (0.1, {"share": 1.0})],
)  # fmt: skip
def test_wrong_arguments_are_refused(plan, margins, change):
    with pytest.raises(DataError):
        smallest_allocation(plan, margins, **COMMON | change)


def test_the_bound_meets_the_solution_of_the_convex_programme():
    rng = np.random.Generator(np.random.PCG64(7))
    factors = rng.random((6, 30)) * (rng.random((6, 30)) < 0.4)
    high = np.floor(20 + 400 * rng.random(30))
    limits = 1.6 * factors @ (1 / (2 + 0.2 * high))
    n, bound = solve(factors, limits, np.ones(30), np.full(30, 2.0), high)
    assert (factors @ (1 / n) <= limits * (1 + 1e-6)).all()
    assert n.sum() == pytest.approx(bound, rel=1e-6)
