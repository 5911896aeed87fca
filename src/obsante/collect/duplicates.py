"""Rows of a table that carry the same key: copies of one row, or rows that disagree."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from obsante.collect import codes, conversion, messages, violations
from obsante.collect.chunks import LINE
from obsante.collect.hashes import KeyHashes
from obsante.collect.table_schema import Table

POSITION = "position"
WEIGHT = "poids"
# Candidates compared at once, in cells: some 100 MB.
_CELLS = 8_000_000


@dataclass(frozen=True)
class Key:
    """Columns whose values, together, belong to one row: the primary key, or a unique column."""

    columns: list[str]
    rule: str
    hashes: KeyHashes = field(default_factory=KeyHashes)


def keys(table: Table) -> list[Key]:
    """The primary key of a table, then its unique columns."""
    primary = [Key(table.primaryKey, codes.KEY)] if table.primaryKey else []
    unique = [f.name for f in table.fields if f.constraints.unique and [f.name] != table.primaryKey]
    return primary + [Key([name], codes.UNIQUE) for name in unique]


def batch_rows(table: Table) -> int:
    """Number of rows that may be compared at once."""
    return max(1, _CELLS // len(table.fields))


def judged(
    table: Table, key: Key, typed: pd.DataFrame, text: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Violations of one key, copies of a row apart from rows that disagree.

    Rows with the same primary key are copies if they have the same values in every column; for rows
    that are aside already, the same cells. The first of them stands for all. Rows that disagree
    are all set aside, and so are those with the same value in a unique column.

    Args:
        typed: values of rows that are not aside, by position.
        text: cells of rows that are aside already, by position.
        places: file (``fichier``) and line of each of these rows, by position, increasing.

    Returns:
        :data:`obsante.collect.violations.COLUMNS`, with ``position`` and the weight ``poids`` of
        the rows that were not aside.
    """
    rows = places.assign(key=_same_key(table, key, typed, text))
    # Rows that only share a hash have nothing in common.
    rows = rows[rows.duplicated("key", keep=False)]
    rows["row"] = _same_row(typed, text) if key.rule == codes.KEY else rows.index
    copies = rows.duplicated(["key", "row"])
    different = rows[~copies]
    found = pd.concat([
        _copied(rows, copies), _conflicting(different[different.duplicated("key", keep=False)])
    ]).sort_index()  # fmt: skip
    shown = _shown(table, {*table.primaryKey, *key.columns}, typed, text).loc[found.index]
    value = violations.list_joined(shown[key.columns])
    found = found.assign(
        position=found.index,
        table=table.name,
        identifiant=violations.list_joined(shown[table.primaryKey]),
        regle=np.where(found["copy"], codes.COPY, key.rule),
        colonne=violations.JOIN.join(key.columns),
        valeur=value,
        message=_messages(key, found, value),
        poids=typed[WEIGHT].reindex(found.index) if WEIGHT in typed else np.nan,
    )
    return found[[POSITION, *violations.COLUMNS, WEIGHT]]


def _same_key(table: Table, key: Key, typed: pd.DataFrame, text: pd.DataFrame) -> pd.Series:
    """A number for each different key."""
    cells = {
        name: conversion.values(text[name], table.field(name)) for name in key.columns if len(text)
    }
    values = pd.concat([typed[key.columns], pd.DataFrame(cells)]) if cells else typed[key.columns]
    return _numbered(values)


def _same_row(typed: pd.DataFrame, text: pd.DataFrame) -> pd.Series:
    """A number for each different content; a row that is aside is like no other."""
    return pd.concat([_numbered(typed), _numbered(text) + len(typed)])


def _numbered(rows: pd.DataFrame) -> pd.Series:
    if rows.empty:
        return pd.Series(index=rows.index, dtype="int64")
    return rows.groupby(list(rows), dropna=False, observed=True, sort=False).ngroup()


def _copied(rows: pd.DataFrame, copies: pd.Series) -> pd.DataFrame:
    """Copies, with the place of the row that stands for them (``listed``)."""
    first = rows.groupby("row")[["fichier", LINE]].transform("first")[copies]
    found = rows.loc[copies, ["fichier", LINE]].assign(copy=True)
    return found.assign(listed=[
        messages.places([(file, line)], own)
        for file, line, own in zip(first["fichier"], first[LINE], found["fichier"], strict=True)
    ])  # fmt: skip


def _conflicting(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that disagree, with the places of all those of their key (``listed``)."""
    lists = {
        number: list(zip(group["fichier"], group[LINE], strict=True))
        for number, group in rows.groupby("key")
    }
    told = {
        (number, own): messages.places(lists[number], own)
        for number, own in zip(rows["key"], rows["fichier"], strict=True)
    }
    listed = [told[pair] for pair in zip(rows["key"], rows["fichier"], strict=True)]
    return rows[["fichier", LINE]].assign(copy=False, listed=listed)


def _shown(
    table: Table, columns: set[str], typed: pd.DataFrame, text: pd.DataFrame
) -> pd.DataFrame:
    """Cells by position; those of rows that were not aside are written from their values."""
    written = {name: conversion.written(typed[name], table.field(name)) for name in columns}
    cells = pd.DataFrame(written, index=typed.index)
    if len(text):
        cells = pd.concat([cells, text[list(cells)].fillna("")])
    return cells


def _messages(key: Key, found: pd.DataFrame, values: list[str]) -> list[str]:
    return [
        messages.copied(listed) if copy else
        messages.conflict(value, listed) if key.rule == codes.KEY else
        messages.repeated(value, key.columns[0], listed)
        for copy, value, listed in zip(found["copy"], values, found["listed"], strict=True)
    ]  # fmt: skip
