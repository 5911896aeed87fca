"""Proportion with two traits, the second being asked only of those that have the first.

Where some of those asked do not answer the second question, counting the units that gave both
answers would leave out more of the units that may have both traits than of the others. The share is
therefore a product, a being the proportion with the first trait and c that with the second among
those with the first that answered::

    p_d = a_d c_d,   influence: c_d u(a) + a_d u(c)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.stats import checks
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import partitions
from obsante.stats.survey.estimates import COLUMNS, answered, block, limits_of, name_of

NESTED = "produit de deux proportions pondérées, intervalle de Korn-Graubard"


def nested_proportion(
    first: pd.DataFrame,
    second: pd.DataFrame,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Weighted share that has both traits, nationally then in each domain of each dimension.

    Args:
        first: ``y`` (1, 0 or NaN) and ``state`` of the first trait.
        second: same of the second trait; only the answers of those with the first are used.
        design, domains, by, level: as :func:`obsante.stats.proportion`.

    Returns:
        One row for each domain, columns :data:`COLUMNS`. ``n`` counts those without the first
        trait and those with it that answered the second question.

    Raises:
        DataError: as :func:`obsante.stats.proportion`.

    >>> from obsante.stats import survey_design
    >>> a = pd.DataFrame({"y": [1.0, 1.0, 0.0, 0.0], "state": "valid", "w": 1.0})
    >>> b = pd.DataFrame({"y": [1.0, 0.0, 0.0, 0.0], "state": "valid"})
    >>> table = nested_proportion(a, b, survey_design(a, weights="w"), a[[]], level=0.95)
    >>> table["estimation"].tolist()
    [0.25]
    """
    checks.probability(level, "level")
    outer = answered(first, design)
    has_first = outer.y == 1
    # Nobody has the first trait: nobody was asked for the second, and the share is zero.
    inner = answered(second, design) if has_first.any() else linear.Question(0 * outer.y, ~has_first)
    for question, answers in ((outer, first), (inner, second)):
        checks.binary_values(question.y, name_of(answers))
    asked = linear.Question(np.where(has_first, inner.y, np.nan), has_first & inner.missing)
    known = (outer.y == 0) | (has_first & np.isfinite(inner.y))
    state = first["state"].where(known | (first["state"] != "valid"), "missing")
    limits = limits_of("korn-graubard", level)
    blocks = [
        block(linear.product(design, outer, asked, domain), domain, design, state, level, limits)
        for domain in partitions(design, domains, by)
    ]
    return pd.concat(blocks, ignore_index=True).assign(methode=NESTED)[COLUMNS]
