"""Indicator registry, publication from notebooks, French formatting and charts."""

from obsante.results.charts import bars, by_edition, figure, ranked, stacked
from obsante.results.display import Markdown, pipe_table, reading, sheet, table
from obsante.results.publication import current, hand_over, indicator, publish, start

__all__ = [
    "Markdown", "bars", "by_edition", "current", "figure", "hand_over", "indicator", "pipe_table",
    "publish", "ranked", "reading", "sheet", "stacked", "start", "table",
]  # fmt: skip
