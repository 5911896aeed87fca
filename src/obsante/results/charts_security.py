"""Charts of the security chapter: delays with and without correction, rate ratios, practices."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from obsante.results import french
from obsante.results.charts import BLUE, GREY, INK, ORANGE, canvas, panels, value_axis
from obsante.stats import NATIONAL

# Rows of the report's style that give the height of a chart read along time.
_HEIGHT = 9
# Letters of a panel's title on one line.
_TITLE = 13
# Share of the delays at which the two curves are named.
_NAMED_AT = {"naive": 0.94, "estimation": 0.62}


def delay_curves(curve: pd.DataFrame, *, unit: str = "jours") -> Figure:
    """Share of incidents detected by delay: corrected curve with its limits, naive one dashed.

    Args:
        curve: from :func:`obsante.stats.impact.delay_distribution`.
        unit: French plural of the unit of the delays.
    """
    last = float(curve["horizon"].iloc[0])
    times = np.concatenate([[0.0], curve["duree"].to_numpy(float), [last]])
    with canvas(_HEIGHT) as (fig, ax):
        low, high = (_steps(curve[name], at_end=1.0) for name in ("borne_inf", "borne_sup"))
        ax.fill_between(times, low, high, step="post", color=BLUE, alpha=0.15, linewidth=0)
        ax.step(times, _steps(curve["estimation"]), where="post", color=BLUE, linewidth=1.9)
        ax.step(times, _steps(curve["naive"]), where="post", color=ORANGE, linewidth=1.5,
                linestyle="--")  # fmt: skip
        _named(ax, curve, "naive", "Délais enregistrés, sans correction", ORANGE, (16, 22), "left")
        _named(ax, curve, "estimation", "Corrigé de la troncature,\navec son intervalle", BLUE,
               (40, -44), "left")  # fmt: skip
        ax.set_xlim(0, last)
        ax.axhline(0.5, color=INK, linewidth=0.8, linestyle=":", zorder=1)
        ax.annotate("La moitié", (last, 0.5), xytext=(-2, 3), textcoords="offset points",
                    ha="right", fontsize=8, color=INK)  # fmt: skip
        ax.set_ylim(0, 1.2)
        ax.set_yticks(np.linspace(0, 1, 6))
        value_axis(ax.yaxis, "percent")
        ax.set_ylabel("")
        ax.set_title("Part des incidents détectés (%)", fontsize=8.5, color=INK)
        ax.set_xlabel(f"Délai depuis la survenue ({unit}), parmi les incidents détectés "
                      f"en {french.number(last)} {unit} au plus")  # fmt: skip
        ax.grid(axis="y", visible=True)
    return fig


def _steps(values: pd.Series, at_end: float | None = None) -> np.ndarray:
    """A step curve from zero, level after its last step; ``at_end`` where it has no value."""
    known = values.to_numpy(dtype=float)
    filled = known if at_end is None else np.where(np.isnan(known), at_end, known)
    return np.concatenate([[0.0], filled, filled[-1:]])


def _named(
    ax: plt.Axes, curve: pd.DataFrame, name: str, text: str, colour: str,
    shift: tuple[float, float], side: str,
) -> None:  # fmt: skip
    """The name of a curve, with a leader to where it reaches a given share."""
    reached = np.flatnonzero(curve[name].to_numpy(dtype=float) >= _NAMED_AT[name])
    row = curve.iloc[reached[0] if len(reached) else -1]
    leader = {"arrowstyle": "-", "color": colour, "linewidth": 0.8}
    ax.annotate(text, (row["duree"], row[name]), xytext=shift, textcoords="offset points",
                color=colour, fontsize=8.5, ha=side, va="center", arrowprops=leader)  # fmt: skip


def ratios(rows: pd.DataFrame, *, reference: str) -> Figure:
    """Rate ratios with their intervals on a logarithmic axis, one being no difference.

    Args:
        rows: published rows, from the top; one without a value is named, never drawn.
        reference: French name of what the ratios are relative to, on the line of one.
    """
    shown = rows.iloc[::-1].reset_index(drop=True)
    with canvas(len(shown) + 1) as (fig, ax):
        ax.set_xscale("log")
        ax.axvline(1, color=INK, linewidth=0.9, zorder=1)
        for position, row in enumerate(shown.to_dict("records")):
            _ratio(ax, row, position)
        ax.annotate(reference, (1, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                    textcoords="offset points", color=INK, fontsize=8.5, ha="center")  # fmt: skip
        ax.set_yticks(range(len(shown)), shown["libelle"])
        ax.set_ylim(-0.6, len(shown) - 0.4)
        ax.xaxis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0), numticks=20))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}".replace(".", ",")))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel("Rapport des taux (échelle logarithmique)")
    return fig


def _ratio(ax: plt.Axes, row: dict, position: int) -> None:
    if np.isnan(row["estimation"]) or row["estimation"] <= 0:
        # A logarithm has no place for zero: it is written.
        name = french.number(0, 2) if row["estimation"] == 0 else french.STATES[row["etat"]]
        ax.annotate(name, (1, position), va="center", color=GREY, style="italic",
                    xytext=(6, 0), textcoords="offset points")  # fmt: skip
        return
    ax.plot([row["borne_inf"], row["borne_sup"]], [position] * 2, color=BLUE, linewidth=1.7)
    ax.plot(row["estimation"], position, "o", color=BLUE, markersize=6)
    ax.annotate(french.number(row["estimation"], 2), (row["estimation"], position),
                xytext=(0, 7), textcoords="offset points", ha="center", fontsize=8,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip


def practices(columns: Mapping[str, pd.DataFrame]) -> Figure:
    """Several shares of the same domains, one panel each, on one scale; domains keep their order.

    The value of the whole is a dashed line, written above its panel. A domain without a value is
    named by its state; one of low precision is hollow.

    Args:
        columns: French name of a practice -> its published rows, with the national row.
    """
    domains = {name: rows[rows["dimension"] != NATIONAL] for name, rows in columns.items()}
    longest = max(domains.values(), key=len)
    places = {code: place for place, code in enumerate(longest["modalite"].iloc[::-1])}
    with panels(len(longest) + 1, widths=(1.0,) * len(columns), same_scale=True) as (fig, axes):
        for ax, (name, rows) in zip(axes, columns.items(), strict=True):
            for row in domains[name].to_dict("records"):
                _share(ax, row, places[row["modalite"]])
            _whole(ax, rows)
            ax.set_title(textwrap.fill(name, _TITLE), fontsize=8, color=INK, pad=16)
            value_axis(ax.xaxis, "percent")
            ax.set_xlabel("Part (%)", fontsize=8)
            ax.tick_params(axis="x", labelsize=7.5)
        axes[0].set_xlim(-0.03, 1.03)
        axes[0].set_xticks([0, 0.5, 1.0])
        axes[0].set_yticks(range(len(longest)), longest["libelle"].iloc[::-1])
        axes[0].set_ylim(-0.6, len(longest) - 0.4)
    return fig


def _share(ax: plt.Axes, row: dict, position: int) -> None:
    if np.isnan(row["estimation"]):
        ax.annotate(french.MARKS[row["etat"]], (0, position), va="center", color=GREY, fontsize=7.5)
        return
    ax.plot([row["borne_inf"], row["borne_sup"]], [position] * 2, color=BLUE, linewidth=1.4)
    hollow = row["etat"] == "low_precision"
    ax.plot(row["estimation"], position, "o", color=BLUE, markersize=5, clip_on=False,
            markerfacecolor="white" if hollow else BLUE)  # fmt: skip


def _whole(ax: plt.Axes, rows: pd.DataFrame) -> None:
    whole = rows.loc[rows["dimension"] == NATIONAL, "estimation"]
    if len(whole) and not np.isnan(whole.iloc[0]):
        ax.axvline(whole.iloc[0], color=GREY, linewidth=1, linestyle="--", zorder=0)
        ax.annotate(french.quantity(whole.iloc[0], "percent"), (whole.iloc[0], 1.0),
                    xycoords=("data", "axes fraction"), xytext=(0, 3), fontsize=7.5,
                    textcoords="offset points", color=GREY, ha="center")  # fmt: skip
