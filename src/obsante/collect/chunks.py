"""Rows of a raw file on their way to the tables: read, protected, corrected, checked by parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

LINE = "ligne"
# Rows that are read and checked together: what bounds the memory of an ingest.
ROWS = 200_000
NOTE_COLUMNS = [LINE, "regle", "colonne", "valeur", "message"]


_NO_NOTES = pd.DataFrame({name: pd.Series(dtype="int64" if name == LINE else "str")
                          for name in NOTE_COLUMNS})  # fmt: skip


def notes(rows: Sequence[tuple[int, str, str, str, str]] = ()) -> pd.DataFrame:
    """A frame of violations found before the checks: line, rule, column, value, message."""
    if not rows:
        return _NO_NOTES.copy()
    return pd.DataFrame(list(rows), columns=NOTE_COLUMNS).astype({LINE: "int64"})


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of one raw file.

    ``text``: one ``str`` column per field of the dictionary, in its order, missing where nothing
    is written; its index, named ``ligne``, is the line (in a workbook, the row of the sheet) where
    each row starts. ``notes``: violations that are already known (:func:`notes`), with values that
    may be shown. ``file``: the file as the user reads it.
    """

    file: str
    text: pd.DataFrame
    notes: pd.DataFrame = field(default_factory=notes)
