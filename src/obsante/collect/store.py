"""Validated tables on disk: Parquet files and their index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from pydantic import Field as Key
from pydantic import TypeAdapter, ValidationError

from obsante.collect.balance import Balance
from obsante.collect.chunks import LINE
from obsante.collect.sources import RawFile
from obsante.collect.violations import COLUMNS
from obsante.edition import Strict
from obsante.errors import DataError
from obsante.files import write_atomic
from obsante.paths import Project

INDEX = "index.json"
_CORRECTIONS = "corrections.csv"


class FileEntry(Strict):
    """A raw file of a table: its hash, balance of its rows."""

    sha256: str
    rows_in: int
    rows_kept: int
    rows_aside: int


class Entry(Strict):
    """A table of the index: raw files and their hashes, balance of rows, hash of its dictionary.

    ``file``: the raw file, or how many there are with the first and the last. ``sha256``: that of
    the file; for several, of the list of their hashes and names. ``files``: each of them, by the
    path that the user reads. ``key``: fingerprint of the key of its pseudonyms, None without any.
    ``corrections``: hash of ``corrections.yml`` where it corrects the table, None elsewhere.
    """

    file: str
    sha256: str
    rows_in: int
    rows_kept: int
    rows_aside: int
    weight_aside: float
    dictionary: str
    files: dict[str, FileEntry] = Key(default_factory=dict)
    key: str | None = None
    corrections: str | None = None

    @property
    def received(self) -> dict[str, FileEntry]:
        """Each raw file, by the path that the user reads."""
        own = FileEntry(
            sha256=self.sha256, rows_in=self.rows_in, rows_kept=self.rows_kept,
            rows_aside=self.rows_aside,
        )  # fmt: skip
        return self.files or {self.file: own}

    @property
    def balance(self) -> Balance:
        """Rows received, kept and set aside."""
        return Balance(self.rows_in, self.rows_kept, self.rows_aside, self.weight_aside)


_INDEX = TypeAdapter(dict[str, Entry])


def entry(
    raw: Sequence[RawFile],
    balances: Mapping[str, Balance],
    total: Balance,
    dictionary: str,
    key: str | None,
    corrections: str | None,
) -> Entry:
    """The index entry of a table.

    Args:
        balances: of each file, by its name without folder.
        dictionary: hash of the table's dictionary.
        key: fingerprint of the key of its pseudonyms.
        corrections: hash of the file that corrects it.
    """
    files = {}
    for file in raw:
        own = balances.get(file.path.name, Balance(0, 0, 0, 0.0))
        files[file.name] = FileEntry(
            sha256=file.sha256, rows_in=own.rows_in, rows_kept=own.rows_kept,
            rows_aside=own.rows_aside,
        )  # fmt: skip
    return Entry(
        file=named(raw),
        sha256=_digest(raw),
        rows_in=total.rows_in,
        rows_kept=total.rows_kept,
        rows_aside=total.rows_aside,
        weight_aside=total.weight_aside,
        dictionary=dictionary,
        files=files,
        key=key,
        corrections=corrections,
    )


def named(raw: Sequence[RawFile]) -> str:
    """The name of one raw file; the number, the first and the last of several."""
    first, last = raw[0].name, raw[-1].name
    return first if len(raw) == 1 else f"{len(raw)} files: {first} … {last}"


def _digest(raw: Sequence[RawFile]) -> str:
    if len(raw) == 1:
        return raw[0].sha256
    listed = "".join(f"{file.sha256}  {file.path.name}\n" for file in raw)
    return hashlib.sha256(listed.encode("utf-8")).hexdigest()


def write_index(folder: Path, entries: Mapping[str, Entry]) -> None:
    """Write the index of a folder of tables.

    Raises:
        ObsanteError: the folder can't be written.
    """
    content = {name: one.model_dump() for name, one in entries.items()}
    write_atomic(folder / INDEX, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def write_corrections(folder: Path, applied: pd.DataFrame) -> None:
    """Write the cells corrected, header always, beside the index.

    Raises:
        ObsanteError: the folder can't be written.
    """
    write_atomic(folder / _CORRECTIONS, applied.to_csv(index=False, lineterminator="\n"))


def read_corrections(project: Project, year: int) -> pd.DataFrame:
    """The cells corrected at the last ingest, as text, their lines as integers.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = project.tables(year) / _CORRECTIONS
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False).astype({LINE: "int64"})
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(project, path, year) from error


def table_path(folder: Path, name: str) -> Path:
    """The Parquet file of a table in a folder of tables."""
    return folder / f"{name}.parquet"


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


def read_table(
    project: Project, year: int, name: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """A validated table, or some of its columns.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = table_path(project.tables(year), name)
    try:
        return pd.read_parquet(path, columns=columns)
    except (OSError, ValueError) as error:
        raise _damaged(project, path, year) from error


def require_table(project: Project, year: int, name: str) -> Path:
    """The Parquet file of a validated table.

    Raises:
        DataError: it is missing.
    """
    path = table_path(project.tables(year), name)
    if not path.is_file():
        raise _damaged(project, path, year)
    return path


def quarantine_path(folder: Path, name: str) -> Path:
    """The quarantine file of a table in a folder of them."""
    return folder / f"{name}.csv"


def read_quarantine(project: Project, year: int, name: str) -> pd.DataFrame:
    """Violations of a table as text, their lines as integers; none without a file.

    Raises:
        DataError: the file is damaged.
    """
    path = quarantine_path(project.quarantine(year), name)
    types = {column: "int64" if column == LINE else "str" for column in COLUMNS}
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS).astype(types)
    try:
        return pd.read_csv(path, dtype=types, keep_default_na=False, usecols=COLUMNS)[COLUMNS]
    except (OSError, ValueError) as error:
        raise _damaged(project, path, year) from error


def _damaged(project: Project, path: Path, year: int) -> DataError:
    return DataError(
        project.relative(path),
        found="a missing or damaged file",
        expected="the file that ingest wrote",
        remedy=f"obsante ingest --edition {year}",
    )
