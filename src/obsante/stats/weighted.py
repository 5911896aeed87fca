"""Simple weighted estimates by domain.

For z_i = w_i u_i, u the influence of unit i on the estimate, over the n responding units::

    V = n / (n - 1) * sum_i (z_i - mean(z))**2

that is the linearised variance of a sample drawn with replacement. It uses the weights but
neither the strata nor the finite-population correction, so it errs on the wide side for a
stratified sample. Domains keep the whole sample: a unit outside the domain has u = 0.

References: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5;
Korn & Graubard, *Survey Methodology* 24 (1998), 193-201, for the interval of a proportion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from obsante.errors import DataError

NATIONAL = "national"
COLUMNS = [
    "dimension", "modalite", "estimation", "erreur_type", "borne_inf", "borne_sup",
    "n", "effectif", "n_manquant", "n_sans_objet", "methode",
]  # fmt: skip
KORN_GRAUBARD = "proportion pondérée, intervalle de Korn-Graubard"
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
        value, z = _ratio_influence(answers["y"], ones, weights, inside)
        variance = _variance(z)
        low, high = _korn_graubard(value, variance, n, level)
        return _row(value, variance, low, high)

    return _by_domain(row, answers, weights, domains, by, KORN_GRAUBARD)


def mean(
    answers: pd.DataFrame,
    weights: pd.Series,
    domains: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Weighted mean of ``y`` in its own unit, by domain; arguments as :func:`proportion`."""
    ones = pd.Series(1.0, index=answers.index)
    return _ratio_table(answers, ones, weights, domains, by, level, STUDENT_MEAN)


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
    _check_weights(weights)
    ones = pd.Series(1.0, index=answers.index)
    valid = answers["y"].notna()
    groups = [(valid & group).to_numpy() for group in (first, second)]
    (p1, z1), (p2, z2) = (_ratio_influence(answers["y"], ones, weights, g) for g in groups)
    inside = groups[0] | groups[1]
    variance = _variance(z1 - z2)
    low, high = _student(p1 - p2, variance, min(int(g.sum()) for g in groups) - 1, level)
    row = _row(p1 - p2, variance, low, high) | _counts(
        answers["state"], weights, inside, (first | second).to_numpy()
    )
    row |= {"dimension": "ecart", "modalite": "ecart", "methode": STUDENT_DIFFERENCE}
    return pd.DataFrame([row], columns=COLUMNS)


def _ratio_table(answers, denominator, weights, domains, by, level, method) -> pd.DataFrame:
    def row(inside: np.ndarray) -> dict:
        value, z = _ratio_influence(answers["y"], denominator, weights, inside)
        variance = _variance(z)
        low, high = _student(value, variance, int(inside.sum()) - 1, level)
        return _row(value, variance, low, high)

    return _by_domain(row, answers, weights, domains, by, method)


def _by_domain(
    row: Callable[[np.ndarray], dict],
    answers: pd.DataFrame,
    weights: pd.Series,
    domains: pd.DataFrame,
    by: Sequence[str],
    method: str,
) -> pd.DataFrame:
    _check_weights(weights)
    unknown = [name for name in by if name not in domains.columns]
    if unknown:
        raise DataError(
            f"dimension '{unknown[0]}'",
            found="no such column in the table",
            expected=f"one of {', '.join(map(str, domains.columns))}",
            remedy="correct the dimension in the notebook or in config/indicators",
        )
    rows = []
    for dimension, modality, member in _members(domains, by):
        inside = member & answers["y"].notna().to_numpy()
        rows.append(
            {"dimension": dimension, "modalite": modality, "methode": method}
            | row(inside)
            | _counts(answers["state"], weights, inside, member)
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _members(domains: pd.DataFrame, by: Sequence[str]):
    yield NATIONAL, NATIONAL, np.ones(len(domains), dtype=bool)
    for name in by:
        column = domains[name]
        categorical = isinstance(column.dtype, pd.CategoricalDtype)
        levels = column.cat.categories if categorical else sorted(column.dropna().unique())
        for value in levels:
            yield name, str(value), (column == value).to_numpy(dtype=bool, na_value=False)


def _ratio_influence(y, x, weights, inside) -> tuple[float, np.ndarray]:
    """R = sum(w y)/sum(w x) over ``inside`` and z_i = w_i (y_i - R x_i) / sum(w x)."""
    w = np.where(inside, weights.to_numpy(dtype=float), 0.0)
    y = np.where(inside, y.to_numpy(dtype=float), 0.0)
    x = np.where(inside, x.to_numpy(dtype=float), 0.0)
    total = float((w * x).sum())
    if total <= 0:
        return float("nan"), np.zeros(len(w))
    value = float((w * y).sum()) / total
    return value, w * (y - value * x) / total


def _variance(z: np.ndarray) -> float:
    n = len(z)
    return float(n / (n - 1) * ((z - z.mean()) ** 2).sum()) if n > 1 else float("nan")


def _korn_graubard(p: float, variance: float, n: int, level: float) -> tuple[float, float]:
    if n == 0:
        return float("nan"), float("nan")
    effective = min(n, p * (1 - p) / variance) if 0 < p < 1 and variance > 0 else float(n)
    low, high = proportion_confint(p * effective, effective, alpha=1 - level, method="beta")
    return (0.0 if p == 0 else float(low)), (1.0 if p == 1 else float(high))


def _student(value: float, variance: float, df: int, level: float) -> tuple[float, float]:
    if df <= 0 or not np.isfinite(variance):
        return float("nan"), float("nan")
    half = float(student.ppf((1 + level) / 2, df)) * variance**0.5
    return value - half, value + half


def _row(value: float, variance: float, low: float, high: float) -> dict:
    known = np.isfinite(value)
    error = variance**0.5 if known else float("nan")
    return {"estimation": value, "erreur_type": error, "borne_inf": low, "borne_sup": high}


def _counts(state: pd.Series, weights: pd.Series, inside: np.ndarray, member: np.ndarray) -> dict:
    return {
        "n": int(inside.sum()),
        "effectif": float(weights.to_numpy(dtype=float)[inside].sum()),
        "n_manquant": int(((state == "missing").to_numpy() & member).sum()),
        "n_sans_objet": int(((state == "not_applicable").to_numpy() & member).sum()),
    }


def _check_weights(weights: pd.Series) -> None:
    bad = ~(weights.to_numpy(dtype=float, na_value=np.nan) > 0)
    if bad.any():
        raise DataError(
            f"weights '{weights.name}', row {weights.index[bad][0]}",
            found=f"{int(bad.sum())} missing, zero or negative weight(s)",
            expected="a positive weight for each responding unit",
            remedy="keep the respondents only, or correct the weights at the source",
        )
