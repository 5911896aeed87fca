"""Tests of contingency tables under a survey design: the second-order Rao-Scott correction.

Pearson's X2 of weighted proportions follows, under the hypothesis, a sum of chi-squares of one
degree of freedom, each weighed by a generalized design effect. Its mean and variance are matched
by the correction, and its law by an F whose degrees of freedom are fractions.

For independence, the observed proportions stand in the design effects, as in R's ``svychisq``;
with those expected under the hypothesis, a table far from it would get others.

References: Rao & Scott, *JASA* 76 (1981), 221-230, and *Annals of Statistics* 12 (1984), 46-60;
Thomas & Rao, *JASA* 82 (1987), 630-636, for the F form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import eigh, helmert
from scipy.stats import f as fisher_law

from obsante.errors import DataError, NotEstimable, nearest
from obsante.stats import checks
from obsante.stats.models.rows import categories, degrees_of_freedom, inside_rows
from obsante.stats.survey.design import SurveyDesign

METHOD = "Khi-deux de Rao-Scott au second ordre, forme F"
# An eigenvalue, or a sum, under this share of the largest possible one is a rounding error.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class TableTest:
    """Result of a test on a table.

    Attributes:
        test: one row with ``statistique`` (F), ``ddl``, ``ddl_residuel``, ``p_valeur``, ``khi2``
            (Pearson's, uncorrected), ``n`` (rows of the table) and ``methode``.
        proportions: weighted proportions of the cells, which sum to 1, with the labels of the
            categories; for a goodness of fit, with the proportions expected.
        design_effects: generalized design effects, the largest first; all near 1 where the
            design is worth a simple random sample.
    """

    test: pd.DataFrame
    proportions: pd.DataFrame
    design_effects: np.ndarray


def independence_test(
    design: SurveyDesign,
    frame: pd.DataFrame,
    rows: str,
    columns: str,
    *,
    inside: np.ndarray | pd.Series | None = None,
) -> TableTest:
    """Test that two categorical variables are independent in the population.

    With p the weighted proportions, X2 = n sum (p - p_r p_c)^2 / (p_r p_c). The design effects
    are the eigenvalues of (K' D^-1 K / n)^-1 (K' D^-1 V D^-1 K), where V is the covariance of p
    under the design, D = diag(p) and K spans the interactions. F = X2 / sum(delta) has
    d = sum(delta)^2 / sum(delta^2) and d (PSUs - strata) degrees of freedom.

    Args:
        design: the whole sample.
        frame: one row for each of the design's, in the same order.
        rows, columns: names of the variables, with the categories seen in the domain, or those
            declared. A row that misses one is left out, its PSU kept in the variance.
        inside: domain (n,), every row by default.

    Raises:
        DataError: a variable is unknown, has a single category or a declared one without row;
            too many cells are empty; nothing varies between PSUs; no df is left.

    Reference: Rao & Scott, *Annals of Statistics* 12 (1984), 46-60.

    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "a": list("xxyyxxyy"), "b": list("uvuvuuvv")})
    >>> result = independence_test(survey_design(data, weights="w"), data, "a", "b")
    >>> result.test[["khi2", "statistique", "ddl"]].round(3).values.tolist()
    [[2.0, 1.75, 1.0]]
    """
    inside = inside_rows(design, frame, inside)
    used = _answered(frame, rows, inside) & _answered(frame, columns, inside)
    design = design.answering(used, inside & ~used)
    left, across = _categories(frame[rows][used]), _categories(frame[columns][used])
    cell = np.full(design.size, -1)
    cell[used] = left.codes * np.int64(len(across.categories)) + across.codes
    shape = len(left.categories), len(across.categories)
    p = _proportions(design, cell, shape[0] * shape[1])
    table = p.reshape(shape)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    khi2 = used.sum() * ((table - expected) ** 2 / expected).sum()
    interactions = np.kron(helmert(shape[0]), helmert(shape[1])).T
    effects = _design_effects(design, cell, p, p, interactions, f"table '{rows}' x '{columns}'")
    axes = left.categories.rename(rows), across.categories.rename(columns)
    proportions = pd.DataFrame(table, *axes)
    return TableTest(_f_test(design, used, khi2, effects, METHOD), proportions, effects)


def goodness_of_fit_test(
    design: SurveyDesign,
    frame: pd.DataFrame,
    variable: str,
    expected: Mapping[object, float],
    *,
    inside: np.ndarray | pd.Series | None = None,
) -> TableTest:
    """Test that a categorical variable has given proportions in the population.

    X2 = n sum (p - pi)^2 / pi; the design effects are the eigenvalues of
    n (diag(pi) - pi pi')^-1 V on all categories but one (Rao & Scott, 1981); F as in
    :func:`independence_test`.

    Args:
        design, frame, inside: as :func:`independence_test`.
        variable: name of the variable.
        expected: proportion of each category, all positive, of sum 1 (a dict or a Series).

    Raises:
        DataError: the variable is unknown, a category is not expected, an expected proportion is
            not between 0 and 1 or their sum is not 1; or as :func:`independence_test`.

    Reference: Rao & Scott, *Annals of Statistics* 12 (1984), 46-60.

    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "a": list("xxxy")})
    >>> result = goodness_of_fit_test(survey_design(data, weights="w"), data, "a", {"x": 0.5, "y": 0.5})
    >>> result.proportions.values.tolist(), float(result.test.loc[0, "khi2"])
    ([[0.75, 0.5], [0.25, 0.5]], 1.0)
    """
    inside = inside_rows(design, frame, inside)
    used = _answered(frame, variable, inside)
    design = design.answering(used, inside & ~used)
    expected = dict(expected)
    target = _target(expected, variable)
    cell = np.full(design.size, -1)
    cell[used] = _places(frame[variable][used], list(expected))
    p = _proportions(design, cell, len(target))
    khi2 = used.sum() * ((p - target) ** 2 / target).sum()
    contrasts = helmert(len(target)).T
    effects = _design_effects(design, cell, p, target, contrasts, f"table '{variable}'")
    names = pd.Index(list(expected), name=variable)
    proportions = pd.DataFrame({"proportion": p, "attendue": target}, index=names)
    method = f"{METHOD} (ajustement)"
    return TableTest(_f_test(design, used, khi2, effects, method), proportions, effects)


def _answered(frame: pd.DataFrame, name: str, inside: np.ndarray) -> np.ndarray:
    used = inside & checks.column(frame, name).notna().to_numpy()
    checks.some_value(np.where(used, 1.0, np.nan), name)
    return used


def _categories(values: pd.Series) -> pd.Categorical:
    declared, coded = pd.Categorical(values).categories, categories(values)
    empty = declared[~declared.isin(coded.categories)]
    if len(empty):
        raise NotEstimable(
            f"category '{empty[0]}' of '{values.name}'",
            reason="no_data",
            found="no row in the domain",
            expected="at least one row in each category",
            remedy="merge it with another, or drop it with cat.remove_unused_categories()",
        )
    return coded


def _target(expected: Mapping[object, float], variable: str) -> np.ndarray:
    """The expected proportions, checked."""
    target = np.array([checks.probability(p, f"expected '{c}'") for c, p in expected.items()])
    if abs(target.sum() - 1) > 1e-9:
        raise DataError(
            f"expected proportions of '{variable}'",
            found=f"a sum of {target.sum():g}",
            expected="1",
            remedy="give the proportion of every category",
        )
    return target


def _places(values: pd.Series, labels: list) -> np.ndarray:
    places = pd.Index(labels).get_indexer(values)
    if (places < 0).any():
        stray = values[places < 0].iloc[0]
        raise DataError(
            f"column '{values.name}'",
            found=f"the category '{stray}', which has no expected proportion",
            expected=nearest(stray, labels),
            remedy="give its proportion, or leave its rows out with inside",
        )
    return places


def _proportions(design: SurveyDesign, cell: np.ndarray, cells: int) -> np.ndarray:
    totals = np.bincount(cell[cell >= 0], design.weights[cell >= 0], cells)
    return totals / totals.sum()


def _design_effects(
    design: SurveyDesign,
    cell: np.ndarray,
    p: np.ndarray,
    base: np.ndarray,
    contrasts: np.ndarray,
    name: str,
) -> np.ndarray:
    """Eigenvalues of the design's covariance of K' D^-1 p against a simple random sample's."""
    used = cell >= 0
    # An empty cell says nothing of its own variance: it is left out of D, as R does.
    scaled = contrasts / np.where(base > 0, base, np.inf)[:, None]
    random = contrasts.T @ scaled / used.sum()
    spread = np.linalg.eigvalsh(random)
    if spread[0] <= _ROUNDING * spread[-1]:
        raise NotEstimable(
            name,
            reason="too_few",
            found=f"{int((p == 0).sum())} empty cell(s) of {len(p)}, too many for the test",
            expected="a table whose interactions can all be estimated",
            remedy="merge categories",
        )
    z = np.zeros((design.size, contrasts.shape[1]))
    share = design.weights[used] / design.weights[used].sum()
    z[used] = share[:, None] * (scaled[cell[used]] - p @ scaled)
    effects = eigh(design.covariance(z), random, eigvals_only=True)[::-1]
    if effects.sum() <= _ROUNDING * len(effects):
        raise NotEstimable(
            name,
            reason="no_variation",
            found="no variance between primary units",
            expected="proportions that vary from one primary unit to another",
            remedy="leave the test out: the table is a census, or the same in every unit",
        )
    return effects


def _f_test(
    design: SurveyDesign, used: np.ndarray, khi2: float, effects: np.ndarray, method: str
) -> pd.DataFrame:
    df1 = effects.sum() ** 2 / (effects**2).sum()
    df2 = df1 * degrees_of_freedom(design, used)
    statistic = khi2 / effects.sum()
    row = {
        "statistique": statistic, "ddl": df1, "ddl_residuel": df2,
        "p_valeur": fisher_law.sf(statistic, df1, df2),
        "khi2": khi2, "n": int(used.sum()), "methode": method,
    }  # fmt: skip
    return pd.DataFrame([row])
