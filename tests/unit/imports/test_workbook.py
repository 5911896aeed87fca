"""Workbooks as people fill them: titles, merged cells, real and written dates, formulas, faults."""

from __future__ import annotations

import datetime as dt
import re
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from obsante.errors import DataError

DAY = dt.datetime(2025, 12, 31)
HEADER = ["Identifiant", "Région", "Province", "Dossier électronique", "Postes", "Lits",
          "Date de visite", "Actif"]  # fmt: skip


def refusal(desk, name: str = "a.xlsx", profile: str = "classeur", table: str = "sites"):
    with pytest.raises(DataError) as raised:
        desk.read(name, profile, table)
    return raised.value


def rewrite(path, change) -> None:
    """Change the text of the parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, change(name, content))


def test_real_values_and_values_written_as_text_give_the_same_cells(desk):
    desk.workbook(
        "a.xlsx", ["Enquête 2025"], [], HEADER,
        ["S1", "Fès-Meknès", "Fès", "Oui", 12.5, 1234, DAY, True],
        ["S2", 3, "3.231", "نعم", "12,5", "1\u202f234", "31/12/2025", "oui"],
        [None] * 8,
        ["S3", "03", "03.231", True, 0.1 + 0.2, 1234.0, 46022, "non"],
        [None, " "],
        merged=["A1:H1"],
    )  # fmt: skip
    rows, notes = desk.read("a.xlsx", "classeur")
    assert (list(rows), notes) == ([4, 5, 7], [])
    assert rows[4][:9] == ["S1", "03", "03.231", "oui", None, "12.5", "1234", "2025-12-31", "true"]
    assert rows[5] == ["S2", *rows[4][1:]]
    assert rows[7][1:9] == ["03", "03.231", "oui", None, "0.3", "1234", "2025-12-31", "false"]


def test_an_exact_number_is_never_ambiguous(desk):
    start = ["S1", "02", None, None]
    desk.workbook("a.xlsx", HEADER, [*start, 1.234], [*start, "1.234"])
    rows, notes = desk.read("a.xlsx", "classeur")
    assert (rows[2][5], rows[3][5]) == ("1.234", "1.234")
    assert notes == [(3, "ambigu", "postes", "1.234")]


def test_a_date_with_a_time_is_its_day_and_stays_whole_in_a_text(desk):
    afternoon = dt.datetime(2025, 3, 1, 14, 5)
    desk.workbook("a.xlsx", [*HEADER[:2], "Date de visite", "Remarque"],
                  ["S1", "02", afternoon, afternoon])  # fmt: skip
    cells = desk.read("a.xlsx", "classeur")[0][2]
    assert (cells[7], cells[-1]) == ("2025-03-01", "2025-03-01T14:05:00")


def test_serial_days_of_an_old_macintosh_workbook_have_their_own_origin(desk):
    path = desk.workbook("a.xlsx", ["id", "region", "visite"], ["S1", "02", 44560])
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book.save(path)
    assert desk.read("a.xlsx", "classeur")[0][2][7] == "2025-12-31"


def test_a_merged_cell_counts_in_all_the_rows_that_it_covers(desk):
    desk.workbook("a.xlsx", ["id", "region", "postes"], ["S1", "02", 1], ["S2", None, 2],
                  ["S3", "03", 3], merged=["B2:B3"])  # fmt: skip
    assert [row[1] for row in desk.read("a.xlsx", "classeur")[0].values()] == ["02", "02", "03"]


def test_two_header_rows_joined_by_merged_cells_give_one_header(desk):
    desk.workbook("a.xlsx", ["Identifiant", "Lieu", None, "Moyens"],
                  [None, "Région", "Province", "Lits"], ["S1", "02", "Oujda-Angad", 3],
                  merged=["A1:A2", "B1:C1"])  # fmt: skip
    rows, _ = desk.read("a.xlsx", "classeur")
    assert rows[3][:3] == ["S1", "02", "02.411"]
    assert rows[3][6] == "3"


def test_an_error_of_the_spreadsheet_is_a_note(desk):
    desk.workbook("a.xlsx", HEADER, ["S1", "02", None, "#N/A", "#DIV/0!", "#VALEUR!", None, None])
    rows, notes = desk.read("a.xlsx", "classeur")
    assert notes == [(2, "type", "dme", "#N/A"), (2, "type", "postes", "#DIV/0!"),
                     (2, "type", "lits", "#VALEUR!")]  # fmt: skip
    assert rows[2][3] == "#N/A"
    assert desk.messages("a.xlsx", "classeur")[0].startswith(
        "La cellule porte l'erreur de calcul « #N/A » :"
    )


def test_a_formula_counts_as_its_result_and_without_one_is_a_note(desk):
    path = desk.workbook("a.xlsx", ["id", "region", "postes", "lits"], ["S1", "02", "=1+1", "=2+2"])
    rewrite(path, lambda name, text: re.sub(rb"<f>2\+2</f><v ?/>", b"<f>2+2</f><v>4</v>", text))
    rows, notes = desk.read("a.xlsx", "classeur")
    assert rows[2][6] == "4"
    assert notes == [(2, "type", "postes", "=1+1")]
    assert "enregistrée sans son résultat" in desk.messages("a.xlsx", "classeur")[0]


def test_a_wrong_dimension_written_by_a_program_hides_nothing(desk):
    path = desk.workbook("a.xlsx", ["id", "region", "postes"], ["S1", "02", 1], ["S2", "03", 2])
    wrong = b'<dimension ref="A1"'
    rewrite(path, lambda name, text: re.sub(rb'<dimension ref="[^"]*"', wrong, text))
    assert len(desk.read("a.xlsx", "classeur")[0]) == 2


def test_the_sheet_with_the_header_is_found_among_visible_ones(desk):
    rows = [["id", "region", "postes"], ["S1", "02", 1]]
    path = desk.sheets("a.xlsx", {"Lisez-moi": [["Texte"]], "Données": rows, "Copie": rows})
    error = refusal(desk)
    assert "2 headers: sheet 'Données', row 1; sheet 'Copie', row 1" in error.found
    book = openpyxl.load_workbook(path)
    book["Copie"].sheet_state = "hidden"
    book.save(path)
    assert list(desk.read("a.xlsx", "classeur")[0]) == [2]


def test_the_declared_sheet_is_read_or_the_nearest_named(desk):
    desk.profile("x", format="xlsx", sheets={"sites": "Saisie 2"})
    rows = [["id", "region", "postes"], ["S1", "02", 1]]
    desk.sheets("a.xlsx", {"Saisie 1": rows, "Saisie 2": [*rows, ["S2", "03", 1]]})
    assert len(desk.read("a.xlsx", "x")[0]) == 2
    desk.sheets("a.xlsx", {"Saisie 1": rows, "Feuil1": []})
    error = refusal(desk, profile="x")
    assert error.found == "no visible sheet 'Saisie 2'"
    assert "'Saisie 1' (nearest)" in error.expected


def test_a_cell_beyond_the_header_is_refused(desk):
    desk.workbook("a.xlsx", ["id", "region", "postes", None], ["S1", "02", 1, None, "x"])
    error = refusal(desk)
    assert (error.looked_at, error.found) == ("a.xlsx, sheet 'Saisie', row 2", "5 cells")


def test_a_sheet_without_header_or_without_row_is_refused(desk):
    desk.workbook("a.xlsx", ["Avis"], ["Fin"])
    assert refusal(desk).found == "no header"
    desk.workbook("a.xlsx", HEADER)
    assert refusal(desk).found == "a header but no row"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"id;region\n", "text or another kind of file"),
        (b"\xd0\xcf\x11\xe0 Workbook", "a workbook of Excel 97-2003 (.xls)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
         "a workbook with a password"),
    ],
)  # fmt: skip
def test_another_kind_of_file_is_named(desk, content, found):
    desk.write("a.xlsx", content)
    assert refusal(desk).found == found


def test_a_damaged_workbook_is_a_clear_error(desk):
    path = desk.workbook("a.xlsx", HEADER, ["S1", "02"])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(desk).found.startswith("a damaged or truncated workbook")
    path.write_bytes(whole)
    rewrite(path, lambda name, text: text[:-30] if "sheet1" in name else text)
    assert refusal(desk).found.startswith("a damaged or truncated workbook")


def test_an_archive_that_is_no_workbook_is_a_clear_error(desk):
    with zipfile.ZipFile(desk.write("a.xlsx", b""), "w") as archive:
        archive.writestr("content.xml", "<office/>")
    assert refusal(desk).found == "an archive that is no XLSX workbook"


def test_a_workbook_is_known_by_its_content_not_by_its_name(desk):
    path = desk.workbook("a.xlsx", ["id", "region", "postes"], ["S1", "02", 1])
    path.rename(path.with_suffix(".csv"))
    assert desk.read("a.csv", "classeur")[0][2][:2] == ["S1", "02"]
