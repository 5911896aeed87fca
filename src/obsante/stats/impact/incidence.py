"""Rates with exposure: counts of events over person-time, or any other number of units at risk.

Rates of groups with exact limits, and their exact ratio; the models with covariates are in
:func:`~obsante.stats.impact.rate_model`. A unit without exposure is not at risk: it has no rate,
and is refused rather than dropped.

References: Garwood, *Biometrika* 28 (1936), 437-442; Przyborowski & Wilenski, *Biometrika* 31
(1940), 313-323.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import beta as beta_law
from scipy.stats import binomtest, chi2

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import positive, probability, some_rows
from obsante.stats.impact.arguments import labels, measures, numbers

__all__ = ["counts", "exposures", "rate_ratio", "rates"]


def rates(
    frame: pd.DataFrame,
    *,
    events: str,
    exposure: str,
    scale: float,
    level: float,
    by: str | None = None,
) -> pd.DataFrame:
    """Rate of each group, sum of events over sum of exposure, with Garwood's exact limits.

    For an exhaustive register; for a sample, use :func:`obsante.stats.ratio`. Exposure summed
    over months is person-months. Limits chi2(a/2; 2d) / 2 and chi2(1 - a/2; 2d + 2) / 2 over the
    exposure T, for d events (none: 0 and -log(a/2) / T); too narrow when events come in clusters
    (see :func:`~obsante.stats.impact.overdispersion_test`).

    Args:
        frame: one row per unit at risk.
        events: column of counts.
        exposure: column of time or units at risk, all positive.
        scale: units of exposure in one unit of rate (1000 for a rate per 1000).
        level: confidence level.
        by: column of groups; None for the whole.

    Returns:
        One row per group: ``groupe``, ``evenements``, ``exposition``, ``estimation``,
        ``erreur_type`` (sqrt(d) / T), ``borne_inf``, ``borne_sup``, ``n``, ``methode``.

    Raises:
        DataError: a count that is not a whole number, an exposure that is not positive, a
            missing group, a wrong scale or level.

    >>> units = pd.DataFrame({"incidents": [3, 7], "mois": [50.0, 50.0]})
    >>> table = rates(units, events="incidents", exposure="mois", scale=100, level=0.95)
    >>> table[["estimation", "borne_inf", "borne_sup"]].round(2).iloc[0].tolist()
    [10.0, 4.8, 18.39]
    """
    probability(level, "level")
    positive(np.array([scale], dtype=float), "scale")
    numbers, times = counts(frame, events), exposures(frame, exposure)
    named = "ensemble" if by is None else labels(frame, by).array
    units = pd.DataFrame({"groupe": named, "evenements": numbers, "exposition": times, "n": 1})
    sums = units.groupby("groupe", observed=True, sort=True).sum().reset_index()
    d, per = sums["evenements"].to_numpy(), scale / sums["exposition"].to_numpy()
    low, high = _garwood(d, level)
    sums["estimation"], sums["erreur_type"] = d * per, np.sqrt(d) * per
    sums["borne_inf"], sums["borne_sup"] = low * per, high * per
    sums["methode"] = f"taux pour {scale:g}, intervalle exact de Garwood"
    order = ["groupe", "evenements", "exposition", "estimation", "erreur_type"]
    return sums[[*order, "borne_inf", "borne_sup", "n", "methode"]]


def counts(frame: pd.DataFrame, name: str) -> np.ndarray:
    """The counts of a column, as floats.

    Raises:
        DataError: no row, or a value that is missing, negative, infinite or not whole.

    >>> counts(pd.DataFrame({"y": [0, 2]}), "y").tolist()
    [0.0, 2.0]
    """
    values = numbers(frame, name, least=0)
    some_rows(values, name)
    broken = np.flatnonzero(values != np.floor(values))
    if len(broken):
        raise DataError(
            f"'{name}', row {broken[0]}",
            found=f"{values[broken[0]]:g}",
            expected="a count: 0, 1, 2, ...",
            remedy="a unit without event has 0; leave out units that were not observed",
        )
    return values


def exposures(frame: pd.DataFrame, name: str) -> np.ndarray:
    """The exposures of a column, as floats.

    Raises:
        DataError: a value that is missing, zero, negative or infinite.

    >>> exposures(pd.DataFrame({"t": [1, 2]}), "t").tolist()
    [1.0, 2.0]
    """
    values = measures(frame, name)
    positive(values, name)
    return values


def _garwood(d: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits of a Poisson mean of which ``d`` is observed."""
    tail = (1 - level) / 2
    low = np.where(d > 0, chi2.ppf(tail, np.maximum(2 * d, 1)) / 2, 0.0)
    return low, chi2.ppf(1 - tail, 2 * d + 2) / 2


def rate_ratio(events: Sequence[int], exposure: Sequence[float], *, level: float) -> pd.DataFrame:
    """Ratio of two rates, second over first, with exact conditional limits.

    Given the total d, d2 is binomial with p = R T2 / (T1 + R T2): Clopper & Pearson's limits of
    p, carried to R (Przyborowski & Wilenski 1940). Defined where the
    models are not, with no event in one of the groups: limits 0 or infinite. The p value is the
    exact binomial test of R = 1.

    Args:
        events, exposure: two counts and two exposures, the reference first.
        level: confidence level.

    Returns:
        One row: ``estimation`` (infinite when d1 = 0), ``borne_inf``, ``borne_sup``,
        ``p_valeur``, ``n`` (events), ``methode``.

    Raises:
        DataError: not two groups, a bad count or exposure, no event at all.

    >>> table = rate_ratio([10, 20], [100.0, 100.0], level=0.95)
    >>> table[["estimation", "borne_inf", "borne_sup"]].round(3).iloc[0].tolist()
    [2.0, 0.894, 4.785]
    """
    probability(level, "level")
    pair = pd.concat([pd.Series(events), pd.Series(exposure)], axis=1, keys=["events", "exposure"])
    d, times = counts(pair, "events"), exposures(pair, "exposure")
    total = int(d.sum())
    if len(pair) != 2 or total == 0:
        raise NotEstimable(
            "rate ratio", reason="too_few",
            found=f"{len(pair)} group(s), {total} event(s)",
            expected="two groups and at least one event",
            remedy="compare two groups that together have events",
        )  # fmt: skip
    (d1, d2), (t1, t2) = d, times
    tail = (1 - level) / 2
    low = beta_law.ppf(tail, d2, d1 + 1) if d2 > 0 else 0.0
    high = beta_law.ppf(1 - tail, d2 + 1, d1) if d1 > 0 else 1.0
    odds = [np.inf if p == 1 else p / (1 - p) * t1 / t2 for p in (d2 / total, low, high)]
    test = binomtest(int(d2), total, t2 / (t1 + t2))
    return pd.DataFrame(
        {
            "estimation": [odds[0]],
            "borne_inf": odds[1],
            "borne_sup": odds[2],
            "p_valeur": float(test.pvalue),
            "n": total,
            "methode": "rapport de taux, intervalle conditionnel exact",
        }
    )
