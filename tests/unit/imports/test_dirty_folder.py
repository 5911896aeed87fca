"""A folder of files as regions send them: the clean text and the notes are known to the letter."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from obsante.collect.imports import AMBIGUOUS

COLUMNS = "id,region,province,dme,hebergement,postes,lits,visite,actif,outil_dme,outil_sms,note"
HEADER = "Identifiant;Région;Province;Dossier électronique;Hébergement;Postes;Lits;Date de visite"
TITLES = [*HEADER.split(";"), "Actif", "Remarque"]

# Saved by Excel in French on Windows: Windows-1252, semicolons, title rows, trailing empty rows.
ORIENTAL = f"""\
Enquête 2025;;;;;;;;;
;;;;;;;;;
{HEADER};Actif;Remarque
S1;L'Oriental;OUJDA ANGAD;Oui;Dans l'établissement;12,5;1 234;31/12/2025;Oui;"Saisie ; relue"
S2;l'oriental;Oujda-Angad;NON;Sans objet;1.234;1,234,567;03/04/25;Non;
S3;Oriental;Fez;nsp;;-;0;1er mars 2025;;n° 3
S4;Maroc oriental;Casablanca;peut-être;En nuage;#DIV/0!;12,5;31/02/2025;peut-être;
;;;;;;;;;
"""
ORIENTAL_CLEAN = """\
4,S1,02,02.411,oui,local,12.5,1234,2025-12-31,true,,,Saisie ; relue
5,S2,02,02.411,non,sans_objet,1.234,"1,234,567",03/04/25,false,,,
6,S3,02,03.231,ne_sait_pas,,,0,2025-03-01,,,,n° 3
7,S4,Maroc oriental,06.141,peut-être,cloud,#DIV/0!,"12,5",31/02/2025,peut-être,,,
"""
ORIENTAL_NOTES = [
    (5, AMBIGUOUS, "postes", "1.234",
     "« 1.234 » peut se lire « 1234 » ou « 1.234 » : écrire la valeur sans équivoque."),
    (5, AMBIGUOUS, "lits", "1,234,567",
     "« 1,234,567 » n'est pas dans la forme déclarée : s'agit-il de « 1234567 » ?"),
    (5, AMBIGUOUS, "visite", "03/04/25",
     "« 03/04/25 » peut se lire « 2025-04-03 », « 2025-03-04 » ou « 2003-04-25 » : écrire la valeur"
     " sans équivoque."),
    (7, AMBIGUOUS, "region", "Maroc oriental",
     "« Maroc oriental » n'est le nom d'aucune région : les plus proches sont L'Oriental (02),"
     " Casablanca-Settat (06), Fès-Meknès (03)."),
    (7, "type", "postes", "#DIV/0!",
     "La cellule porte l'erreur de calcul « #DIV/0! » : corriger la formule, ou laisser la cellule"
     " vide si la valeur est inconnue."),
]  # fmt: skip

DAY = dt.datetime(2025, 12, 31)
# A workbook filled by hand: merged title and region, real and written values, a footnote.
FES = [
    ["Établissements de la région", *[None] * 9],
    TITLES,
    ["S5", "Fes-Meknes", "فاس", "نعم", "EN NUAGE", 12.5, "1\u202f234", DAY, True, "a"],
    ["S6", None, 3.061, "لا", "sans objet", "12,5", 1234.0, "31-12-2025", "non", None],
    ["S7", "Meknès-Tafilalet", "Meknès", "#N/A", None, 1.5, 12.5, 46022, False, None],
    [None, " ", *[None] * 8],
    ["Source : direction régionale", *[None] * 9],
]  # fmt: skip
FES_CLEAN = """\
3,S5,03,03.231,oui,cloud,12.5,1234,2025-12-31,true,,,a
4,S6,03,03.061,non,sans_objet,12.5,1234,2025-12-31,false,,,
5,S7,Meknès-Tafilalet,03.061,#N/A,,1.5,12.5,2025-12-31,false,,,
7,Source : direction régionale,,,,,,,,,,,
"""
FES_NOTES = [
    (5, AMBIGUOUS, "region", "Meknès-Tafilalet",
     "« Meknès-Tafilalet » peut se lire « Fès-Meknès (03) » ou « L'Oriental (02) » : écrire la"
     " valeur sans équivoque."),
    (5, "type", "dme", "#N/A",
     "La cellule porte l'erreur de calcul « #N/A » : corriger la formule, ou laisser la cellule"
     " vide si la valeur est inconnue."),
]  # fmt: skip

# An export of KoboToolbox with groups, choices in both forms, and one form sent twice.
CASA = """\
"start";"systemes/id";"systemes/region";"systemes/dme";"systemes/hebergement";"postes";"outil";\
"outil/dme";"outil/sms";"_uuid"
"2025-03-01T10:00";"S8";"06";"non";"";"3.5";"sms";"0";"1";"u8"
"2025-03-01T10:00";"S8";"06";"non";"";"3.5";"sms";"0";"1";"u8"
"2025-03-01T11:00";"S9";"Casablanca-Settat";"Ne sait pas";"";"1,5";"dme fax";"1";"0";"u9"
"2025-03-01T12:00";"S10";"06";"";"";"";"";"0";"0";"u10"
"""
CASA_CLEAN = """\
2,S8,06,,non,sans_objet,3.5,,,,non,oui,
3,S8,06,,non,sans_objet,3.5,,,,non,oui,
4,S9,06,,ne_sait_pas,,"1,5",,,,dme fax,non,
5,S10,06,,,,,,,,,,
"""
CASA_NOTES = [
    (4, AMBIGUOUS, "postes", "1,5",
     "« 1,5 » n'est pas dans la forme déclarée : s'agit-il de « 1.5 » ?"),
    (4, AMBIGUOUS, "outil_dme", "dme fax",
     "« fax », dans « dme fax », n'est pas un choix de « outil »."),
]  # fmt: skip


@pytest.fixture
def folder(desk):
    desk.profile("export", format="kobo", separators=[";"], decimals=["."], thousands=[],
                 dates="ymd", ignored=["start", "_*"],
                 multiples={"sites": {"outil": []}})  # fmt: skip
    desk.write("oriental.csv", ORIENTAL.encode("cp1252"))
    desk.workbook("fes.xlsx", *FES, merged=["A1:J1", "B3:B4"])
    desk.write("casa.csv", CASA.encode("utf-8-sig"))
    return desk


@pytest.mark.parametrize(
    ("name", "profile", "clean", "noted"),
    [
        ("oriental.csv", "texte", ORIENTAL_CLEAN, ORIENTAL_NOTES),
        ("fes.xlsx", "classeur", FES_CLEAN, FES_NOTES),
        ("casa.csv", "export", CASA_CLEAN, CASA_NOTES),
    ],
)
@pytest.mark.parametrize("rows", [2, 1000])
def test_each_file_gives_its_clean_text_and_its_notes(folder, name, profile, clean, noted, rows):
    chunks = folder.chunks(name, profile, rows=rows)
    text = "".join(chunk.text.to_csv(header=False, lineterminator="\n") for chunk in chunks)
    assert list(chunks[0].text.columns) == COLUMNS.split(",")
    assert list(csv.reader(io.StringIO(text))) == list(csv.reader(io.StringIO(clean)))
    found = [tuple(note) for chunk in chunks for note in chunk.notes.to_numpy()]
    plain = [(*note[:4], note[4].replace("\u00a0", " ").replace("\u202f", " ")) for note in found]
    assert plain == noted
    assert [c.file for c in chunks] == [name] * len(chunks)


def test_notes_stay_with_their_rows(folder):
    for chunk in folder.chunks("oriental.csv", "texte", rows=1):
        assert chunk.notes["ligne"].isin(chunk.text.index).all()


def test_messages_have_french_spaces(folder):
    files = [("oriental.csv", "texte"), ("fes.xlsx", "classeur"), ("casa.csv", "export")]
    chunks = [chunk for name, profile in files for chunk in folder.chunks(name, profile)]
    found = [message for chunk in chunks for message in chunk.notes["message"]]
    assert [m for m in found if " :" in m or " ?" in m or "« " in m or " »" in m] == []
