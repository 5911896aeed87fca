"""What facilities answer: known truth, gradients, consistent questions, non-response."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante import stats
from obsante.collect.demo.answers import adopters, true_answers
from obsante.collect.demo.draws import choose, levels, top
from obsante.collect.demo.settings import load_settings
from obsante.errors import EditionError

YEARS = (2023, 2024, 2025)
YES_NO = {
    "inf.haut_debit": "haut_debit",
    "inf.continuite": "continuite_electrique",
    "inf.dme": "dme",
    "inf.interoperabilite": "interoperabilite",
    "inf.acces_liberaux": "acces_liberaux",
    "inf.notification": "notification_electronique",
}


@pytest.fixture(scope="module")
def respondents(tables) -> dict[int, pd.DataFrame]:
    return {year: _respondents(tables["etablissements", year]) for year in YEARS}


def _respondents(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["repondant"] == "oui"].astype({"poids": "float64"})


def test_adoption_in_2024_is_thirty_per_cent_to_one_facility(world, truths):
    share = truths[2024]["indicateurs"]["inf.dme"]["national"]
    assert abs(share - 0.30) <= 0.5 / len(world.frame)


def test_adoption_grows_and_is_never_given_up(world):
    users = {year: adopters(world.frame, world.settings, year) > 0 for year in YEARS}
    assert not (users[2023] & ~users[2024]).any()
    assert not (users[2024] & ~users[2025]).any()
    assert users[2023].mean() < users[2024].mean() < users[2025].mean()


@pytest.mark.parametrize("year", YEARS)
def test_adoption_follows_the_expected_gradients(truths, year):
    known = truths[year]["indicateurs"]["inf.dme"]
    order = ["type=chu", "type=clinique_privee", "type=cabinet_prive", "type=centre_sante_rural"]
    assert [known[name] for name in order] == sorted((known[n] for n in order), reverse=True)
    assert known["milieu=urbain"] > known["milieu=rural"] > known["milieu=rural_montagne"]


@pytest.mark.parametrize("year", YEARS)
def test_known_parts_agree_with_the_whole(truths, year):
    known = truths[year]["indicateurs"]
    counts, adoption = known["inf.etablissements"], known["inf.dme"]
    for dimension in ("milieu", "type", "secteur", "region"):
        names = [name for name in counts if name.startswith(f"{dimension}=")]
        assert sum(counts[name] for name in names) == counts["national"]
        users = sum(counts[name] * adoption[name] for name in names)
        assert users / counts["national"] == pytest.approx(adoption["national"], abs=1e-9)
    assert sum(known["inf.dme_stade"].values()) == pytest.approx(1, abs=1e-9)
    assert known["inf.dme_stade"]["stade=0"] == pytest.approx(1 - adoption["national"], abs=1e-9)
    assert sum(known["inf.hebergement"].values()) == pytest.approx(1, abs=1e-9)


def test_known_growth_is_the_difference_of_known_levels(truths):
    levels_ = {year: truths[year]["indicateurs"]["inf.dme"]["national"] for year in YEARS}
    growth = truths[2025]["indicateurs"]["inf.evolution_dme"]
    assert growth == {
        "edition=2023": pytest.approx(levels_[2025] - levels_[2023], abs=1e-9),
        "edition=2024": pytest.approx(levels_[2025] - levels_[2024], abs=1e-9),
    }


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("indicator", YES_NO)
def test_estimates_are_within_four_standard_errors_of_the_truth(
    respondents, truths, year, indicator
):
    rows = respondents[year]
    column = rows[YES_NO[indicator]]
    y = (column == "oui").astype("float64").where(column.isin(["oui", "non"]))
    answers = stats.numeric(y)
    design = stats.survey_design(
        rows, weights="poids", strata="strate", psu_population="taille_strate"
    )
    estimate = stats.proportion(answers, design, rows[[]], level=0.95).iloc[0]
    known = truths[year]["indicateurs"][indicator]["national"]
    assert abs(estimate["estimation"] - known) < 4 * estimate["erreur_type"]


def test_known_index_and_ratio_are_worked_from_the_frame(world, editions, truths):
    answers = true_answers(world.frame, world.settings, year=2025, seed=editions[2025].seed)
    known = truths[2025]["indicateurs"]
    ratio = 10 * answers.workstations.sum() / answers.full_time.sum()
    assert known["inf.postes"]["national"] == pytest.approx(ratio)
    names = ["haut_debit", "continuite_electrique", "dme", "interoperabilite"]
    parts = [answers.reached[name] == 1 for name in [*names, "notification_electronique"]]
    index = np.mean([*parts, answers.reached["sih"] == 2]) * 100
    assert known["inf.indice"]["national"] == pytest.approx(index)


@pytest.mark.parametrize("year", YEARS)
def test_a_known_stage_is_zero_without_a_record_and_positive_with_one(respondents, truths, year):
    rows = respondents[year].dropna(subset=["dme_stade"])
    wrong = (rows["dme"] == "oui") == (rows["dme_stade"] == "0")
    spoilt = truths[year]["lignes_sales"]["etablissements"]
    assert wrong.sum() <= spoilt["stade_incoherent"] + spoilt["hors_bornes"]
    assert (rows["dme"] != "ne_sait_pas").all()


def test_non_respondents_answer_nothing(tables):
    table = tables["etablissements", 2025]
    silent = table[table["repondant"] == "non"]
    asked = [c for c in table.columns[table.columns.get_loc("professionnels_etp") :]]
    assert silent[asked].isna().all(axis=None)
    assert silent[["poids", "vague"]].isna().all(axis=None)


@pytest.mark.parametrize("column", YES_NO.values())
def test_item_non_response_is_of_a_few_per_cent(respondents, column):
    silent = [r[column].isna() | (r[column] == "ne_sait_pas") for r in respondents.values()]
    assert 0.015 <= pd.concat(silent).mean() <= 0.09


def test_answers_of_a_facility_resemble_each_other_over_time(respondents):
    before, after = (respondents[y].set_index("id_etablissement")["sih"] for y in (2024, 2025))
    before, after = (s[~s.index.duplicated()] == "operationnel" for s in (before, after))
    both = before.index.intersection(after.index)
    assert before[both].corr(after[both]) > 0.6


def test_records_go_with_broadband_and_information_systems(truths, respondents):
    assert truths[2025]["effets"]["dme_avec_moins_sans_haut_debit"] > 0.2
    rows = respondents[2025]
    assert (rows["dme"] == "oui").corr(rows["sih"] == "operationnel") > 0.4


def test_the_share_at_the_top_is_exact():
    score = np.array([0.4, 0.1, 0.9, 0.3, 0.8])
    assert top(score, 0.4).tolist() == [False, False, True, False, True]
    assert levels(score, [0.6, 0.2]).tolist() == [1, 0, 2, 0, 1]


def test_a_class_without_share_is_never_chosen():
    shares = np.array([[0.0, 1.0, 0.0]])
    uniform = np.array([0.0, 0.5, 0.999999])
    assert choose(uniform, shares, np.zeros(3, dtype=int)).tolist() == [1, 1, 1]


def test_a_misspelt_parameter_names_the_nearest(small):
    path = small.demo / "etablissements.yml"
    path.write_text(path.read_text("utf-8").replace("reference_year:", "reference_yeer:"), "utf-8")
    with pytest.raises(EditionError, match="'reference_year'"):
        load_settings(small)


def test_adoption_that_could_be_given_up_is_refused(small):
    path = small.demo / "etablissements.yml"
    path.write_text(path.read_text("utf-8").replace("shock: 0.0 ", "shock: 0.2 "), "utf-8")
    with pytest.raises(EditionError, match="shock"):
        load_settings(small)
