"""Cells to values by the dictionary's types, and values back to cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from obsante.collect.chunks import LINE
from obsante.collect.table_schema import Field, Table

TEXT = pd.StringDtype(na_value=np.nan)
DATE_FORMAT = "%Y-%m-%d"
_TYPED = {"integer": "Int64", "number": "float64", "date": "datetime64[us]", "boolean": "boolean"}
# More digits than a column of a survey needs, fewer than those that a float64 invents.
_SIGNIFICANT = 15


def dtype(field: Field) -> object:
    """The pandas type of a validated column."""
    if field.type == "string":
        return pd.CategoricalDtype(pd.Index(field.codes, dtype=TEXT)) if field.codes else TEXT
    return _TYPED[field.type]


def typed(table: Table, text: pd.DataFrame, faulty: pd.DataFrame) -> pd.DataFrame:
    """Values of the cells, missing where ``faulty`` (``ligne``, ``colonne``) has the cell.

    The other cells must be well written: as their type asks, a category in its list.
    """
    lines = dict(iter(faulty.groupby("colonne")[LINE]))
    columns = {}
    for field in table.fields:
        cells = text[field.name]
        if field.name in lines:
            cells = cells.mask(cells.index.isin(lines[field.name]))
        columns[field.name] = values(cells, field)
    return pd.DataFrame(columns, index=text.index)


def values(cells: pd.Series, field: Field) -> pd.Series:
    """Values of well-written cells of one column."""
    if field.type == "date":
        return pd.to_datetime(cells, format=DATE_FORMAT).astype(dtype(field))
    if field.type == "boolean":
        return cells.map({"true": True, "false": False}).astype(dtype(field))
    if field.type == "string" and not field.codes:
        return cells.astype(TEXT)
    # Arrow reads numbers and finds codes without a Python object for each cell.
    array = pa.array(cells.astype(TEXT))
    if field.type == "string":
        codes = pc.index_in(array, value_set=pa.array(field.codes, array.type))
        codes = pc.fill_null(codes, -1).to_numpy(zero_copy_only=False)
        made = pd.Categorical.from_codes(codes, dtype=dtype(field))
    elif field.type == "integer":
        whole = pc.fill_null(pc.cast(array, pa.int64()), 0).to_numpy(zero_copy_only=False)
        made = pd.arrays.IntegerArray(whole.copy(), cells.isna().to_numpy(copy=True))
    else:
        made = pc.cast(array, pa.float64()).to_numpy(zero_copy_only=False)
    return pd.Series(made, index=cells.index)


def written(column: pd.Series, field: Field) -> pd.Series:
    """Values as the cells that would give them, empty where missing."""
    if field.type == "date":
        cells = column.dt.strftime(DATE_FORMAT)
    elif field.type == "boolean":
        cells = column.map({True: "true", False: "false"})
    elif field.type == "number":
        cells = column.map(lambda value: f"{value:.{_SIGNIFICANT}g}", na_action="ignore")
    else:
        cells = column.astype("object").map(str, na_action="ignore")
    return cells.astype("object").where(column.notna(), "").astype(TEXT)
