"""Two measures of the same domains side by side: paired dots, sorted by their gap."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from obsante.errors import ResultError
from obsante.results import french
from obsante.results.charts import BLUE, GREY, INK, ORANGE, canvas, nothing, value_axis
from obsante.results.units import UNITS
from obsante.stats import NATIONAL

# Shape and colour tell the two measures apart; a hollow marker is a value of low precision.
_MARKS = (("o", BLUE, 0.13), ("D", ORANGE, -0.13))


def paired(rows_a: pd.DataFrame, rows_b: pd.DataFrame, labels: tuple[str, str]) -> Figure:
    """Two measures of each domain with their intervals, sorted by gap; the gap at the right.

    The gap is the first measure less the second, without an interval: it says nothing of its
    significance. A domain where one of the two has no value comes last and carries its state.

    Args:
        rows_a: published rows of the first measure. Domains are those of either measure, in the
            names of the first; the national row, where both have it, comes under a rule.
        rows_b: published rows of the second measure, in the same unit.
        labels: French names of the two measures, in the order of the arguments.

    Raises:
        ResultError: the two measures are not in the same unit, or have no domain in common.
    """
    both = pd.concat([rows_a, rows_b])
    if both["estimation"].isna().all():
        return nothing(both)
    unit = _unit(rows_a, rows_b)
    pairs = _pairs(rows_a, rows_b)
    with canvas(len(pairs) + 1) as (fig, ax):
        for position, (a, b) in enumerate(pairs):
            _pair(ax, a, b, position, unit)
        _dress(ax, pairs, unit, labels)
    return fig


def _unit(rows_a: pd.DataFrame, rows_b: pd.DataFrame) -> str:
    units = sorted({*rows_a["unite"], *rows_b["unite"]})
    if len(units) != 1:
        raise ResultError(
            "a chart of paired values",
            found=f"values in the units {units}",
            expected="two measures in the same unit",
            remedy="pair measures of the same unit, or show each in a chart of its own",
        )
    return units[0]


def _pairs(rows_a: pd.DataFrame, rows_b: pd.DataFrame) -> list[tuple[dict | None, dict | None]]:
    """The two rows of each domain, from the bottom of the chart to its top."""
    first, second = (_by_domain(rows) for rows in (rows_a, rows_b))
    valued = rows_a["estimation"].notna().any() and rows_b["estimation"].notna().any()
    if valued and not first.keys() & second.keys():
        raise ResultError(
            "a chart of paired values",
            found=f"no domain that the {len(first)} and {len(second)} rows share",
            expected="the same dimension and modalities in both measures",
            remedy="publish both by the same dimension, or show each in a chart of its own",
        )
    national = (NATIONAL, NATIONAL)
    keys = [key for key in {**first, **second} if key != national]
    pairs = sorted(((first.get(key), second.get(key)) for key in keys), key=_rank)
    whole = [(first[national], second[national])] if national in first.keys() & second.keys() else []
    return whole + pairs


def _by_domain(rows: pd.DataFrame) -> dict[tuple[str, str], dict]:
    return {(row["dimension"], row["modalite"]): row for row in rows.to_dict("records")}


def _rank(pair: tuple[dict | None, dict | None]) -> float:
    gap = _gap(*pair)
    return -np.inf if np.isnan(gap) else gap


def _gap(a: dict | None, b: dict | None) -> float:
    return a["estimation"] - b["estimation"] if a and b else float("nan")


def _pair(ax: plt.Axes, a: dict | None, b: dict | None, position: int, unit: str) -> None:
    gap = _gap(a, b)
    if not np.isnan(gap):
        ends = [a["estimation"], b["estimation"]]
        ax.plot(ends, [position] * 2, color=GREY, linewidth=0.8, alpha=0.6, zorder=1)
    for row, mark in zip((a, b), _MARKS, strict=True):
        _measure(ax, row, position, mark)
    text = "–" if np.isnan(gap) else french.magnitude(gap, unit, signed=True)
    ax.annotate(text, (1.02, position), xycoords=("axes fraction", "data"), va="center", color=INK)


def _measure(ax: plt.Axes, row: dict | None, position: int, mark: tuple[str, str, float]) -> None:
    marker, colour, shift = mark
    height = position + shift
    if row is None or np.isnan(row["estimation"]):
        state = french.STATES["missing" if row is None else row["etat"]]
        ax.annotate(state, (0, height), color=colour, style="italic", fontsize=7.5, va="center",
                    xytext=(4, 0), textcoords="offset points")  # fmt: skip
        return
    bounds = [row["borne_inf"], row["borne_sup"]]
    ax.plot(bounds, [height] * 2, color=colour, linewidth=1.4, zorder=2)
    hollow = row["etat"] == "low_precision"
    ax.plot([row["estimation"]], [height], marker, color=colour, markersize=5.5, zorder=3,
            markerfacecolor="white" if hollow else colour)  # fmt: skip


def _dress(ax: plt.Axes, pairs: list, unit: str, labels: tuple[str, str]) -> None:
    """Names of the domains, of the measures and of the gap."""
    names = [(a or b)["libelle"] for a, b in pairs]
    ax.set_yticks(range(len(pairs)), names)
    ax.set_ylim(-0.6, len(pairs) - 0.4)
    first = pairs[0][0] or pairs[0][1]
    if first["dimension"] == NATIONAL:
        ax.axhline(0.5, color=GREY, linewidth=0.6)
    low, high = ax.get_xlim()
    ax.set_xlim(min(0.0, low) if UNITS[unit].signed else 0.0, high)
    if UNITS[unit].signed:
        ax.axvline(0, color=INK, linewidth=0.8, zorder=0)
    value_axis(ax.xaxis, unit)
    words = UNITS["points" if unit == "percent" else unit].suffix.strip()
    heading = f"Écart\n({words})" if words else "Écart"
    ax.annotate(heading, (1.02, 1.0), xycoords="axes fraction", color=GREY, fontsize=8.5,
                xytext=(0, 3), textcoords="offset points", va="bottom")  # fmt: skip
    handles = [Line2D([], [], color=colour, marker=marker, markersize=5.5, linewidth=1.4, label=name)
               for name, (marker, colour, _) in zip(labels, _MARKS, strict=True)]  # fmt: skip
    ax.legend(handles=handles, frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1.0),
              borderaxespad=0.2, fontsize=8.5)  # fmt: skip
