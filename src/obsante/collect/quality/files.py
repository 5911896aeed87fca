"""What was received for an edition, what was set aside and why, whether persons can be followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from obsante.collect import codes, dictionary
from obsante.collect.chunks import LINE
from obsante.collect.imports import read_chunks
from obsante.collect.reader import keys_linked, quarantined
from obsante.collect.sources import RawFile, raw_files, read_sheet
from obsante.collect.store import Entry, read_index
from obsante.collect.table_schema import Table
from obsante.collect.wording import in_words
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.paths import Project, find_project

WEIGHT = "poids"
FILE = "fichier"
_REASONS = ["table", "regle", "demande", "colonne", "lignes", "poids"]


def received(edition: int) -> pd.DataFrame:
    """The campaign files that an edition was ingested from, one row each, by table then by name.

    Returns:
        ``table``, ``titre``, ``fichier``, ``recu`` (day), ``producteur``, ``synthetique``,
        ``lignes``, ``retenues``, ``ecartees``.

    Raises:
        DataError: the edition was not ingested.
    """
    project = find_project()
    sheet = read_sheet(project, project.raw(edition))
    rows = []
    for name, entry in _campaign(project, edition).items():
        title = dictionary.load(name, project).title
        for path, own in entry.received.items():
            source = sheet[path.rpartition("/")[2]]
            rows.append((name, title, path.rpartition("/")[2], source.received, source.producer,
                         source.synthetic, own.rows_in, own.rows_kept, own.rows_aside))  # fmt: skip
    columns = ["table", "titre", FILE, "recu", "producteur", "synthetique", "lignes", "retenues",
               "ecartees"]  # fmt: skip
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(["table", FILE], ignore_index=True)


def reasons(edition: int) -> pd.DataFrame:
    """Why rows were set aside: one row for each table, rule and column.

    A row that breaks several rules counts in each. Weights are those of the raw file, for tables
    that have them: neither those that are themselves wrong nor those of copies count, as in
    :class:`obsante.collect.balance.Balance`.

    Returns:
        ``table``, ``regle``, ``demande`` (what the rule asks for, in words), ``colonne``,
        ``lignes``, ``poids`` (missing for a table without weights).

    Raises:
        DataError: the edition was not ingested, or a raw file has changed since.
    """
    project = find_project()
    tables = dictionary.tables(project)
    files = raw_files(project, load_edition(project, edition), tables)
    parts = [
        _reasons(project, tables[name], entry, files.get(name, []), edition)
        for name, entry in sorted(_campaign(project, edition).items())
    ]
    found = pd.concat([pd.DataFrame(columns=_REASONS), *parts], ignore_index=True)
    words = in_words(tables.values())
    pairs = zip(found["table"], found["regle"], strict=True)
    return found.assign(demande=[words.get(pair, pair[1]) for pair in pairs])[_REASONS]


def duplicates(edition: int) -> pd.DataFrame:
    """Copies and keys that several rows share, by table.

    Returns:
        ``table``, ``lignes`` (received), ``copies`` (of a row that was kept), ``cles`` (rows of one
        key that differ, all set aside); every campaign table has a row.

    Raises:
        DataError: the edition was not ingested.
    """
    rows = []
    for name, entry in sorted(_campaign(find_project(), edition).items()):
        found = quarantined(name, edition=edition)
        lines = {rule: found.loc[found["regle"] == rule, [FILE, LINE]].drop_duplicates()
                 for rule in (codes.COPY, codes.KEY)}  # fmt: skip
        rows.append((name, entry.rows_in, len(lines[codes.COPY]), len(lines[codes.KEY])))
    return pd.DataFrame(rows, columns=["table", "lignes", "copies", "cles"])


def links(editions: Sequence[int]) -> pd.DataFrame:
    """Whether one key made the pseudonyms of the editions, for each table that has some.

    Args:
        editions: the edition, then those that it is compared with.

    Returns:
        ``table``, ``titre``, ``colonnes`` (titles), ``editions`` (those that have the table, text)
        and ``suivi``: persons can be followed over them.
    """
    project = find_project()
    rows = []
    for name in sorted(_campaign(project, editions[0])):
        table = dictionary.load(name, project)
        hashed = [field.title for field in table.identifiers if not field.dropped]
        years = [year for year in editions if name in read_index(project, year)]
        if hashed:
            rows.append((name, table.title, ", ".join(hashed), ", ".join(map(str, sorted(years))),
                         keys_linked(name, years)))  # fmt: skip
    return pd.DataFrame(rows, columns=["table", "titre", "colonnes", "editions", "suivi"])


def _campaign(project: Project, edition: int) -> dict[str, Entry]:
    tables = dictionary.tables(project)
    index = read_index(project, edition)
    if not index:
        raise DataError(
            f"edition {edition}", found="no ingested table", expected="the edition's tables",
            remedy=f"obsante ingest --edition {edition}",
        )  # fmt: skip
    return {name: entry for name, entry in index.items() if tables[name].scope == "campaign"}


def _reasons(
    project: Project, table: Table, entry: Entry, files: Iterable[RawFile], edition: int
) -> pd.DataFrame:
    found = quarantined(table.name, edition=edition)
    place = [FILE, LINE]
    lines = found.drop_duplicates([*place, "regle", "colonne"])
    counts = lines.groupby(["table", "regle", "colonne"], sort=False).size()
    counts = counts.rename("lignes").reset_index()
    if WEIGHT not in table.columns or found.empty:
        return counts.assign(poids=float("nan"))
    weights = _weights(project, table, entry, files, found)
    wrong = found.loc[(found["regle"] == codes.COPY) | (found["colonne"] == WEIGHT), place]
    weights = weights.drop(index=pd.MultiIndex.from_frame(wrong), errors="ignore")
    lines = lines.assign(poids=weights.reindex(pd.MultiIndex.from_frame(lines[place])).to_numpy())
    sums = lines.groupby(["regle", "colonne"], sort=False)["poids"].sum().reset_index()
    return counts.merge(sums, on=["regle", "colonne"])


def _weights(
    project: Project, table: Table, entry: Entry, files: Iterable[RawFile], found: pd.DataFrame
) -> pd.Series:
    """Weight of each row set aside, by file and line, as its raw file writes it."""
    parts = []
    for raw in files:
        _require_same(raw, entry)
        lines = found.loc[found[FILE] == raw.path.name, LINE].unique()
        for chunk in read_chunks(project, raw, table):
            own = chunk.text.loc[chunk.text.index.isin(lines), WEIGHT]
            numbers = pd.to_numeric(own, errors="coerce")
            parts.append(pd.concat({raw.path.name: numbers}))
    return pd.concat(parts).rename_axis([FILE, LINE])


def _require_same(raw: RawFile, entry: Entry) -> None:
    own = entry.received.get(raw.name)
    if own is None or own.sha256 != raw.sha256:
        raise DataError(
            raw.name, found="another file than the one that was ingested",
            expected="tables and quarantine of the files that are there", remedy="obsante ingest",
        )  # fmt: skip
