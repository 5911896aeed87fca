"""Files of a field campaign: the sample as it was drawn, the answers as they came."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from obsante.collect.imports import read_chunks, strict
from obsante.collect.reading import readable
from obsante.collect.sources import RawFile
from obsante.collect.table_schema import Field, Table
from obsante.collect.weighting.drawn import RANK, STATUS
from obsante.edition import Edition
from obsante.errors import DataError, nearest
from obsante.files import sha256
from obsante.paths import Project

DEMONSTRATION = "demonstration"
WAVE = "vague"
# Weights of each stage, whose product is the sampling weight.
_STAGES = ("poids_upe", "poids_dans_upe")
_EXTRA = (STATUS, RANK, DEMONSTRATION, *_STAGES)
_NAMED = 3


def read_sample(path: Path, table: Table, edition: Edition) -> pd.DataFrame:
    """The sample of an edition, text, as ``obsante sample`` writes it.

    Raises:
        DataError: an unreadable file, a column that is none of the table's, the sample of another
            edition or of another status.
    """
    where = str(path)
    rows = strict.read(path, _with_columns(path, where, table, _EXTRA), where)
    if DEMONSTRATION in rows and not edition.demonstration:
        raise DataError(
            where, found="a sample drawn for a demonstration edition",
            expected=f"that of edition {edition.edition}, which is real",
            remedy="name the sample that was in the field",
        )  # fmt: skip
    other = rows.loc[rows["edition"] != str(edition.edition), "edition"] if "edition" in rows else ()
    if len(other):
        raise DataError(
            f"{where}, line {other.index[0]}, column edition", found=f"{other.iloc[0]}",
            expected=f"{edition.edition}", remedy="name the sample of that edition, or another "
            "--edition",
        )  # fmt: skip
    return rows


def read_answers(
    project: Project, path: Path, table: Table, profile: str | None, wave: int | None
) -> pd.DataFrame:
    """Answers of one file, text, in the dictionary's columns: all of them, or some.

    Args:
        profile: of ``config/imports``; None for a CSV with some of the dictionary's own columns.
        wave: written in the column ``vague`` of the rows that have none.

    Raises:
        DataError: an unreadable file, an unknown column, a cell with several readings, or a wave
            that is no code of the table.
    """
    where = str(path)
    _require_profile(project, profile)
    if profile is None:
        rows = strict.read(path, _with_columns(path, where, table, ()), where)
    else:
        rows = _imported(project, path, where, table, profile)
    if wave is None:
        return rows
    if WAVE not in table.columns or wave not in table.field(WAVE).codes:
        known = table.field(WAVE).codes if WAVE in table.columns else ["no wave"]
        raise DataError(
            f"option --wave {wave}", found=f"no such wave in table '{table.name}'",
            expected=nearest(wave, known), remedy="correct the option, or drop it",
        )  # fmt: skip
    given = rows[WAVE] if WAVE in rows else pd.Series(pd.NA, rows.index, dtype="str")
    return rows.assign(**{WAVE: given.fillna(str(wave))})


def require_waves(rows: pd.DataFrame, table: Table) -> None:
    """Raise a DataError if a respondent of a table that dates answers by wave has none."""
    if WAVE not in table.columns:
        return
    answered = table.sample[0].answered
    lacking = rows[(rows[answered.column] == answered.code) & rows[WAVE].isna()]
    if len(lacking):
        key = table.primaryKey[0]
        raise DataError(
            f"answers, unit '{lacking[key].iloc[0]}'",
            found=f"{len(lacking)} answer(s) without wave",
            expected=f"the moment of each: {nearest(None, table.field(WAVE).codes)}",
            remedy=f"add the column {WAVE} to the answers, or --wave N for each file of --answers",
        )


def csv_text(rows: pd.DataFrame) -> str:
    """A completed table as CSV, empty cells for what is missing."""
    return rows.to_csv(index=False, lineterminator="\n")


def _with_columns(path: Path, where: str, table: Table, extra: Sequence[str]) -> Table:
    """The table reduced to the columns that a file's header names, in their order."""
    with readable(where), path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        header = next(csv.reader(stream), [])
    known = [*table.columns, *extra]
    for name in header:
        if name not in known:
            raise DataError(
                f"{where}, line 1", found=f"column '{name}'", expected=nearest(name, known),
                remedy="rename or remove the column; a file with other headings needs --profile",
            )  # fmt: skip
    names = dict.fromkeys(header)
    fields = [table.field(name) if name in table.columns else _text(name) for name in names]
    return table.model_copy(update={"fields": fields})


def _text(name: str) -> Field:
    return Field(name=name, type="string", title=name)


def _require_profile(project: Project, profile: str | None) -> None:
    known = sorted(file.stem for file in project.imports.glob("*.yml"))
    if profile is not None and profile not in known:
        raise DataError(
            f"option --profile {profile}", found="no such file in config/imports",
            expected=nearest(profile, known), remedy="correct the name, or write the profile",
        )  # fmt: skip


def _imported(
    project: Project, path: Path, where: str, table: Table, profile: str
) -> pd.DataFrame:
    """Rows of a file that a profile reads; only the key must be there."""
    key = table.primaryKey
    fields = [field if field.name in key else field.model_copy(update={
        "constraints": field.constraints.model_copy(update={"required": False})
    }) for field in table.fields]  # fmt: skip
    with readable(where):
        raw = RawFile(path, where, sha256(path), table.name, profile, False)
    chunks = list(read_chunks(project, raw, table.model_copy(update={"fields": fields})))
    _require_sure(pd.concat([chunk.notes for chunk in chunks], ignore_index=True), where)
    return pd.concat([chunk.text for chunk in chunks])


def _require_sure(notes: pd.DataFrame, where: str) -> None:
    if len(notes):
        first = notes.head(_NAMED).itertuples()
        named = "; ".join(f"line {n.ligne}, {n.colonne}: {n.message}" for n in first)
        more = f"; and {len(notes) - _NAMED} more" if len(notes) > _NAMED else ""
        raise DataError(
            where, found=f"{len(notes)} cell(s) that can be read in several ways: {named}{more}",
            expected="cells with one reading: the completed file would not say that they were unsure",
            remedy="correct them in the file received",
        )  # fmt: skip
