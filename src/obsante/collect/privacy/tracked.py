"""Raw files with identifiers stay out of git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from obsante.collect import codes
from obsante.collect.chunks import LINE, Chunk
from obsante.collect.imports import read_chunks
from obsante.collect.privacy.protection import harmless, protect
from obsante.collect.sources import RawFile
from obsante.collect.table_schema import Table
from obsante.errors import DataError
from obsante.paths import Project


def check_untracked(project: Project, raw: RawFile, table: Table) -> None:
    """Refuse a real campaign file that git tracks and that tells who someone is.

    Synthetic files, and those of ``data/raw/reference``, may be tracked; without git, or outside a
    checkout, there is nothing to check.

    Raises:
        DataError: the file is tracked, and a declared identifier column has a value, or a cell of
            another column the form of an identifier; or git can't say.
    """
    if raw.synthetic or raw.path.is_relative_to(project.reference):
        return
    names = [name for path in (raw.path, *raw.submissions)
             if _tracked(project, path, name := project.relative(path))]  # fmt: skip
    if not names:
        return
    held = next((found for chunk in read_chunks(project, raw, table)
                 if (found := _held(chunk, table))), None)  # fmt: skip
    if held is not None:
        raise DataError(
            names[0],
            found=f"a file that git tracks, with a direct identifier in {held}",
            expected="identifiers in files that git ignores (law 09-08)",
            remedy=(
                f"git rm --cached {names[0]}; if it was ever committed, remove it from the history "
                "too (git filter-repo) wherever it was pushed"
            ),
        )


def _tracked(project: Project, path: Path, name: str) -> bool:
    if shutil.which("git") is None or not (project.root / ".git").exists():
        return False
    command = ["git", "--literal-pathspecs", "-C", str(project.root),
               "ls-files", "--error-unmatch", "--", str(path)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=30,
                          env=os.environ | {"LC_ALL": "C"}, check=False)  # fmt: skip
    if done.returncode in (0, 1):
        return done.returncode == 0
    raise DataError(
        name,
        found=f"git can't say whether it tracks this file: {done.stderr.strip().splitlines()[-1]}",
        expected="a real campaign file that git does not track (law 09-08)",
        remedy="mend git's answer to: git ls-files (often git config --global safe.directory)",
    )


def _held(chunk: Chunk, table: Table) -> str | None:
    """Where the chunk holds an identifier: the column, and the line."""
    for field in table.identifiers:
        cells = chunk.text[field.name]
        given = cells[~harmless(cells)]
        if len(given):
            return f"column '{field.name}' (line {given.index[0]})"
    others = [field for field in table.fields if field.identifier is None]
    found = protect(chunk, table.model_copy(update={"fields": others}), None).notes
    found = found[found["regle"] == codes.IDENTIFIER]
    if len(found):
        return f"column '{found['colonne'].iloc[0]}' (line {found[LINE].iloc[0]})"
    return None
