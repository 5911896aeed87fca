"""Sums by domain, answers as cells, two-stage draws: against values worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect.demo.cells import Silence
from obsante.collect.demo.clusters import Stage, draw_units
from obsante.collect.demo.patients.settings import PatientSettings
from obsante.collect.demo.tally import Domains, Tally
from obsante.collect.demo.topics import check_items, load_topic
from obsante.errors import EditionError

SEXES = Domains({"sexe": np.array([0, 0, 1])}, {"sexe": ["femme", "homme", "autre"]})


def test_a_tally_gives_ratios_of_totals_and_leaves_empty_domains_out():
    tally = Tally()
    tally.add("vu", SEXES, np.array([1.0, 3.0, 5.0]), np.array([1, 1, 2]))
    assert tally.values("vu") == {"national": 2.25, "sexe=femme": 2.0, "sexe=homme": 2.5}


def test_a_tally_adds_parts_up():
    tally = Tally()
    tally.add("vu", SEXES, np.array([True, False, True]))
    tally.add("vu", SEXES, np.array([True, True, False]))
    assert tally.values("vu") == {
        "national": 0.6666666667, "sexe=femme": 0.75, "sexe=homme": 0.5,
    }  # fmt: skip


def test_a_gap_pools_the_domains_of_each_side():
    tally = Tally()
    domains = Domains({"type": np.array([0, 0, 0, 1, 2])}, {"type": ["chu", "chr", "clinique"]})
    tally.add("score", domains, np.array([1.0, 1.0, 1.0, 0.0, 0.5]))
    # (1 + 1 + 1 + 0) / 4 - 0.5
    assert tally.gap("score", ["type=chu", "type=chr"], ["type=clinique"]) == 0.25


def silence(answers: list[bool], **shares: dict[str, float]) -> Silence:
    return Silence(np.array(answers), shares.get("missing", {}), shares.get("unknown", {}), 1, "x")


def test_a_question_depends_on_the_answer_to_another_one():
    parent = pd.Categorical(["oui", "non", None, "ne_sait_pas", "oui"])
    cells = silence([True] * 4 + [False]).coded(
        "detail", np.zeros(5, dtype=int), ["a", "b"], asked=(parent, "oui")
    )
    assert pd.Series(cells, dtype="object").where(pd.notna(cells), None).tolist() == [
        "a", "sans_objet", None, None, None,
    ]  # fmt: skip


def test_who_leaves_a_cell_empty_does_not_also_say_not_to_know():
    half = silence([True] * 2_000, missing={"q": 0.5}, unknown={"q": 0.25})
    cells = pd.Series(half.coded("q", np.zeros(2_000, dtype=int), ["a"]), dtype="object")
    assert cells.isna().mean() == pytest.approx(0.5, abs=0.04)
    assert (cells == "ne_sait_pas").mean() == pytest.approx(0.25, abs=0.04)


def test_two_stages_multiply_their_weights(world):
    # Four responding facilities of one stratum of ten, of the same type.
    frame = world.frame
    kind = frame.names("type")[frame.codes("type")[0]]
    same = np.flatnonzero(frame.codes("type") == frame.codes("type")[0])[:4]
    sizes = np.full(len(frame), 5)
    sample = pd.DataFrame(
        {"answers": True, "stratum": 0, "strate": "s", "taille_strate": 10}, index=same
    )
    stage = Stage({kind: 0.5}, {kind: 4}, {kind: 1.0}, ("a", "b", "c"))
    units = draw_units(frame, sizes, sample, stage, seed=3)
    assert len(units) == 2 * 4
    assert set(units["upe_strate"]) == {2}
    # 10 / 2 facilities, 5 / 4 units.
    assert set(units["poids"]) == {6.25}
    assert (units.index == 5 * units["facility"] + units["rank"] - 1).all()


def test_an_answer_that_is_not_simulated_is_named(world):
    with pytest.raises(EditionError, match="telemedecine"):
        check_items(world.settings, ["dme", "telemedcine"], "patients")


def test_a_missing_file_is_one_clear_error(small):
    (small.demo / "patients.yml").unlink()
    with pytest.raises(EditionError, match="no such file"):
        load_topic(PatientSettings, small, "patients")
