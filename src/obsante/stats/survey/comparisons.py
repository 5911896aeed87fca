"""Differences and contrasts between domains of one sample, with their covariance.

The influence of a unit on a combination of estimates is the combination of its influences, so
that whatever two domains share (PSUs, strata, units) is in the variance.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import t as student_law

from obsante.errors import DataError, NotEstimable, nearest
from obsante.stats import checks
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import (
    Partition,
    counts,
    group,
    members,
    partition,
    same_rows,
)
from obsante.stats.survey.estimates import COLUMNS, answered, estimate_columns, spread_limits
from obsante.stats.survey.freedom import of_a_sum

DIFFERENCE = "différence de moyennes pondérées, intervalle de Student"
CONTRAST = "contraste de moyennes pondérées, intervalle de Student"


def difference(
    answers: pd.DataFrame,
    design: SurveyDesign,
    first: pd.Series,
    second: pd.Series,
    *,
    level: float,
) -> pd.DataFrame:
    """Mean (or proportion) in ``first`` minus that in ``second``, in the unit of y, one row.

    df are those of a sum of both variances, at most PSUs minus strata of both groups: where one has
    few PSUs it carries most of the variance, and their number would make the interval too narrow. The groups may
    overlap (a region and the country).

    Args:
        answers: ``y`` and ``state`` for each row of the design.
        first, second: True for the units of each group.

    Returns:
        One row, columns :data:`COLUMNS` and the test of a zero difference: ``statistique`` (t) and
        ``p_valeur``.

    Raises:
        DataError: a group holds no answer, or the rows are not the design's.

    >>> from obsante.stats import survey_design
    >>> a = pd.DataFrame({"y": [3.0, 5.0, 1.0, 1.0], "state": "valid", "w": 1.0})
    >>> rich = pd.Series([True, True, False, False])
    >>> gap = difference(a, survey_design(a, weights="w"), rich, ~rich, level=0.95)
    >>> gap["estimation"].tolist()
    [3.0]
    """
    checks.probability(level, "level")
    question = answered(answers, design)
    masks = [members(design, first, "first"), members(design, second, "second")]
    groups = [group(mask, question.usable, name) for mask, name in zip(masks, ("first", "second"))]
    parts = [linear.ratio(design, question, domain) for domain in groups]
    value = parts[0].value - parts[1].value
    z = parts[0].z - parts[1].z
    variance = _variance(question.seen_by(design), z, [part.variance for part in parts])
    most = design.degrees_of_freedom((masks[0] | masks[1]) & question.usable)
    df = np.minimum(of_a_sum([p.variance for p in parts], [p.df for p in parts]), most)
    row = _row(value, variance, df, level, all(part.exact for part in parts))
    return _described(row, answers, design, masks[0] | masks[1], question, "ecart", DIFFERENCE)


def contrast(
    answers: pd.DataFrame,
    design: SurveyDesign,
    domains: pd.Series,
    coefficients: Mapping[str, float],
    *,
    level: float,
) -> pd.DataFrame:
    """Linear combination of the means of several domains, sum(c_d * mean_d), one row.

    Args:
        domains: domain of each row of the design.
        coefficients: c_d for each domain of the combination, the others left out.

    Returns:
        One row, columns of :func:`difference`.

    Raises:
        DataError: a domain is unknown or holds no answer.
    """
    checks.probability(level, "level")
    if not isinstance(domains, pd.Series):
        raise DataError(
            "domains of the contrast",
            found=f"{type(domains).__name__}",
            expected="one column: the domain of each row of the design",
            remedy="give the column itself, such as table['milieu']",
        )
    same_rows(design, domains, str(domains.name))
    question = answered(answers, design)
    parts = partition(domains, str(domains.name))
    c = _coefficients(parts, coefficients, question.usable)
    part = linear.ratio(design, question, parts)
    used = c != 0
    chosen = np.where(parts.codes >= 0, c[parts.codes], 0.0)
    value = np.array([c[used] @ part.value[used]])
    z, seen = part.z * chosen, question.seen_by(design)
    variance = _variance(seen, z, [part.variance[used]])
    most = design.degrees_of_freedom((chosen != 0) & question.usable)
    df = np.minimum(of_a_sum((c**2 * part.variance)[used][:, None], part.df[used][:, None]), most)
    row = _row(value, variance, df, level, part.exact[used].all())
    return _described(row, answers, design, chosen != 0, question, "contraste", CONTRAST)


def _coefficients(
    parts: Partition, coefficients: Mapping[str, float], usable: np.ndarray
) -> np.ndarray:
    """c (K,) in the order of the domains, each non-zero one on a domain with answers."""
    c = np.zeros(parts.size)
    present = set(parts.codes[usable])
    for name, value in coefficients.items():
        if not np.isfinite(value):
            raise DataError(
                f"contrast on '{parts.dimension}', coefficient of '{name}'",
                found=f"{value}",
                expected="a finite number",
                remedy="correct the coefficients of the contrast",
            )
        if str(name) not in parts.labels or parts.labels.index(str(name)) not in present:
            raise NotEstimable(
                f"domain '{name}' of '{parts.dimension}'",
                reason="no_comparison",
                found="no such domain with an answer",
                expected=nearest(name, parts.labels),
                remedy="correct the coefficients of the contrast",
            )
        c[parts.labels.index(str(name))] = value
    if not c.any():
        raise DataError(
            f"contrast on '{parts.dimension}'",
            found="no coefficient other than zero",
            expected="at least one domain with a coefficient",
            remedy="name the domains to combine, for instance {'urbain': 1, 'rural': -1}",
        )
    return c


def _variance(design: SurveyDesign, z: np.ndarray, own: list[np.ndarray]) -> np.ndarray:
    """Variance of a combination; unknown where that of one of its terms is."""
    known = all(np.isfinite(variance).all() for variance in own)
    return np.diag(design.covariance(z)) if known else np.full(1, np.nan)


def _row(value, variance, df, level: float, exact: bool) -> dict[str, np.ndarray]:
    df = np.atleast_1d(df)
    low, high = (value, value) if exact else spread_limits(value, variance, df, level)
    return estimate_columns(value, variance, low, high, df, np.array([np.nan]))


def _described(row, answers, design, inside, question, name: str, method: str) -> pd.DataFrame:
    """The row with its counts and names, and its test."""
    domain = Partition(name, np.where(inside, 0, -1), (name,))
    numbers = counts(design, answers["state"], domain, question.usable)
    names = {"dimension": name, "modalite": name, "methode": method}
    return tested(pd.DataFrame(row | numbers | names)[COLUMNS])


def tested(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with Student's test of a zero value: ``statistique`` and two-sided ``p_valeur``."""
    error = rows["erreur_type"].where(rows["erreur_type"] > 0)
    statistic = rows["estimation"] / error
    p = 2 * student_law.sf(statistic.abs(), rows["ddl"].where(rows["ddl"] > 0))
    return rows.assign(statistique=statistic, p_valeur=p)
