"""Relative gap between two groups; the absolute one is :func:`obsante.stats.difference`.

Both means come from one sample, so what the groups share (strata, clusters, units) is in the
variance: the influence on log(a / b) is that on a over a, minus that on b over b.

Reference: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.equity.slopes import exponential
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import Partition, group, members
from obsante.stats.survey.estimates import answered, name_of
from obsante.stats.survey.freedom import of_a_sum
from obsante.stats.survey.intervals import student

RATIO = "rapport de moyennes pondérées, intervalle de Student du logarithme"


def ratio_of_means(
    answers: pd.DataFrame,
    design: SurveyDesign,
    first: pd.Series,
    second: pd.Series,
    *,
    level: float,
) -> pd.DataFrame:
    """Mean (or proportion) in ``first`` over that in ``second``; 1 is equality.

    The interval is built on the logarithm; ``erreur_type`` is that of the ratio. Groups may overlap.

    Args:
        answers: ``y`` and ``state`` for each row of the design.
        design, first, second: the sample; True for the units of each group.
        level: confidence level, in proportion.

    Returns:
        One row: ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``ddl``, ``n``
        (answers in either group), ``n_manquant``, ``methode``.

    Raises:
        DataError: a group without answer or positive mean, or rows that are not the design's.

    >>> from obsante.stats import survey_design
    >>> a = pd.DataFrame({"y": [3.0, 5.0, 1.0, 1.0], "state": "valid", "w": 1.0})
    >>> rich = pd.Series([True, True, False, False])
    >>> ratio_of_means(a, survey_design(a, weights="w"), rich, ~rich, level=0.95)["estimation"].item()
    4.0
    """
    question = answered(answers, design)
    masks = {"first": members(design, first, "first"), "second": members(design, second, "second")}
    high, low = (
        _positive_mean(design, question, group(mask, question.usable, name), name_of(answers))
        for name, mask in masks.items()
    )
    z = high.z / high.value - low.z / low.value
    variance = float(question.seen_by(design).covariance(z)[0, 0])
    either = masks["first"] | masks["second"]
    relative = [part.variance / part.value**2 for part in (high, low)]
    df = of_a_sum(relative, [high.df, low.df]).item()
    df = min(df, design.degrees_of_freedom(either & question.usable))
    value = np.log(high.value / low.value).item()
    limits = student(value, variance, df, checks.probability(level, "level"))
    columns = {
        "estimation": value, "erreur_type": variance**0.5, "borne_inf": limits[0],
        "borne_sup": limits[1], "ddl": df, "n": int((either & question.usable).sum()),
        "n_manquant": int((either & question.missing).sum()), "methode": RATIO,
    }  # fmt: skip
    return exponential(pd.DataFrame([columns]))


def _positive_mean(
    design: SurveyDesign, question: linear.Question, domain: Partition, name: str
) -> linear.Linear:
    part = linear.ratio(design, question, domain)
    if not part.value.item() > 0:
        raise NotEstimable(
            f"ratio of '{name}', group '{domain.dimension}'",
            reason="no_variation",
            found=f"a mean of {part.value.item():g}",
            expected="two positive means",
            remedy="publish stats.difference() instead",
        )
    return part
