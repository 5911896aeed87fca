"""The last step of every figure: signature, file for the book, what the notebook shows."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from obsante.files import write_atomic
from obsante.results import french
from obsante.results.charts import INK, STYLE
from obsante.results.publication import cell_label, current, indicator
from obsante.stats import NATIONAL


@dataclass(frozen=True)
class Picture:
    """A signed figure as a notebook shows it: the book's own SVG, drawn once."""

    text: str
    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.text


def figure(
    fig: Figure, identifier: str, rows: pd.DataFrame, *, period: str | None = None
) -> Picture:
    """Sign a figure, write its SVG for the book under the cell's label, and show it.

    The signature, inside the figure, gives population, period, number of answers and sources, and
    says so when the data are synthetic. Without a row of the whole, the number of answers is that of
    the rows shown, from the fewest to the most.

    Args:
        period: period described, in French; by default the year of the rows.
    """
    publication = current()
    item = indicator(identifier)
    answers = f" n = {answered(rows)}." if item.collected else ""
    synthetic = publication.edition.demonstration and item.collected
    lead = "DONNÉES DE DÉMONSTRATION. " if synthetic else ""
    colon, source = f"{french.NBSP}:", sources(rows) or item.source
    # What a table of another shape describes is the edition.
    dated = len(rows) and "annee" in rows
    when = period or str(rows["annee"].iloc[0] if dated else publication.edition.edition)
    note = (f"{lead}Champ{colon} {item.population}. Période{colon} {when}.{answers} "
            f"Source{colon} {source}.")  # fmt: skip
    fig.text(0.01, -0.01, textwrap.fill(note, 118), fontsize=7, color=INK, va="top", ha="left")
    with mpl.rc_context(STYLE):
        buffer = io.BytesIO()
        fig.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    write_atomic(publication.folder / "figures" / f"{cell_label()}.svg", buffer.getvalue())
    plt.close(fig)
    return Picture(repr(fig), buffer.getvalue().decode("utf-8"))


def answered(rows: pd.DataFrame) -> str:
    """Number of answers behind published rows: the whole's, or the fewest and the most.

    >>> answered(pd.DataFrame({"dimension": ["type", "type"], "n": [12, 187]}))
    '12 à 187'
    """
    whole = rows[rows["dimension"] == NATIONAL] if "dimension" in rows else rows
    counts = (whole if len(whole) else rows)["n"].dropna()
    if counts.empty:
        return "–"
    return " à ".join(dict.fromkeys(french.number(n) for n in (counts.min(), counts.max())))


def sources(rows: pd.DataFrame) -> str:
    """Sources of published rows, each of them once."""
    return f"{french.THIN}; ".join(dict.fromkeys(rows["source"]))
