"""Source sheets: what each raw file is, where it comes from, and that its bytes are the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field as Key
from pydantic import model_validator

from obsante.collect.reading import readable
from obsante.collect.table_schema import Table
from obsante.edition import Edition, Strict, read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.files import sha256
from obsante.paths import Project

SHEET = "sources.yml"
CORRECTIONS = "corrections.yml"
TRUTH = "verite.json"


class Forgotten(Strict):
    """Rows of one person, removed from a file at their request."""

    date: dt.date
    rows: int = Key(ge=1)


class Source(Strict):
    """Entry of one file; ``period`` for collected data, ``published`` for public figures.

    ``table``: the table that the file brings rows to, where its name is not that of the
    dictionary (one file for each region, say); a list for a workbook of several tables, whose
    sheets its profile names. ``submissions_of``: the file of this folder whose repeated group
    refers to these submissions, which are rows of no table themselves. ``profile``: the profile
    of ``config/imports`` that reads it; without one, the file is in the dictionary's own form.
    ``purged``: day when its identifiers were destroyed. ``forgotten``: rows removed since it was
    received.
    """

    producer: str = Key(min_length=1)
    title: str = Key(min_length=1)
    licence: str = Key(min_length=1)
    received: dt.date
    period: str | int | dt.date | None = None
    published: str | int | dt.date | None = None
    url: str | None = None
    sha256: str = Key(pattern=r"^[0-9a-f]{64}$")
    synthetic: bool
    table: str | list[str] | None = None
    submissions_of: str | None = None
    profile: str | None = None
    purged: dt.date | None = None
    forgotten: list[Forgotten] = Key(default_factory=list)

    @model_validator(mode="after")
    def _dated(self) -> Source:
        if self.period is None and self.published is None:
            raise ValueError("period or published: one of the two")
        return self

    @model_validator(mode="after")
    def _placed(self) -> Source:
        if self.table is not None and self.submissions_of is not None:
            raise ValueError("table or submissions_of: not both")
        if len(set(self.tables)) < len(self.tables) or self.table == []:
            raise ValueError("table: one table, or a list of different ones")
        return self

    @property
    def tables(self) -> list[str]:
        """What ``table`` names; empty if it is not there."""
        return [self.table] if isinstance(self.table, str) else self.table or []


class _Sheet(Strict):
    files: dict[str, Source]


@dataclass(frozen=True)
class RawFile:
    """A raw file whose hash was checked; ``name`` is its path as the user reads it.

    ``table``: the table that it brings rows to (a file of several tables is a raw file of each);
    ``profile``: of ``config/imports``, None for the dictionary's own form. ``submissions``: files
    of the same folder that its repeated group refers to.
    """

    path: Path
    name: str
    sha256: str
    table: str
    profile: str | None
    synthetic: bool
    submissions: tuple[Path, ...] = ()


Files = dict[str, list[RawFile]]


def raw_files(project: Project, edition: Edition, tables: dict[str, Table]) -> Files:
    """Raw files of each table, by name: one for each reference table, those that came for others.

    Raises:
        DataError: a file unlisted, missing, changed, of no known table, or of the wrong status
            for the edition; two files of a reference table; a real campaign without authorisation.
    """
    reference = _folder(project, project.reference, _of_scope(tables, "reference"))
    for table in _of_scope(tables, "reference").values():
        _require_one(project, table, reference.get(table.name, []))
    campaign = _folder(project, project.raw(edition.edition), _of_scope(tables, "campaign"))
    _check_status(project, edition, campaign)
    return reference | campaign


def _of_scope(tables: dict[str, Table], scope: str) -> dict[str, Table]:
    return {name: table for name, table in tables.items() if table.scope == scope}


def _require_one(project: Project, table: Table, files: list[RawFile]) -> None:
    if not files:
        raise DataError(
            f"{project.relative(project.reference)}/{table.file}", found="no such file",
            expected=f"the file of the reference table '{table.name}'",
            remedy="restore the file and its entry in sources.yml from git",
        )  # fmt: skip
    if len(files) > 1:
        raise DataError(
            f"{project.relative(project.reference / SHEET)}, table '{table.name}'",
            found=f"{len(files)} files: {', '.join(raw.path.name for raw in files)}",
            expected="one file for a reference table",
            remedy="gather their rows in one of them, and remove the others with their entries",
        )


def _folder(project: Project, folder: Path, tables: dict[str, Table]) -> Files:
    """Files of a folder by table, in agreement with its sheet."""
    sheet = read_sheet(project, folder)
    present = _data_files(folder)
    for name in present:
        if name not in sheet:
            raise _unlisted(project, folder / name, sheet)
    files: Files = {}
    for name, source in sorted(sheet.items()):
        where = f"{project.relative(folder / SHEET)}, file '{name}'"
        raw = _checked(project, folder / name, source, present)
        beside = tuple(folder / n for n, one in sheet.items() if one.submissions_of == name)
        for table in [] if name == TRUTH else _tables_of(name, sheet, tables, where):
            files.setdefault(table, []).append(replace(raw, table=table, submissions=beside))
    return files


def _tables_of(
    name: str, sheet: dict[str, Source], tables: dict[str, Table], where: str
) -> list[str]:
    """The tables that a file brings rows to: that of its name, or those of the key ``table``."""
    by_file = {table.file: table.name for table in tables.values()}
    own, source = by_file.get(name), sheet[name]
    if source.submissions_of is not None:
        _check_submissions(name, own, sheet, where)
        return []
    if not source.tables and own is None:
        raise DataError(
            where, found="the file of no table", expected=nearest(name, sorted(by_file)),
            remedy="rename the file, or say by a key of its entry what it brings: table, or "
            "submissions_of for the submissions of another file",
        )  # fmt: skip
    if own is not None and source.tables and own not in source.tables:
        raise DataError(
            f"{where}, key table", found=f"'{', '.join(source.tables)}'",
            expected=f"'{own}', as in its name", remedy="remove the key, or rename the file",
        )  # fmt: skip
    for asked in source.tables:
        if asked not in tables:
            raise DataError(
                f"{where}, key table", found=f"'{asked}', which is no table of this folder",
                expected=nearest(asked, sorted(tables)), remedy="correct the table's name",
            )  # fmt: skip
    return source.tables or [own]


def _check_submissions(name: str, own: str | None, sheet: dict[str, Source], where: str) -> None:
    """Refuse submissions of no file, or under the name of a table's own file."""
    of, others = sheet[name].submissions_of, [other for other in sheet if other != name]
    if of not in others:
        raise DataError(
            f"{where}, key submissions_of", found=f"'{of}', which this sheet does not list",
            expected=nearest(of, others), remedy="correct the name of the file",
        )  # fmt: skip
    if own is not None:
        raise DataError(
            f"{where}, key submissions_of", found=f"a file named as that of table '{own}'",
            expected="a file of no table", remedy="remove the key, or rename the file",
        )  # fmt: skip


def read_sheet(project: Project, folder: Path) -> dict[str, Source]:
    """Entries of a folder's ``sources.yml``, by file; none if the folder holds no data.

    Raises:
        DataError: data files without a sheet.
        EditionError: a key is unknown, missing or mistyped.
    """
    path = folder / SHEET
    if path.is_file():
        return validate(_Sheet, read_yaml(project, path), project.relative(path)).files
    present = _data_files(folder)
    if present:
        raise DataError(
            project.relative(path),
            found=f"no source sheet beside {', '.join(present)}",
            expected="one entry per data file: producer, title, licence, dates, sha256, synthetic",
            remedy="write it, after the model of data/raw/reference/sources.yml",
        )
    return {}


def _data_files(folder: Path) -> list[str]:
    """Everything but the sheet, corrections, notes (``*.md``) and hidden files."""
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir())
    others = (SHEET, CORRECTIONS)
    return [n for n in names if n not in others and not n.startswith(".") and not n.endswith(".md")]


def _unlisted(project: Project, path: Path, sheet: dict[str, Source]) -> DataError:
    digest = sha256(path) if path.is_file() else ""
    return DataError(
        project.relative(path),
        found="a data file that sources.yml does not list" if digest else "a folder",
        expected=f"only what sources.yml lists: {', '.join(sheet) or 'nothing'}",
        remedy=f"remove it, or list it with sha256: {digest}" if digest else "move it elsewhere",
    )


def _checked(project: Project, path: Path, source: Source, present: list[str]) -> RawFile:
    """The file, of no table yet."""
    name = project.relative(path)
    if path.name not in present:
        raise DataError(
            name, found="no such file", expected="the file that sources.yml lists",
            remedy="put the file there, or remove its entry",
        )  # fmt: skip
    with readable(name):
        digest = sha256(path)
    if digest != source.sha256:
        raise DataError(
            name,
            found=f"sha256 {digest}",
            expected=f"{source.sha256}, as in sources.yml: the bytes as received",
            remedy=(
                f"restore the file; if the change is meant, write sha256: {digest} in its entry"
                f" (sha256sum {name}; on macOS shasum -a 256 {name})"
            ),
        )
    return RawFile(path, name, digest, "", source.profile, source.synthetic)


def _check_status(project: Project, edition: Edition, campaign: Files) -> None:
    _check_synthetic(project, project.reference, False, "reference figures are real")
    reason = f"the edition is '{edition.status}'"
    _check_synthetic(project, project.raw(edition.edition), edition.demonstration, reason)
    if campaign and not edition.demonstration and edition.authorisation is None:
        raise DataError(
            f"{project.relative(project.edition_file(edition.edition))}, key authorisation",
            found="nothing, with campaign files present",
            expected="number, purpose, retention, host country and transfer basis (law 09-08)",
            remedy="fill the block once the CNDP has authorised the processing",
        )


def _check_synthetic(project: Project, folder: Path, expected: bool, reason: str) -> None:
    for name, source in read_sheet(project, folder).items():
        if source.synthetic != expected:
            raise DataError(
                f"{project.relative(folder / SHEET)}, file '{name}'",
                found=f"synthetic: {str(source.synthetic).lower()}",
                expected=f"{str(expected).lower()}: {reason}",
                remedy="move the file to an edition of its own status; the two never mix",
            )
