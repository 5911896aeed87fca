"""``scan``: nothing after ingest holds an identifier, neither by its form nor by its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obsante.collect import dictionary
from obsante.collect.imports import folding, read_chunks
from obsante.collect.privacy import texts
from obsante.collect.privacy.configuration import load_privacy
from obsante.collect.privacy.folders import campaign
from obsante.collect.privacy.normalise import canonical
from obsante.collect.privacy.patterns import folded, matches
from obsante.collect.privacy.protection import codes_of, harmless
from obsante.collect.question_schema import Kind
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.paths import Project

# Shorter names, and sentences of fewer words, are found in any report.
_LETTERS, _WORDS = 5, 4
Words = tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """An identifier in an output: where, of which kind, how many times; never its value.

    ``declared``: it is a value of an identifier column of the raw files, not only their form.
    """

    file: str
    place: str
    kind: str
    declared: bool
    times: int

    def __str__(self) -> str:
        why = "declared value" if self.declared else "form"
        place = f", {self.place}" if self.place else ""
        return f"{self.file}{place}: {self.kind} ({why}) •••, {self.times} time(s)"


@dataclass(frozen=True)
class Scan:
    """Files read, those that hold no text that can be read (name -> why), and what was found."""

    files: int
    values: int
    unread: dict[str, str]
    findings: list[Finding]


@dataclass
class _Outputs:
    """Texts of the files, each different one once, with its places."""

    places: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    files: int = 0


def scan(project: Project, edition: Edition) -> Scan:
    """Look for identifiers in everything that was made from an edition's raw files.

    Forms (e-mail, telephone, national card, position), and every value of the declared identifier
    columns: names of five letters or more, sentences of four words or more, all others.

    Raises:
        DataError: a raw file is wrong, or an output can't be read.
        EditionError: ``config/privacy.yml`` is wrong.
    """
    tables = dictionary.tables(project)
    files = _files(project, edition.edition)
    outputs = _read(project, files, tables)
    allowed = {_words(one.value) for one in load_privacy(project).allowed}
    vocabulary = {word for text in outputs.places for word in _words(text)}
    sought: dict[Words, Kind] = {}
    count = 0
    for kind, values in _declared(project, edition, tables):
        count += len(values)
        for value in values:
            known = {form for form in _forms(kind, value) if vocabulary.issuperset(form)}
            sought |= dict.fromkeys(known - allowed, kind)
    findings = [*_missed_columns(project, files, tables),
                *_by_form(outputs, tables, allowed), *_by_value(outputs, sought)]  # fmt: skip
    return Scan(outputs.files, count, outputs.unread, findings)


def _files(project: Project, year: int) -> list[Path]:
    """Everything that was made for an edition; its lock says nothing."""
    folders = [project.processed(year), project.book_output(year)]
    found = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return sorted(found - {project.lock_file(year)})


def _read(project: Project, files: Iterable[Path], tables: Mapping[str, Table]) -> _Outputs:
    found = _Outputs()
    protected = {name: table.protected for name, table in tables.items()}
    for path in files:
        where = project.relative(path)
        try:
            for place, text in texts.parts(path, where, protected):
                found.places.setdefault(text, []).append((where, place))
            found.files += 1
        except texts.Unread as reason:
            found.unread[where] = str(reason)
    return found


def _declared(
    project: Project, edition: Edition, tables: dict[str, Table]
) -> Iterator[tuple[Kind, Sequence[str]]]:
    """Values of the identifier columns of the raw files, by parts."""
    for raw in campaign(project, edition, tables):
        table = tables[raw.table]
        for chunk in read_chunks(project, raw, table) if table.identifiers else ():
            for column in table.identifiers:
                cells = chunk.text[column.name]
                yield column.identifier.kind, cells[~harmless(cells)].unique().tolist()


def _words(text: str) -> Words:
    """Words as they are compared: without case, accents or punctuation."""
    return tuple(folding.words(text))


def _forms(kind: Kind, value: str) -> Iterator[Words]:
    """A value as words, where it says enough to be looked for; a number in its other writings."""
    found = _words(value)
    enough = len(found) >= _WORDS if kind == "texte_libre" else (
        sum(c.isalpha() if kind == "nom" else c.isalnum() for c in value) >= _LETTERS)  # fmt: skip
    if found and enough:
        yield found
    if kind == "telephone":
        number = canonical(kind, value)
        yield from ((form,) for form in (number, f"0{number.removeprefix('212')}")
                    if len(number) > _LETTERS)  # fmt: skip


def _by_form(
    outputs: _Outputs, tables: Mapping[str, Table], allowed: set[Words]
) -> Iterator[Finding]:
    own = codes_of(tables.values())
    for text, places in outputs.places.items():
        plain = folded(text)
        times: dict[str, int] = {}
        for match in matches(plain, page=True, codes=own):
            if not allowed & {_words(match.word), _words(plain[match.start : match.end])}:
                times[match.kind] = times.get(match.kind, 0) + 1
        for kind, count in times.items():
            yield from (Finding(file, place, kind, False, count) for file, place in places)


def _by_value(outputs: _Outputs, sought: Mapping[Words, Kind]) -> Iterator[Finding]:
    first: dict[str, list[Words]] = {}
    for value in sought:
        first.setdefault(value[0], []).append(value)
    for text, places in outputs.places.items() if sought else ():
        said = _words(text)
        times: dict[str, int] = {}
        for rank, word in enumerate(said):
            for value in first.get(word, ()):
                if said[rank : rank + len(value)] == value:
                    times[sought[value]] = times.get(sought[value], 0) + 1
        for kind, count in times.items():
            yield from (Finding(file, place, kind, True, count) for file, place in places)


def _missed_columns(
    project: Project, files: Iterable[Path], tables: Mapping[str, Table]
) -> Iterator[Finding]:
    """Validated tables that still have a column to drop."""
    for path in files:
        table = tables.get(path.stem)
        if path.suffix == ".parquet" and table is not None:
            present = texts.columns(path)
            for column in table.identifiers:
                if column.dropped and column.name in present:
                    yield Finding(project.relative(path), f"column '{column.name}'",
                                  column.identifier.kind, True, 1)  # fmt: skip
