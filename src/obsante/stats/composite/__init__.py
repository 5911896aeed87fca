"""Composite index: normalisation, weights, aggregation, ranks and sensitivity to conventions.

The sampling error of a score is that of :func:`obsante.stats.replicates.estimate`: its statistic
makes the indicators from the weights, then the whole index, so that clipping, weights read from
the data and means are done again in each replicate.
"""

from obsante.stats.composite.aggregate import arithmetic, geometric, nested
from obsante.stats.composite.normalise import (
    Goalpost,
    Target,
    distance_to_target,
    min_max,
    rank_score,
    z_score,
)
from obsante.stats.composite.ranks import rank_sets
from obsante.stats.composite.sensitivity import one_at_a_time, sobol_indices, sobol_rank_shift
from obsante.stats.composite.weights import (
    budget_weights,
    entropy_weights,
    equal_weights,
    pca_loadings,
    pca_weights,
    principal_components,
)

__all__ = [
    "Goalpost", "Target", "arithmetic", "budget_weights", "distance_to_target", "entropy_weights",
    "equal_weights", "geometric", "min_max", "nested", "one_at_a_time", "pca_loadings",
    "pca_weights", "principal_components", "rank_score", "rank_sets", "sobol_indices",
    "sobol_rank_shift", "z_score",
]  # fmt: skip
