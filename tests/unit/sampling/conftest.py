"""A small frame, written, ingested, and found by every function of the package."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from obsante.collect import ingest
from obsante.collect.plan import Basis, load_settings, make_basis, read_frame
from obsante.edition import Edition, load_edition
from obsante.paths import ROOT_VARIABLE, Project, find_project

YEAR = 2025
# Type, milieu, region, province, sector, facilities, staff of each; the first half has a record.
CELLS = [
    ("chu", "urbain", "04", "04.421", "public", 2, 900),
    ("centre_sante_urbain", "urbain", "04", "04.421", "public", 30, 8),
    ("centre_sante_urbain", "urbain", "05", "05.091", "public", 20, 8),
    ("centre_sante_rural", "rural", "05", "05.091", "public", 25, 4),
    ("cabinet_prive", "urbain", "04", "04.421", "prive", 60, 1),
    ("cabinet_prive", "urbain", "05", "05.091", "prive", 4, 2),
]  # fmt: skip


def _frame() -> pd.DataFrame:
    rows, number = [], 0
    for kind, milieu, region, province, sector, count, staff in CELLS:
        for place in range(count):
            number += 1
            known = "" if kind == "cabinet_prive" else "oui" if place < count / 2 else "non"
            rows.append((f"E{number:07d}", region, province, milieu, kind, sector, staff, known))
    columns = ["id_etablissement", "region", "province", "milieu", "type", "secteur",
               "n_professionnels", "dme_connu"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _write(path: Path, rows: pd.DataFrame) -> Path:
    path.write_text(rows.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    return path


@pytest.fixture
def frame_rows() -> pd.DataFrame:
    """The frame as text."""
    return _frame()


@pytest.fixture
def write_csv() -> Callable[[Path, pd.DataFrame], Path]:
    """Writes a table, and gives its path back."""
    return _write


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Project:
    """A demonstration edition whose only campaign table is a frame of 141 facilities."""
    checkout = find_project(Path(__file__))
    made = Project(tmp_path_factory.mktemp("tirage") / "projet é")
    shutil.copytree(checkout.config, made.config)
    shutil.copytree(checkout.reference, made.reference)
    made.raw(YEAR).mkdir(parents=True)
    path = _write(made.raw(YEAR) / "base_sondage.csv", _frame())
    entry = {
        "producer": "Essai", "title": "Base", "licence": "CC BY 4.0", "period": "2025",
        "received": dt.date(2025, 12, 31), "synthetic": True,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }  # fmt: skip
    sheet = yaml.safe_dump({"files": {path.name: entry}}, allow_unicode=True)
    (made.raw(YEAR) / "sources.yml").write_text(sheet, encoding="utf-8")
    ingest(made, load_edition(made, YEAR))
    return made


@pytest.fixture
def rooted(project, monkeypatch) -> Project:
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    return project


@pytest.fixture(scope="session")
def edition(project) -> Edition:
    return load_edition(project, YEAR)


@pytest.fixture(scope="session")
def basis(project, edition) -> Basis:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROOT_VARIABLE, str(project.root))
        rows = read_frame(project, edition).rows
    return make_basis(project, rows, load_settings(project), level=edition.confidence_level)
