"""A project of four tiny tables, small enough for every value to be worked by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
import yaml

from obsante.paths import ROOT_VARIABLE, Project

YEAR = 2025
EDITION = """\
edition: 2025
status: demonstration
reference_period: {start: 2025-01-01, end: 2025-12-31}
seed: 1
confidence_level: 0.95
publication_date: 2026-06-30
quarantine_max_share: 0.5
precision: {reliable_width: 0.05, proportion_width: 0.3, proportion_relative_width: 1.3,
            minimum_n: 30, cv_flagged: 0.166, cv_low: 0.333}
"""
REGIONS = """\
name: regions
title: Régions
description: Une ligne par région
scope: reference
file: regions.csv
fields:
  - {name: code, type: string, title: Code, constraints: {pattern: "[0-9]{2}"}}
  - {name: nom_fr, type: string, title: Nom, constraints: {required: true}}
  - {name: population, type: integer, title: Population, unit: habitants}
primaryKey: code
rows: 2
totals: [{column: population, equals: 100, source: "Décompte à la main"}]
"""
PROVINCES = """\
name: provinces
title: Provinces
description: Une ligne par province
scope: reference
file: provinces.csv
fields:
  - {name: code, type: string, title: Code}
  - {name: region, type: string, title: Région}
  - {name: population, type: integer, title: Population}
primaryKey: [code]
foreignKeys: [{fields: region, reference: {resource: regions, fields: [code]}}]
sums:
  - {column: population, by: region, equals: {resource: regions, key: code, column: population}}
"""
ETABLISSEMENTS = """\
name: etablissements
title: Établissements
description: Une ligne par établissement
scope: campaign
file: etablissements.csv
fields:
  - {name: id_etablissement, type: string, title: Identifiant, constraints: {pattern: "E[0-9]+"}}
  - {name: edition, type: integer, title: Édition, constraints: {required: true}}
  - name: region
    type: string
    title: Région
    categories: [{value: "01", label: Tanger}, {value: "03", label: Fès-Meknès}]
    constraints: {required: true}
  - name: dme
    type: string
    title: DME
    categories:
      - {value: sans_objet, label: Sans objet}
      - {value: oui, label: Oui}
      - {value: non, label: Non}
  - name: dme_stade
    type: integer
    title: Stade
    categories: [{value: 0, label: Aucun}, {value: 1, label: Consultation}]
  - {name: postes, type: number, title: Postes, unit: u, constraints: {minimum: 0, maximum: 99}}
  - {name: poids, type: number, title: Poids, constraints: {minimum: 1}}
  - {name: visite, type: date, title: Visite, constraints: {minimum: 2025-01-01}}
  - {name: note, type: string, title: Note}
primaryKey: [id_etablissement]
foreignKeys: [{fields: [region], reference: {resource: regions, fields: [code]}}]
rules:
  - name: dme_et_stade
    message: Le stade doit être 0 sans DME et 1 avec
    columns: [dme, dme_stade]
    holds: "(dme == 'oui') == (dme_stade > 0)"
"""
PROFESSIONNELS = """\
name: professionnels
title: Professionnels
description: Une ligne par professionnel
scope: campaign
file: professionnels.csv
fields:
  - {name: id, type: string, title: Identifiant}
  - {name: id_etablissement, type: string, title: Établissement, constraints: {required: true}}
primaryKey: [id]
foreignKeys:
  - {fields: [id_etablissement],
     reference: {resource: etablissements, fields: [id_etablissement]}}
"""
DICTIONARIES = {"regions": REGIONS, "provinces": PROVINCES, "etablissements": ETABLISSEMENTS,
                "professionnels": PROFESSIONNELS}  # fmt: skip
RAW_REGIONS = "code,nom_fr,population\n01,Tanger,40\n03,Fès-Meknès,60\n"
RAW_PROVINCES = "code,region,population\n01.1,01,40\n03.1,03,35\n03.2,03,25\n"
HEADER = "id_etablissement,edition,region,dme,dme_stade,postes,poids,visite,note\n"
ROW = "E1,2025,01,oui,1,12.5,10,2025-03-01,\n"


class Small:
    """A project on disk, and short ways to change it; its texts are those of this module."""

    edition = EDITION
    dictionaries = DICTIONARIES
    regions = RAW_REGIONS
    provinces = RAW_PROVINCES
    header = HEADER
    row = ROW

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.write("config/editions/2025.yml", EDITION)
        for name, text in DICTIONARIES.items():
            self.write(f"config/dictionary/{name}.yml", text)
        self.raw("reference/regions.csv", RAW_REGIONS, synthetic=False)
        self.raw("reference/provinces.csv", RAW_PROVINCES, synthetic=False)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def raw(self, name: str, content: str | bytes, *, synthetic: bool = True) -> Path:
        """A raw file and its entry in the source sheet of its folder."""
        path = self.write(f"data/raw/{name}", content)
        entry = {
            "producer": "HCP",
            "title": "Essai",
            "licence": "CC BY 4.0",
            "period": "2025",
            "synthetic": synthetic,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        self.sheet(path.parent, path.name, **entry)
        return path

    def sheet(self, folder: Path, file: str, **keys: object) -> None:
        """Change keys of one entry of a folder's sheet, created if needed."""
        sheet = folder / "sources.yml"
        files = yaml.safe_load(sheet.read_text(encoding="utf-8"))["files"] if sheet.exists() else {}
        files[file] = {"received": dt.date(2025, 1, 31)} | files.get(file, {}) | keys
        sheet.write_text(yaml.safe_dump({"files": files}, allow_unicode=True), encoding="utf-8")

    def facilities(self, *rows: str) -> Path:
        """The campaign's facilities: rows without their final line feed."""
        return self.raw("2025/etablissements.csv", HEADER + "".join(row + "\n" for row in rows))

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.project.root / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise LookupError(f"{old!r} is not in {name}")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def state(self) -> dict[str, bytes]:
        """Every generated file with its bytes."""
        folder = self.project.processed(YEAR)
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def small(tmp_path, monkeypatch) -> Small:
    """Reference tables present, no campaign yet; found by every function of the package."""
    made = Small(tmp_path / "projet é")
    monkeypatch.setenv(ROOT_VARIABLE, str(made.project.root))
    return made
