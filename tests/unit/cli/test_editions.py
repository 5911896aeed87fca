"""A new edition is ready for real data, and an existing one is never touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from obsante.cli import editions
from obsante.edition import known_editions, load_edition
from obsante.errors import EditionError
from obsante.paths import Project, find_project

EDITIONS = find_project(Path(__file__)).editions


@pytest.fixture
def bare(tmp_path) -> Project:
    """A project that holds only the editions' configurations."""
    project = Project(tmp_path / "projet é")
    shutil.copytree(EDITIONS, project.editions)
    return project


def test_a_new_edition_is_real_valid_and_has_its_folder(bare):
    lines = editions.create(bare, 2026)
    edition = load_edition(bare, 2026)
    assert edition.status == "real"
    assert edition.authorisation is None
    assert str(edition.reference_period.start) == "2026-01-01"
    written = sorted(path.name for path in bare.raw(2026).iterdir())
    assert written == ["CHECKLIST.md", "corrections.yml", "sources.yml"]
    assert lines[0] == "Written: config/editions/2026.yml"
    assert lines[-1] == "Next: follow data/raw/2026/CHECKLIST.md"


def test_a_real_edition_is_never_compared_with_demonstrations(bare):
    editions.create(bare, 2026)
    assert load_edition(bare, 2026).compare_with == []


def test_a_second_real_edition_is_compared_with_the_first(bare):
    editions.create(bare, 2026)
    editions.create(bare, 2027)
    assert load_edition(bare, 2027).compare_with == [2026]


def test_precision_rules_carry_over_from_the_latest_edition(bare):
    editions.create(bare, 2026)
    assert load_edition(bare, 2026).precision == load_edition(bare, 2025).precision
    assert load_edition(bare, 2026).confidence_level == load_edition(bare, 2025).confidence_level


def test_an_existing_edition_is_refused_and_unchanged(bare):
    before = bare.edition_file(2025).read_bytes()
    with pytest.raises(EditionError) as caught:
        editions.create(bare, 2025)
    assert "exists already" in caught.value.found
    assert bare.edition_file(2025).read_bytes() == before


def test_a_folder_of_raw_data_is_never_written_over(bare):
    bare.raw(2026).mkdir(parents=True)
    with pytest.raises(EditionError):
        editions.create(bare, 2026)
    assert list(bare.raw(2026).iterdir()) == []
    assert 2026 not in known_editions(bare)


@pytest.mark.parametrize("year", [None, 26, 1999, 2101])
def test_a_year_out_of_range_names_the_command_for_the_next_one(bare, year):
    with pytest.raises(EditionError) as caught:
        editions.create(bare, year)
    assert caught.value.remedy == "obsante new-edition 2026"
    assert known_editions(bare) == [2023, 2024, 2025]
