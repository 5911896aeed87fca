"""``obsante returns``: what it writes from a sample and the answers of the field, what it refuses."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil

import pandas as pd
import pytest
import yaml

from obsante.cli import returns as cli
from obsante.collect import ingest
from obsante.edition import load_edition
from obsante.errors import DataError, EditionError, ObsanteError
from obsante.paths import Project

TODAY = dt.date(2027, 1, 15)
REAL = """\
edition: 2026
status: real
reference_period: {start: 2026-01-01, end: 2026-12-31}
compare_with: []
seed: 20260101
confidence_level: 0.95
publication_date: 2027-06-30
precision: {reliable_width: 0.05, proportion_width: 0.30, proportion_relative_width: 1.30,
            minimum_n: 30, cv_flagged: 0.166, cv_low: 0.333}
quarantine_max_share: 0.05
authorisation: {number: D-1, purpose: Observatoire, retention_until: 2031-12-31,
                host_country: Maroc, transfer_basis: Aucun}
"""
PLACES = "2026,01,01.511,urbain,clinique_privee,prive"
STRATUM = "clinique_privee-urbain-01,8,4,2.0"
SAMPLE = (
    "id_etablissement,edition,region,province,milieu,type,secteur,strate,taille_strate,tires_strate,"
    "poids_sondage,n_professionnels,statut,rang\n"
    + "".join(f"E000000{n},{PLACES},{STRATUM},20,tire,{n}\n" for n in range(1, 5))
)
ANSWERS = "id_etablissement,haut_debit,dme,dme_stade\nE0000001,oui,oui,3\nE0000003,non,non,0\n"


@pytest.fixture
def field(project, tmp_path) -> Project:
    """A real edition, its sample and its answers, in files of the test's folder."""
    project.edition_file(2026).write_text(REAL, encoding="utf-8")
    shutil.rmtree(project.raw(2026), ignore_errors=True)
    (tmp_path / "sample.csv").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    return project


@pytest.fixture
def run(field, tmp_path):
    """Runs the command on these files, with other options."""

    def make(**options) -> None:
        chosen = {"table": "etablissements", "sample": tmp_path / "sample.csv", "waves": (1,),
                  "answers": [tmp_path / "answers.csv"], "producer": "Essai", "licence": "Interne",
                  } | options  # fmt: skip
        cli.run(2026, cli.Received(**chosen), TODAY)

    return make


def written(project: Project) -> pd.DataFrame:
    return pd.read_csv(project.raw(2026) / "etablissements.csv", dtype="str")


def test_the_complete_table_and_its_sheet_are_written(run, field, capsys):
    run()
    rows = written(field).set_index("id_etablissement")
    assert rows["repondant"].tolist() == ["oui", "non", "oui", "non"]
    # Eight clinics, two of which answered for all.
    assert rows["poids"].tolist()[::2] == ["4", "4"]
    assert rows["poids_sondage"].tolist() == ["2"] * 4
    assert rows.loc["E0000001", ["dme_stade", "vague"]].tolist() == ["3", "1"]
    data = (field.raw(2026) / "etablissements.csv").read_bytes()
    sheet = yaml.safe_load((field.raw(2026) / "sources.yml").read_text(encoding="utf-8"))
    assert sheet["files"]["etablissements.csv"] == {
        "producer": "Essai", "title": "Établissements de santé", "licence": "Interne",
        "received": TODAY, "period": "2026-01-01/2026-12-31",
        "sha256": hashlib.sha256(data).hexdigest(), "synthetic": False,
    }  # fmt: skip
    shown = capsys.readouterr().out
    assert "etablissements: 4 drawn, 2 answered (50.0%)" in shown
    assert "Next: obsante ingest --edition 2026" in shown


@pytest.mark.slow
def test_what_is_written_is_ingested_as_it_is(run, field):
    run()
    report = ingest(field, load_edition(field, 2026))
    assert report.campaign["etablissements"].rows_kept == 4


def test_an_export_of_a_form_is_read_by_its_profile(run, field, tmp_path):
    export = tmp_path / "kobo.csv"
    export.write_text(
        "start;unite_enquetee/id_etablissement;edition;repondant;connexion/haut_debit;systemes/dme;_id\n"
        "2027-01-02;E0000002;2026;oui;Oui;oui;1\n2027-01-02;E0000004;2026;oui;لا;non;2\n"
        "2027-01-03;E0000001;2026;non;;;3\n", encoding="utf-8",
    )  # fmt: skip
    run(answers=[export], profile="kobo")
    rows = written(field)
    assert rows["repondant"].tolist() == ["non", "oui", "non", "oui"]
    assert rows["haut_debit"].tolist()[1::2] == ["oui", "non"]


def test_answers_may_come_in_several_files_each_of_its_wave(run, field, tmp_path):
    late = tmp_path / "late.csv"
    late.write_text(ANSWERS.replace("E0000003", "E0000004").replace("E0000001,oui,oui,3\n", ""))
    run(answers=[tmp_path / "answers.csv", late], waves=(1, 3))
    assert written(field)["vague"].fillna("").tolist() == ["1", "", "1", "3"]


def test_an_output_elsewhere_leaves_the_edition_alone(run, field, tmp_path):
    run(output=tmp_path / "out.csv")
    assert len(pd.read_csv(tmp_path / "out.csv")) == 4
    assert not field.raw(2026).exists()
    with pytest.raises(DataError, match="a file that is there already"):
        run(output=tmp_path / "out.csv")
    run(output=tmp_path / "out.csv", replace=True)


def test_an_earlier_file_is_replaced_only_if_asked_and_keeps_its_sheet(run, field, tmp_path):
    run()
    (tmp_path / "answers.csv").write_text(ANSWERS + "E0000002,oui,oui,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="--replace"):
        run(producer=None, licence=None)
    run(producer=None, licence=None, replace=True)
    assert written(field)["poids"].tolist()[0] == "2.66666666666667"
    sheet = yaml.safe_load((field.raw(2026) / "sources.yml").read_text(encoding="utf-8"))
    assert sheet["files"]["etablissements.csv"]["producer"] == "Essai"


def noted(project: Project, **notes) -> None:
    """Adds to the sheet what `obsante forget` or `obsante purge` writes there."""
    path = project.raw(2026) / "sources.yml"
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    sheet["files"]["etablissements.csv"] |= notes
    path.write_text(yaml.safe_dump(sheet), encoding="utf-8")


def test_who_was_forgotten_is_still_counted_in_the_new_file(run, field, tmp_path):
    run()
    noted(field, forgotten=[{"date": TODAY, "rows": 1}])
    (tmp_path / "answers.csv").write_text(ANSWERS + "E0000002,oui,oui,1\n", encoding="utf-8")
    run(replace=True)
    sheet = yaml.safe_load((field.raw(2026) / "sources.yml").read_text(encoding="utf-8"))
    assert sheet["files"]["etablissements.csv"]["forgotten"] == [{"date": TODAY, "rows": 1}]


def test_a_purged_file_never_gets_its_identifiers_back(run, field, tmp_path):
    run()
    noted(field, purged=TODAY)
    before = (field.raw(2026) / "etablissements.csv").read_bytes()
    with pytest.raises(DataError, match="destroyed for good"):
        run(replace=True, strays=tmp_path / "strays.csv")
    assert (field.raw(2026) / "etablissements.csv").read_bytes() == before


def test_nothing_is_written_when_the_earlier_file_stays(run, field, tmp_path):
    run()
    (tmp_path / "answers.csv").write_text(ANSWERS + "E0000009,oui,oui,1\n", encoding="utf-8")
    field.raw(2026).joinpath("etablissements.csv").write_text("autre\n", encoding="utf-8")
    with pytest.raises(DataError, match="--replace"):
        run(strays=tmp_path / "strays.csv")
    assert not (tmp_path / "strays.csv").exists()


def test_answers_out_of_the_sample_stop_unless_set_aside(run, field, tmp_path):
    (tmp_path / "answers.csv").write_text(ANSWERS + "E0000009,oui,oui,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="1 of units that are not in the sample: 'E0000009'"):
        run()
    run(strays=tmp_path / "strays.csv")
    assert pd.read_csv(tmp_path / "strays.csv")["id_etablissement"].tolist() == ["E0000009"]
    assert len(written(field)) == 4


def test_the_reserve_and_the_joined_strata_are_said(run, field, tmp_path, capsys):
    reserve = f"E0000005,{PLACES},{STRATUM},20,reserve,5\n"
    other = "".join(f"E000001{n},{PLACES},clinique_privee-urbain-02,6,3,2.0,20,tire,{n}\n"
                    for n in range(1, 4))  # fmt: skip
    (tmp_path / "sample.csv").write_text(SAMPLE + reserve + other, encoding="utf-8")
    (tmp_path / "answers.csv").write_text(
        ANSWERS + "E0000005,oui,oui,1\nE0000011,oui,oui,1\n", encoding="utf-8"
    )
    run()
    shown = capsys.readouterr().out
    assert "units of the reserve called up: 1" in shown
    assert ("stratum clinique_privee-urbain-02: 1 respondents of 3 drawn, joins "
            "clinique_privee-urbain-01") in shown  # fmt: skip


def test_workers_are_completed_from_their_own_sample(run, field, tmp_path, capsys):
    place = "2026,01,urbain,clinique_privee,prive,clinique_privee-urbain-01,8,3"
    (tmp_path / "sample.csv").write_text(
        "id_professionnel,id_etablissement,edition,region,milieu,type,secteur,strate,taille_strate,"
        "upe_strate,n_professionnels,tires_etablissement,poids_upe,poids_dans_upe,poids_sondage,"
        "statut,rang\n"
        + "".join(f"E000000{n}-0000{i},E000000{n},{place},6,2,2.666667,3,8,tire,{i}\n"
                  for n in (1, 2, 3) for i in (1, 2)), encoding="utf-8",
    )  # fmt: skip
    (tmp_path / "answers.csv").write_text(
        "id_professionnel,sexe\nE0000001-00001,femme\nE0000003-00001,homme\nE0000003-00002,\n",
        encoding="utf-8",
    )
    run(table="professionnels", waves=())
    rows = pd.read_csv(field.raw(2026) / "professionnels.csv", dtype="str").fillna("")
    assert rows["repondant"].tolist() == ["oui", "non"] * 2
    # Eight clinics, of which two stand for all; six workers in each, one of whom answered.
    assert rows["poids"].tolist() == ["24", "", "24", ""]
    assert set(rows["poids_sondage"]) == {"12"}
    counts = rows[["upe_strate", "repondants_etablissement"]].drop_duplicates()
    assert counts.to_numpy().tolist() == [["2", "1"]]
    shown = capsys.readouterr().out
    assert "left out with the 2 units drawn there: 1 ('E0000002')" in shown
    assert "2 facilities of 3 kept" in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"table": "etablissement"}, "'etablissements' \\(nearest\\)"),
        ({"table": "regions"}, "no survey table"),
        ({"waves": (1, 2)}, "2 for 1 file"),
        ({"waves": (9,)}, "option --wave 9"),
        ({"waves": ()}, "2 answer\\(s\\) without wave"),
        ({"producer": None}, "option --producer"),
        ({"profile": "koobo"}, "'kobo' \\(nearest\\)"),
    ],
)
def test_wrong_options_are_refused(run, field, options, message):
    with pytest.raises(ObsanteError, match=f"(?s){message}"):
        run(**options)
    assert not (field.raw(2026) / "etablissements.csv").exists()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("sample.csv", SAMPLE.replace("strate,", "stratte,", 1), "'strate' \\(nearest\\)"),
        ("sample.csv", SAMPLE.replace("2026,", "2025,"), "line 2, column edition\n.*2025"),
        ("sample.csv", "demonstration," + SAMPLE.replace("\nE", "\ntrue,E"), "demonstration edition"),
        ("answers.csv", ANSWERS.replace("dme,", "dmee,"), "column 'dmee'"),
        ("answers.csv", "id_etablissement,dme\n", "a header but no row"),
    ],
)
def test_wrong_files_are_refused(run, field, tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"(?s){message}"):
        run()


def test_a_cell_with_several_readings_stops(run, tmp_path):
    export = tmp_path / "excel.csv"
    export.write_text("id_etablissement;haut_debit;professionnels_etp\nE0000001;oui;1.234\n")
    with pytest.raises(DataError, match="can be read in several ways: line 2, professionnels_etp"):
        run(answers=[export], profile="csv_francais")


def test_a_missing_file_is_one_clear_error(run, tmp_path):
    with pytest.raises(DataError, match="could not be read"):
        run(answers=[tmp_path / "nothing.csv"])


def test_a_demonstration_edition_is_never_written(field, tmp_path):
    received = cli.Received("etablissements", tmp_path / "sample.csv", [tmp_path / "answers.csv"])
    with pytest.raises(EditionError, match="status 'demonstration'"):
        cli.run(2025, received, TODAY)
