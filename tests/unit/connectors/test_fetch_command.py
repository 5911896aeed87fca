"""obsante fetch: what is listed, what is left out, what one failure does to the others."""

from __future__ import annotations

import pytest
import yaml

from obsante.cli import fetch as command
from obsante.collect.connectors import Order, load_settings
from obsante.errors import ObsanteError
from obsante.paths import ROOT_VARIABLE

from_disk = yaml.safe_load
GHO = {"connector": "gho", "countries": ["MAR"], "indicators": {"A": "u"},
       "title": "Titre", "producer": "P", "licence": "CC BY 4.0"}  # fmt: skip
KOBO = {"connector": "kobotoolbox", "form": "aBc123", "table": "patients", "profile": "kobo",
        "title": "Enquête", "producer": "P", "licence": "L"}  # fmt: skip
TITLES = {"value": [{"IndicatorCode": "A", "IndicatorName": "a"}]}
VALUES = {"value": [{"IndicatorCode": "A", "SpatialDim": "MAR", "TimeDim": 2020,
                     "NumericValue": 1}]}  # fmt: skip


@pytest.fixture
def two(site, monkeypatch, capsys):
    """A public source and a private one, in the project that the command finds."""
    site.declare("public", GHO)
    content = from_disk(site.text("config/fetch.yml"))
    content["sources"]["enquete"] = KOBO | {"url": site.service.url}
    site.write("config/fetch.yml", yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    monkeypatch.setenv(ROOT_VARIABLE, str(site.project.root))
    monkeypatch.delenv("OBSANTE_ENQUETE_TOKEN", raising=False)
    return site


def run(*names: str, year=None, since=None, again=False, replace=False, only_list=False) -> None:
    command.fetch(names, year, since, again, replace, only_list)


def test_all_the_public_sources_by_default(two, capsys):
    two.service.plan = [two.reply(TITLES), two.reply(VALUES)]
    run()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "enquete: left out, its data are not public (--edition YEAR)" or (
        lines[0].startswith("  public")
    )
    assert "enquete: left out, its data are not public (--edition YEAR)" in lines
    assert "  public, titres: page 1, 0 rows" in lines
    assert any(line.startswith("public: 1 rows, data/raw/snapshots/public/") for line in lines)


def test_the_list_shows_the_state_of_secrets_never_the_secrets(two, monkeypatch, capsys):
    monkeypatch.setenv("OBSANTE_ENQUETE_TOKEN", two.SECRET)
    run(only_list=True)
    shown = capsys.readouterr().out
    assert "secret needed, set: OBSANTE_ENQUETE_TOKEN in the environment" in shown
    assert "not public: only with --edition" in shown
    assert "rows of table patients, read by profile kobo" in shown
    assert two.SECRET not in shown


def test_the_list_says_what_is_not_set_and_what_was_fetched(two):
    two.service.plan = [two.reply(TITLES), two.reply(VALUES)]
    two.fetch("public")
    settings = load_settings(two.project, {})
    lines = command.listing(two.project, settings, {})
    assert "  latest: data/raw/snapshots/public/2026-03-01" in lines
    assert any(line.startswith("  secret needed, not set:") for line in lines)


def test_one_that_fails_does_not_stop_the_next(two):
    settings = load_settings(two.project, {})
    said: list[str] = []
    two.service.plan = [two.reply({}, 404), two.reply(TITLES), two.reply(VALUES)]
    orders = [Order(name, two.day, environ={}) for name in ("public", "public")]
    with pytest.raises(ObsanteError) as raised:
        command.fetch_each(two.project, settings, orders, said.append)
    assert raised.value.found == "404 Not Found"
    assert said[-1].startswith("public: 1 rows")


def test_several_failures_are_counted(two):
    settings = load_settings(two.project, {})
    said: list[str] = []
    orders = [Order(name, two.day, environ={}) for name in ("enquete", "absente")]
    with pytest.raises(ObsanteError) as raised:
        command.fetch_each(two.project, settings, orders, said.append)
    assert raised.value.found == "2 sources of 2 could not be fetched"
    assert [line.partition("\n")[0] for line in said] == [
        "Error: source 'enquete'", "Error: source 'absente'"]  # fmt: skip


def test_a_private_source_for_an_edition(two, monkeypatch, capsys):
    monkeypatch.setenv("OBSANTE_ENQUETE_TOKEN", two.SECRET)
    row = {"_id": 1, "_uuid": "u", "visites": [{"d": "x"}]}
    two.service.plan = [two.reply({"count": 1, "next": None, "results": [row]})]
    run("enquete", year=2026)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "enquete: 1 rows, data/raw/2026/enquete.csv",
        "enquete: repeat group 'visites' left out; declare a source with repeat: visites",
    ]


def test_a_date_that_is_none(two):
    with pytest.raises(ObsanteError) as raised:
        run("public", since="2025-1-1")
    assert raised.value.looked_at == "option --since 2025-1-1"
