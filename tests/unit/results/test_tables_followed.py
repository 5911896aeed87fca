"""What a panel rests on: facilities, regions and records, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante import results
from obsante.results import french, tables_followed

NAMES = {"chr_chp": "CHR ou CHP", "chu": "CHU"}
NA = pd.NaT


@pytest.fixture(autouse=True)
def started(monkeypatch, tmp_path):
    monkeypatch.setenv("OBSANTE_RUN_DIRECTORY", str(tmp_path))
    results.start("06-efficience", edition=2025, confidence_level=0.95)


@pytest.fixture
def units() -> pd.DataFrame:
    start = pd.Period("2024-03", "M")
    return pd.DataFrame({
        "type": ["chr_chp"] * 5 + ["chu"],
        "region": ["01", "02", "02", "03", "03", "04"],
        "role": ["equipe", "equipe", "temoin", "incomplet", "incomplet", "deja"],
        "entree": [start, start, NA, start, NA, start],
    })  # fmt: skip


def cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_facilities_and_regions_of_each_role_are_counted(units):
    shown = cells(tables_followed.compared(units, NAMES, {"national": 1.0, "chr_chp": 0.0}).text)
    assert shown[0] == ["Ensemble", "2", "1", "2", "1", "1", "1"]
    assert shown[1] == ["CHR ou CHP", "2", "1", "2", "1", "1", "0"]
    assert shown[2] == ["CHU", "0", "0", "0", "0", "0", "–"]


def test_facilities_left_out_are_those_of_incomplete_series(units):
    text = tables_followed.left_out(units).text
    assert "1 des 3 établissements équipés pendant le panel" in text
    assert "1 des 2 établissements sans dossier" in text


def test_the_end_of_the_sentence_on_dates_is_written_only_where_it_applies():
    months = pd.DataFrame({"entree": [1, 2, 3], "vu": [1, 2, 3]})
    everywhere = tables_followed.dates(months, np.array([True, True, True])).text
    assert "3 des 3" in everywhere
    assert "autres cas" not in everywhere
    later = months.assign(vu=[1, 3, 4])
    some = tables_followed.dates(later, np.array([True, False, True])).text
    assert "1 des 3" in some
    assert f"autres cas{french.NBSP}: 2, dont 1 où" in some
    assert "Aucun" in tables_followed.dates(months.head(0), np.array([], dtype=bool)).text


def published(**changes) -> pd.DataFrame:
    row = {"dimension": "type", "modalite": "chr_chp", "libelle": "CHR ou CHP", "estimation": -3.0,
           "borne_inf": -5.0, "borne_sup": -1.0, "unite": "mad_change", "etat": "published",
           "nature": "register", "n": 1200, "motif": ""}  # fmt: skip
    return pd.DataFrame([row | changes])


def test_an_effect_is_shown_with_its_facilities_and_regions(units):
    whole = published(dimension="national", modalite="national", libelle="Ensemble")
    none = published(modalite="chu", libelle="CHU", estimation=np.nan, borne_inf=np.nan,
                     borne_sup=np.nan, etat="missing", n=0, motif="sans témoin")  # fmt: skip
    text = tables_followed.effects(pd.concat([whole, published(), none]), units).text
    shown = cells(text)
    assert [line[3:] for line in shown] == [["2", "2", f"1{french.THIN}200"]] * 2 + [["0", "0", "0"]]
    assert "sans témoin" in text
    assert "Aucune" in tables_followed.effects(published().head(0), units).text


def test_a_value_is_shown_with_its_interval_and_its_size():
    exact = published(borne_inf=np.nan, borne_sup=np.nan, n=12)
    text = tables_followed.with_sizes({"A": published(), "B": exact}, domain="Type").text
    bounds = french.interval(-5.0, -1.0, "mad_change")
    value = f"{french.MINUS}3,0{french.NBSP}MAD"
    assert cells(text) == [
        ["CHR ou CHP", f"{value} {bounds} (1{french.THIN}200)", f"{value} (12)"]
    ]
    lacking = tables_followed.with_sizes({"A": published(), "B": exact.head(0)}, domain="Type").text
    assert french.MARKS["missing"] in lacking


def test_records_are_set_against_those_expected():
    text = tables_followed.records(pd.Series([True, False, True]), 4, 2, "un coût par acte").text
    assert text == "2 mois sur 4 attendus (2 établissements suivis) ont un relevé avec un coût par acte."
