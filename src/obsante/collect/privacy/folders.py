"""Raw folders replaced whole: new files and their sheets together, or nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from obsante.collect.sources import SHEET, RawFile, raw_files
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.files import fresh_folders, sha256, write_atomic, writing
from obsante.paths import Project

Keys = Mapping[str, str | list[dict[str, object]] | dt.date]


def campaign(project: Project, edition: Edition, tables: dict[str, Table]) -> list[RawFile]:
    """Campaign files of an edition, their hashes checked.

    Raises:
        DataError: a file or its sheet is wrong (:func:`obsante.collect.sources.raw_files`).
    """
    found = raw_files(project, edition, tables)
    return [raw for name, files in found.items() if tables[name].scope == "campaign"
            for raw in files]  # fmt: skip


@contextlib.contextmanager
def replaced(project: Project, years: Sequence[int]) -> Iterator[dict[int, Path]]:
    """Yield a copy of each year's raw folder; all take the originals' place, or none does.

    What an interrupted command left beside them is removed first: it holds identifiers too.
    """
    for year in years:
        remove_leftovers(project.raw(year))
    with fresh_folders(*(project.raw(year) for year in years)) as building:
        for year, copy in zip(years, building, strict=True):
            with writing(copy):
                _copy(project.raw(year), copy)
        yield dict(zip(years, building, strict=True))


def put(folder: Path, raw: RawFile, new: Path, keys: Keys) -> RawFile:
    """Replace a file of a folder by ``new``, and change its entry in the sheet: hash and ``keys``.

    The sheet keeps its comments where the entry is written one key a line.

    Returns:
        The file in that folder, under its name of always.
    """
    target, sheet = folder / raw.path.name, folder / SHEET
    with writing(target):
        shutil.copymode(raw.path, new)
        os.replace(new, target)
    text = sheet.read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    entry = content["files"][raw.path.name]
    entry |= {"sha256": sha256(target)} | keys
    edited = _edited(text, raw.path.name, {"sha256": entry["sha256"]} | keys)
    if yaml.safe_load(edited) != content:
        edited = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    write_atomic(sheet, edited)
    return replace(raw, path=target, sha256=entry["sha256"])


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed command left beside a folder, unless the folder itself is missing."""
    if folder.is_dir():
        for stale in folder.parent.glob(f".{folder.name}.*"):
            with writing(stale):
                shutil.rmtree(stale)


def _copy(source: Path, target: Path) -> None:
    """Hard links where the system has them: a file to be changed is replaced, never written to."""
    for path in source.iterdir():
        if path.is_dir():
            shutil.copytree(path, target / path.name)
            continue
        try:
            os.link(path, target / path.name)
        except OSError:
            shutil.copy2(path, target / path.name)
    target.chmod(stat.S_IMODE(source.stat().st_mode))


def _edited(text: str, name: str, keys: Keys) -> str:
    """``text`` of a sheet with keys of one entry replaced, or added at its end."""
    heading = re.search(rf"^( +)(['\"]?){re.escape(name)}\2:[ ]*\n", text, re.MULTILINE)
    if heading is None:
        return text
    # The entry goes on while lines are more indented than its name.
    deeper = re.compile(rf"(?:{heading[1]} +\S.*(?:\n|\Z)|[ \t]*\n)*")
    body = deeper.match(text, heading.end()).group().rstrip("\n") + "\n"
    rest = text[heading.end() + len(body) :]
    margin = re.match(" *", body).group()
    for key, value in keys.items():
        line = f"{margin}{key}: {_flow(value)}\n"
        found = re.compile(rf"^{margin}{key}:.*\n", re.MULTILINE)
        body = found.sub(lambda _, line=line: line, body, 1) if found.search(body) else body + line
    return text[: heading.end()] + body + rest


def _flow(value: object) -> str:
    """A value on one line of YAML."""
    line = yaml.safe_dump(value, default_flow_style=True, width=10_000)
    return line.removesuffix("...\n").strip()
