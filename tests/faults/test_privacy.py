"""Identifiers in the wrong place, commands that stop half way: nothing leaks, nothing is lost."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from dataclasses import replace

import pytest

from obsante import collect
from obsante.cli import privacy as commands
from obsante.collect import dictionary
from obsante.collect.privacy import check_untracked, folders, forget, purge
from obsante.edition import load_edition
from obsante.errors import DataError, ObsanteError
from obsante.files import sha256
from obsante.paths import ROOT_VARIABLE, Project, find_project

YEAR = 2025
DAY = dt.date(2031, 1, 1)
MAIL = "@".join(["personne", "exemple.invalid"])
PHONE = "+212 000 00 00 01"
NAME = "Prénom Fictif"
TABLE = """\
name: visites
title: Visites
description: Une ligne par visite
scope: campaign
file: visites.csv
fields:
  - {name: id, type: string, title: Identifiant}
  - {name: nom, type: string, title: Nom, constraints: {required: true},
     identifier: {kind: nom, treatment: drop}}
  - {name: courriel, type: string, title: Courriel,
     identifier: {kind: courriel, treatment: pseudonym}}
  - {name: reponse, type: string, title: Réponse, categories: [{value: oui, label: Oui}]}
  - {name: remarque, type: string, title: Remarque}
primaryKey: id
"""
HEADER = "id,nom,courriel,reponse,remarque\n"
CLEAN = f"V1,{NAME},{MAIL},oui,\nV2,{NAME},,oui,RAS\n"
AUTHORISATION = """\
authorisation: {number: D-1, purpose: Essai, retention_until: 2030-12-31, host_country: Maroc,
                transfer_basis: aucun}
"""
CHANGES = {"status: demonstration": "status: real", "compare_with: [2023, 2024]": "",
           "quarantine_max_share: 0.05": "quarantine_max_share: 0.9"}  # fmt: skip


@pytest.fixture
def field(tmp_path, monkeypatch):
    """A project of one table, its 2025 edition real; called with rows, writes the raw file."""
    project, source = Project(tmp_path / "projet é"), find_project()
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    monkeypatch.setenv("OBSANTE_PSEUDONYM_KEY", "0123456789abcdef" * 3)
    project.dictionary.mkdir(parents=True)
    project.editions.mkdir()
    shutil.copy(source.config / "privacy.yml", project.config)
    (project.dictionary / "visites.yml").write_text(TABLE, encoding="utf-8")
    text = source.edition_file(YEAR).read_text(encoding="utf-8")
    for old, new in CHANGES.items():
        text = text.replace(old, new)
    project.edition_file(YEAR).write_text(text + AUTHORISATION, encoding="utf-8")

    def write(rows: str):
        raw = project.raw(YEAR) / "visites.csv"
        raw.parent.mkdir(parents=True, exist_ok=True)
        raw.write_text(HEADER + rows, encoding="utf-8")
        raw.with_name("sources.yml").write_text(
            "files:\n  visites.csv: {producer: A, title: B, licence: C, received: 2026-01-31,\n"
            f"    period: 2025, synthetic: false, sha256: {sha256(raw)}}}\n", encoding="utf-8"
        )
        return raw

    write.project = project
    return write


def edition(field):
    return load_edition(field.project, YEAR)


def ingest(field):
    return collect.ingest(field.project, edition(field)).campaign["visites"]


def outputs(field) -> bytes:
    files = field.project.processed(YEAR).rglob("*")
    return b"".join(path.read_bytes() for path in files if path.is_file())


def test_identifiers_in_every_place_reach_neither_tables_nor_quarantine(field):
    field(CLEAN + f"V3,{NAME},{MAIL},{PHONE},\nV4,{NAME},{MAIL},oui,appeler le {PHONE}\n"
          f"V5,,{MAIL},oui,\n{PHONE},{NAME},{MAIL},oui,\n"
          f"V7,{NAME},{MAIL},oui,{NAME}\n")  # fmt: skip
    balance = ingest(field)
    assert (balance.rows_in, balance.rows_kept, balance.rows_aside) == (7, 3, 4)
    found = collect.quarantined("visites", edition=YEAR)
    assert set(zip(found["ligne"], found["regle"], found["colonne"], strict=True)) == {
        (4, "identifiant", "reponse"), (5, "identifiant", "remarque"), (6, "obligatoire", "nom"),
        (7, "identifiant", "id"),
    }  # fmt: skip
    held = outputs(field)
    assert not any(text.encode() in held for text in (MAIL, PHONE, PHONE.replace(" ", "")))
    # A name in an open column has no form: only the scan knows it.
    assert NAME.encode() in held
    with pytest.raises(DataError, match=r"remarque.*: nom \(declared value\) •••, 1 time"):
        commands.scan(YEAR)


def test_too_many_faulty_rows_are_refused_without_showing_them(field):
    field("".join(f"V{n},{NAME},{MAIL},oui,{MAIL}\n" for n in range(5)))
    with pytest.raises(DataError) as raised:
        ingest(field)
    assert "identifiant in remarque (5 times" in raised.value.found
    assert MAIL not in str(raised.value)


def test_a_clean_edition_passes_the_scan(field, capsys):
    field(CLEAN)
    ingest(field)
    commands.scan(YEAR)
    assert "no identifier in" in capsys.readouterr().out


def git(field, *arguments: str) -> None:
    command = ["git", "-C", str(field.project.root), *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_tracked_file_with_identifiers_is_refused(field):
    raw = field(CLEAN)
    assert ingest(field).rows_kept == 2
    git(field, "init", "--quiet")
    assert ingest(field).rows_kept == 2
    git(field, "add", "--force", str(raw))
    with pytest.raises(DataError) as raised:
        ingest(field)
    assert raised.value.found == (
        "a file that git tracks, with a direct identifier in column 'nom' (line 2)"
    )
    assert raised.value.remedy.startswith("git rm --cached data/raw/2025/visites.csv")
    assert NAME not in str(raised.value)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_tracked_file_without_identifiers_may_be(field):
    raw = field(CLEAN)
    git(field, "init", "--quiet")
    git(field, "add", "--force", str(raw))
    purge(field.project, edition(field), DAY)
    assert ingest(field).rows_kept == 2
    field(f"V1,•••,,oui,{MAIL}\n")
    with pytest.raises(DataError, match="identifier in column 'remarque'"):
        ingest(field)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_git_that_can_t_answer_is_not_taken_for_a_no(field):
    field(CLEAN)
    (field.project.root / ".git").write_text("gitdir: ailleurs\n")
    with pytest.raises(DataError, match="git can't say whether it tracks this file"):
        ingest(field)


def test_a_synthetic_file_asks_git_nothing(field, monkeypatch):
    field(CLEAN)
    (field.project.root / ".git").mkdir()
    monkeypatch.setattr(subprocess, "run", None)
    tables = dictionary.tables(field.project)
    [raw] = folders.campaign(field.project, edition(field), tables)
    check_untracked(field.project, replace(raw, synthetic=True), tables["visites"])
    with pytest.raises(TypeError):
        check_untracked(field.project, raw, tables["visites"])


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("command", ["purge", "forget"])
def test_an_interrupted_command_leaves_the_old_files(field, monkeypatch, failure, command):
    raw = field(CLEAN)
    before = {path.name: path.read_bytes() for path in raw.parent.iterdir()}

    def stop(*arguments):
        raise failure

    monkeypatch.setattr(folders, "write_atomic", stop)
    with pytest.raises((KeyboardInterrupt, OSError, ObsanteError)):
        if command == "purge":
            purge(field.project, edition(field), DAY)
        else:
            forget(field.project, "V1", YEAR, DAY)
    assert {path.name: path.read_bytes() for path in raw.parent.iterdir()} == before
    assert [p.name for p in field.project.raw_root.iterdir() if p.name.startswith(".")] == []


def test_what_a_killed_command_left_is_removed_by_the_next(field):
    raw = field(CLEAN)
    left = field.project.raw_root / f".{YEAR}.abcd" / raw.name
    left.parent.mkdir()
    shutil.copy(raw, left)
    purge(field.project, edition(field), DAY)
    assert not left.parent.exists()
    assert NAME.encode() not in raw.read_bytes()


def test_permissions_of_raw_data_survive(field):
    raw = field(CLEAN)
    raw.parent.chmod(0o700)
    raw.chmod(0o600)
    purge(field.project, edition(field), DAY)
    assert (raw.parent.stat().st_mode & 0o777, raw.stat().st_mode & 0o777) == (0o700, 0o600)


def test_commands_say_what_they_did_and_never_to_whom(field, capsys, monkeypatch):
    field(CLEAN)
    ingest(field)
    commands.forget("V1", YEAR, only_count=True)
    monkeypatch.setattr("sys.stdin", io.StringIO(MAIL + "\n"))
    commands.forget(commands.ASK, None, only_count=False)
    monkeypatch.setattr(commands, "_today", lambda: dt.date(2031, 1, 2))
    commands.purge(YEAR, "2031-01-01")
    commands.purge(YEAR, None)
    shown = capsys.readouterr().out
    assert shown.splitlines() == [
        "data/raw/2025/visites.csv: 1 row(s) to remove",
        "data/raw/2025/visites.csv: 1 row(s) removed",
        "Outputs of 2025 still count this person: remove it from the answers too if the table comes "
        "from obsante returns (then again with --replace), and run obsante build --edition 2025",
        "data/raw/2025/visites.csv: emptied 1 in nom",
        "2025: 1 file(s) purged",
        "2025: no declared identifier left",
    ]
    sheet = (field.project.raw(YEAR) / "sources.yml").read_text(encoding="utf-8")
    assert MAIL not in sheet
    assert "purged: 2031-01-01" in sheet


def test_a_purge_is_not_dated_in_advance(field):
    field(CLEAN)
    with pytest.raises(ObsanteError, match="a day to come"):
        commands.purge(YEAR, "2099-01-01")


@pytest.mark.parametrize("day", ["31/12/2030", "demain"])
def test_a_date_must_be_a_date(field, day):
    field(CLEAN)
    with pytest.raises(ObsanteError, match="expected: year-month-day"):
        commands.purge(YEAR, day)


def test_nothing_built_is_not_nothing_found(field):
    field(CLEAN)
    with pytest.raises(DataError, match="no output"):
        commands.scan(YEAR)
