"""What a regression refuses, and how the message names it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.errors import DataError
from obsante.stats.models.glm import glm
from obsante.stats.survey import survey_design


def sample() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    size = 60
    return pd.DataFrame(
        {
            "w": rng.uniform(1, 4, size),
            "type": np.tile(["ESSP", "HOP", "PRIV"], 20),
            "milieu": np.repeat(["rural", "urbain"], 30),
            "lits": rng.integers(1, 9, size).astype(float),
            "dme": rng.integers(0, 2, size).astype(float),
        }
    )


def refusal(data: pd.DataFrame, formula: str, family: str = "binomial", **options) -> DataError:
    design = survey_design(sample(), weights="w")
    with pytest.raises(DataError) as error:
        glm(design, formula, data, family=family, **({"level": 0.95} | options))
    return error.value


def test_a_level_where_every_answer_is_the_same_is_named():
    data = sample()
    data.loc[data["type"] == "HOP", "dme"] = 1.0
    error = refusal(data, "dme ~ type", reference={"type": "ESSP"})
    assert error.found == "type = 'HOP': its 20 outcome(s) are all 1"
    reference = refusal(data, "dme ~ type", reference={"type": "HOP"})
    assert reference.found == error.found


def test_a_number_that_separates_the_answers_is_named():
    data = sample().assign(age=lambda d: 30 + d["dme"] * 10 + d["lits"])
    found = refusal(data, "dme ~ age + lits").found
    assert found.startswith("age")
    assert found.endswith("separate(s) the outcomes")


def test_a_combination_of_levels_without_contrast_is_named():
    data = sample()
    cell = (data["type"] == "PRIV") & (data["milieu"] == "urbain")
    data.loc[cell, "dme"] = 0.0
    error = refusal(
        data, "dme ~ milieu * type", reference={"type": "ESSP", "milieu": "rural"}
    )
    assert error.found == "milieu[urbain]:type[PRIV] separate(s) the outcomes"


def test_a_level_with_no_event_has_no_rate():
    data = sample()
    data.loc[data["type"] == "HOP", "dme"] = 0.0
    error = refusal(data, "dme ~ type", family="poisson", reference={"type": "ESSP"})
    assert error.found == "type = 'HOP': its 20 outcome(s) are all 0"


def test_an_indicator_with_no_event_has_no_rate():
    data = sample().assign(seul=lambda d: (d.index == 4).astype(float))
    data.loc[4, "dme"] = 0.0
    assert refusal(data, "dme ~ seul", family="poisson").found == "seul separate(s) the outcomes"


def test_a_level_where_all_counts_are_equal_but_not_zero_is_no_separation():
    data = sample()
    data.loc[data["type"] == "HOP", "dme"] = 1.0
    fit = glm(
        survey_design(data, weights="w"), "dme ~ type", data, family="poisson", level=0.95,
        reference={"type": "ESSP"},
    )  # fmt: skip
    essp = data[data["type"] == "ESSP"]
    rate = np.average(essp["dme"], weights=essp["w"])
    assert fit.coefficients[1] == pytest.approx(-np.log(rate), rel=1e-9)


def test_a_term_that_others_determine_is_named_with_them():
    error = refusal(sample().assign(places=lambda d: 2 * d["lits"] + 1), "dme ~ lits + places")
    assert error.looked_at == "term 'places'"
    assert error.found == "it is determined by constante, lits"


def test_a_constant_variable_is_named():
    error = refusal(sample().assign(pays=3.0), "dme ~ pays")
    assert error.looked_at == "term 'pays'"
    assert "constante" in error.found


def test_a_variable_of_zeros_is_named():
    error = refusal(sample().assign(rien=0.0), "dme ~ rien")
    assert "all its values are 0" in error.found


def test_an_outcome_that_is_not_binary_is_refused():
    error = refusal(sample(), "lits ~ dme")
    assert "'lits'" in error.looked_at
    assert "neither 0 nor 1" in error.found


@pytest.mark.parametrize("value", [-1.0, 0.5])
def test_an_outcome_that_is_no_count_is_refused(value):
    error = refusal(sample().assign(cas=value), "cas ~ lits", family="poisson")
    assert error.looked_at == "outcome 'cas'"
    assert f"{value:g}" in error.found


def test_an_outcome_that_does_not_vary_is_refused():
    error = refusal(sample().assign(dme=1.0), "dme ~ lits")
    assert error.looked_at == "outcome 'dme'"
    assert "the same value, 1," in error.found


def test_an_infinite_outcome_is_refused():
    data = sample()
    data.loc[3, "lits"] = np.inf
    assert "infinite" in refusal(data, "lits ~ dme", family="gaussian").found


def test_a_domain_without_a_complete_row_names_the_variable_that_is_missing():
    error = refusal(sample().assign(age=np.nan), "dme ~ lits + age")
    assert "'age' is missing on 60" in error.found
    assert "none of the domain's 60 row(s)" in error.found


def test_an_empty_domain_is_refused():
    error = refusal(sample(), "dme ~ lits", inside=np.zeros(60, dtype=bool))
    assert error.looked_at == "'inside'"


def test_rows_that_are_not_the_designs_are_refused():
    error = refusal(sample().iloc[:50], "dme ~ lits")
    assert "50 row(s)" in error.found


def test_an_unknown_variable_names_the_nearest():
    error = refusal(sample(), "dme ~ lit")
    assert error.looked_at == "column 'lit'"
    assert "'lits' (nearest)" in error.expected


def test_a_category_without_a_reference_is_refused():
    error = refusal(sample(), "dme ~ type")
    assert error.looked_at == "column 'type'"
    assert "reference={'type': ...}" in error.remedy


def test_a_reference_that_no_row_has_names_the_nearest():
    error = refusal(sample(), "dme ~ type", reference={"type": "ESP"})
    assert error.looked_at == "reference 'ESP' of 'type'"
    assert "'ESSP' (nearest)" in error.expected


def test_a_reference_of_a_variable_outside_the_formula_is_refused():
    error = refusal(sample(), "dme ~ lits", reference={"milieu": "rural"})
    assert error.looked_at == "reference of 'milieu'"


def test_a_category_with_one_level_in_the_domain_is_refused():
    data = sample()
    rural = (data["milieu"] == "rural").to_numpy()
    error = refusal(data, "dme ~ milieu", reference={"milieu": "rural"}, inside=rural)
    assert "one level only, 'rural', on the 30 row(s)" in error.found


def test_a_text_as_outcome_is_refused():
    error = refusal(sample(), "milieu ~ lits")
    assert error.looked_at == "column 'milieu'"
    assert "stats.binary()" in error.remedy


@pytest.mark.parametrize(
    "formula",
    ["dme ~ lits +", "lits", "dme ~ 0", "log(dme) ~ lits", "dme + lits ~ w", "dme ~ C(type)",
     "dme ~ lits | w", "dme ~ log(lits, 1, 2, 3)"],
)  # fmt: skip
def test_a_formula_that_says_no_model_is_refused(formula):
    assert refusal(sample(), formula).looked_at == f"formula '{formula}'"


def test_the_logarithm_of_zero_names_its_row():
    data = sample()
    data.loc[7, "lits"] = 0.0
    error = refusal(data, "dme ~ log(lits)")
    assert error.looked_at == "term 'log(lits)', row 7"


def test_an_unknown_family_is_refused():
    assert "'binomial' (nearest)" in refusal(sample(), "dme ~ lits", family="binomail").expected


def test_a_level_in_percent_is_refused():
    assert refusal(sample(), "dme ~ lits", level=95).looked_at == "'level'"


def test_an_exposure_is_for_counts():
    assert "'lits'" in refusal(sample(), "dme ~ milieu", exposure="lits").looked_at


def test_an_exposure_of_zero_is_refused():
    data = sample().assign(heures=1.0)
    data.loc[1, "lits"] = np.nan
    data.loc[4, "heures"] = 0.0
    error = refusal(data, "dme ~ lits", family="poisson", exposure="heures")
    assert error.looked_at == "'heures', row 4"
