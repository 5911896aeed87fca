"""A file in the dictionary's form is read by blocks; what is wrong is named with its line."""

from __future__ import annotations

import pytest

from obsante.collect import dictionary
from obsante.collect.imports import blocks, strict
from obsante.collect.table_schema import Table
from obsante.errors import DataError

HEADER = "code,nom_fr,nom_ar\n"


@pytest.fixture
def read(desk):
    """Read bytes or text as the file of ``regions``."""
    table = dictionary.load("regions", desk.project)

    def reading(content: bytes | str):
        return strict.read(desk.write("x.csv", content), table, "x.csv")

    return reading


def refusal(read, content) -> DataError:
    with pytest.raises(DataError) as raised:
        read(content)
    return raised.value


def test_cells_are_text_exactly_as_written(read):
    frame = read(HEADER + 'a , 01,12.50\nb,"x, y",\n')
    assert frame.index.tolist() == [2, 3]
    assert frame.columns.tolist() == ["code", "nom_fr", "nom_ar"]
    assert frame.loc[2].tolist() == ["a ", " 01", "12.50"]
    assert frame.loc[3, "nom_fr"] == "x, y"
    assert frame["nom_ar"].isna().tolist() == [False, True]


@pytest.mark.parametrize("first", ["n.d.,NA,0", '"n.d.",NA,0'])
def test_nothing_but_the_declared_text_is_missing(desk, first):
    table = dictionary.load("regions", desk.project)
    table = table.model_copy(update={"missingValues": ["", "n.d."]})
    frame = strict.read(desk.write("x.csv", f"{HEADER}{first}\n,null,nan\n"), table, "x.csv")
    assert frame.isna().to_numpy().tolist() == [[True, False, False], [True, False, False]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_windows_line_ends_and_a_last_line_without_end_are_read(read, quote):
    frame = read(HEADER.replace("\n", "\r\n") + f"a,b,{quote}1{quote}\r\nc,d,2")
    assert frame["nom_ar"].tolist() == ["1", "2"]
    assert frame.index.tolist() == [2, 3]


def test_columns_may_come_in_another_order_and_after_a_quoted_heading(read):
    frame = read('nom_ar,"code",nom_fr\n1,a,b\n')
    assert frame.loc[2].tolist() == ["a", "b", "1"]


def test_a_byte_order_mark_is_accepted(read):
    assert read("\ufeff" + HEADER + "a,b,1\n")["code"].tolist() == ["a"]


def test_blocks_of_any_size_give_the_same_rows_and_lines(read, monkeypatch):
    rows = [f"{n},fès {n},\n" if n % 3 else f'{n},"é\n{n}",z\n' for n in range(40)]
    content = HEADER + "".join(rows)
    whole = read(content)
    for size in (7, 16, 33):
        monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
        assert read(content).equals(whole)
        assert read(content).index.equals(whole.index)
    assert whole.index.tolist()[:5] == [2, 4, 5, 6, 8]
    assert whole["nom_fr"].tolist()[:2] == ["é\n0", "fès 1"]


def test_a_plain_block_is_numbered_after_a_quoted_one(read, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 40)
    content = HEADER + 'a,"1\n2",x\n' + "b,1,y\n" * 20 + "b,1\n"
    assert refusal(read, content).looked_at == "x.csv, line 24"


@pytest.mark.parametrize("content", ["", "\n", "\ufeff", "  \n\n"])
def test_an_empty_file_is_refused(read, content):
    assert refusal(read, content).found == "an empty file"


def test_a_header_without_row_is_refused(read):
    assert refusal(read, HEADER).found == "a header but no row"


@pytest.mark.parametrize("size", [1 << 23, 10])
def test_another_encoding_is_named_with_its_offset_and_how_to_convert(read, monkeypatch, size):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    error = refusal(read, (HEADER + "Fès,01,1\n").encode("cp1252"))
    assert error.found == (
        "byte 0xe8 at offset 20, line 2, is not UTF-8; the file looks like cp1252"
    )
    assert "iconv -f CP1252 -t UTF-8 x.csv > new.csv" in error.remedy


def test_utf_16_and_workbooks_are_named(read):
    assert refusal(read, (HEADER + "a,b,1\n").encode("utf-16")).found == "a file in UTF-16"
    error = refusal(read, b"PK\x03\x04...")
    assert error.found == "a workbook"
    assert "profile: excel_francais" in error.remedy


def test_a_nul_byte_is_located(read):
    assert refusal(read, HEADER + "a,\0,1\n").found == "a NUL byte at offset 21, line 2"


def test_a_line_without_end_is_refused_before_it_fills_the_memory(read, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 16)
    monkeypatch.setattr(blocks, "_LONGEST_LINE", 64)
    assert "a line of more than" in refusal(read, HEADER + "a" * 200).found


@pytest.mark.parametrize(
    ("character", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]
)
def test_another_separator_is_named(read, character, name):
    content = (HEADER + "a,b,1\n").replace(",", character)
    assert refusal(read, content).found == f"cells separated by a {name}"


def test_an_unknown_column_names_the_nearest_one_that_is_missing(read):
    error = refusal(read, "code,nom_rf,nom_ar\na,b,1\n")
    assert error.found == "column 2, 'nom_rf', which is not in the dictionary"
    assert error.expected == "'nom_fr' (nearest)"


def test_an_unknown_column_beside_all_the_others_is_refused(read):
    assert "'nom_ar' (nearest)" in refusal(read, HEADER.strip() + ",nom_arr\na,b,1,2\n").expected


def test_a_missing_column_is_named(read):
    assert refusal(read, "code,nom_ar\na,1\n").found == "no column 'nom_fr'"


def test_a_column_given_twice_is_refused(read):
    error = refusal(read, "code,nom_fr,nom_ar,nom_fr\na,b,1,c\n")
    assert error.found == "column 'nom_fr' more than once"


@pytest.mark.parametrize(
    ("row", "found"),
    [("c,d", "2 cells"), ("c,d,2,x", "4 cells"), ("c", "1 cell"), ("", "a blank line")],
)
@pytest.mark.parametrize("start", ['"a\nb",b,1\n', "a,b,1\nb,b,1\n"])
def test_a_ragged_line_is_named(read, row, found, start):
    error = refusal(read, f"{HEADER}{start}{row}\ne,f,3\n")
    assert error.looked_at == "x.csv, line 4"
    assert error.found == found
    assert error.expected == "3 cells, as in the header"


@pytest.mark.parametrize("row", ['"c,d,2', '"c"x,d,2'])
def test_wrong_quoting_names_the_line_where_the_row_starts(read, row):
    error = refusal(read, f"{HEADER}a,b,1\n{row}\ne,f,3\n")
    assert error.looked_at == "x.csv, line 3"
    assert "not readable as CSV" in error.found


def test_wrong_quoting_of_the_header_is_refused(read):
    assert "not readable as CSV" in refusal(read, '"code"x,nom_fr,nom_ar\na,b,c\n').found


def test_blank_lines_of_a_table_of_one_column_are_refused(desk):
    field = {"name": "code", "type": "string", "title": "Code"}
    table = Table.model_validate({"name": "t", "title": "T", "description": "T", "file": "t.csv",
                                  "scope": "campaign", "fields": [field]})  # fmt: skip
    path = desk.write("t.csv", "code\na\n\nb\n")
    with pytest.raises(DataError, match="a blank line"):
        strict.read(path, table, "t.csv")


def test_a_file_that_is_not_there_is_a_clear_error(desk):
    table = dictionary.load("regions", desk.project)
    with pytest.raises(DataError, match="could not be read: No such file"):
        strict.read(desk.project.root / "x.csv", table, "x.csv")


@pytest.mark.parametrize("size", [1 << 23, 16])
def test_chunks_have_the_rows_that_were_asked(desk, monkeypatch, size):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    rows = "".join(f"{n},a,b\n" for n in range(7))
    desk.write("data/raw/reference/regions.csv", HEADER + rows)
    chunks = desk.chunks("data/raw/reference/regions.csv", None, "regions", rows=3)
    assert [chunk.text.index.tolist() for chunk in chunks] == [[2, 3, 4], [5, 6, 7], [8]]
    assert chunks[0].text.index.name == "ligne"
    assert chunks[0].notes.empty


@pytest.mark.parametrize("header", ["id,nom,prix,code", "Code;Nom;Nom arabe".replace(";", ",")])
def test_the_file_of_another_table_or_form_is_told_at_once(read, header):
    error = refusal(read, f"{header}\na,b,c,d\n")
    assert error.found.endswith("of the 3 columns of config/dictionary/regions.yml")
    assert "another table" in error.remedy and "profile" in error.remedy
