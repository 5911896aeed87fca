"""The demonstration's facilities, written as a spreadsheet in French does, come back the same."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.imports import read_chunks, strict
from obsante.collect.sources import RawFile
from obsante.paths import find_project

PROJECT = find_project(Path(__file__))
ROWS = 300


@pytest.fixture(scope="module")
def facilities():
    """The table, and its first rows in the dictionary's form."""
    table = dictionary.load("etablissements", PROJECT)
    frames = strict.frames(PROJECT.raw(2025) / table.file, table, table.file)
    return table, next(frames).head(ROWS)


def in_french(table, text: pd.DataFrame) -> list[list[str]]:
    """Titles, labels instead of codes, decimal commas, thousands, names of places."""
    names = strict.read(PROJECT.reference / "provinces.csv",
                        dictionary.load("provinces", PROJECT), "provinces.csv")  # fmt: skip
    places = dict(zip(names["code"], names["nom_ar"], strict=True))
    rows = [["Enquête"], [field.title for field in table.fields]]
    columns = []
    for field in table.fields:
        labels = {str(category.value): category.label.upper() for category in field.categories}
        cells = [labels.get(cell, cell) for cell in text[field.name].fillna("")]
        if field.name == "province":
            cells = [places.get(cell, cell) for cell in cells]
        if field.type == "number":
            cells = [cell.replace(".", ",") for cell in cells]
        columns.append(cells)
    return [*rows, *map(list, zip(*columns, strict=True))]


def test_a_french_file_gives_the_text_of_the_dictionary(facilities, tmp_path):
    table, text = facilities
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(in_french(table, text))
    path = tmp_path / "a.csv"
    path.write_bytes(stream.getvalue().encode("utf-8-sig"))
    raw = RawFile(path, "a.csv", "", "etablissements", "csv_francais", True)
    (chunk,) = read_chunks(PROJECT, raw, table)
    read, written = chunk.text.fillna(""), text.fillna("").set_index(chunk.text.index)
    assert chunk.text.index.tolist() == list(range(3, ROWS + 3))
    changed = read != written
    differ = [(c, cell) for c in table.columns for cell in written.loc[changed[c], c]]
    # The demonstration misspells some cells on purpose: a spelling that is declared mends them.
    assert [cell for cell in differ if well_written(table.field(cell[0]), cell[1])] == []
    noted = chunk.notes[["regle", "colonne"]].drop_duplicates().to_numpy().tolist()
    assert noted in ([], [["ambigu", "region"]])


def well_written(field, cell: str) -> bool:
    if field.codes:
        return cell in map(str, field.codes)
    return field.type == "string" or re.fullmatch(r"-?[0-9]+([.][0-9]+)?", cell) is not None
