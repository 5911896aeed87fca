"""Changes between editions of a survey whose samples overlap.

Each edition keeps its own design and variance. Two editions share the PSUs drawn in both; in
stratum h, with n_ts of them common, n_t and n_s in each sample and N_h in the population::

    Cov = sum_h (n_ts - n_t n_s / N_h) / (n_ts - 1) sum_j (t_j - mean t)(s_j - mean s)

over the common PSUs, t_j and s_j being the sums of weight times influence. With the same PSUs,
observed whole, twice it is the variance of that sample. A PSU that changed stratum counts as not
common, and a stratum with fewer than two common PSUs adds nothing, which widens the interval of a
change where units answer alike from one edition to the next, unless the overlap is smaller than two
independent draws would give (n_ts < n_t n_s / N_h). The second stage adds nothing either, for its
units are drawn anew.

References: Tam, *Amer. Statist.* 38 (1984), 288-289; Qualité & Tillé, *Surv. Methodol.* 34 (2008),
173-181.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.survey import linear
from obsante.stats.survey.comparisons import tested
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import NATIONAL, counts, partitions
from obsante.stats.survey.estimates import COLUMNS, answered, estimate_columns, spread_limits
from obsante.stats.survey.variance import carried_back

CHANGE = "différence entre éditions, échantillons qui se recouvrent, intervalle de Student"
TREND = "pente linéaire par an, échantillons qui se recouvrent, intervalle de Student"
REFERENCE, COMMON = "edition_reference", "n_communs"


@dataclass(frozen=True, eq=False)
class Wave:
    """One edition: its design, the answers of its rows and their domains, where some are wanted."""

    design: SurveyDesign
    answers: pd.DataFrame
    domains: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class _Level:
    """Estimate of one domain in one edition: value, variance, df, PSU sums of z (P,), PSUs that
    gave an answer (P,), counts."""

    design: SurveyDesign
    value: float
    variance: float
    df: float
    sums: np.ndarray
    answered: np.ndarray
    numbers: dict[str, float]


def change(
    waves: Mapping[int, Wave], *, by: str | Sequence[str] = (), level: float
) -> pd.DataFrame:
    """Mean (or proportion) of the latest edition minus each earlier one, in the unit of y.

    Args:
        waves: the editions, by year, at least two.
        by: dimensions wanted, columns of each wave's ``domains``; the whole comes first.
        level: confidence level, in proportion.

    Returns:
        One row for each domain and earlier edition, whose year is ``edition_reference``: columns
        :data:`COLUMNS`, ``n_communs`` (PSUs that answered in both), ``statistique`` and ``p_valeur``
        of a zero change. Other counts are the latest edition's, df the smaller of the two.

    Raises:
        DataError: fewer than two editions, a domain that one of them lacks, or no answer in one.
    """
    rows = []
    for names, levels, covariance in _measured(waves, by, level):
        years = list(levels)
        for earlier in years[:-1]:
            c = np.array([(year == years[-1]) - (year == earlier) for year in years], dtype=float)
            df = min(levels[earlier].df, levels[years[-1]].df)
            row = _row(c, levels, covariance, df, level, CHANGE)
            common = _common(levels[earlier], levels[years[-1]])
            rows.append(row.assign(**names, **{REFERENCE: earlier, COMMON: common}))
    return _finished(rows, [REFERENCE, COMMON])


def trend(
    waves: Mapping[int, Wave], *, by: str | Sequence[str] = (), level: float
) -> pd.DataFrame:
    """Least-squares slope of the editions' means on the year, in the unit of y per year.

    sum((t - mean t) y_t) / sum((t - mean t)^2): editions count equally, gaps between years are
    kept. Arguments and errors as :func:`change`; one row for each domain, ``edition_reference``
    the first year, df the smallest of the editions'.
    """
    rows = []
    for names, levels, covariance in _measured(waves, by, level):
        centred = np.array(list(levels), dtype=float) - np.mean(list(levels))
        c = centred / (centred**2).sum()
        df = min(item.df for item in levels.values())
        row = _row(c, levels, covariance, df, level, TREND)
        rows.append(row.assign(**names, **{REFERENCE: min(levels)}))
    return _finished(rows, [REFERENCE])


def wave_covariance(waves: Mapping[int, Wave]) -> pd.DataFrame:
    """Covariance matrix of the editions' means, years as rows and columns, in order."""
    _, levels, covariance = next(_measured(waves, (), 0.5))
    labels = pd.Index(list(levels), name="edition")
    return pd.DataFrame(covariance, labels, labels)


def _finished(rows: list[pd.DataFrame], own: list[str]) -> pd.DataFrame:
    return tested(pd.concat(rows, ignore_index=True)[[*COLUMNS, *own]])


def _common(first: _Level, second: _Level) -> int:
    """PSUs, in the same stratum, that gave an answer in both editions."""
    one, two = (item.design.psu_keys[item.answered] for item in (first, second))
    return int(one.isin(two).sum())


def _measured(
    waves: Mapping[int, Wave], by: str | Sequence[str], level: float
) -> Iterator[tuple[dict[str, str], dict[int, _Level], np.ndarray]]:
    """For each domain: its names, its estimate in each edition in order, their covariance."""
    checks.probability(level, "level")
    if len(waves) < 2:
        raise DataError(
            "change between editions",
            found=f"{len(waves)} edition(s)",
            expected="at least two",
            remedy="name an earlier edition under compare_with in config/editions",
        )
    measured = {year: _levels(waves[year], by, year) for year in sorted(waves)}
    latest = measured[max(waves)]
    for key in latest:
        levels = {year: _found(table, key, year) for year, table in measured.items()}
        yield {"dimension": key[0], "modalite": key[1]}, levels, _matrix(list(levels.values()))


def _matrix(levels: list[_Level]) -> np.ndarray:
    """Covariance of the editions, shrunk to what a covariance can be.

    Covariances and variances come from different units: in a very small overlap a correlation can
    pass 1, and all of them are then divided by what brings the least eigenvalue back to zero.
    """
    errors = np.sqrt([item.variance for item in levels])
    covariance = np.diag(errors**2)
    for i, first in enumerate(levels):
        for j in range(i):
            covariance[i, j] = covariance[j, i] = _shared(first, levels[j])
    scale = np.where(errors > 0, errors, 1.0)
    correlation = covariance / np.outer(scale, scale)
    lowest = np.linalg.eigvalsh(correlation)[0] if np.isfinite(correlation).all() else 0.0
    if lowest < 0:
        off = ~np.eye(len(levels), dtype=bool)
        covariance[off] /= 1 - lowest
    return covariance


def _levels(wave: Wave, by: str | Sequence[str], year: int) -> dict[tuple[str, str], _Level]:
    """Estimates of one edition, by dimension and modality; only domains with an answer."""
    design = wave.design
    _named_units(design, year)
    question = answered(wave.answers, design)
    domains = wave.answers[[]] if wave.domains is None else wave.domains
    found = {}
    for domain in partitions(design, domains, by):
        part = linear.ratio(design, question, domain)
        numbers = counts(design, wave.answers["state"], domain, part.codes >= 0)
        for place in np.flatnonzero(np.isfinite(part.value)):
            own = {name: column[place] for name, column in numbers.items()}
            key = (domain.dimension, domain.labels[place])
            found[key] = _level(design, part, place, own)
    return found


def _level(design: SurveyDesign, part: linear.Linear, place: int, numbers: dict) -> _Level:
    z = carried_back(design, np.where(part.codes == place, part.z, 0.0)[:, None])[:, 0]
    sums = np.bincount(design.psu, z, len(design.psu_stratum))
    answered_psu = np.bincount(design.psu[part.codes == place], minlength=len(sums)) > 0
    variance, df = part.covariance[place, place], float(part.df[place])
    return _Level(design, part.value[place], variance, df, sums, answered_psu, numbers)


def _named_units(design: SurveyDesign, year: int) -> None:
    if not design.psu_named:
        raise DataError(
            f"edition {year}, its design",
            found="primary units without a name",
            expected="the name of each, to find the units that both editions share",
            remedy="name their column: stats.survey_design(..., psu='id_etablissement')",
        )


def _found(table: dict[tuple[str, str], _Level], key: tuple[str, str], year: int) -> _Level:
    if key not in table:
        where = "" if key[0] == NATIONAL else f", {key[0]} = {key[1]}"
        raise NotEstimable(
            f"edition {year}{where}",
            reason="no_data",
            found="no unit of the domain with an answer",
            expected="at least one, to be compared",
            remedy="leave this edition or this dimension out of the comparison",
        )
    return table[key]


def _shared(first: _Level, second: _Level) -> float:
    """Covariance of two editions' estimates through the PSUs of both."""
    one, two = first.design, second.design
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
    c: np.ndarray, levels: dict[int, _Level], covariance, df: float, level: float, method: str
) -> pd.DataFrame:
    value = np.array([c @ [item.value for item in levels.values()]])
    # Answers that do not move at all give zero, up to rounding on either side.
    variance = np.array([max(c @ covariance @ c, 0.0)])
    low, high = spread_limits(value, variance, np.array([df]), level)
    columns = estimate_columns(value, variance, low, high, np.array([df]), np.array([np.nan]))
    return pd.DataFrame(columns | levels[max(levels)].numbers).assign(methode=method)
