"""Twelve regions: a labelled tile grid beside the ranked values with their intervals."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from obsante.results import french
from obsante.results.charts import GREY, INK, draw_ranked, nothing, panels
from obsante.results.units import UNITS
from obsante.stats import NATIONAL

# Row and column of each region, 6 x 5: an arrangement of equal tiles, not a map.
TILES = {
    "01": (1, 4), "02": (2, 5), "03": (2, 4), "04": (2, 3), "05": (3, 4), "06": (3, 3),
    "07": (4, 3), "08": (4, 4), "09": (5, 3), "10": (5, 2), "11": (6, 2), "12": (6, 1),
}  # fmt: skip
SHORT = {
    "01": "TTA", "02": "Or", "03": "FM", "04": "RSK", "05": "BMK", "06": "CS", "07": "MS",
    "08": "DT", "09": "SM", "10": "GON", "11": "LSH", "12": "DOD",
}  # fmt: skip
_CLASSES = 4
_SHADES = ListedColormap(["#dfe8f1", "#a9c3dc", "#47779f", "#1f4e79"])
_DARK = 2  # From this class on, the text is white: contrast 4.5 at least.


def regional(rows: pd.DataFrame, *, goal: tuple[float, str] | None = None) -> Figure:
    """Tile grid of the twelve regions and, beside it, their ranked values.

    Args:
        rows: published rows of the dimension ``region``, with the national row. A region without
            a value is white and carries the mark of its state; one of low precision is hatched and
            has no shade: the shades, and what the legend says of them, are those of the others.
        goal: value of a target and its name, drawn on the ranked panel.
    """
    regions = rows[rows["dimension"] == "region"]
    if regions["estimation"].isna().all():
        return nothing(rows)
    with panels(len(regions), widths=(1.1, 1.0)) as (fig, (grid, ranks)):
        _tiles(grid, regions, rows[rows["dimension"] == NATIONAL])
        draw_ranked(ranks, rows.assign(libelle=_named(rows)), goal=goal)
    return fig


def _named(rows: pd.DataFrame) -> list[str]:
    """Names of regions with the letters of their tile."""
    pairs = zip(rows["libelle"], rows["modalite"], strict=True)
    return [f"{name} ({SHORT[code]})" if code in SHORT else name for name, code in pairs]


def _tiles(ax: plt.Axes, regions: pd.DataFrame, national: pd.DataFrame) -> None:
    fragile = regions["etat"] == "low_precision"
    edges = _edges(regions.loc[~fragile, "estimation"].dropna().to_numpy(dtype=float))
    for row in regions.to_dict("records"):
        _tile(ax, row, edges)
    ax.set_xlim(0.95, 6.05)
    ax.set_ylim(8.9, 0.9)
    ax.set_aspect("equal")
    ax.axis("off")
    lines = [*_whole(national), _scale(edges, regions["unite"].iloc[0])]
    if fragile.any():
        lines += [f"Hachures (sans teinte) et points creux{french.NBSP}:", "précision faible"]
    ax.text(1, 7.2, "\n".join(lines), fontsize=7, color=INK, va="top")


def _edges(values: np.ndarray) -> np.ndarray:
    """Limits of the classes: equal widths between the lowest and the highest value; none of none."""
    return np.linspace(values.min(), values.max(), _CLASSES + 1) if len(values) else values


def _tile(ax: plt.Axes, row: dict, edges: np.ndarray) -> None:
    line, column = TILES[row["modalite"]]
    known = not np.isnan(row["estimation"])
    shade = int(np.searchsorted(edges[1:-1], row["estimation"], side="right")) if known else 0
    fragile = row["etat"] == "low_precision"
    ink = "white" if known and shade >= _DARK and not fragile else INK
    with mpl.rc_context({"hatch.linewidth": 0.5}):
        ax.add_patch(Rectangle((column, line), 0.96, 0.96, edgecolor=GREY, linewidth=0.6,
                               facecolor=_SHADES(shade) if known and not fragile else "white",
                               hatch="////" if fragile else None))  # fmt: skip
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6} if fragile else None
    text = french.magnitude(row["estimation"], row["unite"]) if known else french.MARKS[row["etat"]]
    ax.text(column + 0.48, line + 0.34, SHORT[row["modalite"]], fontsize=6.5, color=ink,
            ha="center", va="center", bbox=box)  # fmt: skip
    ax.text(column + 0.48, line + 0.68, text, fontsize=7.5, color=ink, ha="center", va="center",
            weight="bold", bbox=box)  # fmt: skip


def _whole(national: pd.DataFrame) -> list[str]:
    known = national[national["estimation"].notna()]
    return [f"Ensemble{french.NBSP}: {french.quantity(row['estimation'], row['unite'])}"
            for row in known.to_dict("records")]  # fmt: skip


def _scale(edges: np.ndarray, unit: str) -> str:
    """The values of the lightest and of the darkest tile that has a shade."""
    words = "En %" if unit == "percent" else UNITS[unit].title
    if not len(edges):
        return words
    low, high = (french.magnitude(edge, unit) for edge in (edges[0], edges[-1]))
    return f"{words}, " + (f"du clair ({low}) au foncé ({high})" if low != high else "une teinte")
