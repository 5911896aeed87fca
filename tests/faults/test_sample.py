"""A demonstration file tampered with: what the sampling plan forbids never reaches a notebook."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from obsante.collect import ingest
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.files import sha256
from obsante.paths import Project

LARGE = "cabinet_prive-urbain-04"
# Two respondents in 2024.
SMALL = "cabinet_prive-rural-05"


def tampered(project: Project, year: int, change) -> None:
    """The facilities' file after ``change``, alone with its entry in the source sheet.

    The other files of the campaign say nothing of the plan, and take most of the time of an ingest.
    """
    path = project.raw(year) / "etablissements.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table)
    table.to_csv(path, index=False, lineterminator="\n")
    sheet = path.with_name("sources.yml")
    content = yaml.safe_load(sheet.read_text(encoding="utf-8"))
    for name in set(content["files"]) - {path.name}:
        path.with_name(name).unlink()
    content["files"] = {path.name: content["files"][path.name] | {"sha256": sha256(path)}}
    sheet.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def silence(table: pd.DataFrame, rows) -> None:
    columns = list(table.columns)
    table.loc[rows, "repondant"] = "non"
    answers = ["vague", "poids", *columns[columns.index("professionnels_etp") :]]
    table.loc[rows, answers] = ""


def refusal(project: Project, year: int) -> DataError:
    with pytest.raises(DataError) as raised:
        ingest(project, load_edition(project, year))
    assert not project.tables(year).exists()
    return raised.value


def test_weights_larger_than_the_frame_are_not_published(project):
    def heavy(table):
        table.loc[(table["strate"] == LARGE) & (table["repondant"] == "oui"), "poids"] = "2300"

    tampered(project, 2025, heavy)
    error = refusal(project, 2025)
    assert error.looked_at == f"data/raw/2025/etablissements.csv, edition 2025, strate '{LARGE}'"
    assert error.found == "poids of 69 respondents adds up to 158700, taille_strate is 1587"


def test_a_region_without_respondents_does_not_vanish(project):
    def silent(table):
        silence(table, table["region"] == "12")

    tampered(project, 2025, silent)
    error = refusal(project, 2025)
    assert error.looked_at.startswith("data/raw/2025/etablissements.csv, edition 2025, strate '")
    assert error.looked_at.split("'")[1].endswith("-12")
    assert "0 answered" in error.found


@pytest.mark.parametrize("column", ["poids", "vague"])
def test_a_respondent_without_weight_or_wave_is_set_aside(project, column):
    def incomplete(table):
        rows = table.index[(table["strate"] == LARGE) & (table["repondant"] == "oui")]
        table.loc[rows[0], column] = ""

    tampered(project, 2025, incomplete)
    assert ingest(project, load_edition(project, 2025)).campaign["etablissements"].rows_aside == 12
    found = pd.read_csv(project.quarantine(2025) / "etablissements.csv")
    assert (found["regle"] == f"{column}_des_repondants").sum() == 1


def test_a_stratum_with_one_respondent_left_in_an_earlier_edition_names_it_and_the_row(project):
    def spoilt(table):
        rows = table.index[(table["strate"] == SMALL) & (table["repondant"] == "oui")]
        table.loc[rows[0], "dme_stade"] = "9"

    tampered(project, 2024, spoilt)
    error = refusal(project, 2024)
    assert error.looked_at == f"data/raw/2024/etablissements.csv, edition 2024, strate '{SMALL}'"
    assert "2 answered, 1 set aside (line 568: Le stade doit être 0 sans DME" in error.found
    assert error.remedy.startswith("correct these lines at the source, or regroup the stratum")
