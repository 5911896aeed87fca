"""Outliers, comparison with the frame, changes, coders: values worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect.quality.changes import compared, questions
from obsante.collect.quality.coding import agreements, clustered_error, kappa_estimates
from obsante.collect.quality.comparison import classes, fit, shares
from obsante.collect.quality.outliers import modified_scores, summary
from obsante.collect.quality.settings import Pair
from obsante.collect.table_schema import Table
from obsante.stats import survey_design


def test_scores_of_powers_of_ten():
    # Logs 0, 1, 2, 3, 9 in base ten: median 2, absolute deviations 2, 1, 0, 1, 7, MAD 1.
    values = pd.Series([1.0, 10.0, 100.0, 1000.0, 1e9])
    scores = modified_scores(values, [pd.Series(["a"] * 5)], least=5)
    assert scores.tolist() == pytest.approx([-2 * 0.6745, -0.6745, 0, 0.6745, 7 * 0.6745])
    assert summary(values, scores, threshold=3.5) == {
        "valeurs": 5, "nuls": 0, "jugees": 5, "basses": 0, "hautes": 1, "extreme": 1e9,
    }  # fmt: skip


def test_groups_too_small_or_alike_and_zeros_are_not_judged():
    values = pd.Series([1.0, 10.0, 100.0, 0.0, None, 5.0, 5.0, 5.0, 900.0])
    groups = pd.Series([*"aaaaa", *"bbbb"])
    scores = modified_scores(values, [groups], least=3)
    assert scores.notna().tolist() == [True] * 3 + [False] * 6
    assert modified_scores(values, [groups], least=4).isna().all()
    found = summary(values, scores, threshold=0.1)
    assert (found["valeurs"], found["nuls"], found["jugees"]) == (8, 1, 3)
    assert np.isnan(summary(values, scores, threshold=9.0)["extreme"])


def test_two_groups_are_judged_apart():
    values = pd.Series([1.0, 10.0, 100.0, 1e6, 1e7, 1e8])
    keys = [pd.Series(list("aaabbb")), pd.Series(list("xxxxxx"))]
    assert modified_scores(values, keys, least=3).abs().max() == pytest.approx(0.6745)


def test_classes_end_open():
    found = classes(pd.Series([1, 2, 9, 10, 3000], name="n"), [1, 2, 10])
    assert found.tolist() == ["1", "2-9", "2-9", "10+", "10+"]
    assert found.name == "n"


def test_shares_and_standardised_differences():
    frame = pd.Series(["u"] * 8 + ["r"] * 2)
    codes, weights = pd.Series(["u", "r", None]), pd.Series([3.0, 1.0, 9.0])
    found = shares("milieu", frame, {"x": (codes, weights)}).set_index("modalite")
    assert found["base"].to_dict() == {"r": 0.2, "u": 0.8}
    assert found["x"].to_dict() == {"r": 0.25, "u": 0.75}
    spread = np.sqrt((0.25 * 0.75 + 0.2 * 0.8) / 2)
    assert found["ecart_x"].tolist() == pytest.approx([0.05 / spread, -0.05 / spread])


def test_a_code_that_the_sample_lacks_is_a_share_of_zero():
    found = shares("m", pd.Series(list("ab")), {"x": (pd.Series(["a"]), pd.Series([1.0]))})
    assert found["x"].tolist() == [1.0, 0.0]


def test_fit_is_missing_where_the_design_leaves_nothing_to_chance():
    rows = pd.DataFrame({"w": 2.0, "s": list("aabb"), "milieu": list("uurr")})
    frame = pd.Series(list("uuuurrrr"))
    free = fit("milieu", frame, rows, rows["milieu"], survey_design(rows, weights="w"))
    assert free["statistique"] == pytest.approx(0)
    strata = survey_design(rows, weights="w", strata="s")
    assert fit("milieu", frame, rows, rows["milieu"], strata) == {"colonne": "milieu", "n": 4}


def edition(*yes: int) -> tuple[pd.DataFrame, object]:
    """Forty facilities; the first ``yes`` of them say yes to each question."""
    rows = pd.DataFrame({"id": [f"e{n}" for n in range(40)], "w": 1.0, "s": "s"})
    for rank, count in enumerate(yes):
        rows[f"q{rank}"] = ["oui"] * count + ["non"] * (40 - count)
    return rows, survey_design(rows, weights="w", strata="s", psu="id")


def test_changes_are_judged_alone_and_beside_the_others():
    editions = {2024: edition(10, 10, 10, 10), 2025: edition(12, 12, 12, 40)}
    found = compared(editions, ["q0", "q1", "q2", "q3"], unknown=[], level=0.95)
    assert found["estimation"].tolist() == pytest.approx([0.05, 0.05, 0.05, 0.75])
    assert found["p_ajustee"].le(0.05).tolist() == [False, False, False, True]
    # Three questions move like the median: nothing sets them apart.
    assert found["p_a_part"].tolist()[:3] == pytest.approx([1, 1, 1])
    assert found["p_a_part"].iloc[3] < 1e-6


def test_answers_that_never_move_have_no_p_value():
    found = compared({1: edition(40), 2: edition(40)}, ["q0"], unknown=[], level=0.95)
    assert found[["p_ajustee", "p_a_part"]].isna().all(axis=None)


def test_a_question_that_nobody_answered_in_an_edition_is_not_compared():
    silent = edition(12, 12)
    silent[0]["q0"] = "sans_objet"
    editions = {2024: edition(10, 10), 2025: silent}
    found = compared(editions, ["q0", "q1"], unknown=["sans_objet"], level=0.95)
    assert found["question"].tolist() == ["q1"]
    assert compared(editions, ["q0"], unknown=["sans_objet"], level=0.95).empty


def test_only_yes_or_no_questions_are_compared():
    asked = {"group": "g", "fr": "?", "ar": "?"}
    yes = [{"value": code, "label": code} for code in ("oui", "non")]
    grades = [{"value": code, "label": code} for code in ("bas", "haut")]
    fields = [
        {"name": "a", "type": "string", "title": "A", "categories": yes, "question": asked},
        {"name": "b", "type": "string", "title": "B", "categories": yes},
        {"name": "c", "type": "string", "title": "C", "categories": grades, "question": asked},
    ]
    table = Table.model_validate({"name": "t", "title": "T", "description": "x",
                                  "scope": "campaign", "file": "t.csv", "fields": fields})  # fmt: skip
    assert questions(table) == ["a"]


@pytest.fixture
def coded() -> tuple[pd.DataFrame, Table]:
    codes = [{"value": code, "label": code} for code in ("neg", "neu", "pos")]
    fields = [{"name": name, "type": "string", "title": "Ton", "categories": codes}
              for name in ("ton", "ton_2")]  # fmt: skip
    table = Table.model_validate({"name": "t", "title": "T", "description": "x",
                                  "scope": "campaign", "file": "t.csv", "fields": fields})  # fmt: skip
    first = ["neg", "neg", "neu", "pos", "pos", "pos"]
    rows = pd.DataFrame({"ton": first, "ton_2": ["neg", "neu", "neu", "pos", "pos", None],
                         "entretien": list("aabccc")})  # fmt: skip
    return rows, table


def test_coders_agree_four_times_in_five(coded):
    rows, table = coded
    pairs = [Pair(column="ton", second="ton_2", ordered=True)]
    found = agreements(rows, table, pairs, cluster="entretien", level=0.95).set_index("mesure")
    # By chance 2/5 x 1/5 + 1/5 x 2/5 + 2/5 x 2/5 = 0.32; (0.8 - 0.32) / 0.68.
    assert found.loc["kappa", "estimation"] == pytest.approx(0.48 / 0.68)
    assert found.loc["accord", "estimation"] == pytest.approx(0.8)
    assert found.loc["kappa_lineaire", "estimation"] > found.loc["kappa", "estimation"]
    assert set(found["n"]) == {5}
    # Without an interview, 1, 3/4 and 2/3 of the passages agree.
    gaps = np.array([1, 3 / 4, 2 / 3]) - 0.8
    assert found.loc["accord", "erreur_grappes"] == pytest.approx((2 / 3 * gaps @ gaps) ** 0.5)
    row = kappa_estimates(found.reset_index(), "ton").iloc[0]
    assert row[["dimension", "n"]].tolist() == ["national", 5]


def test_one_interview_or_one_code_left_has_no_clustered_error(coded):
    rows, _ = coded
    both = rows[["ton", "ton_2"]].dropna()
    alone = pd.Series("a", both.index)
    assert np.isnan(clustered_error(both, alone, lambda part: part))
    # Without the interview of the first three passages, both coders are left with one code.
    assert np.isnan(clustered_error(both, pd.Series(list("aaabc")), lambda part: part))


def test_without_coding_the_kappa_is_missing_not_zero():
    none = pd.DataFrame(columns=["colonne", "mesure"])
    assert kappa_estimates(none, "theme")["estimation"].isna().tolist() == [True]
