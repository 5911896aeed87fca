"""The demonstration's frame: every facility, what is known beforehand, copies alone as faults."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.checks import check
from obsante.collect.demo.campaign import GENERATORS, build_world
from obsante.collect.demo.frame import read_reference
from obsante.collect.demo.frame_table import TABLE, FrameTableSettings, frame_table
from obsante.collect.demo.scene import Part, Scene
from obsante.collect.demo.settings import load_settings
from obsante.collect.demo.topics import load_topic
from obsante.edition import load_edition
from obsante.paths import Project, find_project


@pytest.fixture(scope="module")
def checkout() -> Project:
    return find_project(Path(__file__))


@pytest.fixture(scope="module")
def scene(checkout) -> Scene:
    world = build_world(checkout, load_settings(checkout), read_reference(checkout), 1)
    empty = pd.DataFrame()
    return Scene(world, load_edition(checkout, 2025), None, empty, empty)


@pytest.fixture(scope="module")
def part(scene) -> Part:
    return frame_table(scene)


@pytest.fixture(scope="module")
def text(part) -> pd.DataFrame:
    rows = pd.read_csv(io.BytesIO(part.content), dtype="str")
    return rows.set_axis(pd.RangeIndex(2, len(rows) + 2, name="ligne"))


def test_it_is_the_first_table_of_the_campaign():
    assert next(iter(GENERATORS)) == "base_sondage"


def test_every_facility_is_there_once_but_for_the_copies(scene, part, text):
    world = scene.world
    assert len(text) - part.spoilt["doublon"] == len(world.frame)
    assert text["id_etablissement"].nunique() == len(world.frame)
    assert text["id_etablissement"].is_monotonic_increasing
    staff = text.drop_duplicates()["n_professionnels"].astype(int).sum()
    assert staff == world.frame.rows["n_professionnels"].sum()
    assert len(part.content) < 900_000


def test_copies_and_only_they_are_set_aside(checkout, part, text):
    table = dictionary.load("base_sondage", checkout)
    assert list(text.columns) == table.columns
    places = text.drop_duplicates(["region", "province"])
    others = {"regions": pd.DataFrame({"code": places["region"].unique()}),
              "provinces": pd.DataFrame({"code": places["province"].unique()})}  # fmt: skip
    checked = check(table.protected, text, year=2025, ingested=others)
    assert set(checked.violations["regle"]) == {"doublon"}
    assert checked.balance.rows_aside == part.spoilt["doublon"]
    assert 0.004 < part.spoilt["doublon"] / len(text) < 0.006


def test_what_is_known_of_records_is_partial_and_mostly_right(checkout, part, text):
    settings = load_topic(FrameTableSettings, checkout, TABLE)
    unique = text.drop_duplicates()
    known = unique["dme_connu"].notna().groupby(unique["secteur"]).mean()
    for sector, share in settings.known.items():
        assert known[sector] == pytest.approx(share, abs=0.02)
    truth = part.effects["dme_connu"]
    assert 0.9 < truth["exacts"] < 1
    # Late declarations only take away: those said to have a record are fewer than those who do.
    assert (unique["dme_connu"] == "oui").sum() / unique["dme_connu"].notna().sum() < 0.35
    assert truth["adoption_annee_precedente"] == pytest.approx(0.30, abs=0.001)


def test_the_same_bytes_again(scene, part):
    assert frame_table(scene).content == part.content
