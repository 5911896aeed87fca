"""``purge``: at the retention date, the raw files lose what tells who people are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from obsante.collect import dictionary
from obsante.collect.chunks import Chunk
from obsante.collect.imports import read_chunks
from obsante.collect.privacy.folders import campaign, put, replaced
from obsante.collect.privacy.keys import Key, load_key, needs_key
from obsante.collect.privacy.patterns import MASK, folded, matches
from obsante.collect.privacy.places import sample
from obsante.collect.privacy.protection import codes_of, harmless
from obsante.collect.privacy.rewriting import Change, rewrite, rows_of
from obsante.collect.sources import RawFile
from obsante.collect.table_schema import Field, Table
from obsante.edition import Edition
from obsante.errors import DataError, EditionError
from obsante.paths import Project


@dataclass(frozen=True)
class Purged:
    """A raw file and how many of its cells held an identifier, by column."""

    file: str
    cells: dict[str, int]


def purge(project: Project, edition: Edition, today: dt.date) -> list[Purged]:
    """Empty the identifiers of an edition's raw files, and update their sheet: all or nothing.

    A column to drop is emptied (``•••`` where the dictionary requires a value); in the others the
    pseudonym takes the place of the value, so that the edition may be ingested again and its
    persons followed. ``today`` goes into the sheet as ``purged``.

    Returns:
        The files changed; none if no identifier is left.

    Raises:
        EditionError: no retention date, or ``today`` is before it; no key for the pseudonyms.
        DataError: a raw file is wrong, or its identifiers can't be found again in it.
    """
    _require_due(project, edition, today)
    tables = dictionary.tables(project)
    files = campaign(project, edition, tables)
    counted = {raw: _counts(project, raw, tables[raw.table]) for raw in files}
    to_do = {raw: counts for raw, counts in counted.items() if counts}
    if not to_do:
        return []
    needed = needs_key(tables[raw.table] for raw in to_do)
    key = load_key(project, edition) if needed else None
    with replaced(project, [edition.edition]) as folders:
        for raw, counts in to_do.items():
            table, folder = tables[raw.table], folders[edition.edition]
            _empty(project, folder, raw, table, _changes(project, raw, table, key, list(counts)),
                   list(counts), today)  # fmt: skip
    return [Purged(raw.name, counts) for raw, counts in to_do.items()]


def remains(project: Project, edition: Edition) -> list[str]:
    """What in the raw files still has the form of an identifier: in parts that no table reads, or
    in columns that none declares. A sentence for each file, without any value.
    """
    tables = dictionary.tables(project)
    own = codes_of(tables.values())
    paths = {path: None for raw in campaign(project, edition, tables)
             for path in (raw.path, *raw.submissions)}  # fmt: skip
    said = []
    for path in paths:
        held = [place for place, text in rows_of(path)
                if any(matches(folded(text), page=True, codes=own))]  # fmt: skip
        if held:
            said.append(
                f"{project.relative(path)}{held[0]}: the form of an identifier is left in"
                f" {len(held)} row(s); empty these cells by hand, and update its sha256"
            )
    return said


def _require_due(project: Project, edition: Edition, today: dt.date) -> None:
    where = project.relative(project.edition_file(edition.edition))
    if edition.authorisation is None:
        raise EditionError(
            f"{where}, key authorisation", found="no retention date",
            expected="authorisation.retention_until (law 09-08)",
            remedy="only an edition of real data is purged; fill the block of its authorisation",
        )  # fmt: skip
    until = edition.authorisation.retention_until
    if today < until:
        raise EditionError(
            f"{where}, key authorisation.retention_until", found=f"{until}, and today is {today}",
            expected="a retention date that has come",
            remedy=f"purge on {until} or later; correct the date if the CNDP set an earlier one",
        )  # fmt: skip


def _counts(project: Project, raw: RawFile, table: Table) -> dict[str, int]:
    """Cells that still identify someone, by column; empty if there is none."""
    names = [field.name for field in table.identifiers]
    totals = dict.fromkeys(names, 0)
    if names:
        for chunk in read_chunks(project, raw, table):
            for name in names:
                totals[name] += int((~harmless(chunk.text[name])).sum())
    return {name: total for name, total in totals.items() if total}


def _empty(
    project: Project,
    folder: Path,
    raw: RawFile,
    table: Table,
    changes: Iterator[Change],
    names: list[str],
    today: dt.date,
) -> None:
    new = folder / f".{raw.path.name}"
    # Not the file as received: that of two tables has lost the identifiers of the first.
    held = replace(raw, path=folder / raw.path.name)
    rewrite(held, table, new, sample(read_chunks(project, raw, table), names), changes)
    after = put(folder, raw, new, {"purged": today})
    before = read_chunks(project, raw, table)
    _require_purged(before, read_chunks(project, after, table), table, raw.name)


def _changes(
    project: Project, raw: RawFile, table: Table, key: Key | None, names: list[str]
) -> Iterator[Change]:
    for chunk in read_chunks(project, raw, table):
        new = pd.DataFrame({n: _replacement(table.field(n), chunk.text[n], key) for n in names})
        for line, *cells in new[new.notna().any(axis=1)].itertuples():
            yield Change(line, {n: c for n, c in zip(names, cells, strict=True) if pd.notna(c)})


def _replacement(field: Field, cells: pd.Series, key: Key | None) -> pd.Series:
    """New text of the cells that identify someone; missing for the others."""
    held = cells[~harmless(cells)]
    if field.dropped:
        new = pd.Series(MASK if field.constraints.required else "", index=held.index, dtype="str")
    else:
        new = key.pseudonyms(field.identifier.kind, held).fillna("")
    return new.reindex(cells.index)


def _require_purged(
    before: Iterable[Chunk], after: Iterable[Chunk], table: Table, where: str
) -> None:
    """The file reads as it did, its identifiers apart, which are gone."""
    names = [field.name for field in table.identifiers]
    for old, new in zip_longest(before, after):
        same = old is not None and new is not None and len(old.text) == len(new.text)
        if not same or not old.text.drop(columns=names).equals(new.text.drop(columns=names)):
            raise _altered(where, "other cells changed with it")
        if any((~harmless(new.text[name])).any() for name in names):
            raise _altered(where, "identifiers are left")


def _altered(where: str, found: str) -> DataError:
    return DataError(
        where, found=f"the file can't be purged as it is: {found}",
        expected="a file whose identifiers can be emptied, and nothing else",
        remedy="empty its columns by hand, and update its sha256; nothing was changed",
    )  # fmt: skip
