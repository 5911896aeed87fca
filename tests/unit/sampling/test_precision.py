"""Expected precision, domain by domain, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_law

from obsante import stats
from obsante.errors import DataError
from obsante.stats.sampling import (
    against_estimates,
    clustering_effect,
    domains,
    expected_intervals,
    expected_precision,
)

# Stratum a: 40 units, 10 of them in the domain r; stratum b: 20 units, all in u.
FRAME = pd.DataFrame({"h": ["a"] * 40 + ["b"] * 20, "d": ["r"] * 10 + ["u"] * 50})


@pytest.fixture
def plan():
    return domains(FRAME, strata="h", by=["d"])


def rows(table: pd.DataFrame) -> dict[str, dict]:
    return table.set_index("modalite").to_dict("index")


def test_domains_count_the_frame_by_stratum(plan):
    assert plan.labels.to_numpy().tolist() == [["national", "national"], ["d", "r"], ["d", "u"]]
    assert plan.counts.tolist() == [[40, 20], [10, 0], [30, 20]]
    assert plan.parts.tolist() == [[1, 1], [0.25, 0], [0.75, 1]]
    assert plan.where(["d"]).tolist() == [False, True, True]


def test_categories_keep_their_order():
    frame = FRAME.assign(d=pd.Categorical(FRAME["d"], ["u", "r"]))
    assert domains(frame, strata="h", by=["d"]).labels["modalite"].tolist()[1:] == ["u", "r"]


def test_a_stratified_proportion(plan):
    # V = sum (N_h/N)^2 (1/n_h - 1/N_h) N_h/(N_h-1) / 4, df = 15 - 2.
    found = rows(expected_precision(plan, [10, 5], level=0.95))["national"]
    a = (40 / 60) ** 2 * (1 / 10 - 1 / 40) * 40 / 39 / 4
    b = (20 / 60) ** 2 * (1 / 5 - 1 / 20) * 20 / 19 / 4
    assert found["erreur_type"] == pytest.approx(math.sqrt(a + b))
    assert found["ddl"] == 13
    assert found["demi_largeur"] == pytest.approx(student_law.ppf(0.975, 13) * math.sqrt(a + b))
    assert (found["effectif"], found["tires"], found["reponses"]) == (60, 15, 15)


def test_a_domain_that_cuts_a_stratum(plan):
    # 2.5 of the ten units drawn in a are expected in r; a part q of a stratum has the variance
    # q p (1 - p) of y - p, zero outside the domain.
    found = rows(expected_precision(plan, [10, 5], level=0.95))["r"]
    variance = (40 / 10) ** 2 * (1 / 10 - 1 / 40) * 40 / 39 * 0.25 / 4
    assert found["erreur_type"] == pytest.approx(math.sqrt(variance))
    assert (found["reponses"], found["ddl"]) == (2.5, 1.5)


def test_shares_that_differ_by_stratum(plan):
    # p = (40 x 0.2 + 20 x 0.8) / 60 = 0.4 in the whole, whose strata lie whole in it.
    found = rows(expected_precision(plan, [10, 5], level=0.95, share=[0.2, 0.8]))
    a = (40 / 60) ** 2 * (1 / 10 - 1 / 40) * 40 / 39 * 0.16
    b = (20 / 60) ** 2 * (1 / 5 - 1 / 20) * 20 / 19 * 0.16
    assert found["national"]["estimation"] == pytest.approx(0.4)
    assert found["national"]["erreur_type"] == pytest.approx(math.sqrt(a + b))
    # In u: p = (30 x 0.2 + 20 x 0.8) / 50 = 0.44; in a, q = 3/4 and p_a - p = -0.24.
    a = (40 / 50) ** 2 * (1 / 10 - 1 / 40) * 40 / 39
    a *= 0.75 * (0.16 + 0.24**2) - 0.75**2 * 0.24**2
    b = (20 / 50) ** 2 * (1 / 5 - 1 / 20) * 20 / 19 * 0.16
    assert found["u"]["erreur_type"] == pytest.approx(math.sqrt(a + b))


def test_non_response_leaves_fewer_answers_but_two(plan):
    found = expected_precision(plan, [10, 2], level=0.95, response=[0.8, 0.5])
    assert found["reponses"].tolist() == [10, 2, 8]
    # Eight answers of ten drawn are as eight drawn that all answer.
    fewer = expected_precision(plan, [8, 2], level=0.95)
    assert found["demi_largeur"].to_numpy() == pytest.approx(fewer["demi_largeur"].to_numpy())


def test_a_census_that_answers_is_exact_and_one_that_does_not_is_not(plan):
    assert expected_precision(plan, [40, 20], level=0.95)["demi_largeur"].tolist() == [0, 0, 0]
    partial = expected_precision(plan, [40, 20], level=0.95, response=0.9)
    assert (partial["demi_largeur"] > 0).all()


def test_without_degree_of_freedom_there_is_no_half_width(plan):
    found = rows(expected_precision(plan, [4, 2], level=0.95))
    assert math.isnan(found["r"]["demi_largeur"])  # One answer expected, in one stratum.
    normal = rows(expected_precision(plan, [4, 2], level=0.95, student=False))
    assert normal["r"]["demi_largeur"] > 0


def test_kish_effect_of_unequal_weights(plan):
    # Weights 4 (ten answers) and 10 (two): 12 (10 x 16 + 2 x 100) / 60^2 = 1.2.
    found = rows(expected_precision(plan, [10, 2], level=0.95))["national"]
    assert found["effet_plan"] == pytest.approx(1.2)
    assert found["taille_effective"] == pytest.approx(10)


def test_intervals_to_publish_surround_the_share_within_its_bounds(plan):
    found = expected_intervals(expected_precision(plan, [4, 3], level=0.95, share=0.1))
    first = found.iloc[0]
    assert first["borne_inf"] == 0
    assert first["borne_sup"] > 0.2
    assert found["n"].tolist() == [7, 1, 6]
    assert set(found.columns) <= {*stats.COLUMNS, "effectif"}


def test_promises_beside_estimates(plan):
    promised = expected_precision(plan, [10, 5], level=0.95)
    estimates = pd.DataFrame({
        "dimension": ["national", "d", "d"], "modalite": ["national", "u", "r"],
        "estimation": [0.5, 0.2, 0.9], "borne_inf": [0.4, 0.1, 0.8], "borne_sup": [0.7, 0.4, 1.0],
        "n": [14, 12, 2],
    })  # fmt: skip
    found = rows(against_estimates(promised, estimates))
    assert found["u"]["au_niveau"] == pytest.approx(found["u"]["demi_largeur"] * 0.8)
    assert found["r"]["obtenue"] == pytest.approx(0.1)
    assert found["national"]["au_niveau"] == pytest.approx(found["national"]["demi_largeur"])
    with pytest.raises(DataError, match="d = r"):
        against_estimates(promised, estimates.head(2))


def test_clusters_of_unequal_takes():
    # (16 + 4 + 4) / 8 = 3 units seen by an average one: 1 + 2 x 0.1.
    assert clustering_effect([4, 2, 2], 0.1) == pytest.approx(1.2)
    assert clustering_effect([1, 1], 0.5) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"drawn": [0, 5]}, "'drawn'"),
        ({"drawn": [41, 5]}, "'drawn'"),
        ({"drawn": [np.nan, 5]}, "'drawn'"),
        ({"drawn": [5]}, "expected: 2"),
        ({"response": 1.2}, "'response'"),
        ({"response": 0}, "'response'"),
        ({"share": [0.5, 1.0]}, "'share'"),
        ({"level": 95}, "'level'"),
    ],
)
def test_what_is_out_of_bounds_is_named(plan, change, said):
    arguments = {"drawn": [10, 5], "level": 0.95} | change
    with pytest.raises(DataError) as raised:
        expected_precision(plan, arguments.pop("drawn"), **arguments)
    assert said in str(raised.value)


def test_a_frame_without_units_or_with_unknown_places_is_refused(plan):
    with pytest.raises(DataError, match="no unit"):
        domains(FRAME.head(0), strata="h")
    with pytest.raises(DataError, match="1 missing value"):
        domains(pd.DataFrame({"h": ["a", None]}), strata="h")
    with pytest.raises(DataError, match="column 'm'"):
        domains(FRAME, strata="h", by=["m"])
    with pytest.raises(DataError, match="dimension 'm'"):
        plan.where(["m"])


@pytest.mark.parametrize(("takes", "correlation"), [([0, 2], 0.1), ([2, 2], 1.0), ([2], -0.1)])
def test_clusters_out_of_bounds_are_refused(takes, correlation):
    with pytest.raises(DataError):
        clustering_effect(takes, correlation)
