"""The scan finds an identifier in every kind of output, and is silent where there is none."""

from __future__ import annotations

import json
import zipfile

import pandas as pd
import pytest
from typst import compile as render

from obsante.collect.privacy import scan, texts
from obsante.errors import DataError

NAME = "Prénom7 Fictif7"


def found(survey) -> set[tuple]:
    done = scan(survey.project, survey.edition)
    return {(one.file.rpartition("/")[2], one.place, one.kind, one.declared)
            for one in done.findings}  # fmt: skip


def output(survey, name: str, content: str | bytes):
    return survey.write(f"data/processed/2025/{name}", content)


@pytest.fixture
def searched(survey):
    """One raw file: its names, addresses and numbers are what the scan looks for."""
    survey.people(survey.person(7), survey.person(8, nom="Ana"))
    return survey


def html(text: str) -> str:
    style = "<style>a{color:#f12345}</style>"
    return f"<!doctype html><html><head>{style}</head><body>{text}</body></html>"


def notebook(text: str) -> str:
    cell = {"cell_type": "code", "source": ["x\n"], "outputs": [{"text": ["a\n", f"{text}\n"]}]}
    return json.dumps({"cells": [cell], "nbformat": 4})


FORMS = [
    ("note.md", "text {}"), ("suite.csv", 'a,b\n1,"{}"\n'), ("valeurs.json", '{{"x": ["{}"]}}'),
    ("page.html", html("<p>voir <b>{}</b></p>").replace("{color:#f12345}", "")),
    ("figure.svg", '<svg><path d="M 33.0000 -7.0000"/><text>{}</text></svg>'),
    ("attribut.html", '<p title="{}">x</p>'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "form"), FORMS, ids=lambda value: value[:12])
def test_names_and_forms_are_found_in_text_files(searched, name, form):
    output(searched, name, form.format(f"{NAME.upper()}, {searched.phone_of(3)}"))
    kinds = {(kind, declared) for _, _, kind, declared in found(searched)}
    assert kinds == {("nom", True), ("telephone", False)}


def test_a_notebook_s_finding_says_its_cell(searched):
    output(searched, "essai.ipynb", notebook(searched.mail_of(7)))
    assert found(searched) == {("essai.ipynb", "cells.0", "courriel", True),
                               ("essai.ipynb", "cells.0", "courriel", False)}  # fmt: skip


def test_a_table_is_read_by_column(searched):
    folder = searched.project.tables(2025)
    folder.mkdir(parents=True)
    frame = pd.DataFrame({"id": ["P00001"], "remarque": [f"vu {NAME}"], "nom": ["x"]})
    frame["reponse"] = pd.Categorical([searched.mail_of(2)])
    frame.to_parquet(folder / "personnes.parquet")
    assert found(searched) == {
        ("personnes.parquet", "column 'remarque'", "nom", True),
        ("personnes.parquet", "column 'nom'", "nom", True),
        ("personnes.parquet", "column 'reponse'", "courriel", False),
    }  # fmt: skip


def test_a_pdf_and_a_workbook_are_read(searched):
    page = searched.project.book_output(2025) / "rapport.pdf"
    page.parent.mkdir(parents=True)
    page.write_bytes(render(f'#set document(title: "Essai")\n{NAME}'.encode()))
    with zipfile.ZipFile(page.with_name("valeurs.xlsx"), "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{NAME}</t></si></sst>")
    assert found(searched) == {("rapport.pdf", "page 1", "nom", True),
                               ("valeurs.xlsx", "xl/sharedStrings.xml", "nom", True)}  # fmt: skip


def test_without_pypdf_a_pdf_is_said_not_to_be_read(searched, monkeypatch):
    output(searched, "rapport.pdf", b"%PDF-1.7")
    output(searched, "figure.png", b"\x89PNG")
    output(searched, "table.bin", b"\xff\xfe\x00")
    monkeypatch.setattr(texts.importlib.util, "find_spec", lambda name: None)
    done = scan(searched.project, searched.edition)
    assert (done.files, done.findings) == (0, [])
    assert done.unread == {
        "data/processed/2025/figure.png": "an image or a font",
        "data/processed/2025/rapport.pdf": "a PDF, and the package pypdf is not installed",
        "data/processed/2025/table.bin": "a binary file",
    }  # fmt: skip


def test_clean_outputs_give_nothing(searched):
    output(searched, "tables.md", f"P00001, 2025-12-31, {'p' + '0' * 20}, 14.857143, Prénom7")
    # A name of less than five letters is in any report.
    output(searched, "page.html", html("Ana a répondu #f12345 <!-- 3 -->"))
    done = scan(searched.project, searched.edition)
    assert done.findings == []
    assert (done.files, done.values) == (2, 6)


def test_a_telephone_is_found_in_its_national_writing(searched):
    output(searched, "note.txt", "composer le 0000000007")
    assert found(searched) == {("note.txt", "", "telephone", True)}


def test_what_is_allowed_is_not_found(searched):
    output(searched, "licence.txt", f"{searched.mail_of(7)} {NAME} {searched.mail_of(8)}")
    searched.write("config/privacy.yml", (
        f"demonstration_key: '{searched.published}'\nallowed:\n"
        f"  - {{value: {searched.mail_of(7)}, reason: essai}}\n"
        f"  - {{value: {NAME}, reason: essai}}\n"))  # fmt: skip
    done = scan(searched.project, searched.edition)
    assert {one.times for one in done.findings} == {1}
    assert {one.kind for one in done.findings} == {"courriel"}


def test_a_damaged_output_is_an_error(searched):
    output(searched, "valeurs.json", "{")
    with pytest.raises(DataError, match="can't be read: JSONDecodeError"):
        scan(searched.project, searched.edition)


def test_a_finding_never_shows_its_value(searched):
    output(searched, "note.md", f"{NAME} {searched.mail_of(7)} {searched.phone_of(7)}")
    shown = "\n".join(map(str, scan(searched.project, searched.edition).findings))
    assert "data/processed/2025/note.md: nom (declared value) •••, 1 time(s)" in shown
    assert not any(text in shown for text in (NAME, searched.mail_of(7), searched.phone_of(7)))
