"""Mean of an amount that only some units have, where some of them did not say how much.

Hours of training are 0 for the untrained and unknown only among the trained: the mean of the known
hours is too small. With p_d the share that has some and m_d the mean among those who have some and
said how much, the mean over all units is p_d m_d: those who did not say are taken to be like the
others who have some. Linearised as a product of two ratios over the same sample.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import partitions
from obsante.stats.survey.estimates import COLUMNS, answered, block, name_of

AMOUNT = "part multipliée par la moyenne de ceux qui en ont, intervalle de Student"


def mean_amount(
    having: pd.DataFrame,
    amounts: pd.DataFrame,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Weighted mean over all units of an amount, 0 for those who have none, by domain.

    Args:
        having: answers (1, 0 or NaN) to whether a unit has some, as :func:`obsante.stats.binary`.
        amounts: how much, as :func:`obsante.stats.numeric`; used among those who have some.
        design, domains, by, level: as :func:`obsante.stats.proportion`.

    Returns:
        One row for each domain, columns :data:`COLUMNS`, the interval cut at 0. ``n`` counts the
        units whose amount is known, 0 included; the others are missing. A domain where nobody has
        any is worth 0 without interval; one where nobody who has some said how much has no value.

    Raises:
        DataError: an amount is negative, or not 0 for a unit that has none; others as
            :func:`obsante.stats.proportion`.

    >>> from obsante.stats import numeric, survey_design
    >>> a = pd.DataFrame({"y": [1.0, 1.0, 0.0, 0.0], "state": "valid", "w": 1.0})
    >>> hours = numeric(pd.Series([6.0, None, 0.0, 0.0]))
    >>> mean_amount(a, hours, survey_design(a, weights="w"), a[[]], level=0.95)["estimation"].item()
    3.0
    """
    checks.probability(level, "level")
    share = answered(having, design)
    checks.binary_values(share.y, name_of(having))
    # Nobody has any: nobody was asked how much, and the amount is zero.
    has = (share.y == 1).any()
    amount = answered(amounts, design) if has else linear.Question(0 * share.y, share.missing)
    _consistent(share.y, amount.y, amounts)
    some = share.y == 1
    among = linear.Question(np.where(some, amount.y, np.nan), some & amount.missing)
    state = having["state"].where(~(some & ~np.isfinite(amount.y)), "missing")
    blocks = [
        block(linear.product(design, share, among, domain), domain, design, state, level, None)
        for domain in partitions(design, domains, by)
    ]
    table = pd.concat(blocks, ignore_index=True).assign(methode=AMOUNT)[COLUMNS]
    return table.assign(borne_inf=table["borne_inf"].clip(lower=0))


def _consistent(has: np.ndarray, amount: np.ndarray, amounts: pd.DataFrame) -> None:
    wrong = np.flatnonzero((amount < 0) | ((has == 0) & (amount > 0)))
    if wrong.size:
        raise DataError(
            f"'{name_of(amounts)}', row {amounts.index[wrong[0]]}",
            found=f"the amount {amount[wrong[0]]:g}",
            expected="0 for a unit that has none, a positive amount or no answer for the others",
            remedy="correct the row, or add the rule to config/dictionary so that it is set aside",
        )
