"""The tidy table of published values, on disk: one part per notebook, then the whole."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from obsante.errors import ResultError
from obsante.files import write_atomic
from obsante.paths import Project
from obsante.stats import NATIONAL

# Dimensions of a value of the whole: an estimate, or a gap.
WHOLE = (NATIONAL, "ecart")
COLUMNS = [
    "demonstration", "edition", "indicateur", "version", "annee", "dimension", "modalite",
    "libelle", "estimation", "borne_inf", "borne_sup", "erreur_type", "ddl", "effet_plan", "n",
    "effectif", "n_manquant", "n_sans_objet", "unite", "nature", "etat", "precision", "methode",
    "motif", "source", "carnet", "cellule",
]  # fmt: skip
PART = "valeurs.csv"
_TEXT = ["indicateur", "dimension", "modalite", "libelle", "unite", "nature", "etat",
         "precision", "methode", "motif", "source", "carnet", "cellule"]  # fmt: skip


def parts_folder(project: Project, year: int) -> Path:
    """Folder holding, for each notebook, what it published."""
    return project.results(year) / "carnets"


def write_values(path: Path, table: pd.DataFrame) -> None:
    """Write values as CSV (UTF-8, comma, shortest exact decimals; no value = empty)."""
    write_atomic(path, _csv(table))


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def read_values(path: Path) -> pd.DataFrame:
    """Values written by :func:`write_values`, with the same types."""
    return pd.read_csv(path, dtype=dict.fromkeys(_TEXT, "str"), keep_default_na=False,
                       na_values={c: [""] for c in COLUMNS if c not in _TEXT})  # fmt: skip


def gather(project: Project, year: int) -> pd.DataFrame:
    """The notebooks' parts as one table.

    Raises:
        ResultError: two notebooks publish the same domain of the same indicator.
    """
    parts = sorted(parts_folder(project, year).glob(f"*/{PART}"))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat([read_values(part) for part in parts], ignore_index=True)
    key = ["indicateur", "dimension", "modalite"]
    repeated = table[table.duplicated(key, keep=False)]
    if len(repeated):
        first = repeated.iloc[0]
        raise ResultError(
            f"indicator '{first['indicateur']}', {first['dimension']} = {first['modalite']}",
            found=f"published by {' and '.join(sorted(repeated['carnet'].unique()))}",
            expected="one notebook for a value",
            remedy="remove it from one of the two notebooks",
        )
    return table


def combine(project: Project, year: int) -> pd.DataFrame:
    """Gather the notebooks' parts into ``results/valeurs.csv`` and ``valeurs.parquet``.

    Raises:
        ResultError: two notebooks publish the same domain of the same indicator.
    """
    table = gather(project, year)
    write_values(project.results(year) / PART, table)
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    write_atomic(project.results(year) / "valeurs.parquet", buffer.getvalue())
    return table


def gathered(project: Project, year: int) -> bool:
    """Whether ``results/valeurs.csv`` holds what the notebooks published last."""
    return (project.results(year) / PART).read_bytes() == _csv(gather(project, year))


def load_values(project: Project, year: int) -> pd.DataFrame:
    """The published values of one edition.

    Raises:
        ResultError: the notebooks were not run.
    """
    path = project.results(year) / PART
    if not path.is_file():
        raise ResultError(
            project.relative(path),
            found="no published value",
            expected="the values of the executed notebooks",
            remedy=f"run them: obsante run --edition {year}",
        )
    return read_values(path)
