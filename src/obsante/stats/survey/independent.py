"""Difference between estimates of two samples drawn independently of one another.

Their covariance is zero, whatever units both happen to hold, so that variances add up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.survey.comparisons import tested
from obsante.stats.survey.estimates import COLUMNS, estimate_columns, spread_limits
from obsante.stats.survey.freedom import of_a_sum

INDEPENDENT = "différence entre deux échantillons indépendants, intervalle de Student"
_KEY = ["dimension", "modalite"]
_COUNTS = ["n", "effectif", "n_manquant", "n_sans_objet"]


def independent_difference(
    first: pd.DataFrame, second: pd.DataFrame, *, level: float
) -> pd.DataFrame:
    """First estimate minus second one, domain by domain, in their common unit.

    Args:
        first, second: tables of estimates with columns :data:`COLUMNS` and the same domains.
        level: confidence level, in proportion.

    Returns:
        One row for each domain of ``first``, in its order: columns :data:`COLUMNS`, ``statistique``
        and ``p_valeur`` of a zero difference. Counts are those of both samples together.

    Raises:
        DataError: a domain is in one table only, or twice in one.

    >>> row = {"dimension": "national", "modalite": "national", "erreur_type": 0.03, "ddl": 50,
    ...        "n": 60, "effectif": 600.0, "n_manquant": 0, "n_sans_objet": 0}
    >>> gap = independent_difference(pd.DataFrame([row | {"estimation": 0.5}]),
    ...                              pd.DataFrame([row | {"estimation": 0.4}]), level=0.95)
    >>> gap["estimation"].round(6).tolist(), gap["ddl"].tolist()
    ([0.1], [100.0])
    """
    checks.probability(level, "level")
    a, b = (table.set_index(_KEY) for table in (first, second))
    if a.index.has_duplicates or b.index.has_duplicates or set(a.index) != set(b.index):
        raise DataError(
            "difference of two tables of estimates",
            found=f"{len(a)} and {len(b)} row(s), with other domains or some of them twice",
            expected="the same domains in both, each of them once",
            remedy="estimate both by the same dimensions",
        )
    b = b.loc[a.index]
    value = (a["estimation"] - b["estimation"]).to_numpy(dtype=float)
    own = [table["erreur_type"].to_numpy(dtype=float) ** 2 for table in (a, b)]
    variance = own[0] + own[1]
    df = of_a_sum(own, [table["ddl"].to_numpy(dtype=float) for table in (a, b)])
    low, high = spread_limits(value, variance, df, level)
    numbers = {name: a[name].to_numpy() + b[name].to_numpy() for name in _COUNTS}
    effect = np.full(len(value), np.nan)
    columns = estimate_columns(value, variance, low, high, df, effect) | numbers
    rows = pd.DataFrame(columns, index=a.index).reset_index().assign(methode=INDEPENDENT)
    return tested(rows[COLUMNS])
