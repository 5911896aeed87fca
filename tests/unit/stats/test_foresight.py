"""Signals and panels: counts, consensus, convergence, changes, priority; what cannot be estimated."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare, t

from obsante.errors import DataError, NotEstimable
from obsante.stats import foresight

WHO = {"expert": "expert", "item": "techno"}
CRITERIA = ["a", "b"]


def panel(scores: dict[str, list[float]], *, turn: int = 2, **columns) -> pd.DataFrame:
    """One row per expert and technology from expert -> scores of x, y, ..., same for a and b."""
    size = len(next(iter(scores.values())))
    rows = [(name, "xyzw"[k], own[k]) for name, own in scores.items() for k in range(size)]
    frame = pd.DataFrame(rows, columns=["expert", "techno", "a"])
    codes = pd.Categorical(frame["techno"], list("xyzw")[:size])
    return frame.assign(techno=codes, b=frame["a"], tour=turn, **columns)


THREE = panel({"e1": [7.0, 3.0], "e2": [8.0, 2.0], "e3": [9.0, 4.0]})


def test_a_category_without_a_signal_counts_zero_and_a_missing_one_apart():
    codes = pd.Categorical(["x", "x", None], ["x", "y"])
    found = foresight.tally(pd.DataFrame({"techno": codes}), ["techno"])
    assert found["n"].tolist() == [3, 2, 0, 1]
    assert found["modalite"].tolist() == ["national", "x", "y", "inconnu"]


def test_a_dimension_needs_its_categories():
    with pytest.raises(DataError, match="categories"):
        foresight.tally(pd.DataFrame({"techno": ["x"]}), ["techno"])


def test_ratios_are_undefined_without_earlier_signal_and_need_both_periods():
    now = pd.DataFrame({"dimension": "d", "modalite": ["x", "y"], "n": [4, 2]})
    found = foresight.count_ratios(now, now.assign(n=[2, 0]), level=0.95)
    assert found["estimation"].tolist() == pytest.approx([2.0, np.nan], nan_ok=True)
    assert found["motif"].tolist() == ["", "aucun signal à l'édition précédente"]
    with pytest.raises(NotEstimable) as problem:
        foresight.count_ratios(now, now.assign(n=0), level=0.95)
    assert problem.value.reason == "no_comparison"


def test_many_domains_are_adjusted_together():
    now = pd.DataFrame({"dimension": "d", "modalite": list("xyzw"), "n": [30, 10, 11, 9]})
    found = foresight.count_ratios(now, now.assign(n=10), level=0.95)
    assert found["p_ajustee"].iloc[0] == pytest.approx(4 * found["p_valeur"].iloc[0])
    assert (found["p_ajustee"] >= found["p_valeur"] - 1e-12).all()


def test_ages_end_with_the_period_and_need_a_date():
    frame = pd.DataFrame({"jour": pd.to_datetime(["2025-12-31", "2025-12-21", None]),
                          "techno": pd.Categorical(["x", "x", "y"], ["x", "y"])})  # fmt: skip
    found = foresight.median_age(frame, date="jour", end=dt.date(2025, 12, 31), by="techno")
    assert found["estimation"].tolist() == pytest.approx([5, 5, np.nan], nan_ok=True)
    assert found["n_manquant"].tolist() == [1, 0, 1]
    with pytest.raises(NotEstimable):
        foresight.median_age(frame.tail(1), date="jour", end=dt.date(2025, 12, 31), by="techno")


def test_the_mean_has_student_s_interval_over_experts():
    found = foresight.mean_scores(THREE, "a", **WHO, level=0.95, bounds=(1, 9)).set_index("modalite")
    half = t.ppf(0.975, 2) * 1 / np.sqrt(3)
    assert found.loc["x", "estimation"] == 8
    assert found.loc["x", "borne_inf"] == pytest.approx(8 - half)
    assert found.loc["x", "borne_sup"] == 9
    # The two scores of one expert go together: the whole has as many degrees of freedom as experts.
    assert found.loc["national", "ddl"] == 2


@pytest.mark.parametrize(
    ("scores", "agreed"),
    [([5, 5, 5, 5], True), ([5, 5, 6, 6], True), ([5, 5, 5, 9], True), ([5, 5, 8, 9], False),
     ([3, 5, 5, 7], False), ([5, 5, 5, np.nan], False)],
)  # fmt: skip
def test_consensus_needs_nearness_narrowness_and_enough_experts(scores, agreed):
    frame = panel({f"e{k}": [value] for k, value in enumerate(scores)})
    found = foresight.spread(frame, ["a"], item="techno", near=1, share=0.75, width=1, least=4)
    assert found["consensus"].tolist() == [agreed]


def test_spread_says_how_many_left_a_score_out():
    frame = panel({"e1": [7.0, 1.0], "e2": [5.0, np.nan]})
    found = foresight.spread(frame, CRITERIA, item="techno", near=1, share=0.5, width=9, least=1)
    assert found["dimension"].tolist() == ["a", "a", "b", "b"]
    assert found["n_manquant"].tolist() == [0, 1, 0, 1]
    assert found["interquartile"].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert foresight.near_all(found)["estimation"].iloc[0] == 1.0


def test_rounds_come_closer_by_the_difference_of_their_mean_distances():
    before = panel({"e1": [1.0], "e2": [5.0], "e3": [9.0]}, turn=1)
    after = panel({"e1": [3.0], "e2": [5.0], "e3": [7.0]})
    both = foresight.distances(pd.concat([before, after]), ["a"], **WHO, turn="tour")
    how = {"expert": "expert", "turn": "tour", "level": 0.95}
    by_round = foresight.distance_by_round(both, **how)
    assert by_round["estimation"].tolist() == pytest.approx([4 / 3, 8 / 3, 4 / 3])
    assert foresight.convergence(both, **how)["estimation"].iloc[0] == pytest.approx(-4 / 3)


def test_one_round_does_not_converge():
    alone = foresight.distances(THREE, ["a"], **WHO, turn="tour")
    with pytest.raises(NotEstimable) as problem:
        foresight.convergence(alone, expert="expert", turn="tour", level=0.95)
    assert problem.value.reason == "no_comparison"


def test_the_first_and_the_last_round_of_nothing_are_nothing():
    empty = THREE.iloc[:0].astype({"tour": "Int64"})
    assert foresight.last_round(empty, turn="tour").empty
    assert foresight.first_round(empty, turn="tour").empty


def changed(linked: bool = True) -> pd.DataFrame:
    earlier = panel({"e1": [5.0, 3.0], "e2": [6.0, 2.0], "e3": [7.1, 4.0]})
    return foresight.changes(THREE, earlier, "a", **WHO, linked=linked, level=0.95)


def test_the_same_experts_make_a_change_as_precise_as_a_paired_test():
    row = changed().set_index("modalite").loc["x"]
    gaps = np.array([2.0, 2.0, 1.9])
    assert row["estimation"] == pytest.approx(gaps.mean())
    assert row["erreur_type"] == pytest.approx(gaps.std(ddof=1) / np.sqrt(3))
    assert row["mouvement"] == "up"
    assert row["n_communs"] == 3


def test_experts_who_cannot_be_recognised_are_two_independent_panels():
    row = changed(linked=False).set_index("modalite").loc["x"]
    errors = [np.std(own, ddof=1) / np.sqrt(3) for own in ([7, 8, 9], [5, 6, 7.1])]
    assert row["n_communs"] == 0
    assert row["erreur_type"] == pytest.approx(np.hypot(*errors))


def test_only_technologies_of_both_editions_are_compared():
    earlier = THREE[THREE["techno"] == "x"]
    found = foresight.changes(THREE, earlier, "a", **WHO, linked=True, level=0.95)
    assert found["modalite"].tolist() == ["national", "x"]
    assert not foresight.comparable(THREE, THREE.iloc[:0], "a", **WHO)
    assert not foresight.comparable(THREE, THREE[THREE["expert"] == "e1"], "a", **WHO)
    with pytest.raises(NotEstimable):
        foresight.changes(THREE, THREE.iloc[:0], "a", **WHO, linked=True, level=0.95)


def test_a_movement_needs_the_first_round_to_show_it_too():
    row = pd.DataFrame({"dimension": "t", "modalite": list("xyz"), "mouvement": ["up", "up", "down"]})
    first = row.assign(borne_inf=[0.1, -0.1, 0.2], borne_sup=[0.9, 0.9, 0.4])
    assert foresight.confirmed(row, first)["mouvement"].tolist() == ["up", "same", "same"]


def test_rank_agreement_is_kendall_s_w():
    scores = {"e1": [1.0, 2.0, 3.0, 4.0], "e2": [1.0, 3.0, 2.0, 4.0], "e3": [2.0, 1.0, 4.0, 3.0]}
    found = foresight.rank_agreement(panel(scores), "a", **WHO, level=0.95).iloc[0]
    chi2 = friedmanchisquare(*np.array(list(scores.values())).T).statistic
    w = chi2 / (3 * (4 - 1))
    assert (1 + 2 * found["estimation"]) / 3 == pytest.approx(w)
    assert found["borne_sup"] <= 1


def test_an_expert_without_an_order_leaves_and_two_are_too_few():
    scores = {"e1": [1.0, 2.0, 3.0], "e2": [3.0, 2.0, 1.0], "e3": [1.0, 2.0, 3.0], "e4": [5.0] * 3}
    found = foresight.rank_agreement(panel(scores), "a", **WHO, level=0.95).iloc[0]
    assert found["n"] == 3
    assert found["estimation"] == pytest.approx(-1 / 3)
    with pytest.raises(NotEstimable):
        foresight.rank_agreement(panel({"e1": [1.0, 2.0], "e2": [2.0, 1.0]}), "a", **WHO, level=0.95)


def test_the_priority_is_the_geometric_mean_of_the_means():
    frame = THREE.assign(b=[4.0, 9.0] * 3)
    table, covariance = foresight.priority(frame, CRITERIA, **WHO, level=0.95, least=2)
    found = table.set_index("modalite")["estimation"]
    assert found["x"] == pytest.approx(np.sqrt(8 * 4))
    assert found["y"] == pytest.approx(np.sqrt(3 * 9))
    assert found["national"] == pytest.approx((found["x"] + found["y"]) / 2)
    means = {"x": [8.5, 8.0, 7.5], "y": [3.0, 3.5, 2.5]}
    for code, other in (("x", 4), ("y", 9)):
        without = np.sqrt(np.array(means[code]) * other)
        error = np.sqrt(2 / 3 * ((without - found[code]) ** 2).sum())
        assert np.sqrt(covariance.loc[code, code]) == pytest.approx(error)


def test_a_technology_with_too_few_experts_has_no_score_but_its_counts():
    frame = panel({"e1": [7.0, 3.0], "e2": [8.0, np.nan], "e3": [9.0, np.nan]})
    table, covariance = foresight.priority(frame, CRITERIA, **WHO, level=0.95, least=3)
    row = table.set_index("modalite").loc["y"]
    assert np.isnan(row["estimation"])
    assert (row["n"], row["n_manquant"]) == (1, 4)
    assert covariance.index.tolist() == ["x"]
    with pytest.raises(NotEstimable) as problem:
        foresight.rank_rows(table, covariance, level=0.95)
    assert problem.value.reason == "too_few"


def test_experts_who_agree_on_everything_give_neither_interval_nor_ranks():
    frame = panel({name: [5.0, 7.0] for name in ("e1", "e2", "e3")})
    table, covariance = foresight.priority(frame, CRITERIA, **WHO, level=0.95, least=2)
    assert table["borne_inf"].isna().all()
    with pytest.raises(NotEstimable) as problem:
        foresight.rank_rows(table, covariance, level=0.95)
    assert problem.value.reason == "no_variation"


def test_ranks_that_the_panel_does_not_tell_apart_share_their_set():
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 0.4, (12, 3))
    scores = {f"e{k}": (np.array([8.0, 5.0, 5.02]) + noise[k]).tolist() for k in range(12)}
    table, covariance = foresight.priority(panel(scores), CRITERIA, **WHO, level=0.95, least=2)
    sets = foresight.rank_rows(table, covariance, level=0.95).set_index("modalite")
    assert sets.loc["x", ["borne_inf", "borne_sup"]].tolist() == [1, 1]
    assert sets.loc["y", ["borne_inf", "borne_sup"]].tolist() == [2, 3]
    assert sets.loc["z", ["borne_inf", "borne_sup"]].tolist() == [2, 3]


@pytest.mark.parametrize("rows", [0, 2])
def test_no_panel_without_two_experts(rows):
    with pytest.raises(NotEstimable) as problem:
        foresight.panel_design(THREE.head(rows), expert="expert")
    assert problem.value.reason == ("too_few" if rows else "no_data")
