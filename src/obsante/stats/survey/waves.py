"""Changes between editions of a survey whose samples overlap.

Each edition keeps its own design and variance. Two editions share the PSUs drawn in both; in
stratum h, with n_ts of them common, n_t and n_s in each sample and N_h in the population::

    Cov = sum_h (n_ts - n_t n_s / N_h) / (n_ts - 1) sum_j (t_j - mean t)(s_j - mean s)

over the common PSUs, t_j and s_j being the sums of weight times influence. With the same sample
twice it is the variance of that sample. A PSU that changed stratum counts as not common, and a
stratum with fewer than two common PSUs adds nothing: both widen the interval of a change. The
second stage adds nothing either, for its units are drawn anew.

References: Tam, *Amer. Statist.* 38 (1984), 288-289; Qualité & Tillé, *Surv. Methodol.* 34 (2008),
173-181.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import same_rows, whole
from obsante.stats.survey.estimates import COLUMNS, answered, estimate_columns, spread_limits
from obsante.stats.survey.variance import carried_back

CHANGE = "différence entre éditions, échantillons qui se recouvrent, intervalle de Student"
SLOPE = "pente linéaire par an, échantillons qui se recouvrent, intervalle de Student"


@dataclass(frozen=True, eq=False)
class Wave:
    """One edition: its design, the answers of its rows and, for a domain, who is in it."""

    design: SurveyDesign
    answers: pd.DataFrame
    inside: pd.Series | None = None


@dataclass(frozen=True, eq=False)
class _Level:
    """Estimate of one edition: value, PSU sums of z (P,), answers used (n,), df."""

    wave: Wave
    value: float
    sums: np.ndarray
    used: np.ndarray
    df: int
    variance: float


def change(waves: Mapping[int, Wave], *, level: float) -> pd.DataFrame:
    """Mean (or proportion) of the latest edition minus each earlier one, in the unit of y.

    Args:
        waves: the editions, by year, at least two.
        level: confidence level, in proportion.

    Returns:
        One row for each earlier edition, ``modalite`` its year, columns :data:`COLUMNS`; counts are
        the latest edition's, df the smaller of the two.

    Raises:
        DataError: fewer than two editions, or no answer in one.
    """
    years, levels, covariance = _measured(waves, level)
    last = len(years) - 1
    rows = []
    for i, year in enumerate(years[:-1]):
        c = np.zeros(len(years))
        c[last], c[i] = 1.0, -1.0
        df = min(levels[i].df, levels[last].df)
        rows.append(_row(c, levels, covariance, df, level, str(year), CHANGE))
    return pd.concat(rows, ignore_index=True)


def slope(waves: Mapping[int, Wave], *, level: float) -> pd.DataFrame:
    """Least-squares slope of the editions' means on the year, in the unit of y per year, one row.

    sum((t - mean t) y_t) / sum((t - mean t)^2): editions count equally, gaps between years are
    kept. Arguments and errors as :func:`change`; df is the smallest of the editions'.
    """
    years, levels, covariance = _measured(waves, level)
    centred = np.array(years, dtype=float) - np.mean(years)
    df = min(item.df for item in levels)
    return _row(
        centred / (centred**2).sum(), levels, covariance, df, level, "pente annuelle", SLOPE
    )


def wave_covariance(waves: Mapping[int, Wave]) -> pd.DataFrame:
    """Covariance matrix of the editions' means, years as rows and columns, in order."""
    years, _, covariance = _measured(waves, 0.95)
    labels = pd.Index(years, name="edition")
    return pd.DataFrame(covariance, labels, labels)


def _measured(waves: Mapping[int, Wave], level: float) -> tuple[list, list[_Level], np.ndarray]:
    checks.probability(level, "level")
    if len(waves) < 2:
        raise DataError(
            "change between editions",
            found=f"{len(waves)} edition(s)",
            expected="at least two",
            remedy="name an earlier edition under compare_with in config/editions",
        )
    years = sorted(waves)
    levels = [_level(waves[year], year) for year in years]
    covariance = np.diag([item.variance for item in levels])
    for i, first in enumerate(levels):
        for j in range(i):
            covariance[i, j] = covariance[j, i] = _shared(first, levels[j])
    return years, levels, covariance


def _level(wave: Wave, year: int) -> _Level:
    design = wave.design
    y = answered(wave.answers, design)
    used = np.isfinite(y)
    if wave.inside is not None:
        same_rows(design, wave.inside, f"domain of edition {year}")
        used &= wave.inside.to_numpy(dtype=bool, na_value=False)
    if not used.any():
        raise DataError(
            f"edition {year}",
            found="no unit of the domain with an answer",
            expected="at least one",
            remedy="leave this edition out of the comparison",
        )
    part = linear.ratio(design, np.where(used, y, np.nan), None, whole(design.size))
    z = carried_back(design, part.z[:, None])[:, 0]
    sums = np.bincount(design.psu, z, len(design.psu_stratum))
    return _Level(wave, part.value[0], sums, used, int(part.df[0]), part.variance[0])


def _shared(first: _Level, second: _Level) -> float:
    """Covariance of two editions' estimates through the PSUs of both."""
    one, two = first.wave.design, second.wave.design
    place = two.psu_keys.get_indexer(one.psu_keys)
    common = place >= 0
    stratum, t, s = one.psu_stratum[common], first.sums[common], second.sums[place[common]]
    strata = len(one.psu_population)
    n = np.bincount(stratum, minlength=strata)
    other = np.zeros(strata, dtype=np.int64)
    other[stratum] = two.psu_stratum[place[common]]
    population = np.minimum(one.psu_population, two.psu_population[other])
    alone = _adjusted(one) & _adjusted(two)[other] & (n == 1)
    means = [
        np.where(alone, sums.mean(), np.bincount(stratum, x, strata) / np.maximum(n, 1))
        for x, sums in ((t, first.sums), (s, second.sums))
    ]
    product = np.bincount(stratum, (t - means[0][stratum]) * (s - means[1][stratum]), strata)
    kept = n - one.sampled_psu * two.sampled_psu[other] / population
    return float((kept * product / np.maximum(n - 1, 1))[(n > 1) | alone].sum())


def _adjusted(design: SurveyDesign) -> np.ndarray:
    """Strata (H,) whose single PSU is centred on the grand mean, as in each edition's variance."""
    return design.lonely_strata & (design.lonely == "adjust")


def _row(
    c: np.ndarray, levels: list[_Level], covariance, df: int, level: float, name: str, method: str
) -> pd.DataFrame:
    value = np.array([c @ [item.value for item in levels]])
    # Answers that do not move at all give zero, up to rounding on either side.
    variance = np.array([max(c @ covariance @ c, 0.0)])
    low, high = spread_limits(value, variance, np.array([df]), level)
    last = levels[-1]
    inside = last.wave.inside
    state = last.wave.answers["state"] if inside is None else last.wave.answers["state"][inside]
    columns = estimate_columns(
        value, variance, low, high, np.array([df]), np.array([np.nan])
    ) | {
        "n": int(last.used.sum()),
        "effectif": float(last.wave.design.weights[last.used].sum()),
        "n_manquant": int((state == "missing").sum()),
        "n_sans_objet": int((state == "not_applicable").sum()),
        "dimension": "edition", "modalite": name, "methode": method,
    }  # fmt: skip
    return pd.DataFrame(columns)[COLUMNS]
