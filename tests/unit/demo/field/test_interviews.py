"""Coded interviews: what the file holds, and that the agreement of the coders is recovered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.demo.registers.coding import VALENCES, Coder, Codes, agreement, coded
from obsante.collect.demo.registers.interview_settings import InterviewSettings
from obsante.collect.demo.registers.lots import Lot
from obsante.errors import EditionError
from obsante.stats.reliability import cohen_kappa

YEARS = (2023, 2024, 2025)
LEVEL = 0.99
AXES = np.array([1, 1, 1, 2, 2])


@pytest.mark.parametrize("year", YEARS)
def test_the_file_holds_four_hundred_passages_of_sixty_interviews(checked, raw, truths, year):
    kept, known = checked("entretiens", year).kept, truths[year]
    assert 350 <= len(kept) <= 450
    assert kept["id_entretien"].nunique() == known["effets"]["entretiens"] == 62
    aside = sum(known["lignes_sales"]["entretiens"].values())
    assert 0 <= known["indicateurs"]["ent.passages"]["national"] - len(kept) <= aside
    assert kept.groupby("id_entretien")["interlocuteur"].nunique().max() == 1
    assert kept.groupby("id_entretien")["date_entretien"].nunique(dropna=False).max() == 1
    assert raw("entretiens", year)["interlocuteur"].str.fullmatch(r"Prénom Fictif \d{4}").all()


def test_no_name_and_no_word_of_anybody_is_kept(checked):
    kept = checked("entretiens", 2025).kept
    assert "passage" not in kept
    assert kept["interlocuteur"].str.fullmatch("p[0-9a-f]{20}").all()


def test_some_persons_are_met_again_in_the_same_role(checked):
    people = [checked("entretiens", y).kept.groupby("interlocuteur")["role"].first().astype(str)
              for y in (2024, 2025)]  # fmt: skip
    both = people[0].index.intersection(people[1].index)
    assert 8 <= len(both) <= 40
    assert (people[0][both] == people[1][both]).all()


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("column", "weighting", "key"),
    [("theme", "none", "kappa"), ("valence", "none", "kappa"),
     ("valence", "linear", "kappa_lineaire")],
)  # fmt: skip
def test_the_true_agreement_is_within_the_interval_of_a_quarter_of_the_passages(
    checkout, checked, truths, year, column, weighting, key
):
    names = [column, f"{column}_codeur_2"]
    both = checked("entretiens", year).kept[names].dropna().astype(str)
    assert 0.22 < len(both) / len(checked("entretiens", year).kept) < 0.34
    categories = dictionary.load("entretiens", checkout).field(column).codes
    found = cohen_kappa(both, categories=categories, weighting=weighting, level=LEVEL).iloc[0]
    known = truths[year]["effets"][f"entretiens_accord_{column}"][key]
    assert found["borne_inf"] <= known <= found["borne_sup"]
    assert 0.6 < known < 0.9


@pytest.mark.parametrize("year", YEARS)
def test_the_known_counts_are_those_of_the_file(checked, truths, year):
    kept, known = checked("entretiens", year).kept, truths[year]["indicateurs"]
    aside = sum(truths[year]["lignes_sales"]["entretiens"].values())
    for column in ("theme", "axe", "role", "milieu"):
        counts = kept[column].value_counts()
        for code, count in counts.items():
            assert 0 <= known["ent.passages"][f"{column}={code}"] - count <= aside
    shares = kept["valence"].value_counts(normalize=True)
    for name in VALENCES:
        assert shares[name] == pytest.approx(known[f"ent.part_{name}"]["national"], abs=0.01)
    assert known["ent.part_negatif"]["axe=1"] > known["ent.part_negatif"]["axe=4"]


def test_the_agreement_is_worked_by_hand():
    # Table [[2, 1], [0, 1]] of four passages: agreement 3/4; by chance 3/4 x 1/2 + 1/4 x 1/2 = 1/2.
    found = agreement(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 2)
    assert found == {"accord": 0.75, "kappa": 0.5, "kappa_lineaire": 0.5}


def test_a_weighted_kappa_forgives_neighbours():
    first, second = np.array([0, 0, 1, 2, 2, 1]), np.array([0, 1, 1, 2, 1, 1])
    found = agreement(first, second, 3)
    frame = pd.DataFrame({"a": first, "b": second}).astype(str)
    for key, weighting in (("kappa", "none"), ("kappa_lineaire", "linear")):
        table = cohen_kappa(frame, categories=["0", "1", "2"], weighting=weighting, level=LEVEL)
        assert found[key] == pytest.approx(table["estimation"].iloc[0])
    assert found["kappa_lineaire"] > found["kappa"]


def given(theme: float, stray: float, valence: float, size: int = 4_000) -> tuple[Codes, Codes]:
    lot = Lot(3, "essai", size)
    true = Codes(np.arange(size) % len(AXES), np.arange(size) % len(VALENCES))
    coder = Coder(theme=theme, stray=stray, valence=valence)
    return true, coded(lot, "codeur", coder, AXES, true)


def test_a_perfect_coder_changes_nothing():
    true, found = given(0.0, 0.0, 0.0)
    assert (found.theme == true.theme).all()
    assert (found.valence == true.valence).all()


def test_a_wrong_theme_is_another_of_the_axis_and_a_wrong_tone_a_neighbour():
    true, found = given(0.2, 0.0, 0.3)
    wrong = found.theme != true.theme
    assert wrong.mean() == pytest.approx(0.2, abs=0.03)
    assert (AXES[found.theme] == AXES[true.theme]).all()
    tone = np.abs(found.valence - true.valence)
    assert set(tone) == {0, 1}
    assert tone.mean() == pytest.approx(0.3, abs=0.03)


def test_a_stray_code_may_be_of_any_axis():
    true, found = given(0.0, 0.5, 0.0)
    assert (AXES[found.theme] != AXES[true.theme]).mean() == pytest.approx(0.5 * 0.48, abs=0.04)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("connexion: {axis: 1", "connexion: {axis: 2", "axes in order"),
        ("    negatif:\n", "    mauvais:\n", "phrases, ends"),
        ("rural_montagne: 0.20", "rural_montagne: 0.30", "add up to 1"),
        ("coders:\n  - {theme: 0.08, stray: 0.0, valence: 0.07}\n", "coders:\n", "at least 2"),
    ],
)
def test_wrong_settings_are_one_clear_error(altered, old, new, found):
    with pytest.raises(EditionError, match=found):
        altered(InterviewSettings, "entretiens", old, new)
