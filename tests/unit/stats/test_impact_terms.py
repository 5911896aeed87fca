"""What the impact models share: model matrix, table of coefficients, clustered covariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS

from obsante.errors import DataError
from obsante.stats.impact.clustered import cluster_codes, cluster_covariance, cluster_factor
from obsante.stats.impact.terms import coefficient_table, term_matrix


def _ols():
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    return OLS(np.array([1.0, 2.0, 2.0, 5.0, 4.0, 7.0]), x).fit()


def test_the_clustered_covariance_is_the_sandwich_of_cluster_sums():
    fit, x = _ols(), _ols().model.exog
    scores = x * fit.resid[:, None]
    sums = np.array([scores[:2].sum(0), scores[2:4].sum(0), scores[4:].sum(0)])
    bread = np.linalg.inv(x.T @ x)
    expected = 3 / 2 * 5 / 4 * bread @ sums.T @ sums @ bread
    np.testing.assert_allclose(cluster_covariance(fit, list("aabbcc")), expected)


CLUSTER_ERRORS = [
    ({"clusters": ["a"] * 6}, r"1 cluster \('a'\)"),
    ({"clusters": list("aabbc")}, "5 label.s."),
    ({"clusters": ["a", "b", None, "a", "b", "a"]}, "'region', row 2"),
]


@pytest.mark.parametrize(("options", "message"), CLUSTER_ERRORS)
def test_clusters_that_cannot_be_used_are_an_error(options, message):
    with pytest.raises(DataError, match=message):
        cluster_covariance(_ols(), name="region", **options)


def test_the_clustered_covariance_needs_more_rows_than_coefficients():
    with pytest.raises(DataError, match="4 observation.s. for 4"):
        cluster_factor(2, 4, 4)


def test_cluster_labels_of_any_type_become_codes():
    codes, count = cluster_codes(pd.Series([7, 3, 7], index=[9, 8, 7]), 3)
    assert (codes.tolist(), count) == ([1, 0, 1], 2)


TERM_ERRORS = [
    ({"x": [1.0, None, 2.0]}, ["x"], "term 'x', row 1"),
    ({"x": [1.0, 1.0, 1.0]}, ["x"], "the same value everywhere"),
    ({"x": [1.0, 2.0, 4.0], "z": [2.0, 4.0, 8.0]}, ["x", "z"], "leave out 'z'"),
    ({"x": [1.0, 2.0, 4.0]}, ["y"], "column 'y'"),
    ({"x": ["a", None, "b"]}, ["x"], "term 'x', row 1"),
]


@pytest.mark.parametrize(("data", "terms", "message"), TERM_ERRORS)
def test_terms_that_cannot_be_estimated_are_an_error(data, terms, message):
    with pytest.raises(DataError, match=message):
        term_matrix(pd.DataFrame(data), terms)


def test_the_first_declared_category_is_the_reference():
    kinds = pd.Categorical(["CS", "HOP", "CS"], categories=["HOP", "CS", "absente"])
    matrix = term_matrix(pd.DataFrame({"type": kinds}), ["type"])
    assert matrix.columns.tolist() == ["constante", "type[CS]"]


@pytest.mark.parametrize("variance", [0.0, 1e-20, np.nan])
def test_an_error_of_zero_but_for_rounding_is_refused_once_and_for_all(variance):
    with pytest.raises(DataError, match="coefficient 'b'\n.*standard error of zero"):
        coefficient_table(
            ["a", "b"], np.ones(2), np.diag([1.0, variance]), reference=np.eye(2), df=3,
            level=0.95, n=9, method="essai",
        )  # fmt: skip
