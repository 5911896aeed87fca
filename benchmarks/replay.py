"""The computing cells of a notebook, run on tables in memory instead of the project's.

The cells are those of the committed notebook, word for word: what is measured is what is published.
Cells that only show (tables, figures, readings) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import nbformat
import numpy as np
import pandas as pd

from benchmarks.redraw import TABLES, Redrawn
from obsante import collect
from obsante.results import publication
from obsante.results.units import UNITS
from obsante.results.values import WHOLE

_LABEL = re.compile(r"^#\| label: ([\w-]+)")
_COMPUTING = re.compile(r"^(ouverture|provenance|repondants|donnees-|calcul-)")
_SLACK = 1e-9


def computing_cells(path: Path) -> list[tuple[str, str]]:
    """Label and source of the cells that compute, in order; the parameters come first."""
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    parameters = [("parameters", c.source) for c in cells if "parameters" in c.metadata.get("tags", [])]
    labelled = [(_LABEL.match(c.source), c.source) for c in cells]
    return parameters + [(m[1], source) for m, source in labelled if m and _COMPUTING.match(m[1])]


def replay(path: Path, drawn: Redrawn) -> pd.DataFrame:
    """Values that a notebook publishes from one draw.

    Args:
        path: a notebook.
        drawn: its campaign tables; reference tables are the project's own.

    Returns:
        The published rows, columns :data:`obsante.results.values.COLUMNS`.
    """
    names: dict[str, object] = {}
    with _reading(drawn):
        for label, source in computing_cells(path):
            publication._running["source"] = source
            exec(compile(source, f"{path.stem}, cell {label}", "exec"), names)  # noqa: S102
    return pd.concat(publication.current().values, ignore_index=True)


@contextmanager
def _reading(drawn: Redrawn) -> Iterator[None]:
    real = collect.load

    def load(table: str, *, edition: int, optional: bool = False) -> pd.DataFrame:
        found = drawn.tables.get((table, edition))
        if found is None and drawn.alone and table in TABLES and not optional:
            raise LookupError(f"table '{table}' of {edition} was not drawn")
        # A copy: a notebook may add a column to what it read.
        return real(table, edition=edition, optional=optional) if found is None else found.copy()

    with mock.patch.object(collect, "load", load):
        yield


def against(values: pd.DataFrame, known: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Whether each interval holds its known value, and whether it excludes zero.

    Returns:
        One row for each published interval whose true value is known, columns ``indicateur``,
        ``dimension``, ``modalite``, ``etat``, ``connu``, ``couvert``, ``exclut_zero`` and ``signe``
        (the indicator is a difference).
    """
    frame = values.assign(connu=[_known(row, known) for row in values.to_dict("records")])
    frame = frame.dropna(subset=["connu", "borne_inf", "borne_sup"])
    frame = frame[frame["borne_inf"] < frame["borne_sup"]]
    low, high = frame["borne_inf"] - _SLACK, frame["borne_sup"] + _SLACK
    inside = (low <= frame["connu"]) & (frame["connu"] <= high)
    zero = (frame["borne_inf"] > 0) | (frame["borne_sup"] < 0)
    signed = [UNITS[unit].signed for unit in frame["unite"]]
    columns = ["indicateur", "dimension", "modalite", "etat", "connu"]
    found = {"couvert": inside, "exclut_zero": zero, "signe": signed}
    return frame.assign(**found)[[*columns, *found]]


def _known(row: dict, known: dict[str, dict[str, float]]) -> float:
    domains = known.get(row["indicateur"], {})
    whole = row["dimension"] in WHOLE
    name = "national" if whole else f"{row['dimension']}={row['modalite']}"
    return float(domains.get(name, np.nan))
