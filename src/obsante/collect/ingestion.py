"""Raw files to validated tables: sources, dictionary, checks, quarantine, in one swap."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from obsante.collect import dictionary
from obsante.collect.checks import Balance, Checked, check
from obsante.collect.quarantine import tolerate
from obsante.collect.reading import read_text
from obsante.collect.sampling import check_sample
from obsante.collect.sources import RawFile, raw_files
from obsante.collect.store import write
from obsante.collect.table_schema import Table
from obsante.collect.totals import check_totals
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.paths import Project


@dataclass(frozen=True)
class Report:
    """What an ingest did: the balance of each table, by name."""

    edition: int
    reference: dict[str, Balance]
    campaign: dict[str, Balance]
    quarantine: str

    def summary(self) -> list[str]:
        """Lines for the console."""
        rows = sum(balance.rows_kept for balance in self.reference.values())
        lines = [f"{self.edition} reference: {len(self.reference)} tables, {rows:,} rows"]
        for name, balance in self.campaign.items():
            lines.append(
                f"{self.edition} {name}: {balance.rows_in:,} rows = {balance.rows_kept:,} kept"
                f" + {balance.rows_aside:,} set aside"
            )
        if any(balance.rows_aside for balance in self.campaign.values()):
            lines.append(f"{self.edition} rows set aside, and why: {self.quarantine}")
        if not self.campaign:
            lines.append(f"{self.edition} no campaign file: reference tables only")
        return lines


def ingest(project: Project, edition: Edition) -> Report:
    """Check the raw files of an edition and replace its validated tables and quarantine.

    Reference tables are ingested with every edition; an edition may have no campaign file.

    Raises:
        ObsanteError: whatever is wrong with the files, their sheets or dictionaries; the tables
            and quarantine of the last ingest are untouched.
    """
    tables = dictionary.tables(project)
    files = raw_files(project, edition, tables)
    done: dict[str, Checked] = {}
    for name, table in tables.items():
        if name in files:
            done[name] = _ingested(table, files[name], edition, done)
    write(project, edition.edition, [(files[name], checked) for name, checked in done.items()])
    return Report(
        edition.edition,
        _balances(done, "reference"),
        _balances(done, "campaign"),
        project.relative(project.quarantine(edition.edition)),
    )


def _balances(done: dict[str, Checked], scope: str) -> dict[str, Balance]:
    return {name: c.balance for name, c in done.items() if c.table.scope == scope}


def _ingested(table: Table, raw: RawFile, edition: Edition, done: dict[str, Checked]) -> Checked:
    others = _others(table, raw, done)
    text = read_text(raw.path, table, raw.name)
    checked = check(table, text, year=edition.edition, ingested=others)
    tolerate(checked, edition, raw.name)
    check_sample(checked, edition.edition, raw.name)
    check_totals(table, checked.kept, others)
    return checked


def _others(table: Table, raw: RawFile, done: dict[str, Checked]) -> dict[str, pd.DataFrame]:
    """Rows of the tables that ``table`` refers to."""
    for name in table.neighbours:
        if name not in done:
            raise DataError(
                raw.name,
                found=f"a table that refers to '{name}', which is not there",
                expected=f"the file of table '{name}' beside it",
                remedy=f"add that file to the edition's raw folder, or remove {table.file}",
            )
    return {name: done[name].kept for name in table.neighbours}
