"""One source, from its declaration to its files."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obsante.collect import placement
from obsante.collect.connectors import snapshot
from obsante.collect.connectors.client import Client
from obsante.collect.connectors.credentials import Credentials, find_credentials
from obsante.collect.connectors.declared import Declared, Listing, Query
from obsante.collect.connectors.pages import Kept, Page, Progress, all_pages, no_row
from obsante.collect.connectors.settings import Settings, since
from obsante.collect.connectors.snapshot import PageEntry, QueryEntry, csv_bytes
from obsante.collect.placement import Written
from obsante.collect.sources import Source
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.files import single_writer
from obsante.paths import Project

# Keys of a declaration that its sheet gives elsewhere.
_DESCRIBED = {"connector", "title", "producer", "licence", "table", "profile"}


@dataclass(frozen=True)
class Order:
    """What to fetch: ``day`` dates it, ``edition`` receives the file where the source has a table.

    ``again``: a second snapshot of the day if the data are others; ``replace``: the edition's file
    may take the place of an earlier one; ``environ``: where secrets are looked for; ``sleep``: how
    to wait between attempts.
    """

    name: str
    day: dt.date
    edition: Edition | None = None
    since: dt.date | None = None
    again: bool = False
    replace: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Fetched:
    """What came: ``written`` are the snapshot, then the edition's file; ``left_out`` the repeat
    groups that want a source of their own.
    """

    rows: int
    pages: int
    written: Sequence[Written]
    left_out: Sequence[str]


def fetch(project: Project, settings: Settings, order: Order, progress: Progress) -> Fetched:
    """Fetch one source and write what came: nothing is written if anything fails.

    Raises:
        DataError: undeclared source, missing secret, refused or unusable answers, other data the
            same day.
        EditionError: an edition that the data may not enter.
    """
    name, source = order.name, settings.source(order.name)
    if order.since:
        source = since(source, name, order.since)
    _check_edition(project, order, source)
    credentials = find_credentials(name, source, order.environ)
    with single_writer(project.fetch_lock(name), f"source {name}"):
        kept = Kept(_kept_folder(project, order, source), _fingerprint(order, source, credentials))
        query = Query(order.day, credentials.header is not None)
        with Client(name, source, credentials, settings.limits, order.sleep) as client:
            pages, answers = all_pages(
                name, source, query, client, kept, settings.limits.pages, progress
            )
        listing = source.listing(answers)
        if not listing.rows:
            raise no_row(name, source, answers)
        written = _write(project, order, source, pages, listing)
        kept.clear()
    left_out = sorted({part for answer in answers for part in answer.left_out})
    return Fetched(len(listing.rows), len(pages), written, left_out)


def _check_edition(project: Project, order: Order, source: Declared) -> None:
    if order.edition and source.table:
        placement.check_edition(project, order.name, order.edition, source.private)
    elif source.private:
        raise DataError(
            f"source '{order.name}'", found="no --edition, and data that are not public",
            expected="the real edition whose raw folder receives them",
            remedy=f"obsante fetch {order.name} --edition YEAR",
        )  # fmt: skip


def _write(
    project: Project, order: Order, source: Declared, pages: list[Page], listing: Listing
) -> list[Written]:
    """The snapshot, unless the source is private, then the edition's file."""
    data, entry = csv_bytes(listing), _entry(order, source, pages)
    written = []
    if not source.private:
        query = _query(source, pages)
        written.append(
            snapshot.write(project, order.name, entry, query, pages, data, order.again)
        )
    if order.edition and source.table:
        tied = entry.model_copy(update={"table": source.table, "profile": source.profile})
        written.append(
            placement.place(project, order.name, order.edition, tied, data, order.replace)
        )
    return written


def _entry(order: Order, source: Declared, pages: Sequence[Page]) -> Source:
    return Source(
        producer=source.producer,
        title=source.title,
        licence=source.licence,
        received=order.day,
        period=f"{source.since or '..'}/{source.until or order.day}",
        url=pages[0].url,
        sha256="0" * 64,
        synthetic=False,
    )


def _query(source: Declared, pages: Sequence[Page]) -> QueryEntry:
    parameters = source.model_dump(exclude=_DESCRIBED, exclude_none=True)
    entries = [
        PageEntry(file=f"page-{number:04d}.json", url=page.url, sha256=page.sha256)
        for number, page in enumerate(pages, start=1)
    ]
    return QueryEntry(
        connector=source.connector,
        documentation=source.documentation,
        parameters=parameters,
        pages=entries,
    )


def _kept_folder(project: Project, order: Order, source: Declared) -> Path:
    """Where pages of an unfinished fetch wait: private ones never leave the edition's folder."""
    if source.private and order.edition:
        return project.raw(order.edition.edition) / f".partial-{order.name}"
    return snapshot.folder_of(project, order.name) / ".partial"


def _fingerprint(order: Order, source: Declared, credentials: Credentials) -> str:
    """What would change the pages: the day, the declaration, and whether the service knows us."""
    declared = source.model_dump(mode="json")
    known = credentials.header is not None
    return json.dumps([str(order.day), declared, known], sort_keys=True, ensure_ascii=False)
