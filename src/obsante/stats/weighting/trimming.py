"""Trimming: an upper bound on weights, for less variance at the price of some bias."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.weighting.alignment import labels, positive_weights, same_rows

# A mean above the bound by less than this share of it is a rounding error.
_ROUNDING = 1e-12


def trim(weights: pd.Series, *, upper: float, by: pd.Series | None = None) -> pd.Series:
    """Weights of at most ``upper``, with the same sum.

    What exceeds the bound is shared among the untrimmed weights in proportion to them, so that
    they keep their ratios to one another; it is done again for those which then exceed it. Each
    trimmed weight biases estimates, by an amount that the sample doesn't tell. Trim before
    calibration, which restores the known totals, or calibrate with bounds instead.

    Args:
        weights: weight of each unit.
        upper: greatest weight allowed, in the unit of the weights.
        by: group of each unit, same index: each group then keeps its own sum. All together by
            default.

    Returns:
        The trimmed weights, same index.

    Raises:
        DataError: the bound is not positive or is under the mean weight of a group, a weight is
            not positive, a unit has no group.

    Reference: Potter, *Proc. ASA Survey Research Methods Section* (1990), 225-230.

    >>> trim(pd.Series([1.0, 3.0, 12.0]), upper=8.0).tolist()
    [2.0, 6.0, 8.0]
    """
    w = positive_weights(weights)
    checks.positive(np.array([float(upper)]), "upper")
    if by is None:
        return pd.Series(_trimmed(w, upper, "the sample"), weights.index, name=weights.name)
    same_rows(by, weights.index, "by")
    codes, groups = pd.factorize(labels(by, "by"))
    trimmed = np.empty_like(w)
    for code, group in enumerate(groups):
        trimmed[codes == code] = _trimmed(w[codes == code], upper, f"group '{group}'")
    return pd.Series(trimmed, weights.index, name=weights.name)


def _trimmed(w: np.ndarray, upper: float, group: str) -> np.ndarray:
    """One group's weights; each round caps at least one more of them, so that it ends."""
    if w.mean() > upper * (1 + _ROUNDING):
        raise DataError(
            f"trimming, {group}",
            found=f"a mean weight of {w.mean():.6g}, above the bound {upper:g}",
            expected="a bound that the weights can respect while keeping their sum",
            remedy="raise the bound, or trim over larger groups",
        )
    capped = w > upper
    result = w
    while (result > upper).any() and not capped.all():
        free = w[~capped]
        result = np.where(capped, upper, w * ((w.sum() - upper * capped.sum()) / free.sum()))
        capped |= result > upper
    return np.minimum(result, upper)
