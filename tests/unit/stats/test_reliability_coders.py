"""Agreement between coders on tables worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from one_row import message

from obsante.stats.reliability import cohen_kappa, fleiss_kappa, percent_agreement

LEVEL = 0.95
PLAIN = {"categories": ["x", "y"], "level": LEVEL}
COHEN = {**PLAIN, "weighting": "none"}


def table(*coders: str) -> pd.DataFrame:
    return pd.DataFrame({f"c{i}": list(codes) for i, codes in enumerate(coders)})


def test_cohen_kappa_worked_by_hand():
    # 8 of 10 agree; shares of x 0.6 and 0.4: chance 0.24 + 0.24 = 0.48.
    codes = table("xxxxxxyyyy", "xxxxyyyyyy")
    row = cohen_kappa(codes, **COHEN).iloc[0]
    assert row["estimation"] == pytest.approx((0.8 - 0.48) / (1 - 0.48))
    assert row["n"] == 10


def test_quadratic_weights_count_a_disagreement_by_its_square():
    codes = table("abcabcabca", "abcabcbccb")
    kappa = cohen_kappa(codes, categories="abc", weighting="quadratic", level=LEVEL)
    first, second = (codes[c].map(dict(zip("abc", range(3), strict=True))) for c in codes)
    seen = ((first - second) ** 2).mean()
    by_chance = np.mean([(i - j) ** 2 for i in first for j in second])
    assert kappa["estimation"].iloc[0] == pytest.approx(1 - seen / by_chance)


def test_fleiss_kappa_worked_by_hand():
    # Agreement of pairs 1, 1, 1/3, 1/3: 2/3. Shares 1/2, 1/2: chance 1/2.
    codes = table("xyxy", "xyxx", "xyyy")
    result = fleiss_kappa(codes, **PLAIN)
    assert result["terme"].tolist() == ["ensemble", "x", "y"]
    np.testing.assert_allclose(result["estimation"], (2 / 3 - 1 / 2) / (1 / 2))


def test_the_error_of_fleiss_kappa_is_close_to_the_jackknife_of_subjects():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, 40)
    codes = pd.DataFrame(
        {c: np.where(rng.random(40) < 0.7, truth, rng.integers(0, 3, 40)) for c in "abcd"}
    )
    row = fleiss_kappa(codes, categories=range(3), level=LEVEL).iloc[0]
    again = [fleiss_kappa(codes.drop(index=i), categories=range(3), level=LEVEL)
             ["estimation"].iloc[0] for i in codes.index]  # fmt: skip
    jackknife = (39 / 40 * ((np.array(again) - row["estimation"]) ** 2).sum()) ** 0.5
    assert row["erreur_type"] == pytest.approx(jackknife, rel=0.05)


def test_percent_agreement_of_two_coders_has_the_interval_of_wilson():
    row = percent_agreement(table("xxxxxxyyyy", "xxxxyyyyyy"), **PLAIN).iloc[0]
    z, p, n = 1.959963984540054, 0.8, 10
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    assert row["estimation"] == pytest.approx(0.8)
    assert (row["borne_inf"], row["borne_sup"]) == pytest.approx((centre - half, centre + half))


def test_percent_agreement_of_three_coders_averages_the_pairs():
    row = percent_agreement(table("xyxy", "xyxx", "xyyy"), **PLAIN).iloc[0]
    shares = np.array([1, 1, 1 / 3, 1 / 3])
    assert row["estimation"] == pytest.approx(shares.mean())
    assert row["erreur_type"] == pytest.approx(shares.std(ddof=1) / 2)
    assert (row["borne_inf"] >= 0, row["borne_sup"], row["n_codeurs"]) == (True, 1, 3)


@pytest.mark.parametrize("call", [lambda c: cohen_kappa(c, **COHEN),
                                  lambda c: fleiss_kappa(c, **PLAIN)])  # fmt: skip
def test_full_agreement_has_no_interval_and_says_so(call):
    row = call(table("xyxyy", "xyxyy")).iloc[0]
    assert row["estimation"] == pytest.approx(1)
    assert np.isnan([row["erreur_type"], row["borne_inf"], row["borne_sup"]]).all()
    assert "sans intervalle" in row["methode"]


def test_no_agreement_at_all_is_a_kappa_of_minus_one_at_worst():
    row = cohen_kappa(table("xyxy", "yxyx"), **COHEN).iloc[0]
    assert row["estimation"] == pytest.approx(-1)
    assert "sans intervalle" in row["methode"]


def test_the_limits_of_kappa_stay_between_minus_one_and_one():
    row = cohen_kappa(table("xyxyxyxyxx", "xyxyxyxyxy"), **COHEN).iloc[0]
    assert row["estimation"] + 1.96 * row["erreur_type"] > 1
    assert row["borne_sup"] == 1


def test_three_coders_who_always_agree_have_no_interval_of_zero_width():
    row = percent_agreement(table("xyxy", "xyxy", "xyxy"), **PLAIN).iloc[0]
    assert row["estimation"] == 1
    assert np.isnan(row["borne_inf"])
    assert "sans intervalle" in row["methode"]


def test_a_coder_who_uses_one_code_only_is_an_error_that_names_him():
    text = message(cohen_kappa, table("xyxy", "xxxx"), **COHEN)
    assert "coder 'c1'" in text and "'x'" in text


def test_a_missing_code_is_an_error_that_names_the_subject():
    codes = table("xyxy", "xyxy")
    codes.loc[2, "c1"] = None
    for call in (percent_agreement, fleiss_kappa):
        assert "coder 'c1', subject 2" in message(call, codes, **PLAIN)


def test_codes_may_be_true_or_false_declared_as_one_and_zero():
    codes = table("xyxy", "xyxx")
    expected = percent_agreement(codes, **PLAIN)
    pd.testing.assert_frame_equal(
        percent_agreement(codes == "x", categories=[1, 0], level=LEVEL), expected
    )


def test_a_code_that_is_not_declared_is_an_error_that_names_it():
    text = message(percent_agreement, table("xyzy", "xyxy"), **PLAIN)
    assert "coder 'c0', subject 2" in text and "'z'" in text


def test_a_category_that_nobody_uses_is_an_error():
    text = message(fleiss_kappa, table("xyxy", "xyxx"), categories=["x", "y", "z"], level=LEVEL)
    assert "category 'z'" in text and "no coder ever" in text


def test_coders_who_all_always_use_one_category_are_an_error():
    assert "all coders always" in message(fleiss_kappa, table("xxx", "xxx"), **PLAIN)


def test_a_third_coder_has_no_cohen_kappa():
    assert "3 coder(s)" in message(cohen_kappa, table("xy", "xy", "yx"), **COHEN)


def test_an_unknown_weighting_is_an_error_that_names_the_nearest():
    text = message(cohen_kappa, table("xy", "xy"), weighting="lineaire", **PLAIN)
    assert "'linear' (nearest)" in text


@pytest.mark.parametrize(
    ("codes", "categories"),
    [(table("xy"), "xy"), (table("x", "x"), "xy"), (table("xy", "xy"), "xx"),
     (table("xx", "xx"), "x"), (table("xy", "xy").set_axis(["a", "a"], axis=1), "xy")],
)  # fmt: skip
def test_too_few_or_repeated_subjects_coders_or_categories_are_an_error(codes, categories):
    text = message(percent_agreement, codes, categories=list(categories), level=LEVEL)
    assert "at least two of each" in text


@pytest.mark.parametrize("call", [percent_agreement, fleiss_kappa])
def test_a_level_in_percent_is_an_error(call):
    assert "'level'" in message(call, table("xy", "yx"), categories=["x", "y"], level=95)
