"""Oaxaca-Blinder: values by hand, Stata's published results, and errors against resampling.

Data: the synthetic professionals of tests/oracle (see r_values.py), and the credit-card data of
Greene (*Econometric Analysis*), as shipped with statsmodels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from r_values import frame
from statsmodels.datasets.ccard import load_pandas
from statsmodels.stats.oaxaca import OaxacaBlinder

from obsante.errors import DataError
from obsante.stats.models.decomposition import Comparison, threefold, twofold
from obsante.stats.models.ttest import two_sample_t_test
from obsante.stats.survey import survey_design

REFERENCES = ("group_a", "group_b", "pooled")
BY_SEX = {"by": "sex", "groups": ("M", "F")}
MEN_WOMEN = Comparison("skill", **BY_SEX, numeric=["age"], categorical=["prof", "milieu"])


@pytest.fixture(scope="module")
def workers():
    """Men and women of the same facilities: the groups' estimates are correlated."""
    return frame("professionals")


@pytest.fixture(scope="module")
def workers_design(workers):
    return survey_design(workers, weights="w", strata="region", psu="fac_id")


@pytest.fixture
def small():
    return pd.DataFrame(
        {
            "w": 1.0,
            "g": list("aaaabbbb"),
            "x": list("uuvvuvvv"),
            "y": [5.0, 3.0, 3.0, 1.0, 3.0, 1.0, 2.0, 3.0],
        }
    )


def total(table: pd.DataFrame) -> dict[str, float]:
    return table[table["terme"] == "total"].set_index("composante")["estimation"].to_dict()


def detail(table: pd.DataFrame, part: str) -> pd.Series:
    rows = table[(table["composante"] == part) & (table["terme"] != "total")]
    return rows.set_index("terme")["estimation"]


class ByHand:
    """The totals again, by least squares on plain dummies: gap, then two or three parts."""

    def __init__(self, data: pd.DataFrame) -> None:
        dummies = pd.get_dummies(data[["prof", "milieu"]], drop_first=True).to_numpy(dtype=float)
        self.x = np.column_stack([np.ones(len(data)), data["age"], dummies])
        self.professions = data["prof"].nunique() - 1
        self.man = (data["sex"] == "M").to_numpy()
        self.y = data["skill"].to_numpy()

    def slopes(self, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return np.linalg.solve(x.T @ (x * weights[:, None]), x.T @ (weights * self.y))

    def profession(self, weights: np.ndarray) -> np.ndarray:
        """Explained and unexplained share of the profession, pooled, in deviations."""
        w_a, w_b = weights * self.man, weights * ~self.man
        pooled = self.slopes(np.column_stack([self.x, self.man]), weights)
        b_a, b_b = self.slopes(self.x, w_a), self.slopes(self.x, w_b)
        at = slice(2, 2 + self.professions)
        star, b_a, b_b = (
            np.array([0.0, *b[at]]) - b[at].sum() / (1 + self.professions)
            for b in (pooled, b_a, b_b)
        )
        a, b = w_a @ self.x[:, at] / w_a.sum(), w_b @ self.x[:, at] / w_b.sum()
        a, b = np.array([1 - a.sum(), *a]), np.array([1 - b.sum(), *b])
        return np.array([(a - b) @ star, a @ (b_a - star) + b @ (star - b_b)])

    def totals(self, weights: np.ndarray, reference: str | None) -> np.ndarray:
        w_a, w_b = weights * self.man, weights * ~self.man
        mean_a, mean_b = w_a @ self.x / w_a.sum(), w_b @ self.x / w_b.sum()
        b_a, b_b = self.slopes(self.x, w_a), self.slopes(self.x, w_b)
        d, gap = mean_a - mean_b, w_a @ self.y / w_a.sum() - w_b @ self.y / w_b.sum()
        if reference is None:
            return np.array([gap, d @ b_b, mean_b @ (b_a - b_b), d @ (b_a - b_b)])
        pooled = self.slopes(np.column_stack([self.x, self.man]), weights)[:-1]
        explained = d @ {"group_a": b_a, "group_b": b_b, "pooled": pooled}[reference]
        return np.array([gap, explained, gap - explained])


def decompose(design, data, reference, inside=None, **change):
    what = replace(MEN_WOMEN, **change)
    if reference is None:
        return threefold(design, data, what, level=0.95, inside=inside)
    return twofold(design, data, what, reference=reference, level=0.95, inside=inside)


def test_a_single_variable_of_two_categories_by_hand(small):
    design = survey_design(small, weights="w")
    what = Comparison("y", by="g", groups=("a", "b"), categorical=["x"])
    # Means of y: a, 4 (u) and 2 (v), half each; b, 3 (u, a quarter) and 2 (v).
    table = twofold(design, small, what, reference="group_b", level=0.95)
    assert total(table) == pytest.approx({"écart": 0.75, "expliqué": 0.25, "inexpliqué": 0.5})
    assert detail(table, "inexpliqué").to_dict() == pytest.approx({"x": 0, "constante": 0.5})
    assert table["part"].tolist()[2:5] == pytest.approx([1, 1 / 3, 1 / 3])
    plain = replace(what, normalised=False)
    table = twofold(design, small, plain, reference="group_b", level=0.95)
    assert detail(table, "inexpliqué").to_dict() == pytest.approx({"x": -0.5, "constante": 1})


def test_the_means_and_the_gap_are_those_of_the_t_test(workers, workers_design):
    table = decompose(workers_design, workers, "pooled")
    t = two_sample_t_test(workers_design, workers, "skill", **BY_SEX, level=0.95).iloc[0]
    assert table.loc[:2, "estimation"].tolist() == pytest.approx(
        [t["moyenne_a"], t["moyenne_b"], t["estimation"]]
    )
    assert table.loc[2, "erreur_type"] == pytest.approx(t["erreur_type"])
    assert table.loc[:2, "n"].tolist() == [t["n_a"], t["n_b"], t["n"]]


@pytest.mark.parametrize("reference", [*REFERENCES, None])
def test_parts_add_up_to_the_gap_and_variables_to_their_part(workers, workers_design, reference):
    table = decompose(workers_design, workers, reference)
    gap, *parts = total(table).values()
    assert sum(parts) == pytest.approx(gap, abs=1e-12)
    assert_allclose([gap, *parts], ByHand(workers).totals(workers["w"].to_numpy(), reference))
    for part, value in list(total(table).items())[1:]:
        assert detail(table, part).sum() == pytest.approx(value, abs=1e-12)


@pytest.fixture(scope="module")
def few(workers):
    data = workers.iloc[:150]
    return data, survey_design(data, weights="w", psu="fac_id")


def moved(few, estimate):
    """Errors of the design for influences found by moving each weight a little."""
    data, design = few
    weights, step, z = data["w"].to_numpy(), 1e-4, []
    for row in range(len(data)):
        move = np.zeros(len(data))
        move[row] = weights[row] * step
        z.append((estimate(weights + move) - estimate(weights - move)) / (2 * step))
    return np.sqrt(np.diag(design.covariance(np.array(z))))


@pytest.mark.parametrize("reference", [*REFERENCES, None])
def test_errors_of_the_parts_are_those_of_influences_found_numerically(few, reference):
    data, design = few
    by_hand = ByHand(data)
    expected = moved(few, lambda weights: by_hand.totals(weights, reference))
    table = decompose(design, data, reference)
    assert_allclose(table[table["terme"] == "total"]["erreur_type"], expected, rtol=1e-6)


def test_the_detail_of_a_variable_and_its_errors_are_those_found_numerically(few):
    data, design = few
    by_hand = ByHand(data)
    table = decompose(design, data, "pooled")
    rows = table[table["terme"] == "prof"]
    assert_allclose(rows["estimation"], by_hand.profession(data["w"].to_numpy()), rtol=1e-9)
    assert_allclose(rows["erreur_type"], moved(few, by_hand.profession), rtol=1e-6)


def test_the_errors_are_near_those_of_the_jackknife(workers, workers_design):
    weights, psu = workers["w"].to_numpy(), workers["fac_id"].to_numpy()
    by_hand = ByHand(workers)
    whole = by_hand.totals(weights, "pooled")
    row_region = workers["region"].to_numpy()
    region = workers.groupby("fac_id")["region"].first()
    size = region.map(region.value_counts())
    variance = np.zeros(3)
    for unit, n in size.items():
        kept = (psu != unit) * np.where(row_region == region[unit], n / (n - 1), 1)
        once = by_hand.totals(weights * kept, "pooled")
        variance += (n - 1) / n * (once - whole) ** 2
    table = decompose(workers_design, workers, "pooled")
    found = table[table["terme"] == "total"]["erreur_type"]
    assert_allclose(found, np.sqrt(variance), rtol=0.01)


def test_statas_published_values_are_found_on_credit_cards():
    # Stata's `oaxaca avgexp age income incomesq, by(ownrent) [pooled]`, as quoted in the tests
    # of statsmodels; owners (1) minus tenants (0).
    cards = load_pandas()
    data = cards.data.assign(w=1.0)
    design = survey_design(data, weights="w")
    variables = ["AGE", "INCOME", "INCOMESQ"]
    what = Comparison("AVGEXP", by="OWNRENT", groups=(1, 0), numeric=variables)
    three = threefold(design, data, what, level=0.95)
    assert list(total(three).values()) == pytest.approx(
        [158.7504, 321.7482, 75.45371, -238.4515], abs=5e-5
    )
    two = twofold(design, data, what, reference="pooled", level=0.95)
    assert list(total(two).values()) == pytest.approx([158.7504, 130.8095, 27.94091], abs=5e-5)


def test_a_gap_has_the_degrees_of_freedom_of_its_smaller_group(workers, workers_design):
    what = Comparison("skill", by="sex", groups=("F", "M"), numeric=["age"])
    table = twofold(workers_design, workers, what, reference="pooled", level=0.95)
    own = [workers_design.degrees_of_freedom(workers["sex"] == sex) for sex in ("F", "M")]
    assert table["ddl"].tolist() == [*own, *[min(own)] * (len(table) - 2)]
    assert own[0] != own[1]


def test_equal_weights_give_the_estimates_of_statsmodels(workers):
    data = workers.assign(one=1.0, man=(workers["sex"] == "M").astype(float))
    design = survey_design(data, weights="one")
    x = pd.get_dummies(data["prof"], drop_first=True).assign(age=data["age"], man=data["man"])
    model = OaxacaBlinder(data["skill"], x.astype(float), "man", hasconst=False, swap=False)
    what = Comparison(
        "skill", by="man", groups=(0.0, 1.0), numeric=["age"], categorical=["prof"]
    )
    two = twofold(design, data, what, reference="pooled", level=0.95)
    three = threefold(design, data, what, level=0.95)
    unexplained, explained, gap = model.two_fold().params
    assert_allclose(list(total(two).values()), [gap, explained, unexplained], rtol=1e-8)
    endowments, coefficients, interaction, gap = model.three_fold().params
    expected = [gap, endowments, coefficients, interaction]
    assert_allclose(list(total(three).values()), expected, rtol=1e-8)


def test_the_normalised_detail_forgets_which_category_comes_first(workers, workers_design):
    renamed = workers.assign(prof=workers["prof"].replace({"infirmier": "aaa", "autre": "zzz"}))
    before, after = (decompose(workers_design, data, "pooled") for data in (workers, renamed))
    for column in ("estimation", "erreur_type"):
        assert_allclose(before[column], after[column], atol=1e-10)
    plain = [
        detail(decompose(workers_design, data, "pooled", normalised=False), "inexpliqué")
        for data in (workers, renamed)
    ]
    assert abs(plain[0]["prof"] - plain[1]["prof"]) > 1e-3


def test_an_incomplete_row_is_outside_and_keeps_its_primary_unit(workers, workers_design):
    data = workers.assign(age=workers["age"].where(workers["age"] > 25))
    missing = decompose(workers_design, data, "group_a")
    domain = decompose(workers_design, workers, "group_a", inside=workers["age"] > 25)
    assert missing.loc[2, "n"] == (workers["age"] > 25).sum() < len(workers)
    pd.testing.assert_frame_equal(missing, domain)


SMALL = Comparison("y", by="g", groups=("a", "b"), categorical=["x"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"by": "sexe"}, "column 'sexe'"),
        ({"groups": ("a", "z")}, "group 'z'"),
        ({"categorical": ["xx"]}, "column 'xx'"),
        ({"categorical": []}, "explanatory variables"),
        ({"categorical": ["x", "x"]}, "explanatory variable 'x'"),
        ({"categorical": ["x", "g"]}, "explanatory variable 'g'"),
        ({"numeric": ["x"], "categorical": []}, "column 'x'"),
        ({"numeric": ["one"]}, "term 'one', group 'a'"),
        ({"numeric": ["is_v"]}, r"term 'x\[v\]', group 'a'"),
        ({"categorical": ["one"]}, "column 'one'"),
        ({"categorical": ["only_a"]}, r"term 'only_a\[t\]', group 'b' of 'g'"),
    ],
)
def test_a_wrong_argument_is_named(small, change, message):
    data = small.assign(
        one=1.0, is_v=(small["x"] == "v") * 2.0, only_a=list("tuuvvuvu")
    )
    design = survey_design(data, weights="w")
    with pytest.raises(DataError, match=message):
        twofold(design, data, replace(SMALL, **change), reference="pooled", level=0.95)


def test_an_unknown_reference_and_a_level_in_percent_are_named(small):
    design = survey_design(small, weights="w")
    with pytest.raises(DataError, match="reference 'pool'"):
        twofold(design, small, SMALL, reference="pool", level=0.95)
    with pytest.raises(DataError, match="'level'"):
        threefold(design, small, SMALL, level=95)


def test_equal_means_have_nothing_to_decompose(small):
    small["y"] = [1.0, 2.0, 1.0, 2.0] * 2
    with pytest.raises(DataError, match="gap between 'a' and 'b'"):
        threefold(survey_design(small, weights="w"), small, SMALL, level=0.95)


def test_no_degree_of_freedom_is_an_error(small):
    design = survey_design(small.assign(psu=1), weights="w", psu="psu", lonely="certainty")
    with pytest.raises(DataError, match="degrees of freedom"):
        threefold(design, small, SMALL, level=0.95)
