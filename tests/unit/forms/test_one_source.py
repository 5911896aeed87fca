"""A column added to the dictionary, and nowhere else, is asked, checked, described and printed."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from pandera.errors import SchemaError

from obsante.book.codebook import dictionary as chapter
from obsante.cli.forms import write_codebook, write_questionnaires
from obsante.collect.codebook import codebook_csv, ddi_codebook, variables
from obsante.collect.dictionary import load
from obsante.collect.forms.output import make_forms
from obsante.collect.schemas import TEXT, written
from obsante.errors import DataError
from obsante.paths import ROOT_VARIABLE, Project

ADDED = """\
  - name: signature
    type: string
    title: Signature électronique
    description: "Documents signés par voie électronique"
    categories: *oui_non_nsp
    question: {group: securite, fr: "Signe-t-on en ligne", ar: هل يتم التوقيع}
primaryKey: [id_etablissement]
"""


@pytest.fixture
def grown(checkout, tmp_path, monkeypatch) -> Project:
    """The configuration, with one more column in the facilities' dictionary."""
    shutil.copytree(checkout.config, tmp_path / "config")
    path = tmp_path / "config/dictionary/etablissements.yml"
    text = path.read_text("utf-8").replace("primaryKey: [id_etablissement]\n", ADDED)
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    return Project(tmp_path)


def test_it_is_asked(grown, edition):
    form = make_forms(grown, edition, ["etablissement"])[0]
    row = next(row for row in form.survey if row["name"] == "signature")
    assert row["type"] == "select_one oui_non_ne_sait_pas"
    assert row["label::العربية (ar)"] == "هل يتم التوقيع"


def test_it_is_checked(grown):
    column = written(load("etablissements", grown)).columns["signature"]
    column.validate(pd.DataFrame({"signature": ["oui", None]}, dtype=TEXT))
    with pytest.raises(SchemaError):
        column.validate(pd.DataFrame({"signature": ["peut-être"]}, dtype=TEXT))


def test_it_is_described_and_printed(grown, edition):
    found = variables(grown)
    assert "etablissements,signature,Signature électronique," in codebook_csv(found)
    assert 'ID="v-etablissements-signature"' in ddi_codebook(found, edition)
    assert "`signature` **Signature électronique**" in chapter(grown, edition)


def test_a_column_that_nobody_asks_must_be_placed(grown, edition):
    path = grown.dictionary / "etablissements.yml"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if "Signe-t-on" not in line]
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        make_forms(grown, edition, ["etablissement"])
    assert caught.value.found == "column 'signature' in no place"


def test_the_commands_write_and_say_what_they_wrote(grown, tmp_path, capsys):
    write_questionnaires(2025, ["etablissement"], tmp_path / "formulaires")
    write_codebook(2025, tmp_path / "codebook")
    shown = capsys.readouterr().out
    assert "29 questions on 8 pages; rules: 1 controlled, 7 ensured" in shown
    assert "left to ingest: poids_des_repondants (it uses poids)" in shown
    assert "join echantillon.csv to the form, with columns id_etablissement, region" in shown
    names = sorted(path.name for path in tmp_path.glob("*/dictionnaire*"))
    assert names == ["dictionnaire-2025-ddi.xml", "dictionnaire-2025.csv"]
    assert (tmp_path / "formulaires/etablissement-2025-demonstration.xlsx").is_file()
