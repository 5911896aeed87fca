"""Samples drawn again and again from a finite population, and the estimate of each.

Sums by stratum, or by facility, are enough for a proportion: no table of respondents is built. The
test of this module checks a few samples against `obsante.stats.proportion`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from benchmarks.facilities import Facilities, Staff

# Replications of the two-stage draw made at once: a few hundred megabytes.
_BATCH = 250


class Estimates(NamedTuple):
    """What the intervals need of each replication (R,)."""

    value: np.ndarray
    variance: np.ndarray
    n: np.ndarray
    df: np.ndarray
    fraction: np.ndarray


def one_stage(population: Facilities, replications: int, rng: np.random.Generator) -> Estimates:
    """Samples of facilities, drawn without replacement in each stratum."""
    outside = population.size - population.yes - population.no
    counts = np.stack([population.yes, population.no, outside], axis=1)
    draws = np.stack([
        rng.multivariate_hypergeometric(count, n, size=replications)
        for count, n in zip(counts, population.sample, strict=True)
    ], axis=1)  # fmt: skip
    return of_facilities(draws[..., 0], draws[..., 1], population)


def of_facilities(yes: np.ndarray, no: np.ndarray, population: Facilities) -> Estimates:
    """Estimates from the domain's yes and no in each stratum of the samples (R, H)."""
    size, n = population.size, population.sample
    weight, members = size / n, yes + no
    p, total = _ratio(yes, members, weight)
    z = weight / total
    t = z * (yes - p * members)
    squares = z**2 * (yes * (1 - p) ** 2 + no * p**2)
    scale = (1 - n / size) * n / np.maximum(n - 1, 1)
    parts = (squares - t**2 / n) * scale
    nominal = members.sum(axis=1) - (members > 0).sum(axis=1)
    df = _freedom([(parts, members - 1)], nominal)
    return _estimates(p, total, parts.sum(axis=1), members, df, weight)


def two_stages(population: Staff, replications: int, rng: np.random.Generator) -> Estimates:
    """Samples of facilities in each stratum, then of the staff of each."""
    batches = [
        of_staff(*drawn_staff(population, min(_BATCH, replications - start), rng), population)
        for start in range(0, replications, _BATCH)
    ]
    return Estimates(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))


def drawn_staff(population: Staff, replications: int, rng: np.random.Generator) -> tuple:
    """Facilities drawn (R, U), strata in order, and the yes and no of each one's answers."""
    chosen, start = [], 0
    for size, n in zip(np.bincount(population.stratum), population.drawn, strict=True):
        order = rng.random((replications, size))
        chosen.append(start + np.argpartition(order, n - 1, axis=1)[:, :n])
        start += size
    unit = np.concatenate(chosen, axis=1)
    size, answers = population.size[unit], population.sample[unit]
    all_yes, all_no = population.yes[unit], population.no[unit]
    yes = rng.hypergeometric(all_yes, size - all_yes, answers)
    no = rng.hypergeometric(all_no, size - all_yes - all_no, answers - yes)
    return unit, yes, no


def of_staff(unit: np.ndarray, yes: np.ndarray, no: np.ndarray, population: Staff) -> Estimates:
    """Estimates from the domain's yes and no in each facility drawn (R, U)."""
    n = population.drawn
    fraction = n / np.bincount(population.stratum)
    stratum = np.repeat(np.arange(len(n)), n)
    size, m = population.size[unit], population.sample[unit]
    weight, members = size / m / fraction[stratum], yes + no
    p, total = _ratio(yes, members, weight)
    z = weight / total
    t = z * (yes - p * members)
    starts = np.concatenate([[0], np.cumsum(n)[:-1]])
    centred = t - (np.add.reduceat(t, starts, axis=1) / n)[:, stratum]
    between = centred**2 * ((1 - fraction) * n / np.maximum(n - 1, 1))[stratum]
    squares = z**2 * (yes * (1 - p) ** 2 + no * p**2)
    scale = (1 - m / size) * m / np.maximum(m - 1, 1)
    within = scale * (squares - t**2 / m) * fraction[stratum]
    met = np.add.reduceat(members > 0, starts, axis=1, dtype=np.int64)
    alone = np.add.reduceat(np.maximum(members - 1, 0), starts, axis=1)
    parts = [(np.add.reduceat(part, starts, axis=1), own)
             for part, own in ((between, met - 1), (within, alone))]  # fmt: skip
    df = _freedom(parts, (met - (met > 0)).sum(axis=1))
    variance = (between + within).sum(axis=1)
    return _estimates(p, total, variance, members, df, weight)


def _freedom(parts: list[tuple[np.ndarray, np.ndarray]], nominal: np.ndarray) -> np.ndarray:
    """As :mod:`obsante.stats.survey.freedom`, from the parts of the strata (R, H) and their df."""
    total = sum(part.sum(axis=1) for part, _ in parts)
    below = sum((part**2 / (np.maximum(own, 1) + 2)).sum(axis=1) for part, own in parts)
    known = below > 0
    return np.minimum(nominal, np.where(known, total**2 / np.where(known, below, 1.0) - 2, nominal))


def _ratio(yes: np.ndarray, members: np.ndarray, weight: np.ndarray) -> tuple:
    """Proportion and what the domain stands for (R, 1), NaN where it was not met."""
    total = (weight * members).sum(axis=1, keepdims=True)
    total = np.where(total > 0, total, np.nan)
    return (weight * yes).sum(axis=1, keepdims=True) / total, total


def _estimates(p, total, variance, members, df, weight) -> Estimates:
    """With the fraction of :class:`obsante.stats.survey.linear.Linear`."""
    n = members.sum(axis=1)
    unseen = (members * weight * (weight - 1)).sum(axis=1)
    fraction = (1 - n * unseen / total[:, 0] ** 2).clip(0, 1)
    return Estimates(p[:, 0], np.maximum(variance, 0.0), n, df, fraction)
