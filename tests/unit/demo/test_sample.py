"""The sample of facilities: strata, rotation, response, weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect.demo.draws import respond
from obsante.collect.demo.frame import MILIEUX, TYPES, Frame
from obsante.collect.demo.sample import build_strata, draw_sample

YEARS = (2023, 2024, 2025)


@pytest.fixture(scope="module")
def samples(world, editions) -> dict[int, pd.DataFrame]:
    return {
        year: draw_sample(
            world.frame, world.strata, world.settings, year=year, seed=editions[year].seed
        )
        for year in YEARS
    }


def _frame(world, cells: list[tuple[str, str, str, int]]) -> Frame:
    """A frame with these numbers of facilities by type, milieu and region."""
    reference = world.frame.reference
    rows = pd.DataFrame(
        [
            (TYPES.index(kind), MILIEUX.index(milieu), reference.regions.index(region))
            for kind, milieu, region, count in cells
            for _ in range(count)
        ],
        columns=["type", "milieu", "region"],
    )
    return Frame(rows, reference)


def _sizes(world, cells: list[tuple[str, str, str, int]]) -> dict[str, int]:
    table = build_strata(_frame(world, cells), world.settings.sample, scale=1).table
    return dict(zip(table["strate"], table["taille"], strict=True))


def test_regions_below_the_minimum_form_one_stratum(world):
    cells = [("chu", "urbain", "01", 1), ("chu", "urbain", "02", 5), ("chu", "urbain", "03", 9)]
    assert _sizes(world, cells) == {"chu-urbain-00": 6, "chu-urbain-03": 9}


def test_what_stays_below_the_minimum_joins_the_smallest_region(world):
    cells = [("chu", "urbain", "01", 2), ("chu", "urbain", "02", 30), ("chu", "urbain", "03", 9)]
    assert _sizes(world, cells) == {"chu-urbain-02": 30, "chu-urbain-03": 11}


def test_a_milieu_below_the_minimum_joins_the_one_before(world):
    cells = [
        ("hopital_proximite", "rural_montagne", "05", 2),
        ("hopital_proximite", "rural", "05", 1),
        ("hopital_proximite", "urbain", "05", 8),
    ]
    assert _sizes(world, cells) == {"hopital_proximite-urbain-05": 11}


def test_every_facility_is_in_one_stratum_of_its_type(world):
    strata = world.strata
    assert (np.bincount(strata.of_facility) == strata.table["taille"]).all()
    types = strata.table["type"].to_numpy()[strata.of_facility]
    assert (types == world.frame.rows["type"]).all()


def test_hospitals_are_all_drawn(world):
    hospitals = world.strata.table["type"].isin([TYPES.index(name) for name in TYPES[:3]])
    table = world.strata.table[hospitals]
    assert (table["tires"] == table["taille"]).all()


@pytest.mark.parametrize("year", YEARS)
def test_weights_add_up_to_the_frame_in_each_stratum(samples, year):
    sample = samples[year]
    for weight in ("poids_sondage", "poids"):
        totals = sample.groupby("strate")[weight].sum()
        sizes = sample.groupby("strate")["taille_strate"].first()
        assert np.allclose(totals, sizes, atol=1e-9)
    assert sample["poids"].isna().equals(~sample["answers"])


@pytest.mark.parametrize("year", YEARS)
def test_every_stratum_has_two_respondents(samples, world, year):
    answered = samples[year].groupby("strate")["answers"].sum()
    assert answered.min() >= 2
    assert len(answered) == len(world.strata.table)


@pytest.mark.parametrize("year", YEARS)
def test_the_sample_is_of_the_size_of_a_survey(samples, year):
    sample = samples[year]
    assert 1_500 <= len(sample) <= 2_000
    assert 0.70 <= sample["answers"].mean() <= 0.85


def test_neighbouring_samples_overlap_and_far_ones_less(samples):
    def shared(first: int, second: int) -> float:
        return len(samples[first].index.intersection(samples[second].index)) / len(samples[first])

    assert 0.6 < shared(2024, 2025) < 0.9
    assert shared(2023, 2025) < shared(2023, 2024)


def test_those_followed_up_answer_until_two_have():
    group = np.array([0, 0, 0, 1, 1])
    uniform = np.array([0.9, 0.1, 0.8, 0.9, 0.95])
    answers, visited = respond(uniform, np.full(5, 0.5), group, at_least=2)
    # In group 0 one is willing and the next nearest is pressed; in group 1 both are.
    assert answers.tolist() == [False, True, True, True, True]
    assert visited.tolist() == [False, False, True, True, True]
