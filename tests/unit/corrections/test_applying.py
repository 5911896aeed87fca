"""Cells corrected, notes that go with them, and corrections that no longer apply."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.collect import ingest, store
from obsante.collect.chunks import Chunk, notes
from obsante.collect.corrections import COLUMNS
from obsante.errors import DataError

FILE = "data/raw/2025/corrections.yml"
MAIL = "@".join(["personne1", "exemple.invalid"])
GOOD = ["M02", "2", "RAS", ""]


def place(line: int, file: str = "mesures.csv") -> dict:
    return {"fichier": file, "ligne": line}


def refusal(survey, corrections, *chunks: Chunk, table: str = "mesures") -> DataError:
    with pytest.raises(DataError) as raised:
        for chunk in chunks:
            survey.apply(corrections, chunk, table)
        corrections.require_used(2025)
    return raised.value


def test_the_cell_changes_and_nothing_else(survey):
    corrections = survey.declare({})
    chunk = survey.chunk(GOOD, ["M01", "1,5", "", ""])
    out = survey.apply(corrections, chunk)
    assert out.text["postes"].tolist() == ["2", "1.5"]
    assert chunk.text["postes"].tolist() == ["2", "1,5"]
    others = ["id", "remarque"]
    pd.testing.assert_frame_equal(out.text[others], chunk.text[others])
    assert out.text.dtypes.tolist() == chunk.text.dtypes.tolist()
    assert out.file == chunk.file
    corrections.require_used(2025)


def test_a_table_and_a_chunk_without_correction_are_left_alone(survey):
    corrections = survey.declare({})
    visits = survey.chunk(["Prénom Fictif", "1", "4"], table="visites")
    assert survey.apply(corrections, visits, "visites") is visits
    chunk = survey.chunk(GOOD)
    assert survey.apply(corrections, chunk) is chunk


def test_an_empty_cell_is_filled_and_a_cell_emptied(survey):
    corrections = survey.declare(
        {"old": None, "new": "3"}, {"key": {"id": "M02"}, "column": "remarque", "old": "RAS",
                                    "new": None})  # fmt: skip
    out = survey.apply(corrections, survey.chunk(["M01", "", "a", ""], GOOD))
    assert out.text["postes"].tolist() == ["3", "2"]
    assert out.text["remarque"].isna().tolist() == [False, True]


def test_each_row_is_found_in_its_own_chunk(survey):
    corrections = survey.declare({"key": {"id": "M03"}}, {})
    first = survey.apply(corrections, survey.chunk(["M01", "1,5", "", ""], GOOD))
    second = survey.apply(corrections, survey.chunk(["M03", "1,5", "", ""], line=4))
    assert first.text["postes"].tolist() == ["1.5", "2"]
    assert second.text["postes"].tolist() == ["1.5"]
    corrections.require_used(2025)
    assert corrections.applied()["ligne"].tolist() == [2, 4]


def test_a_key_of_several_columns_with_a_pseudonym(survey):
    who = survey.key.pseudonym("nom", "Prénom Fictif")
    corrections = survey.declare({"table": "visites", "key": {"agent": who, "mois": "2"},
                                  "column": "visites", "old": "-4", "new": "4"})  # fmt: skip
    rows = [["Prénom Fictif", "1", "-4"], ["Autre Fictif", "2", "-4"], ["Prénom Fictif", "2", "-4"]]
    out = survey.apply(corrections, survey.chunk(*rows, table="visites"), "visites")
    assert out.text["visites"].tolist() == ["-4", "-4", "4"]
    assert corrections.applied()["identifiant"].tolist() == [f"{who}, 2"]


def test_a_row_known_by_its_place_even_without_key(survey):
    corrections = survey.declare(
        {"table": "notes", "key": place(3, "notes.csv"), "column": "texte", "old": "a", "new": "b"}
    )
    out = survey.apply(corrections, survey.chunk(["a"], ["a"], table="notes"), "notes")
    assert out.text["texte"].tolist() == ["a", "b"]
    assert corrections.applied()["identifiant"].tolist() == [""]


def test_the_place_is_that_of_one_file(survey):
    corrections = survey.declare({"key": place(2, "sud.csv")})
    row = ["M01", "1,5", "", ""]
    north = survey.apply(corrections, survey.chunk(row, file="data/raw/2025/nord.csv"))
    south = survey.apply(corrections, survey.chunk(row, file="data/raw/2025/sud.csv"))
    assert (north.text["postes"].tolist(), south.text["postes"].tolist()) == (["1,5"], ["1.5"])


def test_a_key_is_corrected_by_its_place_and_the_row_is_still_known_by_the_old_one(survey):
    corrections = survey.declare(
        {"key": place(2), "column": "id", "old": "m01", "new": "M01"}, {"key": {"id": "m01"}}
    )
    out = survey.apply(corrections, survey.chunk(["m01", "1,5", "", ""]))
    assert out.text.iloc[0, :2].tolist() == ["M01", "1.5"]
    assert corrections.applied()["identifiant"].tolist() == ["M01", "M01"]


@pytest.mark.parametrize(("text", "old"), [(MAIL, "•••"), (f"voir {MAIL}", "•••"),
                                           (f"voir {MAIL}", "voir •••")])  # fmt: skip
def test_a_masked_cell_is_corrected_with_its_note(survey, text, old):
    corrections = survey.declare({"column": "remarque", "old": old, "new": None})
    chunk = survey.chunk(["M01", "1", text, ""], ["M02", "2", text, ""])
    out = survey.apply(corrections, chunk)
    assert chunk.notes["ligne"].tolist() == [2, 3]
    assert out.notes["ligne"].tolist() == [3]
    assert out.text["remarque"].isna().tolist() == [True, False]


def test_a_doubtful_reading_is_settled_and_the_other_notes_stay(survey):
    corrections = survey.declare({"old": "1.234", "new": "1234"})
    chunk = survey.chunk(["M01", "1.234", "", ""])
    doubts = notes([(2, "ambigu", "postes", "1.234", "?"), (2, "ambigu", "remarque", "", "?")])
    out = survey.apply(corrections, Chunk(chunk.file, chunk.text, doubts))
    assert out.notes["colonne"].tolist() == ["remarque"]


def test_a_masked_text_asked_for_where_nothing_is_masked(survey):
    corrections = survey.declare({"key": {"id": "M02"}, "column": "remarque", "old": "•••",
                                  "new": None})  # fmt: skip
    assert refusal(survey, corrections, survey.chunk(GOOD)).found == "'RAS'"


def test_a_source_that_was_mended(survey):
    error = refusal(survey, survey.declare({}), survey.chunk(GOOD, ["M01", "1.5", "", ""]))
    assert error.looked_at == (
        f"{FILE}, key corrections.0: mesures.csv, line 3, id 'M01', column postes"
    )
    assert error.found == "'1.5', which is what the correction writes"
    assert error.expected == "'1,5', the old text of the correction"
    assert error.remedy == "the source has been mended: remove this correction"


def test_a_source_that_was_changed(survey):
    error = refusal(survey, survey.declare({}), survey.chunk(["M01", "", "", ""]))
    assert error.found == "an empty cell"
    assert error.remedy.startswith("the source has changed: remove this correction")


def test_a_key_that_several_rows_carry_even_in_two_files(survey):
    row = ["M01", "1,5", "", ""]
    chunks = [survey.chunk(row, file="nord.csv"), survey.chunk(GOOD, row, file="sud.csv")]
    error = refusal(survey, survey.declare({}), *chunks)
    assert error.looked_at == f"{FILE}, key corrections.0.key"
    assert error.found == "several rows with id 'M01': nord.csv, line 2, and sud.csv, line 3"
    assert error.remedy.startswith("write key: {fichier: 'nord.csv', ligne: 2}")
    error = refusal(survey, survey.declare({"old": "9"}), survey.chunk(row, row))
    assert error.found == "several rows with id 'M01': mesures.csv, line 2, and mesures.csv, line 3"


def test_one_cell_by_its_key_and_by_its_place(survey):
    error = refusal(
        survey, survey.declare({}, {"key": place(2)}), survey.chunk(["M01", "1,5", "", ""])
    )
    assert "a second correction of one cell" in error.found


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"key": {"id": "M99"}}, "table 'mesures' has no row with id 'M99'"),
        ({"key": place(9)}, "no row of 'mesures.csv' starts at line 9"),
        ({"key": place(2, "mesure.csv")}, "no file 'mesure.csv' for table 'mesures', but "
         "'mesures.csv' (nearest)"),
        ({"table": "notes", "key": place(2, "notes.csv"), "column": "texte"},
         "table 'notes' has no file"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_there(survey, change, why):
    corrections = survey.declare({}, change)
    error = refusal(survey, corrections, survey.chunk(["M01", "1,5", "", ""]))
    assert error.looked_at == f"{FILE}, key corrections.1"
    assert error.found == f"corrections.1: {why}"
    assert error.expected == "corrections of rows that are in the files of edition 2025"


def test_the_first_corrections_without_row_are_named_and_the_others_counted(survey):
    corrections = survey.declare(*({"key": {"id": f"M{n}"}} for n in range(10, 17)))
    found = refusal(survey, corrections, survey.chunk(GOOD)).found
    assert found.count("has no row with") == 5
    assert found.endswith("id 'M14'; and 2 more")


def test_what_was_applied_by_table_file_and_line(survey):
    corrections = survey.declare({"key": place(3), "old": None}, {"new": None})
    assert corrections.applied().columns.tolist() == COLUMNS
    assert len(corrections.applied()) == 0
    survey.apply(corrections, survey.chunk(["M01", "1,5", "", ""], ["M02", "", "", ""]))
    rest = ["Virgule décimale", "Coordination", "2026-03-15", "2026-12-31"]
    assert corrections.applied().to_numpy().tolist() == [
        ["mesures", "mesures.csv", 2, "M01", "postes", "1,5", "", *rest],
        ["mesures", "mesures.csv", 3, "M02", "postes", "", "1.5", *rest],
    ]


@pytest.fixture
def campaign(survey):
    """The same edition with its files: two faulty cells, one of them masked."""
    survey.raw("code\n01\n", "reference/regions.csv", synthetic=False)
    rows = ["M01,\"1,5\",,", f"M02,2,voir {MAIL},", "M03,3,,Prénom Fictif"]
    survey.raw("id,postes,remarque,agent\n" + "\n".join(rows) + "\n", "2025/mesures.csv")
    return survey


def balance(campaign) -> tuple[int, int, int]:
    found = ingest(campaign.project, campaign.edition).campaign["mesures"]
    return found.rows_in, found.rows_kept, found.rows_aside


def test_corrected_rows_pass_the_checks_that_their_cells_failed(campaign):
    assert balance(campaign) == (3, 1, 2)
    campaign.declare({}, {"key": {"id": "M02"}, "column": "remarque", "old": "•••", "new": "voir"})
    assert balance(campaign) == (3, 3, 0)
    kept = store.read_table(campaign.project, 2025, "mesures")
    assert kept[["postes", "remarque"]].fillna("").to_numpy().tolist() == [
        [1.5, ""], [2, "voir"], [3, ""]]  # fmt: skip


def test_a_corrected_value_is_checked_like_any_other(campaign):
    campaign.declare({"new": "-1"})
    assert balance(campaign) == (3, 1, 2)
    found = store.read_quarantine(campaign.project, 2025, "mesures")
    assert found[["ligne", "regle", "valeur"]].to_numpy().tolist()[0] == [2, "minimum", "-1"]


def test_a_correction_without_row_leaves_the_tables_as_they_were(campaign):
    balance(campaign)
    campaign.declare({}, {"key": {"id": "M99"}})
    with pytest.raises(DataError, match="corrections.1"):
        balance(campaign)
    assert len(store.read_table(campaign.project, 2025, "mesures")) == 1
