"""Values of notebooks executed before: declared, there, and still those that were read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from obsante import results
from obsante.errors import ResultError
from obsante.paths import ROOT_VARIABLE, Project, find_project
from obsante.results import inputs, publication
from obsante.results.earlier import READ, changed_since
from obsante.results.values import COLUMNS, combine, parts_folder, write_values

SOURCE = find_project(Path(__file__))
YEAR = 2025


def declare(project: Project, name: str, **declared) -> None:
    notebook = nbformat.v4.new_notebook(metadata={"obsante": {"title": name, **declared}})
    project.notebooks.mkdir(exist_ok=True)
    nbformat.write(notebook, project.notebooks / f"{name}.ipynb")


def publish(project: Project, name: str, **values: float) -> None:
    rows = [{"indicateur": f"inf.{key}", "dimension": "national", "modalite": "national",
             "estimation": value} for key, value in values.items()]  # fmt: skip
    folder = parts_folder(project, YEAR) / name
    write_values(folder / "valeurs.csv", pd.DataFrame(rows, columns=COLUMNS))
    (folder / "tables.json").write_text("{}\n", encoding="utf-8")
    combine(project, YEAR)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """Notebook ``02-apres`` reads those of ``01-avant``, which has results; ``00-autre`` has some."""
    project = Project(tmp_path / "projet é")
    shutil.copytree(SOURCE.editions, project.editions)
    shutil.copytree(SOURCE.indicators, project.indicators)
    declare(project, "00-autre")
    declare(project, "01-avant", campaign=[])
    declare(project, "02-apres", after=["01-avant"])
    publish(project, "00-autre", sih=0.2)
    publish(project, "01-avant", dme=0.36, haut_debit=0.7)
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    folder = parts_folder(project, YEAR) / "02-apres"
    monkeypatch.setenv(publication.RUN_DIRECTORY_VARIABLE, str(folder))
    results.start("02-apres", edition=YEAR)
    yield project
    monkeypatch.setattr(publication, "_current", None)


def test_the_rows_of_the_indicators_asked_are_read_with_their_types(project):
    found = results.earlier("inf.dme", "inf.haut_debit")
    assert found["estimation"].tolist() == [0.36, 0.7]
    assert list(found.columns) == COLUMNS
    assert results.earlier("inf.haut_debit")["indicateur"].tolist() == ["inf.haut_debit"]


def test_an_identifier_of_no_registry_is_refused(project):
    with pytest.raises(ResultError, match=r"'inf.dmee'.*\n.*not in config/indicators"):
        results.earlier("inf.dmee")


def test_an_indicator_that_nobody_published_has_no_row(project):
    assert results.earlier("inf.postes").empty


def test_a_notebook_that_did_not_run_says_which_command_to_run(project):
    (parts_folder(project, YEAR) / "01-avant" / "valeurs.csv").unlink()
    with pytest.raises(ResultError) as caught:
        results.earlier("inf.dme")
    assert caught.value.found == "no result of '01-avant', whose values it reads"
    assert caught.value.remedy == "obsante run 01-avant --edition 2025"


def test_a_notebook_left_out_for_want_of_its_data_is_no_error(project):
    shutil.rmtree(parts_folder(project, YEAR) / "01-avant")
    declare(project, "01-avant", campaign=["etablissements"])
    assert results.earlier("inf.dme").empty


def test_values_of_a_notebook_that_is_not_declared_are_refused(project):
    with pytest.raises(ResultError) as caught:
        results.earlier("inf.sih")
    assert caught.value.found == "published by '00-autre'"
    assert "metadata.obsante.after" in caught.value.remedy


def test_a_notebook_that_declares_none_may_read_none(project):
    declare(project, "02-apres")
    with pytest.raises(ResultError, match=r"metadata\.obsante\.after"):
        results.earlier("inf.dme")


def _edition():
    return publication.current().edition.model_copy(update={"compare_with": []})


def test_what_was_read_is_kept_and_another_execution_is_noticed(project):
    results.earlier("inf.dme")
    publish(project, "02-apres", postes=5.8)
    folder = parts_folder(project, YEAR) / "02-apres"
    assert list(json.loads((folder / READ).read_text(encoding="utf-8"))) == ["01-avant"]
    inputs.check_results(project, _edition())
    publish(project, "01-avant", dme=0.37, haut_debit=0.7)
    with pytest.raises(ResultError) as caught:
        inputs.check_results(project, _edition())
    assert caught.value.looked_at == "edition 2025, results of notebook '02-apres'"
    assert caught.value.found.startswith("computed from other values of '01-avant'")
    assert caught.value.remedy == "obsante run --edition 2025"


def test_results_that_came_or_went_since_are_noticed(project):
    results.earlier("inf.dme")
    folder = parts_folder(project, YEAR) / "02-apres"
    shutil.rmtree(parts_folder(project, YEAR) / "01-avant")
    assert changed_since(project, YEAR, folder) == "01-avant"
    declare(project, "01-avant", campaign=["etablissements"])
    results.earlier("inf.dme")
    assert changed_since(project, YEAR, folder) is None
    publish(project, "01-avant", dme=0.36)
    assert changed_since(project, YEAR, folder) == "01-avant"
