"""A real edition of one survey whose raw file names people; every value is made up here."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from obsante.collect import dictionary
from obsante.collect.chunks import LINE, Chunk
from obsante.collect.sources import RawFile
from obsante.edition import Edition, load_edition
from obsante.paths import ROOT_VARIABLE, Project

YEAR = 2025
RETENTION = dt.date(2030, 12, 31)
PUBLISHED = "cle-publique-" * 3
EDITION = """\
edition: {year}
status: {status}
reference_period: {{start: {year}-01-01, end: {year}-12-31}}
seed: 1
confidence_level: 0.95
publication_date: {next}-06-30
quarantine_max_share: 0.9
precision: {{reliable_width: 0.05, proportion_width: 0.3, proportion_relative_width: 1.3,
            minimum_n: 30, cv_flagged: 0.166, cv_low: 0.333}}
"""
AUTHORISATION = """\
authorisation: {number: D-1, purpose: Essai, retention_until: 2030-12-31, host_country: Maroc,
                transfer_basis: aucun}
"""
PERSONNES = """\
name: personnes
title: Personnes
description: Une ligne par personne
scope: campaign
file: personnes.csv
fields:
  - {name: id, type: string, title: Identifiant, constraints: {pattern: "P[0-9]{5}"}}
  - name: nom
    type: string
    title: Nom
    constraints: {required: true}
    identifier: {kind: nom, treatment: drop}
  - name: courriel
    type: string
    title: Courriel
    constraints: {pattern: '[^@ ]+@[^@ ]+', required: true}
    identifier: {kind: courriel, treatment: pseudonym}
  - name: telephone
    type: string
    title: Téléphone
    constraints: {pattern: '[+0-9 ]{10,}'}
    identifier: {kind: telephone, treatment: drop}
  - name: reponse
    type: string
    title: Réponse
    categories: [{value: oui, label: Oui}, {value: non, label: Non}]
  - {name: age, type: integer, title: Âge, unit: ans, constraints: {maximum: 120}}
  - {name: visite, type: date, title: Visite}
  - {name: remarque, type: string, title: Remarque}
primaryKey: id
"""
PROFILES = {
    "classeur": "format: xlsx\n",
    "tableur": 'format: csv\nencodings: [utf-8, windows-1252]\nseparators: [";"]\n',
}
HEADER = ["id", "nom", "courriel", "telephone", "reponse", "age", "visite", "remarque"]


def name_of(number: int) -> str:
    """An evidently invented name."""
    return f"Prénom{number} Fictif{number}"


def mail_of(number: int) -> str:
    """An address of the domain that never exists."""
    return "@".join([f"personne{number}", "exemple.invalid"])


def phone_of(number: int) -> str:
    """A number in the impossible form."""
    return "+212 000 00 00 " + f"{number:02d}"


def person(number: int, **cells: str) -> list[str]:
    """One row of the survey, some cells replaced."""
    row = {"id": f"P{number:05d}", "nom": name_of(number), "courriel": mail_of(number),
           "telephone": phone_of(number), "reponse": "oui", "age": "40",
           "visite": "2025-03-01", "remarque": ""} | cells  # fmt: skip
    return list(row.values())


class Survey:
    """The project on disk, and short ways to fill it."""

    header, published, retention = HEADER, PUBLISHED, RETENTION
    name_of, mail_of, phone_of = map(staticmethod, (name_of, mail_of, phone_of))
    person = staticmethod(person)

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.write("config/privacy.yml", f"demonstration_key: '{PUBLISHED}'\nallowed: []\n")
        self.write("config/dictionary/personnes.yml", PERSONNES)
        for name, text in PROFILES.items():
            self.write(f"config/imports/{name}.yml", f"name: {name}\ntitle: Essai\n{text}")
        self.edition_of(YEAR, "real")

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def edition_of(self, year: int, status: str, *, more: str = "") -> Edition:
        text = EDITION.format(year=year, status=status, next=year + 1) + more
        self.write(f"config/editions/{year}.yml",
                   text + (AUTHORISATION if status == "real" else ""))  # fmt: skip
        return load_edition(self.project, year)

    @property
    def edition(self) -> Edition:
        return load_edition(self.project, YEAR)

    @property
    def table(self):
        return dictionary.load("personnes", self.project)

    def file(self, content: str | bytes, name: str = f"{YEAR}/personnes.csv", **keys) -> Path:
        """A raw file and its entry, one key a line, under a comment."""
        path = self.write(f"data/raw/{name}", content)
        entry = {"producer": "Enquêteurs", "title": "Essai", "licence": "interne",
                 "received": dt.date(2026, 1, 31), "period": "2025", "synthetic": False,
                 "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} | keys  # fmt: skip
        sheet = path.with_name("sources.yml")
        known = yaml.safe_load(sheet.read_text(encoding="utf-8"))["files"] if sheet.exists() else {}
        text = yaml.safe_dump({"files": known | {path.name: entry}}, allow_unicode=True)
        sheet.write_text("# Reçu par porteur.\n" + text, encoding="utf-8")
        return path

    def people(self, *rows: list[str], name: str = f"{YEAR}/personnes.csv", **keys) -> Path:
        """The survey's file in the dictionary's own form."""
        lines = [HEADER, *rows]
        return self.file("".join(",".join(line) + "\n" for line in lines), name, **keys)

    def workbook(self, headings: list[str] = HEADER, **cells: str) -> Path:
        """Two persons from line 4 of a sheet, under two lines of title and one of headings."""
        rows = [headings, person(1, **cells), person(2, **cells)]
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title, sheet["A1"] = "Réponses", "Enquête"
        sheet.merge_cells("A1:D2")
        for row, values in enumerate(rows, start=3):
            for column, value in enumerate(values, start=1):
                sheet.cell(row, column, value or None)
        sheet["C4"].hyperlink = "mailto:" + mail_of(1)
        stream = io.BytesIO()
        book.save(stream)
        return self.file(stream.getvalue(), f"{YEAR}/personnes.xlsx", table="personnes",
                         profile="classeur")  # fmt: skip

    def two_tables(self) -> Path:
        """A workbook of two tables of the same columns, a sheet each, with the same persons."""
        text = PERSONNES.replace("name: personnes", "name: visites", 1)
        self.write("config/dictionary/visites.yml", text.replace("personnes.csv", "visites.csv"))
        self.write("config/imports/deux.yml", "name: deux\ntitle: Essai\nformat: xlsx\n"
                   "sheets: {personnes: A, visites: B}\n")  # fmt: skip
        book, stream = openpyxl.Workbook(), io.BytesIO()
        book.remove(book.active)
        for title in "AB":
            sheet = book.create_sheet(title)
            for row in (HEADER, person(1), person(2)):
                sheet.append([cell or None for cell in row])
        book.save(stream)
        return self.file(stream.getvalue(), f"{YEAR}/tout.xlsx", table=["personnes", "visites"],
                         profile="deux")  # fmt: skip

    def forget_entry(self, name: str) -> None:
        """Remove an entry of the source sheet."""
        files = {key: entry for key, entry in self.sheet().items() if key != name}
        self.write(f"data/raw/{YEAR}/sources.yml", yaml.safe_dump({"files": files}))

    def raw(self, path: Path, **keys) -> RawFile:
        """A raw file as ingest knows it."""
        known = {"table": "personnes", "profile": None, "synthetic": False} | keys
        return RawFile(path, self.project.relative(path), "", **known)

    def sheet(self, year: int = YEAR) -> dict:
        """Entries of the source sheet."""
        path = self.project.raw(year) / "sources.yml"
        return yaml.safe_load(path.read_text(encoding="utf-8"))["files"]

    def chunk(self, *rows: list[str]) -> Chunk:
        """Rows as they are read: text, missing where nothing is written."""
        text = pd.DataFrame(list(rows), columns=HEADER, dtype="str").replace("", None)
        text.index = pd.Index(range(2, 2 + len(rows)), name=LINE)
        return Chunk("personnes.csv", text.astype("str"))


@pytest.fixture
def survey(tmp_path, monkeypatch) -> Survey:
    """A real edition without file yet; no key in the environment."""
    made = Survey(tmp_path / "projet é")
    monkeypatch.setenv(ROOT_VARIABLE, str(made.project.root))
    monkeypatch.delenv("OBSANTE_PSEUDONYM_KEY", raising=False)
    return made


@pytest.fixture
def secret(monkeypatch) -> str:
    """A key of the right length, in the environment."""
    value = hashlib.sha256(b"essai").hexdigest()
    monkeypatch.setenv("OBSANTE_PSEUDONYM_KEY", value)
    return value
