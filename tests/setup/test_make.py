"""The commands that a stranger types, in a folder whose name holds spaces and accents."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from obsante.paths import find_project

ROOT = find_project(Path(__file__)).root
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def folder(tmp_path):
    """The Makefile beside a set-up and a .venv that only tell how they were called."""
    folder = tmp_path / "Été à Fès" / "l'obsante"
    (folder / "setup").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "setup" / "bootstrap.py").write_text("print('set-up')\n")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nfor word in "$@"; do printf "<%s>" "$word"; done; echo\n'
                      'echo "utf8=$PYTHONUTF8 path=$PYTHONPATH"\n')  # fmt: skip
    python.chmod(0o755)
    return folder


def make(folder, *words, **variables):
    """Standard output and error of ``make``, and its exit code."""
    dropped = ("EDITION", "PYTHON", "UPGRADE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    environment = {k: v for k, v in os.environ.items() if k not in dropped} | variables
    return subprocess.run(["make", "--no-print-directory", *words], cwd=folder, env=environment,
                          capture_output=True, text=True, encoding="utf-8", check=False)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "called"),
    [
        ("report", "<-m><obsante><build>"),
        ("preview", "<-m><obsante><preview>"),
        ("doctor", "<-m><obsante><doctor>"),
        ("test", "<-m><pytest><-n><auto><--dist><loadscope><--no-loadscope-reorder><-m><not slow>"),
        ("lab", "<-m><jupyterlab><--notebook-dir=notebooks>"),
        ("lock", "<setup/lock.py>"),
    ],
)
def test_each_target_sets_up_then_calls_its_command(folder, target, called):
    done = make(folder, target)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["set-up", called]


def test_check_puts_spark_in_place_before_every_test(folder):
    calls = [line for line in make(folder, "check").stdout.splitlines() if line.startswith("<")]
    assert calls == ["<setup/spark.py>", "<-m><pytest><-n><auto><--dist><loadscope><--no-loadscope-reorder>"]


def test_the_edition_comes_from_the_environment_or_the_command_line(folder):
    expected = "<-m><obsante><build><--edition><2024>"
    assert expected in make(folder, "report", EDITION="2024").stdout.splitlines()
    assert expected in make(folder, "report", "EDITION=2024").stdout.splitlines()


def test_an_edition_is_one_word_whatever_it_holds(folder):
    assert '<--edition><20"24; x>' in make(folder, "report", EDITION='20"24; x').stdout


def test_commands_run_in_utf8_without_the_user_s_own_modules(folder):
    assert "utf8=1 path=\n" in make(folder, "report", PYTHONPATH="/elsewhere").stdout


def test_the_python_asked_for_does_the_set_up(folder, tmp_path):
    other = tmp_path / "my python"
    other.write_text('#!/bin/sh\necho "asked: $*"\n')
    other.chmod(0o755)
    assert "asked: setup/bootstrap.py" in make(folder, "setup", PYTHON=str(other)).stdout
    assert "asked: setup/bootstrap.py" in make(folder, "setup", f"PYTHON={other}").stdout


def test_an_unknown_python_is_one_clear_message(folder):
    done = make(folder, "report", PYTHON="python9")
    assert done.returncode != 0
    assert "Error: Python command python9" in done.stderr
    assert "expected: Python 3.11, 3.12 or 3.13" in done.stderr
    assert "<" not in done.stdout


def test_a_failed_set_up_stops_the_command(folder):
    (folder / "setup" / "bootstrap.py").write_text("raise SystemExit(1)\n")
    done = make(folder, "report")
    assert done.returncode != 0
    assert "obsante" not in done.stdout


def test_clean_removes_what_is_generated_and_nothing_else(folder):
    kept = ["data/processed/README.md", "data/raw/2025/etablissements.csv", ".venv/bin/python",
            "report/index.qmd", "src/obsante/x.py", "tests/test_x.py",
            "notebooks/contexte.ipynb"]  # fmt: skip
    gone = ["data/processed/2025/results/valeurs.csv", "report/_book/2025/index.html",
            "src/obsante/__pycache__/x.pyc", "notebooks/.ipynb_checkpoints/x.ipynb"]  # fmt: skip
    for name in kept + gone:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    done = make(folder, "clean")
    assert done.returncode == 0, done.stderr
    assert [name for name in kept if not (folder / name).exists()] == []
    assert [name for name in gone if (folder / name).exists()] == []


def test_help_names_every_target(folder):
    shown = make(folder).stdout
    phony = next(line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
                 if line.startswith(".PHONY:"))  # fmt: skip
    assert [name for name in phony.split()[1:] if f"make {name} " not in shown] == []


def test_the_continuous_integration_runs_the_two_commands():
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert os.access(script, os.X_OK)
    assert [line for line in lines if line.startswith("make ")] == ["make test", "make report"]
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
