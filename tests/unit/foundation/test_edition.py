"""Editions: typed parameters, checked strictly."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from obsante.edition import known_editions, latest_edition, load_edition
from obsante.errors import EditionError
from obsante.paths import Project, find_project


@pytest.fixture
def project(tmp_path) -> Project:
    source = find_project(Path(__file__))
    copy = Project(tmp_path)
    copy.editions.mkdir(parents=True)
    for year in (2023, 2024, 2025):
        copy.edition_file(year).write_bytes(source.edition_file(year).read_bytes())
    return copy


def change(project: Project, year: int, **keys) -> None:
    path = project.edition_file(year)
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | keys), encoding="utf-8")


def test_the_committed_editions_load(project):
    assert [load_edition(project, year).edition for year in known_editions(project)] == [
        2023, 2024, 2025,
    ]  # fmt: skip
    assert latest_edition(project) == 2025


def test_an_unknown_edition_names_the_nearest(project):
    with pytest.raises(EditionError) as caught:
        load_edition(project, 2052)
    assert "'2025' (nearest)" in str(caught.value)
    assert "obsante new-edition 2052" in str(caught.value)


def test_a_misspelt_key_names_the_nearest(project):
    change(project, 2025, confidence_levl=0.9)
    with pytest.raises(EditionError, match="'confidence_level' \\(nearest\\)"):
        load_edition(project, 2025)


@pytest.mark.parametrize(
    ("key", "value"),
    [("seed", "20250101"), ("confidence_level", 1.5), ("status", "demo"), ("seed", 1.0)],
)
def test_a_mistyped_value_is_an_error_naming_the_key(project, key, value):
    change(project, 2025, **{key: value})
    with pytest.raises(EditionError, match=f"key {key}"):
        load_edition(project, 2025)


def test_a_year_unlike_the_files_name_is_an_error(project):
    change(project, 2025, edition=2026, compare_with=[])
    with pytest.raises(EditionError, match="as in the file's name"):
        load_edition(project, 2025)


def test_synthetic_and_real_editions_are_never_compared(project):
    change(project, 2025, status="real")
    with pytest.raises(EditionError, match="synthetic and real figures never mix"):
        load_edition(project, 2025)


def test_a_later_edition_cannot_be_compared_with(project):
    change(project, 2024, compare_with=[2025])
    with pytest.raises(EditionError) as caught:
        load_edition(project, 2024)
    assert caught.value.looked_at == "config/editions/2024.yml, key compare_with"
    assert caught.value.found == "[2025]"
    assert caught.value.expected == "only earlier editions than 2024"


def test_an_edition_is_compared_with_another_once(project):
    change(project, 2025, compare_with=[2024, 2024])
    with pytest.raises(EditionError, match="key compare_with") as caught:
        load_edition(project, 2025)
    assert caught.value.found == "[2024, 2024]"
    assert caught.value.expected == "each edition once"


def test_a_compared_edition_without_a_file_says_who_asks_for_it(project):
    project.edition_file(2023).unlink()
    with pytest.raises(EditionError) as caught:
        load_edition(project, 2025)
    assert caught.value.looked_at == "config/editions/2025.yml, key compare_with"
    assert "no file config/editions/2023.yml" in caught.value.found
    assert "remove 2023 from compare_with in config/editions/2025.yml" in caught.value.remedy


def test_dates_that_disagree_are_named_with_their_key(project):
    period = {"start": dt.date(2025, 1, 1), "end": dt.date(2024, 12, 31)}
    change(project, 2025, reference_period=period)
    with pytest.raises(EditionError, match="key reference_period.end") as caught:
        load_edition(project, 2025)
    assert caught.value.found == "2024-12-31"
    assert caught.value.expected == "a day that is not before the start, 2025-01-01"


def test_a_publication_within_the_period_is_an_error(project):
    change(project, 2025, publication_date=dt.date(2025, 12, 31))
    with pytest.raises(EditionError, match="key publication_date") as caught:
        load_edition(project, 2025)
    assert caught.value.expected == "a day after the end of the reference period, 2025-12-31"


def test_a_file_that_is_not_utf8_is_one_clear_error(project):
    project.edition_file(2025).write_bytes("status: démonstration".encode("cp1252"))
    with pytest.raises(EditionError, match="a YAML file in UTF-8"):
        load_edition(project, 2025)


def test_a_key_written_twice_is_an_error_with_its_line(project):
    path = project.edition_file(2025)
    path.write_text(path.read_text("utf-8") + "seed: 3\n", encoding="utf-8")
    with pytest.raises(EditionError) as caught:
        load_edition(project, 2025)
    assert "the key 'seed' is written twice" in caught.value.found
    assert "line" in caught.value.found


def test_source_date_epoch_is_midnight_of_the_publication_date(project):
    assert load_edition(project, 2025).source_date_epoch == 1782777600
