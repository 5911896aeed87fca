"""A build that fails ends with one message and a code, and leaves the last good report."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from obsante.files import sha256, single_writer
from obsante.paths import ROOT_VARIABLE


def command(project, *words: str, **changes: str) -> dict:
    return {
        "args": [sys.executable, "-m", "obsante", *words],
        "env": os.environ | {ROOT_VARIABLE: str(project.root)} | changes,
        "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8",
    }  # fmt: skip


def failed(project, *words: str, **changes: str) -> str:
    """What a command that must fail says: one error in four lines, no traceback."""
    done = subprocess.run(**command(project, *words, **changes), check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("Error: ") == 1
    assert "Traceback" not in done.stderr
    for part in ("found:", "expected:", "to do:"):
        assert part in done.stderr
    return done.stderr


# The whole book is rendered first, which takes a minute.
pytestmark = pytest.mark.slow


@pytest.fixture
def kept(built):
    """The built copy; the report must be the same bytes at the end."""

    def state() -> dict:
        output = built.book_output(2025)
        return {path: sha256(path) for path in output.rglob("*") if path.is_file()}

    before = state()
    yield built
    assert state() == before
    assert [p.name for p in built.book_output(2025).parent.iterdir()] == ["2025"]


def changed(path, old: str, new: str):
    """Replace text in a file; returns the former bytes."""
    before = path.read_bytes()
    text = before.decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("utf-8"))
    return before


def test_a_raw_file_that_changed_stops_the_build(kept):
    # The first edition to be ingested: a later one would wait for it.
    path = kept.raw(2023) / "etablissements.csv"
    before = changed(path, "oui", "non")
    try:
        said = failed(kept, "build")
    finally:
        path.write_bytes(before)
    assert "data/raw/2023/etablissements.csv" in said
    assert "sha256" in said.lower()


def test_a_file_ingested_after_the_run_stops_the_book(kept):
    path, sheet = kept.raw(2025) / "etablissements.csv", kept.raw(2025) / "sources.yml"
    first = sha256(path)
    before = changed(path, "oui", "non")
    listed = changed(sheet, first, sha256(path))
    try:
        subprocess.run(**command(kept, "ingest"), check=True)
        said = failed(kept, "book", "--engine", "embedded")
    finally:
        path.write_bytes(before)
        sheet.write_bytes(listed)
        subprocess.run(**command(kept, "ingest"), check=True)
    assert f"computed from data/raw/2025/etablissements.csv {first[:12]}" in said
    assert "obsante run --edition 2025" in said


def test_a_broken_chapter_stops_the_book_naming_file_and_line(kept):
    path = kept.report / "index.qmd"
    before = changed(path, "{{< var edition.publication >}}", "{{< var edition.publicaton >}}")
    try:
        said = failed(kept, "book", "--engine", "embedded")
    finally:
        path.write_bytes(before)
    assert "index.qmd, line" in said
    assert "'publication' (nearest)" in said


def test_a_second_command_on_the_same_edition_is_told_to_wait(kept):
    with single_writer(kept.lock_file(2025), "edition 2025"):
        said = failed(kept, "build")
    assert "another command is already working on edition 2025" in said


def test_an_unknown_edition_or_notebook_names_the_nearest(kept):
    assert "'2025' (nearest)" in failed(kept, "build", "--edition", "2205")
    assert "'01-infrastructures' (nearest)" in failed(kept, "run", "01-infrastructure")


def test_a_report_folder_that_cannot_be_written_is_one_clear_error(built, tmp_path):
    output = built.book_output(2025).parent
    aside = output.with_name("_book.aside")
    output.rename(aside)
    output.write_text("a file where the folder should be")
    try:
        assert "could not be written" in failed(built, "book", "--engine", "embedded")
    finally:
        output.unlink()
        aside.rename(output)


def test_asking_for_quarto_without_quarto_says_what_to_do(kept, tmp_path):
    said = failed(kept, "book", "--engine", "quarto", PATH=str(tmp_path))
    assert "no quarto" in said
    assert "--engine embedded" in said


@pytest.mark.parametrize("seconds", [1, 5, 9, 14])
def test_an_interruption_keeps_the_last_good_report(kept, seconds):
    process = subprocess.Popen(
        **command(kept, "build"), start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT), out + err
    hidden = [p.name for p in kept.processed(2025).iterdir() if p.name.startswith(".")]
    assert hidden == [".lock"]
