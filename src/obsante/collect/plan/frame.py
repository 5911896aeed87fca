"""The sampling frame: the edition's ingested ``base_sondage``, or a CSV checked as it would be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from obsante.collect import codes, dictionary
from obsante.collect.checks import Held, check
from obsante.collect.chunks import LINE
from obsante.collect.imports import read_chunks
from obsante.collect.reader import load, quarantined
from obsante.collect.reading import readable
from obsante.collect.sources import RawFile
from obsante.collect.store import read_index
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.files import sha256
from obsante.paths import Project

TABLE = "base_sondage"


@dataclass(frozen=True)
class SamplingFrame:
    """Facilities that can be drawn, one row each, and the file that they come from.

    ``lost``: rows of the file that its checks set aside, copies apart: facilities that can't be
    drawn.
    """

    rows: pd.DataFrame
    file: str
    sha256: str
    lost: int


def read_frame(project: Project, edition: Edition, path: Path | None = None) -> SamplingFrame:
    """The frame of an edition.

    Args:
        path: a CSV in the form of ``config/dictionary/base_sondage.yml``; without it, the table
            that was ingested.

    Raises:
        DataError: the table was not ingested, the file is unreadable or empty, or one of its rows
            breaks the dictionary: a frame that loses rows is no frame. Exact copies are dropped.
    """
    if path is None:
        return _ingested(project, edition)
    with readable(str(path)):
        raw = RawFile(path, str(path), sha256(path), TABLE, None, edition.demonstration)
    checked = _checked(project, edition, raw)
    faults = checked.violations[checked.violations["regle"] != codes.COPY]
    if len(faults):
        raise _faulty(raw, faults)
    return SamplingFrame(checked.kept, raw.name, raw.sha256, 0)


def _ingested(project: Project, edition: Edition) -> SamplingFrame:
    rows = load(TABLE, edition=edition.edition)
    entry = read_index(project, edition.edition)[TABLE]
    aside = quarantined(TABLE, edition=edition.edition)
    lost = aside.loc[aside["regle"] != codes.COPY, LINE].nunique()
    return SamplingFrame(rows, f"table {TABLE} of {edition.edition}", entry.sha256, lost)


def _checked(project: Project, edition: Edition, raw: RawFile) -> Held:
    table = dictionary.load(TABLE, project)
    text = pd.concat([chunk.text for chunk in read_chunks(project, raw, table)])
    others = {name: load(name, edition=edition.edition) for name in table.neighbours}
    return check(table.protected, text, year=edition.edition, ingested=others)


def _faulty(raw: RawFile, faults: pd.DataFrame) -> DataError:
    first, lines = faults.iloc[0], faults[LINE].nunique()
    return DataError(
        f"{raw.name}, line {first[LINE]}, column {first['colonne']}",
        found=f"{first['valeur']!r}: {first['message']} ({lines} faulty line(s) in all)",
        expected=f"a frame that satisfies config/dictionary/{TABLE}.yml on every line: a facility "
        "set aside could not be drawn, and the weights would ignore it",
        remedy="correct these lines at the source, then draw",
    )
