"""Health workers: two stages, weights, what they answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect.demo.draws import rank_within
from obsante.collect.demo.workers import passed

YEARS = (2023, 2024, 2025)


@pytest.fixture(scope="module")
def clean(tables) -> dict[int, pd.DataFrame]:
    """Worker tables with numbers as numbers, repeated rows once."""
    numbers = [
        "taille_strate", "upe_strate", "n_professionnels", "tires_etablissement",
        "repondants_etablissement", "poids_sondage", "poids",
    ]  # fmt: skip
    return {
        year: tables["professionnels", year]
        .drop_duplicates("id_professionnel")
        .astype(dict.fromkeys(numbers, "float64"))
        for year in YEARS
    }


@pytest.mark.parametrize("year", YEARS)
def test_the_sample_is_of_the_size_of_a_survey(clean, year):
    assert 2_500 <= len(clean[year]) <= 4_000
    assert 0.70 <= (clean[year]["repondant"] == "oui").mean() <= 0.85


@pytest.mark.parametrize("year", YEARS)
def test_workers_are_drawn_in_responding_facilities_of_the_same_stratum(clean, tables, year):
    facilities = tables["etablissements", year].drop_duplicates("id_etablissement")
    joined = clean[year].merge(facilities, on="id_etablissement", suffixes=("", "_e"))
    assert len(joined) == len(clean[year])
    assert (joined["repondant_e"] == "oui").all()
    for column in ("strate", "type", "milieu", "region"):
        assert (joined[column] == joined[f"{column}_e"]).all()


@pytest.mark.parametrize("year", YEARS)
def test_the_columns_of_the_design_count_what_they_say(clean, year):
    rows = clean[year]
    units = rows.drop_duplicates("id_etablissement")
    counted = units.groupby("strate")["id_etablissement"].transform("size")
    assert (counted == units["upe_strate"]).all()
    assert units["upe_strate"].min() >= 2
    inside = rows.groupby("id_etablissement")
    assert (inside["repondant"].transform("size") == rows["tires_etablissement"]).all()
    heard = (rows["repondant"] == "oui").groupby(rows["id_etablissement"]).transform("sum")
    assert (heard == rows["repondants_etablissement"]).all()


@pytest.mark.parametrize("year", YEARS)
def test_the_weight_is_the_product_of_the_two_stages(clean, year):
    rows = clean[year]
    first = rows["taille_strate"] / rows["upe_strate"]
    design = first * rows["n_professionnels"] / rows["tires_etablissement"]
    assert np.allclose(rows["poids_sondage"], design, atol=1e-5)
    heard = rows[rows["repondant"] == "oui"]
    corrected = first * rows["n_professionnels"] / rows["repondants_etablissement"]
    assert np.allclose(heard["poids"], corrected[heard.index], atol=1e-5)


@pytest.mark.parametrize("year", YEARS)
def test_every_facility_has_two_respondents_or_all_that_it_can(clean, year):
    units = clean[year].drop_duplicates("id_etablissement")
    expected = np.minimum(2, units["tires_etablissement"])
    assert (units["repondants_etablissement"] >= expected).all()


@pytest.mark.parametrize("year", YEARS)
def test_weights_stand_for_all_workers(clean, truths, year):
    total = clean[year]["poids"].sum()
    assert total == pytest.approx(truths[year]["effets"]["professionnels"], rel=0.08)


@pytest.mark.parametrize("year", YEARS)
def test_the_gap_between_university_hospitals_and_rural_centres_is_found(clean, truths, year):
    rows = clean[year][clean[year]["repondant"] == "oui"]
    items = rows.filter(regex="^lik_").astype("float64")
    score = (items.where(items <= 5).mean(axis=1) - 1) * 25

    def mean(kind: str) -> float:
        chosen = rows["type"] == kind
        return np.average(score[chosen], weights=rows.loc[chosen, "poids"])

    gap = mean("chu") - mean("centre_sante_rural")
    known = truths[year]["effets"]["score_chu_moins_centre_rural"]
    assert known > 10
    assert gap == pytest.approx(known, abs=9)


def test_workers_of_a_facility_resemble_each_other(clean):
    rows = clean[2025][clean[2025]["type"] == "centre_sante_urbain"]
    score = rows.filter(regex="^lik_").astype("float64").mean(axis=1)
    between = score.groupby(rows["id_etablissement"]).transform("mean")
    shuffled = between.sample(frac=1, random_state=1).to_numpy()
    within = ((score - between) ** 2).mean()
    assert within < ((score - shuffled) ** 2).mean()


def test_likert_items_are_many_in_five_areas(clean):
    names = clean[2025].filter(regex="^lik_").columns
    assert len(names) >= 20
    assert len({name.split("_")[1] for name in names}) == 5


def test_hours_are_zero_without_training(clean):
    rows = clean[2025].dropna(subset=["heures_formation_12m"])
    untrained = rows.loc[rows["formation_12m"] == "non", "heures_formation_12m"]
    assert (untrained != "0").sum() <= 8  # spoilt rows at most
    assert (untrained == "0").sum() > 1_000


def test_a_value_passes_the_cuts_below_it():
    assert passed(np.array([-2.0, 0.0, 3.0]), [-1.0, 0.5, 2.0]).tolist() == [0, 1, 3]


def test_ranks_start_again_in_each_group():
    group, key = np.array([1, 0, 1, 1]), np.array([0.3, 0.9, 0.1, 0.2])
    assert rank_within(group, key).tolist() == [2, 0, 0, 1]
