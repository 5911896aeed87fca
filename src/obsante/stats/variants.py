"""The same proportion under other conventions, for the sensitivity section of a notebook."""

from __future__ import annotations

import pandas as pd

from obsante.stats.survey import SurveyDesign, proportion, survey_design


def unweighted(answers: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """National proportion with every weight equal to one and no strata, to see what they do."""
    equal = survey_design(pd.DataFrame({"weight": 1.0}, index=answers.index), weights="weight")
    return proportion(answers, equal, answers[[]], level=level)


def imputed(
    answers: pd.DataFrame,
    value: float,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    level: float,
) -> pd.DataFrame:
    """National proportion if every missing answer were ``value``: a bound, not an estimate."""
    missing = answers["state"] == "missing"
    filled = answers.assign(
        y=answers["y"].where(~missing, value), state=answers["state"].where(~missing, "valid")
    )
    return proportion(filled, design, domains, level=level)
