"""Reading the coefficients of a model: odds and rate ratios, tests of whole terms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import f as fisher_law

from obsante.errors import DataError, NotEstimable, nearest
from obsante.stats.models.glm import FAMILIES, Fit, method
from obsante.stats.models.terms import CONSTANT


def ratios(fit: Fit) -> pd.DataFrame:
    """Odds ratios of a logistic model, rate ratios of a Poisson one: exp(coefficient).

    The limits are those of the coefficient, exponentiated. The constant is left out: its
    exponential is an odds or a rate, no ratio.

    Returns:
        ``terme``, ``estimation``, ``borne_inf``, ``borne_sup``, ``p_valeur`` (of a ratio of 1),
        ``ddl``, ``n``, ``methode``.

    Raises:
        DataError: the model is linear: its coefficients are differences.
    """
    name = FAMILIES[fit.family][2]
    if name is None:
        raise DataError(
            f"ratios of the model '{fit.terms.formula}'",
            found="a linear regression, whose coefficients are differences",
            expected="a binomial or a poisson model",
            remedy="read fit.table, or fit the model with another family",
        )
    rows = fit.table[fit.table["terme"] != CONSTANT].reset_index(drop=True)
    limits = ["estimation", "borne_inf", "borne_sup"]
    table = rows[["terme", *limits, "p_valeur", "ddl", "n"]].copy()
    table[limits] = np.exp(rows[limits])
    return table.assign(methode=method(f"{name}, variance linéarisée", fit.df))


def wald(fit: Fit, terms: str | Sequence[str]) -> pd.DataFrame:
    """Wald's F test that all the coefficients of one or several terms are 0.

    With W = b' V^-1 b of q coefficients and d = ``fit.df``, F = (d - q + 1) / (d q) W has q and
    d - q + 1 degrees of freedom: the adjustment for a covariance that rests on few PSUs. For one
    coefficient it is the test of its t. R's ``regTermTest`` takes W / q with q and d, which finds
    far more effects than there are; with few PSUs this one still finds too many.

    Reference: Korn & Graubard, *The American Statistician* 44 (1990), 270-276.

    Args:
        fit: a model.
        terms: terms of the formula (``type``, ``milieu:type``) or single coefficients
            (``type[HOP]``).

    Returns:
        One row: ``terme``, ``statistique`` (F), ``ddl`` (q), ``ddl_residuel`` (d - q + 1),
        ``p_valeur``, ``methode``. Without a positive d - q + 1 there is neither F nor p-value, and
        ``methode`` says so.

    Raises:
        DataError: no term is given, one is not in the model, or the covariance of the coefficients
            is singular (more coefficients than the PSUs can tell apart).
    """
    wanted = [terms] if isinstance(terms, str) else list(terms)
    chosen = _chosen(fit, wanted)
    label, q = " + ".join(wanted), int(chosen.sum())
    df, quadratic = fit.df - q + 1, _quadratic(fit, chosen, label)
    statistic = quadratic * df / (fit.df * q) if df > 0 else np.nan
    row = {
        "terme": label, "statistique": statistic, "ddl": q, "ddl_residuel": df,
        "p_valeur": float(fisher_law.sf(statistic, q, df)),
        "methode": method("test F de Wald ajusté", df),
    }  # fmt: skip
    return pd.DataFrame([row])


def _chosen(fit: Fit, wanted: list[str]) -> np.ndarray:
    """The coefficients (k,) of the terms wanted."""
    if not wanted:
        raise DataError(
            f"Wald test in '{fit.terms.formula}'",
            found="no term",
            expected="at least one",
            remedy="name the terms to test",
        )
    chosen = np.zeros(len(fit.terms.names), dtype=bool)
    for term in wanted:
        matching = [term in pair for pair in zip(fit.terms.names, fit.terms.groups, strict=True)]
        if not any(matching):
            raise DataError(
                f"term '{term}'",
                found=f"no such term in '{fit.terms.formula}'",
                expected=nearest(term, dict.fromkeys([*fit.terms.groups, *fit.terms.names])),
                remedy="correct the name",
            )
        chosen |= matching
    return chosen


def _quadratic(fit: Fit, chosen: np.ndarray, label: str) -> float:
    """b' V^-1 b of the chosen coefficients, on standardised coefficients."""
    covariance = fit.covariance.to_numpy()[np.ix_(chosen, chosen)]
    se = np.sqrt(np.diag(covariance))
    scaled = covariance / np.outer(se, se) if (se > 0).all() else np.zeros_like(covariance)
    if np.linalg.matrix_rank(scaled, tol=1e-10) < len(se):
        raise NotEstimable(
            f"Wald test of '{label}'",
            reason="collinear",
            found=f"a singular covariance of its {len(se)} coefficient(s)",
            expected="more PSUs, beyond one for each stratum, than coefficients to test",
            remedy="test fewer coefficients, or merge levels",
        )
    standardised = fit.coefficients[chosen] / se
    return float(standardised @ np.linalg.solve(scaled, standardised))
