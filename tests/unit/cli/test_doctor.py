"""doctor says what is missing, what that costs and what mends it; it never fails itself."""

from __future__ import annotations

import collections
import io
import shutil
import types
from pathlib import Path

import pytest
from rich.console import Console

from obsante.book import quarto
from obsante.cli import doctor, packages
from obsante.cli.doctor import Finding
from obsante.errors import DataError
from obsante.paths import Project, find_project

ROOT = find_project(Path(__file__)).root


@pytest.fixture
def bare(tmp_path) -> Project:
    """Configuration and raw data only."""
    for name in ("config", "data/raw"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return Project(tmp_path)


def states(findings):
    return {finding.name: finding.state for finding in findings}


def test_this_checkout_lacks_nothing_that_the_report_needs():
    findings = doctor.examine(find_project(Path(__file__)))
    assert [f for f in findings if f.state == "missing"] == []
    assert {"Python", "packages", "book renderer", "fonts", "Jupyter kernel", "editions",
            "raw data 2025", "disk space", "Quarto", "Chromium", "git"} <= states(findings).keys()  # fmt: skip


def test_whatever_is_not_there_has_a_cost_and_a_remedy(bare, monkeypatch):
    monkeypatch.setenv("PATH", "")
    for finding in doctor.examine(bare):
        assert finding.detail
        assert (finding.state == "ok") == (not finding.cost) == (not finding.remedy), finding


def test_without_quarto_chromium_and_git_the_report_is_still_built(bare, monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = states(doctor.examine(bare))
    assert [found[name] for name in ("Quarto", "Chromium", "git")] == ["optional"] * 3


def test_an_old_quarto_is_optional_with_its_version(bare, monkeypatch):
    monkeypatch.setattr(quarto, "version", lambda: (1, 3, 0))
    (finding,) = doctor._quarto(bare)
    assert (finding.state, finding.detail) == ("optional", "1.3.0")


def test_a_missing_direct_package_stops_the_report(bare, monkeypatch):
    compared = packages.Comparison(10, [], {"pandas", "appnope"})
    monkeypatch.setattr(packages, "compare", lambda lock: compared)
    (finding,) = doctor._packages(bare)
    assert (finding.state, finding.detail) == ("missing", "not installed: pandas")
    assert finding.remedy == "make setup"


def test_packages_that_differ_from_the_lock_are_named_but_do_not_stop(bare, monkeypatch):
    compared = packages.Comparison(10, [f"{name} 1 (locked 2)" for name in "abcde"], {"zz"})
    monkeypatch.setattr(packages, "compare", lambda lock: compared)
    (finding,) = doctor._packages(bare)
    assert finding.state == "optional"
    assert finding.detail.endswith("and 2 more")


def test_a_changed_raw_file_names_its_edition_and_the_others_are_still_examined(bare):
    path = bare.raw(2024) / "etablissements.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    found = {finding.name: finding for finding in doctor._raw_data(bare)}
    assert states(found.values()) == {
        "raw data 2023": "ok", "raw data 2024": "missing", "raw data 2025": "ok",
    }  # fmt: skip
    assert "etablissements.csv" in found["raw data 2024"].detail


def test_an_invalid_edition_is_a_finding(bare):
    bare.edition_file(2024).write_text("edition: 2024\nsead: 3\n", encoding="utf-8")
    (finding,) = doctor._guarded(doctor._editions, bare)
    assert finding.state == "missing"
    assert "2024.yml, key sead" in finding.detail


def test_a_full_disk_is_missing_space(bare, monkeypatch):
    usage = collections.namedtuple("usage", "total used free")(10**9, 10**9, 10**6)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    (finding,) = doctor._disk_space(bare)
    assert (finding.state, finding.detail) == ("missing", "1 MB free")


def test_a_folder_that_cannot_be_written_is_named(bare, monkeypatch):
    def refuse(dir):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    found = {finding.name: finding for finding in doctor._write_permission(bare)}
    assert found["writing report/_book"].state == "missing"
    assert found["writing data/processed"].detail == "Permission denied"


def test_a_kernel_that_starts_another_python_is_missing(bare, monkeypatch):
    spec = types.SimpleNamespace(argv=["/elsewhere/python"], resource_dir="/home/x/.local/kernels")
    manager = types.SimpleNamespace(get_kernel_spec=lambda name: spec)
    monkeypatch.setattr(doctor.kernels, "KernelSpecManager", lambda: manager)
    (finding,) = doctor._jupyter_kernel(bare)
    assert finding.state == "missing"
    assert "/elsewhere/python" in finding.detail


def test_missing_fonts_are_named_with_their_cost(bare):
    (finding,) = doctor._book_renderer(bare)
    assert (finding.name, finding.state, finding.cost) == ("fonts", "missing", "no PDF")


def test_a_check_that_fails_is_a_finding_and_the_rest_goes_on(bare, monkeypatch):
    def _first_check(project):
        raise DataError("a file", found="nothing", expected="something", remedy="bring it")

    def _second_check(project):
        raise RuntimeError("no idea")

    def _third_check(project):
        yield Finding("third", "ok", "fine")

    monkeypatch.setattr(doctor, "CHECKS", (_first_check, _second_check, _third_check))
    first, second, third = doctor.examine(bare)
    assert (first.name, first.state, first.remedy) == ("first check", "missing", "bring it")
    assert (second.state, second.detail) == ("missing", "RuntimeError: no idea")
    assert third.state == "ok"


def test_the_table_shows_cost_and_remedy_of_what_is_absent_only():
    screen = io.StringIO()
    findings = [Finding("Quarto", "optional", "not on PATH", "no theme", "install [it]"),
                Finding("git", "ok", "commit 1234")]  # fmt: skip
    doctor.report(findings, Console(file=screen, width=80))
    shown = screen.getvalue()
    assert "cost: no theme" in shown
    assert "to do: install [it]" in shown
    assert shown.count("cost:") == 1
    assert shown.splitlines()[-1] == "1 present, 1 optional, 0 missing"
