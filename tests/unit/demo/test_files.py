"""The files: the same bytes on every run, small, vouched for, and all that ingest needs."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest
import yaml

from obsante.collect import dictionary
from obsante.collect.demo import generate
from obsante.collect.demo.campaign import TABLES
from obsante.collect.sources import SHEET, TRUTH
from obsante.collect.store import read_index
from obsante.paths import Project

YEARS = (2023, 2024, 2025)
# No recommendation of an earlier edition to follow in the first one.
ABSENT = {2023: {"suivi_recommandations"}, 2024: set(), 2025: set()}
FILES = {
    year: [*(f"{table}.csv" for table in TABLES if table not in absent), TRUTH, SHEET]
    for year, absent in ABSENT.items()
}
TOO_SMALL = {"comites", "financements", "suivi_recommandations"}
EACH = [(year, name) for year, names in FILES.items() for name in names]
CSV = [(year, name.removesuffix(".csv")) for year, name in EACH if name.endswith(".csv")]


@pytest.mark.parametrize(("year", "name"), EACH)
def test_the_committed_files_are_regenerated_bit_for_bit(checkout, generated, year, name):
    committed = checkout.raw(year) / name
    assert committed.read_bytes() == (generated / str(year) / name).read_bytes()


def test_an_edition_alone_has_the_same_bytes_as_with_the_others(
    checkout, editions, generated, tmp_path
):
    generate(checkout, [editions[2024]], scale=1, out=tmp_path / "seule", progress=lambda: None)
    for name in FILES[2024]:
        alone = (tmp_path / "seule" / "2024" / name).read_bytes()
        assert alone == (generated / "2024" / name).read_bytes()


def test_the_committed_files_are_a_few_megabytes(checkout):
    sizes = [(checkout.raw(year) / name).stat().st_size for year, name in EACH]
    assert sum(sizes) <= 14_000_000


@pytest.mark.parametrize("year", YEARS)
def test_the_source_sheet_vouches_for_every_file(generated, year):
    folder = generated / str(year)
    sheet = yaml.safe_load((folder / "sources.yml").read_text(encoding="utf-8"))["files"]
    assert sorted(sheet) == sorted(set(FILES[year]) - {SHEET})
    for name, entry in sheet.items():
        assert entry["synthetic"] is True
        assert entry["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert "démonstration" in entry["producer"]


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_dictionary_in_its_order(checkout, tables, name):
    expected = dictionary.load(name, checkout).columns
    assert all(list(tables[name, year].columns) == expected
               for year in YEARS if name not in ABSENT[year])  # fmt: skip


def test_progress_is_told_of_each_edition(generated, told):
    assert len(told) == len(YEARS)


@pytest.mark.slow
def test_a_larger_scale_multiplies_frame_and_sample(checkout, editions, tables, truths, tmp_path):
    folder = generate(checkout, [editions[2025]], scale=2, out=tmp_path, progress=lambda: None)
    large = pd.read_csv(folder / "2025" / "etablissements.csv", dtype="str")
    small = tables["etablissements", 2025]
    assert 1.8 < len(large) / len(small) < 2.1
    sheet = yaml.safe_load((folder / "2025" / "verite.json").read_text(encoding="utf-8"))
    frame = truths[2025]["base_de_sondage"]["etablissements"]
    assert sheet["base_de_sondage"] | {"comptes_reels": 0} == {
        "etablissements": 2 * frame, "echelle": 2, "comptes_reels": 0,
    }  # fmt: skip


def corrected(project: Project, year: int, name: str) -> int:
    """Rows of a table that ``corrections.yml`` mends: they are spoilt, and not set aside."""
    path = project.corrections(year)
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["corrections"] if path.exists() else []
    return len({str(one["key"]) for one in listed if one["table"] == name})


# The committed files, which are the generated ones (first test), are ingested once for all tests.
@pytest.mark.slow
@pytest.mark.parametrize(("year", "name"), CSV)
def test_ingest_sets_aside_the_spoilt_rows_and_no_other(ingested, truths, tables, year, name):
    spoilt = sum(truths[year]["lignes_sales"].get(name, {}).values())
    aside = spoilt - corrected(ingested, year, name)
    balance = read_index(ingested, year)[name]
    assert (balance.rows_in, balance.rows_aside) == (len(tables[name, year]), aside)
    lines = pd.read_csv(ingested.quarantine(year) / f"{name}.csv")["ligne"]
    assert lines.nunique() == aside
    # A single spoilt row would be several per cent of the registers of a few dozen rows.
    least = 0 if name in TOO_SMALL else 0.0045 * balance.rows_in
    assert least <= spoilt <= max(1, 0.011 * balance.rows_in)


@pytest.mark.parametrize("year", YEARS)
def test_every_stratum_keeps_two_respondents_once_checked(ingested, year):
    kept = pd.read_parquet(ingested.tables(year) / "etablissements.parquet")
    assert kept[kept["repondant"] == "oui"].groupby("strate").size().min() >= 2
    assert kept["strate"].nunique() == kept.groupby("strate")["repondant"].any().sum()
