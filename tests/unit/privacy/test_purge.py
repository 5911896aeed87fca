"""At the retention date the raw files lose their identifiers, and nothing else."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from obsante import collect
from obsante.collect.privacy import Key, purge, purging, remains
from obsante.errors import DataError, EditionError, ObsanteError
from obsante.files import sha256

DAY = dt.date(2031, 1, 15)


def purged(survey, day: dt.date = DAY):
    return purge(survey.project, survey.edition, day)


def refusal(survey, day: dt.date = DAY) -> ObsanteError:
    before = {p.name: p.read_bytes() for p in survey.project.raw(2025).iterdir()}
    with pytest.raises(ObsanteError) as raised:
        purged(survey, day)
    assert {p.name: p.read_bytes() for p in survey.project.raw(2025).iterdir()} == before
    assert [p.name for p in survey.project.raw_root.iterdir()] == ["2025"]
    return raised.value


def test_identifiers_are_emptied_and_other_bytes_are_the_same(survey, secret):
    path = survey.file(
        b'\xef\xbb\xbfid,nom,courriel,telephone,reponse,age,visite,remarque\r\n'
        + f'P00001,"{survey.name_of(1)}",{survey.mail_of(1)},"{survey.phone_of(1)}",oui,40,'
        f'2025-03-01,"avec, virgule\net ""ligne"""\r\n'.encode()
        + f"P00002,{survey.name_of(2)},{survey.mail_of(2)},,non,,,\r\n".encode()
    )  # fmt: skip
    [done] = purged(survey)
    key = Key(secret.encode())
    one, two = (key.pseudonym("courriel", survey.mail_of(n)) for n in (1, 2))
    assert path.read_bytes() == (
        b'\xef\xbb\xbfid,nom,courriel,telephone,reponse,age,visite,remarque\r\n'
        + f'P00001,•••,{one},,oui,40,2025-03-01,"avec, virgule\net ""ligne"""\r\n'.encode()
        + f"P00002,•••,{two},,non,,,\r\n".encode()
    )  # fmt: skip
    assert done.cells == {"nom": 2, "courriel": 2, "telephone": 1}
    assert done.file == "data/raw/2025/personnes.csv"


def test_the_sheet_says_so_and_keeps_its_comments(survey, secret):
    path = survey.people(survey.person(1), survey.person(2))
    purged(survey)
    entry = survey.sheet()["personnes.csv"]
    assert entry["sha256"] == sha256(path)
    assert entry["purged"] == DAY
    assert entry["producer"] == "Enquêteurs"
    sheet = path.with_name("sources.yml").read_text(encoding="utf-8")
    assert sheet.startswith("# Reçu par porteur.\n")


def test_the_edition_is_ingested_again_with_the_same_persons(survey, secret):
    survey.people(survey.person(1), survey.person(2, telephone=""))
    collect.ingest(survey.project, survey.edition)
    before = collect.load("personnes", edition=2025)
    purged(survey)
    assert collect.ingest(survey.project, survey.edition).campaign["personnes"].rows_aside == 0
    assert collect.load("personnes", edition=2025).equals(before)
    assert purged(survey, DAY + dt.timedelta(1)) == []
    assert survey.sheet()["personnes.csv"]["purged"] == DAY


def test_a_file_that_came_after_a_purge_is_purged_alone(survey, secret):
    survey.people(survey.person(1))
    purged(survey)
    survey.people(survey.person(2), name="2025/retard.csv", table="personnes")
    assert [done.file for done in purged(survey)] == ["data/raw/2025/retard.csv"]


def test_before_the_date_it_is_refused_and_the_date_is_said(survey, secret):
    survey.people(survey.person(1))
    error = refusal(survey, survey.retention - dt.timedelta(1))
    assert isinstance(error, EditionError)
    assert error.found == "2030-12-31, and today is 2030-12-30"
    assert purged(survey, survey.retention)


def test_a_demonstration_has_no_retention_date(survey):
    survey.edition_of(2025, "demonstration")
    survey.people(survey.person(1), synthetic=True)
    assert refusal(survey).found == "no retention date"


def test_without_key_nothing_is_destroyed(survey, tmp_path):
    survey.people(survey.person(1))
    assert "key of the pseudonyms" in refusal(survey).looked_at


def test_a_workbook_is_purged_in_place(survey, secret):
    path = survey.workbook()
    purged(survey)
    sheet = openpyxl.load_workbook(path)["Réponses"]
    pseudonym = Key(secret.encode()).pseudonym("courriel", survey.mail_of(1))
    assert [cell.value for cell in sheet[1]][:2] == ["Enquête", None]
    assert [cell.value for cell in sheet[4]] == [
        "P00001", "•••", pseudonym, None, "oui", "40", "2025-03-01", None]  # fmt: skip
    assert sheet["C4"].hyperlink is None


def test_a_french_spreadsheet_s_file_is_purged_in_its_own_encoding(survey, secret):
    titles = [field.title for field in survey.table.fields]
    row = survey.person(1, nom="Éloïse Fictive", remarque="à revoir", visite="2025-03-01")
    lines = ["Enquête;;;;;;;", "", ";".join(titles), ";".join(row)]
    path = survey.file("\r\n".join(lines).encode("cp1252"), "2025/nord.csv", table="personnes",
                       profile="tableur")  # fmt: skip
    purged(survey)
    row[1:4] = ["•••", Key(secret.encode()).pseudonym("courriel", row[2]), ""]
    assert path.read_bytes() == "\r\n".join([*lines[:3], ";".join(row)]).encode("cp1252")


def test_columns_that_can_t_be_told_apart_are_left_to_the_user(survey, secret):
    text = survey.project.imports.joinpath("classeur.yml").read_text()
    survey.write("config/imports/classeur.yml", text + "columns: {personnes: {nom: [A], telephone: [B]}}")
    same = survey.phone_of(1)
    survey.workbook(["id", "A", "courriel", "B", *survey.header[4:]], nom=same, telephone=same)
    error = refusal(survey)
    assert isinstance(error, DataError)
    assert error.found == "cells that can't be told apart: nom, courriel, telephone"
    assert survey.phone_of(1) not in str(error)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [(b"oui", b"non", "other cells changed with it"), (b"oui", b"oui", "identifiers are left")],
)
def test_a_file_that_would_not_read_as_before_is_not_replaced(
    survey, secret, monkeypatch, old, new, found
):
    survey.people(survey.person(1))

    def careless(raw, table, target, values, changes):
        target.write_bytes(raw.path.read_bytes().replace(old, new))

    monkeypatch.setattr(purging, "rewrite", careless)
    assert refusal(survey).found == f"the file can't be purged as it is: {found}"


def test_both_tables_of_a_workbook_are_purged(survey, secret):
    path = survey.two_tables()
    assert len(purged(survey)) == 2
    cells = [cell for sheet in openpyxl.load_workbook(path).worksheets for row in sheet.values
             for cell in row]  # fmt: skip
    assert not {survey.name_of(1), survey.mail_of(2), survey.phone_of(1)} & set(cells)
    assert "P00001" in cells


def test_a_workbook_named_csv_is_purged_as_a_workbook(survey, secret):
    path = survey.workbook()
    survey.file(path.read_bytes(), "2025/personnes.csv", profile="classeur")
    path.unlink()
    survey.forget_entry("personnes.xlsx")
    assert [one.file for one in purged(survey)] == ["data/raw/2025/personnes.csv"]


def test_what_no_table_declares_is_told_by_its_form_and_never_shown(survey, secret):
    survey.people(survey.person(1), survey.person(2, remarque=f"tel {survey.phone_of(9)}"))
    purged(survey)
    assert remains(survey.project, survey.edition) == [
        "data/raw/2025/personnes.csv, line 3: the form of an identifier is left in 1 row(s); empty"
        " these cells by hand, and update its sha256"
    ]


def test_nothing_is_told_of_a_file_that_is_clean_once_purged(survey, secret):
    survey.workbook()
    purged(survey)
    assert remains(survey.project, survey.edition) == []
