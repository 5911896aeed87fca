"""Statistical disclosure control of tables: sensitive cells, complementary suppression, audit."""

from obsante.stats.disclosure.audit import audit
from obsante.stats.disclosure.layout import Layout, crossed, hierarchy
from obsante.stats.disclosure.rules import (
    contributions,
    dominance,
    minimum_frequency,
    p_percent,
)
from obsante.stats.disclosure.suppression import suppress

__all__ = [
    "Layout",
    "audit",
    "contributions",
    "crossed",
    "dominance",
    "hierarchy",
    "minimum_frequency",
    "p_percent",
    "suppress",
]
