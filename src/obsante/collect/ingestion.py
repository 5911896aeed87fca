"""Raw files to validated tables: sources, dictionary, checks, quarantine, in one swap."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from obsante.collect import dictionary, store
from obsante.collect.balance import Balance
from obsante.collect.checks import Checked, check_chunks
from obsante.collect.chunks import ROWS, Chunk
from obsante.collect.corrections import Corrections, load_corrections
from obsante.collect.imports import read_chunks
from obsante.collect.privacy import Key, load_key, needs_key, protect
from obsante.collect.privacy.folders import remove_leftovers
from obsante.collect.privacy.tracked import check_untracked
from obsante.collect.quarantine import tolerate, write_csv
from obsante.collect.sampling import check_sample
from obsante.collect.sources import RawFile, raw_files
from obsante.collect.table_schema import Table
from obsante.collect.totals import check_totals
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.files import fresh_folders, sha256
from obsante.paths import Project

Progress = Callable[[int], None]
# Cells of a chunk, beyond which its rows are fewer than ROWS.
_CELLS = 2_000_000


@dataclass(frozen=True)
class Report:
    """What an ingest did: the balance of each table, by name, and the number of cells corrected."""

    edition: int
    reference: dict[str, Balance]
    campaign: dict[str, Balance]
    quarantine: str
    corrected: int = 0

    def summary(self, detailed: bool = True) -> list[str]:
        """Lines for the console; without ``detailed``, the campaign tables in one."""
        rows = sum(balance.rows_kept for balance in self.reference.values())
        lines = [f"{self.edition} reference: {len(self.reference)} tables, {rows:,} rows"]
        if not self.campaign:
            return [*lines, f"{self.edition} no campaign file: reference tables only"]
        if detailed:
            lines += [f"{self.edition} {_counted(name, [b])}" for name, b in self.campaign.items()]
        whole = _counted(f"campaign, {len(self.campaign)} tables", self.campaign.values())
        lines.append(f"{self.edition} {whole}")
        if self.corrected:
            lines.append(f"{self.edition} cells corrected: {self.corrected}")
        if any(balance.rows_aside for balance in self.campaign.values()):
            lines.append(f"{self.edition} rows set aside, and why: {self.quarantine}")
        return lines


def _counted(name: str, balances: Iterable[Balance]) -> str:
    each = [(one.rows_in, one.rows_kept, one.rows_aside) for one in balances]
    received, kept, aside = map(sum, zip(*each, strict=True))
    return f"{name}: {received:,} rows = {kept:,} kept + {aside:,} set aside"


def ingest(project: Project, edition: Edition, *, progress: Progress | None = None) -> Report:
    """Check the raw files of an edition and replace its validated tables and quarantine.

    Reference tables are ingested with every edition; an edition may have no campaign file. Memory
    does not grow with the rows, but for what :func:`obsante.collect.checks.check_chunks` says.

    Args:
        progress: called with the number of rows that were read since the last call.

    Raises:
        ObsanteError: whatever is wrong with the files, their sheets or dictionaries; the tables
            and quarantine of the last ingest are untouched.
    """
    tables = dictionary.tables(project)
    files = raw_files(project, edition, tables)
    present = {name: table for name, table in tables.items() if name in files}
    for name, table in present.items():
        _require_neighbours(table, files[name], present)
    key = load_key(project, edition) if needs_key(present.values()) else None
    corrections = load_corrections(project, edition, tables)
    year = edition.edition
    for folder in (project.tables(year), project.quarantine(year)):
        remove_leftovers(folder)
    with fresh_folders(project.tables(year), project.quarantine(year)) as folders:
        ingesting = _Ingesting(project, edition, *folders, key, corrections, progress or _silent)
        entries = {name: ingesting.table(table, files[name]) for name, table in present.items()}
        corrections.require_used(year)
        store.write_corrections(folders[0], corrections.applied())
        store.write_index(folders[0], entries)
    return _report(project, year, present, entries, len(corrections.applied()))


def _silent(rows: int) -> None:
    """No progress to show."""


def _require_neighbours(table: Table, raw: Sequence[RawFile], present: dict[str, Table]) -> None:
    for name in table.neighbours:
        if name not in present:
            raise DataError(
                raw[0].name,
                found=f"a table that refers to '{name}', which is not there",
                expected=f"the file of table '{name}' beside it",
                remedy=f"add that file to the edition's raw folder, or remove {raw[0].path.name}",
            )


@dataclass(frozen=True)
class _Ingesting:
    """An ingest under way, in the folders that will be swapped with the edition's."""

    project: Project
    edition: Edition
    tables: Path
    quarantine: Path
    key: Key | None
    corrections: Corrections
    progress: Progress

    def table(self, table: Table, raw: Sequence[RawFile]) -> store.Entry:
        """Check one table and write its rows kept, and its quarantine if it is of a campaign."""
        protected = table.protected
        others = self._others(table)
        path = store.table_path(self.tables, table.name)
        with tempfile.TemporaryDirectory(dir=self.tables) as work:
            checked = check_chunks(
                protected, self._chunks(table, raw), year=self.edition.edition, ingested=others,
                path=path, work=Path(work),
            )  # fmt: skip
            self._accept(checked, store.named(raw), others)
        digest = sha256(self.project.dictionary / f"{table.name}.yml")
        key = self.key.fingerprint if self.key and needs_key([table]) else None
        return store.entry(raw, checked.files, checked.balance, digest, key, self._corrected(table))

    def _corrected(self, table: Table) -> str | None:
        """Hash of the corrections, where they are of that table."""
        if not self.corrections.concerns(table):
            return None
        return sha256(self.project.corrections(self.edition.edition))

    def _chunks(self, table: Table, raw: Sequence[RawFile]) -> Iterator[Chunk]:
        rows = min(ROWS, max(1, _CELLS // len(table.fields)))
        for file in raw:
            check_untracked(self.project, file, table)
            for chunk in read_chunks(self.project, file, table, rows):
                protected = protect(chunk, table, self.key)
                yield self.corrections.apply(protected, table.protected)
                self.progress(len(chunk.text))

    def _accept(self, checked: Checked, where: str, others: dict[str, pd.DataFrame]) -> None:
        tolerate(checked, self.edition, where)
        check_sample(checked, self.edition.edition, where)
        table = checked.table
        if table.scope == "campaign":
            write_csv(checked, store.quarantine_path(self.quarantine, table.name))
        else:
            check_totals(table, self._kept(table.name), others)

    def _others(self, table: Table) -> dict[str, pd.DataFrame]:
        """Rows kept of the tables that ``table`` refers to, in the columns that it needs."""
        return {name: self._kept(name, sorted(needed)) for name, needed in table.neighbours.items()}

    def _kept(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        return pd.read_parquet(store.table_path(self.tables, name), columns=columns)


def _report(
    project: Project,
    year: int,
    present: dict[str, Table],
    entries: dict[str, store.Entry],
    corrected: int,
) -> Report:
    def balances(scope: str) -> dict[str, Balance]:
        return {name: entries[name].balance for name, table in present.items()
                if table.scope == scope}  # fmt: skip

    quarantine = project.relative(project.quarantine(year))
    return Report(year, balances("reference"), balances("campaign"), quarantine, corrected)
