"""A table received, put in the raw folder of a real edition and listed in its ``sources.yml``."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from obsante.collect.sheets import listed, sheet_text
from obsante.collect.sources import SHEET, Source
from obsante.edition import Edition
from obsante.errors import DataError, EditionError
from obsante.files import write_atomic
from obsante.paths import Project


@dataclass(frozen=True)
class Written:
    """A file or folder, and whether it was there already."""

    path: Path
    already: bool


def check_edition(project: Project, name: str, edition: Edition, private: bool) -> None:
    """Refuse an edition that data may not enter, before anything is asked for or computed.

    Args:
        name: of the data: a source of ``config/fetch.yml``, or a table.

    Raises:
        EditionError: the edition is a demonstration, or has no authorisation for private data.
        DataError: git would keep the private file.
    """
    if edition.demonstration:
        raise EditionError(
            f"edition {edition.edition}", found="status 'demonstration'",
            expected=f"a real edition for '{name}': synthetic and real data never mix",
            remedy="choose another --edition, or create one: obsante new-edition YEAR",
        )  # fmt: skip
    if not private:
        return
    if edition.authorisation is None:
        raise EditionError(
            f"{project.relative(project.edition_file(edition.edition))}, key authorisation",
            found="nothing", expected="the CNDP's authorisation (law 09-08), before data come in",
            remedy="fill the block, then run the command again",
        )  # fmt: skip
    file = data_file(project, name, edition)
    if _kept_by_git(project, file):
        raise DataError(
            project.relative(file), found="a place that git would keep",
            expected="a file ignored by git: its data are not public",
            remedy="remove the exception for this folder from .gitignore",
        )  # fmt: skip


def data_file(project: Project, name: str, edition: Edition) -> Path:
    """The file of a source, or of a table, among the edition's raw files."""
    return project.raw(edition.edition) / f"{name}.csv"


def place(
    project: Project, name: str, edition: Edition, entry: Source, data: bytes, replace: bool
) -> Written:
    """Put a table in the edition's raw folder and list it.

    Args:
        entry: sheet of the table; its hash is computed here.
        replace: put it in the place of an earlier file of the same name.

    Raises:
        DataError: another file of that name is there, and ``replace`` was not asked.
    """
    path, folder = data_file(project, name, edition), project.raw(edition.edition)
    sheet = listed(project, folder)
    digest = hashlib.sha256(data).hexdigest()
    earlier = sheet.get(path.name)
    same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
    if same and earlier and earlier.sha256 == digest:
        return Written(path, already=True)
    if path.exists() and not same and not replace:
        raise DataError(
            project.relative(path),
            found=f"an earlier file{f', received {earlier.received}' if earlier else ''}",
            expected="one such file in an edition, never written over unasked",
            remedy="put the new one in its place with --replace, or move the old one away",
        )  # fmt: skip
    new = entry.model_copy(update={"sha256": digest})
    write_atomic(path, data)
    write_atomic(folder / SHEET, sheet_text(folder, sheet | {path.name: new}))
    return Written(path, already=False)


def _kept_by_git(project: Project, path: Path) -> bool:
    """Whether git would keep the file; False without git, or outside a checkout."""
    if shutil.which("git") is None or not (project.root / ".git").exists():
        return False
    command = ["git", "-C", str(project.root), "check-ignore", "--quiet", "--", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    if done.returncode in (0, 1):
        return done.returncode == 1
    raise DataError(
        project.relative(path), found="git can't say whether it ignores this file",
        expected="a file ignored by git: its data are not public",
        remedy="mend git's answer to: git check-ignore (often git config --global safe.directory)",
    )  # fmt: skip
