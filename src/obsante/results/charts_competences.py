"""Charts of the notebook on skills: decomposition of a gap, quartiles, needs, small groups."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from obsante.results import french
from obsante.results.charts import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    canvas,
    draw_ranked,
    nothing,
    panels,
    value_axis,
)

_LIGHT = "#a9c3dc"
# Shape, colour and shift of each of two groups.
_MARKS = (("o", BLUE, 0.17), ("D", ORANGE, -0.17))
# Light enough at its dark end for the text of a cell: contrast 4.5 at least.
_SHADES = LinearSegmentedColormap.from_list("needs", ["#f4f7fa", "#6d98c0"])
_NAME = 11  # Characters of a line of a column's name, at most.


def decomposition(
    raw: pd.DataFrame, parts: Sequence[pd.DataFrame], details: pd.DataFrame
) -> Figure:
    """A gap as the sum of its parts, and beside it one part by variable.

    Args:
        raw: published row of the gap.
        parts: published row of each of its two parts, in the order of the sum.
        details: published rows of the part that is detailed, one per variable.
    """
    if raw["estimation"].isna().all():
        return nothing(*parts)
    bars = [rows.iloc[0].to_dict() for rows in (raw, *parts)]
    with panels(max(len(bars), len(details)) + 1, widths=(1.15, 1.0)) as (fig, (left, right)):
        _steps(left, bars)
        draw_ranked(right, details)
        right.set_title("Part expliquée, par caractéristique", fontsize=9)
    return fig


def _steps(ax: plt.Axes, bars: Sequence[dict]) -> None:
    """Bars one under the other, each part starting where the one before ends."""
    start, hatches = 0.0, ("", "///", "...")
    for place, (row, hatch) in enumerate(zip(bars, hatches, strict=True)):
        left = start if place else 0.0
        value, position = row["estimation"], len(bars) - 1 - place
        ax.barh(position, value, left=left, height=0.55, color=BLUE if not place else _LIGHT,
                hatch=hatch, edgecolor="white")  # fmt: skip
        end = left + value
        errors = [[value - row["borne_inf"]], [row["borne_sup"] - value]]
        if np.isfinite(errors).all():
            ax.errorbar([end], [position], xerr=errors, fmt="none", ecolor=INK, elinewidth=1.1,
                        capsize=2.5)  # fmt: skip
        ax.annotate(french.quantity(value, row["unite"], signed=True), (min(left, end), position),
                    ha="left", va="bottom", xytext=(2, 11), textcoords="offset points",
                    fontsize=8.5)  # fmt: skip
        start = end if place else 0.0
    ax.set_yticks(range(len(bars)), [row["libelle"] for row in reversed(bars)])
    ax.set_ylim(-0.6, len(bars) - 0.2)
    ax.axvline(0, color=INK, linewidth=0.8)
    value_axis(ax.xaxis, bars[0]["unite"])
    ax.set_title("L'écart et ses deux parts", fontsize=9)


def quartiles(
    low: pd.DataFrame, middle: pd.DataFrame, high: pd.DataFrame, mean: pd.DataFrame
) -> Figure:
    """A box from the first to the third quartile in each domain, median and mean marked.

    Args:
        low, middle, high, mean: published rows of the same domains; sorted by median.
    """
    if middle["estimation"].isna().all():
        return nothing(middle)
    names = ("low", "middle", "high", "mean")
    frames = dict(zip(names, (low, middle, high, mean), strict=True))
    values = {name: rows.set_index("modalite")["estimation"] for name, rows in frames.items()}
    shown = middle.sort_values("estimation", kind="stable")
    with canvas(len(shown) + 1) as (fig, ax):
        for place, code in enumerate(shown["modalite"]):
            first, last = values["low"][code], values["high"][code]
            ax.add_patch(Rectangle((first, place - 0.27), last - first, 0.54, facecolor=_LIGHT,
                                   edgecolor=BLUE, linewidth=0.8))  # fmt: skip
            ax.plot([values["middle"][code]] * 2, [place - 0.27, place + 0.27], color=INK,
                    linewidth=2)  # fmt: skip
            ax.plot(values["mean"].get(code, np.nan), place, "D", color=ORANGE, markersize=4.5)
        ax.set_yticks(range(len(shown)), shown["libelle"])
        ax.set_ylim(-0.6, len(shown) - 0.4)
        value_axis(ax.xaxis, shown["unite"].iloc[0])
        ax.set_xlim(0, 100)
        ax.legend(handles=_keys(), frameon=False, ncols=3, loc="lower left",
                  bbox_to_anchor=(0, 1.0), borderaxespad=0.2, fontsize=8.5)  # fmt: skip
    return fig


def _keys() -> list:
    return [
        Rectangle((0, 0), 1, 1, facecolor=_LIGHT, edgecolor=BLUE, label="Moitié centrale"),
        Line2D([], [], color=INK, linewidth=2, label="Médiane"),
        Line2D([], [], color=ORANGE, marker="D", linestyle="none", markersize=4.5, label="Moyenne"),
    ]


def heat(rows: pd.DataFrame, lines: dict[str, str], columns: dict[str, str]) -> Figure:
    """Shares of a table of two dimensions: each cell is written, and the darker the larger.

    Args:
        rows: published shares, whose modality is ``line__column``. A cell of low precision is
            between brackets on white; one without a value carries the mark of its state.
        lines, columns: code -> French name, in order; a line without any cell is left out.
    """
    if rows["estimation"].isna().all():
        return nothing(rows)
    cells = {row["modalite"]: row for row in rows.to_dict("records")}
    present = {key.split("__")[0] for key in cells}
    lines = {code: name for code, name in lines.items() if code in present}
    top = float(np.nanmax(rows["estimation"].astype(float)))
    with canvas(len(lines) + 3) as (fig, ax):
        for i, line in enumerate(lines):
            for j, column in enumerate(columns):
                _cell(ax, cells[f"{line}__{column}"], j, i, top)
        ax.set_xlim(-0.5, len(columns) - 0.5)
        ax.set_ylim(len(lines) - 0.5, -0.5)
        ax.set_yticks(range(len(lines)), lines.values())
        names = [textwrap.fill(name, _NAME) for name in columns.values()]
        ax.set_xticks(range(len(columns)), names, fontsize=7)
        ax.xaxis.tick_top()
        ax.grid(visible=False)
    return fig


def _cell(ax: plt.Axes, row: dict, x: int, y: int, top: float) -> None:
    fragile, known = row["etat"] == "low_precision", not np.isnan(row["estimation"])
    shade = row["estimation"] / top if known and top > 0 else 0.0
    face = "white" if fragile or not known else _SHADES(shade)
    ax.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=face, edgecolor=GREY,
                           linewidth=0.5))  # fmt: skip
    text = french.magnitude(row["estimation"], row["unite"]) if known else french.MARKS[row["etat"]]
    ax.text(x, y, f"({text})" if fragile else text, ha="center", va="center", color=INK, fontsize=8.5)


def functions(
    first: pd.DataFrame, second: pd.DataFrame, names: tuple[str, str], *, smallest: int, dots: int
) -> Figure:
    """Shares of two groups in each domain; where few people answered, counts in their place.

    Args:
        first, second: published shares of the two groups, with the column ``oui``: people who
            answered yes, unweighted. Domains are those of either group, in the names of each.
        names: French names of the two groups.
        smallest: under so many answers a group is not shown at all.
        dots: under so many answers its count is written (« 4 sur 5 ») and no dot is drawn.
    """
    if pd.concat([first, second])["estimation"].isna().all():
        return nothing(first, second)
    groups = [rows.set_index("modalite") for rows in (first, second)]
    labels = {code: name for rows in groups[::-1] for code, name in rows["libelle"].items()}
    codes = sorted(labels, key=lambda code: _height(groups, code, dots))
    with canvas(2 * len(codes)) as (fig, ax):
        for place, code in enumerate(codes):
            for rows, mark in zip(groups, _MARKS, strict=True):
                row = rows.loc[code].to_dict() if code in rows.index else None
                _group(ax, row, place, mark, (smallest, dots))
        ax.set_yticks(range(len(codes)), [labels[code] for code in codes])
        ax.set_ylim(-0.6, len(codes) - 0.4)
        value_axis(ax.xaxis, pd.concat([first, second])["unite"].iloc[0])
        ax.set_xlim(0, 1)
        keys = [Line2D([], [], color=colour, marker=shape, markersize=5.5, linewidth=1.4, label=name)
                for name, (shape, colour, _) in zip(names, _MARKS, strict=True)]  # fmt: skip
        ax.legend(handles=keys, frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1.0),
                  borderaxespad=0.2, fontsize=8.5)  # fmt: skip
    return fig


def _height(groups: Sequence[pd.DataFrame], code: str, dots: int) -> tuple[int, float]:
    """Domains with two dots at the top, by the value of the first group, then the others."""
    shown = [rows.loc[code] for rows in groups if code in rows.index and rows.loc[code, "n"] >= dots]
    return len(shown), float(shown[0]["estimation"]) if shown else 0.0


def _group(
    ax: plt.Axes, row: dict | None, place: int, mark: tuple[str, str, float], least: tuple[int, int]
) -> None:
    shape, colour, shift = mark
    smallest, dots = least
    if row is not None and row["n"] >= dots and not np.isnan(row["estimation"]):
        ax.plot([row["borne_inf"], row["borne_sup"]], [place + shift] * 2, color=colour, linewidth=1.4)
        hollow = row["etat"] == "low_precision"
        ax.plot([row["estimation"]], [place + shift], shape, color=colour, markersize=5.5,
                markerfacecolor="white" if hollow else colour)  # fmt: skip
        return
    if row is None or row["n"] == 0:
        text = "aucun répondant"
    elif row["n"] < smallest:
        text = f"moins de {french.number(smallest)} répondants"
    else:
        text = f"{french.number(row['oui'])} sur {french.number(row['n'])}"
    ax.annotate(text, (0.005, place + shift), color=colour, fontsize=8, va="center")
