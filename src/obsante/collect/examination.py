"""The checks that a row passes alone: cells as written, values, rules, foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from obsante.collect import conversion, schemas, violations
from obsante.collect.chunks import LINE, Chunk
from obsante.collect.table_schema import Table
from obsante.errors import DataError

_CELL = [LINE, "colonne"]


@dataclass(frozen=True)
class Examined:
    """A chunk after the checks that need no other row of its table.

    ``file``: its name without folder. ``text`` and ``typed``: cells and values by line, a value
    being missing where its cell can't be read. ``found``: violations, one row each, as
    :data:`obsante.collect.violations.COLUMNS`, by line.
    """

    file: str
    text: pd.DataFrame
    typed: pd.DataFrame
    found: pd.DataFrame

    @property
    def aside(self) -> np.ndarray:
        """Whether each row has a violation."""
        return self.text.index.isin(self.found[LINE])


class Examiner:
    """The checks of one table, prepared once for all its chunks.

    Args:
        table: as it is after :attr:`Table.protected`.
        year: the edition's.
        ingested: rows kept of the tables that the foreign keys refer to.
    """

    def __init__(self, table: Table, year: int, ingested: Mapping[str, pd.DataFrame]) -> None:
        self._table, self._year, self._ingested = table, year, ingested
        self._written = schemas.written(table)
        self._values = schemas.values(table, year)
        self._rows = schemas.whole_rows(table, ingested)

    def examine(self, chunk: Chunk) -> Examined:
        """Check every cell and row of a chunk, whose own notes are violations like the others.

        Raises:
            DataError: a rule of the dictionary can't be evaluated.
        """
        table, text, notes = self._table, chunk.text, chunk.notes
        misspelt = _failures(table, self._written, text)
        typed = conversion.typed(table, text, pd.concat([misspelt[_CELL], notes[_CELL]]))
        wrong = _failures(table, self._values, typed[list(self._values.columns)])
        alone = _not_noted(pd.concat([misspelt, wrong], ignore_index=True), notes)
        cells = violations.of_cells(table, alone, text, self._year)
        file = chunk.file.rpartition("/")[2]
        parts = [notes, cells, *self._across(typed, text)]
        return Examined(file, text, typed, violations.ordered(table, file, parts, text))

    def _across(self, typed: pd.DataFrame, text: pd.DataFrame) -> Iterator[pd.DataFrame]:
        present = {name: typed[name].notna().to_numpy() for name in typed}
        # A cell that can't be read has its own violation: it is neither empty nor a value.
        readable = {name: present[name] | text[name].isna().to_numpy() for name in typed}
        used = sorted({name for check in self._rows for name in check.uses})
        plain = schemas.plain(typed[used], text)
        for check in self._rows:
            applies = np.logical_and.reduce(
                [present[name] for name in check.columns] + [readable[name] for name in check.uses]
            )
            rows = (plain if check.message else typed)[check.uses]
            found = _failures(self._table, check.schema, rows if applies.all() else rows[applies])
            if found.empty:
                continue
            # pandera repeats a row's failure for each of its columns.
            found = found.drop_duplicates(LINE).sort_values(LINE)
            if check.message:
                yield violations.of_rule(found, check, text)
            else:
                yield violations.of_reference(found, self._table, check, text, self._ingested)


def _not_noted(found: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """``found`` without the cells of which a note says more."""
    if notes.empty:
        return found
    noted = pd.MultiIndex.from_frame(notes[_CELL])
    return found[~pd.MultiIndex.from_frame(found[_CELL]).isin(noted)]


def _failures(table: Table, schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """Line, rule and column of each failure case that pandera finds."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        _require_evaluated(table, errors)
        cases = errors.failure_cases
        return pd.DataFrame(
            {
                LINE: cases["index"].astype("int64"),
                "regle": cases["check"].replace(schemas.BUILT_IN),
                "colonne": cases["column"],
            }
        )
    return pd.DataFrame({LINE: pd.Series(dtype="int64"), "regle": pd.Series(dtype="str"),
                         "colonne": pd.Series(dtype="str")})  # fmt: skip


def _require_evaluated(table: Table, errors: SchemaErrors) -> None:
    """A failure without a line is a rule that could not be computed, not a faulty row."""
    cases = errors.failure_cases
    failed = cases[cases["index"].isna()]
    if len(failed):
        case = failed.iloc[0]
        raise DataError(
            f"config/dictionary/{table.name}.yml, rule '{case['check']}'",
            found=f"it can't be evaluated: {case['failure_case']}",
            expected="an expression of DataFrame.eval, true or false on each row",
            remedy="correct the rule; the columns that it compares must be of comparable types",
        ) from errors
