"""Source sheets that commands write, and other records in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from obsante.collect.sources import SHEET, Source, read_sheet
from obsante.paths import Project


class _Plain(yaml.SafeDumper):
    """Each value written in full, without YAML anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def yaml_text(content: Mapping[str, object]) -> str:
    """A mapping as YAML, keys in their order, dates as dates.

    >>> yaml_text({"titre": "Santé", "files": {}})
    'titre: Santé\\nfiles: {}\\n'
    """
    return yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


def listed(project: Project, folder: Path) -> dict[str, Source]:
    """Entries of a folder's sheet, by file; none without a sheet, whatever files are there.

    Raises:
        EditionError: a key is unknown, missing or mistyped.
    """
    return read_sheet(project, folder) if (folder / SHEET).is_file() else {}


def sheet_text(folder: Path, entries: Mapping[str, Source]) -> str:
    """A folder's sheet with other entries, under the comments that open it."""
    path = folder / SHEET
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    opening = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    files = {name: entry.model_dump(exclude_defaults=True) for name, entry in entries.items()}
    return "".join(f"{line}\n" for line in lines[:opening]) + yaml_text({"files": files})
