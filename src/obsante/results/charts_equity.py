"""Charts of equity: concentration curves, gaps raw and adjusted, sources side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    nothing,
    panels,
    value_axis,
)
from obsante.results.signing import Picture, figure
from obsante.stats import NATIONAL

# Shape, line and colour of each series: any one of the three tells them apart.
_SERIES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (INK, "^", ":"))
# Height of a line that the marks of its series share.
_ROOM = 0.5
_SQUARE = 5.2
# Letters of a legend that fit on one line above the axes.
_LEGEND = 55


def concentration(curves: Mapping[str, pd.DataFrame], *, ranking: str) -> Figure:
    """Concentration curves with their pointwise intervals, and the diagonal of equality.

    Args:
        curves: French name -> published rows, whose ``modalite`` is a share of the population in
            percent; three at most. The ends 0 and 100, exact, are added. Rows of the whole, and a
            curve without any other, are left out.
        ranking: what orders the population, in French, for the title of the horizontal axis.
    """
    _few(curves)
    inner = {name: rows[rows["dimension"] != NATIONAL] for name, rows in curves.items()}
    with canvas(0) as (fig, ax):
        fig.set_size_inches(_SQUARE, _SQUARE)
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle=(0, (6, 2)))
        ax.annotate("égalité", (0.62, 0.62), color=GREY, rotation=45, ha="center", va="bottom",
                    rotation_mode="anchor", xytext=(-3, 3), textcoords="offset points")  # fmt: skip
        for place, ((name, rows), style) in enumerate(zip(inner.items(), _SERIES, strict=False)):
            if len(rows):
                _curve(ax, name, rows, style, place)
        _unit_square(ax, ranking)
    return fig


def _curve(ax: plt.Axes, name: str, rows: pd.DataFrame, style: tuple, place: int) -> None:
    colour, shape, line = style
    inner = rows.assign(part=rows["modalite"].astype(float) / 100).sort_values("part")
    x = np.array([0.0, *inner["part"], 1.0])
    y, low, high = (np.array([0.0, *inner[column].astype(float), 1.0])
                    for column in ("estimation", "borne_inf", "borne_sup"))  # fmt: skip
    ax.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
    ax.plot(x, y, color=colour, linestyle=line, linewidth=1.6, marker=shape, markersize=4.5)
    # Under the curve, at the foot of the square, where no curve under the diagonal passes.
    spot = (0.97, 0.06 + 0.07 * place)
    ax.annotate(name, spot, color=colour, ha="right", va="center", fontsize=9)
    ax.plot([1.0], [spot[1]], marker=shape, color=colour, markersize=4.5)


def _unit_square(ax: plt.Axes, ranking: str) -> None:
    ticks = np.linspace(0, 1, 6)
    for axis in (ax.xaxis, ax.yaxis):
        value_axis(axis, "percent")
        axis.set_ticks(ticks)
    ax.set_xlim(-0.01, 1.03)
    ax.set_ylim(-0.01, 1.03)
    ax.set_aspect("equal")
    ax.grid(axis="y", visible=True)
    ax.set_xlabel(f"Part des usagers, {ranking} (%)")
    ax.set_ylabel("Part cumulée (%)")


def gaps(series: Mapping[str, pd.DataFrame]) -> Figure:
    """Gaps between groups around zero, one mark for each way of measuring them.

    Args:
        series: French name -> published rows of a difference, three at most; the first ones give
            the lines and their order, from the top. A gap that another series lacks, or that could
            not be estimated, has no mark there.
    """
    _few(series)
    first = next(iter(series.values()))
    with canvas(len(first) + 1) as (fig, ax):
        ax.axvline(0, color=INK, linewidth=0.9, zorder=0)
        _marks(ax, series, list(first["modalite"]), list(first["libelle"]))
        value_axis(ax.xaxis, first["unite"].iloc[0])
    return fig


def sources(series: Mapping[str, pd.DataFrame], *, units: Sequence[str]) -> Figure:
    """What several sources say of the same domains, one mark for each source.

    Args:
        series: French name of a source -> published rows of one dimension; three at most. The
            domains are those of the first one, in its order; a source without the domain has no
            mark there. Rows of the whole are left out.
        units: what each source counts, in French, added to its name (a share of facilities is not a
            share of persons).
    """
    _few(series)
    domains = {name: rows[rows["dimension"] != NATIONAL] for name, rows in series.items()}
    first = next(iter(domains.values()))
    named = {f"{name} ({unit})": rows
             for (name, rows), unit in zip(domains.items(), units, strict=True)}  # fmt: skip
    with canvas(2 * len(first)) as (fig, ax):
        _marks(ax, named, list(first["modalite"]), list(first["libelle"]))
        value_axis(ax.xaxis, first["unite"].iloc[0])
        ax.set_xlim(left=0)
    return fig


def _marks(ax: plt.Axes, series: Mapping[str, pd.DataFrame], keys: list, names: list) -> None:
    places = {key: place for place, key in enumerate(reversed(keys))}
    shifts = _ROOM * (0.5 - (np.arange(len(series)) + 0.5) / len(series))
    for (name, rows), style, shift in zip(series.items(), _SERIES, shifts, strict=False):
        ax.plot([], [], style[1], color=style[0], label=name, markersize=6)
        for row in rows.to_dict("records"):
            if row["modalite"] in places and not np.isnan(row["estimation"]):
                _mark(ax, row, places[row["modalite"]] + shift, style)
    ax.set_yticks(range(len(keys)), [_wrapped(name) for name in reversed(names)])
    ax.hlines(np.arange(1, len(keys)) - 0.5, 0, 1, transform=ax.get_yaxis_transform(),
              color="#e3e6ea", linewidth=0.6, zorder=0)  # fmt: skip
    ax.set_ylim(-0.6, len(keys) - 0.4)
    columns = len(series) if sum(map(len, series)) < _LEGEND else 1
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), fontsize=8.5, ncols=columns,
              handletextpad=0.3)  # fmt: skip


def _mark(ax: plt.Axes, row: dict, height: float, style: tuple) -> None:
    colour, shape, _ = style
    if not np.isnan(row["borne_inf"]):
        ax.plot([row["borne_inf"], row["borne_sup"]], [height] * 2, color=colour, linewidth=1.4)
    face = "white" if row["etat"] == "low_precision" else colour
    ax.plot(row["estimation"], height, shape, color=colour, markerfacecolor=face, markersize=6)


def _wrapped(name: str) -> str:
    """A long name on two lines, broken at the space nearest to its middle."""
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if len(name) <= 30 or not spaces:
        return name
    middle = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:middle]}\n{name[middle + 1:]}"


def beside(rows: pd.DataFrame, public: pd.DataFrame, *, titles: tuple[str, str]) -> Figure:
    """Two measures that are not the same one, each in a panel and on an axis of its own.

    Args:
        rows: published rows of the survey, several dimensions, in the order wanted.
        public: rows of public figures, as :func:`obsante.results.measured` describes them.
        titles: French titles of the panels, what each measures and among whom.
    """
    with panels(max(len(rows), len(public)) - 1, widths=(1.0, 1.0)) as (fig, axes):
        for ax, shown, title in zip(axes, (rows, public), titles, strict=True):
            whole = shown["dimension"] == NATIONAL
            draw_ranked(ax, pd.concat([shown[whole], shown[~whole]]), order="given")
            ax.set_xlim(0, 1)
            ax.set_title(title, fontsize=9, pad=18)
    return fig


def _few(series: Mapping[str, pd.DataFrame]) -> None:
    if not 1 <= len(series) <= len(_SERIES):
        raise ResultError(
            "a chart of several series",
            found=f"{len(series)} series",
            expected=f"one to {len(_SERIES)}, the marks that a reader can tell apart",
            remedy="split the chart in two",
        )


def counted(rows: pd.DataFrame, *, smallest: int) -> Figure:
    """Domains sorted by value, as :func:`ranked`; where few answered, their count and no point.

    Args:
        rows: published shares, with the column ``oui``: answers « yes », unweighted.
        smallest: under so many answers a domain has its count (« 1 sur 2 »).
    """
    few = (rows["dimension"] != NATIONAL) & rows["n"].gt(0) & rows["n"].lt(smallest)
    values = ["estimation", "borne_inf", "borne_sup"]
    shown = rows.assign(etat=rows["etat"].mask(few, "missing"), **rows[values].mask(few))
    with canvas(int((rows["dimension"] != NATIONAL).sum())) as (fig, ax):
        draw_ranked(ax, shown)
        written = dict(zip(rows.loc[few, "libelle"], few_answers(rows[few]), strict=True))
        for place, name in enumerate(label.get_text() for label in ax.get_yticklabels()):
            for mark in ax.texts:
                if name in written and tuple(mark.xy) == (0, place):
                    mark.set_text(written[name])
    return fig


def few_answers(rows: pd.DataFrame) -> list[str]:
    """« 1 sur 2 » for each row: answers « yes » of the column ``oui``, and answers."""
    return [f"{french.number(yes)} sur {french.number(n)}"
            for yes, n in zip(rows["oui"], rows["n"], strict=True)]  # fmt: skip


def drawn(
    draw: Callable[..., Figure],
    identifier: str,
    rows: pd.DataFrame,
    *subject: object,
    signed: pd.DataFrame | None = None,
    period: str | None = None,
    **options: object,
) -> Picture:
    """A signed figure; where there is nothing to draw, one that says why.

    Args:
        draw: function that draws ``rows``, or ``subject`` where that is given.
        identifier: indicator that signs the figure.
        rows: its published rows; without an estimate in a domain of theirs nothing is drawn.
        signed: rows that the signature describes, where the figure shows more than ``rows``.
        period: that the signature gives, where it is not the year of ``rows``.
        options: passed to ``draw``.
    """
    known = rows.loc[rows["dimension"] != NATIONAL, "estimation"].notna().any()
    fig = draw(*(subject or (rows,)), **options) if known else nothing(rows)
    whole = rows if signed is None or not known else signed
    return figure(fig, identifier, whole, period=period)
