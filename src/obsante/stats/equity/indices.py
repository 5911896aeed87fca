"""Gini and concentration indices, with standard errors that know that ranks are estimated.

All come from the covariance of y and the fractional rank F: with mu the mean of y and
G = 2 cov(y, F) = 2 E[y F] - mu, an index is k(mu) G. The influence of a unit on G is::

    2 (y F + E[y 1(R > r)] - 2 E[y F]) - (y - mu)

where ties count one half; the second term is what a unit does to the ranks of the others. The
influence on the index adds G k'(mu) (y - mu).

References: Kakwani, Wagstaff & van Doorslaer, *Journal of Econometrics* 77 (1997), 87-103;
Langel & Tillé, *J. R. Statist. Soc. A* 176 (2013), 521-540; Heckley, Gerdtham & Kjellsson,
*Journal of Health Economics* 48 (2016), 89-106.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats.equity import sample as samples
from obsante.stats.equity.sample import Sample, Values
from obsante.stats.survey.design import SurveyDesign

GINI = "indice de Gini, intervalle de Student"
STANDARD = "indice de concentration, intervalle de Student"
ERREYGERS = "indice de concentration d'Erreygers, intervalle de Student"
WAGSTAFF = "indice de concentration de Wagstaff, intervalle de Student"


def gini(
    design: SurveyDesign, y: Values, *, level: float, inside: Values | None = None
) -> pd.DataFrame:
    """Gini index of ``y``: 0 where all are equal, near 1 where one unit holds everything.

    Gini = 2 cov(y, F(y)) / mean(y), F the weighted fractional rank of y itself. No correction
    for small samples is made: the index of n units is at most 1 - 1/n.

    Args:
        design: the sample, from ``survey_design``.
        y: one value for each row of the design, not negative; NaN where there is none.
        level: confidence level, in proportion.
        inside: True for the rows of the domain; everyone by default.

    Returns:
        One row: ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``ddl``, ``n``
        (units used), ``n_manquant`` (units of the domain without a value), ``methode``.

    Raises:
        DataError: a value is negative, the mean is zero, fewer than two values.

    >>> from obsante.stats.survey import survey_design
    >>> frame = pd.DataFrame({"w": [1.0, 1.0, 1.0, 1.0]})
    >>> d = survey_design(frame, weights="w")
    >>> float(gini(d, [0.0, 0.0, 0.0, 8.0], level=0.95)["estimation"].iloc[0])
    0.75
    """
    sample = samples.drawn(design, y, y, inside)
    return _relative(sample, level, GINI)


def concentration_index(
    design: SurveyDesign,
    y: Values,
    ranking: Values,
    *,
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Concentration index of ``y`` by ``ranking``: positive where the top ranks have more of it.

    C = 2 cov(y, F) / mean(y), between -1 and 1. Of a 0/1 variable it can only lie between
    mu - 1 and 1 - mu, so that it falls as the mean rises: publish :func:`erreygers_index` too.

    Args:
        ranking: what orders the units, the least advantaged first (income, wealth score, ...);
            ties share their mean rank.

    Other arguments, result and errors as :func:`gini`; a constant ``ranking`` is an error too.

    >>> from obsante.stats.survey import survey_design
    >>> d = survey_design(pd.DataFrame({"w": [1.0, 1.0, 1.0, 1.0]}), weights="w")
    >>> table = concentration_index(d, [8.0, 0.0, 0.0, 0.0], [1, 2, 3, 4], level=0.95)
    >>> float(table["estimation"].iloc[0])
    -0.75
    """
    sample = samples.ordered(samples.drawn(design, y, ranking, inside))
    return _relative(sample, level, STANDARD)


def erreygers_index(
    design: SurveyDesign,
    y: Values,
    ranking: Values,
    *,
    bounds: tuple[float, float],
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Erreygers' index of a bounded variable: 8 cov(y, F) / (b - a), between -1 and 1.

    It doesn't depend on the unit of y, and is the same, sign apart, for y and for its
    complement. Arguments, result and errors as :func:`concentration_index`.

    Args:
        bounds: lowest and highest possible values a and b of y, (0, 1) for a proportion; those
            of the scale, not those observed.

    Reference: Erreygers, *Journal of Health Economics* 28 (2009), 504-515.
    """
    sample = samples.ordered(samples.drawn(design, y, ranking, inside))
    low, high = _within(sample, bounds)
    return _index(sample, 4 / (high - low), 0.0, level, ERREYGERS)


def wagstaff_index(
    design: SurveyDesign,
    y: Values,
    ranking: Values,
    *,
    bounds: tuple[float, float],
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Wagstaff's index of a bounded variable: (b - a) 2 cov(y, F) / ((b - mu)(mu - a)).

    It reaches -1 and 1 at any mean, when all who have the most come before, or after, all who
    have the least. Arguments, result and errors as :func:`erreygers_index`; a mean on a bound
    is an error.

    Reference: Wagstaff, *Health Economics* 14 (2005), 429-432.
    """
    sample = samples.ordered(samples.drawn(design, y, ranking, inside))
    low, high = _within(sample, bounds)
    mean = sample.mean(sample.y)
    room = (high - mean) * (mean - low)
    if room <= 0:
        raise NotEstimable(
            f"Wagstaff index of '{sample.name}'",
            reason="no_variation",
            found=f"a mean of {mean:g}, on a bound of [{low:g}, {high:g}]",
            expected="a mean strictly between the bounds",
            remedy="no inequality can be measured where everyone has the same extreme value",
        )
    slope = -(high - low) * (low + high - 2 * mean) / room**2
    return _index(sample, (high - low) / room, slope, level, WAGSTAFF)


def _relative(sample: Sample, level: float, method: str) -> pd.DataFrame:
    mean = positive_mean(sample, method.split(",")[0])
    return _index(sample, 1 / mean, -1 / mean**2, level, method)


def _index(
    sample: Sample, factor: float, slope: float, level: float, method: str
) -> pd.DataFrame:
    """The row of k G, from k(mu) and k'(mu)."""
    y, rank = sample.y, sample.rank
    centred = y - sample.mean(y)
    # On centred values, so that a mean that is large beside the spread loses no digit.
    product = centred * rank
    covariance = sample.mean(product)
    influence = 2 * (product + sample.above(centred) - 2 * covariance) - centred
    absolute = 2 * covariance
    influence = factor * influence + absolute * slope * centred
    return samples.row(sample, factor * absolute, influence, level, method)


def positive_mean(sample: Sample, index: str) -> float:
    """Mean of values that are not negative and not all zero."""
    if (sample.y < 0).any():
        raise DataError(
            f"{index} of '{sample.name}'",
            found=f"{int((sample.y < 0).sum())} negative value(s), the lowest {sample.y.min():g}",
            expected="values that are not negative",
            remedy="use erreygers_index() with the bounds of the scale, or slope_index()",
        )
    mean = sample.mean(sample.y)
    if mean == 0:
        raise NotEstimable(
            f"{index} of '{sample.name}'",
            reason="no_variation",
            found=f"{len(sample.y)} values that are all zero",
            expected="a positive mean",
            remedy="publish that nobody has it; there is nothing to distribute",
        )
    return mean


def _within(sample: Sample, bounds: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(bound) for bound in bounds)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise _outside(sample, f"bounds {bounds}")
    outside = sample.y[(sample.y < low) | (sample.y > high)]
    if outside.size:
        first = f"the first {outside[0]:g}"
        raise _outside(sample, f"{outside.size} value(s) outside {bounds}, {first}")
    return low, high


def _outside(sample: Sample, found: str) -> DataError:
    return DataError(
        f"bounds of '{sample.name}'",
        found=found,
        expected="two finite numbers, the lower first, and all values between them",
        remedy="give the ends of the scale, or correct the values at the source",
    )
