"""Simple weighted estimates by domain, with the linearised variance of ``linearised``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.stats.linearised import (
    COLUMNS,
    by_domain,
    check_weights,
    counts,
    estimate_row,
    korn_graubard,
    members,
    ratio_influence,
    student_interval,
    variance_of,
)

KORN_GRAUBARD = "proportion pondérée, intervalle de Korn-Graubard"
SUM = "somme des poids"
STUDENT_MEAN = "moyenne pondérée, intervalle de Student"
STUDENT_RATIO = "ratio de totaux pondérés, intervalle de Student"
STUDENT_DIFFERENCE = "différence de proportions pondérées, intervalle de Student"


def proportion(
    answers: pd.DataFrame,
    weights: pd.Series,
    domains: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Weighted proportion (0 to 1), nationally then in each domain of each dimension.

    p_d = sum(w y) / sum(w) over the units of d with a valid answer. The interval is Korn and
    Graubard's: exact binomial limits with the effective size n* = p(1-p)/V, at most n.

    Args:
        answers: ``y`` and ``state`` per unit, from :func:`obsante.stats.binary`.
        weights: positive sampling weights, same index.
        domains: one column per dimension, same index.
        by: the dimensions wanted, columns of ``domains``.
        level: confidence level, in proportion.

    Returns:
        One row per domain, columns ``COLUMNS``; n = 0 gives NaN, never 0.

    Raises:
        DataError: a weight is missing or not positive, or a dimension is unknown.

    >>> a = pd.DataFrame({"y": [1.0, 0.0, 1.0, 0.0], "state": "valid"})
    >>> w = pd.Series([1.0, 1.0, 1.0, 1.0])
    >>> proportion(a, w, pd.DataFrame(index=a.index), level=0.95)["estimation"].tolist()
    [0.5]
    """
    ones = pd.Series(1.0, index=answers.index)

    def row(inside: np.ndarray) -> dict:
        n = int(inside.sum())
        value, z = ratio_influence(answers["y"], ones, weights, inside)
        variance = variance_of(z)
        low, high = korn_graubard(value, variance, n, level)
        return estimate_row(value, variance, low, high)

    return by_domain(row, answers, weights, domains, by, KORN_GRAUBARD)


def mean(
    answers: pd.DataFrame,
    weights: pd.Series,
    domains: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    level: float,
    bounds: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Weighted mean of ``y`` in its own unit, by domain; arguments as :func:`proportion`.

    Args:
        bounds: lowest and highest possible value of ``y``, where the interval is cut.
    """
    ones = pd.Series(1.0, index=answers.index)
    table = _ratio_table(answers, ones, weights, domains, by, level, STUDENT_MEAN)
    if bounds:
        ends = ["borne_inf", "borne_sup"]
        table[ends] = table[ends].clip(*bounds)
    return table


def ratio(
    answers: pd.DataFrame,
    denominator: pd.Series,
    weights: pd.Series,
    domains: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Ratio of two weighted totals, sum(w y) / sum(w x), by domain; x is ``denominator``.

    Units with a missing y or x leave both totals. Other arguments as :func:`proportion`.
    """
    usable = answers.assign(
        y=answers["y"].where(denominator.notna()),
        state=answers["state"].where(denominator.notna() | (answers["state"] != "valid"), "missing"),
    )
    return _ratio_table(usable, denominator, weights, domains, by, level, STUDENT_RATIO)


def total(
    weights: pd.Series, domains: pd.DataFrame, *, by: Sequence[str] = (), level: float
) -> pd.DataFrame:
    """Number of units that the sample stands for: the sum of the weights, by domain.

    Weights that reproduce the frame leave no sampling error, hence no interval, whatever
    ``level`` is; it is accepted so that every estimate is called alike.
    """
    check_weights(weights)
    everyone = pd.Series("valid", index=weights.index)
    rows = []
    for dimension, modality, member in members(domains, by):
        value = float(weights.to_numpy(dtype=float)[member].sum())
        exact = estimate_row(value, float("nan"), float("nan"), float("nan"))
        rows.append(
            {"dimension": dimension, "modalite": modality, "methode": SUM}
            | exact
            | counts(everyone, weights, member, member)
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def distribution(
    answers: pd.Series,
    categories: Sequence[str],
    weights: pd.Series,
    *,
    dimension: str,
    level: float,
    not_applicable: pd.Series | None = None,
) -> pd.DataFrame:
    """Share of each category among the valid answers; the shares add up to 1.

    Args:
        answers: one code per unit, missing where there is none.
        categories: every code that counts, in the order wanted.
        dimension: name given to the categories in the result.
        not_applicable: True where the question does not apply to the unit.
    """
    outside = pd.Series(False, index=answers.index) if not_applicable is None else not_applicable
    valid = answers.isin(list(categories)) & ~outside
    state = pd.Series("missing", index=answers.index).where(~valid, "valid")
    state = state.where(~outside, "not_applicable")
    empty = pd.DataFrame(index=answers.index)
    rows = []
    for category in categories:
        y = (answers == category).astype("float64").where(valid)
        frame = pd.DataFrame({"y": y, "state": state})
        row = proportion(frame, weights, empty, level=level)
        rows.append(row.assign(dimension=dimension, modalite=str(category)))
    return pd.concat(rows, ignore_index=True)


def difference(
    answers: pd.DataFrame,
    weights: pd.Series,
    first: pd.Series,
    second: pd.Series,
    *,
    level: float,
) -> pd.DataFrame:
    """Proportion in ``first`` minus proportion in ``second``, in proportion (-1 to 1), one row.

    The influence of a unit on the difference is the difference of its two influences, so the
    covariance of the two groups is in the variance.

    Args:
        first, second: True for the units of each group; a unit is in one at most.
    """
    check_weights(weights)
    ones = pd.Series(1.0, index=answers.index)
    valid = answers["y"].notna()
    groups = [(valid & group).to_numpy() for group in (first, second)]
    (p1, z1), (p2, z2) = (ratio_influence(answers["y"], ones, weights, g) for g in groups)
    inside = groups[0] | groups[1]
    variance = variance_of(z1 - z2)
    low, high = student_interval(p1 - p2, variance, min(int(g.sum()) for g in groups) - 1, level)
    row = estimate_row(p1 - p2, variance, low, high) | counts(
        answers["state"], weights, inside, (first | second).to_numpy()
    )
    row |= {"dimension": "ecart", "modalite": "ecart", "methode": STUDENT_DIFFERENCE}
    return pd.DataFrame([row], columns=COLUMNS)


def independent_difference(later: pd.Series, earlier: pd.Series, *, level: float) -> pd.DataFrame:
    """Later minus earlier estimate, their samples taken as independent, one row.

    V = V1 + V2: too wide where units answer both times alike, so that a change is found
    less often than it could be, never more.

    Args:
        later, earlier: rows of :func:`proportion` or :func:`mean`.
    """
    value = later["estimation"] - earlier["estimation"]
    variance = later["erreur_type"] ** 2 + earlier["erreur_type"] ** 2
    df = min(int(later["n"]), int(earlier["n"])) - 1
    low, high = student_interval(value, variance, df, level)
    row = estimate_row(value, variance, low, high) | {
        "n": int(later["n"]), "effectif": later["effectif"],
        "n_manquant": int(later["n_manquant"]), "n_sans_objet": int(later["n_sans_objet"]),
        "methode": STUDENT_DIFFERENCE,
    }  # fmt: skip
    return pd.DataFrame([row], columns=COLUMNS)


def _ratio_table(answers, denominator, weights, domains, by, level, method) -> pd.DataFrame:
    def row(inside: np.ndarray) -> dict:
        value, z = ratio_influence(answers["y"], denominator, weights, inside)
        variance = variance_of(z)
        low, high = student_interval(value, variance, int(inside.sum()) - 1, level)
        return estimate_row(value, variance, low, high)

    return by_domain(row, answers, weights, domains, by, method)
