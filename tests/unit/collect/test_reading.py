"""A raw file that can't be read is refused with the place and the reason."""

from __future__ import annotations

import pytest

from obsante.collect import dictionary
from obsante.collect.reading import read_text
from obsante.errors import DataError

HEADER = "code,region,population\n"


@pytest.fixture
def read(small):
    """Read bytes or text as the file of ``provinces``."""
    table = dictionary.load("provinces", small.project)

    def reading(content: bytes | str):
        return read_text(small.write("x.csv", content), table, "x.csv")

    return reading


def refusal(read, content) -> DataError:
    with pytest.raises(DataError) as raised:
        read(content)
    return raised.value


def test_cells_are_text_exactly_as_written(read):
    frame = read(HEADER + 'a , 01,12.50\nb,"x, y",\n')
    assert frame.index.tolist() == [2, 3]
    assert frame.columns.tolist() == ["code", "region", "population"]
    assert frame.loc[2].tolist() == ["a ", " 01", "12.50"]
    assert frame.loc[3, "region"] == "x, y"
    assert frame["population"].isna().tolist() == [False, True]


def test_nothing_but_the_declared_text_is_missing(read, small):
    text = small.dictionaries["provinces"] + 'missingValues: ["", "n.d."]\n'
    small.write("config/dictionary/provinces.yml", text)
    table = dictionary.load("provinces", small.project)
    path = small.write("x.csv", HEADER + 'n.d.,NA,0\n"",null,nan\n')
    frame = read_text(path, table, "x.csv")
    assert frame.isna().to_numpy().tolist() == [[True, False, False], [True, False, False]]


def test_windows_line_ends_and_a_last_line_without_end_are_read(read):
    frame = read(HEADER.replace("\n", "\r\n") + "a,b,1\r\nc,d,2")
    assert frame["population"].tolist() == ["1", "2"]


def test_a_byte_order_mark_is_accepted(read):
    assert read("\ufeff" + HEADER + "a,b,1\n")["code"].tolist() == ["a"]


@pytest.mark.parametrize("content", ["", "\n", "\ufeff", "  \n\n"])
def test_an_empty_file_is_refused(read, content):
    assert refusal(read, content).found == "an empty file"


def test_a_header_without_row_is_refused(read):
    assert refusal(read, HEADER).found == "a header but no row"


def test_another_encoding_is_named_with_its_offset_and_how_to_convert(read):
    error = refusal(read, (HEADER + "Fès,01,1\n").encode("cp1252"))
    assert error.found == (
        "byte 0xe8 at offset 24, line 2, is not UTF-8; the file looks like cp1252"
    )
    assert "iconv -f CP1252 -t UTF-8 x.csv > new.csv" in error.remedy


def test_utf_16_is_named(read):
    assert refusal(read, (HEADER + "a,b,1\n").encode("utf-16")).found == "a file in UTF-16"


def test_a_nul_byte_is_located(read):
    assert refusal(read, HEADER + "a,\0,1\n").found == "a NUL byte at offset 25, line 2"


@pytest.mark.parametrize(
    ("character", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]
)
def test_another_separator_is_named(read, character, name):
    content = (HEADER + "a,b,1\n").replace(",", character)
    assert refusal(read, content).found == f"cells separated by a {name}"


def test_an_unknown_column_names_the_nearest_one_that_is_missing(read):
    error = refusal(read, "code,regoin,population\na,b,1\n")
    assert error.found == "column 2, 'regoin', which is not in the dictionary"
    assert error.expected == "'region' (nearest)"


def test_an_unknown_column_beside_all_the_others_is_refused(read):
    error = refusal(read, "code,region,population,populations\na,b,1,2\n")
    assert "'population' (nearest)" in error.expected


def test_a_missing_column_is_named(read):
    assert refusal(read, "code,population\na,1\n").found == "no column 'region'"


def test_a_column_given_twice_is_refused(read):
    error = refusal(read, "code,region,population,region\na,b,1,c\n")
    assert error.found == "column 'region' more than once"


@pytest.mark.parametrize(
    ("row", "found"),
    [("c,d", "2 cells"), ("c,d,2,x", "4 cells"), ("c", "1 cell"), ("", "a blank line")],
)
def test_a_ragged_line_is_named(read, row, found):
    error = refusal(read, f'{HEADER}"a\nb",b,1\n{row}\ne,f,3\n')
    assert error.looked_at == "x.csv, line 4"
    assert error.found == found
    assert error.expected == "3 cells, as in the header"


@pytest.mark.parametrize("row", ['"c,d,2', '"c"x,d,2'])
def test_wrong_quoting_names_the_line_where_the_row_starts(read, row):
    error = refusal(read, f"{HEADER}a,b,1\n{row}\ne,f,3\n")
    assert error.looked_at == "x.csv, line 3"
    assert "not readable as CSV" in error.found


def test_a_file_that_is_not_there_is_a_clear_error(small):
    table = dictionary.load("provinces", small.project)
    with pytest.raises(DataError, match="could not be read: No such file"):
        read_text(small.project.root / "x.csv", table, "x.csv")
