"""A copy of the project, built once for all the tests that read results or pages.

With several processes (``-n``), the tests of a module stay together, and all those that use the
executed copy are in one process, so that it is built once.
"""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from obsante.book import build_book
from obsante.collect import ingest
from obsante.edition import load_edition
from obsante.paths import ROOT_VARIABLE, Project, find_project
from obsante.run import make_plan, run_plan

YEAR = 2025
_COPIED = ("config", "data/raw", "notebooks", "report")
_LEFT = shutil.ignore_patterns("_book", ".quarto", ".ipynb_checkpoints")

_EXECUTED = re.compile(r"def \w+\((\w+, )*(executed|built)\b")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Which tests go together (xdist's groups rename tests, which pytest 9.2 no longer allows)."""
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid.partition("::")[0])

    return ByModule(config, log)


@cache
def _group(module: str) -> str:
    path = Path(__file__).resolve().parents[1] / module
    return "executed" if _EXECUTED.search(path.read_text(encoding="utf-8")) else module


def copy_project(target: Path) -> Project:
    """The sources of the checkout, without git and without anything generated."""
    source = find_project(Path(__file__)).root
    for name in _COPIED:
        shutil.copytree(source / name, target / name, ignore=_LEFT)
    return Project(target)


@pytest.fixture
def project(tmp_path) -> Project:
    """A copy of the project that a test may change."""
    return copy_project(tmp_path / "projet é")


@pytest.fixture(scope="session")
def ingested(tmp_path_factory) -> Project:
    """A copy with the 2025 edition and those that it compares with ingested."""
    project = copy_project(tmp_path_factory.mktemp("obsante") / "été à fès")
    edition = load_edition(project, YEAR)
    for year in [*edition.compare_with, YEAR]:
        ingest(project, load_edition(project, year))
    return project


@pytest.fixture(scope="session")
def executed(ingested) -> Project:
    """The same copy, its notebooks executed."""
    edition = load_edition(ingested, YEAR)
    run_plan(ingested, edition, make_plan(ingested, edition))
    return ingested


@pytest.fixture(scope="session")
def built(executed) -> Project:
    """The same copy, its book rendered by the embedded renderer."""
    build_book(executed, load_edition(executed, YEAR), "embedded")
    return executed


@pytest.fixture
def rooted(monkeypatch, ingested) -> Project:
    """``ingested`` as the project that notebooks find."""
    monkeypatch.setenv(ROOT_VARIABLE, str(ingested.root))
    return ingested
