"""Charts of published rows: estimates with their intervals, sober, readable without colour."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from obsante.results import french
from obsante.results.units import UNITS
from obsante.stats import NATIONAL

BLUE, ORANGE, GREY, INK = "#1f4e79", "#b35900", "#7a828c", "#1b1f24"
_WIDTH = 7.2
# Fixed salt and path glyphs: the same figure gives the same bytes, whatever fonts a reader has.
STYLE = {"svg.hashsalt": "obsante", "svg.fonttype": "path", "figure.dpi": 110,
          "axes.titlelocation": "left", "font.size": 9.5}  # fmt: skip


def ranked(
    rows: pd.DataFrame,
    *,
    label: str | None = None,
    order: str = "value",
    goal: tuple[float, str] | None = None,
) -> Figure:
    """Domains sorted by value, each with its interval; the national value as a line.

    Args:
        rows: published rows of one dimension, with or without the national row. Values of low
            precision are drawn hollow; domains without a value are named, never drawn at zero;
            values without an interval are written beside their point.
        label: title of the value axis, with its unit; by default that of the unit.
        order: ``value`` sorts by value, ``given`` keeps the order of the rows, from the top.
        goal: value of a target and its name (:func:`obsante.results.targets.goal`).
    """
    if rows["estimation"].isna().all():
        return nothing(rows)
    with canvas(int((rows["dimension"] != NATIONAL).sum())) as (fig, ax):
        draw_ranked(ax, rows, label=label, order=order, goal=goal)
    return fig


def draw_ranked(
    ax: plt.Axes,
    rows: pd.DataFrame,
    *,
    label: str | None = None,
    order: str = "value",
    goal: tuple[float, str] | None = None,
) -> None:
    """Draw :func:`ranked` in one panel of a figure."""
    unit = rows["unite"].iloc[0]
    national = rows[rows["dimension"] == NATIONAL]
    domains = rows[rows["dimension"] != NATIONAL]
    by_value = domains.sort_values("estimation", na_position="first", kind="stable")
    domains = by_value if order == "value" else domains.iloc[::-1]
    for position, row in enumerate(domains.to_dict("records")):
        _point(ax, row, position)
    if len(national) and not np.isnan(national["estimation"].iloc[0]):
        value = national["estimation"].iloc[0]
        ax.axvline(value, color=GREY, linewidth=1, linestyle="--", zorder=0)
        name = f"Ensemble{french.NBSP}: {french.quantity(value, unit)}"
        ax.annotate(name, (value, 1.0), xycoords=("data", "axes fraction"), color=GREY,
                    xytext=(0, 3), textcoords="offset points", ha="center")  # fmt: skip
    if goal:
        ax.plot([goal[0]], [-0.9], "D", color=ORANGE, markersize=6)
        ax.annotate(goal[1], (goal[0], -0.9), color=ORANGE, fontsize=8, xytext=(-7, 0),
                    textcoords="offset points", ha="right", va="center")  # fmt: skip
    ax.set_yticks(range(len(domains)), domains["libelle"])
    ax.set_ylim(-1.3 if goal else -0.6, len(domains) - 0.4)
    value_axis(ax.xaxis, unit)
    if label:
        ax.set_xlabel(label)
    lowest, highest = UNITS[unit].lowest, UNITS[unit].highest
    if lowest and lowest > 0 and highest:
        # A scale without a zero, as that of a note from 1 to 5, is shown whole.
        ax.set_xlim(lowest, highest)
    else:
        _start_at_zero(ax, rows["borne_inf"].fillna(rows["estimation"]).min())


def bars(rows: pd.DataFrame, *, order: str = "value") -> Figure:
    """Horizontal bars, with the interval where there is one; values written at the end.

    Args:
        order: ``value`` sorts by value, ``given`` keeps the order of the rows.
    """
    if rows["estimation"].isna().all():
        return nothing(rows)
    unit = rows["unite"].iloc[0]
    shown = rows.sort_values("estimation") if order == "value" else rows.iloc[::-1]
    with canvas(len(shown)) as (fig, ax):
        values = shown["estimation"].to_numpy(dtype=float)
        ax.barh(range(len(shown)), values, color=BLUE, height=0.62)
        upper = shown["borne_sup"].fillna(shown["estimation"]).to_numpy(dtype=float)
        lower = shown["borne_inf"].fillna(shown["estimation"]).to_numpy(dtype=float)
        if (upper > lower).any():
            ax.errorbar(values, range(len(shown)), xerr=[values - lower, upper - values],
                        fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5)  # fmt: skip
        for position, (value, end) in enumerate(zip(values, upper, strict=True)):
            ax.annotate(french.quantity(value, unit), (end, position), xytext=(4, 0),
                        textcoords="offset points", va="center")  # fmt: skip
        ax.set_yticks(range(len(shown)), shown["libelle"])
        ax.set_xlim(0, float(np.nanmax(upper)) * 1.18)
        value_axis(ax.xaxis, unit)
    return fig


def by_edition(rows: pd.DataFrame) -> Figure:
    """One point with its interval for each edition, on a true time axis, straight segments.

    Args:
        rows: columns ``edition``, ``estimation``, ``borne_inf``, ``borne_sup``, ``unite``.
    """
    if rows["estimation"].isna().all():
        return nothing(rows)
    unit = rows["unite"].iloc[0]
    shown = rows.sort_values("edition")
    with canvas(6) as (fig, ax):
        values = shown["estimation"].to_numpy(dtype=float)
        errors = [values - shown["borne_inf"], shown["borne_sup"] - values]
        ax.errorbar(shown["edition"], values, yerr=errors, color=BLUE, marker="o", capsize=3)
        for year, value in zip(shown["edition"], values, strict=True):
            ax.annotate(french.quantity(value, unit), (year, value), xytext=(8, 5),
                        textcoords="offset points")  # fmt: skip
        ax.set_xticks(shown["edition"].tolist())
        ax.set_xlim(shown["edition"].min() - 0.3, shown["edition"].max() + 0.5)
        # Zeros without an interval still need an axis.
        ax.set_ylim(0, float(shown["borne_sup"].fillna(shown["estimation"]).max()) * 1.25 or 1.0)
        ax.set_xlabel("Édition")
        ax.grid(axis="x", visible=False)
        ax.grid(axis="y", visible=True)
        value_axis(ax.yaxis, unit)
    return fig


def stacked(frame: pd.DataFrame, parts: dict[str, str], *, domain: str, label: str) -> Figure:
    """Horizontal bars of counts, one segment for each part, sorted by total.

    Args:
        frame: one row per domain; ``domain`` names it, the other columns are counts.
        parts: column -> French name, in the order of the segments; two or three at most.
        label: title of the value axis, with its unit.
    """
    totals = frame[list(parts)].sum(axis=1)
    shown = frame.loc[totals.sort_values().index]
    hatches = ["", "///", "..."]
    with canvas(len(shown)) as (fig, ax):
        left = np.zeros(len(shown))
        for (column, name), colour, hatch in zip(
            parts.items(), (BLUE, "#7f9fbf", ORANGE), hatches, strict=False
        ):
            ax.barh(range(len(shown)), shown[column], left=left, color=colour, hatch=hatch,
                    edgecolor="white", height=0.66, label=name)  # fmt: skip
            left = left + shown[column].to_numpy(dtype=float)
        ax.set_yticks(range(len(shown)), shown[domain])
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: french.number(v)))
        # Counts in full are wide: few ticks, so that none touches the next.
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.set_xlabel(label)
        ax.legend(frameon=False, loc="lower right")
    return fig


def nothing(*tables: pd.DataFrame) -> Figure:
    """A figure that says why there is nothing to draw.

    Args:
        tables: published rows without any value, or none at all; each of their reasons is written.
    """
    given = (motif for rows in tables if "motif" in rows for motif in rows["motif"] if motif)
    motives = ", ".join(dict.fromkeys(given))
    reason = f"{french.NBSP}: {motives}" if motives else ""
    with canvas(0) as (fig, ax):
        ax.axis("off")
        ax.text(0, 0.5, textwrap.fill(f"Aucune valeur à montrer{reason}.", 90), color=INK, va="center")
    return fig


@contextlib.contextmanager
def panels(
    lines: int, *, widths: tuple[float, ...], same_scale: bool = False
) -> Iterator[tuple[Figure, list[plt.Axes]]]:
    """An empty figure of several panels side by side, high enough for ``lines`` rows.

    Args:
        widths: of the panels, in proportion.
        same_scale: one value axis for all, as small multiples need.
    """
    with sns.axes_style("whitegrid"), mpl.rc_context(STYLE):
        size = (_WIDTH, 1.1 + 0.3 * max(lines, 3))
        fig, axes = plt.subplots(1, len(widths), figsize=size, width_ratios=widths,
                                 sharex=same_scale, sharey=same_scale, squeeze=False)  # fmt: skip
        for ax in axes[0]:
            ax.grid(axis="y", visible=False)
        yield fig, list(axes[0])
        for ax in axes[0]:
            sns.despine(ax=ax, left=True)
        fig.tight_layout()


@contextlib.contextmanager
def canvas(lines: int) -> Iterator[tuple[Figure, plt.Axes]]:
    """An empty figure of the report's style, high enough for ``lines`` rows."""
    with sns.axes_style("whitegrid"), mpl.rc_context(STYLE):
        fig, ax = plt.subplots(figsize=(_WIDTH, 1.1 + 0.3 * max(lines, 3)))
        ax.grid(axis="y", visible=False)
        yield fig, ax
        sns.despine(ax=ax, left=True)
        fig.tight_layout()


def _point(ax: plt.Axes, row: dict, position: int) -> None:
    if np.isnan(row["estimation"]):
        name = french.STATES[row["etat"]]
        ax.annotate(name, (0, position), va="center", color=GREY, style="italic")
        return
    if np.isnan(row["borne_inf"]) or row["borne_inf"] == row["borne_sup"]:
        text = french.quantity(row["estimation"], row["unite"])
        ax.annotate(text, (row["estimation"], position), xytext=(8, 0), va="center",
                    textcoords="offset points", fontsize=8.5,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip
    else:
        ax.plot([row["borne_inf"], row["borne_sup"]], [position] * 2, color=BLUE, linewidth=1.6)
    hollow = row["etat"] == "low_precision"
    ax.plot(row["estimation"], position, "o", color=BLUE, markersize=6,
            markerfacecolor="white" if hollow else BLUE)  # fmt: skip


def _start_at_zero(ax: plt.Axes, lowest: float) -> None:
    """Start the value axis at zero, or under the lowest value, zero then being marked."""
    low, high = ax.get_xlim()
    ax.set_xlim(min(0.0, low) if lowest < 0 else 0.0, high + 0.05 * (high - low))
    if lowest < 0:
        ax.axvline(0, color=INK, linewidth=0.8, zorder=0)


def value_axis(axis: mpl.axis.Axis, unit: str) -> None:
    """Write a value axis in the scale of a unit, with its French name."""
    scale = UNITS[unit].scale
    axis.set_major_formatter(FuncFormatter(lambda v, _: _tick(v * scale)))
    axis.set_label_text("Part (%)" if unit == "percent" else UNITS[unit].title)


def _tick(value: float) -> str:
    """A round number of an axis, with the decimals that it needs."""
    decimals = next((d for d in range(4) if abs(value - round(value, d)) < 1e-9), 3)
    return french.number(value, decimals)
