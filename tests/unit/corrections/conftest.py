"""Two small surveys, one whose key is a pseudonym, and short ways to declare corrections."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
import yaml

from obsante.collect import dictionary
from obsante.collect.chunks import LINE, Chunk
from obsante.collect.corrections import Corrections, load_corrections
from obsante.collect.privacy import Key, protect
from obsante.edition import load_edition
from obsante.paths import Project, find_project

YEAR = 2025
KEY = Key(b"k" * 32)
REGIONS = """\
name: regions
title: Régions
description: Une ligne par région
scope: reference
file: regions.csv
fields: [{name: code, type: string, title: Code}]
primaryKey: code
"""
MESURES = """\
name: mesures
title: Mesures
description: Une ligne par établissement
scope: campaign
file: mesures.csv
fields:
  - {name: id, type: string, title: Identifiant, constraints: {pattern: "M[0-9]{2}"}}
  - {name: postes, type: number, title: Postes, unit: u, constraints: {minimum: 0}}
  - {name: remarque, type: string, title: Remarque}
  - {name: agent, type: string, title: Agent, identifier: {kind: nom, treatment: drop}}
primaryKey: id
missingValues: ["", "NA"]
"""
VISITES = """\
name: visites
title: Visites
description: Une ligne par agent et par mois
scope: campaign
file: visites.csv
fields:
  - {name: agent, type: string, title: Agent, identifier: {kind: nom, treatment: pseudonym}}
  - {name: mois, type: integer, title: Mois}
  - {name: visites, type: integer, title: Visites}
primaryKey: [agent, mois]
"""
NOTES = """\
name: notes
title: Notes
description: Une ligne par note
scope: campaign
file: notes.csv
fields: [{name: texte, type: string, title: Texte}]
"""
DICTIONARIES = {"regions": REGIONS, "mesures": MESURES, "visites": VISITES, "notes": NOTES}
CORRECTION = {
    "table": "mesures", "key": {"id": "M01"}, "column": "postes", "old": "1,5", "new": "1.5",
    "reason": "Virgule décimale", "who": "Coordination", "date": dt.date(2026, 3, 15),
    "expires": dt.date(2026, 12, 31),
}  # fmt: skip


class Survey:
    """A demonstration edition published on 30 June 2026."""

    key = KEY

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        source = find_project(Path(__file__))
        shutil.copytree(source.editions, self.project.editions)
        shutil.copy(source.privacy, self.project.privacy)
        for name, text in DICTIONARIES.items():
            self.write(f"config/dictionary/{name}.yml", text)
        self.tables = dictionary.tables(self.project)
        day = dt.date(2026, 6, 30)
        self.edition = load_edition(self.project, YEAR).model_copy(
            update={"publication_date": day, "quarantine_max_share": 0.9}
        )

    def write(self, name: str, content: str) -> Path:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def raw(self, content: str, name: str, **keys) -> None:
        """A raw file and its entry."""
        path = self.write(f"data/raw/{name}", content)
        entry = {"producer": "P", "title": "T", "licence": "L", "received": dt.date(2026, 1, 31),
                 "period": "2025", "synthetic": True,
                 "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} | keys  # fmt: skip
        sheet = path.with_name("sources.yml")
        known = yaml.safe_load(sheet.read_text(encoding="utf-8"))["files"] if sheet.exists() else {}
        sheet.write_text(yaml.safe_dump({"files": known | {path.name: entry}}), encoding="utf-8")

    def declare(self, *changes: dict) -> Corrections:
        """The corrections of a file where each is the model with some keys changed."""
        entries = [CORRECTION | change for change in changes]
        text = yaml.safe_dump({"corrections": entries}, allow_unicode=True)
        return self.declare_text(text)

    def declare_text(self, text: str) -> Corrections:
        self.write(f"data/raw/{YEAR}/corrections.yml", text)
        return self.load()

    def load(self) -> Corrections:
        return load_corrections(self.project, self.edition, self.tables)

    def chunk(
        self, *rows: Sequence[str], table: str = "mesures", file: str = "", line: int = 2
    ) -> Chunk:
        """Rows after the door of ingest; empty cells are missing."""
        raw = self.tables[table]
        text = pd.DataFrame([list(row) for row in rows], columns=raw.columns, dtype="str")
        text.index = pd.RangeIndex(line, line + len(rows), name=LINE)
        file = file or f"data/raw/{YEAR}/{raw.file}"
        return protect(Chunk(file, text.replace("", None).astype("str")), raw, KEY)

    def apply(self, corrections: Corrections, chunk: Chunk, table: str = "mesures") -> Chunk:
        return corrections.apply(chunk, self.tables[table].protected)


@pytest.fixture
def survey(tmp_path) -> Survey:
    return Survey(tmp_path / "projet é")
