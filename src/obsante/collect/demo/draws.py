"""Random numbers and roundings that give the same bits on every platform.

Only uniforms of PCG64, sums, products, comparisons and square roots are used: no logarithm,
exponential or matrix product, whose last bit depends on the machine. Sorts are stable.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

_ROOT_OF_THREE = 3.0**0.5


def stream(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each purpose: adding one never shifts the others."""
    words = [zlib.crc32(name.encode("utf-8")) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def bell(rng: np.random.Generator, size: int) -> np.ndarray:
    """``size`` draws of mean 0 and variance 1: a sum of four uniforms, between -3.5 and 3.5."""
    total = rng.random(size)
    for _ in range(3):
        total += rng.random(size)
    total -= 2.0
    total *= _ROOT_OF_THREE
    return total


def top(score: np.ndarray, share: float) -> np.ndarray:
    """True for the ``share`` of units with the highest scores, exactly, to half a unit.

    >>> top(np.array([0.1, 0.9, 0.5, 0.3]), 0.5).tolist()
    [False, True, True, False]
    """
    chosen = np.zeros(len(score), dtype=bool)
    count = int(share * len(score) + 0.5)
    chosen[np.argsort(-score, kind="stable")[:count]] = True
    return chosen


def levels(score: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Number of levels that each unit reaches; ``shares[k]`` is the share that reaches level k."""
    reached = np.zeros(len(score), dtype=np.int8)
    for share in shares:
        reached += top(score, share)
    return reached


def choose(uniform: np.ndarray, shares: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Class where each uniform falls, from the ``shares`` of its group (one row per group).

    >>> shares = np.array([[0.5, 0.4, 0.1], [0.0, 0.0, 1.0]])
    >>> choose(np.array([0.1, 0.6, 0.95, 0.1]), shares, np.array([0, 0, 0, 1])).tolist()
    [0, 1, 2, 2]
    """
    limits = np.cumsum(shares, axis=1)
    chosen = np.zeros(len(uniform), dtype=np.int8)
    for limit in limits.T[:-1]:
        chosen += uniform >= limit[group]
    return chosen


def apportion(total: int, weights: Sequence[int] | np.ndarray) -> np.ndarray:
    """Whole numbers adding up to ``total`` in proportion to whole ``weights``.

    Largest remainders, in exact arithmetic; the first of equals is served first.

    >>> apportion(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    weights = np.asarray(weights, dtype=np.int64)
    whole = int(weights.sum())
    if whole == 0:
        return np.zeros(len(weights), dtype=np.int64)
    counts, remainders = np.divmod(total * weights, whole)
    left = total - int(counts.sum())
    counts[np.argsort(-remainders, kind="stable")[:left]] += 1
    return counts


def rank_within(group: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Rank, from 0, of each unit among those of its group, by increasing ``key``.

    >>> rank_within(np.array([7, 3, 7]), np.array([0.5, 0.1, 0.2])).tolist()
    [1, 0, 0]
    """
    order = np.lexsort((key, group))
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(group) else []
    sizes = np.diff(np.r_[starts, len(group)]).astype(np.int64)
    ranks = np.empty(len(group), dtype=np.int64)
    ranks[order] = np.arange(len(group)) - np.repeat(starts, sizes)
    return ranks


def respond(
    uniform: np.ndarray, probability: np.ndarray, group: np.ndarray, at_least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Who answers: by chance, then followed up until ``at_least`` in each group have.

    Returns:
        Whether each unit answers, and whether it took a visit.
    """
    willing = uniform < probability
    pressed = rank_within(group, uniform - probability) < at_least
    return willing | pressed, pressed & ~willing
