"""Notebooks that read the values of others: their order, and what stops before anything runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from obsante.edition import load_edition
from obsante.errors import RunError
from obsante.paths import Project, find_project
from obsante.results.values import parts_folder
from obsante.run import make_plan

SOURCE = find_project(Path(__file__))
YEAR = 2023  # Compared with no other edition.
PARAMETERS = "edition: int = 2025\nconfidence_level: float = 0.95"


def declare(project: Project, name: str, **declared) -> None:
    cell = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    metadata = {"obsante": {"title": name, **declared},
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                "language_info": {"name": "python"}}  # fmt: skip
    project.notebooks.mkdir(exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
    nbformat.write(notebook, project.notebooks / f"{name}.ipynb")


@pytest.fixture
def project(tmp_path) -> Project:
    project = Project(tmp_path / "projet é")
    shutil.copytree(SOURCE.editions, project.editions)
    declare(project, "01-avant")
    declare(project, "02-apres", after=["01-avant"])
    return project


def planned(project: Project, *names: str) -> list[str]:
    plan = make_plan(project, load_edition(project, YEAR), names)
    return [execution.notebook.name for execution in plan.executions]


def test_notebooks_run_in_their_order_however_they_are_named(project):
    assert planned(project, "02-apres", "01-avant") == ["01-avant", "02-apres"]
    assert planned(project) == ["01-avant", "02-apres"]


def test_a_notebook_alone_needs_the_results_that_it_reads(project):
    with pytest.raises(RunError) as caught:
        planned(project, "02-apres")
    assert caught.value.found == "no result of '01-avant', whose values it reads"
    assert caught.value.remedy == "obsante run 01-avant 02-apres --edition 2023"
    part = parts_folder(project, YEAR) / "01-avant" / "valeurs.csv"
    part.parent.mkdir(parents=True)
    part.write_text("", encoding="utf-8")
    assert planned(project, "02-apres") == ["02-apres"]


def test_a_notebook_left_out_is_not_waited_for(project):
    declare(project, "01-avant", campaign=["etablissements"])
    assert planned(project, "02-apres") == ["02-apres"]


@pytest.mark.parametrize("name", ["01-avent", "02-apres", "03-ensuite"])
def test_only_a_notebook_that_runs_before_may_be_read(project, name):
    declare(project, "02-apres", after=[name])
    declare(project, "03-ensuite")
    with pytest.raises(RunError) as caught:
        planned(project)
    assert caught.value.looked_at == "notebook '02-apres', metadata.obsante.after"
    assert "'01-avant'" in caught.value.expected
