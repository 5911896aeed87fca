"""The one reader of validated tables; it remembers what was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ValidationError

from obsante.collect import dictionary
from obsante.collect.balance import Balance
from obsante.collect.conversion import dtype
from obsante.collect.sources import TRUTH
from obsante.collect.store import (
    Entry,
    read_corrections,
    read_index,
    read_quarantine,
    read_table,
    require_table,
)
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.files import sha256
from obsante.paths import Project, find_project
from obsante.stats import NATIONAL


@dataclass(frozen=True)
class Input:
    """A table that was read: rows kept, SHA-256 of what they come from.

    That of the raw file or, of several, of the list of their hashes and names; empty where no
    file was received.
    """

    table: str
    edition: int
    rows: int
    sha256: str


# In the order of the first reading, without repeats.
_read: dict[Input, None] = {}


class _Truth(BaseModel):
    """The part of ``verite.json`` that estimates are compared with."""

    indicateurs: dict[str, dict[str, float]]


def load(table: str, *, edition: int, optional: bool = False) -> pd.DataFrame:
    """A validated table of an edition, campaign or reference.

    Args:
        optional: where no file of the table was received, its columns without any row.

    Returns:
        One row per row kept, numbered from 0, with the types of
        :mod:`obsante.collect.dictionary`; categories in the dictionary's order.

    Raises:
        DataError: unknown table (names the nearest), table not ingested, dictionary changed since.
    """
    project = find_project()
    if optional and table not in available(project, edition):
        return _without_rows(project, table, edition)
    entry = _current(project, table, edition)
    frame = read_table(project, edition, table)
    _read[Input(table, edition, entry.rows_kept, entry.sha256)] = None
    return frame


def _without_rows(project: Project, table: str, edition: int) -> pd.DataFrame:
    """The columns of a table of which no file was received, with their types."""
    fields = dictionary.load(table, project).fields
    _read[Input(table, edition, 0, "")] = None
    return pd.DataFrame({field.name: pd.Series(dtype=dtype(field)) for field in fields})


def table_file(table: str, *, edition: int) -> Path:
    """The Parquet file of a validated table, for an engine that reads it without loading it.

    One row group for each part of the raw files, in their order; the types are those of
    :func:`load`. The table counts as read.

    Raises:
        DataError: as :func:`load`; a missing file.
    """
    project = find_project()
    entry = _current(project, table, edition)
    path = require_table(project, edition, table)
    _read[Input(table, edition, entry.rows_kept, entry.sha256)] = None
    return path


def quarantined(table: str, *, edition: int) -> pd.DataFrame:
    """Violations of the rows set aside, one row each.

    Returns:
        The columns of :data:`obsante.collect.violations.COLUMNS`: ``ligne`` is an integer, the
        others are text, empty where there is nothing. No row for a reference table.

    Raises:
        DataError: unknown table, table not ingested, or a damaged file.
    """
    project = find_project()
    _entry(project, table, edition)
    return read_quarantine(project, edition, table)


def corrected(*, edition: int) -> pd.DataFrame:
    """Cells corrected at ingest, one row each; the file that says so is ``corrections.yml``.

    Returns:
        The columns of :data:`obsante.collect.corrections.COLUMNS`: ``ligne`` is an integer, the
        others are text.

    Raises:
        DataError: the edition was not ingested, or the file is damaged.
    """
    return read_corrections(find_project(), edition)


def keys_linked(table: str, editions: Iterable[int]) -> bool:
    """Whether one key made the pseudonyms of a table in all these editions.

    Then one pseudonym is one person; otherwise persons can't be followed. True for a table
    without pseudonyms.

    Raises:
        DataError: unknown table, or table not ingested.
    """
    project = find_project()
    return len({_entry(project, table, year).key for year in editions}) <= 1


def inputs_read() -> list[Input]:
    """Tables read so far in this process, in order, without repeats."""
    return list(_read)


def available(project: Project, year: int) -> list[str]:
    """Names of the tables ingested for an edition.

    Raises:
        DataError: the index of tables is damaged.
    """
    return list(read_index(project, year))


def set_aside_rows(table: str, *, edition: int) -> Balance:
    """Rows of a raw file: received, kept, set aside, and the weight of the latter.

    Raises:
        DataError: unknown table, or table not ingested.
    """
    return _entry(find_project(), table, edition).balance


def truth(edition: int) -> dict[str, dict[str, float]]:
    """Known values of a demonstration: indicator -> domain -> value, in the indicator's scale.

    ``national`` is the whole; other domains are written ``milieu=urbain``. Indicators that have
    no national value (distributions) are left out. Empty for a real edition, and for one without
    campaign.

    Raises:
        DataError: ``verite.json`` is damaged.
        EditionError: unknown edition.
    """
    project = find_project()
    path = project.raw(edition) / TRUTH
    if not load_edition(project, edition).demonstration or not path.is_file():
        return {}
    try:
        known = _Truth.model_validate_json(path.read_bytes()).indicateurs
    except ValidationError as error:
        raise DataError(
            project.relative(path),
            found=error.errors()[0]["msg"],
            expected='known values: {"indicateurs": {"inf.dme": {"national": 0.3}}}',
            remedy=f"obsante demo --edition {edition}",
        ) from error
    return {name: domains for name, domains in known.items() if NATIONAL in domains}


def _current(project: Project, table: str, edition: int) -> Entry:
    """The entry of a table checked against its dictionary as it is now."""
    entry = _entry(project, table, edition)
    if sha256(project.dictionary / f"{table}.yml") != entry.dictionary:
        raise DataError(
            f"table '{table}', edition {edition}",
            found=f"config/dictionary/{table}.yml has changed since the table was ingested",
            expected="a table checked against its dictionary",
            remedy=f"obsante ingest --edition {edition}",
        )
    return entry


def _entry(project: Project, table: str, edition: int) -> Entry:
    dictionary.load(table, project)
    index = read_index(project, edition)
    if table not in index:
        raise DataError(
            f"table '{table}', edition {edition}",
            found=f"not among the tables ingested ({', '.join(index) or 'none'})",
            expected="a table whose raw file was ingested",
            remedy=f"obsante ingest --edition {edition}, once its raw file is in "
            f"{project.relative(project.raw(edition))} or in data/raw/reference",
        )
    return index[table]
