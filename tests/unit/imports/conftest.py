"""A project of two tables and their places, small enough for every cell to be read by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from obsante.collect import dictionary
from obsante.collect.imports import read_chunks
from obsante.collect.sources import RawFile
from obsante.paths import Project

REGIONS = """\
name: regions
title: Régions
description: Une ligne par région
scope: reference
file: regions.csv
fields:
  - {name: code, type: string, title: Code}
  - {name: nom_fr, type: string, title: Nom}
  - {name: nom_ar, type: string, title: Nom arabe}
primaryKey: code
"""
PROVINCES = REGIONS.replace("regions", "provinces").replace("région", "province")
SITES = """\
name: sites
title: Sites
description: Une ligne par site
scope: campaign
file: sites.csv
fields:
  - {name: id, type: string, title: Identifiant, constraints: {pattern: "S[0-9]+"}}
  - name: region
    type: string
    title: Région
    categories:
      - {value: "02", label: "L'Oriental", ar: الشرق}
      - {value: "03", label: Fès-Meknès, ar: فاس-مكناس}
      - {value: "06", label: Casablanca-Settat, ar: الدار البيضاء-سطات}
    constraints: {required: true}
  - {name: province, type: string, title: Province}
  - name: dme
    type: string
    title: Dossier électronique
    categories: &choix
      - {value: oui, label: Oui, ar: نعم}
      - {value: non, label: Non, ar: لا}
      - {value: ne_sait_pas, label: Ne sait pas, ar: لا أعرف}
    question: {group: systemes, fr: Avez-vous un dossier électronique ?, ar: هل لديكم ملف؟}
  - name: hebergement
    type: string
    title: Hébergement
    categories:
      - {value: local, label: "Dans l'établissement"}
      - {value: cloud, label: En nuage}
      - {value: sans_objet, label: Sans objet}
    question: {group: systemes, fr: Où est-il hébergé ?, ar: أين؟, asked_if: "dme != 'non'"}
  - {name: postes, type: number, title: Postes, unit: postes}
  - {name: lits, type: integer, title: Lits, unit: lits}
  - {name: visite, type: date, title: Date de visite}
  - {name: actif, type: boolean, title: Actif}
  - {name: outil_dme, type: string, title: Outil dossier, categories: *choix}
  - {name: outil_sms, type: string, title: Outil SMS, categories: *choix}
  - {name: note, type: string, title: Remarque}
primaryKey: id
"""
PASSAGES = """\
name: passages
title: Passages
description: Une ligne par passage d'un entretien
scope: campaign
file: passages.csv
fields:
  - {name: id, type: string, title: Identifiant, constraints: {required: true}}
  - {name: rang, type: integer, title: Rang}
  - {name: theme, type: string, title: Thème}
  - {name: valence, type: integer, title: Valence}
"""
RAW_REGIONS = """\
code,nom_fr,nom_ar
02,L'Oriental,الشرق
03,Fès-Meknès,فاس-مكناس
06,Casablanca-Settat,الدار البيضاء-سطات
"""
RAW_PROVINCES = """\
code,nom_fr,nom_ar
02.411,Oujda-Angad,وجدة-أنجاد
03.061,Meknès,مكناس
03.231,Fès,فاس
06.141,Casablanca,الدار البيضاء
06.231,Settat,سطات
"""
MAPPING = {
    "regions": {
        "noun": "région",
        "names": ["nom_fr", "nom_ar"],
        "prefixes": ["région", "جهة"],
        "spellings": {"03": ["Fez-Meknes"]},
        "several": {"Meknès-Tafilalet": ["03", "02"]},
    },
    "provinces": {"noun": "province", "names": ["nom_fr", "nom_ar"],
                  "prefixes": ["province", "préfecture"], "spellings": {"03.231": ["Fez"]}},
    "reponses": {"words": {"oui": ["oui", "yes", "true"], "non": ["non", "no", "false"],
                           "ne_sait_pas": ["nsp"]}},
}  # fmt: skip
FRENCH = {
    "title": "Français",
    "decimals": [",", "."],
    "thousands": [" ", "\u00a0", "\u202f"],
    "dates": "dmy",
    "missing": ["-"],
    "words": "reponses",
    "places": {"region": "regions", "province": "provinces"},
}


class Desk:
    """A project on disk, and short ways to fill and read it."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        for name, text in {"regions": REGIONS, "provinces": PROVINCES, "sites": SITES,
                           "passages": PASSAGES}.items():  # fmt: skip
            self.write(f"config/dictionary/{name}.yml", text)
        self.write("data/raw/reference/regions.csv", RAW_REGIONS)
        self.write("data/raw/reference/provinces.csv", RAW_PROVINCES)
        for name, content in MAPPING.items():
            self.mapping(name, content)
        self.profile("texte", format="csv", separators=[";", ","],
                     encodings=["utf-8", "windows-1252"])  # fmt: skip
        self.profile("classeur", format="xlsx", serial_dates=True)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def mapping(self, name: str, content: dict) -> None:
        self.write(f"config/mappings/{name}.yml", yaml.safe_dump(content, allow_unicode=True))

    def profile(self, file: str, **keys: object) -> None:
        content = {"name": file} | FRENCH | keys
        self.write(f"config/imports/{file}.yml", yaml.safe_dump(content, allow_unicode=True))

    def workbook(self, name: str, *rows: Sequence[object], merged: Sequence[str] = ()) -> Path:
        """A workbook of one sheet."""
        return self.sheets(name, {"Saisie": rows}, merged)

    def sheets(
        self, name: str, sheets: dict[str, Sequence], merged: Sequence[str] = ()
    ) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
            for area in merged:
                sheet.merge_cells(area)
        path = self.write(name, b"")
        book.save(path)
        return path

    def chunks(self, name: str, profile: str | None, table: str = "sites", rows: int = 1000):
        path = self.project.root / name
        raw = RawFile(path, name, "", table, profile, True)
        return list(read_chunks(self.project, raw, dictionary.load(table, self.project), rows))

    def read(self, name: str, profile: str | None, table: str = "sites"):
        """All the rows, missing cells as None, by line; and the notes without their messages."""
        chunks = self.chunks(name, profile, table)
        text = pd.concat([chunk.text for chunk in chunks])
        rows = {line: [None if pd.isna(c) else c for c in row]
                for line, row in zip(text.index, text.to_numpy(), strict=True)}  # fmt: skip
        found = pd.concat([chunk.notes for chunk in chunks]).drop(columns="message")
        return rows, [tuple(note) for note in found.to_numpy()]

    def messages(self, name: str, profile: str, table: str = "sites") -> list[str]:
        """Messages of the notes, ordinary spaces for the others."""
        found = [m for chunk in self.chunks(name, profile, table) for m in chunk.notes["message"]]
        return [text.replace("\u00a0", " ").replace("\u202f", " ") for text in found]


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path / "projet é")
