"""Charts of coded interviews: themes by role, tones of each theme, themes by edition."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from obsante.collect import labels
from obsante.results import french
from obsante.results.charts import BLUE, GREY, INK, ORANGE, canvas, panels, value_axis
from obsante.results.interviews import TABLE

# White for a true zero, then light to dark; the text is white from the class _DARK on.
_SHADES = ListedColormap(["#ffffff", "#e6edf4", "#c3d5e6", "#8fb1d0", "#45749f", "#1f4e79"])
_DARK = 4
_HATCHES = {"negatif": "////", "positif": ""}
_MARKERS = ["^", "s", "D", "v"]
# Letters of an axis' name that fit along the height of one theme.
_ALONG = 5


def heat(
    crossed: pd.DataFrame, interviews: Mapping[str, int], axes: Mapping[str, str]
) -> Figure:
    """Passages of each theme by role: a number in each cell, doubled by its shade.

    Args:
        crossed: themes in rows, roles in columns (:func:`obsante.results.interviews.crossed`).
        interviews: role -> interviews, written under its name.
        axes: theme -> its axis; each is named, and a line is drawn between two.
    """
    names = labels(TABLE, "role")
    with canvas(len(crossed)) as (fig, ax):
        edges = np.linspace(0, max(crossed.to_numpy().max(), 1), _SHADES.N)
        for line, (_, cells) in enumerate(crossed.iterrows()):
            for column, size in enumerate(cells):
                _cell(ax, column, line, size, edges)
        heads = [_broken(f"{names[role]} ({french.number(interviews[role])})") for role in crossed]
        ax.set_xticks(range(len(heads)), heads, fontsize=7)
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        _themes(ax, crossed.index, axes)
        _axes(ax, crossed.index, axes)
        ax.set_xlim(-0.5, len(heads) - 0.5)
        ax.grid(visible=False)
    return fig


def _cell(ax: plt.Axes, column: int, line: int, size: int, edges: np.ndarray) -> None:
    shade = int(np.searchsorted(edges, size, side="left"))
    ax.add_patch(plt.Rectangle((column - 0.48, line - 0.46), 0.96, 0.92, linewidth=0.4,
                               facecolor=_SHADES(shade), edgecolor=GREY))  # fmt: skip
    ax.text(column, line, french.number(size), ha="center", va="center", fontsize=8,
            color="white" if shade >= _DARK else INK)  # fmt: skip


def _broken(text: str, width: int = 14) -> str:
    """Words on lines of some ``width`` characters; the number in brackets on the last one."""
    lines = [""]
    *words, number = text.split(" ")
    for word in words:
        if len(lines[-1]) + len(word) > width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join([*lines, number])


def _themes(ax: plt.Axes, themes: pd.Index, axes: Mapping[str, str]) -> None:
    """Names of the themes from the top down, and a line between two axes."""
    names = labels(TABLE, "theme")
    ax.set_yticks(range(len(themes)), [names[theme] for theme in themes], fontsize=8.5)
    ax.set_ylim(len(themes) - 0.4, -0.6)
    codes = [axes[theme] for theme in themes]
    for line in range(1, len(codes)):
        if codes[line] != codes[line - 1]:
            ax.axhline(line - 0.5, color=INK, linewidth=0.9, zorder=3)


def _axes(ax: plt.Axes, themes: pd.Index, axes: Mapping[str, str]) -> None:
    """Name of each axis along the right side, beside its themes."""
    names, lines = labels(TABLE, "axe"), enumerate(axes[theme] for theme in themes)
    for code, own in itertools.groupby(lines, key=lambda place: place[1]):
        places = [line for line, _ in own]
        name = textwrap.fill(names[code], _ALONG * len(places))
        ax.text(1.015, np.mean(places), name, transform=ax.get_yaxis_transform(), rotation=-90,
                ha="left", va="center", multialignment="center", fontsize=7.5, color=INK)  # fmt: skip


def diverging(themes: pd.DataFrame, axes: Mapping[str, str]) -> Figure:
    """Negative passages of each theme to the left, positive ones to the right, neutral ones apart.

    Args:
        themes: :func:`obsante.results.interviews.by_domain` of the themes; a theme whose tone is
            withheld carries its mark in the place of bars.
        axes: theme -> its axis; each is named, and a line is drawn between two.
    """
    places = np.arange(len(themes))
    with panels(len(themes), widths=(3.2, 1.0)) as (fig, (ax, apart)):
        most = max(float(themes[["negatif", "positif", "neutre"]].max().max()), 1.0)
        with mpl.rc_context({"hatch.linewidth": 0.6}):
            _side(ax, places, themes["negatif"], "negatif", -1, ORANGE)
            _side(ax, places, themes["positif"], "positif", 1, BLUE)
        ax.axvline(0, color=INK, linewidth=0.9)
        ax.set_xlim(-1.2 * most, 1.2 * most)
        apart.hlines(places, 0, themes["neutre"], color=GREY, linewidth=0.9)
        apart.plot(themes["neutre"], places, "o", color=GREY, markerfacecolor="white", markersize=5)
        for place, size in zip(places, themes["neutre"], strict=True):
            _label(apart, size, place, 1)
        apart.set_xlim(0, 1.3 * most)
        for panel in (ax, apart):
            panel.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            panel.xaxis.set_major_formatter(lambda value, _: french.number(abs(value)))
            panel.set_xlabel("Passages")
            _themes(panel, themes.index, axes)
        apart.set_yticklabels([])
        _axes(apart, themes.index, axes)
        _heads(ax, apart)
        for place in places[themes["negatif"].isna()]:
            ax.text(0, place, french.MARKS["suppressed"], ha="center", va="center", color=GREY,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip
    return fig


def _side(
    ax: plt.Axes, places: np.ndarray, sizes: pd.Series, tone: str, sign: int, colour: str
) -> None:
    ax.barh(places, sign * sizes.fillna(0), color=colour, hatch=_HATCHES[tone], edgecolor="white",
            height=0.66, linewidth=0)  # fmt: skip
    for place, size in zip(places, sizes, strict=True):
        _label(ax, size, place, sign)


def _label(ax: plt.Axes, size: float, place: int, sign: int) -> None:
    if not np.isnan(size):
        side = "left" if sign > 0 else "right"
        ax.annotate(french.number(size), (sign * size, place), xytext=(sign * 5, 0), va="center",
                    textcoords="offset points", ha=side, fontsize=8)  # fmt: skip


def _heads(ax: plt.Axes, apart: plt.Axes) -> None:
    """Direct labels above the three parts."""
    style = {"ha": "center", "va": "bottom", "fontsize": 8.5}
    ax.text(0.27, 1.005, "Négatifs (hachures)", transform=ax.transAxes, color=ORANGE, **style)
    ax.text(0.73, 1.005, "Positifs", transform=ax.transAxes, color=BLUE, **style)
    apart.text(0.5, 1.005, "Neutres", transform=apart.transAxes, color=INK, **style)


def by_edition(tables: Mapping[int, pd.DataFrame], axes: Mapping[str, str]) -> Figure:
    """Share of each theme in the passages of each edition: one mark per edition.

    Args:
        tables: edition -> passages, oldest first; the last one is drawn full.
        axes: theme -> its axis; each is named, and a line is drawn between two.
    """
    themes = pd.Index(labels(TABLE, "theme"))
    places = np.arange(len(themes))
    *before, latest = tables
    with canvas(len(themes)) as (fig, ax):
        for year, passages in tables.items():
            sizes = passages["theme"].astype("str").value_counts().reindex(themes, fill_value=0)
            last = year == latest
            shape = "o" if last else _MARKERS[before.index(year) % len(_MARKERS)]
            # Empty marks are wider than the full one: none hides another.
            ax.plot(sizes / max(len(passages), 1), places, shape, markersize=5 if last else 7.5,
                    color=BLUE if last else GREY, label=f"Édition {year}",
                    markerfacecolor=BLUE if last else "none")  # fmt: skip
        _themes(ax, themes, axes)
        _axes(ax, themes, axes)
        ax.set_xlim(left=0)
        value_axis(ax.xaxis, "percent")
        ax.set_xlabel("Part des passages de l'édition (%)")
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(tables))
    return fig
