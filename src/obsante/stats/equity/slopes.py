"""Slope and relative indices of inequality: regressions of y on the weighted fractional rank.

b solves sum w (1, F)' (y - m(a + b F)) = 0, with m the inverse of the link. As the ranks are
estimated, the influence of a unit is that of the regression plus what the unit does to the
ranks of the others: with g the derivative of (1, F)' (y - m) along F::

    J^-1 [ (1, F)' (y - m) + E[g 1(R > r)] - E[g F] ],   J = E[m' (1, F)' (1, F)]

ties counting one half. Taking the ranks as known, as a plain regression does, gives another
standard error.

References: Mackenbach & Kunst, *Social Science & Medicine* 44 (1997), 757-771; Moreno-Betancur,
Latouche, Menvielle, Kunst & Rey, *Epidemiology* 26 (2015), 518-527.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.equity import sample as samples
from obsante.stats.equity.indices import positive_mean
from obsante.stats.equity.sample import Sample, Values
from obsante.stats.survey.design import SurveyDesign

SLOPE = "indice de pente (régression linéaire sur le rang), intervalle de Student"
RELATIVE = {
    "log": "indice relatif d'inégalité (rapport de moyennes), intervalle de Student du logarithme",
    "logit": "indice relatif d'inégalité (rapport de cotes), intervalle de Student du logarithme",
}
_FAMILIES = {"log": families.Poisson, "logit": families.Binomial}


def slope_index(
    design: SurveyDesign,
    y: Values,
    ranking: Values,
    *,
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Slope index of inequality: expected y at the top of the ranking minus at the bottom.

    The slope b of the weighted linear regression of y on the fractional rank (0 to 1), in the
    unit of y: proportion points for a 0/1 variable. A straight line is assumed.

    Arguments, result and errors as :func:`obsante.stats.equity.concentration_index`, but y may
    be negative or zero.

    >>> from obsante.stats.survey import survey_design
    >>> d = survey_design(pd.DataFrame({"w": [1.0, 1.0, 1.0]}), weights="w")
    >>> table = slope_index(d, [10.0, 12.0, 14.0], [1, 2, 3], level=0.95)
    >>> round(float(table["estimation"].iloc[0]), 6)
    6.0
    """
    sample = samples.ordered(samples.drawn(design, y, ranking, inside))
    centred = sample.rank - 0.5
    slope = sample.mean(centred * sample.y) / sample.mean(centred**2)
    expected = sample.mean(sample.y) + slope * centred
    influence = _influence(sample, slope, expected, np.ones_like(expected))
    return samples.row(sample, slope, influence, level, SLOPE)


def relative_index(
    design: SurveyDesign,
    y: Values,
    ranking: Values,
    *,
    link: str,
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Relative index of inequality: y at the top of the ranking over y at the bottom.

    exp(b), b the coefficient of the fractional rank; 1 is equality. The interval is built on b
    and carried to exp(b); ``erreur_type`` is that of exp(b), by the delta method.

    Args:
        link: ``log``, the ratio of expected values (log-linear regression, for y >= 0), or
            ``logit``, the odds ratio (0/1 only), farther from 1 unless y is rare.

    Other arguments and result as :func:`slope_index`.

    Raises:
        DataError: those of :func:`slope_index`; an unknown link; y negative, all zero, or for
            ``logit`` neither 0 nor 1; ranks that separate the zeros from the rest, so that the
            index has no finite value.
    """
    checks.choice(link, "link", RELATIVE)
    checks.probability(level, "level")
    sample = samples.ordered(samples.drawn(design, y, ranking, inside))
    _estimable(sample, link)
    slope, influence = _regression(sample, _FAMILIES[link]())
    return exponential(samples.row(sample, slope, influence, level, RELATIVE[link]))


def exponential(row: pd.DataFrame) -> pd.DataFrame:
    """The row of exp(b) from that of b: limits carried over, standard error by the delta method."""
    value = np.exp(row["estimation"])
    return row.assign(
        estimation=value,
        erreur_type=value * row["erreur_type"],
        borne_inf=np.exp(row["borne_inf"]),
        borne_sup=np.exp(row["borne_sup"]),
    )


def _regression(sample: Sample, family: families.Family) -> tuple[float, np.ndarray]:
    """Coefficient of the rank and the influence of each unit on it (n,)."""
    x = np.column_stack([np.ones_like(sample.rank), sample.rank])
    model = GLM(sample.y, x, family=family, var_weights=sample.weights / sample.weights.mean())
    with warnings.catch_warnings():
        # Separation is looked for beforehand; what is left is an exact fit, which is no problem.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = model.fit(maxiter=100, tol=1e-12, tol_criterion="params")
    _converged(sample, fit)
    slope = float(fit.params[1])
    return slope, _influence(sample, slope, fit.mu, 1 / family.link.deriv(fit.mu))


def _influence(
    sample: Sample, slope: float, expected: np.ndarray, derivative: np.ndarray
) -> np.ndarray:
    """Influence of each unit on the slope, from m and m' at each unit."""
    rank, residual = sample.rank, sample.y - expected
    x = np.column_stack([np.ones_like(rank), rank])
    weights = sample.weights / sample.weights.sum()
    bread = np.linalg.inv(x.T @ (x * (weights * derivative)[:, None]))
    scores = x * residual[:, None]
    tilt = slope * derivative
    for position, g in enumerate((-tilt, residual - rank * tilt)):
        scores[:, position] += sample.above(g) - sample.mean(g * rank)
    return scores @ bread[:, 1]


def _converged(sample: Sample, fit) -> None:
    if not fit.converged or not np.isfinite(fit.params).all():
        raise NotEstimable(
            f"regression of '{sample.name}' on its rank",
            reason="not_converged",
            found=f"no convergence after {fit.fit_history['iteration']} iterations",
            expected="a finite slope",
            remedy="use slope_index(), or look for values that dwarf the others",
        )


def _estimable(sample: Sample, link: str) -> None:
    """Raise a DataError where the index is 0 or infinite, or does not exist."""
    positive_mean(sample, "relative index")
    some = sample.ranking[sample.y > 0]
    none = sample.ranking[sample.y == 0]
    if link == "logit":
        checks.binary_values(sample.y, sample.name)
        separated = none.size == 0 or some.min() >= none.max() or some.max() <= none.min()
    else:
        ends = (sample.ranking.min(), sample.ranking.max())
        separated = some.min() == some.max() and some.min() in ends
    if separated:
        raise NotEstimable(
            f"relative index of '{sample.name}'",
            reason="separated",
            found="ranks that separate the zeros from the other values, or values that never vary",
            expected="zeros and other values that overlap along the ranking",
            remedy="publish slope_index() or erreygers_index(), which stay finite",
        )
