"""Why a logistic or a Poisson model has no finite estimate.

A direction b of the parameters along which the likelihood never falls has no finite maximum. It is
a linear programme: (2y - 1) x'b >= 0 on every row, > 0 on one (logistic: Albert & Anderson,
*Biometrika* 71 (1984), 1-10; Konis, PhD thesis, Oxford (2007)); x'b = 0 where y > 0, x'b <= 0
where y = 0 (Poisson: Santos Silva & Tenreyro, *Economics Letters* 107 (2010), 310-312).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from obsante.stats.models.terms import CONSTANT, Terms

# The solver keeps its constraints to 1e-7: what is larger than this is no rounding error.
_STRICT = 1e-5


def separated(terms: Terms, counts: bool) -> str | None:
    """What separates the outcomes of a fit that did not converge, in words; None if nothing does.

    Args:
        terms: outcome (0/1, or counts) and design matrix.
        counts: the outcome is a count.
    """
    levels = _levels_without_contrast(terms, counts)
    if levels:
        return "; ".join(levels)
    names = _diverging(terms, counts)
    return f"{', '.join(names)} separate(s) the outcomes" if names else None


def _diverging(terms: Terms, counts: bool) -> list[str]:
    """Names of columns whose coefficients go to infinity together."""
    scaled = terms.x / np.abs(terms.x).max(axis=0)
    sign = np.where(terms.y > 0, 1.0, -1.0)
    rows = np.unique(np.column_stack([scaled, sign]), axis=0)
    sign, x = rows[:, -1], rows[:, :-1]
    free = sign < 0 if counts else np.ones(len(sign), dtype=bool)
    gain = x[free] * sign[free, None]
    tied = None if free.all() else x[~free]
    solution = linprog(
        -gain.sum(axis=0), A_ub=-gain, b_ub=np.zeros(len(gain)), bounds=(-1, 1),
        A_eq=tied, b_eq=None if tied is None else np.zeros(len(tied)),
    )  # fmt: skip
    if solution.x is None or not (gain @ solution.x > _STRICT).any():
        return []
    moved = np.abs(solution.x) > _STRICT
    names = [name for name, one in zip(terms.names, moved, strict=True) if one]
    return [name for name in names if name != CONSTANT] or names


def _levels_without_contrast(terms: Terms, counts: bool) -> list[str]:
    """Levels of categorical variables on which every outcome is the same (0, for counts)."""
    found = []
    for name in terms.data.select_dtypes("category"):
        groups = pd.Series(terms.y).groupby(terms.data[name].array, observed=True)
        for level, row in groups.agg(["min", "max", "size"]).iterrows():
            if row["max"] == 0 or (row["min"] == row["max"] and not counts):
                found.append(
                    f"{name} = '{level}': its {row['size']:g} outcome(s) are all {row['min']:g}"
                )
    return found
