"""The same proportion under other conventions, for the sensitivity section of a notebook."""

from __future__ import annotations

import pandas as pd

from obsante.stats.weighted import proportion


def unweighted(answers: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """National proportion with every weight equal to one, to see what the weights do."""
    ones = pd.Series(1.0, index=answers.index)
    return proportion(answers, ones, pd.DataFrame(index=answers.index), level=level)


def imputed(
    answers: pd.DataFrame,
    value: float,
    weights: pd.Series,
    domains: pd.DataFrame,
    *,
    level: float,
) -> pd.DataFrame:
    """National proportion if every missing answer were ``value``: a bound, not an estimate."""
    missing = answers["state"] == "missing"
    filled = answers.assign(
        y=answers["y"].where(~missing, value), state=answers["state"].where(~missing, "valid")
    )
    return proportion(filled, weights, domains, level=level)
