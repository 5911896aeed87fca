"""Targets: documented when official, kept to demonstrations when not, and what is left to reach."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from obsante import results
from obsante.errors import EditionError, ResultError
from obsante.paths import Project, find_project
from obsante.results import publication
from obsante.results.distances import _verdict
from obsante.results.targets import Target, allowed, load_targets

OFFICIAL = """\
targets:
  - indicator: inf.dme
    value: 0.5
    year: 2030
    status: officielle
    document: Stratégie de démonstration
    page: p. 12
"""
ILLUSTRATIVE = """\
targets:
  - {indicator: inf.dme, value: 0.6, year: 2030, status: illustrative}
"""


@pytest.fixture
def elsewhere(tmp_path) -> Project:
    """A project with nothing but its targets."""
    (tmp_path / "config").mkdir()
    return Project(tmp_path)


@pytest.fixture
def written(elsewhere, registry):
    """Write the file of targets and read it."""

    def read(text: str) -> dict[str, Target]:
        elsewhere.targets.write_text(text, encoding="utf-8")
        return load_targets(elsewhere, registry)

    return read


def values(estimation: float, low: float, high: float, **changes) -> pd.DataFrame:
    row = {"dimension": "national", "modalite": "national", "estimation": estimation,
           "erreur_type": 0.01, "borne_inf": low, "borne_sup": high, "n": 900}  # fmt: skip
    return pd.DataFrame([row | changes])


def test_the_committed_targets_are_all_illustrative_and_of_known_indicators(registry):
    found = load_targets(find_project(Path(__file__)), registry)
    assert {"inf.dme", "inf.haut_debit"} <= set(found)
    assert {target.status for target in found.values()} == {"illustrative"}


@pytest.mark.parametrize("missing", ["    document: Stratégie de démonstration\n", "    page: p. 12\n"])
def test_an_official_target_needs_its_document_and_its_page(written, missing):
    assert written(OFFICIAL)["inf.dme"].value == 0.5
    with pytest.raises(EditionError, match="document and page"):
        written(OFFICIAL.replace(missing, ""))


def test_an_illustrative_target_is_not_shown_in_a_real_edition(written, elsewhere, registry):
    written(ILLUSTRATIVE)
    assert set(allowed(elsewhere, demonstration=True, registry=registry)) == {"inf.dme"}
    assert allowed(elsewhere, demonstration=False, registry=registry) == {}


def test_an_official_target_is_shown_in_a_real_edition(written, elsewhere, registry):
    written(OFFICIAL)
    assert set(allowed(elsewhere, demonstration=False, registry=registry)) == {"inf.dme"}


def test_two_targets_for_one_indicator_are_refused(written):
    with pytest.raises(ResultError, match="two targets"):
        written(ILLUSTRATIVE + ILLUSTRATIVE.splitlines()[1].replace("0.6", "0.7") + "\n")


def test_an_unknown_indicator_names_the_nearest(written):
    with pytest.raises(ResultError, match="'inf.dme' \\(nearest\\)"):
        written(ILLUSTRATIVE.replace("inf.dme", "inf.dmee"))


def test_a_target_outside_the_scale_of_its_unit_is_refused(written):
    with pytest.raises(ResultError, match="between 0 and 1 \\(unit 'percent'\\)"):
        written(ILLUSTRATIVE.replace("0.6", "60"))


def test_an_indicator_without_a_direction_of_progress_has_no_target(written):
    with pytest.raises(ResultError, match="without a direction of progress"):
        written(ILLUSTRATIVE.replace("inf.dme", "inf.etablissements").replace("0.6", "20000"))


def test_an_unknown_key_is_refused(written):
    with pytest.raises(EditionError, match="targets.0.anne"):
        written(ILLUSTRATIVE.replace("year", "anne"))


def test_the_words_of_a_target_give_its_status_and_where_it_was_read(written):
    assert written(OFFICIAL)["inf.dme"].words("percent") == (
        "50,0\xa0% en 2030 (cible officielle, Stratégie de démonstration, p. 12)"
    )
    assert written(ILLUSTRATIVE)["inf.dme"].words("percent") == (
        "60,0\xa0% en 2030 (cible illustrative)"
    )


@pytest.mark.parametrize(
    ("low", "high", "direction", "expected"),
    [
        (0.01, 0.05, "up", "atteinte"),
        (0.0, 0.05, "up", "atteinte"),
        (-0.05, -0.01, "up", "non atteinte"),
        (-0.05, 0.0, "up", "non établi"),
        (-0.02, 0.03, "up", "non établi"),
        (-5.0, -1.0, "down", "atteinte"),
        (-5.0, 0.0, "down", "atteinte"),
        (1.0, 5.0, "down", "non atteinte"),
        (0.0, 5.0, "down", "non établi"),
        (-1.0, 5.0, "down", "non établi"),
        (float("nan"), float("nan"), "up", "non établi"),
    ],
)
def test_a_verdict_is_given_where_the_interval_is_on_one_side(low, high, direction, expected):
    assert _verdict(low, high, direction) == expected


def test_the_distance_is_the_value_less_the_target_with_its_interval(opened):
    results.publish("inf.dme", values(0.35, 0.32, 0.38))
    line = results.distances("inf.dme").text.splitlines()[2]
    assert "35,0\xa0%" in line
    assert "60,0\xa0% en 2030 (cible illustrative)" in line
    assert "−25,0\xa0points [−28,0\u202f; −22,0]" in line
    assert "non atteinte" in line


def test_an_indicator_without_a_target_says_so_and_has_neither_distance_nor_verdict(opened):
    results.publish("inf.sih", values(0.25, 0.22, 0.28))
    line = results.distances("inf.sih").text.splitlines()[2]
    assert line.endswith("| aucune cible officielle | – | – |")


def test_a_value_that_is_not_available_has_no_distance(opened):
    results.unavailable("inf.dme", "no_data")
    line = results.distances("inf.dme").text.splitlines()[2]
    assert "[n.d.]" in line
    assert line.endswith("| – | – |")


def test_the_distance_of_what_was_not_published_is_an_error(opened):
    with pytest.raises(ResultError, match="no published value for the whole"):
        results.distances("inf.dme")


def test_a_real_edition_shows_no_illustrative_goal_on_its_charts(opened, monkeypatch):
    assert results.goal("inf.dme") == (0.6, "cible illustrative 2030")
    real = opened.edition.model_copy(update={"status": "real"})
    monkeypatch.setattr(publication.current(), "edition", real)
    assert results.goal("inf.dme") is None
    assert results.target("inf.dme") is None


def test_the_target_of_an_unknown_indicator_is_an_error(opened):
    with pytest.raises(ResultError, match="'inf.dme' \\(nearest\\)"):
        results.target("inf.dmee")
