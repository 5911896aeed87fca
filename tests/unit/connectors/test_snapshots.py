"""Snapshots never change; an interrupted fetch resumes; a private file enters one real edition."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess

import pytest
import yaml

from obsante.collect.connectors import snapshots
from obsante.collect.sources import read_sheet

GHO = {"connector": "gho", "countries": ["MAR"], "indicators": {"A": "u", "B": "v"}}
KOBO = {"connector": "kobotoolbox", "form": "aBc123", "table": "patients", "profile": "kobo"}
SIGNALS = {"connector": "openalex", "country": "MAR", "technologies": {"t": "x"},
           "table": "signaux"}  # fmt: skip
FOLDER = "data/raw/snapshots/essai/2026-03-01"


def titles() -> dict:
    return {"value": [{"IndicatorCode": code, "IndicatorName": code.lower()} for code in "AB"]}


def values(code: str, value: float = 1.5) -> dict:
    return {"value": [{"IndicatorCode": code, "SpatialDim": "MAR", "TimeDim": 2020,
                       "NumericValue": value}]}  # fmt: skip


def submissions(*texts: str) -> dict:
    rows = [{"_id": n, "_uuid": f"u{n}", "q": text} for n, text in enumerate(texts, start=1)]
    return {"count": len(rows), "next": None, "results": rows}


def plan(site, value: float = 1.5) -> None:
    site.service.plan = [site.reply(body) for body in (titles(), values("A", value), values("B"))]


@pytest.fixture
def public(site):
    site.declare("essai", GHO)
    plan(site)
    return site


@pytest.fixture
def private(site):
    site.declare("essai", KOBO)
    site.secret("essai")
    site.service.plan = [site.reply(submissions("a"))]
    return site


def test_a_snapshot_holds_pages_table_and_sheet(public):
    fetched = public.fetch("essai")
    assert public.files() == [
        "processed/.fetch-essai.lock", "raw/2026/sources.yml",
        "raw/snapshots/essai/2026-03-01/donnees.csv",
        "raw/snapshots/essai/2026-03-01/page-0001.json",
        "raw/snapshots/essai/2026-03-01/page-0002.json",
        "raw/snapshots/essai/2026-03-01/page-0003.json",
        "raw/snapshots/essai/2026-03-01/sources.yml"]  # fmt: skip
    assert public.text(f"{FOLDER}/donnees.csv") == (
        "source,indicateur,code_indicateur,pays,annee,valeur,unite,note\n"
        "Producteur,a,A,MAR,2020,1.5,u,\nProducteur,b,B,MAR,2020,1.5,v,\n"
    )
    assert [written.already for written in fetched.written] == [False]


def test_the_sheet_says_what_was_asked_and_what_came(public):
    public.fetch("essai")
    sheet = yaml.safe_load(public.text(f"{FOLDER}/sources.yml"))
    data = (public.project.root / FOLDER / "donnees.csv").read_bytes()
    assert sheet["files"]["donnees.csv"] == {
        "producer": "Producteur", "title": "Titre", "licence": "CC BY 4.0",
        "received": dt.date(2026, 3, 1), "period": "../2026-03-01",
        "url": sheet["query"]["pages"][0]["url"], "sha256": hashlib.sha256(data).hexdigest(),
        "synthetic": False}  # fmt: skip
    assert sheet["query"]["connector"] == "gho"
    assert sheet["query"]["parameters"]["indicators"] == {"A": "u", "B": "v"}
    second = sheet["query"]["pages"][1]
    page = (public.project.root / FOLDER / second["file"]).read_bytes()
    assert second["sha256"] == hashlib.sha256(page).hexdigest()
    assert second["url"] == f"{public.service.url}/A?$filter=SpatialDim%20eq%20'MAR'"


def test_the_same_data_the_same_day_are_already_there(public):
    public.fetch("essai")
    before = public.text(f"{FOLDER}/sources.yml")
    plan(public)
    assert public.fetch("essai").written[0].already
    assert public.text(f"{FOLDER}/sources.yml") == before
    assert len(snapshots(public.project, "essai")) == 1


def test_other_data_the_same_day_are_refused_then_kept_beside(public, refusal):
    public.fetch("essai")
    plan(public, value=2)
    error = refusal("essai")
    assert error.looked_at == FOLDER
    assert error.remedy.startswith("keep both with --again")
    # The pages of the refused fetch are still there: nothing is asked for again.
    assert public.service.plan == []
    assert public.fetch("essai", again=True).written[0].path.name == "2026-03-01-2"
    plan(public, value=3)
    assert public.fetch("essai", again=True).written[0].path.name == "2026-03-01-3"
    assert public.text(f"{FOLDER}-2/donnees.csv").splitlines()[1].split(",")[5] == "2"
    plan(public, value=2)
    assert public.fetch("essai").written[0].already


def test_another_day_is_another_snapshot(public):
    public.fetch("essai")
    plan(public)
    public.fetch("essai", day=dt.date(2026, 3, 2))
    assert [p.name for p in snapshots(public.project, "essai")] == ["2026-03-01", "2026-03-02"]


def test_two_fetches_give_the_same_bytes(public):
    public.fetch("essai")
    first = {name: public.text(f"data/{name}") for name in public.files() if "essai/2026" in name}
    for name in first:
        (public.project.root / "data" / name).unlink()
    plan(public)
    public.fetch("essai")
    assert {name: public.text(f"data/{name}") for name in first} == first


def test_a_snapshot_changed_by_hand_is_noticed(public, refusal):
    public.fetch("essai")
    public.write(f"{FOLDER}/donnees.csv", "changé\n")
    plan(public)
    assert refusal("essai").expected.endswith("a snapshot never changes")


def test_what_was_received_is_not_asked_for_again(public, refusal):
    public.service.plan[2:] = [public.reply({}, 500)] * 3
    refusal("essai")
    assert "raw/snapshots/essai/.partial/0002.json" in public.files()
    assert not (public.project.root / FOLDER).exists()
    asked = len(public.service.asked)
    public.service.plan = [public.reply(values("B"))]
    assert public.fetch("essai").rows == 2
    assert len(public.service.asked) == asked + 1
    assert [name for name in public.files() if ".partial" in name] == []


def test_an_interruption_keeps_the_pages(public, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("obsante.collect.connectors.gho._note", stop)
    with pytest.raises(KeyboardInterrupt):
        public.fetch("essai")
    monkeypatch.undo()
    public.service.plan = [public.reply(values(code)) for code in "AB"]
    public.fetch("essai")
    assert [path.partition("?")[0] for path in public.service.paths] == [
        "/Indicator", "/A", "/A", "/B"]  # fmt: skip


@pytest.mark.parametrize("change", ["day", "query", "damaged"])
def test_pages_of_another_fetch_are_asked_for_again(public, refusal, change):
    public.service.plan[1:] = [public.reply({}, 404)]
    refusal("essai")
    plan(public)
    options = {"day": dt.date(2026, 3, 2)} if change == "day" else {}
    if change == "query":
        public.declare("essai", GHO | {"countries": ["TUN"]})
    if change == "damaged":
        public.write("data/raw/snapshots/essai/.partial/0001.json", "{}")
    public.fetch("essai", **options)
    assert len(public.service.asked) == 5


def test_a_source_that_changes_schema_leaves_the_earlier_snapshot(public, refusal):
    public.fetch("essai")
    public.service.plan = [public.reply({"autre": []})]
    refusal("essai", day=dt.date(2026, 3, 2))
    assert [p.name for p in snapshots(public.project, "essai")] == ["2026-03-01"]


def test_one_fetch_of_a_source_at_a_time(public, refusal):
    from obsante.files import single_writer

    lock = public.project.root / "data/processed/.fetch-essai.lock"
    with single_writer(lock, "a test"):
        assert "already working on source essai" in refusal("essai").found


def test_a_private_file_enters_the_edition_and_nothing_else(private):
    fetched = private.fetch("essai", 2026)
    assert private.files() == [
        "processed/.fetch-essai.lock", "raw/2026/essai.csv", "raw/2026/sources.yml"]  # fmt: skip
    assert private.text("data/raw/2026/essai.csv") == "_id,_uuid,q,_index\n1,u1,a,1\n"
    assert fetched.written[0].path.name == "essai.csv"
    sheet = read_sheet(private.project, private.project.raw(2026))
    entry = sheet["essai.csv"]
    assert (entry.table, entry.profile, entry.synthetic) == ("patients", "kobo", False)
    assert entry.received == dt.date(2026, 3, 1)
    assert private.text("data/raw/2026/sources.yml").startswith("# Fiches de l'édition.\nfiles:\n")


def test_an_interrupted_private_fetch_stays_in_the_edition(private, refusal):
    first = submissions("a") | {"count": 2, "next": "http://n"}
    private.service.plan = [private.reply(first), private.reply({}, 404)]
    refusal("essai", 2026)
    assert "raw/2026/.partial-essai/0001.json" in private.files()
    assert not (private.project.raw_root / "snapshots").exists()


def test_a_later_private_fetch_takes_the_place_only_if_asked(private, refusal):
    private.fetch("essai", 2026)
    private.service.plan = [private.reply(submissions("a"))]
    assert private.fetch("essai", 2026).written[0].already
    private.service.plan = [private.reply(submissions("a", "b"))]
    error = refusal("essai", 2026)
    assert error.found == "an earlier file, received 2026-03-01"
    assert "--replace" in error.remedy
    private.service.plan = [private.reply(submissions("a", "b"))]
    private.fetch("essai", 2026, day=dt.date(2026, 3, 2), replace=True)
    entry = read_sheet(private.project, private.project.raw(2026))["essai.csv"]
    data = (private.project.raw(2026) / "essai.csv").read_bytes()
    assert entry.sha256 == hashlib.sha256(data).hexdigest()
    assert entry.received == dt.date(2026, 3, 2)


def test_a_file_that_was_written_but_not_listed_is_listed(private):
    private.fetch("essai", 2026)
    private.write("data/raw/2026/sources.yml", "files: {}\n")
    private.service.plan = [private.reply(submissions("a"))]
    assert not private.fetch("essai", 2026).written[0].already
    assert list(read_sheet(private.project, private.project.raw(2026))) == ["essai.csv"]


def test_other_entries_of_the_sheet_are_kept(private):
    private.write("data/raw/2026/autre.csv", "x\n")
    entry = {"producer": "P", "title": "T", "licence": "L", "received": dt.date(2026, 1, 1),
             "period": "2026", "sha256": "0" * 64, "synthetic": False}  # fmt: skip
    private.write("data/raw/2026/sources.yml", yaml.safe_dump({"files": {"autre.csv": entry}}))
    private.fetch("essai", 2026)
    sheet = read_sheet(private.project, private.project.raw(2026))
    assert list(sheet) == ["autre.csv", "essai.csv"]
    assert sheet["autre.csv"].model_dump(exclude_defaults=True) == entry


def test_private_data_need_an_edition(private, refusal):
    error = refusal("essai")
    assert error.found == "no --edition, and data that are not public"
    assert private.service.asked == []


def test_private_data_need_a_real_edition(private, refusal):
    assert refusal("essai", 2025).found == "status 'demonstration'"
    assert private.service.asked == []


def test_private_data_need_an_authorisation(private, refusal):
    text = private.text("config/editions/2026.yml")
    private.write("config/editions/2026.yml", text[: text.index("authorisation")])
    assert refusal("essai", 2026).looked_at == "config/editions/2026.yml, key authorisation"
    assert private.service.asked == []


@pytest.mark.parametrize(("code", "found"), [
    (0, None), (1, "a place that git would keep"),
    (128, "git can't say whether it ignores this file"),
])  # fmt: skip
def test_private_data_go_where_git_does_not_look(private, refusal, monkeypatch, code, found):
    (private.project.root / ".git").mkdir()
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **o: subprocess.CompletedProcess(command, code)
    )
    if found is None:
        private.fetch("essai", 2026)
    else:
        assert refusal("essai", 2026).found == found
        assert private.service.asked == []


def test_figures_that_are_not_public_are_private(site):
    site.declare("essai", {"connector": "dhis2", "data": ["a"], "organisation_units": ["o"],
                           "periods": ["2025"], "public": False, "table": "t"})  # fmt: skip
    site.secret("essai")
    page = {"headers": [{"name": "dx"}, {"name": "value"}], "rows": [["a", "1"]]}
    site.service.plan = [site.reply(page)]
    site.fetch("essai", 2026)
    assert "raw/2026/essai.csv" in site.files()
    assert not (site.project.raw_root / "snapshots").exists()


def test_a_public_source_with_a_table_enters_the_edition_too(site, refusal):
    site.declare("essai", SIGNALS)
    work = {"id": "https://openalex.org/W1", "display_name": "t", "type": "article",
            "publication_date": "2026-01-01"}  # fmt: skip
    page = {"meta": {"count": 1, "next_cursor": None}, "results": [work]}
    assert refusal("essai", 2025).found == "status 'demonstration'"
    site.service.plan = [site.reply(page)]
    fetched = site.fetch("essai", 2026)
    assert [w.path.name for w in fetched.written] == ["2026-03-01", "essai.csv"]
    assert site.text("data/raw/2026/essai.csv") == site.text(f"{FOLDER}/donnees.csv")
    site.service.plan = [site.reply(page)]
    assert site.fetch("essai").written[0].already
