"""What bounds the memory of an ingest: hashes, rows written by parts, frames put on a shelf."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect import duplicates, hashes
from obsante.collect.checks import check, check_chunks
from obsante.collect.chunks import Chunk, notes
from obsante.collect.hashes import KeyHashes
from obsante.collect.shelf import Shelf
from obsante.collect.table_schema import Table
from obsante.errors import DataError

TEXT = "str"


def table(**keys) -> Table:
    fields = [{"name": "id", "type": "string", "title": "t"},
              {"name": "n", "type": "integer", "title": "t"},
              {"name": "poids", "type": "number", "title": "t", "constraints": {"minimum": 1}}]  # fmt: skip
    start = {"name": "essai", "title": "t", "description": "d", "scope": "campaign",
             "file": "essai.csv", "fields": fields, "primaryKey": "id"}  # fmt: skip
    return Table.model_validate(start | keys)


def frame(*cells: tuple, first: int = 2) -> pd.DataFrame:
    made = pd.DataFrame(cells, columns=["id", "n", "poids"], dtype=TEXT)
    return made.set_index(pd.RangeIndex(first, first + len(cells), name="ligne"))


def hashed(*chunks: list) -> KeyHashes:
    found = KeyHashes()
    for chunk in chunks:
        found.add(pd.DataFrame({"id": pd.Series(chunk, dtype=TEXT)}))
    return found


def test_repeated_keys_are_found_across_chunks_and_missing_ones_are_no_key():
    candidates = hashed(["a", "b", None], ["c", "b", None], ["a", "a"]).candidates()
    assert [batch.tolist() for batch in candidates.batches(100)] == [[0, 1, 4, 6, 7]]
    assert candidates.largest().tolist() == [0, 6, 7]


def test_a_batch_never_parts_rows_with_the_same_key():
    candidates = hashed(list("abcd") * 2, list("abcd")).candidates()
    batches = [batch.tolist() for batch in candidates.batches(4)]
    assert sorted(sum(batches, [])) == list(range(12))
    assert [len({position % 4 for position in batch}) for batch in batches] == [2, 1, 1]


def test_keys_are_looked_for_by_their_first_bits_when_they_are_many(monkeypatch):
    keys = [[str(n % 500) for n in range(700)], [str(n) for n in range(490, 900)]]
    whole = next(hashed(*keys).candidates().batches(10**6))
    monkeypatch.setattr(hashes, "_SORTED", 64)
    assert next(hashed(*keys).candidates().batches(10**6)).tolist() == whole.tolist()
    assert len(whole) == 2 * 200 + 2 * 10


def test_no_repeated_key_gives_no_batch():
    candidates = hashed(["a"], ["b"]).candidates()
    assert list(candidates.batches(10)) == []
    assert candidates.largest().tolist() == []


def test_keys_that_only_share_a_hash_set_nothing_aside(monkeypatch):
    def same(keys, **options):
        return pd.Series(np.full(len(keys), 7, dtype="uint64"))

    monkeypatch.setattr(pd.util, "hash_pandas_object", same)
    text = frame(("a", "1", None), ("b", "1", None), ("c", "2", None), ("c", "3", None))
    checked = check(table(), text, year=2025, ingested={})
    assert checked.kept["id"].tolist() == ["a", "b"]
    assert checked.violations["ligne"].tolist() == [4, 5]


def test_two_writings_of_one_key_are_one_key():
    text = frame(("a", "7", None), ("b", "007", None))
    checked = check(table(primaryKey="n"), text, year=2025, ingested={})
    assert checked.violations["regle"].tolist() == ["cle", "cle"]
    assert checked.violations["identifiant"].tolist() == ["7", "7"]


def test_a_copy_is_no_conflict_in_a_unique_column():
    fields = table().model_dump()["fields"]
    fields[1]["constraints"]["unique"] = True
    rows = [("a", "1", None), ("a", "1", None), ("b", "2", None), ("c", "2", None)]
    checked = check(table(fields=fields), frame(*rows), year=2025, ingested={})
    assert checked.violations["regle"].tolist() == ["doublon", "unique", "unique"]
    said = checked.violations["message"].iloc[1].replace("\u00a0", " ")
    assert said == ("« 2 » figure plusieurs fois dans « n », où chaque valeur est unique "
                    "(lignes 4, 5) : aucune n'est retenue.")  # fmt: skip


def test_rows_aside_for_another_reason_still_share_their_key():
    rows = [("a", "x", "10"), ("a", "1", "20"), ("b", "x", "5"), ("b", "x", "5"), ("c", "1", "0.5")]
    checked = check(table(), frame(*rows), year=2025, ingested={})
    found = checked.violations[["ligne", "regle"]].to_numpy().tolist()
    assert found == [[2, "cle"], [2, "type"], [3, "cle"], [4, "type"], [5, "doublon"], [5, "type"],
                     [6, "minimum"]]  # fmt: skip
    # Neither the copy's 5 nor the weight that is itself wrong.
    assert checked.balance.weight_aside == 10 + 20 + 5


def test_a_note_sets_its_row_aside_and_says_more_than_the_check_of_the_same_cell(tmp_path):
    text = frame(("a", "1.234", "2"), ("b", "1", "x"), ("c", "2", None))
    noted = notes([(2, "ambigu", "n", "1.234", "Deux lectures."), (3, "ambigu", "gps", "", "m")])
    checked = check_chunks(
        table(), [Chunk("a/essai.csv", text, noted)], year=2025, ingested={},
        path=tmp_path / "t.parquet", work=tmp_path,
    )  # fmt: skip
    found = checked.violations()[["fichier", "ligne", "regle", "colonne"]].to_numpy().tolist()
    assert found == [["essai.csv", 2, "ambigu", "n"], ["essai.csv", 3, "type", "poids"],
                     ["essai.csv", 3, "ambigu", "gps"]]  # fmt: skip
    assert (checked.balance.rows_kept, checked.balance.weight_aside) == (1, 2)
    assert pd.read_parquet(tmp_path / "t.parquet")["id"].tolist() == ["c"]


def test_a_column_that_can_tell_too_few_rows_apart_is_no_key(monkeypatch):
    monkeypatch.setattr(duplicates, "_CELLS", 6)
    text = frame(*(("NA", str(n), None) for n in range(3)))
    with pytest.raises(DataError) as raised:
        check(table(), text, year=2025, ingested={})
    assert raised.value.looked_at == "essai.csv, line 2, essai.csv, line 3, essai.csv, line 4"
    assert raised.value.found == "3 rows with one value of id"


def test_candidates_are_compared_in_several_batches(monkeypatch):
    monkeypatch.setattr(duplicates, "_CELLS", 6)
    rows = [(str(n % 10), "1" if n < 15 else "2", None) for n in range(20)]
    checked = check(table(), frame(*rows), year=2025, ingested={})
    assert checked.violations["regle"].value_counts().to_dict() == {"cle": 10, "doublon": 5}
    assert checked.violations["ligne"].is_monotonic_increasing
    assert sorted(checked.kept["id"]) == list("01234")


def test_a_chunk_without_any_row_kept_does_not_shift_the_others(tmp_path):
    chunks = [
        [("a", "1", None), ("b", "2", None)],
        [("c", "x", None), ("d", "y", None)],
        [("e", "5", None), ("a", "6", None), ("f", "z", None), ("g", "8", None)],
        [],
        [("g", "8", None), ("h", "9", None)],
    ]
    texts = [Chunk("essai.csv", frame(*rows, first=2 + 10 * n)) for n, rows in enumerate(chunks)]
    checked = check_chunks(table(), texts, year=2025, ingested={},
                           path=tmp_path / "t.parquet", work=tmp_path)  # fmt: skip
    found = checked.violations()[["ligne", "regle"]].to_numpy().tolist()
    assert found == [[2, "cle"], [12, "type"], [13, "type"], [23, "cle"], [24, "type"],
                     [42, "doublon"]]  # fmt: skip
    assert pd.read_parquet(tmp_path / "t.parquet")["id"].tolist() == ["b", "e", "g", "h"]
    assert not list(tmp_path.glob("*.former"))


def test_files_without_any_row_are_refused(tmp_path):
    with pytest.raises(DataError, match="no row"):
        check_chunks(table(), [], year=2025, ingested={}, path=tmp_path / "t", work=tmp_path)


def test_frames_beyond_the_room_in_memory_go_to_disk_and_come_back_the_same(tmp_path):
    shelf = Shelf(tmp_path / "étagère", cells=4)
    frames = [pd.DataFrame({"a": pd.Series(["x", None], dtype=TEXT), "b": [1.5, 2.5]},
                           index=pd.Index([n, n + 5], name="ligne")) for n in range(3)]  # fmt: skip
    for number, one in enumerate([*frames, frames[0].head(0)]):
        shelf.put(number, one)
    assert len(list((tmp_path / "étagère").iterdir())) == 2
    for number, one in enumerate(frames):
        pd.testing.assert_frame_equal(shelf.get(number), one)
    assert shelf.get(3) is None
