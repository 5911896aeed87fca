"""Publishing from a notebook: the only way for a value or a figure to reach the report.

A notebook runs in a process of its own, so the module keeps one publication at a time::

    results.start("01-infrastructures", edition=2025)
    results.publish("inf.dme", estimates)
    results.hand_over()

Every value keeps the notebook and the labelled cell that computed it.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from IPython import get_ipython
from IPython.core.interactiveshell import ExecutionInfo

from obsante.collect import labels
from obsante.edition import Edition, load_edition
from obsante.errors import ResultError
from obsante.paths import Project, find_project
from obsante.results import quality
from obsante.results.allowed import check_dimensions, check_range
from obsante.results.registry import Indicator, find, load_registry
from obsante.results.values import COLUMNS, PART, write_values
from obsante.stats import NATIONAL

RUN_DIRECTORY_VARIABLE = "OBSANTE_RUN_DIRECTORY"
_LABEL = re.compile(r"^#\|\s*label:\s*([\w-]+)\s*$", re.MULTILINE)
_DEFAULTS = {
    "erreur_type": float("nan"), "borne_inf": float("nan"), "borne_sup": float("nan"),
    "ddl": float("nan"), "effet_plan": float("nan"), "secret": False,
    "n": 0, "effectif": float("nan"), "n_manquant": 0, "n_sans_objet": 0, "motif": "",
}  # fmt: skip


@dataclass
class Publication:
    """What one notebook has published so far."""

    project: Project
    edition: Edition
    notebook: str
    folder: Path
    level: float
    registry: dict[str, Indicator]
    values: list[pd.DataFrame] = field(default_factory=list)
    # Identifier -> reasons why a part of its values is lacking, in French.
    partial: dict[str, list[str]] = field(default_factory=dict)


_current: Publication | None = None
# Source of the cell being executed; a shell's history has it only if the client asks for that.
_running = {"source": ""}


def _remember(info: ExecutionInfo) -> None:
    _running["source"] = info.raw_cell


def start(notebook: str, *, edition: int, confidence_level: float | None = None) -> Publication:
    """Open the publication of one notebook for one edition.

    Outside ``obsante run`` (in JupyterLab, say) what is published goes to the edition's trials,
    never to its results.

    Args:
        confidence_level: in proportion; the edition's own by default.

    Raises:
        EditionError: the edition is unknown or its file is wrong.
        ResultError: a parameter has the wrong type.
    """
    global _current
    _check_type("edition", edition, int)
    project = find_project()
    loaded = load_edition(project, edition)
    level = loaded.confidence_level if confidence_level is None else confidence_level
    _check_type("confidence_level", level, float)
    asked = os.environ.get(RUN_DIRECTORY_VARIABLE)
    folder = Path(asked) if asked else project.trials(edition) / "lab" / notebook
    _current = Publication(project, loaded, notebook, folder, level, load_registry(project))
    _watch_cells()
    return _current


def _watch_cells() -> None:
    shell = get_ipython()
    if shell and _remember not in shell.events.callbacks["pre_run_cell"]:
        shell.events.register("pre_run_cell", _remember)


def current() -> Publication:
    """The open publication.

    Raises:
        ResultError: ``start`` was not called in this notebook.
    """
    if _current is None:
        raise ResultError(
            "results.publish()",
            found="no open publication",
            expected="results.start(notebook, edition=...) in an earlier cell",
            remedy="run the notebook from its first cell",
        )
    return _current


def indicator(identifier: str) -> Indicator:
    """Definition of an indicator of the registry."""
    return find(current().registry, identifier)


def publish(
    identifier: str,
    estimates: pd.DataFrame,
    *,
    year: int | None = None,
    source: str | None = None,
) -> pd.DataFrame:
    """Publish the estimates of one indicator.

    Args:
        identifier: id in ``config/indicators``.
        estimates: one row per domain with ``dimension``, ``modalite``, ``estimation`` and, for a
            survey, the other columns of :data:`obsante.stats.COLUMNS`; optionally
            ``libelle``, the French name of the domain, ``motif``, why it has no value, ``secret``,
            true if it is withheld, hence NaN. Percentages are in proportion, 0 to 1.
        year: year that the values describe; the edition's by default.
        source: source of these values, where it is not the indicator's own.

    Returns:
        The published rows, columns :data:`obsante.results.values.COLUMNS`.

    Raises:
        ResultError: unknown indicator or dimension, domain published twice, value out of range.
    """
    publication = current()
    definition = find(publication.registry, identifier)
    check_dimensions(definition, estimates)
    check_range(definition, estimates)
    _check_repeats(publication, identifier, estimates)
    rows = _described(publication, definition, estimates, year, source)
    publication.values.append(rows)
    return rows


def published(identifier: str) -> pd.DataFrame:
    """Every row of one indicator published so far; none gives an empty frame."""
    publication = current()
    find(publication.registry, identifier)
    parts = _rows_of(publication, identifier)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _rows_of(publication: Publication, identifier: str) -> list[pd.DataFrame]:
    # Each table holds the rows of one indicator.
    return [v for v in publication.values if len(v) and v["indicateur"].iat[0] == identifier]


def measured(identifier: str, estimates: pd.DataFrame, *, edition: int) -> pd.DataFrame:
    """Estimates of another edition, described like published rows but not published.

    Args:
        edition: the edition that the estimates measure; ``estimates`` carries ``libelle``.
    """
    publication = current()
    definition = find(publication.registry, identifier)
    rows = _described(publication, definition, estimates, edition, None)
    return rows.assign(edition=edition)


def hand_over() -> pd.DataFrame:
    """Write everything that the notebook published, and return a count by indicator and state."""
    publication = current()
    if not publication.values:
        raise ResultError(
            f"notebook {publication.notebook}",
            found="nothing published",
            expected="at least one results.publish()",
            remedy="publish the values before handing over",
        )
    table = pd.concat(publication.values, ignore_index=True)
    write_values(publication.folder / PART, table)
    summary = pd.crosstab(table["indicateur"], table["etat"])
    return summary.reindex(table["indicateur"].unique()).reset_index()


def cell_label() -> str:
    """The ``#| label:`` of the cell being executed.

    Raises:
        ResultError: the cell has none, so the value could not be traced.
    """
    found = _LABEL.search(_running["source"])
    if not found:
        raise ResultError(
            "the current cell",
            found="no label, so that its values could not be traced",
            expected="a first line such as: #| label: calcul-dme",
            remedy="give the cell a label of its own",
        )
    return found[1]


def _described(
    publication: Publication,
    definition: Indicator,
    rows: pd.DataFrame,
    year: int | None,
    source: str | None,
) -> pd.DataFrame:
    edition = publication.edition
    rows = rows.assign(**{k: v for k, v in _DEFAULTS.items() if k not in rows})
    described = rows.assign(
        demonstration=edition.demonstration and definition.collected,
        edition=edition.edition,
        indicateur=definition.id,
        version=definition.version.number,
        annee=edition.edition if year is None else year,
        libelle=_domain_names(definition, rows),
        unite=definition.unit,
        nature=definition.nature,
        source=source or definition.source,
        methode=rows["methode"] if "methode" in rows else definition.formula,
        carnet=publication.notebook,
        cellule=cell_label(),
    )
    records = described[quality.READ].to_dict("records")
    judge = (definition.precision, edition.precision)
    described["etat"] = [quality.state(record, *judge) for record in records]
    described["precision"] = [
        "" if math.isnan(record["estimation"]) else quality.grade(record, *judge)
        for record in records
    ]
    return described[COLUMNS].reset_index(drop=True)


def _domain_names(definition: Indicator, rows: pd.DataFrame) -> list[str]:
    if "libelle" in rows:
        return rows["libelle"].tolist()
    names = []
    for dimension, modality in zip(rows["dimension"], rows["modalite"], strict=True):
        if dimension == NATIONAL:
            names.append("Ensemble")
        else:
            names.append(labels(definition.table, dimension)[modality])
    return names


def _check_type(name: str, value: object, expected: type) -> None:
    if type(value) is not expected:
        raise ResultError(
            f"parameter '{name}'",
            found=f"{value!r} ({type(value).__name__})",
            expected=f"a value of type {expected.__name__}",
            remedy=f"pass it as in: obsante run -p {name}={'2025' if expected is int else '0.95'}",
        )


def _check_repeats(publication: Publication, identifier: str, rows: pd.DataFrame) -> None:
    key = ["dimension", "modalite"]
    earlier = [v[key] for v in _rows_of(publication, identifier)]
    repeated = pd.concat([*earlier, rows[key]])
    repeated = repeated[repeated.duplicated()]
    if len(repeated):
        dimension, modality = repeated.iloc[0]
        raise ResultError(
            f"indicator '{identifier}', {dimension} = {modality}",
            found="published twice",
            expected="one value for a domain",
            remedy="remove one of the two calls of results.publish()",
        )
