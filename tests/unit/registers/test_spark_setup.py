"""Spark comes with `make check` where Java is, and only what its file locks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import spark
from packaging.requirements import Requirement

from obsante.cli.packages import Comparison, locked
from obsante.collect.registers import java
from obsante.errors import ObsanteError
from obsante.paths import find_project

ROOT = find_project(Path(__file__)).root
TEXT = (ROOT / "requirements-spark.txt").read_text(encoding="utf-8")
SUITS = java.Java("java", 17)


@pytest.fixture
def calls(monkeypatch):
    """Options of each pip call, none of which is made."""
    made = []
    monkeypatch.setattr(spark, "pip_install", lambda _, options, expected: made.append(options))
    monkeypatch.setattr(spark, "find_java", lambda: SUITS)
    monkeypatch.delenv(spark.SWITCH, raising=False)
    return made


def absent(monkeypatch, *names):
    monkeypatch.setattr(spark, "compare", lambda file: Comparison(0, [], set(names)))


def test_without_java_one_line_says_so(monkeypatch, calls, capsys, tmp_path):
    monkeypatch.setattr(spark, "find_java", lambda: None)
    assert spark.main(tmp_path) == 0
    assert capsys.readouterr().out == (
        "Spark is not installed: no Java on this machine (Java 17 or 21 would let `make check` "
        "run on Spark too).\n"
    )
    assert calls == []


def test_a_java_that_does_not_suit_is_as_none(monkeypatch, calls):
    assert spark.obstacle(java.Java("java", 11)) == "Java 11, and it runs on Java 17 or 21"
    assert spark.obstacle(SUITS) is None
    monkeypatch.setenv(spark.SWITCH, "0")
    assert spark.obstacle(SUITS) == "SPARK=0"


def test_what_is_there_is_not_installed_again(monkeypatch, calls, capsys, tmp_path):
    absent(monkeypatch)
    assert spark.main(tmp_path) == 0
    assert (calls, capsys.readouterr().out) == ([], "")


def test_hashes_are_checked_and_nothing_else_comes(monkeypatch, calls, tmp_path):
    absent(monkeypatch, "pyspark")
    assert spark.main(tmp_path) == 0
    assert calls[0][-1] == str(tmp_path / "requirements-spark.txt")
    assert {"--require-hashes", "--no-deps", "--no-build-isolation"} < set(calls[0])


def test_a_failed_installation_says_how_to_do_without(monkeypatch, calls, capsys, tmp_path):
    def fail(python, options, expected):
        raise ObsanteError("pip", found="no network", expected="packages", remedy="try again")

    absent(monkeypatch, "pyspark")
    monkeypatch.setattr(spark, "pip_install", fail)
    assert spark.main(tmp_path) == 1
    told = capsys.readouterr().err
    assert "found:    no network" in told
    assert "SPARK=0 make check" in told


def test_the_file_locks_what_the_extra_asks_and_nothing_of_the_main_lock():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (asked,) = map(Requirement, project["optional-dependencies"]["spark"])
    pinned = locked(TEXT)
    assert asked.specifier.contains(pinned[asked.name])
    main = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert pinned.keys() & main.keys() == set()


def test_every_package_has_a_hash_and_no_origin():
    blocks = re.split(r"^(?=[a-z])", TEXT, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(locked(TEXT))
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in TEXT
