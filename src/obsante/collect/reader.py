"""The one reader of validated tables; it remembers what was read."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from pydantic import BaseModel, ValidationError

from obsante.collect import dictionary
from obsante.collect.checks import Balance
from obsante.collect.sources import TRUTH
from obsante.collect.store import Entry, read_index, read_table
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.files import sha256
from obsante.paths import Project, find_project
from obsante.stats import NATIONAL


@dataclass(frozen=True)
class Input:
    """A table that was read: rows kept, SHA-256 of the raw file that they come from."""

    table: str
    edition: int
    rows: int
    sha256: str


# In the order of the first reading, without repeats.
_read: dict[Input, None] = {}


class _Truth(BaseModel):
    """The part of ``verite.json`` that estimates are compared with."""

    indicateurs: dict[str, dict[str, float]]


def load(table: str, *, edition: int) -> pd.DataFrame:
    """A validated table of an edition, campaign or reference.

    Returns:
        One row per row kept, numbered from 0, with the types of
        :mod:`obsante.collect.dictionary`; categories in the dictionary's order.

    Raises:
        DataError: unknown table (names the nearest), table not ingested, dictionary changed since.
    """
    project = find_project()
    entry = _entry(project, table, edition)
    digest = sha256(project.dictionary / f"{table}.yml")
    if digest != entry.dictionary:
        raise DataError(
            f"table '{table}', edition {edition}",
            found=f"config/dictionary/{table}.yml has changed since the table was ingested",
            expected="a table checked against its dictionary",
            remedy=f"obsante ingest --edition {edition}",
        )
    frame = read_table(project, edition, table)
    _read[Input(table, edition, entry.rows_kept, entry.sha256)] = None
    return frame


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
