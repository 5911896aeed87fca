"""Dated, immutable copies of public sources: the pages as received and the table made from them."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from obsante.collect.connectors.declared import Listing
from obsante.collect.connectors.pages import Page
from obsante.collect.placement import Written
from obsante.collect.sheets import yaml_text
from obsante.collect.sources import SHEET, Source
from obsante.edition import Strict, read_yaml, validate
from obsante.errors import DataError
from obsante.files import fresh_folder, sha256, write_atomic
from obsante.paths import Project

DATA = "donnees.csv"
_HEAD = "# Written by `obsante fetch`: an immutable copy; a later one is another folder.\n"


class PageEntry(Strict):
    """A page as received: its file, the address that gave it, its hash."""

    file: str
    url: str
    sha256: str


class QueryEntry(Strict):
    """What was asked: the connector, its documentation, the parameters, the pages received."""

    connector: str
    documentation: str
    parameters: dict[str, Any]
    pages: list[PageEntry]


class SnapshotSheet(Strict):
    """``sources.yml`` of a snapshot: a source sheet, with the query beside it."""

    query: QueryEntry
    files: dict[str, Source]


def csv_bytes(listing: Listing) -> bytes:
    """A listing as CSV: UTF-8, commas, quotes where needed, one line end.

    >>> csv_bytes(Listing(["a", "b"], [{"b": "x, y"}]))
    b'a,b\\n,"x, y"\\n'
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(listing.columns)
    writer.writerows([row.get(name, "") for name in listing.columns] for row in listing.rows)
    return stream.getvalue().encode("utf-8")


def folder_of(project: Project, name: str) -> Path:
    """Folder of a source's snapshots."""
    return project.snapshots / name


def of_day(project: Project, name: str, day: dt.date) -> list[Path]:
    """Snapshots of one day, in order: the first has the date for name, the next -2, -3..."""
    return [path for path in all_of(project, name) if path.name[:10] == day.isoformat()]


def all_of(project: Project, name: str) -> list[Path]:
    """Snapshots of a source, the oldest first."""
    found = [path.parent for path in folder_of(project, name).glob(f"[0-9]*/{SHEET}")]
    return sorted(found, key=lambda path: (path.name[:10], int(path.name[11:] or 1)))


def write(
    project: Project,
    name: str,
    entry: Source,
    query: QueryEntry,
    pages: Iterable[Page],
    data: bytes,
    again: bool,
) -> Written:
    """Write the snapshot of the day, unless one holds the same table.

    Args:
        entry: sheet of the table; its hash is computed here.
        again: write a second snapshot of the day if the table is another.

    Raises:
        DataError: the day has a snapshot with another table, and ``again`` was not asked.
    """
    digest = hashlib.sha256(data).hexdigest()
    present = of_day(project, name, entry.received)
    for path in present:
        if _table_hash(project, path) == digest:
            return Written(path, already=True)
    if present and not again:
        raise DataError(
            project.relative(present[-1]), found="a snapshot of that day with other data",
            expected="one snapshot of a source each day, never written over",
            remedy="keep both with --again, or come back tomorrow",
        )  # fmt: skip
    suffix = f"-{len(present) + 1}" if present else ""
    target = folder_of(project, name) / f"{entry.received}{suffix}"
    sheet = SnapshotSheet(query=query, files={DATA: entry.model_copy(update={"sha256": digest})})
    with fresh_folder(target) as building:
        for described, page in zip(query.pages, pages, strict=True):
            write_atomic(building / described.file, page.body)
        write_atomic(building / DATA, data)
        write_atomic(building / SHEET, _HEAD + yaml_text(sheet.model_dump(exclude_defaults=True)))
    return Written(target, already=False)


def read_sheet(project: Project, folder: Path) -> SnapshotSheet:
    """The sheet of a snapshot.

    Raises:
        EditionError: it was changed by hand into something else.
    """
    path = folder / SHEET
    return validate(SnapshotSheet, read_yaml(project, path), project.relative(path))


def _table_hash(project: Project, folder: Path) -> str:
    """Hash of a snapshot's table, which must be the one of its sheet."""
    stated, found = read_sheet(project, folder).files[DATA].sha256, sha256(folder / DATA)
    if found != stated:
        raise DataError(
            project.relative(folder / DATA), found=f"sha256 {found}",
            expected=f"{stated}, as in {SHEET}: a snapshot never changes",
            remedy="restore the folder from git, or remove it",
        )  # fmt: skip
    return found
