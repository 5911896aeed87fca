"""Differences and contrasts between domains of one sample, with their covariance.

The influence of a unit on a combination of estimates is the combination of its influences, so
that whatever two domains share (PSUs, strata, units) is in the variance.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats import checks
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import Partition, group, partition, same_rows
from obsante.stats.survey.estimates import COLUMNS, answered, estimate_columns, spread_limits

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

    df is the smaller of the two groups'. The groups may overlap (a region and the country).

    Args:
        answers: ``y`` and ``state`` for each row of the design.
        first, second: True for the units of each group.

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
    y = answered(answers, design)
    usable = np.isfinite(y)
    parts = [
        linear.ratio(design, y, None, _one(group(design, members, name, usable)))
        for members, name in ((first, "first"), (second, "second"))
    ]
    value = parts[0].value - parts[1].value
    z = parts[0].z - parts[1].z
    df = min(part.df for part in parts)
    members = (first | second).to_numpy(dtype=bool, na_value=False)
    return _row(design, answers["state"], members, usable, value, z, df, level, "ecart", DIFFERENCE)


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

    Raises:
        DataError: a domain is unknown or holds no answer.
    """
    checks.probability(level, "level")
    same_rows(design, domains, str(domains.name))
    y = answered(answers, design)
    usable = np.isfinite(y)
    parts = partition(domains, str(domains.name))
    c = _coefficients(parts, coefficients, usable)
    part = linear.ratio(design, y, None, parts)
    used = c != 0
    chosen = np.where(parts.codes >= 0, c[parts.codes], 0.0)
    value = np.array([c[used] @ part.value[used]])
    df = part.df[used].min()
    return _row(
        design, answers["state"], chosen != 0, usable, value, part.z * chosen, df, level,
        "contraste", CONTRAST,
    )  # fmt: skip


def _coefficients(
    parts: Partition, coefficients: Mapping[str, float], usable: np.ndarray
) -> np.ndarray:
    """c (K,) in the order of the domains, each non-zero one on a domain with answers."""
    c = np.zeros(parts.size)
    present = set(parts.codes[usable])
    for name, value in coefficients.items():
        if str(name) not in parts.labels or parts.labels.index(str(name)) not in present:
            raise DataError(
                f"domain '{name}' of '{parts.dimension}'",
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


def _one(inside: np.ndarray) -> Partition:
    return Partition("group", np.where(inside, 0, -1), ("group",))


def _row(
    design, state, members, usable, value, z, df, level: float, name: str, method: str
) -> pd.DataFrame:
    variance = np.diag(design.covariance(z))
    df = np.atleast_1d(df)
    low, high = spread_limits(value, variance, df, level)
    inside = members & usable
    states = state.to_numpy()
    columns = estimate_columns(value, variance, low, high, df, np.array([np.nan])) | {
        "n": int(inside.sum()),
        "effectif": float(design.weights[inside].sum()),
        "n_manquant": int((members & (states == "missing")).sum()),
        "n_sans_objet": int((members & (states == "not_applicable")).sum()),
        "dimension": name, "modalite": name, "methode": method,
    }  # fmt: skip
    return pd.DataFrame(columns)[COLUMNS]
