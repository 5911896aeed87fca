"""The factors of an extension and the groups behind a gap: what is written follows the values."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import t as student_law

from obsante import results
from obsante.results import french, tables_extension

GAP = "eff.ecart_examens_repetes_dme"
CODE = "chr_chp"
NAMES = {CODE: "CHR ou CHP"}


@pytest.fixture(autouse=True)
def started(monkeypatch, tmp_path):
    monkeypatch.setenv("OBSANTE_RUN_DIRECTORY", str(tmp_path))
    results.start("06-efficience", edition=2025, confidence_level=0.95)


def estimate(value: float, low: float, high: float, n: int, df: float) -> pd.DataFrame:
    row = {"estimation": value, "borne_inf": low, "borne_sup": high, "n": n, "ddl": df}
    return pd.DataFrame([row], index=[CODE])


def factors(recorded: float) -> str:
    effect = pd.DataFrame([{
        "dimension": "type", "modalite": CODE, "libelle": "CHR ou CHP", "estimation": -18.0,
        "borne_inf": -23.0, "borne_sup": -14.0, "unite": "mad_change", "etat": "published",
    }])  # fmt: skip
    return tables_extension.factors(
        pd.Series({CODE: 1000}), estimate(0.25, 0.2, 0.3, 60, 9), estimate(400, 380, 420, 42, 41),
        pd.DataFrame({"quantite": [100_000.0], "variance": [1e8]}, index=[CODE]),
        pd.Series({CODE: recorded}), published={"Effet": effect}, names=NAMES,
    ).text  # fmt: skip


def test_each_factor_has_its_interval_and_its_size():
    text = factors(50_000.0)
    half = student_law.ppf(0.975, 9) * 1e4
    assert f"25,0{french.NBSP}% [20,0{french.THIN}; 30,0], 60 réponses" in text
    assert f"400 [380{french.THIN}; 420], 42 établissements" in text
    assert french.interval(100_000 - half, 100_000 + half, "count") in text
    assert f"{french.MINUS}18,0{french.NBSP}MAD" in text
    assert "estimée de nouveau" not in text


def test_a_known_activity_above_the_lower_limit_is_said():
    text = factors(99_000.0)
    assert f"établissements suivis{french.NBSP}: CHR ou CHP. L'activité connue" in text


def test_whether_the_followed_are_in_the_frame_is_counted():
    followed, frame = pd.Series(["a", "a", "b"]), pd.Series(["a", "b", "c"])
    assert "Les 2 établissements suivis figurent tous" in tables_extension.overlap(followed, frame).text
    some = tables_extension.overlap(followed, frame.iloc[[0, 2]]).text
    assert "Des 2 établissements suivis, 1 figurent" in some
    assert "Sans base" in tables_extension.overlap(followed, frame.head(0)).text


@pytest.fixture
def compared() -> tuple:
    def groups(n: int) -> pd.DataFrame:
        row = {"estimation": 0.2, "borne_inf": 0.1, "borne_sup": 0.3, "n": n}
        return pd.DataFrame([row, row | {"n": n + 1}], index=["oui", "non"])

    rows = {"Tous": pd.Series({"estimation": -0.1, "borne_inf": -0.2, "borne_sup": -0.01}),
            "Cliniques": pd.Series({"estimation": -0.3, "borne_inf": -0.7, "borne_sup": 0.1})}  # fmt: skip
    places = {"Tous": {"oui": 90, "non": 80}, "Cliniques": {"oui": 12, "non": 11}}
    return GAP, rows, {"Tous": groups(400), "Cliniques": groups(24)}, places


def test_a_gap_is_shown_between_its_two_groups(compared):
    lines = tables_extension.gaps(*compared).text.splitlines()
    assert "401 réponses dans 80 établissements" in lines[2]
    assert f"{french.MINUS}30,0{french.NBSP}points" in lines[3]


def test_the_sentence_names_the_ends_and_the_smallest_group(compared):
    text = tables_extension.gaps_sentence(*compared).text
    assert f"de {french.MINUS}30,0{french.NBSP}points (Cliniques) à {french.MINUS}10,0" in text
    assert f"exclut zéro pour{french.NBSP}: Tous." in text
    assert "(Cliniques, sans dossier) repose sur 25 réponses dans 11 établissements." in text
    assert "Aucun" in tables_extension.gaps_sentence(GAP, {}, {}, {}).text
    assert "Aucun" in tables_extension.gaps(GAP, {}, {}, {}).text
