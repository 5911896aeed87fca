"""Levels of several indicators over the editions, one panel each, with the target of those that
have one."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from obsante.results import french
from obsante.results.charts import BLUE, GREY, INK, ORANGE, nothing, panels, value_axis
from obsante.results.targets import target

# Room for the figures beside the last point, in years.
_MARGIN = 1.2
_LINES = 7


def trajectories(levels: Mapping[str, pd.DataFrame]) -> Figure:
    """Levels of indicators by edition with their intervals, on one time and one value axis.

    Points are joined by straight segments; a target is a diamond at its year, named, and nothing
    joins it to the points: no path to it is assumed.

    Args:
        levels: French title of the panel -> rows of one indicator, one for each edition (columns
            ``indicateur``, ``edition``, ``estimation``, ``borne_inf``, ``borne_sup``, ``unite``).
            All are in the same unit. An edition without a value has no point.
    """
    everything = pd.concat(levels.values())
    if everything["estimation"].isna().all():
        return nothing(everything)
    unit = everything["unite"].iloc[0]
    levels = {title: rows for title, rows in levels.items() if len(rows)}
    goals = {title: target(rows["indicateur"].iloc[0]) for title, rows in levels.items()}
    years = _years(levels, [goal.year for goal in goals.values() if goal])
    with panels(_LINES, widths=(1.0,) * len(levels), same_scale=True) as (fig, axes):
        for ax, (title, rows) in zip(axes, levels.items(), strict=True):
            _levels(ax, rows.sort_values("edition"), unit)
            if goals[title]:
                _goal(ax, goals[title], unit)
            ax.set_title(title, fontsize=9, color=INK)
            ax.set_xticks(years, _named(years, rows["edition"]), fontsize=8)
            ax.grid(axis="x", visible=False)
            ax.grid(axis="y", visible=True)
        _scale(axes, levels, unit, years)
    return fig


def _years(levels: Mapping[str, pd.DataFrame], targets: list[int]) -> list[int]:
    """Editions and years of targets, in order."""
    editions = {int(year) for rows in levels.values() for year in rows["edition"]}
    return sorted(editions | set(targets))


def _named(years: list[int], editions: pd.Series) -> list[str]:
    """Ticks of the years: the first and the last edition and targets are named, to keep apart."""
    between = set(editions) - {editions.min(), editions.max()}
    return ["" if year in between else f"{year}" for year in years]


def _levels(ax: plt.Axes, rows: pd.DataFrame, unit: str) -> None:
    shown = rows.dropna(subset=["estimation"])
    if shown.empty:
        return
    values = shown["estimation"].to_numpy(dtype=float)
    bounds = [values - shown["borne_inf"], shown["borne_sup"] - values]
    ax.errorbar(shown["edition"], values, yerr=np.nan_to_num(bounds), color=BLUE, marker="o",
                markersize=4.5, capsize=2.5)  # fmt: skip
    ends = shown.iloc[[0, -1]].drop_duplicates().to_dict("records")
    for row in ends:
        text = french.magnitude(row["estimation"], unit)
        top = row["estimation"] if np.isnan(row["borne_sup"]) else row["borne_sup"]
        ax.annotate(text, (row["edition"], top), xytext=(0, 7), textcoords="offset points",
                    fontsize=8, color=INK, ha="center", va="center")  # fmt: skip


def _goal(ax: plt.Axes, goal, unit: str) -> None:
    ax.plot([goal.year], [goal.value], "D", color=ORANGE, markersize=6)
    name = f"{french.magnitude(goal.value, unit)}\ncible\n{goal.status}"
    ax.annotate(name, (goal.year, goal.value), xytext=(-6, 0), textcoords="offset points", ha="right",
                va="center", fontsize=7.5, color=ORANGE)  # fmt: skip


def _scale(axes: list[plt.Axes], levels: Mapping[str, pd.DataFrame], unit: str, years: list) -> None:
    highest = max(rows["borne_sup"].fillna(rows["estimation"]).max() for rows in levels.values())
    _, top = axes[0].get_ylim()
    axes[0].set_ylim(0, max(top, 1.12 * highest))
    axes[0].set_xlim(years[0] - _MARGIN / 2, years[-1] + _MARGIN)
    value_axis(axes[0].yaxis, unit)
    for ax in axes:
        ax.set_xlabel("Édition", color=GREY)
