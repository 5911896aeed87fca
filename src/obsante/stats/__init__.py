"""Pure functions on frames: weighted estimates and their intervals. Opens no file."""

from obsante.stats.answers import binary, score
from obsante.stats.weighted import difference, distribution, mean, proportion, ratio

__all__ = ["binary", "difference", "distribution", "mean", "proportion", "ratio", "score"]
