"""pip is quiet but not silent, explained when it fails, and never left running."""

from __future__ import annotations

import os
from pathlib import Path

import install
import pip_run
import pytest

from obsante.errors import ObsanteError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake Python is a shell script")


@pytest.fixture
def python(tmp_path):
    """A Python whose pip is a few lines of shell."""

    def make(script: str) -> Path:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
         "the disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
         "not the one that was locked"),
        ("ERROR: Could not install packages: [Errno 13] Permission denied: '/x'",
         "may not be written"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError'\n"
         "ERROR: No matching distribution found for pandas==3.1.1", "registry did not answer"),
        ("ERROR: something else", "pip ended with code 2"),
    ],
)  # fmt: skip
def test_a_failure_says_what_it_means_and_quotes_pip(said, meaning):
    error = pip_run.failure(["Collecting a", *said.splitlines()], 2)
    assert meaning in error.found
    assert "pip: ERROR" in error.found


def test_a_failure_without_known_cause_quotes_the_last_lines():
    error = pip_run.failure([f"line {n}" for n in range(50)], 1)
    assert "pip: line 49" in error.found
    assert "line 40" not in error.found


def test_the_build_tool_can_write_any_path_in_any_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    kept = pip_run.environment()
    assert "LC_ALL" not in kept
    assert kept["LC_CTYPE"].endswith("UTF-8")


def test_a_failing_pip_is_one_clear_error(python):
    fake = python("echo Collecting a; echo 'ERROR: No space left on device' >&2; exit 1")
    with pytest.raises(ObsanteError, match="requirements.lock") as caught:
        pip_run.pip_install(fake, [], expected=3)
    assert "disk is full" in caught.value.found


def test_pip_is_announced_with_the_number_of_packages(python, capsys):
    pip_run.pip_install(python("echo Collecting a"), [], expected=152)
    assert "about 152 packages, 1 to 2 minutes" in capsys.readouterr().out


def test_an_interruption_ends_pip(python, tmp_path, monkeypatch):
    def interrupt(self, text):
        raise KeyboardInterrupt

    monkeypatch.setattr(pip_run.Progress, "line", interrupt)
    alive = tmp_path / "pid"
    fake = python(f'echo $$ > "{alive}"; echo Collecting a; exec sleep 60')
    with pytest.raises(KeyboardInterrupt):
        pip_run.pip_install(fake, [], expected=1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(alive.read_text()), 0)


def test_variables_that_lead_pip_elsewhere_are_left_out(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_PROXY", "kept")
    kept = pip_run.environment()
    assert "PYTHONPATH" not in kept
    assert "PIP_TARGET" not in kept
    assert kept["PIP_USER"] == "0"
    assert kept["PIP_PROXY"] == "kept"


@pytest.mark.slow
def test_without_network_a_real_pip_ends_with_the_message(tmp_path, monkeypatch):
    root = tmp_path / "Été à Fès"
    root.mkdir()
    (root / "requirements.lock").write_text(f"absent==1.0 --hash=sha256:{'0' * 64}\n")
    for name, value in (("INDEX_URL", "http://127.0.0.1:9/"), ("EXTRA_INDEX_URL", ""),
                        ("FIND_LINKS", ""), ("RETRIES", "0"), ("CONFIG_FILE", os.devnull)):  # fmt: skip
        monkeypatch.setenv(f"PIP_{name}", value)
    install.create_environment(root)
    with pytest.raises(ObsanteError) as caught:
        install.install_packages(root)
    assert "registry did not answer" in caught.value.found
    assert "network" in caught.value.remedy
