"""The registry beside the published values: what is listed, what is marked, what is refused."""

from __future__ import annotations

import io
import json
import math
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from obsante.cli import console, indicators
from obsante.edition import load_edition
from obsante.errors import EditionError, ResultError
from obsante.paths import ROOT_VARIABLE, Project, find_project
from obsante.results.registry import load_registry
from obsante.results.values import COLUMNS, combine, parts_folder, write_values

SOURCE = find_project(Path(__file__))
YEAR = 2025
DEFINED = """\
axis: essai
indicators:
"""
INDICATOR = """\
  - {{id: {id}, title: Titre de {id}, definition: d, formula: f, numerator: n, denominator: d,
     population: p, unit: {unit}, direction: none, nature: {nature}, precision: exact,
     dimensions: [milieu, ecart], source: s, limits: l, version: {{number: {version}, date: 2026-11-26}}}}
"""


def _row(identifier: str, **values) -> dict:
    row = dict.fromkeys(COLUMNS, "") | {
        "demonstration": True, "edition": YEAR, "indicateur": identifier, "version": 1,
        "annee": YEAR, "dimension": "national", "modalite": "national", "libelle": "Ensemble",
        "estimation": 0.3014, "borne_inf": 0.27, "borne_sup": 0.332, "erreur_type": math.nan,
        "ddl": math.nan, "effet_plan": math.nan, "n": 1234, "effectif": math.nan, "n_manquant": 0,
        "n_sans_objet": 0, "unite": "percent", "nature": "survey", "etat": "published",
        "carnet": "essai", "cellule": "calcul-un",
    }  # fmt: skip
    return row | values


def _nothing(state: str) -> dict:
    empty = dict.fromkeys(("estimation", "borne_inf", "borne_sup"), math.nan)
    return empty | {"etat": state, "n": 0}


ROWS = [
    _row("un.whole"),
    _row("un.whole", dimension="milieu", modalite="urbain", libelle="Urbain", estimation=0.5),
    _row("un.gap", dimension="ecart", modalite="ecart", unite="points", estimation=0.1,
         borne_inf=0.05, borne_sup=0.15),
    _row("un.low", etat="low_precision"),
    _row("un.secret", **_nothing("suppressed")),
    _row("un.none", **_nothing("missing")),
    _row("un.outside", **_nothing("not_applicable")),
    _row("un.shares", dimension="milieu", modalite="urbain", libelle="Urbain", estimation=0.8),
    _row("un.shares", dimension="milieu", modalite="rural", libelle="Rural", **_nothing("missing")),
]  # fmt: skip
UNITS = {"un.gap": "points", "deux.later": "count"}
NAMES = [*dict.fromkeys(row["indicateur"] for row in ROWS), "un.forgotten", "deux.later"]


def _notebook(project: Project, name: str, source: str) -> None:
    cell = nbformat.v4.new_code_cell(source)
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"obsante": {"title": name}})
    project.notebooks.mkdir(exist_ok=True)
    nbformat.write(notebook, project.notebooks / f"{name}.ipynb")


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """A project of its own: nine indicators, one notebook executed and one not."""
    project = Project(tmp_path / "projet é")
    shutil.copytree(SOURCE.editions, project.editions)
    project.indicators.mkdir()
    sheet = [INDICATOR.format(id=name, unit=UNITS.get(name, "percent"), version=1,
                              nature="survey") for name in NAMES]  # fmt: skip
    (project.indicators / "essai.yml").write_text(DEFINED + "".join(sheet), encoding="utf-8")
    _notebook(project, "essai", 'for name in NAMES:\n    results.publish("un.whole", rows)')
    _notebook(project, "suite", 'results.publish("deux.later", "un.whole" and rows)')
    folder = parts_folder(project, YEAR) / "essai"
    write_values(folder / "valeurs.csv", pd.DataFrame(ROWS, columns=COLUMNS))
    (folder / "tables.json").write_text("{}\n", encoding="utf-8")
    combine(project, YEAR)
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    monkeypatch.setattr(console, "debug", False)
    return project


def _run(form="table", *, year=YEAR, axis=None, text=None, domains=False) -> None:
    indicators.run(year, axis, text, domains=domains, form=form)


def _csv(capsys, **options) -> pd.DataFrame:
    _run("csv", **options)
    return pd.read_csv(io.StringIO(capsys.readouterr().out)).set_index("indicateur", drop=False)


def test_every_indicator_is_listed_once_in_the_order_of_the_registry(project, capsys):
    found = _csv(capsys)
    assert found["indicateur"].tolist() == list(load_registry(project)) == NAMES


def test_the_line_is_the_value_of_the_whole_or_the_only_one(project, capsys):
    found = _csv(capsys)
    assert found.loc["un.whole", "estimation"] == 0.3014
    assert found.loc["un.whole", "valeurs"] == 2
    assert found.loc["un.gap", "dimension"] == "ecart"
    assert math.isnan(found.loc["un.shares", "estimation"])
    assert found.loc["un.shares", ["etat", "valeurs"]].tolist() == ["published", 2]


def test_each_state_is_told_and_no_absence_is_a_number(project, capsys):
    found = _csv(capsys)
    assert found["etat"].to_dict() == {
        "un.whole": "published", "un.gap": "published", "un.low": "low_precision",
        "un.secret": "suppressed", "un.none": "missing", "un.outside": "not_applicable",
        "un.shares": "published", "un.forgotten": "missing", "deux.later": "not_run",
    }  # fmt: skip
    absent = ["un.secret", "un.none", "un.outside", "un.forgotten", "deux.later"]
    assert found.loc[absent, "estimation"].isna().all()


def test_what_was_not_run_names_the_notebook_to_run(project, capsys):
    found = _csv(capsys)
    assert found.loc["deux.later", "carnet"] == "suite"
    assert found.loc["un.forgotten", "carnet"] == "essai"


def test_domains_gives_every_value(project, capsys):
    found = _csv(capsys, domains=True, text="un.")
    assert len(found) == len(ROWS) + 1
    assert found.loc["un.shares", "modalite"].tolist() == ["urbain", "rural"]


def test_csv_and_json_hold_every_field_and_the_mark_of_the_demonstration(project, capsys):
    found = _csv(capsys)
    assert list(found.columns) == [*COLUMNS, "titre", "axe", "valeurs"]
    assert found["demonstration"].all()
    _run("json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["demonstration"] is True
    assert shown["states"]["published"] == 3
    records = {row["indicateur"]: row for row in shown["indicators"]}
    assert list(records["un.whole"]) == list(found.columns)
    assert records["un.whole"]["n"] == 1234
    assert records["un.none"]["estimation"] is None
    assert records["deux.later"]["n"] is None


def test_a_real_edition_carries_no_mark(project, capsys):
    path = project.edition_file(YEAR)
    text = path.read_text("utf-8").replace("status: demonstration", "status: real")
    path.write_text(text.replace("compare_with: [2023, 2024]", "compare_with: []"), "utf-8")
    _run()
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"Edition {YEAR}: 9 indicators:")


def test_json_keeps_every_digit(project, capsys):
    rows = [_row("un.whole", estimation=0.3544629980200639)]
    found = indicators.listed(
        {"un.whole": load_registry(project)["un.whole"]}, pd.DataFrame(rows, columns=COLUMNS),
        load_edition(project, YEAR), {}, domains=False,
    )  # fmt: skip
    shown = json.loads(indicators.as_json(found, load_edition(project, YEAR), []))
    assert shown["indicators"][0]["estimation"] == 0.3544629980200639


def _line(shown: str, name: str) -> list[str]:
    return next(line for line in shown.splitlines() if line.startswith(name)).split()


def test_the_table_is_written_plainly_and_ends_with_a_summary(project, capsys):
    _run()
    shown = capsys.readouterr().out
    assert _line(shown, "un.whole")[-6:] == ["30.1%", "27.0", "to", "33.2", "1,234", "published"]
    assert _line(shown, "un.low")[-2:] == ["low", "precision"]
    assert _line(shown, "un.secret")[-4:] == ["–", "–", "–", "suppressed"]
    assert _line(shown, "deux.later")[-2:] == ["not", "run"]
    assert _line(shown, "un.shares")[-5:] == ["2", "domains", "–", "–", "published"]
    assert "percent, v1" in shown
    assert "essai#calcul-un" in shown
    assert shown.splitlines()[-1] == (
        "Edition 2025 (DEMONSTRATION, synthetic data): 9 indicators: 3 published, 1 low precision, "
        "1 suppressed, 2 missing, 1 not applicable, 1 not run"
    )


def test_one_axis_or_one_text_only(project, capsys):
    (project.indicators / "autre.yml").write_text(
        DEFINED.replace("essai", "autre")
        + INDICATOR.format(id="trois.x", unit="count", version=1, nature="survey"), "utf-8")  # fmt: skip
    assert _csv(capsys, axis="autre")["indicateur"].tolist() == ["trois.x"]
    assert _csv(capsys, text="un.g")["indicateur"].tolist() == ["un.gap"]


def test_an_unknown_axis_names_the_nearest(project):
    with pytest.raises(ResultError) as caught:
        _run(axis="esai")
    assert caught.value.expected == "'essai' (nearest)"


def test_a_text_that_no_identifier_holds_names_the_nearest(project):
    with pytest.raises(ResultError) as caught:
        _run(text="un.hole")
    assert caught.value.expected.startswith("'un.whole' (nearest)")


def test_an_unknown_edition_names_those_that_exist(project):
    with pytest.raises(EditionError) as caught:
        _run(year=2031)
    assert "'2025'" in caught.value.expected


def test_an_edition_without_result_says_what_to_run(project):
    with pytest.raises(ResultError) as caught:
        _run(year=2024)
    assert caught.value.remedy == "run them: obsante run --edition 2024"


def test_results_in_order_raise_no_doubt(project, capsys):
    _run("csv")
    assert capsys.readouterr().err == ""


def test_results_of_other_tables_are_shown_with_a_warning(project, capsys):
    (parts_folder(project, YEAR) / "essai" / "tables.json").unlink()
    _run("csv")
    shown = capsys.readouterr()
    assert shown.err.startswith("Warning: stale results: edition 2025, results of notebook 'essai'")
    assert "obsante run --edition 2025" in shown.err
    assert "Warning" not in shown.out


def test_values_of_an_older_definition_are_shown_with_a_warning(project, capsys):
    path = project.indicators / "essai.yml"
    text = path.read_text("utf-8").replace("number: 1", "number: 2", 1)
    path.write_text(text, encoding="utf-8")
    _run("json")
    shown = capsys.readouterr()
    assert "un.whole computed with another version of the definition" in shown.err
    assert len(json.loads(shown.out)["warnings"]) == 1
