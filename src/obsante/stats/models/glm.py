"""Generalised linear models on a survey: pseudo-maximum likelihood and linearised variance.

The coefficients estimate what the same model, with its canonical link, would give on the whole
population, whether or not the model is true. Limits: with few PSUs the linearised variance is too
small; rows with a missing variable are left out, as if their answers followed the same model.

References: Binder, *International Statistical Review* 51 (1983), 279-292; Skinner, in Skinner, Holt
& Smith (eds), *Analysis of Complex Surveys* (1989), 59-87; Lumley & Scott, *Statistical Science*
32 (2017), 265-278.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular
from scipy.stats import t as student_law
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.models.leastsquares import influence, refuse_collinear
from obsante.stats.models.rows import inside_rows
from obsante.stats.models.separation import separated
from obsante.stats.models.terms import Terms, model_terms
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.intervals import student

# Each family with its canonical link, its French name and that of its exponentiated coefficients.
FAMILIES = {
    "gaussian": (families.Gaussian, "régression linéaire", None),
    "binomial": (families.Binomial, "régression logistique", "rapport de cotes"),
    "poisson": (families.Poisson, "régression de Poisson", "rapport de taux"),
}
# A model with a finite estimate needs about ten steps. Where there is none, each step adds about 1
# to a linear predictor: thirty are enough to see it and too few to overflow.
_STEPS = 30


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model.

    Attributes:
        family: ``gaussian``, ``binomial`` or ``poisson``.
        level: confidence level of the intervals.
        n: rows used, without weights.
        df: PSUs minus strata among the rows used, plus 1, minus the number of coefficients.
        table: one row for each coefficient, on the scale of the linear predictor: ``terme``,
            ``estimation``, ``erreur_type``, ``statistique`` (t), ``p_valeur``, ``borne_inf``,
            ``borne_sup``, ``ddl``, ``n``, ``methode``. Without a positive df there is neither
            interval nor p-value, and ``methode`` says so.
        covariance: covariance of the coefficients (k, k), labelled by ``terme``.
        terms: outcome, design matrix and rows used.
        design: the survey design, whole.
        influence: (n, k), weight times influence of each row on each coefficient.
    """

    family: str
    level: float
    n: int
    df: int
    table: pd.DataFrame
    covariance: pd.DataFrame
    terms: Terms = field(repr=False)
    design: SurveyDesign = field(repr=False)
    influence: np.ndarray = field(repr=False)

    @property
    def coefficients(self) -> np.ndarray:
        """The k estimates."""
        return self.table["estimation"].to_numpy()


def glm(
    design: SurveyDesign,
    formula: str,
    frame: pd.DataFrame,
    *,
    family: str,
    level: float,
    reference: Mapping[str, object] | None = None,
    inside: np.ndarray | pd.Series | None = None,
    exposure: str | None = None,
) -> Fit:
    """A linear, logistic or Poisson regression on the population that the sample stands for.

    The coefficients solve sum_i w_i (y_i - mu_i) x_i = 0. Their covariance is that of the totals
    of w_i (y_i - mu_i) A^-1 x_i, where A = sum_i w_i mu'(eta_i) x_i x_i'. With few PSUs tests are too
    liberal: with 12, and a term constant within each, about 11 % of rejections at 5 %.

    Args:
        design: the sample; rows outside the domain stay in it with an influence of 0.
        formula: ``"dme ~ milieu + type"``, see :func:`model_terms`.
        frame: the design's rows, with a column for each variable. A row where one is missing
            leaves the domain.
        family: ``gaussian`` (identity; a 0/1 outcome then gives differences of proportions),
            ``binomial`` (0/1 outcome, logit) or ``poisson`` (counts, logarithm).
        level: confidence level, in proportion.
        reference: reference level of each categorical variable.
        inside: domain, all the rows by default.
        exposure: column of the exposure of a Poisson model (its logarithm is the offset).

    Raises:
        DataError: as :func:`model_terms`; also an outcome that does not suit the family or is
            constant, terms that separate the outcomes, no convergence.

    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 2.0, "y": [1.0, 3.0, 6.0, 8.0], "milieu": list("rruu")})
    >>> fit = glm(survey_design(data, weights="w"), "y ~ milieu", data, family="gaussian",
    ...           reference={"milieu": "r"}, level=0.95)
    >>> fit.table[["terme", "estimation"]].round(9).values.tolist()
    [['constante', 2.0], ['milieu[u]', 5.0]]
    """
    checks.probability(level, "level")
    _known(family, exposure)
    rows = inside_rows(design, frame, inside)
    terms = model_terms(formula, frame, reference=reference or {}, inside=rows, exposure=exposure)
    _suitable(terms, family)
    refuse_collinear(terms.x, design.weights[terms.used], terms.names)
    return _fit(design.answering(terms.used, rows & ~terms.used), terms, family, level)


def _fit(design: SurveyDesign, terms: Terms, family: str, level: float) -> Fit:
    """Estimates, their influence on the whole sample, their covariance and table."""
    weights = design.weights[terms.used]
    estimates = _estimates(terms, family, weights)
    mean, slope, _ = predicted(family, terms.x @ estimates + terms.offset)
    z = np.zeros((design.size, len(estimates)))
    z[terms.used] = influence(terms.x, weights * (terms.y - mean), weights * slope)
    covariance = design.covariance(z)
    df = design.degrees_of_freedom(terms.used) + 1 - len(estimates)
    size = int(terms.used.sum())
    table = inference(estimates, np.diag(covariance), df, level)
    table.insert(0, "terme", terms.names)
    table["n"] = size
    table["methode"] = method(f"{FAMILIES[family][1]}, variance linéarisée", df)
    labelled = pd.DataFrame(covariance, index=terms.names, columns=terms.names)
    return Fit(family, level, size, df, table, labelled, terms, design, z)


def inference(estimate: np.ndarray, variance: np.ndarray, df: int, level: float) -> pd.DataFrame:
    """Standard error, t statistic, p-value and Student interval of estimates (k,)."""
    se = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):  # a census has a standard error of 0
        statistic = estimate / se
    low, high = student(estimate, variance, df, level)
    p = 2 * student_law.sf(np.abs(statistic), df) if df > 0 else np.nan
    return pd.DataFrame(
        {"estimation": estimate, "erreur_type": se, "statistique": statistic, "p_valeur": p,
         "borne_inf": low, "borne_sup": high, "ddl": df}
    )  # fmt: skip


def method(text: str, df: int) -> str:
    """Name of a method, with the reason where there is no interval."""
    return text if df > 0 else f"{text} ; sans intervalle ni test, faute de degrés de liberté"


def predicted(family: str, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean of the outcome, first and second derivative, at a linear predictor (m,)."""
    link = FAMILIES[family][0]().link
    return link.inverse(eta), link.inverse_deriv(eta), link.inverse_deriv2(eta)


def _known(family: str, exposure: str | None) -> None:
    checks.choice(family, "family", FAMILIES)
    if exposure is not None and family != "poisson":
        raise DataError(
            f"exposure '{exposure}'",
            found=f"a {family} model",
            expected="a poisson model, the only one with an exposure",
            remedy="leave the exposure out, or choose family='poisson'",
        )


def _suitable(terms: Terms, family: str) -> None:
    """Raise a DataError unless the outcome suits the family and varies."""
    y, name = terms.y, f"outcome '{terms.outcome}'"
    if family == "binomial":
        checks.binary_values(y, terms.outcome)
    wrong = y[(y < 0) | (y != np.round(y))] if family == "poisson" else y[:0]
    if wrong.size:
        raise DataError(
            name,
            found=f"{wrong.size} value(s) that are no count, the first {wrong[0]:g}",
            expected="whole numbers, 0 or more",
            remedy="give the count as outcome and its denominator as exposure",
        )
    if (y == y[0]).all():
        raise NotEstimable(
            name,
            reason="no_variation",
            found=f"the same value, {y[0]:g}, on the {len(y)} rows of the model",
            expected="an outcome that varies",
            remedy="widen the domain, or publish the value without a model",
        )


def _estimates(terms: Terms, family: str, weights: np.ndarray) -> np.ndarray:
    """Coefficients by statsmodels, whose weighted score equations are the pseudo-likelihood's."""
    # Orthonormal columns make the steps as exact for years and their squares as for indicators.
    # The mean of the weights does not matter to the estimates; 1 keeps the numbers in range.
    basis, factor = np.linalg.qr(terms.x)
    model = GLM(
        terms.y, basis, family=FAMILIES[family][0](), offset=terms.offset,
        var_weights=weights / weights.mean(),
    )  # fmt: skip
    with warnings.catch_warnings():
        # Both come before an error of ours, or from a linear model that fits exactly.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        result = model.fit(maxiter=_STEPS, tol=1e-12, rtol=1e-10, tol_criterion="params")
    if result.converged and np.isfinite(result.params).all():
        return solve_triangular(factor, result.params)
    found = None if family == "gaussian" else separated(terms, counts=family == "poisson")
    raise NotEstimable(
        f"model '{terms.formula}'",
        reason="separated" if found else "not_converged",
        found=found or f"no convergence in {_STEPS} steps",
        expected="each level and each combination of terms with outcomes of both kinds",
        remedy="merge levels, take the term out, or leave the level out of the domain and say so",
    )
