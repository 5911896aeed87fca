"""CSV as spreadsheets save it: title rows, encodings, separators, headings, values."""

from __future__ import annotations

import pytest

from obsante.errors import DataError

HEADER = "Identifiant;Région;Province;Dossier électronique;Postes;Date de visite\n"
ROW = "S1;Fes-Meknes;Fès;Oui;12,5;31/12/2025\n"
CELLS = ["S1", "03", "03.231", "oui", None, "12.5", None, "2025-12-31", None, None, None, None]


def refusal(desk, content: str | bytes, profile: str = "texte") -> DataError:
    desk.write("a.csv", content)
    with pytest.raises(DataError) as raised:
        desk.read("a.csv", profile)
    return raised.value


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252"])
def test_each_declared_encoding_is_read(desk, codec):
    desk.write("a.csv", (HEADER + ROW).encode(codec))
    assert desk.read("a.csv", "texte") == ({2: CELLS}, [])


def test_utf_16_is_read_where_it_is_declared(desk):
    desk.profile("large", format="csv", separators=["\t"], encodings=["utf-8", "utf-16"])
    desk.write("a.csv", (HEADER + ROW).replace(";", "\t").encode("utf-16"))
    assert desk.read("a.csv", "large")[0] == {2: CELLS}
    error = refusal(desk, (HEADER + ROW).encode("utf-16"))
    assert error.found == "a file in UTF-16" and "iconv -f UTF-16" in error.remedy


def test_title_rows_blank_rows_and_empty_columns_are_left_out(desk):
    content = (
        'sep=;\n"Enquête; 2025";;;;;;;\n\n;;;;;;;\n' + HEADER.replace("\n", ";;\n")
        + ROW.replace("\n", ";;\n") + ";;;;;;;\n \n" + ROW.replace("S1", "S2").replace("\n", ";;\n")
    )  # fmt: skip
    desk.write("a.csv", content)
    rows, notes = desk.read("a.csv", "texte")
    assert (list(rows), notes) == ([6, 9], [])
    assert rows[9] == ["S2", *CELLS[1:]]


def test_the_separator_is_the_one_that_gives_a_header(desk):
    desk.write("a.csv", "id,region,postes\nS1,02,1\n")
    assert desk.read("a.csv", "texte")[0][2][:2] == ["S1", "02"]


def test_a_quoted_cell_keeps_its_line_breaks_and_rows_their_lines(desk):
    desk.write("a.csv", 'id;region;note\nS1;02;"a\nb"\nS2;02;c\n')
    rows, _ = desk.read("a.csv", "texte")
    assert (rows[2][-1], rows[4][-1]) == ("a\nb", "c")


def test_bytes_of_none_of_the_encodings_are_named(desk):
    error = refusal(desk, b"id;region;note\nS1;02;\x81\n")
    assert error.found == "utf-8: byte 0x81, line 2; windows-1252: byte 0x81, line 2"


def test_two_encodings_in_one_file_are_refused(desk):
    content = (HEADER + ROW).encode() + ROW.replace("S1", "S2").encode("cp1252")
    found = refusal(desk, content).found
    assert found.endswith("windows-1252: an accent in UTF-8, line 1: two encodings in one file")


def test_windows_1252_is_not_read_unless_it_is_declared(desk):
    desk.profile("etroit", format="csv", separators=[";"])
    assert refusal(desk, (HEADER + ROW).encode("cp1252"), "etroit").found.startswith("utf-8: byte")


def test_a_nul_byte_and_a_cut_character_are_named(desk):
    assert "a NUL byte, line 2" in refusal(desk, "id;region;note\nS1;02;\0\n").found
    desk.profile("etroit", format="csv", separators=[";"])
    cut = refusal(desk, b"id;region;note\nS1;02;\xc3", "etroit")
    assert cut.found == "utf-8: byte 0xc3, line 2"


@pytest.mark.parametrize("content", ["", "\ufeff", " \n\n"])
def test_an_empty_file_is_refused(desk, content):
    assert refusal(desk, content).found == "an empty file"


def test_a_header_without_row_is_refused(desk):
    assert refusal(desk, "titre\n" + HEADER + ";;;;;\n").found == "a header but no row"


def test_no_header_names_the_nearest_row(desk):
    error = refusal(desk, "titre;\nIdentifiant;Région;Tel\nS1;02;03\n")
    assert error.found == "no header; the nearest row, line 2, names 2 of the columns"
    assert "among the first 30, that names 3 columns" in error.expected


def test_two_headers_are_refused(desk):
    error = refusal(desk, "id;region;postes\n" + HEADER + ROW)
    assert error.found == "2 headers: line 1; line 2"


@pytest.mark.parametrize(("row", "found"), [("S1;02", "2 cells"), ("S1;02;1;x", "4 cells")])
def test_a_ragged_row_is_named(desk, row, found):
    error = refusal(desk, f"id;region;postes\nS2;02;1\n{row}\n")
    assert (error.looked_at, error.found) == ("a.csv, line 3", found)


def test_wrong_quoting_is_named(desk):
    error = refusal(desk, 'id;region;postes\nS2;02;1\nS1;"02"x;1\n')
    assert error.looked_at == "a.csv, line 3"


def test_a_workbook_under_a_profile_of_text_is_refused(desk):
    desk.workbook("a.csv", ["id", "region", "postes"])
    assert refusal(desk, (desk.project.root / "a.csv").read_bytes()).found == "a workbook"


def test_a_file_that_is_not_there_is_a_clear_error(desk):
    with pytest.raises(DataError, match="could not be read: No such file"):
        desk.read("b.csv", "texte")


@pytest.mark.parametrize(
    ("start", "found"),
    [(b"%PDF-1.7\n", "a PDF"), (b"\x89PNG\r\n", "an image"), (b"\xff\xd8\xff\xe0", "an image"),
     (b"\n<!doctype html><html>", "a web page")],
)  # fmt: skip
def test_what_is_no_table_is_named_by_its_first_bytes(desk, start, found):
    error = refusal(desk, start + b"id;region;postes\n")
    assert (error.found, "sign in" in error.remedy) == (found, True)
