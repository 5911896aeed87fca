"""R's reference values and the synthetic samples that they were computed on.

R 4.2.2, package `survey` 4.5 (`sandwich` 3.0.2 where a key says vcovCL). The samples are
synthetic, made for this comparison (seed 20260101); corner cases on purpose: a lonely stratum
(R11_rural_HOP, n = 1 of 4), two census strata, a region where `tele` is always 0 and one where
`elec` is always 1. `null` in the file is NaN in R. No R code is copied.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parent / "data"


@cache
def entries() -> dict[str, dict]:
    """Every entry of the file, by key."""
    return json.loads((DATA / "r_survey_4.5.json").read_text(encoding="utf-8"))["values"]


def r(key: str) -> dict[str, np.ndarray | list[str]]:
    """One entry: numbers as arrays (NaN for null), names as a list."""
    return {name: _array(value) for name, value in entries()[key].items()}


def _array(value: object) -> np.ndarray | list[str]:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(item, str) for item in values):
        return values
    return np.array([np.nan if item is None else item for item in values], dtype=float)


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"synth_{name}.csv")


def frame(name: str) -> pd.DataFrame:
    """A fresh copy of the sample ``facilities``, ``professionals``, ``respondents``, ``waves``, ``its``."""
    return _read(name).copy()
