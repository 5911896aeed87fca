"""What weighting costs: dispersion of the weights before and after each step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.weighting.alignment import positive_weights


def kish_design_effect(weights: pd.Series | np.ndarray) -> float:
    """Kish's design effect of unequal weights, n * sum(w^2) / sum(w)^2 = 1 + CV^2 (no unit).

    By how much unequal weights multiply the variance of a mean if they are unrelated to the
    variable; under optimal allocation, or with weights explained by it, it says too much. Strata
    and clusters are not in it.

    Args:
        weights: weight of each unit (n,).

    Raises:
        DataError: a weight is missing or not positive, or there is none.

    Reference: Kish, *Survey Sampling* (1965), section 11.7; *J. Official Stat.* 8 (1992), 183-200.

    >>> kish_design_effect(pd.Series([1.0, 3.0]))
    1.25
    """
    w = positive_weights(weights)
    return float(len(w) * (w @ w) / w.sum() ** 2)


def effective_size(weights: pd.Series | np.ndarray) -> float:
    """Kish's effective sample size, n / deff = sum(w)^2 / sum(w^2), in units.

    The size of an equally weighted sample of the same precision, as far as weights go; limits,
    errors and reference as in :func:`kish_design_effect`.

    >>> effective_size(pd.Series([1.0, 3.0]))
    1.6
    """
    return len(weights) / kish_design_effect(weights)


def weight_table(stages: Mapping[str, pd.Series | np.ndarray]) -> pd.DataFrame:
    """One row for each stage of the weighting, to see what it did to the weights.

    Args:
        stages: weights by name of the stage, in order; respondents alone, or the sample.

    Returns:
        ``etape``, ``n``, ``minimum``, ``quartile_1``, ``mediane``, ``quartile_3`` (of the units,
        each counting once), ``maximum``, ``somme``, ``coefficient_variation`` (standard deviation
        over mean, divisor n), ``effet_plan`` (Kish) and ``taille_effective``.

    Raises:
        DataError: there is no stage, or a weight is missing or not positive.

    >>> table = weight_table({"avant": pd.Series([2.0, 2.0]), "après": pd.Series([1.0, 3.0])})
    >>> table["effet_plan"].tolist()
    [1.0, 1.25]
    """
    if not stages:
        raise DataError(
            "weight_table",
            found="no stage",
            expected="the weights of at least one stage of the weighting",
            remedy='give them by name, such as {"avant": w, "après": raked}',
        )
    return pd.DataFrame([_row(stage, weights) for stage, weights in stages.items()])


def _row(stage: str, weights: pd.Series | np.ndarray) -> dict[str, object]:
    w = positive_weights(weights, f"weights, {stage}")
    low, middle, high = np.quantile(w, [0.25, 0.5, 0.75])
    return {
        "etape": stage, "n": len(w), "minimum": w.min(), "quartile_1": low, "mediane": middle,
        "quartile_3": high, "maximum": w.max(), "somme": w.sum(),
        "coefficient_variation": w.std() / w.mean(), "effet_plan": kish_design_effect(w),
        "taille_effective": effective_size(w),
    }  # fmt: skip
