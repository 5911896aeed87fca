"""Values that notebooks executed before have published, read by one that comes after them.

A notebook declares in its metadata, under ``after``, those that it reads. What it read is kept
beside what it publishes, so that results of another execution are noticed
(:func:`obsante.results.inputs.check_results`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from obsante.collect import available
from obsante.errors import ResultError
from obsante.files import sha256, write_atomic
from obsante.paths import Project
from obsante.results.publication import Publication, current
from obsante.results.registry import find
from obsante.results.values import COLUMNS, PART, parts_folder, read_values

READ = "earlier.json"


def earlier(*identifiers: str) -> pd.DataFrame:
    """Rows of indicators that earlier notebooks of this edition published.

    Args:
        identifiers: ids in ``config/indicators``. One that no notebook published has no row: its
            data were not received, or its notebook had nothing to publish.

    Returns:
        Columns :data:`obsante.results.values.COLUMNS`.

    Raises:
        ResultError: an identifier is in no registry; the notebook declares none under ``after``; one of those that it declares
            could run for this edition and has no result; or an identifier is published by a
            notebook that it does not declare.
    """
    publication = current()
    for identifier in identifiers:
        find(publication.registry, identifier)
    parts = _parts(publication)
    _note_read(publication, parts)
    tables = [read_values(path) for path in parts.values()]
    rows = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    own = rows[rows["indicateur"].isin(identifiers)].reset_index(drop=True)
    _refuse_undeclared(publication, set(identifiers) - set(own["indicateur"]), parts)
    return own


def changed_since(project: Project, year: int, folder: Path) -> str | None:
    """The first notebook whose values are no longer those that ``folder``'s notebook read."""
    path = folder / READ
    then = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    parts = parts_folder(project, year)
    return next((n for n, hashed in then.items() if hashed != _hash(parts / n / PART)), None)


def _parts(publication: Publication) -> dict[str, Path]:
    """Notebook -> its values, for those declared that have some."""
    project, year = publication.project, publication.edition.edition
    names = declared(project, publication.notebook).get("after", [])
    if not names:
        raise ResultError(
            f"notebook '{publication.notebook}', metadata.obsante.after", found="no notebook",
            expected="the notebooks whose values results.earlier() reads",
            remedy="name them, without .ipynb",
        )  # fmt: skip
    paths = {name: parts_folder(project, year) / name / PART for name in names}
    tables = set(available(project, year))
    silent = [name for name, path in paths.items()
              if not path.is_file() and _could_run(project, name, tables)]  # fmt: skip
    if silent:
        raise ResultError(
            f"notebook '{publication.notebook}', edition {year}",
            found=f"no result of {', '.join(map(repr, silent))}, whose values it reads",
            expected="the results of the notebooks that it declares under after",
            remedy=f"obsante run {' '.join(silent)} --edition {year}",
        )
    return {name: path for name, path in paths.items() if path.is_file()}


def declared(project: Project, name: str) -> dict[str, Any]:
    """What a notebook declares in its metadata, empty where there is none.

    :class:`obsante.run.plan.Declaration` checks it before anything is executed.
    """
    path = project.notebooks / f"{name}.ipynb"
    if not path.is_file():
        return {}
    return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("obsante", {})


def _could_run(project: Project, name: str, tables: Iterable[str]) -> bool:
    """Whether the tables without which a notebook is left out were received."""
    return set(declared(project, name).get("campaign", [])) <= set(tables)


def _note_read(publication: Publication, parts: dict[str, Path]) -> None:
    names = declared(publication.project, publication.notebook)["after"]
    hashes = {name: _hash(parts[name]) if name in parts else "" for name in names}
    write_atomic(publication.folder / READ, json.dumps(hashes, indent=2) + "\n")


def _hash(path: Path) -> str:
    """Empty for a notebook without result."""
    return sha256(path) if path.is_file() else ""


def _refuse_undeclared(
    publication: Publication, absent: set[str], parts: dict[str, Path]
) -> None:
    folder = parts_folder(publication.project, publication.edition.edition)
    known = {*parts, publication.notebook}
    for path in sorted(folder.glob(f"*/{PART}")) if absent else []:
        found = absent & set(read_values(path)["indicateur"])
        if found and path.parent.name not in known:
            raise ResultError(
                f"indicator '{min(found)}'", found=f"published by '{path.parent.name}'",
                expected=f"a notebook that '{publication.notebook}' declares under after",
                remedy=f"add '{path.parent.name}' to metadata.obsante.after of that notebook",
            )  # fmt: skip
