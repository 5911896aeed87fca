"""Exports of KoboToolbox and ODK Central: groups, choices, labels, repeats, skipped questions."""

from __future__ import annotations

import pytest

from obsante.errors import DataError

IGNORED = ["start", "end", "_*", "meta/*", "KEY", "PARENT_KEY", "*note_*", "*_posee"]
COMMON = {"decimals": ["."], "thousands": [], "dates": "ymd", "ignored": IGNORED,
          "groups": ["lieu"], "multiples": {"sites": {"outil": ["aucun"]}}}  # fmt: skip


@pytest.fixture(autouse=True)
def profiles(desk):
    repeat = {"parent": "sites", "columns": ["id"]}
    desk.profile("kobo", format="kobo", separators=[";", ","], sheets={"passages": "passages"},
                 repeats={"passages": repeat | {"link": "_parent_index", "key": "_index"}},
                 **COMMON)  # fmt: skip
    file = {"link": "PARENT_KEY", "key": "KEY", "file": "sites.csv"}
    desk.profile("odk", format="odk", repeats={"passages": repeat | file}, **COMMON)


def answers(desk, *lines: str, profile: str = "kobo"):
    desk.write("a.csv", "\n".join(lines) + "\n")
    return desk.read("a.csv", profile)


def refusal(desk, *lines: str) -> DataError:
    with pytest.raises(DataError) as raised:
        answers(desk, *lines)
    return raised.value


@pytest.mark.parametrize(
    ("profile", "header"),
    [("kobo", "start;lieu/id;lieu/region;systemes/dme;lieu/note_1;meta/instanceID;_uuid"),
     ("kobo", "start;id;region;dme;note_1;_id;_uuid"),
     ("odk", "start,lieu-id,lieu-region,systemes-dme,lieu-note_1,KEY,_uuid")],
)  # fmt: skip
def test_groups_before_a_question_are_left_out_and_metadata_is_not_read(desk, profile, header):
    row = "2025-03-01T10:00:00;S1;02;oui;;uuid:1;1"
    row = row.replace(";", ",") if profile == "odk" else row
    rows, notes = answers(desk, header, row, profile=profile)
    assert (rows[2][:4], notes) == (["S1", "02", None, "oui"], [])


def test_labels_and_codes_are_both_read(desk):
    header = "lieu/Identifiant;lieu/Région;systemes/Avez-vous un dossier électronique ?"
    rows, _ = answers(desk, header, "S1;Fès-Meknès;Ne sait pas", "S2;03;ne_sait_pas",
                      "S3;فاس-مكناس;لا أعرف")  # fmt: skip
    assert [row[1:4] for row in rows.values()] == [["03", None, "ne_sait_pas"]] * 3


def test_a_completed_answer_is_preferred_to_its_question(desk):
    header = "id;region;Avez-vous un dossier électronique ?;dme;dme_posee"
    rows, notes = answers(desk, header, "S1;02;Oui;non;oui")
    assert (rows[2][3], notes) == ("non", [])


def test_a_group_that_nothing_declares_is_refused(desk):
    error = refusal(desk, "id;region;dme;autre/postes", "S1;02;oui;3")
    assert error.found == "cell 4, 'autre/postes', which names no column"


@pytest.mark.parametrize(
    ("header", "cells"),
    [("outil", "sms"), ("outil/dme;outil/sms;outil/aucun", "0;1;0"),
     ("systemes/outil;systemes/outil/dme;systemes/outil/sms", "sms;FALSE;TRUE"),
     ("outil;outil/dme;outil/sms", "sms;non;oui")],
)  # fmt: skip
def test_several_choices_are_read_from_one_column_or_from_theirs(desk, header, cells):
    rows, notes = answers(desk, f"id;region;dme;{header}", f"S1;02;oui;{cells}")
    assert (rows[2][9:11], notes) == (["non", "oui"], [])


def test_no_choice_and_no_answer_are_two_things(desk):
    rows, notes = answers(desk, "id;region;dme;outil;outil/dme;outil/sms",
                          "S1;02;oui;aucun;0;0", "S2;02;oui;;;", "S3;02;oui;;0;0",
                          "S4;02;oui;dme sms;;")  # fmt: skip
    assert [row[9:11] for row in rows.values()] == [["non", "non"], [None] * 2, [None] * 2,
                                                     ["oui", "oui"]]  # fmt: skip
    assert notes == []


def test_choices_that_contradict_each_other_or_are_unknown_are_notes(desk):
    lines = ["id;region;dme;outil;outil/dme;outil/sms", "S1;02;oui;sms;1;1", "S2;02;oui;fax;0;0",
             "S3;02;oui;;1;0", "S4;02;oui;sms;x;1"]  # fmt: skip
    rows, notes = answers(desk, *lines)
    assert notes == [
        (2, "ambigu", "outil_dme", "oui"), (3, "ambigu", "outil_dme", "fax"),
        (4, "ambigu", "outil_dme", "oui"), (5, "ambigu", "outil_dme", "x"),
    ]  # fmt: skip
    first, second = desk.messages("a.csv", "kobo")[:2]
    assert first == ("La colonne « outil » contient « sms » mais la colonne du choix « dme » "
                     "contient « oui » : corriger l'une des deux.")  # fmt: skip
    assert second == "« fax », dans « fax », n'est pas un choix de « outil »."


def test_a_question_that_was_not_asked_is_not_a_missing_answer(desk):
    rows, _ = answers(desk, "id;region;dme;hebergement", "S1;02;non;", "S2;02;oui;", "S3;02;;",
                      "S4;02;non;cloud", "S5;02;ne_sait_pas;local")  # fmt: skip
    assert [row[4] for row in rows.values()] == ["sans_objet", None, None, "cloud", "local"]


def test_a_file_filled_by_hand_has_no_skipped_question(desk):
    desk.write("a.csv", "id;region;dme;hebergement\nS1;02;non;\n")
    assert desk.read("a.csv", "texte")[0][2][4] is None


def test_identical_resubmissions_become_identical_rows(desk):
    rows, _ = answers(desk, "id;region;dme;_uuid;_id;start", "S1;02;oui;u1;1;10:00",
                      "S1;02;oui;u1;2;11:00")  # fmt: skip
    assert rows[2] == rows[3]


def test_the_key_of_the_server_can_be_the_key_of_the_table(desk):
    desk.profile("kobo", format="kobo", separators=[";"], columns={"sites": {"id": ["_uuid"]}},
                 **COMMON)  # fmt: skip
    rows, _ = answers(desk, "_uuid;region;dme;_id", "u1;02;oui;7")
    assert rows[2][0] == "u1"


SUBMISSIONS = [["id", "region", "dme", "_index"], ["S1", "02", "oui", 1], ["S2", "03", "non", 2]]
REPEATED = [["passages/theme", "valence", "rang", "_parent_table_name", "_parent_index"],
            ["acces", 1, 1, "sites", 2], ["cout", -1, 2, "sites", 2], ["acces", 0, 1, "sites", 1],
            ["acces", 0, 1, "sites", 9]]  # fmt: skip


def workbook(desk, submissions=SUBMISSIONS, repeated=REPEATED):
    desk.profile("kobo", format="kobo", sheets={"passages": "passages"}, **COMMON | {
        "groups": ["passages"], "repeats": {"passages": {
            "parent": "sites", "columns": ["id"], "link": "_parent_index", "key": "_index"}},
    })  # fmt: skip
    desk.sheets("a.xlsx", {"sites": submissions, "passages": repeated})


def test_a_repeated_group_goes_to_its_table_with_the_key_of_its_submission(desk):
    workbook(desk)
    rows, notes = desk.read("a.xlsx", "kobo", "passages")
    assert rows == {2: ["S2", "1", "acces", "1"], 3: ["S2", "2", "cout", "-1"],
                    4: ["S1", "1", "acces", "0"], 5: ["9", "1", "acces", "0"]}  # fmt: skip
    assert notes == [(5, "reference", "id", "9")]
    assert list(desk.read("a.xlsx", "kobo", "sites")[0]) == [2, 3]


def test_a_repeated_group_may_complete_submissions_of_the_same_table(desk):
    repeat = {"columns": ["id", "region"], "link": "_parent_index", "key": "_index"}
    desk.profile("kobo", format="kobo", sheets={"sites": "tournees"}, repeats={"sites": repeat},
                 **COMMON)  # fmt: skip
    visits = [["postes", "visite", "lits", "_parent_index"], [1, "2025-01-01", 2, 7]]
    main = [["id", "region", "dme", "_index"], ["S1", "02", "oui", 7]]
    desk.sheets("a.xlsx", {"Formulaire": main, "tournees": visits})
    rows, notes = desk.read("a.xlsx", "kobo")
    assert (rows[2][:8], notes) == (["S1", "02", None, None, None, "1", "2", "2025-01-01"], [])


def test_a_repeated_group_in_a_file_of_its_own_is_joined_by_its_key(desk):
    desk.write("sites.csv", "lieu-id,region,dme,KEY\nS1,02,oui,uuid:a\nS2,03,non,uuid:b\n")
    desk.write("b.csv", "theme,valence,rang,PARENT_KEY,KEY\nacces,1,1,uuid:b,uuid:b/passages[1]\n")
    assert desk.read("b.csv", "odk", "passages") == ({2: ["S2", "1", "acces", "1"]}, [])


@pytest.mark.parametrize(
    ("submissions", "found"),
    [
        ([[*row[:3], 1] if n else row for n, row in enumerate(SUBMISSIONS)],
         "'1' a second time in '_index'"),
        ([row[:3] for row in SUBMISSIONS], "no heading '_index'"),
        ([row[1:] for row in [["", "region", "dme", "_index", "postes"], *SUBMISSIONS[1:]]],
         "no column 'id'"),
    ],
)  # fmt: skip
def test_submissions_that_can_t_be_joined_are_refused(desk, submissions, found):
    workbook(desk, submissions)
    with pytest.raises(DataError) as raised:
        desk.read("a.xlsx", "kobo", "passages")
    assert raised.value.found == found


def test_a_repeated_group_without_its_link_is_refused(desk):
    workbook(desk, repeated=[row[:4] for row in REPEATED])
    with pytest.raises(DataError, match="no heading '_parent_index'"):
        desk.read("a.xlsx", "kobo", "passages")
