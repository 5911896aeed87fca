"""The one reader: what it gives, what it remembers, what it refuses."""

from __future__ import annotations

import hashlib
import json
import shutil

import pandas as pd
import pytest

from obsante import collect
from obsante.collect import reader
from obsante.edition import load_edition
from obsante.errors import DataError, EditionError

YEAR = 2025
TRUTH = """\
{"edition": 2025, "indicateurs": {"inf.dme": {"national": 0.3, "milieu=urbain": 0.4},
                                  "inf.dme_stade": {"stade=1": 0.2}}}
"""
ROWS = ("E1,2025,01,oui,1,12.5,10,2025-03-01,", "E2,2025,xx,,,,4,,")


@pytest.fixture
def ingested(small, monkeypatch):
    small.facilities(*ROWS)
    collect.ingest(small.project, load_edition(small.project, YEAR))
    monkeypatch.setattr(reader, "_read", {})
    return small


def test_what_was_read_is_remembered_in_order_without_repeats(ingested):
    for name in ("etablissements", "regions", "etablissements"):
        collect.load(name, edition=YEAR)
    path = ingested.project.raw(YEAR) / "etablissements.csv"
    first, second = collect.inputs_read()
    assert (first.table, first.edition, first.rows) == ("etablissements", 2025, 1)
    assert first.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (second.table, second.rows) == ("regions", 2)


def test_a_table_that_was_not_read_is_not_remembered(ingested):
    with pytest.raises(DataError):
        collect.load("professionnels", edition=YEAR)
    collect.set_aside_rows("etablissements", edition=YEAR)
    assert collect.inputs_read() == []


def test_every_category_survives_the_round_trip_in_order(ingested):
    table = collect.load("etablissements", edition=YEAR)
    assert table["region"].cat.categories.tolist() == ["01", "03"]
    assert table["dme"].cat.categories.tolist() == ["sans_objet", "oui", "non"]
    assert table.index.tolist() == [0]


def test_rows_set_aside_come_with_their_weight(ingested):
    balance = collect.set_aside_rows("etablissements", edition=YEAR)
    assert (balance.rows_in, balance.rows_kept, balance.rows_aside) == (2, 1, 1)
    assert balance.weight_aside == 4


def test_the_file_of_a_table_counts_as_read(ingested):
    path = collect.table_file("etablissements", edition=YEAR)
    assert pd.read_parquet(path)["id_etablissement"].tolist() == ["E1"]
    assert [(read.table, read.rows) for read in collect.inputs_read()] == [("etablissements", 1)]


def test_the_file_of_a_table_that_is_missing_or_out_of_date_is_an_error(ingested):
    (ingested.project.tables(YEAR) / "regions.parquet").unlink()
    with pytest.raises(DataError, match="missing or damaged"):
        collect.table_file("regions", edition=YEAR)
    ingested.edit("config/dictionary/etablissements.yml", "label: Oui", "label: Présent")
    with pytest.raises(DataError, match="has changed since"):
        collect.table_file("etablissements", edition=YEAR)


def test_the_quarantine_is_read_as_text_with_its_lines_as_integers(ingested):
    found = collect.quarantined("etablissements", edition=YEAR)
    assert found.drop(columns="message").to_numpy().tolist() == [
        ["etablissements", "etablissements.csv", 3, "E2", "modalite", "region", "xx"]]  # fmt: skip
    assert collect.quarantined("regions", edition=YEAR).columns.tolist() == found.columns.tolist()
    assert collect.inputs_read() == []


def test_a_damaged_quarantine_is_a_clear_error(ingested):
    (ingested.project.quarantine(YEAR) / "etablissements.csv").write_bytes(b"table,ligne\n")
    with pytest.raises(DataError, match="missing or damaged file"):
        collect.quarantined("etablissements", edition=YEAR)


def test_pseudonyms_are_linked_if_one_key_made_them(ingested):
    tables = ingested.project.tables(YEAR)
    assert collect.keys_linked("etablissements", [YEAR])
    other = ingested.project.tables(2024)
    shutil.copytree(tables, other)
    for folder, key in [(tables, "a" * 16), (other, "b" * 16)]:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        index["etablissements"]["key"] = key
        (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    assert collect.keys_linked("etablissements", [YEAR])
    assert not collect.keys_linked("etablissements", [2024, YEAR])
    assert collect.keys_linked("regions", [2024, YEAR])
    with pytest.raises(DataError):
        collect.keys_linked("etablissements", [2023, YEAR])


def test_a_balance_that_does_not_add_up_is_an_error():
    with pytest.raises(DataError, match="balance of rows"):
        reader.Balance(3, 1, 1, 0.0)


def test_an_unknown_table_names_the_nearest(ingested):
    with pytest.raises(DataError) as raised:
        collect.load("etablissement", edition=YEAR)
    assert "'etablissements' (nearest)" in raised.value.expected


def test_a_table_not_ingested_says_how_to_ingest_it(small):
    assert collect.available(small.project, YEAR) == []
    with pytest.raises(DataError) as raised:
        collect.load("regions", edition=YEAR)
    assert raised.value.remedy.startswith("obsante ingest --edition 2025")


def test_a_dictionary_changed_since_the_ingest_is_an_error(ingested):
    ingested.edit("config/dictionary/etablissements.yml", "label: Oui", "label: Présent")
    with pytest.raises(DataError, match="has changed since"):
        collect.load("etablissements", edition=YEAR)


@pytest.mark.parametrize("file", ["index.json", "etablissements.parquet"])
def test_a_damaged_file_is_a_clear_error(ingested, file):
    (ingested.project.tables(YEAR) / file).write_bytes(b"{")
    with pytest.raises(DataError, match="missing or damaged file"):
        collect.load("etablissements", edition=YEAR)


def test_the_truth_of_a_demonstration_is_read_from_its_raw_folder(small):
    assert collect.truth(YEAR) == {}
    small.write("data/raw/2025/verite.json", TRUTH)
    assert collect.truth(YEAR) == {"inf.dme": {"national": 0.3, "milieu=urbain": 0.4}}


def test_a_real_edition_has_no_known_truth(small):
    small.write("data/raw/2025/verite.json", TRUTH)
    small.write("config/editions/2025.yml", small.edition.replace("demonstration", "real"))
    assert collect.truth(YEAR) == {}


def test_a_damaged_truth_is_a_clear_error(small):
    small.write("data/raw/2025/verite.json", '{"inf.dme": 0.3}')
    with pytest.raises(DataError, match=r"verite\.json"):
        collect.truth(YEAR)


def test_the_truth_of_an_unknown_edition_is_an_error(small):
    with pytest.raises(EditionError):
        collect.truth(2031)
