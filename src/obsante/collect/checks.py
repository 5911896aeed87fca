"""A table against its dictionary, chunk by chunk: rows kept, on disk, and every violation."""

from __future__ import annotations

import contextlib
import functools
import operator
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from obsante.collect import codes, duplicates
from obsante.collect.balance import Balance
from obsante.collect.chunks import LINE, Chunk
from obsante.collect.conversion import TEXT
from obsante.collect.duplicates import POSITION, Key
from obsante.collect.examination import Examiner
from obsante.collect.findings import Findings
from obsante.collect.parts import Parts
from obsante.collect.table_schema import Table
from obsante.collect.violations import COLUMNS
from obsante.errors import DataError

__all__ = ["Balance", "Checked", "Held", "check", "check_chunks"]
_SHOWN = 3


@dataclass(frozen=True)
class Checked:
    """A table after its checks, whose rows kept are in its Parquet file.

    ``files``: balance of each raw file, by its name without folder. ``received``: every row, by
    position among all the table's rows, in the columns that the table's ``sample`` uses.
    """

    table: Table
    balance: Balance
    files: dict[str, Balance]
    findings: Findings
    received: pd.DataFrame

    def violations(self) -> pd.DataFrame:
        """All violations, as :data:`obsante.collect.violations.COLUMNS` and ``position``."""
        none = pd.DataFrame(columns=[POSITION, *COLUMNS]).astype({POSITION: "int64", LINE: "int64"})
        frames = list(self.findings.frames())
        return pd.concat(frames, ignore_index=True)[none.columns] if frames else none

    def where(self, row: Mapping[str, object]) -> str:
        """Line of a violation for messages, with its file where the table has several."""
        of_file = f" of {row['fichier']}" if len(self.files) > 1 else ""
        return f"line {row[LINE]}{of_file}"


@dataclass(frozen=True)
class Held:
    """A checked table held in memory: typed rows kept, numbered from 0, and violations."""

    kept: pd.DataFrame
    violations: pd.DataFrame
    balance: Balance


def check(
    table: Table, text: pd.DataFrame, *, year: int, ingested: Mapping[str, pd.DataFrame]
) -> Held:
    """Check a table that fits in memory.

    Args:
        table: as it is after :attr:`obsante.collect.table_schema.Table.protected`.
        text: cells as text, indexed by line.
        year: the edition's.
        ingested: rows kept of the tables that the foreign keys refer to.

    Raises:
        DataError: a rule of the dictionary can't be evaluated.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        chunks = [Chunk(table.file, text)]
        checked = check_chunks(
            table, chunks, year=year, ingested=ingested, path=path, work=path.parent
        )
        return Held(pd.read_parquet(path), checked.violations()[COLUMNS], checked.balance)


def check_chunks(
    table: Table,
    chunks: Iterable[Chunk],
    *,
    year: int,
    ingested: Mapping[str, pd.DataFrame],
    path: Path,
    work: Path,
) -> Checked:
    """Check all the chunks of a table and write its rows kept.

    Memory holds a chunk, 8 bytes per row for each key, the columns of the table's ``sample``, and
    a batch of rows that may share a key.

    Args:
        path: of the Parquet file.
        work: a folder for what does not fit in memory, needed as long as the result is.

    Raises:
        DataError: no row, a rule of the dictionary that can't be evaluated, or a key that can't
            be one.
        ObsanteError: the disk is full.
    """
    parts = Parts(path, work)
    findings = Findings(table, parts, work)
    keys = duplicates.keys(table)
    examiner = Examiner(table, year, ingested)
    received = []
    with contextlib.closing(parts):
        for chunk in chunks:
            examined = examiner.examine(chunk)
            received.append(_sampled(table, examined.typed, parts.rows))
            for key in keys:
                key.hashes.add(examined.typed[key.columns])
            findings.add(len(parts.pieces), parts.rows, examined)
            parts.add(examined)
    _require_rows(table, parts)
    _check_keys(table, keys, parts, findings)
    files = findings.balances()
    total = functools.reduce(operator.add, files.values())
    return Checked(table, total, files, findings, _together(received))


def _sampled(table: Table, typed: pd.DataFrame, first: int) -> pd.DataFrame:
    """The columns that the sample uses, by position; text as categories, which take less room."""
    columns = sorted({column for part in table.sample for column in part.columns})
    found = typed[columns].set_axis(pd.RangeIndex(first, first + len(typed)))
    return found.astype({name: "category" for name in columns if found[name].dtype == TEXT})


def _together(received: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all chunks; a category keeps its type if chunks have different values."""
    first = received[0]
    columns = {
        name: union_categoricals([part[name] for part in received], sort_categories=True)
        for name in first
        if isinstance(first[name].dtype, pd.CategoricalDtype)
    }
    others = [name for name in first if name not in columns]
    whole = pd.concat([part[others] for part in received])
    return whole.assign(**columns)


def _require_rows(table: Table, parts: Parts) -> None:
    if not parts.rows:
        raise DataError(
            f"table '{table.name}'", found="no row in its files", expected="at least one row",
            remedy="ask for the files again, or remove them and their entries in sources.yml",
        )  # fmt: skip


def _check_keys(table: Table, keys: list[Key], parts: Parts, findings: Findings) -> None:
    """Find rows with the same key, and take them out of the table's file."""
    limit = duplicates.batch_rows(table)
    copies = removed = np.empty(0, dtype="int64")
    for key in keys:
        candidates = key.hashes.candidates()
        _require_key(key, candidates.largest(), limit, parts)
        for batch in candidates.batches(limit):
            # A copy of another row is no conflict in a unique column.
            batch = np.setdiff1d(batch, copies, assume_unique=True)
            if not len(batch):
                continue
            places = pd.DataFrame(parts.places(batch), index=batch, columns=["fichier", LINE])
            found = duplicates.judged(table, key, *parts.fetch(batch), places)
            findings.add_late(found)
            copies = np.union1d(copies, found.loc[found["regle"] == codes.COPY, POSITION])
            removed = np.union1d(removed, found[POSITION])
    if len(removed):
        parts.remove(removed)


def _require_key(key: Key, largest: np.ndarray, limit: int, parts: Parts) -> None:
    """Refuse a key that more rows share than can be compared."""
    if len(largest) > limit:
        first = parts.places(largest[:_SHOWN])
        raise DataError(
            ", ".join(f"{file}, line {line}" for file, line in first),
            found=f"{len(largest):,} rows with one value of {', '.join(key.columns)}",
            expected=f"a key that tells rows apart, at worst the same on {limit:,} of them",
            remedy="correct the column at the source; if the value means that it is missing, add "
            "it to missingValues in the table's dictionary",
        )
