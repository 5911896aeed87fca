"""Where the synthetic files go: never over anything that is not marked synthetic."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from obsante.collect.dictionary import load
from obsante.collect.sheets import listed, yaml_text
from obsante.collect.sources import SHEET, TRUTH, Source
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.files import write_atomic
from obsante.paths import Project

_TRUTH_TITLE = "Valeurs connues de la base de sondage simulée (données synthétiques)"
# Identifiers of facilities have seven digits.
_LARGEST_SCALE = 600
_HEAD = "# Source sheet of synthetic files, written by `obsante demo`: nothing here was observed.\n"


def choose_folder(project: Project, scale: int, out: Path | None) -> Path:
    """Folder that receives one sub-folder per edition.

    Raises:
        DataError: a scale other than 1 without ``out``, or ``out`` inside ``data/raw``.
    """
    if out is None and scale != 1:
        raise DataError(
            f"option --scale {scale}", found="no --out",
            expected="another folder: the files of data/raw are the small ones that tests compare",
            remedy="add --out FOLDER",
        )  # fmt: skip
    if out is None:
        return project.raw_root
    folder = out.resolve()
    if folder.is_relative_to(project.raw_root.resolve()):
        raise DataError(
            f"option --out {out}", found=f"a folder inside {project.relative(project.raw_root)}",
            expected="a folder outside: raw data are only written by their own edition",
            remedy="choose another folder, or drop --out for the edition's small files",
        )  # fmt: skip
    return folder


def check_scale(scale: int) -> None:
    """Raise a DataError unless ``scale`` is a whole number from 1 to 600."""
    if not 1 <= scale <= _LARGEST_SCALE:
        raise DataError(
            f"option --scale {scale}", found="out of range",
            expected=f"a number from 1 to {_LARGEST_SCALE}",
            remedy="choose another scale",
        )  # fmt: skip


def check_target(project: Project, folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder where a file to be written is real, or of unknown origin.

    Args:
        names: of the files to be written.

    Raises:
        DataError: naming the first such file.
    """
    sheet = listed(project, folder)
    for name, source in sheet.items():
        if not source.synthetic:
            raise _refusal(project, folder / name, "a file marked synthetic: false in sources.yml")
    for name in names:
        if (folder / name).exists() and name not in sheet:
            raise _refusal(project, folder / name, "a file that sources.yml does not list")


def _refusal(project: Project, path: Path, found: str) -> DataError:
    return DataError(
        project.relative(path),
        found=found,
        expected="only files marked synthetic: true, which may be generated again",
        remedy="keep real data in an edition of their own, or move the file away",
    )


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV in UTF-8, without quotes, empty cells for missing values."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    plain = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in arrow.columns
    ]
    stream = io.BytesIO()
    stream.write((",".join(arrow.column_names) + "\n").encode("utf-8"))
    options = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    pa.csv.write_csv(pa.table(plain, names=arrow.column_names), stream, options)
    return stream.getvalue()


def write_edition(
    project: Project, folder: Path, edition: Edition, files: dict[str, bytes]
) -> None:
    """Write an edition's files, then the sheet that vouches for them."""
    kept = listed(project, folder)
    for name, content in files.items():
        write_atomic(folder / name, content)
    sheet = kept | {name: _source(project, edition, name, content)
                    for name, content in files.items()}  # fmt: skip
    entries = {name: sheet[name].model_dump(exclude_none=True) for name in sorted(sheet)}
    write_atomic(folder / SHEET, _HEAD + yaml_text({"files": entries}))


def _source(project: Project, edition: Edition, name: str, content: bytes) -> Source:
    period = edition.reference_period
    title = _TRUTH_TITLE
    if name != TRUTH:
        title = f"{load(name.removesuffix('.csv'), project).title} (données synthétiques)"
    return Source(
        producer="Générateur de démonstration obsante",
        title=title,
        licence="CC BY 4.0",
        received=period.end,
        period=f"{period.start.isoformat()}/{period.end.isoformat()}",
        sha256=hashlib.sha256(content).hexdigest(),
        synthetic=True,
    )
