"""A date is read in the declared order; a year of two digits, or another order, is a doubt."""

from __future__ import annotations

import datetime as dt

import pytest

from obsante.collect.imports.dates import Forms, read

FRENCH = Forms("dmy", serial=True)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("31/12/2025", "2025-12-31"),
        ("1-2-2025", "2025-02-01"),
        ("01.02.2025", "2025-02-01"),
        ("2025-12-31", "2025-12-31"),
        ("2025/12/31", "2025-12-31"),
        ("31/12/2025 14:05", "2025-12-31"),
        ("2025-12-31T14:05:00.000+01:00", "2025-12-31"),
        ("1er janvier 2025", "2025-01-01"),
        ("3 août 2025", "2025-08-03"),
        ("03-févr-2025", "2025-02-03"),
        ("45658", "2025-01-01"),
        ("45658.75", "2025-01-01"),
    ],
)
def test_a_date_becomes_year_month_day(written, text):
    assert read(written, FRENCH) == (text, "", "ambigu")


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("03/04/25", ["2025-04-03", "2025-03-04", "2003-04-25"]),
        ("31/12/25", ["2025-12-31", "2031-12-25"]),
        ("12/31/2025", ["2025-12-31"]),
        ("3-avr-25", ["2025-04-03"]),
    ],
)
def test_an_ambiguous_date_is_left_as_written_with_its_readings(written, candidates):
    reading = read(written, FRENCH)
    assert reading.text == written
    assert reading.doubt.count("«") == len(candidates) + 1
    assert [c for c in candidates if c not in reading.doubt] == []


@pytest.mark.parametrize(
    "written", ["31/02/2025", "2025-02-30", "demain", "3 lune 2025", "31 février 2025", "1/2-2025",
                "20251231", "123/1/2025"],
)  # fmt: skip
def test_what_is_no_date_is_left_to_the_check_of_types(written):
    assert read(written, FRENCH) == (written, "", "ambigu")


def test_a_number_is_a_day_only_where_the_profile_says_so():
    assert read("45658", Forms("dmy", serial=False)).text == "45658"
    assert read("44196", Forms("dmy", serial=True, epoch=dt.date(1904, 1, 1))).text == "2025-01-01"


def test_the_declared_order_decides():
    assert read("03/04/2025", Forms("mdy", serial=False)).text == "2025-03-04"
    assert read("03/04/2025", Forms("ymd", serial=False)).doubt.count("2025") == 3
