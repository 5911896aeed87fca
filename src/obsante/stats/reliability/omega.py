"""McDonald's omega: reliability of a sum of items that one factor explains.

The factor model Sigma = l l' + diag(psi) is fitted by maximum likelihood on the (weighted)
covariance of the items; omega = (sum l)^2 / ((sum l)^2 + sum psi). The influence of a row is
that of an M-estimate: J^-1 times its score, with J the derivative of the mean score, so that
the standard error holds for answers that are not normal and under a complex design.

References: McDonald, *Test Theory* (1999), ch. 6; Jöreskog, *Psychometrika* 32 (1967), 443-482;
Kelley & Pornprasertmanit, *Psychological Methods* 21 (2016), 69-92.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from statsmodels.multivariate.factor import Factor
from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.reliability.items import complete, reliability_row
from obsante.stats.survey.design import SurveyDesign

METHOD = "oméga de McDonald (un facteur, maximum de vraisemblance), intervalle de log(1 - oméga)"
# On the scale of items of variance 1.
_NEWTON_STEPS, _TOLERANCE, _DIFFERENCE, _NO_ERROR = 20, 1e-10, 1e-5, 1e-4


def mcdonald_omega(
    items: pd.DataFrame, *, level: float, design: SurveyDesign | None = None
) -> pd.DataFrame:
    """Omega total: share of the variance of the items' sum that their common factor explains.

    Unlike alpha it doesn't take the items to measure equally well. It supposes that one factor
    explains their correlations, which it does not test, and treats the codes of a Likert item
    as numbers. The Student interval is built on log(1 - omega).

    Arguments and result as :func:`obsante.stats.reliability.cronbach_alpha`.

    Raises:
        DataError: fewer than three items (the model is then not identified), no more complete
            rows than items, an item that does not vary or repeats others, an item without
            error of its own (Heywood case), no convergence.

    >>> rng = np.random.default_rng(1)
    >>> factor = rng.normal(size=(200, 1))
    >>> answers = pd.DataFrame(factor + rng.normal(size=(200, 4)), columns=list("abcd"))
    >>> row = mcdonald_omega(answers, level=0.95).iloc[0]
    >>> bool(row["borne_inf"] < 0.8 < row["borne_sup"])
    True
    """
    checks.probability(level, "level")
    scale = complete(items, design, minimum=3)
    deviation = np.sqrt(np.diag(scale.covariance))
    # The model is free of the items' units: deviations are constants that put them on one scale.
    standard = scale.centred / deviation
    correlation = scale.covariance / np.outer(deviation, deviation)
    parameters = _fit(correlation, scale.names)
    loadings, errors = np.split(parameters, 2)
    common, own = loadings @ deviation, errors @ deviation**2
    value = float(common**2 / (common**2 + own))
    gradient = np.concatenate([2 * (1 - value) * common * deviation, -value * deviation**2])
    gradient /= common**2 + own
    bread = np.linalg.solve(-_jacobian(parameters, correlation).T, gradient)
    influence = _row_scores(parameters, standard) @ bread
    return reliability_row(scale, value, influence, level, METHOD)


def _fit(correlation: np.ndarray, names: list[str]) -> np.ndarray:
    """Loadings then error variances (2k,) of the one-factor model, on the unit scale."""
    roots, vectors = np.linalg.eigh(correlation)
    if roots[0] < 1e-10:
        raise _unusable(names, "items that repeat each other: their correlations are singular")
    first = vectors[:, -1:] * roots[-1] ** 0.5
    start = (first, np.clip(1 - first[:, 0] ** 2, 0.05, None))
    with warnings.catch_warnings():
        # The Newton steps below decide whether the fit converged, and to what.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", EstimationWarning)
        fit = Factor(corr=correlation, n_factor=1, method="ml").fit(start=start, rng=0)
    parameters = np.concatenate([fit.loadings[:, 0], fit.uniqueness])
    _proper(parameters, names)
    for _ in range(_NEWTON_STEPS):
        step = np.linalg.solve(
            _jacobian(parameters, correlation), _mean_score(parameters, correlation)
        )
        parameters = parameters - step
        _proper(parameters, names)
        if np.abs(step).max() < _TOLERANCE:
            return parameters
    raise _unusable(names, f"no convergence after {_NEWTON_STEPS} Newton steps")


def _proper(parameters: np.ndarray, names: list[str]) -> None:
    errors = np.split(parameters, 2)[1]
    worst = int(np.argmin(errors))
    if not errors[worst] > _NO_ERROR:
        found = f"item '{names[worst]}' without error of its own (Heywood case)"
        raise _unusable(names, found)


def _unusable(names: list[str], found: str) -> DataError:
    return NotEstimable(
        f"one-factor model of {', '.join(names)}",
        reason="not_converged",
        found=found,
        expected="items that share one factor and each have an error",
        remedy="publish cronbach_alpha(), or look at item_statistics() for items to leave out",
    )


def _inverse(parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loadings, and the inverse of l l' + diag(psi)."""
    loadings, errors = np.split(parameters, 2)
    return loadings, np.linalg.inv(np.outer(loadings, loadings) + np.diag(errors))


def _mean_score(parameters: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Derivative of the mean log-likelihood (2k,)."""
    loadings, inverse = _inverse(parameters)
    misfit = inverse @ correlation @ inverse - inverse
    return np.concatenate([misfit @ loadings, np.diag(misfit) / 2])


def _row_scores(parameters: np.ndarray, standard: np.ndarray) -> np.ndarray:
    """Derivative of the log-likelihood of each row (n, 2k)."""
    loadings, inverse = _inverse(parameters)
    v = standard @ inverse
    on_loadings = v * (v @ loadings)[:, None] - inverse @ loadings
    return np.hstack([on_loadings, (v**2 - np.diag(inverse)) / 2])


def _jacobian(parameters: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Derivative of the mean score (2k, 2k), by central differences."""
    shifts = _DIFFERENCE * np.eye(len(parameters))
    return np.column_stack(
        [_mean_score(parameters + shift, correlation) - _mean_score(parameters - shift, correlation)
         for shift in shifts]
    ) / (2 * _DIFFERENCE)  # fmt: skip
