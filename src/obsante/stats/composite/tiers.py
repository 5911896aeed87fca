"""Groups of units that the data can't tell apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.stats.composite.pairwise import Method, decide, ordered_pairs, ranks, setting


def groups(
    scores: pd.Series,
    covariance: pd.DataFrame,
    *,
    level: float,
    seed: int,
    df: float = np.inf,
    method: Method = "simulation",
    draws: int = 20_000,
) -> pd.DataFrame:
    """Units that the data can't tell apart, in tiers and in overlapping groups.

    All pairs are compared at once, as in :func:`rank_sets` with ``simultaneous`` and ``stepdown``.
    A tier ends where every unit above differs surely from every unit below: often there is one
    tier only. Two units differ surely if and only if they share no letter.

    Returns:
        One row per unit, best first: ``estimation``, ``rang``, ``palier`` (1 is the best) and
        ``groupes`` (letters).

    Raises:
        DataError: as :func:`rank_sets`.

    >>> units = ["N", "S", "E"]
    >>> errors = pd.DataFrame(np.diag([1.0, 1.0, 1.0]), index=units, columns=units)
    >>> groups(pd.Series([60.0, 50.0, 49.0], index=units), errors, level=0.95, seed=1)[
    ...     ["palier", "groupes"]].to_numpy().tolist()
    [[1, 'a'], [2, 'b'], [2, 'b']]
    """
    _, ratios, critical = setting(scores, covariance, level, method, df, draws, seed)
    better = decide(ratios, ordered_pairs(len(scores)), critical, stepdown=True)
    order = np.argsort(-scores.to_numpy(dtype=float), kind="stable")
    differ = (better | better.T)[np.ix_(order, order)]
    cuts = [bool(differ[:k, k:].all()) for k in range(1, len(order))]
    table = pd.DataFrame({"estimation": scores, "rang": ranks(scores)}).iloc[order]
    table["palier"] = np.cumsum([True, *cuts])
    table["groupes"] = _letters(~differ)
    return table


def _letters(alike: np.ndarray) -> list[str]:
    """For each unit, the letters of the largest sets of units that are all alike."""
    neighbours = [set(np.flatnonzero(row)) - {i} for i, row in enumerate(alike)]
    found = sorted(sorted(clique) for clique in _cliques(set(), set(range(len(alike))), set(),
                                                         neighbours))  # fmt: skip
    return [
        ", ".join(_letter(k) for k, clique in enumerate(found) if unit in clique)
        for unit in range(len(alike))
    ]


def _cliques(chosen: set, candidates: set, done: set, neighbours: list[set]) -> list[set]:
    """Bron and Kerbosch's maximal cliques, with a pivot (Communications of the ACM, 1973)."""
    if not candidates:
        return [] if done else [chosen]
    pivot = max(candidates | done, key=lambda unit: len(neighbours[unit] & candidates))
    found = []
    for unit in sorted(candidates - neighbours[pivot]):
        near = neighbours[unit]
        found += _cliques(chosen | {unit}, candidates & near, done & near, neighbours)
        candidates, done = candidates - {unit}, done | {unit}
    return found


def _letter(number: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    head, tail = divmod(number, 26)
    return (_letter(head - 1) if head else "") + chr(ord("a") + tail)
