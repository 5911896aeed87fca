"""What the quality notebook shows: states apart, no row said in words, French numbers."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from obsante.results import charts_quality, columns, tables_quality
from obsante.results.columns import probability, shown, text

NBSP, THIN = "\u00a0", "\u202f"


@pytest.fixture
def level(monkeypatch):
    edition = SimpleNamespace(demonstration=True)
    open_ = SimpleNamespace(level=0.95, edition=edition)
    for module in (tables_quality, charts_quality):
        monkeypatch.setattr(module, "current", lambda: open_)


def test_no_row_is_a_row_that_says_so():
    frame = pd.DataFrame({"a": [], "n": []})
    table = shown(frame, {"Nom": ("a", text), "Nombre": ("n", columns.count)}, "Rien.")
    assert table.text == "| Nom | Nombre |\n|:---|:---|\n| Rien. | – |"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0004, f"<{NBSP}0,001"), (0.0312, "0,031"), (1.0, "1,000"), (float("nan"), "–")],
)
def test_small_probabilities_are_bounded(value, expected):
    assert probability(value) == expected


def test_a_stratum_is_named_in_french():
    rates = pd.DataFrame({"strate": ["chu-urbain-00", "chr_chp-urbain-04"], "tires": [8, 6],
                          "repondants": [2, 6], "taux": [0.25, 1.0]})  # fmt: skip
    shown_ = tables_quality.strata(rates, "etablissements", 1).text
    assert f"| CHU, Urbain, plusieurs régions | 8 | 2 | 25,0{NBSP}% |" in shown_
    assert "CHR" not in shown_


def test_rates_are_crossed_and_an_empty_cell_is_a_dash():
    rates = pd.DataFrame({"type": ["chu"], "milieu": ["urbain"], "tires": [1200], "repondants": [600],
                          "taux": [0.5], "taux_pondere": [0.5]})  # fmt: skip
    table = tables_quality.crossed(rates, "etablissements", "type", "milieu").text
    assert f"| CHU | 50,0{NBSP}% (600/1{THIN}200) | – | – |" in table


def test_only_changes_beyond_the_error_are_listed(level):
    found = pd.DataFrame({
        "question": ["dme", "ia"], "edition_reference": [2024, 2024], "estimation": [0.1, 0.01],
        "borne_inf": [0.05, -0.01], "borne_sup": [0.15, 0.03], "p_ajustee": [0.001, 0.4],
        "p_a_part": [0.9, 0.9],
    })  # fmt: skip
    table = tables_quality.changes(found, "etablissements", 0.05).text
    assert "| Dossier médical électronique | 2024 | +10,0" in table
    assert "Intelligence" not in table
    nothing = tables_quality.changes(found.tail(1), "etablissements", 0.05).text
    assert "Aucun écart ne dépasse" in nothing
    alone = tables_quality.changes(found.head(0), "etablissements", 0.05).text
    assert "Aucune édition antérieure" in alone


def test_a_correction_tells_neither_the_unit_nor_the_value():
    found = pd.DataFrame({
        "table": ["etablissements"], "fichier": ["etablissements.csv"], "ligne": [12],
        "identifiant": ["E0000010"], "colonne": ["dme"], "ancien": ["OUI"], "nouveau": ["oui"],
        "motif": ["Majuscules"], "qui": ["Coordination"], "date": ["2026-03-01"],
        "expire": ["2026-12-31"],
    })  # fmt: skip
    table = tables_quality.corrections(found).text
    assert ("| `etablissements.csv`, 12 | `dme` | Majuscules | Coordination, le 01/03/2026 "
            "| 31/12/2026 |") in table  # fmt: skip
    assert "E0000010" not in table
    assert "OUI" not in table


def test_a_lost_link_is_written_so():
    found = pd.DataFrame({"titre": ["Audits"], "colonnes": ["Auditeur"], "editions": ["2024, 2025"],
                          "suivi": [False]})  # fmt: skip
    assert "**non, lien perdu**" in tables_quality.links(found).text


def test_totals_are_named_and_their_gap_signed():
    found = pd.DataFrame({"grandeur": ["", "n_professionnels"], "marge": ["type", "type"],
                          "modalite": ["chu", "chu"], "connu": [8.0, 100.0], "avant": [7.0, 101.0],
                          "apres": [8.0, 100.0 + 1e-9], "source": "Base"})  # fmt: skip
    table = charts_quality.totals(found, "etablissements").text
    assert f"| Unités | Type d'établissement | CHU | 8 | 7 | −12,5{NBSP}% | 8 |" in table
    assert "| Professionnels | Type d'établissement | CHU |" in table
    assert charts_quality.reproduced(found, 1e-8).all()
    assert not charts_quality.reproduced(found.assign(apres=[8.1, 100.0]), 1e-8).all()


def test_main_estimates_before_and_after(level):
    own = pd.DataFrame({"question": "dme", "estimation": [0.3, 0.31], "borne_inf": [0.28, 0.29],
                        "borne_sup": [0.32, 0.33], "erreur_type": [0.01, 0.011]})  # fmt: skip
    table = charts_quality.effects({"etablissements": own}).text
    assert f"| Établissements de santé | Dossier médical électronique | 30,0{NBSP}% |" in table
    assert f"31,0{NBSP}%" in table


def test_classes_are_written_in_words():
    found = pd.DataFrame({"colonne": "n_professionnels", "modalite": ["1", "2-9", "50+"], "base": 0.1,
                          "tires": 0.1, "repondants": 0.1, "ponderes": 0.1, "cales": 0.1})  # fmt: skip
    table = charts_quality.beside_frame(found, ["n_professionnels"], ["etablissements"]).text
    assert "| 2 à 9 |" in table
    assert "| 50 et plus |" in table


def test_only_tables_with_copies_or_conflicts_are_shown():
    found = pd.DataFrame({"table": ["acces", "couts"], "lignes": [10, 9], "copies": [2, 0],
                          "cles": [0, 0]})  # fmt: skip
    table = tables_quality.duplicates(found).text
    assert "| Accès aux spécialistes | 10 | 2 | 0 |" in table
    assert "coûts" not in table
    assert "Aucune ligne n'est venue deux fois." in tables_quality.duplicates(found.tail(1)).text


def test_a_quantity_is_named_with_its_table():
    found = pd.DataFrame({"table": ["couts"], "titre": ["Coût par acte"],
                          "groupes": ["Type"], "valeurs": [5], "nuls": [0], "jugees": [5],
                          "basses": [1], "hautes": [0]})  # fmt: skip
    table = tables_quality.extremes(found).text
    assert "| Activité et coûts des établissements | Coût par acte | Type | 5 |" in table
    assert "Aucune quantité" in tables_quality.extremes(found.head(0)).text


@pytest.mark.parametrize(
    ("p", "said"),
    [
        ([0.3, 0.4, None], f"Au seuil de 5{NBSP}%, sur 2 variables testées, aucune ne s'écarte de la base."),
        ([0.01, 0.4, None], f"1 s'écarte de la base{NBSP}: Région."),
        ([0.01, 0.02, None], f"2 s'écartent de la base{NBSP}: Région, Milieu."),
    ],
)  # fmt: skip
def test_variables_far_from_the_frame_are_named(p, said):
    found = pd.DataFrame({"colonne": ["region", "milieu", "type"], "p_valeur": p})
    assert said in charts_quality.verdict(found, ["etablissements"], 0.95).text
