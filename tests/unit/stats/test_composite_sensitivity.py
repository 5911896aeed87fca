"""Conventions one at a time and all together, on tables worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import composite

TABLE = pd.DataFrame({"a": [0.9, 0.5, 0.1], "b": [0.2, 0.5, 0.6]}, index=["N", "S", "E"])
CHOICES = {
    "poids": {"egaux": (0.5, 0.5), "usage": (0.1, 0.9)},
    "agregation": {"arithmetique": composite.arithmetic, "geometrique": composite.geometric},
}
BASELINE = {"poids": "egaux", "agregation": "arithmetique"}
ASKED = {"samples": 64, "level": 0.95, "seed": 0}


def score(poids, agregation) -> pd.Series:
    weights = pd.Series(poids, index=["a", "b"])
    return agregation(TABLE, weights, minimum_share=1.0)["estimation"]


def test_each_option_gives_every_units_rank_and_its_move():
    found = composite.one_at_a_time(score, CHOICES, BASELINE)
    assert len(found) == 3 * 3
    usage = found[found["option"] == "usage"].set_index("unite")
    np.testing.assert_allclose(usage["estimation"], [0.27, 0.5, 0.55])
    assert usage["ecart_rang"].to_dict() == {"N": 2, "S": 0, "E": -2}
    mean = found[found["option"] == "geometrique"].set_index("unite")
    assert mean["rang"].to_dict() == {"N": 2, "S": 1, "E": 3}


def test_a_convention_without_effect_on_ranks_has_null_indices():
    choices = {"poids": CHOICES["poids"], "echelle": {"un": 1.0, "cent": 100.0}}
    found = composite.sobol_rank_shift(
        lambda poids, echelle: echelle * score(poids, composite.arithmetic),
        choices, {"poids": "egaux", "echelle": "un"}, **ASKED,
    )  # fmt: skip
    indices = found[["indice_premier", "indice_total"]]
    np.testing.assert_allclose(indices.loc["echelle"], 0, atol=1e-9)
    np.testing.assert_allclose(indices.loc["poids"], 1, atol=0.15)


def test_seed_zero_is_a_seed():
    np.random.seed(1)  # noqa: NPY002 - shows that the global state plays no part
    first = composite.sobol_rank_shift(score, CHOICES, BASELINE, **ASKED)
    second = composite.sobol_rank_shift(score, CHOICES, BASELINE, **ASKED)
    pd.testing.assert_frame_equal(first, second)
    assert (first["premier_inf"] < first["premier_sup"]).all()


def test_a_combination_of_options_is_computed_once():
    calls = []

    def counted(poids, agregation):
        calls.append(1)
        return score(poids, agregation)

    composite.sobol_rank_shift(counted, CHOICES, BASELINE, **ASKED)
    assert len(calls) <= 1 + 4


def test_conventions_that_are_no_choice_are_refused():
    for choices, baseline, message in [
        ({"poids": {"egaux": (0.5, 0.5)}}, {"poids": "egaux"}, "convention 'poids'"),
        (CHOICES, {"poids": "egaux"}, "convention 'agregation'"),
        (CHOICES, {**BASELINE, "poids": "egau"}, r"'egau'(.|\n)*'egaux' \(nearest\)"),
        (CHOICES, {**BASELINE, "echelle": "un"}, "baseline option of 'echelle'"),
    ]:
        with pytest.raises(DataError, match=message):
            composite.one_at_a_time(score, choices, baseline)


def test_a_unit_without_score_under_an_option_is_named_with_the_option():
    def holed(poids, agregation):
        return score(poids, agregation).where(TABLE["a"] > 0.3)

    with pytest.raises(DataError, match="score of 'E' with poids = egaux"):
        composite.one_at_a_time(holed, CHOICES, BASELINE)
    with pytest.raises(DataError, match="score of 'N' with poids = egaux(.|\n)*infinite"):
        composite.one_at_a_time(lambda **options: score(**options) / 0, CHOICES, BASELINE)


def test_sobol_refuses_bad_designs_and_constant_outputs():
    for message, options, evaluate in [
        ("'samples'", {"samples": 1000}, lambda u: u.sum(axis=1)),
        ("'level'", {"level": 95}, lambda u: u.sum(axis=1)),
        ("a constant", {}, lambda u: np.ones(len(u))),
        ("missing or infinite", {}, lambda u: np.where(u[:, 0] > 0.5, np.nan, 1.0)),
    ]:
        with pytest.raises(DataError, match=message):
            composite.sobol_indices(evaluate, ["a", "b"], **{**ASKED, **options})
    for message, names, evaluate in [
        ("inputs of the sensitivity analysis", ["a"], lambda u: u[:, 0]),
        ("input 'a'", ["a", "a"], lambda u: u[:, 0]),
        (r"shape \(256, 2\)", ["a", "b"], lambda u: u),
    ]:
        with pytest.raises(DataError, match=message):
            composite.sobol_indices(evaluate, names, **ASKED)
