"""Files that people and servers export, read as their profile says."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pydantic import Field as Key

from obsante.collect import dictionary
from obsante.collect.chunks import Chunk
from obsante.collect.imports import places, skipped, values
from obsante.collect.imports.assembly import Assembly
from obsante.collect.imports.blocks import OLE, ZIP
from obsante.collect.imports.dates import Forms
from obsante.collect.imports.delimited import Delimited
from obsante.collect.imports.document import Document, Grid, fitted, grid
from obsante.collect.imports.headings import Headings
from obsante.collect.imports.profile import Header, Profile, Repeat, load
from obsante.collect.imports.repeats import joined
from obsante.collect.imports.values import Column
from obsante.collect.reading import readable
from obsante.collect.sources import RawFile
from obsante.collect.table_schema import Table
from obsante.edition import Strict, read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.paths import Project

# Rows that become a frame together: Python's own texts weigh more than a frame's.
_BATCH = 10_000


class _Words(Strict):
    """Spellings of codes, such as those of yes and no."""

    words: dict[str, list[str]] = Key(min_length=1)


def parts(project: Project, raw: RawFile, table: Table) -> Iterator[Chunk]:
    """The rows of a raw file, a few thousand at a time.

    Raises:
        DataError: whatever is wrong with the file as a whole, or with its profile.
        EditionError: the profile or a mapping is unreadable, or has a wrong key.
    """
    profile = load(project, raw.profile, raw.name)
    with contextlib.ExitStack() as stack:
        stack.enter_context(readable(raw.name))
        document = stack.enter_context(_document(raw.path, raw.name, profile))
        page = _page(document, table, profile, profile.sheets.get(table.name))
        repeat = profile.repeats.get(table.name)
        if repeat is not None:
            submissions = document
            if repeat.file is not None:
                where = raw.name.removesuffix(raw.path.name) + repeat.file
                path = raw.path.with_name(repeat.file)
                submissions = stack.enter_context(_document(path, where, profile))
            parent = dictionary.load(repeat.parent or table.name, project)
            page = _joined(page, submissions, parent, repeat, profile)
        made = _assembly(project, raw.name, table, profile, page, document.epoch)
        rows = fitted(page)
        while batch := list(islice(rows, _BATCH)):
            chunk = made.chunk(batch)
            yield replace(chunk, text=skipped.coded(chunk.text, table)) if profile.export else chunk


@contextlib.contextmanager
def _document(path: Path, where: str, profile: Profile) -> Iterator[Document]:
    with path.open("rb") as stream:
        is_workbook = stream.read(4).startswith((ZIP, OLE))
    if profile.format == "xlsx" or (profile.export and is_workbook):
        # Only here: openpyxl takes a tenth of a second of every start.
        from obsante.collect.imports.workbook import opened

        with opened(path, where) as workbook:
            yield workbook
    elif is_workbook:
        raise DataError(
            where, found="a workbook", expected=f"text: the profile '{profile.name}' reads CSV",
            remedy="name a profile that reads workbooks in its entry of sources.yml",
        )  # fmt: skip
    else:
        yield Delimited(path, where, profile.encodings, profile.separators)


def _page(
    document: Document, table: Table, profile: Profile, sheet: str | None, but: str = ""
) -> Grid:
    """The page of a table, its header found: the sheet of that name, or one of all ``but`` one."""
    pages = [page for page, place in document.pages.items() if place != but]
    if document.unit == "row" and sheet is not None:
        if sheet not in pages:
            raise DataError(
                document.where, found=f"no visible sheet '{sheet}'", expected=nearest(sheet, pages),
                remedy=f"correct {profile.file}, or the name of the sheet",
            )  # fmt: skip
        pages = [sheet]
    repeat = profile.repeats.get(table.name)
    own = len(table.fields) - (len(repeat.columns) if repeat else 0)
    header = Header(columns=max(1, min(profile.header.columns, own)), within=profile.header.within)
    return grid(document, pages, Headings(table, profile).known, header)


def _joined(
    page: Grid, submissions: Document, parent: Table, repeat: Repeat, profile: Profile
) -> Grid:
    sheet = repeat.sheet or (profile.sheets.get(parent.name) if repeat.parent else None)
    other = _page(submissions, parent, profile, sheet, but="" if repeat.file else page.place)
    return joined(page, other, Headings(parent, profile).located(other.headings), repeat)


def _assembly(
    project: Project, file: str, table: Table, profile: Profile, page: Grid, epoch: dt.date
) -> Assembly:
    headings = Headings(table, profile)
    plan = headings.plan(page.headings, page.at(page.line))
    words = _words(project, profile)
    missing = [*table.missingValues, *profile.missing]
    forms = Forms(profile.dates, profile.serial_dates, epoch)
    columns = {}
    for field in table.fields:
        kind = profile.places.get(field.name)
        place = places.load(project, kind, profile.file) if kind else None
        known = values.with_marks(words) if field.name in plan.choices else words
        columns[field.name] = Column(values.reader(field, profile, known, place, forms), missing)
    constants = profile.constants.get(table.name, {})
    return Assembly(file, table, page, headings, plan, columns, constants)


def _words(project: Project, profile: Profile) -> dict[str, list[str]]:
    if profile.words is None:
        return {}
    path = places.mapping_file(project, profile.words, f"{profile.file}, key words")
    return validate(_Words, read_yaml(project, path), project.relative(path)).words
