"""Composite index: normalisation, weights, aggregation, uncertainty, ranks and sensitivity."""

from obsante.stats.composite.aggregate import arithmetic, geometric, nested
from obsante.stats.composite.coherence import effective_weights
from obsante.stats.composite.normalise import (
    Goalpost,
    Target,
    distance_to_target,
    min_max,
    rank_score,
    z_score,
)
from obsante.stats.composite.ranks import joint_rank_sets, rank_sets
from obsante.stats.composite.sensitivity import (
    one_at_a_time,
    sobol_indices,
    sobol_rank_shift,
    sobol_score,
)
from obsante.stats.composite.tiers import groups
from obsante.stats.composite.uncertainty import (
    draw_estimates,
    replicate_covariance,
    score_intervals,
    score_replicates,
)
from obsante.stats.composite.weights import (
    budget_weights,
    entropy_weights,
    equal_weights,
    pca_loadings,
    pca_weights,
    principal_components,
)

__all__ = [
    "Goalpost", "Target", "arithmetic", "budget_weights", "distance_to_target", "draw_estimates",
    "effective_weights", "entropy_weights", "equal_weights", "geometric", "groups",
    "joint_rank_sets", "min_max", "nested", "one_at_a_time", "pca_loadings", "pca_weights",
    "principal_components", "rank_score", "rank_sets", "replicate_covariance", "score_intervals",
    "score_replicates", "sobol_indices", "sobol_rank_shift", "sobol_score", "z_score",
]  # fmt: skip
