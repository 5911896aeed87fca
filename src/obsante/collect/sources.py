"""Source sheets: what each raw file is, where it comes from, and that its bytes are the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
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
TRUTH = "verite.json"


class Source(Strict):
    """Entry of one file; ``period`` for collected data, ``published`` for public figures.

    ``table``: the table that the file brings rows to, where its name is not that of the
    dictionary (one file for each region, say). ``profile``: the profile of ``config/imports``
    that reads it; without one, the file is in the dictionary's own form.
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
    table: str | None = None
    profile: str | None = None

    @model_validator(mode="after")
    def _dated(self) -> Source:
        if self.period is None and self.published is None:
            raise ValueError("period or published: one of the two")
        return self


class _Sheet(Strict):
    files: dict[str, Source]


@dataclass(frozen=True)
class RawFile:
    """A raw file whose hash was checked; ``name`` is its path as the user reads it.

    ``table``: the table that it brings rows to; ``profile``: of ``config/imports``, None for the
    dictionary's own form.
    """

    path: Path
    name: str
    sha256: str
    table: str
    profile: str | None
    synthetic: bool


def raw_files(project: Project, edition: Edition, tables: dict[str, Table]) -> dict[str, RawFile]:
    """Raw file of each table: every reference table, and the campaign tables that came.

    Raises:
        DataError: a file unlisted, missing, changed, of no known table, or of the wrong status
            for the edition; or a real campaign without authorisation.
    """
    reference = _folder(project, project.reference, _of_scope(tables, "reference"))
    for table in _of_scope(tables, "reference").values():
        if table.name not in reference:
            raise DataError(
                f"{project.relative(project.reference)}/{table.file}", found="no such file",
                expected=f"the file of the reference table '{table.name}'",
                remedy="restore the file and its entry in sources.yml from git",
            )  # fmt: skip
    campaign = _folder(project, project.raw(edition.edition), _of_scope(tables, "campaign"))
    _check_status(project, edition, campaign)
    return {name: file for name, file in (reference | campaign).items() if name in tables}


def _of_scope(tables: dict[str, Table], scope: str) -> dict[str, Table]:
    return {name: table for name, table in tables.items() if table.scope == scope}


def _folder(project: Project, folder: Path, tables: dict[str, Table]) -> dict[str, RawFile]:
    """Files of a folder by table, in agreement with its sheet."""
    sheet = read_sheet(project, folder)
    present = _data_files(folder)
    for name in present:
        if name not in sheet:
            raise _unlisted(project, folder / name, sheet)
    by_file = {table.file: table.name for table in tables.values()}
    files = {}
    for name, source in sheet.items():
        if name not in by_file and name != TRUTH:
            raise DataError(
                f"{project.relative(folder / SHEET)}, file '{name}'", found="the file of no table",
                expected=nearest(name, sorted(by_file)),
                remedy="rename the file, or write its table's dictionary in config/dictionary",
            )  # fmt: skip
        table = by_file.get(name, name)
        files[table] = _checked(project, folder / name, source, present, table)
    return files


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
    """Everything but the sheet, notes (``*.md``) and hidden files."""
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir())
    return [n for n in names if n != SHEET and not n.startswith(".") and not n.endswith(".md")]


def _unlisted(project: Project, path: Path, sheet: dict[str, Source]) -> DataError:
    digest = sha256(path) if path.is_file() else ""
    return DataError(
        project.relative(path),
        found="a data file that sources.yml does not list" if digest else "a folder",
        expected=f"only what sources.yml lists: {', '.join(sheet) or 'nothing'}",
        remedy=f"remove it, or list it with sha256: {digest}" if digest else "move it elsewhere",
    )


def _checked(
    project: Project, path: Path, source: Source, present: list[str], table: str
) -> RawFile:
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
    return RawFile(path, name, digest, table, source.profile, source.synthetic)


def _check_status(project: Project, edition: Edition, campaign: dict[str, RawFile]) -> None:
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
