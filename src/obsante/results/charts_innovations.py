"""Charts of innovations and uses: months by milieu, projects by maturity, sources side by side."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from obsante.errors import ResultError
from obsante.results import french
from obsante.results.charts import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    canvas,
    draw_ranked,
    panels,
    value_axis,
)
from obsante.results.units import UNITS
from obsante.stats import NATIONAL

# Shape, dash and colour tell lines apart; so many, and no more, stay readable with direct labels.
_LINES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (INK, ":", "^"), (GREY, "-.", "D"))
# Points between two labels at the ends of lines, so that none covers another.
_LABEL_GAP = 11
_HEIGHT = 9
# Area of a circle for one unit, in square points, where the largest count is 1.
_LARGEST = 420.0
# Counts written inside a circle from this share of the largest on, beside it below.
_INSIDE = 0.25
_UNKNOWN = "Inconnu"


def monthly(frame: pd.DataFrame, *, unit: str) -> Figure:
    """One line per column over consecutive months, named at its end, from zero.

    Args:
        frame: monthly PeriodIndex; columns are French names, four at most. A month without a
            value breaks the line.
        unit: of the values, a name of :data:`obsante.results.units.UNITS`.

    Raises:
        ResultError: more than four lines, or no value at all.
    """
    if not 0 < frame.shape[1] <= len(_LINES) or frame.isna().all(axis=None):
        raise ResultError(
            "a chart of months",
            found=f"{frame.shape[1]} line(s), {int(frame.notna().to_numpy().sum())} value(s)",
            expected=f"1 to {len(_LINES)} lines that hold values",
            remedy="group the domains, or show a table",
        )
    months = pd.period_range(frame.index.min(), frame.index.max(), freq="M")
    shown = frame.reindex(months).astype(float)
    with canvas(_HEIGHT) as (fig, ax):
        for name, (colour, dash, marker) in zip(shown.columns, _LINES, strict=False):
            ax.plot(range(len(months)), shown[name], dash, color=colour, marker=marker,
                    markersize=3, linewidth=1.5)  # fmt: skip
        firsts = months.year.to_series().drop_duplicates(keep="first")
        places = [int(np.flatnonzero(months.year == year)[0]) for year in firsts]
        ax.set_xticks(places, [str(year) for year in firsts])
        ax.set_ylim(0, float(np.nanmax(shown.to_numpy())) * 1.1)
        ax.grid(axis="x", visible=False)
        ax.grid(axis="y", visible=True)
        value_axis(ax.yaxis, unit)
        ax.set_ylabel("")
        ax.set_title(f"{UNITS[unit].title}, par mois", fontsize=8.5, color=INK)
        _names_at_ends(ax, shown)
    return fig


def _names_at_ends(ax: plt.Axes, shown: pd.DataFrame) -> None:
    """Names of the lines at the right, pushed apart where they would touch."""
    ends = [(shown[name].last_valid_index(), name) for name in shown.columns]
    known = [(shown.index.get_loc(at), float(shown.loc[at, name]), name, colour)
             for (at, name), (colour, _, _) in zip(ends, _LINES, strict=False)
             if at is not None]  # fmt: skip
    height = ax.get_window_extent().height * 72 / ax.figure.dpi
    scale = height / (ax.get_ylim()[1] - ax.get_ylim()[0])
    floor = -np.inf
    for place, value, name, colour in sorted(known, key=lambda end: end[1]):
        at = max(value * scale, floor)
        floor = at + _LABEL_GAP
        ax.annotate(name, (place, value), xytext=(8, at - value * scale), color=colour,
                    textcoords="offset points", fontsize=8.5, va="center",
                    annotation_clip=False)  # fmt: skip


def circles(counts: pd.DataFrame, *, label: str) -> Figure:
    """Counts of a table as circles whose area follows the count, which is written.

    Args:
        counts: one row per domain, named by the index, the first at the top; columns are whole
            numbers in order (levels), then, if any, the name of what is not known. A zero is left
            blank; a count that is not known is hollow.
        label: French title of the columns' axis.

    Raises:
        ResultError: no count above zero.
    """
    largest = float(counts.to_numpy(dtype=float).max()) if counts.size else 0.0
    if not largest > 0:
        raise ResultError(
            "a chart of counts", found="no count above zero", expected="at least one unit",
            remedy="say in a table that there is none",
        )  # fmt: skip
    numbers = [isinstance(column, int | np.integer) for column in counts.columns]
    with canvas(len(counts)) as (fig, ax):
        for line, (_, row) in enumerate(counts.iloc[::-1].iterrows()):
            for place, count in enumerate(row):
                _circle(ax, place, line, int(count), largest, known=numbers[place])
        names = [str(column) for column in counts.columns]
        ax.set_xticks(range(len(names)), names)
        ax.set_yticks(range(len(counts)), counts.index[::-1])
        ax.set_xlim(-0.6, len(names) - 0.4)
        ax.set_ylim(-0.7, len(counts) - 0.3)
        ax.set_xlabel(label)
        ax.grid(axis="both", visible=True, alpha=0.5)
    return fig


def _circle(
    ax: plt.Axes, place: int, line: int, count: int, largest: float, *, known: bool
) -> None:
    if count == 0:
        return
    share = count / largest
    ax.scatter([place], [line], s=_LARGEST * share, color=BLUE if known else "white",
               edgecolor=BLUE, linewidth=1, linestyle="-" if known else "--", zorder=2)  # fmt: skip
    inside = share >= _INSIDE
    shift = 0 if inside else 3 + np.sqrt(_LARGEST * share) / 2
    ax.annotate(french.number(count), (place, line), xytext=(shift, 0), fontsize=8.5,
                textcoords="offset points", va="center", ha="center" if inside else "left",
                color="white" if inside and known else INK, zorder=3)  # fmt: skip


def levels(
    frame: pd.DataFrame, *, domain: str, level: str, lowest: int, highest: int
) -> pd.DataFrame:
    """Units by domain and level, every level written, as :func:`circles` takes them.

    Args:
        frame: one row per unit; ``domain`` is categorical (every category has a line, in
            its order, a true zero too) or text; ``level`` holds whole numbers, missing where not known.
        lowest, highest: ends of the scale.
    """
    known = frame[level].astype("Int64")
    table = pd.crosstab(frame[domain], known.astype("object").where(known.notna(), _UNKNOWN))
    columns = [*range(lowest, highest + 1), *([_UNKNOWN] if known.isna().any() else [])]
    values = frame[domain]
    kept = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else table.index
    return table.reindex(index=kept, columns=columns, fill_value=0).rename_axis(columns=None)


def beside(parts: Mapping[str, pd.DataFrame]) -> Figure:
    """Several measures of the same domains, one panel each, in its own unit, in the same order.

    Args:
        parts: title of a panel -> published rows of one dimension, with or without the national
            row; two or three. Domains follow the values of the first panel; one that a measure
            lacks has an empty line there.
    """
    first = next(iter(parts.values()))
    domains = first[first["dimension"] != NATIONAL].sort_values(
        "estimation", ascending=False, na_position="last", kind="stable"
    )
    order = domains["modalite"].tolist()
    widths = tuple(1.0 for _ in parts)
    with panels(len(order) + 1, widths=widths) as (fig, axes):
        for number, (ax, (title, rows)) in enumerate(zip(axes, parts.items(), strict=True)):
            draw_ranked(ax, _in_order(rows, domains), order="given")
            ax.set_title(title, fontsize=8.5, color=INK, pad=18)
            ax.xaxis.label.set_fontsize(8)
            if number:
                ax.set_yticklabels([])
        _same_scale(axes, list(parts.values()))
    return fig


def _same_scale(axes: list[plt.Axes], parts: list[pd.DataFrame]) -> None:
    """One value axis where all panels have one unit; a scale that has two ends is shown whole."""
    units = {rows["unite"].iloc[0] for rows in parts}
    if len(units) > 1:
        return
    unit = UNITS[units.pop()]
    whole = unit.lowest is not None and unit.highest is not None and unit.scale == 1.0
    low = unit.lowest if whole else min(ax.get_xlim()[0] for ax in axes)
    high = unit.highest if whole else max(ax.get_xlim()[1] for ax in axes)
    for ax in axes:
        ax.set_xlim(low, high)


def _in_order(rows: pd.DataFrame, domains: pd.DataFrame) -> pd.DataFrame:
    """The national row, then one for each domain of the first panel."""
    national = rows[rows["dimension"] == NATIONAL]
    own = rows[rows["dimension"] != NATIONAL].set_index("modalite")
    found = own.reindex(domains["modalite"])
    filled = found.assign(
        libelle=domains["libelle"].to_numpy(), unite=rows["unite"].iloc[0],
        etat=found["etat"].fillna("missing"), dimension=domains["dimension"].to_numpy(),
    )  # fmt: skip
    return pd.concat([national, filled.reset_index()], ignore_index=True)
