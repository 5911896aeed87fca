"""Charts of effects: path around the start, series with and without intervention, ranked effects.

A pointwise interval is a thick bar; the simultaneous band, which holds the whole path together, is
a shaded area: one effect is read from its bar, the shape of the path from the band.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from obsante.results import french
from obsante.results.charts import BLUE, GREY, INK, ORANGE, canvas, draw_ranked, nothing, value_axis
from obsante.results.publication import indicator
from obsante.results.units import UNITS
from obsante.stats.impact import CohortPanel, SegmentedFit, counterfactual

# Rows of the report's style that give the height of a chart read along time.
_HEIGHT = 9
# Position, just before the first treated period, of the line that marks the start.
_BOUNDARY = -0.5


def event_study(
    frame: pd.DataFrame,
    *,
    unit: str,
    label: str,
    start: str = "Début",
    baseline: str = "",
    effect: pd.DataFrame | None = None,
) -> Figure:
    """Effect by time since the start: pointwise bars inside the simultaneous band.

    The reference is a hollow point on the zero line: the period before the start where the
    estimator leaves it out (``control="never"``), otherwise all the periods before the first one
    shown (``control="not_yet"``). A vertical line separates periods before and after.

    Args:
        frame: from :func:`obsante.stats.impact.event_study`: ``periode_relative``,
            ``estimation``, ``borne_inf``, ``borne_sup``, ``bande_inf``, ``bande_sup``. A period
            without an interval keeps its point, alone. Without rows, the figure says why.
        unit: of the effects, a name of :data:`obsante.results.units.UNITS`.
        label: title of the time axis, in French, with its unit: ``Mois depuis ...``.
        start: French name of the vertical line.
        baseline: French sentence giving the level before the start, under the axis.
        effect: published rows of the effect, which hold the reason why it is not available.
    """
    if frame.empty:
        return nothing(*([] if effect is None else [effect]))
    shown = frame.sort_values("periode_relative", ignore_index=True)
    with canvas(_HEIGHT) as (fig, ax):
        _band(ax, shown)
        _bars(ax, shown)
        ax.axhline(0, color=INK, linewidth=0.9, zorder=1)
        _vertical(ax, _BOUNDARY, start)
        _reference(ax, shown)
        ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: french.number(v, signed=True)))
        ax.set_xlabel(f"{label}\n{baseline}" if baseline else label)
        _level_axis(ax, unit)
    return fig


def baseline(panel: CohortPanel | None, level: str) -> str:
    """Mean of the units treated one day, over their periods before entry, as a French sentence.

    Args:
        panel: the outcome is that of ``level``; None, where it could not be built, gives no text.
        level: indicator of the level, whose unit writes the value.
    """
    if panel is None:
        return ""
    before = panel.y[(panel.event_time < 0) & panel.ever_treated[:, None]].mean()
    text = french.quantity(before, indicator(level).unit)
    return f"Niveau moyen, avant, des établissements équipés{french.NBSP}: {text}"


def fitted_series(fit: SegmentedFit) -> pd.DataFrame:
    """The frame of :func:`series` from an interrupted series.

    Returns:
        One row per period: ``periode``, ``observe``, ``ajuste``, then ``estimation``,
        ``borne_inf``, ``borne_sup`` of the counterfactual, NaN before the intervention.
    """
    whole = pd.DataFrame({"periode": list(fit.observed.index), "observe": fit.observed.to_numpy(),
                          "ajuste": fit.fitted.to_numpy()})  # fmt: skip
    without = counterfactual(fit)[["periode", "estimation", "borne_inf", "borne_sup"]]
    return whole.merge(without, on="periode", how="left", validate="one_to_one")


def series(
    frame: pd.DataFrame, *, unit: str, start: str, without: str = "Sans intervention"
) -> Figure:
    """Observed points, fitted line, and what is expected without the intervention, dashed.

    Lines carry their names at their end; the vertical line lies between the last period before
    the intervention and the first one with it.

    Args:
        frame: from :func:`fitted_series`; ``periode`` holds pandas periods or whole numbers.
        unit: of the series, a name of :data:`obsante.results.units.UNITS`.
        start: French name of the vertical line.
        without: French name of the dashed line.
    """
    shown = frame.sort_values("periode", ignore_index=True)
    place = np.arange(len(shown))
    expected = shown["estimation"].notna().to_numpy()
    with canvas(_HEIGHT) as (fig, ax):
        ax.plot(place, shown["observe"], "o", color=GREY, markersize=3.5)
        # Two segments: nothing is drawn across the date, where the level may jump.
        for part in (~expected, expected):
            ax.plot(place[part], shown.loc[part, "ajuste"], color=BLUE, linewidth=1.8)
        after = shown[expected]
        ax.fill_between(place[expected], after["borne_inf"].to_numpy(float),
                        after["borne_sup"].to_numpy(float), color=ORANGE, alpha=0.15,
                        linewidth=0)  # fmt: skip
        ax.plot(place[expected], after["estimation"], color=ORANGE, linewidth=1.6, linestyle="--")
        if expected.any():
            _vertical(ax, float(place[expected][0]) + _BOUNDARY, start)
        _named_ends(ax, shown, without)
        ax.set_xticks(*_dates(shown["periode"]))
        _level_axis(ax, unit)
    return fig


def effects(rows: pd.DataFrame, *, label: str | None = None, order: str = "given") -> Figure:
    """Effects of several domains with their intervals, the zero line always inside the axis.

    Args:
        rows: published rows of one unit, as :func:`obsante.results.ranked`.
        label: title of the value axis, with its unit; by default that of the unit.
        order: ``given`` keeps the order of the rows, from the top; ``value`` sorts by value.
    """
    if rows["estimation"].isna().all():
        return nothing(rows)
    domains = int((rows["dimension"] != "national").sum())
    with canvas(domains) as (fig, ax):
        draw_ranked(ax, rows, label=label, order=order)
        low, high = ax.get_xlim()
        margin = 0.05 * (high - low)
        ax.set_xlim(min(low, -margin), max(high, margin))
        ax.axvline(0, color=INK, linewidth=1, zorder=1)
    return fig


def _band(ax: plt.Axes, shown: pd.DataFrame) -> None:
    """The simultaneous band, in one piece for each side of the start."""
    for side in (shown["periode_relative"] < 0, shown["periode_relative"] >= 0):
        part = shown[side]
        ax.fill_between(part["periode_relative"], part["bande_inf"], part["bande_sup"],
                        color=BLUE, alpha=0.14, linewidth=0)  # fmt: skip


def _bars(ax: plt.Axes, shown: pd.DataFrame) -> None:
    """Points with their pointwise interval, where there is one."""
    known = shown.dropna(subset=["borne_inf", "borne_sup"])
    ax.vlines(known["periode_relative"], known["borne_inf"], known["borne_sup"], color=BLUE,
              linewidth=2)  # fmt: skip
    ax.plot(shown["periode_relative"], shown["estimation"], "o", color=BLUE, markersize=4.5)


def _reference(ax: plt.Axes, shown: pd.DataFrame) -> None:
    """A hollow point on zero, named on the side that the effects leave free."""
    steps = shown["periode_relative"]
    single = -1 not in set(steps)
    place = -1 if single else int(steps.min()) - 1
    ax.plot(place, 0, "o", color=BLUE, markersize=6, markerfacecolor="white", zorder=3)
    name = "mois précédent" if single else "tous les mois antérieurs"
    below = shown.loc[steps >= 0, "estimation"].mean() <= 0
    ax.annotate(f"Point creux{french.NBSP}: référence, {name}", (0.01, 0.03 if below else 0.97),
                xycoords="axes fraction", color=GREY, fontsize=8,
                va="bottom" if below else "top")  # fmt: skip


def _vertical(ax: plt.Axes, place: float, name: str) -> None:
    """A dotted line at the start, named above the frame."""
    ax.axvline(place, color=GREY, linewidth=1, linestyle=":", zorder=1)
    ax.annotate(name, (place, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                textcoords="offset points", color=GREY, fontsize=8.5, ha="center")  # fmt: skip


def _named_ends(ax: plt.Axes, shown: pd.DataFrame, without: str) -> None:
    """Names of the lines at the right, the higher one above the other."""
    last = shown.iloc[-1]
    ends = [("Ajusté", last["ajuste"], BLUE)]
    if not np.isnan(last["estimation"]):
        ends.append((without, last["estimation"], ORANGE))
    ends.sort(key=lambda end: end[1])
    shifts = [-7, 7] if len(ends) > 1 else [0]
    for (name, value, colour), shift in zip(ends, shifts, strict=True):
        ax.annotate(name, (len(shown) - 1, value), xytext=(7, shift), color=colour, fontsize=8.5,
                    textcoords="offset points", va="center", annotation_clip=False)  # fmt: skip
    first = shown.iloc[0]
    ax.annotate("Observé", (0, first["observe"]), xytext=(0, 8), textcoords="offset points",
                color=GREY, fontsize=8.5)  # fmt: skip


def _dates(periods: pd.Series) -> tuple[list[int], list[str]]:
    """Ticks at the first month of each year, or a few whole numbers."""
    if isinstance(periods.dtype, pd.PeriodDtype):
        firsts = periods.dt.year.drop_duplicates()
        return firsts.index.tolist(), [str(year) for year in firsts]
    step = max(1, len(periods) // 8)
    return list(range(0, len(periods), step)), [str(value) for value in periods.iloc[::step]]


def _level_axis(ax: plt.Axes, unit: str) -> None:
    """The value axis on the left, its name written horizontally above it."""
    value_axis(ax.yaxis, unit)
    ax.set_ylabel("")
    name = "Part (%)" if unit == "percent" else UNITS[unit].title
    ax.set_title(name, fontsize=8.5, color=INK, pad=16)
    ax.grid(axis="x", visible=False)
    ax.grid(axis="y", visible=True)
