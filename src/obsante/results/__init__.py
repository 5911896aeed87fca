"""Indicator registry, publication from notebooks, French formatting and charts."""

from obsante.results.absence import explained, or_missing, unavailable
from obsante.results.charts import bars, by_edition, nothing, ranked, stacked
from obsante.results.charts_pairs import paired
from obsante.results.charts_regions import regional
from obsante.results.charts_trajectories import trajectories
from obsante.results.checks import (
    adds_up,
    against_truth,
    agree,
    balance,
    between,
    conventions,
    set_aside,
)
from obsante.results.display import (
    Markdown,
    changes,
    pipe_table,
    reading,
    rows,
    sheet,
    side_by_side,
    table,
)
from obsante.results.distances import distances
from obsante.results.earlier import earlier
from obsante.results.french import span
from obsante.results.publication import (
    current,
    hand_over,
    indicator,
    measured,
    publish,
    published,
    start,
)
from obsante.results.reference import cited, known, quoted, texts, trust
from obsante.results.setting import count, coverage, environment, period, provenance, status
from obsante.results.signing import figure
from obsante.results.tables_models import established, wald_tests
from obsante.results.targets import goal, target

__all__ = [
    "Markdown", "adds_up", "against_truth", "agree", "balance", "bars", "between",
    "by_edition", "changes", "cited", "conventions", "count", "coverage", "current",
    "distances", "earlier", "environment", "established", "explained", "figure", "goal",
    "hand_over", "indicator", "known", "measured", "nothing", "or_missing", "paired", "period",
    "pipe_table", "provenance", "publish", "published", "quoted", "ranked", "reading",
    "regional", "rows", "set_aside", "sheet", "side_by_side", "span", "stacked", "start", "status",
    "table", "target", "texts", "trajectories", "trust", "unavailable", "wald_tests",
]  # fmt: skip
