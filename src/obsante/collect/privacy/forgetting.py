"""``forget``: one person leaves every raw file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from obsante.collect import dictionary
from obsante.collect.chunks import Chunk
from obsante.collect.imports import read_chunks
from obsante.collect.privacy.folders import campaign, put, replaced
from obsante.collect.privacy.keys import Key, load_key, needs_key
from obsante.collect.privacy.normalise import canonical
from obsante.collect.privacy.places import Sample, sample
from obsante.collect.privacy.rewriting import Change, is_workbook, naming, rewrite
from obsante.collect.question_schema import Kind
from obsante.collect.sources import RawFile, read_sheet
from obsante.collect.table_schema import PSEUDONYM, Table
from obsante.edition import Edition, known_editions, load_edition, read_yaml
from obsante.errors import DataError, EditionError
from obsante.paths import Project

_JOIN = ", "
# A sentence may be anyone's.
_NOBODY = ("texte_libre",)
_BLIND = "the key of the pseudonyms is not at hand: rows that hold a pseudonym were not searched"


@dataclass(frozen=True)
class Person:
    """Whom to look for: ``value`` identifies, or is the key of a row; never shown."""

    value: str

    def __repr__(self) -> str:
        return "Person(•••)"

    def lines(self, chunk: Chunk, table: Table, key: Key | None) -> list[int]:
        """Lines of the chunk that are about this person."""
        found = pd.Series(False, index=chunk.text.index)
        for field in table.identifiers:
            kind = field.identifier.kind
            if kind not in _NOBODY:
                found |= chunk.text[field.name].map(self._writings(kind, key)).fillna(False)
        found = found.astype(bool) | (row_keys(chunk.text, table) == self.value)
        return found.index[found].tolist()

    def _writings(self, kind: Kind, key: Key | None) -> Callable[[object], bool]:
        """Whether a cell of that kind is this person's, in clear or as a pseudonym."""
        known = canonical(kind, self.value)
        names = {self.value, key.pseudonym(kind, self.value) if key and known else None}
        asked = self.value if pd.Series(self.value).str.fullmatch(PSEUDONYM).all() else None

        def same(cell: object) -> bool:
            if not isinstance(cell, str):
                return False
            if cell in names or (known and canonical(kind, cell) == known):
                return True
            return bool(asked and key) and key.pseudonym(kind, cell) == asked

        return same


@dataclass(frozen=True)
class _Place:
    """Rows about the person in one file: their lines and primary keys."""

    year: int
    raw: RawFile
    table: Table
    lines: list[int]
    keys: set[str]
    without_key: bool


@dataclass(frozen=True)
class Forgotten:
    """A raw file, the rows that left it, and what its user has to do about it."""

    file: str
    edition: int
    rows: int
    remarks: tuple[str, ...]


def forget(
    project: Project, value: str, year: int | None, today: dt.date, *, remove: bool = True
) -> list[Forgotten]:
    """Remove every row about one person from the raw files: of all editions, or of none.

    Args:
        value: name, telephone, e-mail or other value of a declared identifier column, a pseudonym,
            or the primary key of a row (its columns joined by a comma and a space). It is written
            nowhere: neither in the sheet, which only says how many rows left and when, nor in an
            error.
        year: the only edition to search; every edition of real data if None.
        remove: False only counts.

    Raises:
        DataError: nobody is found; or a file can't be written again without these rows.
        EditionError: no edition to search.
    """
    person = Person(value.strip())
    if not person.value:
        raise _nobody("nothing to look for")
    tables = dictionary.tables(project)
    found = [place for edition in _searched(project, year)
             for place in _places(project, edition, tables, person)]  # fmt: skip
    if not any(place.lines for place in found):
        blind = any(place.without_key for place in found)
        raise _nobody("no row about this person" + (f" ({_BLIND})" if blind else ""))
    found = [place for place in found if place.lines]
    done = [Forgotten(place.raw.name, place.year, len(place.lines),
                      _remarks(project, place, person)) for place in found]  # fmt: skip
    if remove:
        with replaced(project, sorted({place.year for place in found})) as folders:
            for place in found:
                _without(project, folders[place.year], place, today)
            done = [_with_rest(one, folders[one.edition], place, person)
                    for one, place in zip(done, found, strict=True)]  # fmt: skip
    return done


def row_keys(text: pd.DataFrame, table: Table) -> pd.Series:
    """Primary key of each row as written, its columns joined; empty text for a table without."""
    joined = pd.Series("", index=text.index, dtype="str")
    for rank, name in enumerate(table.primaryKey):
        joined = joined + (_JOIN if rank else "") + text[name].fillna("")
    return joined


def to_build_again(project: Project, years: Iterable[int]) -> list[int]:
    """Editions whose report rests on the raw files of ``years``."""
    changed = set(years)
    return [year for year in known_editions(project)
            if changed & {year, *load_edition(project, year).compare_with}]  # fmt: skip


def editions_searched(project: Project, year: int | None) -> list[int]:
    """Years that :func:`forget` searches."""
    return [edition.edition for edition in _searched(project, year)]


def _searched(project: Project, year: int | None) -> list[Edition]:
    if year is not None:
        return [load_edition(project, year)]
    editions = [load_edition(project, known) for known in known_editions(project)]
    real = [edition for edition in editions if not edition.demonstration]
    if not real:
        raise EditionError(
            "obsante forget", found="no edition of real data",
            expected="raw files about real persons",
            remedy="name a demonstration with --edition to try the command",
        )  # fmt: skip
    return real


def _places(
    project: Project, edition: Edition, tables: dict[str, Table], person: Person
) -> Iterator[_Place]:
    """The edition's files, with the lines about the person in each."""
    files = campaign(project, edition, tables)
    needed = needs_key([tables[raw.table] for raw in files])
    key = _key_at_hand(project, edition) if needed else None
    for raw in files:
        table = tables[raw.table]
        place = _Place(edition.edition, raw, table, [], set(), needed and key is None)
        for chunk in read_chunks(project, raw, table):
            lines = person.lines(chunk, table, key)
            place.lines.extend(lines)
            place.keys.update(row_keys(chunk.text.loc[lines], table))
        yield place


def _key_at_hand(project: Project, edition: Edition) -> Key | None:
    """The key, or None without one: values in clear can be searched, and the outcome says so."""
    try:
        return load_key(project, edition)
    except EditionError:
        return None


def _nobody(found: str) -> DataError:
    return DataError(
        "the raw files", found=found,
        expected="a value of a declared identifier column, or the primary key of a row, as in the "
        "raw files",
        remedy="check the value, and the edition (demonstrations are searched with --edition only)",
    )  # fmt: skip


def _without(project: Project, folder: Path, place: _Place, today: dt.date) -> None:
    raw, table, lines = place.raw, place.table, place.lines
    kept = sum(len(chunk.text) for chunk in read_chunks(project, raw, table)) - len(lines)
    if not kept:
        raise DataError(
            raw.name, found="a file about this person only", expected="rows about others",
            remedy="remove the file and its entry in sources.yml",
        )  # fmt: skip
    new = folder / f".{raw.path.name}"
    held = replace(raw, path=folder / raw.path.name)
    rewrite(held, table, new, _anchor(project, place), (Change(line, None) for line in lines))
    before = read_sheet(project, folder)[raw.path.name].forgotten
    leaving = [one.model_dump() for one in before] + [{"date": today, "rows": len(lines)}]
    after = put(folder, raw, new, {"forgotten": leaving})
    if not _same_but(read_chunks(project, raw, table), read_chunks(project, after, table), lines):
        raise DataError(
            raw.name, found="other rows would change with this person's",
            expected="a file whose rows can be removed one by one",
            remedy="remove the rows by hand, and update its sha256; nothing was changed",
        )  # fmt: skip


def _with_rest(done: Forgotten, folder: Path, place: _Place, person: Person) -> Forgotten:
    """``done``, and where these files still name the person, in parts that no table reads."""
    said = [f"{path.name}{where} still names the person: remove it by hand, and update its sha256"
            for path in (place.raw.path, *place.raw.submissions)
            if (where := naming(folder / path.name, person.value)) is not None]  # fmt: skip
    return replace(done, remarks=(*done.remarks, *said))


def _anchor(project: Project, place: _Place) -> Sample:
    """Cells by which a workbook's sheet is known: the primary key, or the most varied column."""
    if not is_workbook(place.raw):
        return {}
    table = place.table
    chunks = read_chunks(project, place.raw, table)
    values = sample(chunks, table.primaryKey[:1] or table.columns)
    name = max(values, key=lambda name: len(set(values[name].values())))
    return {name: values[name]}


def _same_but(before: Iterable[Chunk], after: Iterable[Chunk], lines: Sequence[int]) -> bool:
    """Whether the rows are the same, in the same order, without those of ``lines``."""
    return _digests(before, lines) == _digests(after, [])


def _digests(chunks: Iterable[Chunk], lines: Sequence[int]) -> list[int]:
    found: list[int] = []
    for chunk in chunks:
        rows = chunk.text[~chunk.text.index.isin(lines)]
        found += pd.util.hash_pandas_object(rows, index=False).tolist()
    return found


def _remarks(project: Project, place: _Place, person: Person) -> tuple[str, ...]:
    said = []
    if place.without_key:
        said.append(_BLIND)
    if place.table.sample:
        said.append("its weights no longer add up: have them computed again without these rows")
    path = project.corrections(place.year)
    if path.is_file() and _scalars(read_yaml(project, path)) & (place.keys | {person.value}):
        said.append(f"{project.relative(path)} names the person: remove these corrections")
    return tuple(said)


def _scalars(content: object) -> set[str]:
    """Every single value of a YAML document, as text."""
    if isinstance(content, dict | list):
        inner = content.values() if isinstance(content, dict) else content
        return set().union(*(_scalars(value) for value in inner))
    return {str(content)}
