"""Charts of the technology watch: the radar, notes by criterion, ratios of counts.

The radar reads without colour: rings are named on it, points carry the number of their technology,
are hollow without consensus, and the mark of a movement is told by its shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from obsante.results import french, wording
from obsante.results.charts import BLUE, GREY, INK, ORANGE, canvas, nothing, panels
from obsante.results.units import UNITS, Unit

# Outer radius of each ring from the centre; the first is wide, since points crowd there.
_OUTER = (1.75, 2.6, 3.3, 4.0)
# Degrees at the top that no sector covers: the names of the rings are written there.
_WEDGE = 40.0
_SHADES = ("#dde6ef", "#eef3f7", "#f8fafb", "white")
# Shape of each movement, and its name in the legend.
MARKS = {
    "up": ("^", "maturité en hausse"), "down": ("v", "maturité en baisse"),
    "same": ("_", "sans changement établi"), "new": ("*", "nouvelle technologie"),
}  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Room at both ends of a scale, so that a point on its end is whole.
_BEYOND = 0.3
_NONE_SCORED = "Aucune technologie notée"


def radar(rows: pd.DataFrame, ring_names: Sequence[str]) -> Figure:
    """Technologies on rings of maturity, in one sector for each family, beside their names.

    The place of a point within its ring, and within its sector, has no meaning.

    Args:
        rows: one row per technology, from :func:`obsante.results.tables_radar.radar_rows`; one
            without a ring is in the list only.
        ring_names: French names of the rings, four at most, from the centre.
    """
    families = list(dict.fromkeys(rows["famille"]))
    lines = max(14.0, 0.62 * (len(rows) + len(families) + 7))
    with panels(int(np.ceil(lines)), widths=(1.75, 1.0)) as (fig, (chart, names)):
        _rings(chart, ring_names)
        for row, angle in zip(rows.to_dict("records"), _angles(len(rows)), strict=True):
            if row["anneau"]:
                _technology(chart, row, angle)
        _sectors(chart, rows)
        if not rows["anneau"].ne("").any():
            chart.text(0, -0.5, _NONE_SCORED, fontsize=8, ha="center", color=INK)
        _listed(names, rows, families)
    return fig


def _angles(size: int) -> np.ndarray:
    """Angle of each technology in degrees, clockwise from the names of the rings."""
    step = (360 - _WEDGE) / max(size, 1)
    return 90 - _WEDGE / 2 - step * (np.arange(size) + 0.5)


def _rings(ax: plt.Axes, names: Sequence[str]) -> None:
    for radius, shade in reversed(list(zip(_OUTER, _SHADES, strict=True))):
        if radius <= _OUTER[len(names) - 1]:
            ax.add_patch(Circle((0, 0), radius, facecolor=shade, edgecolor=GREY, linewidth=0.7))
    for name, radius, inner in zip(names, _OUTER, (0.0, *_OUTER), strict=False):
        height = 0.0 if inner == 0 else (radius + inner) / 2
        ax.text(0, height, name, fontsize=7, color=INK, ha="center", va="center", style="italic")
    limit = _OUTER[len(names) - 1] + 0.6
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    ax.axis("off")


def _technology(ax: plt.Axes, row: dict, angle: float) -> None:
    ring = int(row["rang_anneau"])
    inner = 0.55 if ring == 0 else _OUTER[ring - 1]
    # A little inside the middle: the mark of a movement is outside, in the same ring.
    radius, direction = (inner + _OUTER[ring]) / 2 - 0.1, np.radians(angle)
    x, y = radius * np.cos(direction), radius * np.sin(direction)
    filled = bool(row["consensus"])
    ax.plot(x, y, "o", markersize=13, color=BLUE, markerfacecolor=BLUE if filled else "white",
            markeredgewidth=1.4)  # fmt: skip
    ax.text(x, y, str(row["numero"]), fontsize=7.5, ha="center", va="center", weight="bold",
            color="white" if filled else INK)  # fmt: skip
    if row["mouvement"] in MARKS:
        radius += 0.37
        ax.plot(radius * np.cos(direction), radius * np.sin(direction), color=INK, markersize=5.5,
                marker=MARKS[row["mouvement"]][0], markeredgewidth=1.4)  # fmt: skip


def _sectors(ax: plt.Axes, rows: pd.DataFrame) -> None:
    """Lines between families and, outside the rings, their letters."""
    step = (360 - _WEDGE) / max(len(rows), 1)
    outside, start = max(_OUTER), 90 - _WEDGE / 2
    for place, (_, group) in enumerate(rows.groupby("famille", sort=False)):
        middle, edge = np.radians((start - step * len(group) / 2, start))
        if place:
            ends = np.array([0.55, outside])
            ax.plot(ends * np.cos(edge), ends * np.sin(edge), color=GREY, linewidth=0.6,
                    linestyle=(0, (3, 3)), zorder=1)  # fmt: skip
        radius = outside + 0.33
        ax.text(radius * np.cos(middle), radius * np.sin(middle), _LETTERS[place], fontsize=10,
                weight="bold", color=INK, ha="center", va="center")  # fmt: skip
        start -= step * len(group)


def _listed(ax: plt.Axes, rows: pd.DataFrame, families: Sequence[str]) -> None:
    """The legend: families and technologies by number, then what the marks mean."""
    shown = []
    for letter, family in zip(_LETTERS, families, strict=False):
        shown.append((0.0, f"{letter}. {family}", "bold", None))
        own = rows[rows["famille"] == family].to_dict("records")
        shown += [(0.07, _named(row), "normal", None) for row in own]
    shown += [(0.0, "", "normal", None), (0.09, "consensus sur la maturité", "normal", ("o", BLUE)),
              (0.09, "sans consensus", "normal", ("o", "white"))]  # fmt: skip
    used = set(rows["mouvement"])
    shown += [(0.09, name, "normal", (shape, INK)) for key, (shape, name) in MARKS.items()
              if key in used]  # fmt: skip
    for place, (indent, text, weight, mark) in enumerate(shown):
        ax.text(indent, -place, text, fontsize=7.5, weight=weight, color=INK, va="center")
        if mark:
            edge = BLUE if mark[0] == "o" else INK
            ax.plot(0.035, -place, mark[0], color=edge, markerfacecolor=mark[1], markersize=6)
    ax.set(xlim=(-0.02, 1), ylim=(-max(len(shown), 16) + 0.4, 0.6))
    ax.axis("off")


def _named(row: dict) -> str:
    note = "" if row["anneau"] else " (non notée)"
    return f"{row['numero']}  {row['libelle']}{note}"


def by_criterion(
    published: Mapping[str, pd.DataFrame],
    order: Sequence[str],
    *,
    label: str,
    medians: Mapping[str, pd.DataFrame] | None = None,
    hollow: Mapping[str, Sequence[str]] | None = None,
) -> Figure:
    """The same technologies in the same order, one panel for each criterion, with intervals.

    Args:
        published: French name of the criterion -> published rows, all in one unit, of which those
            of the dimension ``technologie`` are drawn; without any value the figure says why. A
            signed unit gets a line at zero, any other needs a scale with two ends.
        order: codes of the technologies, from the top; the others come after.
        label: title of the value axes, with their unit.
        medians: name of the criterion -> rows of ``vei.mediane``; a bar marks them.
        hollow: name of the criterion -> codes of the technologies drawn hollow.
    """
    rows = pd.concat(published.values(), ignore_index=True)
    unit = UNITS[rows["unite"].iloc[0]]
    rows = rows[rows["dimension"] == "technologie"]
    if rows["estimation"].isna().all():
        return nothing(*published.values())
    names = dict(zip(rows["modalite"], rows["libelle"], strict=True))
    shown = sorted(names, key=lambda code: order.index(code) if code in order else len(order))
    with panels(len(shown), widths=(1.0,) * len(published), same_scale=True) as (fig, axes):
        for ax, (name, own) in zip(axes, published.items(), strict=True):
            _column(ax, own.set_index("modalite"), shown, set((hollow or {}).get(name, ())))
            if medians:
                _medians(ax, medians[name].set_index("modalite")["estimation"], shown)
            ax.set_title(name, fontsize=9)
        axes[0].set_yticks(range(len(shown)), [names[code] for code in reversed(shown)], fontsize=8)
        axes[0].set_ylim(-0.6, max(len(shown), 1) - 0.4)
        axes[len(axes) // 2].set_xlabel(label)
        _common_axis(axes, unit)
    return fig


def _column(ax: plt.Axes, rows: pd.DataFrame, shown: Sequence[str], hollow: set[str]) -> None:
    for place, code in enumerate(reversed(shown)):
        if code not in rows.index or np.isnan(rows.loc[code, "estimation"]):
            mark = french.MARKS["missing"]
            ax.text(0.5, place, mark, transform=ax.get_yaxis_transform(), fontsize=7.5, color=GREY,
                    ha="center", va="center")  # fmt: skip
            continue
        row = rows.loc[code]
        ax.plot([row["borne_inf"], row["borne_sup"]], [place] * 2, color=BLUE, linewidth=1.6)
        ax.plot(row["estimation"], place, "o", color=BLUE, markersize=6,
                markerfacecolor="white" if code in hollow else BLUE)  # fmt: skip


def _medians(ax: plt.Axes, own: pd.Series, shown: Sequence[str]) -> None:
    places = [place for place, code in enumerate(reversed(shown)) if code in own.index]
    values = [own[code] for code in reversed(shown) if code in own.index]
    ax.plot(values, places, "|", color=ORANGE, markersize=13, markeredgewidth=2.0, zorder=1)


def _common_axis(axes: Sequence[plt.Axes], unit: Unit) -> None:
    """Differences around zero, or the whole scale of a note, with one mark in two."""
    lowest, highest = (0, 0) if unit.signed else (int(unit.lowest), int(unit.highest))
    every_other = FixedLocator(range(lowest, highest + 1, 2))
    for ax in axes:
        few = MaxNLocator(4, steps=[1, 2, 5, 10]) if unit.signed else every_other
        ax.xaxis.set_major_locator(few)
        ax.xaxis.set_major_formatter(
            FuncFormatter(lambda v, _: french.number(v, 1 if unit.signed else 0))
        )
        if unit.signed:
            ax.axvline(0, color=INK, linewidth=0.8, zorder=0)
    if unit.signed:
        reach = max(abs(end) for end in axes[0].get_xlim())
        axes[0].set_xlim(-reach, reach)
    else:
        axes[0].set_xlim(lowest - _BEYOND, highest + _BEYOND)


def ratios(rows: pd.DataFrame) -> Figure:
    """Ratios with their intervals, on a scale where a double and a half are as far from 1.

    Args:
        rows: published rows of one dimension, in the order wanted, from the top. A ratio whose
            interval holds 1 is hollow; one without a value is named.
    """
    shown = rows.iloc[::-1].to_dict("records")
    known = rows[["borne_inf", "borne_sup", "estimation"]].to_numpy(dtype=float)
    known = known[np.isfinite(known) & (known > 0)]
    low, high = (known.min(), known.max()) if known.size else (0.5, 2.0)
    low, high = min(low, 0.5) / 1.15, max(high, 2.0) * 1.15
    with canvas(len(shown)) as (fig, ax):
        ax.set_xscale("log")
        ax.axvline(1, color=INK, linewidth=0.8, zorder=0)
        for place, row in enumerate(shown):
            _ratio(ax, row, place, low)
        ticks = [t for t in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if low <= t <= high]
        ax.xaxis.set_major_locator(FixedLocator(ticks))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(
            FuncFormatter(lambda v, _: french.number(v, 0 if v >= 1 else 2 if v < 0.1 else 1))
        )
        ax.set(xlim=(low, high), ylim=(-0.6, max(len(shown), 1) - 0.4))
        ax.set_xlabel("Rapport des effectifs, échelle logarithmique")
        ax.set_yticks(range(len(shown)), [row["libelle"] for row in shown])
    return fig


def _ratio(ax: plt.Axes, row: dict, place: int, lowest: float) -> None:
    value = row["estimation"]
    if np.isnan(value) or value <= 0:
        text = wording.value(row) if not np.isnan(value) else french.STATES[row["etat"]]
        ax.text(1, place, f" {text}", fontsize=8, color=GREY, va="center", style="italic")
        return
    ax.plot([max(row["borne_inf"], lowest), row["borne_sup"]], [place] * 2, color=BLUE, linewidth=1.6)
    holds = row["borne_inf"] <= 1 <= row["borne_sup"]
    ax.plot(value, place, "o", color=BLUE, markersize=6, markerfacecolor="white" if holds else BLUE)
