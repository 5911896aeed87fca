"""One table from several raw files: what belongs to it, and duplicates from one to another."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest

from obsante import collect
from obsante.collect.dictionary import tables
from obsante.collect.sources import raw_files
from obsante.edition import load_edition
from obsante.errors import DataError

YEAR = 2025
NORTH = ("E1,2025,01,oui,1,12.5,10,2025-03-01,", "E2,2025,01,non,0,,20,,", "E3,2025,99,,,,5,,")
SOUTH = ("E4,2025,03,non,0,,30,,", "E1,2025,01,oui,1,12.5,10,2025-03-01,", "E2,2025,03,,,,40,,",
         "E5,2025,03,,,,,,", "E6,2025,03,,,,,,")  # fmt: skip


def ingest(small) -> collect.Report:
    return collect.ingest(small.project, load_edition(small.project, YEAR))


def bring(small, name: str, *rows: str, table: str | None = "etablissements") -> None:
    path = small.raw(f"2025/{name}", small.header + "".join(f"{row}\n" for row in rows))
    small.sheet(path.parent, name, table=table)


def refusal(small) -> DataError:
    before = small.state()
    with pytest.raises(DataError) as raised:
        ingest(small)
    assert small.state() == before
    return raised.value


@pytest.fixture
def regional(small):
    """South is listed first: files are read in the order of their names."""
    bring(small, "sud.csv", *SOUTH)
    bring(small, "nord.csv", *NORTH)
    return small


def index(small) -> dict[str, dict]:
    text = (small.project.tables(YEAR) / "index.json").read_text(encoding="utf-8")
    return json.loads(text)["etablissements"]


def test_rows_come_in_the_order_of_the_files_names(regional):
    ingest(regional)
    table = collect.load("etablissements", edition=YEAR)
    assert table["id_etablissement"].tolist() == ["E1", "E4", "E5", "E6"]
    assert table.index.tolist() == [0, 1, 2, 3]
    assert table["dme"].cat.categories.tolist() == ["sans_objet", "oui", "non"]


def test_a_copy_and_a_conflict_in_another_file_name_it(regional):
    ingest(regional)
    found = collect.quarantined("etablissements", edition=YEAR)
    keys = ["fichier", "ligne", "regle"]
    assert found[keys].to_numpy().tolist() == [
        ["nord.csv", 3, "cle"], ["nord.csv", 4, "modalite"], ["sud.csv", 3, "doublon"],
        ["sud.csv", 4, "cle"],
    ]  # fmt: skip
    said = found["message"].str.replace("\u00a0", " ").tolist()
    assert "(ligne 3\u202f; ligne 4 de « sud.csv »)" in said[0]
    assert said[2] == "Copie identique de la ligne 2 de « nord.csv », seule examinée."
    assert "(ligne 4\u202f; ligne 3 de « nord.csv »)" in said[3]


def test_rows_are_balanced_in_all_and_for_each_file(regional):
    balance = ingest(regional).campaign["etablissements"]
    assert (balance.rows_in, balance.rows_kept, balance.rows_aside) == (8, 4, 4)
    # E3's 5, both E2's 20 and 40; not the copy's 10.
    assert balance.weight_aside == 65
    files = index(regional)["files"]
    assert {name: tuple(file.values())[1:] for name, file in files.items()} == {
        "data/raw/2025/nord.csv": (3, 1, 2), "data/raw/2025/sud.csv": (5, 3, 2),
    }  # fmt: skip


def test_the_index_sums_up_several_files(regional):
    ingest(regional)
    entry = index(regional)
    assert entry["file"] == "2 files: data/raw/2025/nord.csv … data/raw/2025/sud.csv"
    digests = [
        hashlib.sha256((regional.project.raw(YEAR) / name).read_bytes()).hexdigest()
        for name in ("nord.csv", "sud.csv")
    ]
    listed = f"{digests[0]}  nord.csv\n{digests[1]}  sud.csv\n"
    assert entry["sha256"] == hashlib.sha256(listed.encode()).hexdigest()
    assert [file["sha256"] for file in entry["files"].values()] == digests


def test_the_share_set_aside_is_that_of_the_whole_table(small):
    bring(small, "nord.csv", "E1,2025,Fes,,,,,,", "E2,2025,Fes,,,,,,")
    bring(small, "sud.csv", "E3,2025,01,,,,,,", "E4,2025,01,,,,,,")
    assert ingest(small).campaign["etablissements"].rows_aside == 2
    bring(small, "sud.csv", "E3,2025,01,,,,,,")
    error = refusal(small)
    assert error.looked_at == "2 files: data/raw/2025/nord.csv … data/raw/2025/sud.csv"
    assert "2 of 3 rows (66.7%)" in error.found
    assert "line 2 of nord.csv" in error.found


def test_a_file_that_was_mended_leaves_nothing_behind(regional):
    ingest(regional)
    (regional.project.raw(YEAR) / "sud.csv").unlink()
    (regional.project.raw(YEAR) / "sources.yml").unlink()
    bring(regional, "nord.csv", *NORTH[:2])
    ingest(regional)
    assert collect.quarantined("etablissements", edition=YEAR).empty
    assert len(collect.load("etablissements", edition=YEAR)) == 2
    assert set(index(regional)["files"]) == {"data/raw/2025/nord.csv"}
    names = {p.name for p in regional.project.tables(YEAR).iterdir()}
    assert names == {"index.json", "corrections.csv", "etablissements.parquet", "regions.parquet",
                     "provinces.parquet"}  # fmt: skip


def test_a_file_named_as_the_table_s_needs_no_key(small):
    bring(small, "etablissements.csv", NORTH[0], table=None)
    bring(small, "sud.csv", SOUTH[0])
    assert ingest(small).campaign["etablissements"].rows_in == 2


def test_a_key_that_contradicts_the_file_s_name_is_refused(small):
    bring(small, "etablissements.csv", NORTH[0], table="professionnels")
    error = refusal(small)
    assert error.looked_at == "data/raw/2025/sources.yml, file 'etablissements.csv', key table"
    assert error.expected == "'etablissements', as in its name"


def test_an_unknown_table_names_the_nearest(small):
    bring(small, "nord.csv", NORTH[0], table="etablissement")
    error = refusal(small)
    assert error.found == "'etablissement', which is no table of this folder"
    assert "'etablissements' (nearest)" in error.expected


def test_a_reference_table_has_one_file(small):
    path = small.raw("reference/autres.csv", "code,nom_fr,population\n05,Rabat,0\n",
                     synthetic=False)  # fmt: skip
    small.sheet(path.parent, path.name, table="regions")
    error = refusal(small)
    assert error.looked_at == "data/raw/reference/sources.yml, table 'regions'"
    assert error.found == "2 files: autres.csv, regions.csv"


def test_corrections_beside_the_sheet_are_no_data(small):
    small.facilities(NORTH[0])
    small.write("data/raw/2025/corrections.yml", "corrections: []\n")
    edition = load_edition(small.project, YEAR)
    found = raw_files(small.project, edition, tables(small.project))
    assert [raw.path.name for raw in found["etablissements"]] == ["etablissements.csv"]


def test_many_files_and_chunks_give_what_one_gives(small, monkeypatch):
    # Rows 75 to 79 are copies, 80 to 89 disagree with others; 20 and 50 are faulty, and 80 too.
    rows = [f"E{n % 75},2025,{'99' if n % 30 == 20 else '01'},,,{n // 80},,," for n in range(90)]
    small.facilities(*rows)
    ingest(small)
    whole = collect.load("etablissements", edition=YEAR)
    quarantine = collect.quarantined("etablissements", edition=YEAR)
    (small.project.raw(YEAR) / "sources.yml").unlink()
    (small.project.raw(YEAR) / "etablissements.csv").unlink()
    for first in range(0, 90, 30):
        bring(small, f"f{first:02}.csv", *rows[first : first + 30])
    monkeypatch.setattr("obsante.collect.ingestion.ROWS", 13)
    balance = ingest(small).campaign["etablissements"]
    assert (balance.rows_in, balance.rows_aside) == (90, 5 + 2 * 10 + 2)
    pd.testing.assert_frame_equal(collect.load("etablissements", edition=YEAR), whole)
    parts = collect.quarantined("etablissements", edition=YEAR)
    lines = parts["ligne"] + parts["fichier"].str[1:3].astype("int64")
    same = ["identifiant", "regle", "colonne", "valeur"]
    assert lines.tolist() == quarantine["ligne"].tolist()
    pd.testing.assert_frame_equal(parts[same], quarantine[same])
