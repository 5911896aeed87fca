"""A survey of three strata, small enough for every weight to be worked by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from obsante.collect.table_schema import Table
from obsante.paths import ROOT_VARIABLE, Project, find_project

CONFIG = find_project(Path(__file__)).config

CODES = [{"value": "oui", "label": "Oui"}, {"value": "non", "label": "Non"}]


@pytest.fixture(scope="package")
def table() -> Table:
    """Facilities drawn in strata; two questions, one of which is not asked of all."""

    def field(name, kind="string", **more):
        return {"name": name, "type": kind, "title": name.capitalize()} | more

    asked = {"group": "g", "fr": "?", "ar": "?"}
    return Table.model_validate({
        "name": "sites", "title": "Sites", "description": "Un site par ligne", "scope": "campaign",
        "file": "sites.csv", "primaryKey": "id",
        "fields": [
            field("id", constraints={"required": True}),
            field("strate", constraints={"required": True}),
            field("taille", "integer", constraints={"required": True}),
            field("tires", "integer", constraints={"required": True}),
            field("poids_sondage", "number"),
            field("repondant", categories=CODES, constraints={"required": True}),
            field("poids", "number"),
            field("dme", categories=CODES, question=asked),
            field("stade", categories=[*CODES, {"value": "sans_objet", "label": "Sans objet"}],
                  question=asked),
            field("note"),
        ],
        "sample": [{
            "by": "strate", "answered": {"column": "repondant", "code": "oui"},
            "weights": {"column": "poids", "total": "taille"},
            "units": {"drawn": "tires", "size": "taille"},
        }],
    })  # fmt: skip


@pytest.fixture
def sample() -> pd.DataFrame:
    """Three units of 12 and three of 9 of one kind, two of 2 of another."""
    strata = {"a-u-01": (12, 3), "a-u-02": (9, 3), "b-u-00": (2, 2)}
    rows = [
        {"id": f"{name[0]}{name[-1]}{rank}", "strate": name, "taille": str(size), "tires": str(drawn)}
        for name, (size, drawn) in strata.items() for rank in range(1, drawn + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows, dtype="str")


@pytest.fixture
def answers():
    """Makes rows of answers, all yes, of these units."""

    def make(*units: str, **cells: str) -> pd.DataFrame:
        rows = pd.DataFrame({"id": list(units)}, dtype="str")
        return rows.assign(**({"dme": "oui", "stade": "non"} | cells))

    return make


@pytest.fixture(scope="package")
def configuration(tmp_path_factory) -> Project:
    """A project with its configuration and reference files only, its dictionaries read once."""
    project = Project(tmp_path_factory.mktemp("ponderation"))
    shutil.copytree(CONFIG, project.config)
    shutil.copytree(Project(CONFIG.parent).reference, project.reference)
    return project


@pytest.fixture
def project(configuration, monkeypatch) -> Project:
    """That project, its ``weighting.yml`` as it is in the checkout."""
    shutil.copy(CONFIG / "weighting.yml", configuration.config)
    monkeypatch.setenv(ROOT_VARIABLE, str(configuration.root))
    return configuration
