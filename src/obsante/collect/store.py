"""Validated tables on disk: Parquet files, their index, the quarantine beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from obsante.collect.checks import Balance, Checked
from obsante.collect.quarantine import csv
from obsante.collect.sources import RawFile
from obsante.edition import Strict
from obsante.errors import DataError
from obsante.files import fresh_folders, sha256, write_atomic, writing
from obsante.paths import Project

INDEX = "index.json"


class Entry(Strict):
    """A table of the index: raw file and its hash, balance of rows, hash of its dictionary."""

    file: str
    sha256: str
    rows_in: int
    rows_kept: int
    rows_aside: int
    weight_aside: float
    dictionary: str

    @property
    def balance(self) -> Balance:
        """Rows received, kept and set aside."""
        return Balance(self.rows_in, self.rows_kept, self.rows_aside, self.weight_aside)


_INDEX = TypeAdapter(dict[str, Entry])


def write(project: Project, year: int, ingested: Sequence[tuple[RawFile, Checked]]) -> None:
    """Replace the tables and the quarantine of an edition, both or neither.

    Raises:
        ObsanteError: a folder can't be written; the former files are untouched.
    """
    with fresh_folders(project.tables(year), project.quarantine(year)) as (tables, quarantine):
        index = {}
        for raw, checked in ingested:
            name = checked.table.name
            with writing(tables):
                checked.kept.to_parquet(tables / f"{name}.parquet", index=False)
            if checked.table.scope == "campaign":
                write_atomic(quarantine / f"{name}.csv", csv(checked.violations))
            index[name] = _entry(project, raw, checked)
        content = {name: entry.model_dump() for name, entry in index.items()}
        write_atomic(tables / INDEX, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _entry(project: Project, raw: RawFile, checked: Checked) -> Entry:
    balance = checked.balance
    return Entry(
        file=raw.name,
        sha256=raw.sha256,
        rows_in=balance.rows_in,
        rows_kept=balance.rows_kept,
        rows_aside=balance.rows_aside,
        weight_aside=balance.weight_aside,
        dictionary=sha256(project.dictionary / f"{checked.table.name}.yml"),
    )


def read_index(project: Project, year: int) -> dict[str, Entry]:
    """The tables ingested for an edition, in the order in which they were; empty if none was.

    Raises:
        DataError: the index is damaged.
    """
    path = project.tables(year) / INDEX
    if not path.is_file():
        return {}
    try:
        return _INDEX.validate_json(path.read_bytes())
    except ValidationError as error:
        raise _damaged(project, path, year) from error


def read_table(project: Project, year: int, name: str) -> pd.DataFrame:
    """A validated table.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = project.tables(year) / f"{name}.parquet"
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise _damaged(project, path, year) from error


def _damaged(project: Project, path: Path, year: int) -> DataError:
    return DataError(
        project.relative(path),
        found="a missing or damaged file",
        expected="the file that ingest wrote",
        remedy=f"obsante ingest --edition {year}",
    )
