"""Variance of any statistic by replicate weights: jackknife and bootstrap."""

from obsante.stats.replicates.adjustments import raking
from obsante.stats.replicates.estimates import ReplicateEstimates, estimate
from obsante.stats.replicates.weights import Replicates, bootstrap, jackknife

__all__ = ["ReplicateEstimates", "Replicates", "bootstrap", "estimate", "jackknife", "raking"]
