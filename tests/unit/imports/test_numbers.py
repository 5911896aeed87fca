"""A number is read in the declared form; any other form that some country uses is a doubt."""

from __future__ import annotations

import pytest

from obsante.collect.imports.numbers import Marks, read

FRENCH = Marks((",", "."), (" ", "\u00a0", "\u202f"))
STRICT = Marks((",",), (" ",))
CANONICAL = Marks((".",), ())


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1 234", "1234"),
        ("1\u00a0234\u202f567,25", "1234567.25"),
        ("-1\u202f000", "-1000"),
        ("\u22123", "-3"),
        ("+5", "5"),
        (" 007 ", "7"),
        ("1,234", "1.234"),
        ("1234.567", "1234.567"),
        ("0.234", "0.234"),
        ("0", "0"),
    ],
)
def test_a_french_number_becomes_canonical(written, text):
    assert read(written, FRENCH, whole=False) == (text, "", "ambigu")


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("1.234", ["1234", "1.234"]),
        ("1,234,567", ["1234567"]),
        ("1.234.567", ["1234567"]),
        ("1.234,5", ["1234.5"]),
        ("1'234", ["1234"]),
    ],
)
def test_another_form_is_left_as_written_with_its_readings(written, candidates):
    reading = read(written, FRENCH, whole=False)
    assert reading.text == written
    assert [c for c in candidates if f"«\u00a0{c}\u00a0»" not in reading.doubt] == []


@pytest.mark.parametrize("written", ["12 34", "1 23", "abc", "12,5,", "1e3", "12 %", "--1", ","])
def test_what_is_no_number_is_left_to_the_check_of_types(written):
    assert read(written, FRENCH, whole=False) == (written, "", "ambigu")


def test_a_second_decimal_mark_is_only_read_when_it_is_declared():
    doubt = read("12.5", STRICT, whole=False).doubt
    assert doubt.endswith("s'agit-il de «\u00a012.5\u00a0»\u202f?")
    assert read("1 234", CANONICAL, whole=False).doubt != ""


@pytest.mark.parametrize(
    ("written", "text", "doubtful"),
    [("12,0", "12", False), ("12.00", "12", False), ("12,5", "12,5", False),
     ("1,234", "1,234", True), ("1.234", "1.234", True), ("12.000", "12.000", True)],
)  # fmt: skip
def test_a_whole_number_may_end_with_zeros_only(written, text, doubtful):
    reading = read(written, FRENCH, whole=True)
    assert (reading.text, reading.doubt != "") == (text, doubtful)


@pytest.mark.parametrize("written", ["06" + "0" * 8, "0600 000 000", "+212" + "6" + "0" * 8])
def test_a_telephone_keeps_what_tells_it_from_a_number(written):
    assert read(written, FRENCH, whole=True) == (written, "", "ambigu")
