"""Average marginal effects as rows of estimates: order, names, counts, values of the margins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import COLUMNS, difference, survey_design
from obsante.stats.models import average_marginal_effects, glm, marginal_effects

LEVEL = 0.95


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    size = 600
    table = pd.DataFrame(
        {"w": rng.uniform(1, 9, size), "milieu": rng.choice(["u", "r", "m"], size),
         "debit": rng.integers(0, 2, size).astype(float), "taille": rng.normal(3, 1, size)}
    )  # fmt: skip
    score = -1 + 0.8 * (table["milieu"] == "u") + 1.1 * table["debit"] + 0.2 * table["taille"]
    table["dme"] = (rng.random(size) < 1 / (1 + np.exp(-score))).astype(float)
    table.loc[:9, "dme"] = np.nan
    return table


@pytest.fixture(scope="module")
def fit(sample):
    return glm(
        survey_design(sample, weights="w"), "dme ~ milieu + debit + taille", sample,
        family="binomial", level=LEVEL, reference={"milieu": "u"},
    )  # fmt: skip


def test_effects_come_in_the_order_asked_under_plain_names(fit):
    rows = marginal_effects(fit, ["debit", "milieu", "taille"], dimension="facteur")
    assert rows["modalite"].tolist() == ["debit_1", "milieu_m", "milieu_r", "taille"]
    assert set(rows["dimension"]) == {"facteur"}
    assert list(rows.columns[: len(COLUMNS)]) == list(COLUMNS)


def test_values_are_those_of_the_margins(fit):
    rows = marginal_effects(fit, ["milieu"], dimension="facteur")
    expected = average_marginal_effects(fit, "milieu")
    for column in ("estimation", "erreur_type", "borne_inf", "borne_sup", "ddl", "p_valeur"):
        np.testing.assert_array_equal(rows[column], expected[column])


def test_rows_of_the_sample_are_in_the_model_or_counted_as_missing(fit, sample):
    rows = marginal_effects(fit, ["milieu", "taille"], dimension="facteur")
    assert set(rows["n"]) == {590}
    assert set(rows["n_manquant"]) == {10}
    assert rows["effectif"].iloc[0] == pytest.approx(sample["w"][10:].sum())


def test_an_effect_has_neither_a_design_effect_nor_a_coefficient_of_variation(fit):
    rows = marginal_effects(fit, ["milieu"], dimension="facteur")
    assert rows[["effet_plan", "cv"]].isna().all(axis=None)


def test_one_categorical_factor_in_a_linear_model_gives_the_difference_of_proportions(sample):
    known = sample.dropna(subset=["dme"])
    design = survey_design(known, weights="w")
    alone = glm(design, "dme ~ debit", known, family="gaussian", level=LEVEL)
    row = marginal_effects(alone, ["debit"], dimension="facteur").iloc[0]
    answers = pd.DataFrame({"y": known["dme"], "state": "valid"})
    gap = difference(answers, design, known["debit"] == 1, known["debit"] == 0, level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(gap["estimation"], rel=1e-10)
    assert row["erreur_type"] == pytest.approx(gap["erreur_type"], rel=1e-10)


def test_a_variable_outside_the_model_names_the_nearest(fit):
    with pytest.raises(DataError, match="'milieu' \\(nearest\\)"):
        marginal_effects(fit, ["milieux"], dimension="facteur")
