"""From a formula to a design matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.stats.models.terms import model_terms


def built(formula: str, data: pd.DataFrame, **reference: object):
    return model_terms(formula, data, reference=reference, inside=np.ones(len(data), dtype=bool))


DATA = pd.DataFrame(
    {
        "dme": [1.0, 0.0, 1.0, 0.0],
        "type": ["PRIV", "HOP", "ESSP", "HOP"],
        "année": [2022, 2023, 2024, 2022],
        "lits": [2.0, 30.0, 4.0, 10.0],
        "chef": [True, False, True, True],
    }
)


def test_the_reference_is_the_level_that_has_no_column():
    terms = built("dme ~ type", DATA, type="HOP")
    assert terms.names == ("constante", "type[ESSP]", "type[PRIV]")
    assert terms.x.tolist() == [[1, 0, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0]]


def test_a_number_with_a_reference_is_a_category():
    terms = built("dme ~ année", DATA, année=2023)
    assert terms.names == ("constante", "année[2022]", "année[2024]")


def test_an_ordered_category_keeps_its_order_after_the_reference():
    order = pd.Categorical(DATA["type"], ["PRIV", "HOP", "CHU", "ESSP"], ordered=True)
    terms = built("dme ~ type", DATA.assign(type=order), type="HOP")
    assert terms.names == ("constante", "type[PRIV]", "type[ESSP]")


def test_an_interaction_is_one_term_with_several_columns():
    terms = built("dme ~ type * lits", DATA, type="ESSP")
    assert terms.names[-2:] == ("type[HOP]:lits", "type[PRIV]:lits")
    assert terms.groups == ("constante", "type", "type", "lits", "type:lits", "type:lits")
    assert terms.x[1].tolist() == [1, 1, 0, 30, 30, 0]


def test_true_and_false_are_numbers():
    terms = built("dme ~ chef", DATA)
    assert terms.names == ("constante", "chef")
    assert terms.x[:, 1].tolist() == [1, 0, 1, 1]


def test_without_a_constant_each_level_has_its_column():
    terms = built("dme ~ type - 1", DATA, type="ESSP")
    assert terms.names == ("type[ESSP]", "type[HOP]", "type[PRIV]")


def test_a_level_that_no_complete_row_has_has_no_column():
    terms = built("dme ~ type", DATA.assign(dme=[np.nan, 0, 1, 1]), type="ESSP")
    assert terms.names == ("constante", "type[HOP]")
    assert terms.used.tolist() == [False, True, True, True]


def test_a_matrix_of_other_values_keeps_levels_and_transformations():
    terms = built("dme ~ type + log(lits) + center(lits)", DATA, type="ESSP")
    changed = terms.data.assign(lits=np.e)
    x = terms.matrix(changed)
    np.testing.assert_allclose(x[:, 3], 1.0)
    # The mean that was subtracted is that of the rows of the fit, not of the new values.
    np.testing.assert_allclose(x[:, 4], np.e - 11.5)
    np.testing.assert_array_equal(x[:, :3], terms.x[:, :3])


def test_the_formula_sees_no_variable_of_the_caller():
    lits_of_the_caller = np.arange(4)
    terms = built("dme ~ I(lits ** 2)", DATA)
    assert terms.x[:, 1].tolist() != lits_of_the_caller.tolist()
    assert terms.x[:, 1].tolist() == [4, 900, 16, 100]
