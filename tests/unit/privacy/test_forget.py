"""One person leaves the raw files, under whatever name they are asked for."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from obsante.collect.privacy import Key, forget, forgetting, purge, to_build_again
from obsante.errors import DataError, EditionError, ObsanteError
from obsante.files import sha256

DAY = dt.date(2026, 5, 1)


def forgotten(survey, value: str, year: int | None = None, **options):
    return forget(survey.project, value, year, DAY, **options)


def everything(survey) -> bytes:
    """Content of every file of the raw folders."""
    files = sorted(p for p in survey.project.raw_root.rglob("*") if p.is_file())
    return b"".join(path.read_bytes() for path in files)


def refusal(survey, value: str, year: int | None = None) -> ObsanteError:
    before = everything(survey)
    with pytest.raises(ObsanteError) as raised:
        forgotten(survey, value, year)
    assert everything(survey) == before
    assert not value.strip() or value not in str(raised.value)
    return raised.value


@pytest.mark.parametrize(
    "value", ["P00002", "prénom2  FICTIF2", "PERSONNE2@exemple.invalid", "00212 000 00 00 02"]
)
def test_the_row_goes_and_the_sheet_tells_how_many_but_not_who(survey, secret, value):
    path = survey.people(*(survey.person(n) for n in (1, 2, 3)))
    lines = path.read_bytes().splitlines(keepends=True)
    [done] = forgotten(survey, value)
    assert path.read_bytes() == b"".join([lines[0], lines[1], lines[3]])
    assert (done.file, done.rows, done.remarks) == ("data/raw/2025/personnes.csv", 1, ())
    entry = survey.sheet()["personnes.csv"]
    assert entry["forgotten"] == [{"date": DAY, "rows": 1}]
    assert entry["sha256"] == sha256(path)
    assert b"Fictif2" not in everything(survey)


def test_every_real_edition_is_searched_and_those_that_compare_are_named(survey, secret):
    for year in (2023, 2024):
        survey.edition_of(year, "real", more="compare_with: [2023]\n" if year == 2024 else "")
        survey.people(survey.person(1), survey.person(2), name=f"{year}/personnes.csv")
    survey.people(survey.person(3), survey.person(2))
    done = forgotten(survey, survey.mail_of(1))
    assert [(file.edition, file.rows) for file in done] == [(2023, 1), (2024, 1)]
    assert to_build_again(survey.project, [2023]) == [2023, 2024]
    second = forgotten(survey, survey.mail_of(2), 2025)
    assert [file.edition for file in second] == [2025]


def test_a_second_request_is_added_to_the_sheet(survey, secret):
    survey.people(*(survey.person(n) for n in (1, 2, 3)))
    forgotten(survey, "P00001")
    forgotten(survey, "P00003")
    assert [one["rows"] for one in survey.sheet()["personnes.csv"]["forgotten"]] == [1, 1]


def test_a_purged_file_is_searched_by_pseudonym(survey, secret):
    path = survey.people(survey.person(1), survey.person(2))
    purge(survey.project, survey.edition, survey.retention)
    assert forgotten(survey, survey.mail_of(2))[0].rows == 1
    assert b"P00002" not in path.read_bytes()


def test_a_pseudonym_finds_its_person_in_clear(survey, secret):
    survey.people(survey.person(1), survey.person(2))
    pseudonym = Key(secret.encode()).pseudonym("courriel", survey.mail_of(1))
    assert forgotten(survey, pseudonym)[0].rows == 1


def test_without_key_values_in_clear_are_found_and_the_rest_is_said(survey):
    survey.people(survey.person(1), survey.person(2))
    [done] = forgotten(survey, survey.mail_of(1))
    assert done.remarks == (
        "the key of the pseudonyms is not at hand: rows that hold a pseudonym were not searched",
    )
    assert "not at hand" in refusal(survey, survey.mail_of(1)).found


def test_counting_changes_nothing(survey, secret):
    survey.people(survey.person(1), survey.person(2))
    before = everything(survey)
    assert forgotten(survey, "P00001", remove=False)[0].rows == 1
    assert everything(survey) == before


def test_corrections_that_name_the_person_are_told(survey, secret):
    survey.people(survey.person(1), survey.person(2))
    survey.write("data/raw/2025/corrections.yml", "corrections: [{key: P00001, reason: essai}]\n")
    [done] = forgotten(survey, survey.mail_of(1))
    assert done.remarks == (
        "data/raw/2025/corrections.yml names the person: remove these corrections",
    )


def test_a_workbook_loses_its_row(survey, secret):
    path = survey.workbook()
    assert forgotten(survey, survey.phone_of(1))[0].rows == 1
    sheet = openpyxl.load_workbook(path)["Réponses"]
    assert [sheet.cell(row, 1).value for row in range(1, 6)] == [
        "Enquête", None, "id", "P00002", None]  # fmt: skip


def test_nobody_found_is_an_error_that_does_not_name_them(survey, secret):
    survey.people(survey.person(1))
    error = refusal(survey, survey.name_of(9))
    assert isinstance(error, DataError)
    assert error.found == "no row about this person"
    assert refusal(survey, "  ").found == "nothing to look for"


def test_a_demonstration_is_searched_only_when_named(survey):
    survey.edition_of(2025, "demonstration")
    survey.people(survey.person(1), survey.person(2), synthetic=True)
    error = refusal(survey, "P00001")
    assert isinstance(error, EditionError)
    assert error.found == "no edition of real data"
    assert forgotten(survey, "P00001", 2025)[0].rows == 1


def test_a_file_about_one_person_only_is_left_to_the_user(survey, secret):
    survey.people(survey.person(1), survey.person(1, age="41"))
    assert refusal(survey, survey.mail_of(1)).found == "a file about this person only"


def test_one_file_that_can_t_be_written_again_leaves_all_of_them(survey, secret):
    survey.people(survey.person(1), survey.person(2))
    survey.people(survey.person(1), name="2025/zone.csv", table="personnes")
    assert refusal(survey, "P00001").looked_at == "data/raw/2025/zone.csv"


def test_a_file_whose_other_rows_would_change_is_not_replaced(survey, secret, monkeypatch):
    survey.people(survey.person(1), survey.person(2), survey.person(3))

    def careless(raw, table, target, values, changes):
        target.write_bytes(b"".join(raw.path.read_bytes().splitlines(keepends=True)[:2]))

    monkeypatch.setattr(forgetting, "rewrite", careless)
    assert refusal(survey, "P00003").found == "other rows would change with this person's"


def test_a_person_is_in_no_representation(survey):
    assert "Ana" not in repr(forgetting.Person("Ana"))


def test_the_rows_of_both_tables_of_a_workbook_go(survey, secret):
    path = survey.two_tables()
    done = forgotten(survey, survey.name_of(1))
    assert [(one.file, one.rows) for one in done] == [("data/raw/2025/tout.xlsx", 1)] * 2
    book = openpyxl.load_workbook(path)
    assert [[row[0] for row in sheet.values] for sheet in book.worksheets] == [["id", "P00002"]] * 2
    assert [one["rows"] for one in survey.sheet()["tout.xlsx"]["forgotten"]] == [1, 1]


def test_a_part_that_no_table_reads_and_names_the_person_is_told(survey, secret):
    path = survey.workbook()
    book = openpyxl.load_workbook(path)
    book.create_sheet("Suivi").append([None, f"Vu : {survey.name_of(1).upper()}"])
    book.save(path)
    survey.file(path.read_bytes(), "2025/personnes.xlsx", table="personnes", profile="classeur")
    [done] = forgotten(survey, survey.name_of(1))
    assert done.remarks == ("personnes.xlsx, sheet 'Suivi', row 1 still names the person: remove it"
                            " by hand, and update its sha256",)  # fmt: skip
