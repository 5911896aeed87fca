"""Checks of parallel trends and of the design: leads, false dates, false treated units.

None of them proves parallel trends. A test of leads often has little power against the trends
that matter, and publishing only what passes it distorts the estimate (Roth, *American Economic
Review: Insights* 4 (2022), 305-322). They can refute; they cannot confirm.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import f as fisher_law
from scipy.stats import ncf

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import probability
from obsante.stats.impact.arguments import whole
from obsante.stats.impact.cohorts import CohortPanel
from obsante.stats.impact.imputation import estimates, leave_one_out
from obsante.stats.impact.jackknife import jackknife_covariance
from obsante.stats.impact.staggered import effect_table

__all__ = ["placebo_dates", "placebo_units", "pre_trend_test"]

_CAUTION = "ne pas rejeter ne prouve pas les tendances parallèles (Roth 2022)"


def pre_trend_test(panel: CohortPanel, *, leads: int, level: float, power: float) -> pd.DataFrame:
    """Joint test that the last ``leads`` periods before entry show no effect.

    Leads' coefficients g as in :func:`~obsante.stats.impact.event_study`; V from the
    jackknife by cluster. F = (G - K) / (K (G - 1)) g'V⁻¹g on K and G - K degrees of freedom, which
    is Hotelling's (Pustejovsky & Tipton, *J. Business & Econ. Statistics* 36 (2018), 672-683).
    ``pente_detectable`` is the differential linear trend, in outcome units per period, that a test
    of size 1 - ``level`` finds with probability ``power``: if it adds up to as much as the
    effect, the test says nothing. ``leads`` (K) is at most half the clusters.

    Returns:
        One row: ``statistique``, ``ddl`` (K), ``ddl_residuel`` (G - K), ``p_valeur``,
        ``pente_detectable``, ``n`` (unit-periods in the leads), ``methode``.

    Raises:
        DataError: ``leads`` out of range, a lead that nothing identifies.

    >>> from obsante.stats.impact import cohort_panel
    >>> frame = pd.DataFrame({"u": np.repeat(list("abcd"), 3), "t": [1, 2, 3] * 4,
    ...     "g": np.repeat([3, 3, np.nan, np.nan], 3), "y": [1, 2, 8, 2, 5, 9, 1, 2, 2, 2, 2, 3]})
    >>> panel = cohort_panel(frame, "y", unit="u", time="t", cohort="g", cluster="u")
    >>> pre_trend_test(panel, leads=1, level=0.95, power=0.8)["ddl_residuel"].tolist()
    [3]
    """
    level, power = probability(level, "level"), probability(power, "power")
    remedy = "test fewer leads, those next to the entry: half the clusters at most"
    leads = whole(leads, "'leads'", 1, panel.clusters // 2, remedy=remedy)
    masks = [panel.event_time == -k for k in range(leads, 0, -1)]
    value, precision = _leads(panel, masks)
    # What the leads' coefficients would be under a trend of one unit per period.
    trend = np.where(panel.ever_treated[:, None], panel.event_time, 0).astype(float)
    slope = estimates(replace(panel, y=trend), "not_yet", [], masks)
    signal = float(slope @ precision @ slope)
    law = (leads, panel.clusters - leads)
    ratio = law[1] / (leads * (panel.clusters - 1)) * float(value @ precision @ value)
    row = {
        "statistique": ratio,
        "ddl": leads,
        "ddl_residuel": law[1],
        "p_valeur": float(fisher_law.sf(ratio, *law)),
        "pente_detectable": np.sqrt(_noncentrality(law, level, power) / signal),
        "n": sum(int(mask.sum()) for mask in masks),
        "methode": f"test joint de {leads} avances, F de Hotelling par grappe ; {_CAUTION}",
    }
    return pd.DataFrame([row])


def placebo_dates(panel: CohortPanel, *, earlier: int, level: float) -> pd.DataFrame:
    """Overall effect of a false entry, ``earlier`` periods before the true one.

    Observations after the true entry are left out; the imputation of
    :func:`~obsante.stats.impact.average_effect` (``"not_yet"``) is run on the rest.
    An interval without 0 tells of anticipation or of trends that differ.

    Args:
        earlier: 1 or more; every treated unit needs one period before its false entry.

    Returns:
        The row of :func:`average_effect`.

    Raises:
        DataError: ``earlier`` below 1, or too large for the first cohort.

    >>> from obsante.stats.impact import cohort_panel
    >>> frame = pd.DataFrame({"unit": np.repeat(list("abcd"), 3), "month": [1, 2, 3] * 4,
    ...     "start": np.repeat([3, 3, None, None], 3).astype(float),
    ...     "y": [1.0, 2, 9, 2, 4, 9, 0, 1, 1, 3, 3, 4]})
    >>> panel = cohort_panel(frame, "y", unit="unit", time="month", cohort="start", cluster="unit")
    >>> placebo_dates(panel, earlier=1, level=0.95)["estimation"].round(6).tolist()
    [1.0]
    """
    first = int(panel.start.min())
    remedy = "choose a smaller shift, or leave out the first cohorts: it must precede every entry"
    earlier = whole(earlier, "'earlier'", 1, first - 1, remedy=remedy)
    false = replace(panel, start=np.where(panel.ever_treated, panel.start - earlier, panel.start))
    mask = (false.event_time >= 0) & (panel.event_time < 0)
    table = effect_table(false, "not_yet", [mask], level)
    return table.assign(methode=f"placebo : entrée avancée de {earlier} périodes ; {_CAUTION}")


def placebo_units(panel: CohortPanel, *, draws: int, seed: int, level: float) -> pd.DataFrame:
    """False entries among never-treated units: what the estimator finds where nothing happened.

    In each draw, as large a share of the never-treated units as of the whole panel is given dates
    of entry drawn from the true ones, and the overall effect is imputed. The effects should lie
    around 0, the true estimate far in their tail. Units are drawn one by one: where whole regions
    enter together the spread is too small and ``p_valeur`` only indicative. Groups are ignored.

    Returns:
        One row: ``estimation`` and ``erreur_type`` (mean and standard deviation of the placebo
        effects), ``borne_inf`` and ``borne_sup`` (their quantiles at ``level``),
        ``effet_observe``, ``p_valeur`` ((1 + draws at least as large in absolute value) /
        (1 + draws)), ``n`` (never-treated units), ``methode``.

    Raises:
        DataError: fewer than 4 never-treated units, or than 19 draws.

    >>> from obsante.stats.impact import cohort_panel
    >>> frame = pd.DataFrame({"u": np.repeat(list("abcde"), 2), "t": [1, 2] * 5,
    ...     "g": np.repeat([2, np.nan], [2, 8]), "y": [1.0, 9, 2, 4, 0, 1, 3, 3, 2, 2]})
    >>> panel = cohort_panel(frame, "y", unit="u", time="t", cohort="g", cluster="u")
    >>> placebo_units(panel, draws=19, seed=1, level=0.9)["p_valeur"].tolist()
    [0.05]
    """
    level = probability(level, "level")
    panel = replace(panel, group=np.zeros_like(panel.group), groups=("",))
    rest = panel.rows(~panel.ever_treated)
    size = len(rest.start)
    draws = whole(draws, "'draws'", 19, remedy="ask for more draws")
    whole(size, "never-treated units", 4, remedy="use placebo_dates, which needs none")
    rng = np.random.default_rng(seed)
    taken = int(np.clip(round(size * panel.ever_treated.mean()), 1, size - 2))
    entries = panel.start[panel.ever_treated]
    found = np.array([_false_effect(rest, entries, taken, rng) for _ in range(draws)])
    observed = estimates(panel, "not_yet", [panel.event_time >= 0], [])[0]
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    row = {
        "estimation": found.mean(),
        "erreur_type": found.std(ddof=1),
        "borne_inf": low,
        "borne_sup": high,
        "effet_observe": observed,
        "p_valeur": (1 + (np.abs(found) >= abs(observed)).sum()) / (1 + draws),
        "n": size,
        "methode": f"placebo : {draws} tirages de {taken} unités jamais traitées sur {size}",
    }
    return pd.DataFrame([row])


def _false_effect(
    rest: CohortPanel, entries: np.ndarray, taken: int, rng: np.random.Generator
) -> float:
    """Overall effect when ``taken`` units drawn at random are given dates of entry."""
    start = rest.start.copy()
    start[rng.permutation(len(start))[:taken]] = rng.choice(entries, size=taken)
    false = replace(rest, start=start)
    return float(estimates(false, "not_yet", [false.event_time >= 0], [])[0])


def _leads(panel: CohortPanel, masks: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Leads' coefficients and the inverse of their covariance."""
    value, replicates = leave_one_out(panel, "not_yet", [], masks)
    covariance = jackknife_covariance(value, replicates, np.abs(panel.y).max())
    known = bool(np.isfinite(covariance).all())
    error = np.sqrt(np.diag(covariance)) if known else np.zeros(len(masks))
    if not (error > 0).all() or np.linalg.cond(covariance / np.outer(error, error)) > 1e12:
        raise NotEstimable(
            f"pre-trend test with {len(masks)} lead(s)",
            reason="no_comparison",
            found="leads that some cluster alone identifies, or that do not vary between clusters",
            expected="periods before the leads, and treated units of several clusters",
            remedy="test fewer leads, or start the panel earlier",
        )
    return value, np.linalg.inv(covariance)


def _noncentrality(law: tuple[int, int], level: float, power: float) -> float:
    """g'V⁻¹g that the F test of size 1 - level finds with this power."""
    cut = fisher_law.ppf(level, *law)
    if power <= 1 - level:
        raise DataError(
            "'power'",
            found=f"{power:g} for a test of size {1 - level:g}",
            expected="a power above the size of the test",
            remedy="0.8 is usual",
        )
    return float(brentq(lambda nc: ncf.sf(cut, *law, nc) - power, 1e-6, 1e4))
