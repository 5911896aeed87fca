"""Rank sets, tiers and groups of cases that can be read by eye."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats import composite

UNITS = ["N", "S", "E", "O"]
SCORES = pd.Series([90.0, 70.0, 69.0, 40.0], index=UNITS)
ERRORS = pd.DataFrame(np.diag([1.0] * 4), index=UNITS, columns=UNITS)
ASKED = {"level": 0.95, "seed": 1}


def bounds(sets: pd.DataFrame) -> list[list[int]]:
    return sets[["rang_inf", "rang_sup"]].to_numpy().tolist()


@pytest.mark.parametrize("simultaneous", [True, False])
@pytest.mark.parametrize("method", ["simulation", "bonferroni"])
def test_only_the_close_pair_has_an_uncertain_rank(simultaneous, method):
    found = composite.rank_sets(SCORES, ERRORS, simultaneous=simultaneous, method=method, **ASKED)
    assert found["rang"].tolist() == [1, 2, 3, 4]
    assert bounds(found) == [[1, 1], [2, 3], [2, 3], [4, 4]]


def test_a_stepdown_decides_a_pair_that_a_single_step_leaves():
    """Holm, 95 %, standard error of each difference 1: N-E 3.35, S-E 2.35, N-S 1.

    6 ordered pairs: z(0.05 / 6) = 2.394 decides N-E only. 5 left: z(0.05 / 5) = 2.326 decides S-E.
    """
    units = ["N", "S", "E"]
    errors = pd.DataFrame(np.diag([0.5] * 3), index=units, columns=units)
    scores = pd.Series([3.35, 2.35, 0.0], index=units)
    options = {"simultaneous": True, "method": "bonferroni", **ASKED}
    single = composite.rank_sets(scores, errors, stepdown=False, **options)
    stepwise = composite.rank_sets(scores, errors, stepdown=True, **options)
    assert bounds(single) == [[1, 2], [1, 3], [2, 3]]
    assert bounds(stepwise) == [[1, 2], [1, 2], [3, 3]]


def test_a_positive_covariance_sharpens_the_comparison():
    tied = pd.DataFrame(0.95 + 0.05 * np.eye(4), index=UNITS, columns=UNITS)
    close = pd.Series([10.0, 9.0, 8.0, 7.0], index=UNITS)
    assert bounds(composite.rank_sets(close, ERRORS, simultaneous=True, **ASKED))[0] == [1, 4]
    found = composite.rank_sets(close, tied, simultaneous=True, **ASKED)
    assert bounds(found) == [[1, 1], [2, 2], [3, 3], [4, 4]]


def test_a_marginal_set_is_never_wider_than_a_simultaneous_one():
    rng = np.random.default_rng(5)
    units = [f"R{k}" for k in range(12)]
    scores = pd.Series(rng.normal(0, 2.5, 12), index=units)
    errors = pd.DataFrame(np.diag(rng.uniform(0.5, 2, 12)), index=units, columns=units)
    together = composite.rank_sets(scores, errors, simultaneous=True, stepdown=False, **ASKED)
    alone = composite.rank_sets(scores, errors, simultaneous=False, stepdown=False, **ASKED)
    assert (alone["rang_inf"] >= together["rang_inf"]).all()
    assert (alone["rang_sup"] <= together["rang_sup"]).all()
    assert bounds(alone) != bounds(together)


def test_few_degrees_of_freedom_widen_the_sets():
    close = pd.Series([10.0, 5.5, 3.0, 0.0], index=UNITS)
    wide = composite.rank_sets(close, ERRORS, simultaneous=True, df=3, **ASKED)
    sharp = composite.rank_sets(close, ERRORS, simultaneous=True, **ASKED)
    widths = [(sets["rang_sup"] - sets["rang_inf"]).sum() for sets in (wide, sharp)]
    assert widths[0] > widths[1]


def test_equal_scores_share_the_best_rank_and_the_same_set():
    ties = pd.Series([50.0, 0.1 + 0.2, 0.3, 0.3], index=UNITS)
    found = composite.rank_sets(ties, ERRORS, simultaneous=True, **ASKED)
    assert found["rang"].tolist() == [1, 2, 2, 2]
    assert bounds(found) == [[1, 1], [2, 4], [2, 4], [2, 4]]


def test_the_same_seed_gives_the_same_sets():
    first, second = (
        composite.rank_sets(SCORES, ERRORS, simultaneous=True, level=0.9, seed=0) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)


def test_joint_intervals_that_touch_nobody_decide_the_rank():
    errors = pd.Series(1.0, index=UNITS)
    found = composite.joint_rank_sets(SCORES, errors, level=0.95, correction="bonferroni")
    half = 2.497705  # z(1 - 0.05 / 8)
    np.testing.assert_allclose(found["borne_sup"] - SCORES, half, atol=1e-6)
    assert bounds(found) == [[1, 1], [2, 3], [2, 3], [4, 4]]


def test_joint_intervals_are_more_cautious_than_differences():
    """A difference of 4 standard errors of one score: 2.83 of the difference, under 2 x 2.24."""
    two = pd.Series([4.0, 0.0], index=["N", "S"])
    errors = pd.Series(1.0, index=["N", "S"])
    joint = composite.joint_rank_sets(two, errors, level=0.95, correction="sidak")
    pairs = composite.rank_sets(
        two, pd.DataFrame(np.eye(2), errors.index, errors.index), simultaneous=True, **ASKED
    )
    assert bounds(joint) == [[1, 2], [1, 2]]
    assert bounds(pairs) == [[1, 1], [2, 2]]


def test_groups_share_a_letter_if_and_only_if_they_do_not_differ():
    chain = pd.Series([10.0, 7.5, 5.0, -20.0], index=UNITS)
    found = composite.groups(chain, ERRORS, **ASKED)
    assert found["groupes"].to_dict() == {"N": "a", "S": "a, b", "E": "b", "O": "c"}
    assert found["palier"].to_dict() == {"N": 1, "S": 1, "E": 1, "O": 2}


def test_groups_come_best_first_whatever_the_order_given():
    found = composite.groups(SCORES[::-1], ERRORS, **ASKED)
    assert found.index.tolist() == UNITS
    assert found["palier"].tolist() == [1, 2, 2, 3]


def test_a_difference_without_variance_names_both_units():
    same = pd.DataFrame(np.ones((2, 2)), index=["N", "S"], columns=["N", "S"])
    with pytest.raises(DataError, match="between 'N' and 'S'"):
        composite.rank_sets(pd.Series({"N": 1.0, "S": 2.0}), same, simultaneous=True, **ASKED)


def test_bad_scores_and_options_are_refused():
    missing = SCORES.replace(70.0, np.nan)
    for message, scores, options in [
        ("score of 'S'", missing, {}),
        ("ranks(.|\n)*1 unit", SCORES.iloc[:1], {}),
        ("'df'", SCORES, {"df": 0}),
        ("'draws'", SCORES, {"draws": 100}),
        ("method 'bootstrap'", SCORES, {"method": "bootstrap"}),
    ]:
        with pytest.raises(DataError, match=message):
            composite.rank_sets(
                scores, ERRORS.loc[scores.index, scores.index], simultaneous=True,
                **{**ASKED, **options},
            )  # fmt: skip


def test_bad_standard_errors_and_corrections_are_refused():
    errors = pd.Series([1.0, 0.0, 1.0, 1.0], index=UNITS)
    with pytest.raises(DataError, match="standard errors"):
        composite.joint_rank_sets(SCORES, errors, level=0.9, correction="sidak")
    with pytest.raises(DataError, match="correction 'holm'"):
        composite.joint_rank_sets(SCORES, errors + 1, level=0.9, correction="holm")
    with pytest.raises(DataError, match="unit 'O'"):
        composite.joint_rank_sets(SCORES, errors.drop("O") + 1, level=0.9, correction="sidak")
