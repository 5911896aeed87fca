"""Quality of a collection: files, answers, rows set aside, outliers, the sample and its frame.

Thresholds are those of ``config/quality.yml``; surveys and their weights, of
``config/weighting.yml``. Nothing here is published: the quality notebook does.
"""

from obsante.collect.quality.changes import compared, edition_changes, questions
from obsante.collect.quality.coding import agreements, coding, kappa_estimates
from obsante.collect.quality.comparison import Comparison, against_frame
from obsante.collect.quality.files import duplicates, links, reasons, received
from obsante.collect.quality.outliers import extremes
from obsante.collect.quality.settings import Settings, load_settings
from obsante.collect.quality.surveys import (
    Survey,
    effect_estimates,
    item_estimates,
    response_estimates,
    set_aside_estimates,
    surveys,
    unanswered_estimates,
)
from obsante.paths import find_project

__all__ = [
    "Comparison", "Settings", "Survey", "against_frame", "agreements", "coding",
    "compared", "duplicates", "edition_changes", "effect_estimates", "extremes",
    "item_estimates", "kappa_estimates", "links", "load_settings", "questions", "reasons",
    "received", "response_estimates", "set_aside_estimates", "settings", "surveys",
    "unanswered_estimates",
]  # fmt: skip


def settings() -> Settings:
    """Thresholds of the project around the current folder (:func:`load_settings`)."""
    return load_settings(find_project())
