"""Lorenz and concentration curves, with pointwise intervals.

L(p) is the share of the total of y held by the first p of the population. Inside a group of
tied units y is spread evenly, so the curve is a broken line. With s the indicator of the units
below the rank p (a fraction for those that tie at p) and m(p) the mean of y at that rank, the
influence of a unit on L(p) is::

    (s (y - m) + m p - mu L) / mu - L (y - mu) / mu

On the Lorenz curve m(p) is the quantile itself. On the concentration curve it is estimated by
the slope of the curve around p, over a half-width h = 1.84 sd n^(-1/5) with sd = 1/sqrt(12)
that of the ranks; the interval depends little on it. Where the ranking has few values (fifths),
a p that falls on the border of two groups has two such means: the standard error is then only
indicative.

References: Kovačević & Binder, *Journal of Official Statistics* 13 (1997), 41-58; Bishop, Chow
& Formby, *International Economic Review* 35 (1994), 479-488; Jann, *Stata Journal* 16 (2016),
837-866.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.equity import sample as samples
from obsante.stats.equity.indices import positive_mean
from obsante.stats.equity.sample import Sample, Values
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.intervals import student

LORENZ = "courbe de Lorenz, intervalle de Student en chaque point"
CONCENTRATION = "courbe de concentration, intervalle de Student en chaque point"
_BANDWIDTH = 1.84 / 12**0.5


def lorenz_curve(
    design: SurveyDesign,
    y: Values,
    *,
    at: Sequence[float],
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Share of the total of ``y`` held by the units that have the least, at given shares.

    Args:
        design, y, level, inside: as :func:`obsante.stats.equity.gini`.
        at: shares p of the population, from 0 to 1, at which the curve is read.

    Returns:
        One row for each p: ``part_population`` (p), ``estimation`` (share of y, 0 to 1),
        ``erreur_type``, ``borne_inf``, ``borne_sup``, ``ddl``, ``n``, ``n_manquant``,
        ``methode``. The ends 0 and 1 are exact. The intervals hold point by point, not for
        the whole curve at once.

    Raises:
        DataError: a p outside 0 to 1, and those of :func:`obsante.stats.equity.gini`.

    >>> from obsante.stats.survey import survey_design
    >>> d = survey_design(pd.DataFrame({"w": [1.0, 1.0, 1.0, 1.0]}), weights="w")
    >>> lorenz_curve(d, [1.0, 1.0, 2.0, 4.0], at=[0, 0.5, 1], level=0.95)["estimation"].tolist()
    [0.0, 0.25, 1.0]
    """
    return _curve(samples.drawn(design, y, y, inside), at, level, LORENZ, width=0.0)


def concentration_curve(
    design: SurveyDesign,
    y: Values,
    ranking: Values,
    *,
    at: Sequence[float],
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Share of the total of ``y`` held by the units ranked first by ``ranking``.

    Above the diagonal the least advantaged have more than their share. Arguments, result and
    errors as :func:`lorenz_curve` and :func:`obsante.stats.equity.concentration_index`.
    """
    sample = samples.ordered(samples.drawn(design, y, ranking, inside))
    return _curve(sample, at, level, CONCENTRATION, width=_BANDWIDTH * len(sample.y) ** -0.2)


def _curve(
    sample: Sample, at: Sequence[float], level: float, method: str, width: float
) -> pd.DataFrame:
    checks.probability(level, "level")
    points = _shares(at)
    mean = positive_mean(sample, method.split(",")[0])
    codes, population, held = _broken_line(sample)
    value = np.interp(points, population, held)
    influence = np.column_stack(
        [_influence(sample, p, mean, codes, population, held, width) for p in points]
    )
    z = sample.scores(influence)
    variance = np.diag(sample.design.covariance(z))
    # At 0 and 1 the influence is zero up to rounding.
    variance = np.where((points == 0) | (points == 1), 0.0, variance)
    df = sample.degrees(z)
    limits = [np.clip(end, 0, 1) for end in student(value, variance, df, level)]
    table = samples.table(sample, value, np.sqrt(variance), limits, df, method)
    table.insert(0, "part_population", points)
    return table


def _broken_line(sample: Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Group of tied units of each unit; corners of the curve: share of population, share of y."""
    _, codes = np.unique(sample.ranking, return_inverse=True)
    population = np.cumsum(np.bincount(codes, sample.weights))
    held = np.cumsum(np.bincount(codes, sample.weights * sample.y))
    corner = [np.append(0.0, total / total[-1]) for total in (population, held)]
    return codes, *corner


def _influence(sample, p, mean, codes, population, held, width) -> np.ndarray:
    group = min(int(np.searchsorted(population[1:], p)), len(population) - 2)
    low, high = population[group], population[group + 1]
    below = np.where(codes < group, 1.0, 0.0)
    below[codes == group] = (p - low) / (high - low)
    # A group of ties wider than h has its own mean; narrower ones are smoothed together.
    own = high - low >= width
    start, end = (low, high) if own else (max(p - width, 0.0), min(p + width, 1.0))
    rise = np.diff(np.interp([start, end], population, held))[0] / (end - start)
    local = mean * rise
    value = float(np.interp(p, population, held))
    numerator = below * (sample.y - local) + local * p - mean * value
    return (numerator - value * (sample.y - mean)) / mean


def _shares(at: Sequence[float]) -> np.ndarray:
    try:
        points = np.asarray(at, dtype=float)
    except (TypeError, ValueError):
        points = np.array(np.nan)
    if points.ndim != 1 or not points.size or not ((points >= 0) & (points <= 1)).all():
        raise DataError(
            "'at'",
            found=f"{at}",
            expected="a list of shares of the population, from 0 to 1",
            remedy="give them in proportion: [0.2] for the first fifth",
        )
    return points
