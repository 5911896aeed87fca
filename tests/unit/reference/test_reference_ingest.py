"""The dictionary's checks refuse public figures that no longer agree with each other."""

from __future__ import annotations

import shutil

import pytest

from obsante.collect import ingest
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.files import sha256
from obsante.paths import Project


def change(project: Project, table: str, old: str, new: str) -> None:
    """Replace the first ``old`` of a file, and sign the file again in its source sheet."""
    path, sheet = project.reference / f"{table}.csv", project.reference / "sources.yml"
    before = sha256(path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    sheet.write_text(
        sheet.read_text(encoding="utf-8").replace(before, sha256(path)), encoding="utf-8"
    )


def refused(project: Project) -> str:
    """The error of an ingest, without the campaign: its files would be read first."""
    shutil.rmtree(project.raw(2023))
    with pytest.raises(DataError) as caught:
        ingest(project, load_edition(project, 2023))
    return str(caught.value)


def test_provinces_that_no_longer_make_their_region_are_refused(project):
    # Al Hoceima loses one townsman, Tan-Tan in another region gains one: the total still holds.
    change(project, "provinces", "371527,138977,", "371526,138976,")
    change(project, "provinces", "94519,90392,", "94520,90393,")
    message = refused(project)
    assert "where region is '01'" in message
    assert "4030222, as in regions.population_2024" in message


def test_an_urban_population_that_exceeds_the_whole_is_refused(project):
    change(project, "regions", "2638815,1391407", "2638816,1391407")
    assert "doivent faire la population totale" in refused(project)


def test_a_date_shown_without_having_been_read_is_refused(project):
    change(project, "textes", ",2009-02-18,lue,", ",2009-02-18,a_verifier,")
    assert "textes.csv, line 4, column date_statut" in refused(project)


def test_a_change_that_the_source_sheet_does_not_know_is_refused(project):
    path = project.reference / "cadres.csv"
    path.write_bytes(path.read_bytes().replace(b"GDHM", b"GDHX", 1))
    assert "cadres.csv" in refused(project)
