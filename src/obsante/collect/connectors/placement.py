"""A fetched table in the raw folder of a real edition, listed in its ``sources.yml``."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from obsante.collect.connectors.snapshot import Written, yaml_text
from obsante.collect.sources import SHEET, Source, read_sheet
from obsante.edition import Edition
from obsante.errors import DataError, EditionError
from obsante.files import write_atomic
from obsante.paths import Project


def check_edition(project: Project, name: str, edition: Edition, private: bool) -> None:
    """Refuse an edition that the data of a source may not enter; before any request.

    Raises:
        EditionError: the edition is a demonstration, or has no authorisation for private data.
        DataError: git would keep the private file.
    """
    if edition.demonstration:
        raise EditionError(
            f"edition {edition.edition}", found="status 'demonstration'",
            expected=f"a real edition for source '{name}': synthetic and real data never mix",
            remedy="choose another --edition, or create one: obsante new-edition YEAR",
        )  # fmt: skip
    if not private:
        return
    if edition.authorisation is None:
        raise EditionError(
            f"{project.relative(project.edition_file(edition.edition))}, key authorisation",
            found="nothing", expected="the CNDP's authorisation (law 09-08), before data come in",
            remedy="fill the block, then fetch",
        )  # fmt: skip
    file = data_file(project, name, edition)
    if _kept_by_git(project, file):
        raise DataError(
            project.relative(file), found="a place that git would keep",
            expected="a file ignored by git: its data are not public",
            remedy="remove the exception for this folder from .gitignore",
        )  # fmt: skip


def data_file(project: Project, name: str, edition: Edition) -> Path:
    """The file of a source among the edition's raw files."""
    return project.raw(edition.edition) / f"{name}.csv"


def place(
    project: Project, name: str, edition: Edition, entry: Source, data: bytes, replace: bool
) -> Written:
    """Put a table in the edition's raw folder and list it.

    Args:
        entry: sheet of the table; its hash is computed here.
        replace: put it in the place of an earlier fetch of the same source.

    Raises:
        DataError: another table of that source is there, and ``replace`` was not asked.
    """
    path, folder = data_file(project, name, edition), project.raw(edition.edition)
    sheet = read_sheet(project, folder) if (folder / SHEET).is_file() else {}
    digest = hashlib.sha256(data).hexdigest()
    listed = sheet.get(path.name)
    same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
    if same and listed and listed.sha256 == digest:
        return Written(path, already=True)
    if path.exists() and not same and not replace:
        raise DataError(
            project.relative(path),
            found=f"an earlier fetch{f', received {listed.received}' if listed else ''}",
            expected="one file of a source in an edition, never written over unasked",
            remedy="put the new one in its place with --replace, or move the old one away",
        )  # fmt: skip
    new = entry.model_copy(update={"sha256": digest})
    write_atomic(path, data)
    write_atomic(folder / SHEET, _sheet_text(folder / SHEET, sheet | {path.name: new}))
    return Written(path, already=False)


def _sheet_text(path: Path, sheet: dict[str, Source]) -> str:
    """The sheet with the comments that open it."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    opening = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    entries = {name: entry.model_dump(exclude_defaults=True) for name, entry in sheet.items()}
    return "".join(f"{line}\n" for line in lines[:opening]) + yaml_text({"files": entries})


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
