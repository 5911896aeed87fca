"""Samples to measure speed on: many strata, fifty domains, drawn in one stage or in two."""

from __future__ import annotations

import numpy as np

SEED = 20261126
STRATA = 100
DOMAINS = 50
# Rows of a primary unit, and secondary units that each of them stands for, with two stages.
CLUSTER = 20
PER_ROW = 3


def sample(rows: int, stages: int) -> dict[str, np.ndarray]:
    """Columns of one sample, labels as text, as a table read from a file has them.

    ``y`` is an amount, ``yes`` is 0 or 1; both differ between domains, which straddle the strata.
    """
    rng = np.random.default_rng([SEED, rows, stages])
    units = rows if stages == 1 else rows // CLUSTER
    unit_stratum = rng.permutation(np.arange(units) % STRATA)
    drawn = np.bincount(unit_stratum, minlength=STRATA)
    population = np.ceil(drawn * rng.uniform(2, 6, STRATA))
    unit = np.arange(rows) if stages == 1 else np.repeat(np.arange(units), CLUSTER)
    stratum = unit_stratum[unit]
    domain = rng.integers(0, DOMAINS, rows)
    y = rng.normal(10, 2, rows) + 0.1 * domain + rng.normal(0, 1, units)[unit]
    columns = {
        "stratum": _labels("S", stratum, 3),
        "domain": _labels("D", domain, 2),
        "y": y,
        "yes": (y > 12).astype(float),
        "psu_population": population[stratum],
        "weight": (population / drawn)[stratum],
    }
    if stages == 2:
        columns |= {
            "psu": _labels("E", unit, 7),
            "ssu": _labels("W", np.arange(rows), 8),
            "ssu_population": np.full(rows, float(CLUSTER * PER_ROW)),
        }
        columns["weight"] = columns["weight"] * PER_ROW
    return columns


def _labels(prefix: str, codes: np.ndarray, digits: int) -> np.ndarray:
    return np.array([f"{prefix}{code:0{digits}d}" for code in codes], dtype=object)
