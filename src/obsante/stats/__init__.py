"""Pure functions on frames: weighted estimates and their intervals. Opens no file."""

from obsante.stats.answers import binary, components, numeric, score
from obsante.stats.variants import imputed, unweighted
from obsante.stats.weighted import (
    difference,
    distribution,
    independent_difference,
    mean,
    proportion,
    ratio,
    total,
)

__all__ = [
    "binary", "components", "difference", "distribution", "imputed", "independent_difference",
    "mean", "numeric", "proportion", "ratio", "score", "total", "unweighted",
]  # fmt: skip
