"""Files of a plan: the sample, its strata, its expected precision, and how it was drawn.

A sample that is in the field must not change: files that exist are never replaced unless asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from obsante.collect.plan.frame import SamplingFrame
from obsante.collect.plan.settings import Settings
from obsante.collect.sheets import yaml_text
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.files import write_atomic
from obsante.paths import Project

_DECIMALS = {"taux_sondage": 3, "poids_sondage": 2, "reponses_attendues": 1, "demi_largeur": 3,
             "effet_plan": 2}  # fmt: skip
_HEAD = "# How this sample was drawn by `obsante sample`: the same frame and seed give it again.\n"


def default_file(project: Project, edition: Edition, table: str) -> Path:
    """Where a sample is written unless the user says otherwise."""
    mark = "-demonstration" if edition.demonstration else ""
    return project.samples(edition.edition) / f"{table}{mark}.csv"


def beside(path: Path, part: str, suffix: str = ".csv") -> Path:
    """The file of another part of the same plan.

    >>> beside(Path("etablissements.csv"), "strates").name
    'etablissements-strates.csv'
    """
    return path.with_name(f"{path.stem}-{part}{suffix}")


def require_absent(project: Project, paths: Sequence[Path], *, replace: bool) -> None:
    """Raise a DataError if one of the files exists and may not be replaced."""
    there = [path for path in paths if path.exists()]
    if there and not replace:
        raise DataError(
            project.relative(there[0]), found="a sample that was already drawn",
            expected="no file: a sample in the field must stay as it is",
            remedy="name another --output, or add --replace if nobody has received this one",
        )  # fmt: skip


def write_tables(edition: Edition, files: Mapping[Path, pd.DataFrame]) -> None:
    """Write tables as CSV, in order; those of a demonstration say so in their first column.

    Raises:
        ObsanteError: a folder can't be written.
    """
    for path, table in files.items():
        marked = table.copy()
        if edition.demonstration:
            marked.insert(0, "demonstration", "true")
        write_atomic(path, marked.to_csv(index=False, lineterminator="\n"))


def write_record(
    path: Path, edition: Edition, frame: SamplingFrame, settings: Settings
) -> None:
    """Write what gives the sample again: edition, frame and its hash, every setting."""
    record = {
        "edition": edition.edition,
        "demonstration": edition.demonstration,
        "frame": {"file": Path(frame.file).name, "sha256": frame.sha256, "rows": len(frame.rows)},
        "confidence_level": edition.confidence_level,
        "settings": settings.model_dump(),
    }
    write_atomic(path, _HEAD + yaml_text(record))


def console_table(table: pd.DataFrame) -> list[str]:
    """A table as lines of text, each number with the decimals of its column."""
    formats = {name: f"{{:.{_DECIMALS.get(name, 0)}f}}".format
               for name in table.select_dtypes("number")}  # fmt: skip
    return table.to_string(index=False, formatters=formats, na_rep="-").splitlines()
