"""The demonstration drawn again: the same populations' rules, other seeds, tables in memory.

Every seed of the demonstration (frame, panels, editions) is replaced; rows are not spoilt, since the
checks of an ingest have their own tests. Tables have the types that `obsante ingest` gives them.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pandas as pd

from obsante.collect import dictionary
from obsante.collect.chunks import LINE
from obsante.collect.conversion import TEXT, typed
from obsante.collect.demo import campaign, dirt, facility_models
from obsante.collect.demo.frame import read_reference
from obsante.collect.demo.settings import load_settings
from obsante.edition import load_edition
from obsante.paths import Project

TABLES = campaign.TABLES
# What a draw depends on: the editions, and the files of config/demo that have a seed of their own.
SOWN = {"acces.yml", "couts.yml", "etablissements.yml", "teleconsultations.yml", "2025.yml"}
_SEED = re.compile(r"^seed: \d+$", re.MULTILINE)
_NO_FAULT = pd.DataFrame({LINE: [], "colonne": []})


@dataclass(frozen=True)
class Redrawn:
    """One draw: tables by name and year, known values of the edition by indicator and domain.

    ``alone``: no campaign table of the project, drawn with other seeds, may stand in for one that
    is not there.
    """

    tables: dict[tuple[str, int], pd.DataFrame]
    known: dict[str, dict[str, float]]
    alone: bool = False


def workspace(project: Project, folder: Path) -> Project:
    """A project of its own, with the configuration and the reference figures of ``project``."""
    shutil.copytree(project.config, folder / "config")
    shutil.copytree(project.reference, folder / "data" / "raw" / "reference")
    shutil.copytree(project.notebooks, folder / "notebooks")
    return Project(folder)


def redraw(project: Project, tables: Sequence[str], year: int, seed: int) -> Redrawn:
    """Tables of an edition and of those that it compares with, drawn with another seed.

    Args:
        project: a :func:`workspace`; its seeds are written again.
        tables: names of campaign tables; only these are made.
        seed: two draws with different seeds are independent.
    """
    _sow(project, seed)
    edition = load_edition(project, year)
    world = campaign.build_world(project, load_settings(project), read_reference(project), 1)
    made, known = {}, {}
    for one in [*edition.compare_with, year]:
        scene = campaign.scene(world, load_edition(project, one))
        with _unspoilt(models=one == year):
            for name in tables:
                part = campaign.GENERATORS[name](scene)
                if part.content:
                    made[name, one] = _typed(project, name, part.content)
                if one == year:
                    known |= part.indicators
    return Redrawn(made, json.loads(json.dumps(known)), alone=True)


def _sow(project: Project, seed: int) -> None:
    """Write other seeds in the workspace, each file its own."""
    sown = set()
    paths = [*sorted(project.demo.glob("*.yml")), *sorted(project.editions.glob("*.yml"))]
    for place, path in enumerate(paths):
        text = path.read_text(encoding="utf-8")
        path.write_text(_SEED.sub(f"seed: {1000 * seed + place}", text), encoding="utf-8")
        if _SEED.search(text):
            sown.add(path.name)
    if left := SOWN - sown:
        raise ValueError(f"no seed to replace in {', '.join(sorted(left))}")


@contextmanager
def _unspoilt(*, models: bool) -> Iterator[None]:
    """Rows as they were answered; with ``models``, the truth of models on the whole population too."""
    with mock.patch.object(dirt, "spoil", lambda content, *_, **__: (content, {})):
        if models:
            yield
        else:
            # Slow, and nothing is compared with the truth of an earlier edition.
            with mock.patch.object(facility_models, "indicators", lambda *_: {}):
                yield


def _typed(project: Project, name: str, content: bytes) -> pd.DataFrame:
    table = dictionary.load(name, project)
    text = pd.read_csv(io.BytesIO(content), dtype=TEXT, keep_default_na=False,
                       na_values=table.missingValues)  # fmt: skip
    return typed(table, text, _NO_FAULT)
