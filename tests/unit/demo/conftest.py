"""The demonstration campaign, generated once, and its parts at the size of the country."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from obsante.collect.demo import generate
from obsante.collect.demo.campaign import World, build_world
from obsante.collect.demo.frame import read_reference
from obsante.collect.demo.settings import load_settings
from obsante.edition import Edition, load_edition
from obsante.paths import Project, find_project

YEARS = (2023, 2024, 2025)


@pytest.fixture(scope="session")
def checkout() -> Project:
    return find_project(Path(__file__))


@pytest.fixture(scope="session")
def editions(checkout) -> dict[int, Edition]:
    return {year: load_edition(checkout, year) for year in YEARS}


@pytest.fixture(scope="session")
def told() -> list[None]:
    """One element for each time that ``generated`` told of its progress."""
    return []


@pytest.fixture(scope="session")
def generated(checkout, editions, told, tmp_path_factory) -> Path:
    """The three editions, outside the checkout."""
    folder = tmp_path_factory.mktemp("démonstration")
    return generate(checkout, list(editions.values()), scale=1, out=folder,
                    progress=lambda: told.append(None))  # fmt: skip


@pytest.fixture(scope="session")
def world(checkout) -> World:
    return build_world(checkout, load_settings(checkout), read_reference(checkout), scale=1)


@pytest.fixture(scope="session")
def tables(generated) -> dict[tuple[str, int], pd.DataFrame]:
    """The files of each edition, as text, empty cells missing."""
    return {
        (path.stem, year): pd.read_csv(path, dtype="str")
        for year in YEARS
        for path in (generated / str(year)).glob("*.csv")
    }


@pytest.fixture(scope="session")
def truths(generated) -> dict[int, dict]:
    return {
        year: json.loads((generated / str(year) / "verite.json").read_text(encoding="utf-8"))
        for year in YEARS
    }


@pytest.fixture
def small(checkout, tmp_path) -> Project:
    """A project with the configuration and the reference figures, without campaign."""
    root = tmp_path / "projet été"
    shutil.copytree(checkout.config, root / "config")
    shutil.copytree(checkout.reference, root / "data" / "raw" / "reference")
    return Project(root)
