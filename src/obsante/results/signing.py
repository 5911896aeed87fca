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

    The signature, inside the figure, gives population, period, number of answers and source, and
    says so when the data are synthetic.

    Args:
        period: period described, in French; by default the year of the rows.
    """
    publication = current()
    item = indicator(identifier)
    answers = f" n = {french.number(rows['n'].iloc[0])}." if item.collected else ""
    synthetic = publication.edition.demonstration and item.collected
    lead = "DONNÉES DE DÉMONSTRATION. " if synthetic else ""
    colon, source = f"{french.NBSP}:", rows["source"].iloc[0]
    # What a table of another shape describes is the edition.
    when = period or str(rows["annee"].iloc[0] if "annee" in rows else publication.edition.edition)
    note = (f"{lead}Champ{colon} {item.population}. Période{colon} {when}.{answers} "
            f"Source{colon} {source}.")  # fmt: skip
    fig.text(0.01, -0.01, textwrap.fill(note, 118), fontsize=7, color=INK, va="top", ha="left")
    with mpl.rc_context(STYLE):
        buffer = io.BytesIO()
        fig.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    write_atomic(publication.folder / "figures" / f"{cell_label()}.svg", buffer.getvalue())
    plt.close(fig)
    return Picture(repr(fig), buffer.getvalue().decode("utf-8"))
