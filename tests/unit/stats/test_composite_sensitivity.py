"""Conventions one at a time and all together, and coherence, on tables worked by hand."""

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
    first = composite.sobol_score(score, CHOICES, "N", **ASKED)
    second = composite.sobol_score(score, CHOICES, "N", **ASKED)
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


def test_sobol_refuses_bad_designs_and_constant_outputs():
    for message, options, evaluate in [
        ("'samples'", {"samples": 1000}, lambda u: u.sum(axis=1)),
        ("'level'", {"level": 95}, lambda u: u.sum(axis=1)),
        ("a constant", {}, lambda u: np.ones(len(u))),
        ("missing or infinite", {}, lambda u: np.where(u[:, 0] > 0.5, np.nan, 1.0)),
    ]:
        with pytest.raises(DataError, match=message):
            composite.sobol_indices(evaluate, ["a", "b"], **{**ASKED, **options})
    with pytest.raises(DataError, match="inputs of the sensitivity analysis"):
        composite.sobol_indices(lambda u: u[:, 0], ["a"], **ASKED)


def test_an_unknown_unit_is_refused():
    with pytest.raises(DataError, match="score of 'X'"):
        composite.sobol_score(score, CHOICES, "X", **ASKED)


def test_influence_is_the_squared_correlation_set_against_the_weight():
    parts = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 2, 2, 1], "c": [4.0, 3, 2, np.nan]})
    weights = pd.Series({"a": 0.5, "b": 0.25, "c": 0.25})
    index = pd.Series([1.0, 2.0, 3.0, 4.0])
    found = composite.effective_weights(parts, index, weights)
    np.testing.assert_allclose(found["correlation"], [1, 0, -1], atol=1e-12)
    np.testing.assert_allclose(found["influence_relative"], [1, 0, 1], atol=1e-12)
    np.testing.assert_allclose(found["ecart"], [0, -0.5, 0.5], atol=1e-12)
    assert found["n"].tolist() == [4, 4, 3]


def test_coherence_needs_units_that_differ():
    halves = pd.Series({"a": 0.5, "b": 0.5})
    index = pd.Series([1.0, 2.0, 4.0], index=TABLE.index)
    with pytest.raises(DataError, match="indicator 'b'"):
        composite.effective_weights(TABLE.assign(b=1.0), index, halves)
    with pytest.raises(DataError, match="'the index'"):
        composite.effective_weights(TABLE, index * 0 + 3, halves)
    with pytest.raises(DataError, match="correlation of 'a'(.|\n)*2 unit"):
        composite.effective_weights(TABLE.iloc[:2], index.iloc[:2], halves)
    with pytest.raises(DataError, match="all zero"):
        square = pd.DataFrame({"a": [1.0, -1, 1, -1], "b": [1.0, 1, -1, -1]})
        composite.effective_weights(square, square["a"] * square["b"], halves)
    with pytest.raises(DataError, match="unit 'E'"):
        composite.effective_weights(TABLE, index.iloc[:2], halves)
