"""One edition of files as regions, a spreadsheet and a form's server send them, end to end.

What each cell becomes, and what each faulty row is told, is written here by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import hmac
import io
import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from obsante import collect
from obsante.cli import editions
from obsante.edition import load_edition
from obsante.files import sha256
from obsante.paths import Project, find_project

YEAR = 2026
KEY = "0123456789abcdef" * 3
DAY = dt.datetime(2026, 4, 3)
AUTHORISATION = """
authorisation: {number: D-1, purpose: Essai, retention_until: 2031-12-31, host_country: Maroc,
                transfer_basis: aucun}
"""
PHONE = "06" + "0" * 8
NAME = "Prénom Fictif"
TITLES = ("Identifiant;Édition;Intitulé;Organisme;Type d'organisme;Région;Mode;Durée;Places;"
          "Personnes formées;Public;Domaine de compétences;Besoin couvert;Début;Fin")  # fmt: skip
# By region, as a spreadsheet in French saves it: Windows-1252, titles, semicolons, blank rows.
CASABLANCA = f"""\
Catalogue 2026;;;;;;;;;;;;;;
;;;;;;;;;;;;;;
{TITLES}
F2026-001;2026;Dossier de soins;Faculté A;Université ou faculté;CASABLANCA SETTAT;En présence;12,5;\
1\u00a0234;1 000;Médecins;Contenus et dossiers;Dossier électronique;03/04/2026;31/12/2026
F2026-002;2026;Réseaux;Faculté A;universite;Tanger;presentiel;1.234;1,234,567;{PHONE};tous;info;ia;\
12/31/2026;31/02/2026
F2026-003;2026;Appeler le {PHONE};Faculté A;universite;06;présence;;n.d.;;tous;info;ia;;
F2026-004;2026;Images;Faculté A;universite;6;hybride;7,0;20;0;tous;doc;ia;;
"""
ORIENTAL = f"""\
{TITLES}
F2026-004;2026;Autre cours;Faculté B;universite;02;distance;7;20;0;tous;sec;securite_donnees;;
F2026-005;2026;Sécurité;Faculté B;universite;L'Oriental;distance;7;20;50;tous;sec;ia;;
"""
# A workbook filled in by hand, its region in merged cells.
FES = [
    ["Offre de formation"],
    TITLES.split(";"),
    ["F2026-006", 2026, "Images", "CHU", "Établissement de santé", "فاس-مكناس", "hybride", 0.5,
     30.0, 12, "tous", "doc", "IA", DAY, "5 avril 2026"],
    ["F2026-007", 2026, "Droit", "CHU", "Établissement de santé", None, "hybride", "#N/A", 30,
     12, "tous", "sec", "Intelligence artificielle", None, None],
]  # fmt: skip
SUBMISSIONS = [
    ["start", "personne/id_entretien", "edition", "personne/date_entretien",
     "personne/interlocuteur", "personne/role", "personne/region", "personne/milieu", "_index"],
    ["x", "ENT2026-001", 2026, DAY, NAME, "informatique", "L'Oriental", "Urbain", 1],
    ["x", "ENT2026-002", 2026, DAY, None, "informatique", "02", "urbain", 2],
]  # fmt: skip
PASSAGES = [
    ["passages/id_passage", "passages/passage", "passages/axe", "passages/theme",
     "passages/valence", "_index", "_parent_index"],
    ["ENT2026-001-01", "Le réseau coupe.", 1, "Connexion et courant", "Négatif", 1, 1],
    ["ENT2026-001-01", "Le réseau coupe.", 1, "connexion", "negatif", 2, 1],
    ["ENT2026-001-02", "Les mots de passe.", 1, "acces_comptes", "neutre", 3, 1],
    ["ENT2026-002-01", None, 2, "aisance", "positif", 4, 2],
]  # fmt: skip
COMITES = f"""\
id_mandat,edition,comite,role,nom,organisme,categorie,mandat_debut,mandat_fin,declaration_interets
MAN2026-01,2026,pilotage,membre,{NAME},Faculté A,universite,2026-01-01,2028-12-31,sans_lien
MAN2026-02,2026,Pilotage,membre,{NAME},{PHONE},universite,01/01/2026,2028-12-31,sans_lien
MAN2026-03,2026,pilotage,membre,,,universite,2028-01-01,2026-12-31,sans_lien
"""
PSEUDONYM = "p" + hmac.new(KEY.encode(), b"nom:pr\xc3\xa9nom fictif", "sha256").hexdigest()[:20]
# As CSV; an empty cell of a number's column is missing.
KEPT = {
    "formations": """\
F2026-001,2026,Dossier de soins,Faculté A,universite,06,presentiel,12.5,1234,1000,medecins,doc,\
dossier_electronique,2026-04-03,2026-12-31
F2026-006,2026,Images,CHU,etablissement_sante,03,hybride,0.5,30,12,tous,doc,ia,2026-04-03,2026-04-05
""",
    "entretiens": f"""\
ENT2026-001-01,ENT2026-001,2026,2026-04-03,{PSEUDONYM},informatique,02,urbain,1,connexion,negatif,,
""",
    "comites": """\
MAN2026-01,2026,pilotage,membre,Faculté A,universite,2026-01-01,2028-12-31,sans_lien
""",
}
TOLD = ("La cellule contient un numéro de téléphone : aucun identifiant direct n'est admis hors des"
        " colonnes prévues pour cela. Le retirer à la source.")  # fmt: skip
ASIDE = {
    "formations": f"""\
casablanca.csv 5 F2026-002 ambigu region: « Tanger » n'est le nom d'aucune région : les plus \
proches sont Tanger-Tétouan-Al Hoceima (01), Drâa-Tafilalet (08), Laâyoune-Sakia El Hamra (11).
casablanca.csv 5 F2026-002 ambigu duree_heures: « 1.234 » peut se lire « 1234 » ou « 1.234 » : \
écrire la valeur sans équivoque.
casablanca.csv 5 F2026-002 ambigu places: « 1,234,567 » n'est pas dans la forme déclarée : \
s'agit-il de « 1234567 » ?
casablanca.csv 5 F2026-002 identifiant formes: {TOLD}
casablanca.csv 5 F2026-002 ambigu debut: « 12/31/2026 » n'est pas dans la forme déclarée : \
s'agit-il de « 2026-12-31 » ?
casablanca.csv 5 F2026-002 type fin: « 31/02/2026 » n'est pas une date : écrire comme \
« 2025-12-31 », ou laisser la cellule vide.
casablanca.csv 6 F2026-003 identifiant intitule: {TOLD}
casablanca.csv 6 F2026-003 modalite mode: « présence » n'est pas une modalité de « mode » : la \
plus proche est « presentiel » (En présence).
casablanca.csv 7 F2026-004 cle id_formation: Des lignes différentes portent la même clé \
« F2026-004 » (ligne 7 ; ligne 2 de « oriental.csv ») : aucune n'est retenue.
fes.xlsx 4 F2026-007 type duree_heures: La cellule porte l'erreur de calcul « #N/A » : corriger \
la formule, ou laisser la cellule vide si la valeur est inconnue.
oriental.csv 2 F2026-004 cle id_formation: Des lignes différentes portent la même clé \
« F2026-004 » (ligne 2 ; ligne 7 de « casablanca.csv ») : aucune n'est retenue.
oriental.csv 3 F2026-005 formes_et_places formes, places: Le nombre de personnes formées ne peut \
pas dépasser le double des places
""",
    "entretiens": """\
kobo.xlsx 3 ENT2026-001-01 doublon id_passage: Copie identique de la ligne 2, seule examinée.
kobo.xlsx 4 ENT2026-001-02 theme_et_axe axe, theme: Le thème doit être l'un de ceux de l'axe
kobo.xlsx 5 ENT2026-002-01 obligatoire interlocuteur: La colonne « interlocuteur » est \
obligatoire : renseigner une valeur.
""",
    "comites": f"""\
comites.csv 3 MAN2026-02 modalite comite: « Pilotage » n'est pas une modalité de « comite » : la \
plus proche est « pilotage » (Comité de pilotage).
comites.csv 3 MAN2026-02 identifiant organisme: {TOLD}
comites.csv 3 MAN2026-02 type mandat_debut: « 01/01/2026 » n'est pas une date : écrire \
« 2026-01-01 ».
comites.csv 4 MAN2026-03 obligatoire organisme: La colonne « organisme » est obligatoire : \
renseigner une valeur.
comites.csv 4 MAN2026-03 debut_et_fin mandat_debut, mandat_fin: Un mandat ne peut pas finir \
avant d'avoir commencé
""",
}
# Rows received, kept, set aside.
COUNTED = {"casablanca.csv": (4, 1, 3), "fes.xlsx": (2, 1, 1), "oriental.csv": (2, 0, 2),
           "kobo.xlsx": (4, 1, 3), "comites.csv": (3, 1, 2)}  # fmt: skip


def workbook(**sheets: list[list[object]]) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if "Saisie" in sheets:
        book["Saisie"].merge_cells("F3:F4")
    book.save(stream)
    return stream.getvalue()


FILES = {
    "casablanca.csv": (CASABLANCA.encode("cp1252"), "formations", "csv_francais"),
    "oriental.csv": (ORIENTAL.encode("cp1252"), "formations", "csv_francais"),
    "fes.xlsx": (workbook(Saisie=FES), "formations", "excel_francais"),
    "kobo.xlsx": (workbook(Entretiens=SUBMISSIONS, passages=PASSAGES), "entretiens", "kobo"),
    "comites.csv": (COMITES.encode(), "comites", None),
}


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> Project:
    """A project whose real 2026 edition has received, and ingested, these files."""
    source, project = find_project(), Project(tmp_path_factory.mktemp("sale") / "projet é")
    shutil.copytree(source.config, project.config)
    shutil.copytree(source.reference, project.reference)
    editions.create(project, YEAR)
    path = project.edition_file(YEAR)
    text = path.read_text(encoding="utf-8").partition("# authorisation:")[0] + AUTHORISATION
    path.write_text(text.replace("max_share: 0.05", "max_share: 0.9"), encoding="utf-8")
    entries = {}
    for name, (content, table, profile) in FILES.items():
        raw = project.raw(YEAR) / name
        raw.write_bytes(content)
        entries[name] = {
            "producer": "Délégation", "title": name, "licence": "interne", "period": YEAR,
            "received": "DAY", "synthetic": False, "sha256": sha256(raw), "table": table,
            "profile": profile,
        }  # fmt: skip
    sheet = json.dumps({"files": entries}).replace('"DAY"', "2027-01-15")
    (project.raw(YEAR) / "sources.yml").write_text(sheet, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OBSANTE_PSEUDONYM_KEY", KEY)
        collect.ingest(project, load_edition(project, YEAR))
    return project


def kept(project: Project, table: str) -> list[str]:
    """Rows of a table as CSV, without header."""
    frame = pd.read_parquet(project.tables(YEAR) / f"{table}.parquet")
    return frame.to_csv(index=False, header=False, lineterminator="\n").splitlines()


def aside(project: Project, table: str) -> list[str]:
    """Place, key, rule, column and message of each violation, with ordinary spaces."""
    path = project.quarantine(YEAR) / f"{table}.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
    lines = [f"{file} {line} {key} {rule} {column}: {message}"
             for _, file, line, key, rule, column, _, message in rows]  # fmt: skip
    return [line.replace("\u00a0", " ").replace("\u202f", " ") for line in lines]


@pytest.mark.parametrize("table", KEPT)
def test_clean_rows_are_exactly_these(edition, table):
    assert kept(edition, table) == KEPT[table].splitlines()


@pytest.mark.parametrize("table", ASIDE)
def test_faulty_rows_are_told_exactly_this(edition, table):
    assert aside(edition, table) == ASIDE[table].splitlines()


def test_every_row_received_is_kept_or_aside(edition):
    index = json.loads((edition.tables(YEAR) / "index.json").read_text(encoding="utf-8"))
    counted = {
        Path(path).name: (own["rows_in"], own["rows_kept"], own["rows_aside"])
        for table in KEPT for path, own in index[table]["files"].items()
    }  # fmt: skip
    assert counted == COUNTED
    assert all(received == kept + aside for received, kept, aside in counted.values())


def test_no_identifier_passes_the_door(edition):
    made = [path for path in edition.processed(YEAR).rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in made)
    assert len(made) > 9
    assert not [text for text in (PHONE, PHONE[1:], NAME) if text.encode() in content]
