"""What the system refuses, and who is already there: one clear message, nothing half-done."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from obsante.cli import editions, steps
from obsante.cli.console import Steps
from obsante.edition import load_edition
from obsante.errors import ObsanteError
from obsante.files import single_writer
from obsante.paths import ROOT_VARIABLE


def obsante(project, *words: str, before: tuple[str, ...] = (), **environment: str):
    """The command on ``project``, run through ``before`` if given."""
    return subprocess.run(
        [*before, sys.executable, "-m", "obsante", *words], capture_output=True, check=False,
        text=True, encoding="utf-8",
        env=os.environ | {ROOT_VARIABLE: str(project.root)} | environment,
    )  # fmt: skip


def refusal(done: subprocess.CompletedProcess) -> str:
    """The one message of a command that failed by the user's fault."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("Error: ") == done.stderr.count("to do:") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def files(project) -> dict:
    return {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}


@pytest.fixture
def unprivileged() -> tuple[str, ...]:
    """Words before a command that make permissions count for root as well."""
    if os.geteuid():
        return ()
    words = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    try:
        subprocess.run([*words, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("permissions do not count for root, and setpriv can't lower its rights")
    return words


# The editions compared with are ingested first: 2023 before any other.
@pytest.mark.parametrize(
    "name",
    ["config/editions/2025.yml", "config/dictionary/regions.yml", "data/raw/2023/sources.yml"],
)
def test_a_file_that_cannot_be_read_is_named(project, unprivileged, name):
    (project.root / name).chmod(0)
    said = refusal(obsante(project, "ingest", before=unprivileged))
    assert name in said
    assert "Permission denied" in said


def test_a_folder_that_cannot_be_written_is_named(project, unprivileged):
    folder = project.processed(2025).parent
    folder.mkdir(parents=True)
    folder.chmod(0o555)
    said = refusal(obsante(project, "build", before=unprivileged))
    assert "data/processed/2025" in said
    assert "could not be written" in said
    assert list(folder.iterdir()) == []


def test_an_edition_that_cannot_be_created_leaves_no_half(project, monkeypatch):
    before = files(project)
    aside = project.editions.with_name("aside")
    configuration = editions._configuration(project, 2026)

    def blocked(*arguments):
        project.editions.rename(aside)
        project.editions.write_text("a file where the folder should be")
        return configuration

    monkeypatch.setattr(editions, "_configuration", blocked)
    with pytest.raises(ObsanteError, match="could not be written"):
        editions.create(project, 2026)
    project.editions.unlink()
    aside.rename(project.editions)
    assert files(project) == before
    assert not project.raw(2026).exists()


def test_an_edition_is_not_configured_if_its_folder_cannot_be_made(project):
    aside = project.raw_root.rename(project.root / "aside")
    project.raw_root.write_text("a file where the folder should be")
    with pytest.raises(ObsanteError, match="could not be written"):
        editions.create(project, 2026)
    project.raw_root.unlink()
    aside.rename(project.raw_root)
    assert not project.edition_file(2026).exists()


def test_a_compared_edition_in_use_is_not_ingested_under_its_user(project):
    edition = load_edition(project, 2025)
    with single_writer(project.lock_file(2023), "edition 2023"):
        with pytest.raises(ObsanteError, match="already working on edition 2023"):
            steps._ingest(project, edition, Steps())
    assert not project.tables(2023).exists()


def test_a_preview_on_a_taken_port_says_so_before_it_renders(project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refusal(obsante(project, "preview", "--port", port))
    assert f"port {port}" in said
    assert "--port (0 lets the system choose)" in said


def test_a_port_that_cannot_exist_is_a_wrong_option(project):
    done = obsante(project, "preview", "--port", "99999")
    assert done.returncode == 2
    assert "65535" in done.stderr


def test_a_book_before_any_run_names_the_command(project):
    assert "obsante run --edition 2025" in refusal(obsante(project, "book"))


def test_only_reference_data_in_the_plain_c_locale(project):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert obsante(project, "new-edition", "2026", **plain).returncode == 0
    done = obsante(project, "ingest", "--edition", "2026", **plain)
    assert done.returncode == 0, done.stderr
    assert "2026 no campaign file: reference tables only" in done.stdout


@pytest.mark.slow
def test_an_edition_with_only_reference_data_has_its_book_even_without_git(project, tmp_path):
    editions.create(project, 2026)
    words = ("build", "--edition", "2026", "--engine", "embedded")
    done = obsante(project, *words, PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "notebook 01-infrastructures left out" in done.stdout
    output = project.book_output(2026)
    assert "aucune campagne" in (output / "index.html").read_text(encoding="utf-8")
    assert (output / "contexte.html").is_file()
    assert not (output / "infrastructures.html").exists()
    assert "commit inconnu" in (output / "colophon.html").read_text(encoding="utf-8")
