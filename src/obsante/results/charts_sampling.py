"""Charts and tables of the sampling plan: half-widths of several allocations, spread of weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from obsante.collect import labels
from obsante.results import french
from obsante.results.charts import BLUE, GREY, INK, ORANGE, canvas
from obsante.results.display import Markdown, pipe_table
from obsante.stats import NATIONAL
from obsante.stats.weighting import weight_table

# Each series keeps its shape, so that the figure reads without colour.
_SERIES = [(BLUE, "o", True), (ORANGE, "s", True), (GREY, "^", True), (INK, "D", False),
           (ORANGE, "v", False), (BLUE, "x", True)]  # fmt: skip
# Height of a row that its marks share.
_ROOM = 0.5


def half_widths(plans: Mapping[str, pd.DataFrame], *, domain: str) -> Markdown:
    """Expected half-width of each domain under several plans, in points, one column each.

    Args:
        plans: heading -> table of :func:`obsante.stats.sampling.expected_precision`, of the same
            domains in the same order.
        domain: heading of the first column, in French.
    """
    first = next(iter(plans.values()))
    frame = pd.DataFrame({domain: _names(first)})
    for name, table in plans.items():
        frame[name] = [points(value) for value in table["demi_largeur"]]
    return pipe_table(frame, right=list(plans))


def promised_and_kept(table: pd.DataFrame, *, domain: str) -> Markdown:
    """Answers and half-widths promised beside those obtained, half-widths in points.

    Args:
        table: from :func:`obsante.stats.sampling.against_estimates`.
        domain: heading of the first column, in French.
    """
    frame = pd.DataFrame({domain: _names(table)})
    frame["Réponses attendues"] = [french.number(value) for value in table["reponses"]]
    frame["Réponses obtenues"] = [french.number(value) for value in table["n"]]
    headings = {"demi_largeur": "Attendue, à une moitié", "au_niveau": "Attendue, au niveau estimé",
                "obtenue": "Obtenue"}  # fmt: skip
    for column, heading in headings.items():
        frame[heading] = [points(value) for value in table[column]]
    return pipe_table(frame, right=list(frame.columns[1:]))


def second_stage(table: pd.DataFrame, *, domain: str) -> Markdown:
    """Expected second stage: facilities, workers, design effects, half-width in points.

    Args:
        table: from :func:`obsante.collect.plan.expected_workers`.
        domain: heading of the first column, in French.
    """
    frame = pd.DataFrame({domain: _names(table)})
    counts = {"Établissements": "etablissements", "Tirés": "tires", "Réponses": "reponses"}
    for heading, column in counts.items():
        frame[heading] = [french.number(value) for value in table[column]]
    effects = {"Effet des poids": "effet_poids", "Effet de grappe": "effet_grappes"}
    for heading, column in effects.items():
        frame[heading] = [french.number(value, 2) for value in table[column]]
    frame["Demi-largeur"] = [points(value) for value in table["demi_largeur"]]
    return pipe_table(frame, right=list(frame.columns[1:]))


def compared(plans: Mapping[str, pd.DataFrame], *, dimension: str, label: str) -> Figure:
    """Expected half-width of each domain of a dimension, one mark for each plan.

    Args:
        plans: as :func:`half_widths`, six at most; the first one gives the order of the domains.
        label: title of the value axis, with its unit.
    """
    parts = {name: table[table["dimension"] == dimension].reset_index(drop=True)
             for name, table in plans.items()}  # fmt: skip
    first = next(iter(parts.values())).sort_values("demi_largeur", kind="stable")
    places = np.arange(len(first))
    # Marks of one domain are a little apart, so that none hides another.
    shifts = _ROOM * (0.5 - (np.arange(len(parts)) + 0.5) / len(parts))
    with canvas(len(first)) as (fig, ax):
        for part, (colour, shape, full), shift in zip(parts, _SERIES, shifts, strict=False):
            ax.plot(100 * parts[part].loc[first.index, "demi_largeur"], places + shift, shape,
                    color=colour, label=part, markerfacecolor=colour if full else "white",
                    markersize=5.5)  # fmt: skip
        ax.set_yticks(places, _names(first))
        ax.hlines(places - 0.5, 0, 1, transform=ax.get_yaxis_transform(), color="#e3e6ea",
                  linewidth=0.6, zorder=0)  # fmt: skip
        ax.set_ylim(-0.6, len(first) - 0.4)
        _whole_axis(ax, label)
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(parts),
                  columnspacing=1.2, handletextpad=0.3, borderaxespad=0.2)  # fmt: skip
    return fig


def spread(weights: pd.Series, groups: pd.Series, *, label: str) -> Figure:
    """Lowest, middle and highest weight of each group, its middle half thick.

    Args:
        weights: one for each unit.
        groups: name of the group of each unit, in French.
        label: title of the value axis, with its unit.
    """
    summary = weights.groupby(groups, sort=False).quantile([0, 0.25, 0.5, 0.75, 1]).unstack()
    summary = summary.sort_values(0.5, kind="stable")
    with canvas(len(summary)) as (fig, ax):
        for place, (low, left, middle, right, high) in enumerate(summary.to_numpy()):
            ax.plot([low, high], [place] * 2, color=BLUE, linewidth=1.2)
            ax.plot([left, right], [place] * 2, color=BLUE, linewidth=6, solid_capstyle="butt")
            ax.plot(middle, place, "o", color="white", markeredgecolor=INK, markersize=6)
        ax.set_yticks(range(len(summary)), summary.index)
        ax.set_ylim(-0.6, len(summary) - 0.4)
        _whole_axis(ax, label)
    return fig


def weights(stages: Mapping[str, pd.Series], *, group: str) -> Markdown:
    """Number, spread, Kish's design effect and effective size of groups of weights.

    Args:
        stages: name of the group, in French -> weights of its units.
        group: heading of the first column, in French.
    """
    table = weight_table(stages)
    columns = {
        "Établissements": ("n", 0), "Minimum": ("minimum", 1), "Médiane": ("mediane", 1),
        "Maximum": ("maximum", 1), "Effet de plan": ("effet_plan", 2),
        "Taille effective": ("taille_effective", 0),
    }  # fmt: skip
    frame = pd.DataFrame({group: table["etape"]})
    for name, (column, decimals) in columns.items():
        frame[name] = [french.number(value, decimals) for value in table[column]]
    return pipe_table(frame, right=list(columns))


def points(share: float) -> str:
    """A half-width in percentage points, one decimal; the mark of what is missing if there is none.

    >>> points(0.0415)
    '4,2'
    """
    return french.MARKS["missing"] if np.isnan(share) else french.number(100 * share, 1)


def _whole_axis(ax: Axes, label: str) -> None:
    """Whole numbers from zero."""
    ax.set_xlim(left=0)
    ax.set_xlabel(label)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: french.number(value)))


def _names(table: pd.DataFrame) -> list[str]:
    """French name of each domain."""
    pairs = zip(table["dimension"], table["modalite"], strict=True)
    return ["Ensemble" if dimension == NATIONAL else labels("base_sondage", dimension)[code]
            for dimension, code in pairs]  # fmt: skip
