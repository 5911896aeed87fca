"""Editions with little in them are built, and their pages say in words what they lack."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from obsante.book import build_book
from obsante.collect import ingest
from obsante.edition import load_edition
from obsante.files import sha256
from obsante.paths import Project
from obsante.results.values import load_values
from obsante.run import make_plan, run_plan

pytestmark = pytest.mark.slow

# What the notebooks of the axes can do without.
OPTIONAL = ["acces", "avis_experts", "comites", "conformite", "financements", "formations", "incidents",
            "innovations", "patients", "suivi_recommandations", "teleconsultations"]  # fmt: skip


def build(project: Project, year: int) -> None:
    edition = load_edition(project, year)
    ingest(project, edition)
    run_plan(project, edition, make_plan(project, edition))
    build_book(project, edition, "embedded")


def page(project: Project, year: int, name: str) -> str:
    return (project.book_output(year) / name).read_text(encoding="utf-8")


def only_its_own(project: Project, year: int) -> None:
    """Make an edition the first one."""
    path = project.root / "config" / "editions" / f"{year}.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = ["compare_with: []" if line.startswith("compare_with:") else line for line in lines]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def received(project: Project, year: int, dropped: list[str], answers: dict[str, str]) -> None:
    """Leave out files, and give the same answers to everyone who answered the main survey."""
    raw = project.raw(year)
    path = raw / "sources.yml"
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    for table in dropped:
        (raw / f"{table}.csv").unlink()
        del sheet["files"][f"{table}.csv"]
    survey = raw / "etablissements.csv"
    rows = pd.read_csv(survey, dtype=str, keep_default_na=False)
    rows.loc[rows["repondant"] == "oui", list(answers)] = list(answers.values())
    rows.to_csv(survey, index=False, lineterminator="\n")
    sheet["files"][survey.name]["sha256"] = sha256(survey)
    path.write_text(yaml.safe_dump(sheet, allow_unicode=True), encoding="utf-8")


def test_a_first_edition_compares_nothing_and_says_so(project):
    build(project, 2023)
    values = load_values(project, 2023)
    assert not (values["dimension"] == "edition").any()
    assert "Aucune édition antérieure n’est comparée" in page(project, 2023, "veille.html")
    assert "Aucune valeur n’est publiée pour cette édition" in page(project, 2023, "preuves.html")


def test_an_edition_without_optional_tables_and_with_uniform_answers_is_built(project):
    only_its_own(project, 2025)
    answers = {"dme": "oui", "dme_stade": "3", "hebergement": "local", "dpo": "non", "ia": "non",
               "gouvernance_ia": "sans_objet"}  # fmt: skip
    received(project, 2025, OPTIONAL, answers)
    build(project, 2025)
    values = load_values(project, 2025).set_index(["indicateur", "modalite"])
    assert values.loc[("inf.dme", "national"), "estimation"] == 1
    assert values.loc[("sec.dpo", "national"), "estimation"] == 0
    for absent in ("inn.effet_attente_jours", "sec.incidents_declares", "vei.anneau", "eth.gouvernance_ia"):
        row = values.loc[(absent, "national")]
        assert row["etat"] == "missing"
        assert row["motif"]
    for name in ("innovations.html", "veille.html", "ethique-droit.html"):
        assert "aucune donnée exploitable" in page(project, 2025, name)
