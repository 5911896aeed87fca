"""What the quality notebook reads of files: raw files that changed, keys lost, nothing ingested."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from obsante.collect import codes, dictionary, quality
from obsante.collect.quality import files
from obsante.collect.wording import RULES, in_words
from obsante.errors import DataError
from obsante.paths import ROOT_VARIABLE, Project, find_project


@pytest.fixture
def empty(tmp_path, monkeypatch) -> Project:
    """A project where nothing was ingested."""
    config = find_project(Path(__file__)).config
    shutil.copytree(config / "editions", tmp_path / "config" / "editions")
    dictionaries = tmp_path / "config" / "dictionary"
    dictionaries.mkdir()
    shutil.copy(config / "dictionary" / "regions.yml", dictionaries)
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    return Project(tmp_path)


def test_without_ingest_the_command_is_named(empty):
    with pytest.raises(DataError, match="obsante ingest --edition 2025"):
        quality.received(2025)


def test_a_raw_file_that_changed_since_ingest_is_not_weighed(rooted, monkeypatch):
    index = files.read_index(rooted, 2025)
    entry = index["etablissements"]
    own = {name: one.model_copy(update={"sha256": "0" * 64}) for name, one in entry.received.items()}
    changed = index | {"etablissements": entry.model_copy(update={"files": own})}
    monkeypatch.setattr(files, "read_index", lambda project, year: changed)
    with pytest.raises(DataError, match="another file than the one that was ingested"):
        quality.reasons(2025)


def test_a_lost_key_is_said(rooted, monkeypatch):
    monkeypatch.setattr(files, "keys_linked", lambda table, editions: False)
    assert not quality.links([2025, 2024])["suivi"].any()


def test_every_rule_is_said_in_words():
    assert set(RULES) == codes.RESERVED
    table = dictionary.load("etablissements")
    words = in_words([table])
    assert words["etablissements", codes.COPY] == "Une ligne ne figure qu'une fois"
    assert words["etablissements", "dme_et_stade"].startswith("Le stade doit être 0")
