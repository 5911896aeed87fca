"""nbval executes the committed notebooks and compares every text output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from obsante.edition import load_edition
from obsante.paths import ROOT_VARIABLE, find_project
from obsante.run.plan import catalogue

PROJECT = find_project(Path(__file__))
NAMES = list(catalogue(PROJECT))


def nbval(project, notebook: Path) -> subprocess.CompletedProcess:
    edition = load_edition(project, 2025)
    environment = os.environ | {
        ROOT_VARIABLE: str(project.root),
        "SOURCE_DATE_EPOCH": str(edition.source_date_epoch),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "-p", "nbval_pictures",
               "-c", os.devnull, "--rootdir", str(notebook.parent), str(notebook)]  # fmt: skip
    return subprocess.run(command, env=environment, cwd=notebook.parent, capture_output=True,
                          text=True, encoding="utf-8", check=False)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_executing_again_gives_the_committed_outputs(executed, name):
    # Executed once already: a notebook may read the values of another one.
    done = nbval(executed, executed.notebooks / f"{name}.ipynb")
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout


@pytest.mark.slow
def test_nbval_notices_a_changed_number(ingested, tmp_path):
    """Guard: the comparison above would fail if an output differed."""
    text = (ingested.notebooks / "contexte.ipynb").read_text(encoding="utf-8")
    altered = ingested.root / "altered.ipynb"
    assert "36\u202f828\u202f330" in text
    altered.write_text(text.replace("36\u202f828\u202f330", "36\u202f828\u202f331"), encoding="utf-8")
    done = nbval(ingested, altered)
    altered.unlink()
    assert done.returncode == 1
    assert "36\u202f828\u202f331" in done.stdout
