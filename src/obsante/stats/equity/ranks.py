"""Weighted fractional ranks and what they are made of.

The rank of a unit is the share of the population below it, plus half of the share that ties
with it: the weighted mean of the ranks is then exactly 1/2, whatever the ties.

Reference: Kakwani, Wagstaff & van Doorslaer, *Journal of Econometrics* 77 (1997), 87-103.
"""

from __future__ import annotations

import numpy as np


def weighted_rank(ranking: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """F_i = (sum of w_j with r_j < r_i + 1/2 sum of w_j with r_j = r_i) / sum of w.

    Args:
        ranking: variable that orders the units (n,), the least advantaged first.
        weights: weights (n,), not all zero; a unit of weight 0 has a rank but moves none.

    Returns:
        Ranks (n,), between 0 and 1.

    >>> weighted_rank(np.array([1.0, 1.0, 5.0]), np.array([1.0, 1.0, 2.0])).tolist()
    [0.25, 0.25, 0.75]
    """
    _, codes = np.unique(ranking, return_inverse=True)
    mass = np.bincount(codes, weights)
    return ((np.cumsum(mass) - mass / 2) / mass.sum())[codes]


def weighted_concentration(y: np.ndarray, ranking: np.ndarray, weights: np.ndarray) -> float:
    """Concentration index 2 cov(y, F) / mean(y); the Gini index where ``ranking`` is ``y``.

    The bare number, for replicate weights: no check, no standard error.

    >>> y = np.array([0.0, 1.0])
    >>> weighted_concentration(y, y, np.array([1.0, 1.0]))
    0.5
    """
    rank = weighted_rank(ranking, weights)
    mean = np.average(y, weights=weights)
    return float(2 * np.average((y - mean) * (rank - 0.5), weights=weights) / mean)


def mean_above(values: np.ndarray, ranking: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """E[v (1(R > r_i) + 1/2 1(R = r_i))]: how much the ranks' dependence on unit i moves E[v F]."""
    _, codes = np.unique(ranking, return_inverse=True)
    mass = np.bincount(codes, weights * values)
    return ((mass.sum() - np.cumsum(mass) + mass / 2) / weights.sum())[codes]
