"""From raw files to tables: what is kept, what is set aside, what is refused."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from obsante import collect
from obsante.collect import ingestion
from obsante.collect.table_schema import PSEUDONYM
from obsante.edition import load_edition
from obsante.errors import DataError, ObsanteError
from obsante.paths import find_project

YEAR = 2025
HERE = Path(__file__)
GOOD = ("E1,2025,01,oui,1,12.5,10,2025-03-01,", 'E2,2025,03,non,0,,20,,"dit ""oui"""')


def ingest(small):
    return collect.ingest(small.project, load_edition(small.project, YEAR))


def quarantine(small, table="etablissements") -> pd.DataFrame:
    path = small.project.quarantine(YEAR) / f"{table}.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_an_edition_without_campaign_gets_its_reference_tables(small):
    report = ingest(small)
    assert collect.available(small.project, YEAR) == ["regions", "provinces"]
    assert report.summary() == [
        "2025 reference: 2 tables, 5 rows",
        "2025 no campaign file: reference tables only",
    ]


def test_the_columns_of_a_table_have_the_types_of_the_dictionary(small):
    small.facilities(*GOOD)
    ingest(small)
    table = collect.load("etablissements", edition=YEAR)
    assert table.dtypes.astype(str).to_dict() == {
        "id_etablissement": "str", "edition": "Int64", "region": "category", "dme": "category",
        "dme_stade": "Int64", "postes": "float64", "poids": "float64",
        "visite": "datetime64[us]", "note": "str",
    }  # fmt: skip
    assert table["dme"].cat.categories.tolist() == ["sans_objet", "oui", "non"]
    assert not table["dme"].cat.ordered
    assert table["note"].tolist()[1] == 'dit "oui"'
    assert table["postes"].isna().tolist() == [False, True]


def test_the_columns_may_come_in_any_order_and_after_a_byte_order_mark(small):
    small.raw("2025/professionnels.csv", "\ufeffid_etablissement,id\nE1,P1\n")
    small.facilities(*GOOD)
    ingest(small)
    assert collect.load("professionnels", edition=YEAR).columns.tolist() == [
        "id", "id_etablissement"]  # fmt: skip


def test_each_faulty_cell_is_a_line_of_the_quarantine_that_says_what_to_write(small):
    small.facilities(
        *GOOD,
        "E3,2025,Fez,oui,1,,30,,",  # line 4
        'E4,2025,,oui,1,"12,5",40,,',  # line 5
        "E5,2024,01,oui,7,-1,0.5,31/12/2025,",  # line 6
        "X6,2025,01,oui,1, 12,60,2024-12-31,",  # line 7
        "E7,2025,01,oui,0,1e3,70,,",  # line 8
        *(f"E{n},2025,01,,,,1,," for n in range(8, 14)),
    )
    report = ingest(small)
    found = quarantine(small)
    keys = ["ligne", "identifiant", "regle", "colonne", "valeur"]
    assert found[keys].to_numpy().tolist() == [
        ["4", "E3", "modalite", "region", "Fez"],
        ["5", "E4", "obligatoire", "region", ""],
        ["5", "E4", "type", "postes", "12,5"],
        ["6", "E5", "edition", "edition", "2024"],
        ["6", "E5", "modalite", "dme_stade", "7"],
        ["6", "E5", "minimum", "postes", "-1"],
        ["6", "E5", "minimum", "poids", "0.5"],
        ["6", "E5", "type", "visite", "31/12/2025"],
        ["7", "X6", "format", "id_etablissement", "X6"],
        ["7", "X6", "type", "postes", " 12"],
        ["7", "X6", "minimum", "visite", "2024-12-31"],
        ["8", "E7", "dme_et_stade", "dme, dme_stade", "oui, 0"],
        ["8", "E7", "type", "postes", "1e3"],
    ]
    assert set(found["table"]) == {"etablissements"}
    assert set(found["fichier"]) == {"etablissements.csv"}
    said = dict(zip(found["valeur"], found["message"].str.replace("\u00a0", " "), strict=True))
    assert said["Fez"] == ("« Fez » n'est pas une modalité de « region » : "
                           "la plus proche est « 03 » (Fès-Meknès).")  # fmt: skip
    assert said["12,5"] == "« 12,5 » n'est pas un nombre : écrire « 12.5 »."
    assert said["oui, 0"] == "Le stade doit être 0 sans DME et 1 avec"
    assert said[" 12"] == "«  12 » n'est pas un nombre : écrire « 12 »."
    # E5's weight is itself wrong: 30 + 40 + 60 + 70.
    balance = report.campaign["etablissements"]
    assert (balance.rows_in, balance.rows_kept, balance.rows_aside) == (13, 8, 5)
    assert balance.weight_aside == 200
    assert collect.load("etablissements", edition=YEAR)["id_etablissement"].tolist() == [
        "E1", "E2", "E8", "E9", "E10", "E11", "E12", "E13"]  # fmt: skip


def test_of_identical_rows_the_first_is_kept_and_its_weight_is_not_lost(small):
    small.facilities(GOOD[0], GOOD[1], GOOD[0], GOOD[0])
    balance = ingest(small).campaign["etablissements"]
    found = quarantine(small)
    assert found[["ligne", "regle"]].to_numpy().tolist() == [["4", "doublon"], ["5", "doublon"]]
    assert found["message"].iloc[0] == "Copie identique de la ligne 2, seule examinée."
    assert (balance.rows_kept, balance.rows_aside, balance.weight_aside) == (2, 2, 0)


def test_different_rows_with_the_same_key_are_all_set_aside(small):
    other = "E1,2025,03,non,0,,30,,"
    small.facilities(GOOD[0], GOOD[1], other, GOOD[0], *(f"E{n},2025,01,,,,,," for n in (3, 4)))
    balance = ingest(small).campaign["etablissements"]
    found = quarantine(small)
    assert found[["ligne", "regle"]].to_numpy().tolist() == [
        ["2", "cle"], ["4", "cle"], ["5", "doublon"]]  # fmt: skip
    assert "(lignes 2, 4)" in found["message"].iloc[0]
    assert (balance.rows_kept, balance.rows_aside, balance.weight_aside) == (3, 3, 40)


def test_a_row_that_refers_to_a_row_set_aside_is_set_aside(small):
    small.facilities(*GOOD, "E3,2025,01,oui,0,,,,")
    small.raw("2025/professionnels.csv", "id,id_etablissement\nP1,E1\nP2,E3\nP3,E2\n")
    ingest(small)
    found = quarantine(small, "professionnels")
    assert found[["ligne", "regle", "valeur"]].to_numpy().tolist() == [["3", "reference", "E3"]]
    assert "« E3 » n'est dans aucune ligne retenue de la table « etablissements »" in found[
        "message"].iloc[0].replace("\u00a0", " ")  # fmt: skip
    assert collect.load("professionnels", edition=YEAR)["id"].tolist() == ["P1", "P3"]


def test_line_numbers_count_the_lines_inside_quoted_cells(small):
    small.facilities(GOOD[0], 'E2,2025,01,,,,,,"sur\ndeux lignes"', "E3,2025,99,,,,,,")
    ingest(small)
    assert quarantine(small)["ligne"].tolist() == ["5"]
    assert collect.load("etablissements", edition=YEAR)["note"].iloc[1] == "sur\ndeux lignes"


def test_too_many_rows_aside_names_the_most_frequent_rules_with_an_example(small):
    small.facilities(GOOD[0], *(f"E{n},2025,Fes,,,x,,," for n in range(2, 5)), "E5,,01,,,,,,")
    with pytest.raises(DataError) as raised:
        ingest(small)
    assert "4 of 5 rows (80.0%)" in raised.value.found
    assert "modalite in region (3 times; first at line 3" in raised.value.found
    assert "obligatoire in edition (1 times; first at line 6" in raised.value.found
    assert "at most 50.0%" in raised.value.expected


def test_a_share_equal_to_the_limit_is_tolerated(small):
    small.facilities(GOOD[0], "E2,2025,Fes,,,,,,")
    assert ingest(small).campaign["etablissements"].rows_aside == 1


def test_a_reference_table_tolerates_no_faulty_row(small):
    small.raw("reference/regions.csv", "code,nom_fr,population\n01,Tanger,40\n3,Fès,\"60,0\"\n",
              synthetic=False)  # fmt: skip
    with pytest.raises(DataError) as raised:
        ingest(small)
    assert raised.value.looked_at == "data/raw/reference/regions.csv, line 3, column code"
    assert raised.value.found.startswith("'3': «")
    assert "(and 1 more)" in raised.value.found


def test_a_failed_ingest_leaves_tables_and_quarantine_byte_for_byte(small):
    small.facilities(*GOOD, "E3,2025,Fes,,,,,,")
    ingest(small)
    before = small.state()
    assert "quarantine/etablissements.csv" in before
    small.facilities(GOOD[0], "E2,2025,Fes,,,,,,", "E3,2025,Fes,,,,,,")
    with pytest.raises(DataError):
        ingest(small)
    assert small.state() == before


def test_a_write_that_fails_half_way_leaves_tables_and_quarantine(small, monkeypatch):
    small.facilities(*GOOD)
    ingest(small)
    before = small.state()
    small.facilities(GOOD[0])

    def full(*args, **keys):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(ObsanteError, match="tables"):
        ingest(small)
    assert small.state() == before
    assert not [p for p in small.project.processed(YEAR).iterdir() if p.name.startswith(".")]


def test_a_swap_that_fails_half_way_brings_the_former_tables_back(small, monkeypatch):
    small.facilities(*GOOD)
    ingest(small)
    before = small.state()
    small.facilities(GOOD[0])
    swapped, replace = [], os.replace

    def failing(source, target):
        # The tables are already in place when the quarantine can't be.
        if Path(target) == small.project.quarantine(YEAR) and swapped == ["tables"]:
            swapped.append("quarantine")
            raise PermissionError(13, "Permission denied")
        if Path(target) == small.project.tables(YEAR):
            swapped.append("tables")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(ObsanteError, match="Permission denied"):
        ingest(small)
    assert swapped[:2] == ["tables", "quarantine"]
    assert small.state() == before
    assert not [p for p in small.project.processed(YEAR).iterdir() if p.name.startswith(".")]


def test_two_ingests_write_the_same_bytes(small):
    small.facilities(*GOOD, "E3,2025,Fes,,,,,,")
    small.raw("2025/professionnels.csv", "id,id_etablissement\nP1,E1\n")
    ingest(small)
    before = small.state()
    shutil.rmtree(small.project.processed(YEAR))
    ingest(small)
    assert small.state() == before
    assert {"tables/etablissements.parquet", "tables/index.json"} < set(before)


def test_the_index_says_where_each_table_comes_from(small):
    path = small.facilities(*GOOD)
    ingest(small)
    index = json.loads((small.project.tables(YEAR) / "index.json").read_text(encoding="utf-8"))
    entry = index["etablissements"]
    assert entry["file"] == "data/raw/2025/etablissements.csv"
    assert (entry["rows_in"], entry["rows_kept"], entry["rows_aside"]) == (2, 2, 0)
    assert len(entry["sha256"]) == 64
    assert entry["files"] == {
        entry["file"]: {"sha256": entry["sha256"], "rows_in": 2, "rows_kept": 2, "rows_aside": 0}
    }
    assert entry["key"] is None
    assert list(index) == ["regions", "etablissements", "provinces"]
    assert path.is_file()


def test_a_table_whose_neighbour_is_missing_is_refused(small):
    small.raw("2025/professionnels.csv", "id,id_etablissement\nP1,E1\n")
    with pytest.raises(DataError, match="professionnels.csv") as raised:
        ingest(small)
    assert "'etablissements', which is not there" in raised.value.found


def test_a_rule_that_cannot_be_evaluated_is_the_dictionary_s_fault(small):
    small.facilities(*GOOD)
    text = small.dictionaries["etablissements"].replace(
        "(dme == 'oui') == (dme_stade > 0)", "dme > dme_stade"
    )
    small.write("config/dictionary/etablissements.yml", text)
    with pytest.raises(DataError, match="rule 'dme_et_stade'"):
        ingest(small)


def test_a_rule_does_not_apply_where_one_of_its_columns_is_missing(small):
    small.facilities("E1,2025,01,oui,,,,,", "E2,2025,01,,0,,,,")
    assert ingest(small).campaign["etablissements"].rows_aside == 0


def test_rows_in_equal_rows_kept_plus_rows_aside_for_any_mix(small):
    rows = [f"E{n % 7},2025,{'01' if n % 3 else 'xx'},oui,{n % 2},{n},,," for n in range(40)]
    small.facilities(*rows, *(f"E{n},2025,01,,,,,," for n in range(100, 200)))
    balance = ingest(small).campaign["etablissements"]
    assert balance.rows_in == 140 == balance.rows_kept + balance.rows_aside
    assert quarantine(small)["ligne"].nunique() == balance.rows_aside


def test_identifiers_stop_at_the_door_and_the_index_tells_the_key(small):
    text = small.dictionaries["etablissements"].replace(
        "  - {name: note, type: string, title: Note}\n",
        "  - {name: note, type: string, title: Note, identifier: {kind: nom, treatment: drop}}\n"
        "  - {name: agent, type: string, title: Agent, constraints: {unique: true},\n"
        "     identifier: {kind: nom, treatment: pseudonym}}\n",
    )
    small.write("config/dictionary/etablissements.yml", text)
    small.write("config/privacy.yml", (find_project(HERE).config / "privacy.yml").read_bytes())
    header = small.header.rstrip("\n") + ",agent\n"
    names = ["Fictif A", "Fictif B", "fictif  a", ""]
    rows = [f"E{n},2025,01,,,,,,Inventé,{name}\n" for n, name in enumerate(names)]
    small.raw("2025/etablissements.csv", header + "".join(rows))
    ingest(small)
    table = collect.load("etablissements", edition=YEAR)
    assert "note" not in table
    assert table["agent"].str.fullmatch(PSEUDONYM).tolist() == [True, False]
    assert quarantine(small)["regle"].tolist() == ["unique", "unique"]
    kept = b"".join(small.state().values())
    assert b"ictif" not in kept
    assert "Inventé".encode() not in kept
    index = json.loads(small.state()["tables/index.json"])
    assert len(index["etablissements"]["key"]) == 16
    assert index["regions"]["key"] is None


def test_progress_is_told_of_every_row(small):
    small.facilities(*GOOD)
    told = []
    collect.ingest(small.project, load_edition(small.project, YEAR), progress=told.append)
    assert sum(told) == 2 + 3 + 2
    assert told[-1] == 3


def test_ingest_is_a_function_of_the_room():
    assert collect.ingest is ingestion.ingest


def test_what_a_killed_ingest_left_is_removed_by_the_next(small):
    small.facilities(small.row.strip())
    collect.ingest(small.project, load_edition(small.project, YEAR))
    folder = small.project.processed(YEAR)
    for name in (".tables.x1", ".quarantine.x2"):
        (folder / name).mkdir()
    collect.ingest(small.project, load_edition(small.project, YEAR))
    assert sorted(path.name for path in folder.iterdir()) == ["quarantine", "tables"]
