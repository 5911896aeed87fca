"""Indicator registry, publication from notebooks, French formatting and charts."""

from obsante.results.charts import bars, by_edition, figure, ranked, stacked
from obsante.results.checks import adds_up, against_truth, balance, conventions, set_aside
from obsante.results.display import (
    Markdown,
    changes,
    pipe_table,
    reading,
    rows,
    sheet,
    table,
)
from obsante.results.publication import (
    current,
    hand_over,
    indicator,
    measured,
    publish,
    published,
    start,
)
from obsante.results.setting import count, coverage, environment, period, provenance, status

__all__ = [
    "Markdown", "adds_up", "against_truth", "balance", "bars", "by_edition", "changes",
    "conventions", "count", "coverage", "current", "environment", "figure", "hand_over",
    "indicator", "measured", "period", "pipe_table", "provenance", "publish", "published", "ranked",
    "reading", "rows", "set_aside", "sheet", "stacked", "start", "status", "table",
]  # fmt: skip
