"""Technology watch: counts of signals, and panels of experts who score technologies (Delphi).

A feed of signals is counted whole. An expert is a cluster: the scores that one person gives go
together. Experts are chosen, not drawn, so that their intervals describe how much the panel
disagrees, not the error of a sample.
"""

from obsante.stats.foresight.changes import changes, comparable, confirmed
from obsante.stats.foresight.panel import (
    mean_scores,
    near_all,
    panel_design,
    rank_agreement,
    spread,
)
from obsante.stats.foresight.priority import priority, rank_rows
from obsante.stats.foresight.rounds import (
    convergence,
    distance_by_round,
    distances,
    first_round,
    last_round,
)
from obsante.stats.foresight.signals import count_ratios, median_age, tally

__all__ = [
    "changes", "comparable", "confirmed", "convergence", "count_ratios", "distance_by_round",
    "distances", "first_round", "last_round", "mean_scores", "median_age", "near_all",
    "panel_design", "priority", "rank_agreement", "rank_rows", "spread", "tally",
]  # fmt: skip
