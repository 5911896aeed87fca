"""Inequality between units and along a ranking, each index with its design-based interval."""

from obsante.stats.equity.curves import concentration_curve, lorenz_curve
from obsante.stats.equity.gaps import ratio_of_means
from obsante.stats.equity.indices import (
    concentration_index,
    erreygers_index,
    gini,
    wagstaff_index,
)
from obsante.stats.equity.ranks import weighted_concentration, weighted_rank
from obsante.stats.equity.slopes import relative_index, slope_index

__all__ = [
    "concentration_curve", "concentration_index", "erreygers_index", "ratio_of_means", "gini",
    "lorenz_curve", "relative_index", "slope_index", "wagstaff_index", "weighted_concentration",
    "weighted_rank",
]  # fmt: skip
