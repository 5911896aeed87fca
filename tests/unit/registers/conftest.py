"""A register of eight rows, small enough for every sum to be worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obsante.collect import conversion, dictionary
from obsante.collect.registers import REGISTER, VARIABLE

ROWS = pd.DataFrame(
    [
        ("2025-01-31", "02", "02.113", "urbain", "cardiologie", "teleconsultation", 1, 10.0),
        ("2025-01-01", "02", "02.113", "urbain", "cardiologie", "teleexpertise", 4, np.nan),
        ("2025-02-10", "02", "02.113", "rural", "cardiologie", "teleconsultation", 2, 0.0),
        ("2025-03-31", "02", "02.167", "rural", "autre", "teleconsultation", 3, np.nan),
        ("2025-04-01", "01", "01.051", "rural", "autre", "teleconsultation", 5, 0.1),
        ("2025-04-02", "01", "01.051", "rural", "autre", "teleconsultation", 1, 0.2),
        ("2025-12-31", "01", "01.051", "rural_montagne", "autre", "telesurveillance", 7, 12.5),
        ("2024-12-31", "01", "01.051", "urbain", "autre", "telesurveillance", 900, 900.0),
    ],
    columns=["date", "region", "province", "milieu", "specialite", "mode", "actes", "km_evites"],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_asked(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def rows() -> pd.DataFrame:
    """The rows with the types of the checked table."""
    table = dictionary.load(REGISTER)
    types = {name: conversion.dtype(table.field(name)) for name in ROWS}
    return ROWS.assign(date=pd.to_datetime(ROWS["date"])).astype(types)


@pytest.fixture
def source(tmp_path, rows) -> Path:
    """The register in a folder whose name holds signs that engines interpret."""
    folder = tmp_path / "été à fès [1] {2} *"
    folder.mkdir()
    rows.to_parquet(folder / "teleconsultations.parquet", index=False)
    return folder / "teleconsultations.parquet"
