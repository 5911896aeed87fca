"""Cronbach's alpha and the statistics of each item.

References: Cronbach, *Psychometrika* 16 (1951), 297-334; Feldt, *Psychometrika* 30 (1965),
357-370; Yuan, Guarnaccia & Hayslip, *Educ. Psychol. Meas.* 63 (2003), 5-23.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import f as fisher

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.reliability.items import Scale, complete, reliability_row, table
from obsante.stats.survey.design import SurveyDesign

FELDT = "alpha de Cronbach, intervalle F de Feldt"
DESIGN = "alpha de Cronbach, intervalle de Student de log(1 - alpha)"
MISKEYED = "corrélation négative avec le reste : item à inverser ?"


def cronbach_alpha(
    items: pd.DataFrame, *, level: float, design: SurveyDesign | None = None
) -> pd.DataFrame:
    """Cronbach's alpha: k/(k - 1) (1 - sum of the items' variances / variance of their sum).

    Without a design, respondents are a simple random sample and the interval is Feldt's, exact
    for normal answers whose items are parallel: 1 - (1 - alpha) F. With a design, moments are
    weighted and the interval, built on log(1 - alpha), uses the design's variance; no law is
    assumed for the answers. ``erreur_type`` is linearised in both cases.

    Alpha is a lower bound of the reliability when errors are not correlated; it grows with the
    number of items, does not show that they measure one thing, and is negative where items
    oppose each other (see :func:`item_statistics`).

    Args:
        items: one numeric column for each item, coded in the same direction; a row with a
            missing answer is left out.
        level: confidence level, in proportion.
        design: the sample that the rows are, or None.

    Returns:
        One row: ``estimation`` (at most 1), ``erreur_type``, ``borne_inf``, ``borne_sup``,
        ``ddl`` (n - 1 without design), ``n_items``, ``n``, ``n_manquant``, ``methode``.

    Raises:
        DataError: fewer than two items, no more complete rows than items, an item that does not
            vary, items whose sum does not vary, items that are copies of each other.

    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 3, 5, 4]})
    >>> round(float(cronbach_alpha(answers, level=0.95)["estimation"].iloc[0]), 3)
    0.889
    """
    checks.probability(level, "level")
    scale = complete(items, design, minimum=2)
    value, influence = _alpha(scale)
    if design is not None:
        return reliability_row(scale, value, influence, level, DESIGN)
    variance, df = scale.variance_of(influence)
    n, k = scale.x.shape
    ratios = fisher.ppf([(1 + level) / 2, (1 - level) / 2], n - 1, (n - 1) * (k - 1))
    return table(scale, value, variance**0.5, 1 - (1 - value) * ratios, df, FELDT)


def item_statistics(items: pd.DataFrame, *, design: SurveyDesign | None = None) -> pd.DataFrame:
    """What each item does in its scale.

    Arguments and errors as :func:`cronbach_alpha`, with at least three items. Descriptive: no
    interval.

    Returns:
        One row for each item: ``terme``, ``moyenne`` and ``ecart_type`` (weighted, in points of
        the item), ``correlation_item_reste`` (with the sum of the other items, in which it is
        not), ``alpha_sans_item`` (alpha of the others), ``alerte`` (French sentence where the
        correlation is negative, else empty), ``n``.

    >>> columns = {"a": [1, 2, 3, 4, 5], "b": [2, 1, 3, 5, 5], "c": [3, 5, 2, 2, 1]}
    >>> item_statistics(pd.DataFrame(columns))["alerte"].ne("").tolist()
    [False, False, True]
    """
    scale = complete(items, design, minimum=3)
    covariance = scale.covariance
    variances = np.diag(covariance)
    with_rest = covariance.sum(axis=1) - variances
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + variances
    without = [np.delete(np.delete(covariance, j, 0), j, 1) for j in range(len(variances))]
    correlation = with_rest / np.sqrt(variances * _varying_rest(rest, scale.names))
    # n/(n - 1) as for a plain standard deviation.
    unbiased = len(scale.x) / (len(scale.x) - 1)
    return pd.DataFrame(
        {
            "terme": scale.names,
            "moyenne": np.average(scale.x, axis=0, weights=scale.weights),
            "ecart_type": np.sqrt(variances * unbiased),
            "correlation_item_reste": correlation,
            "alpha_sans_item": [_coefficient(matrix) for matrix in without],
            "alerte": np.where(correlation < 0, MISKEYED, ""),
            "n": len(scale.x),
        }
    )


def _coefficient(covariance: np.ndarray) -> float:
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def _alpha(scale: Scale) -> tuple[float, np.ndarray]:
    """Alpha and the influence of each row on it."""
    covariance, centred = scale.covariance, scale.centred
    items, total = np.trace(covariance), covariance.sum()
    _varying_rest(np.array([total]), ["all items"])
    k = len(covariance)
    on_items = (centred**2).sum(axis=1) - items
    on_total = centred.sum(axis=1) ** 2 - total
    influence = -k / (k - 1) * (on_items - items / total * on_total) / total
    return _imperfect(_coefficient(covariance), scale.names), influence


def _imperfect(value: float, names: list[str]) -> float:
    if 1 - value < 1e-12:
        raise NotEstimable(
            f"items {', '.join(names)}",
            reason="no_variation",
            found="the same answer to all of them in each row",
            expected="items that are not copies of each other",
            remedy="check that the columns are the items, and not one item several times",
        )
    return value


def _varying_rest(variances: np.ndarray, names: list[str]) -> np.ndarray:
    """The variances of sums of items, all positive."""
    flat = np.flatnonzero(variances <= 1e-12 * np.abs(variances).max())
    if flat.size:
        raise NotEstimable(
            f"sum of the items, '{names[flat[0]]}'",
            reason="no_variation",
            found="a sum that does not vary",
            expected="respondents who differ",
            remedy="look for an item that is the exact reverse of others",
        )
    return variances
