"""An open publication, rows as published, and a small real edition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from obsante import results
from obsante.paths import find_project
from obsante.results import publication
from obsante.results.registry import Indicator, load_registry
from obsante.results.units import UNITS


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """A publication open on the checkout, which it only reads, in a cell named ``calcul-essai``."""
    monkeypatch.setenv("OBSANTE_ROOT", str(find_project(Path(__file__)).root))
    monkeypatch.setenv("OBSANTE_RUN_DIRECTORY", str(tmp_path / "run"))
    monkeypatch.setattr(publication, "cell_label", lambda: "calcul-essai")
    yield results.start("essai", edition=2025)
    monkeypatch.setattr(publication, "_current", None)


@pytest.fixture(scope="session")
def registry() -> dict[str, Indicator]:
    """The committed indicators."""
    return load_registry(find_project(Path(__file__)))


@pytest.fixture
def published_rows() -> Callable[..., pd.DataFrame]:
    """Make published rows of one dimension: ``modality=(estimation, low, high)`` or a state."""

    def make(dimension: str, unit: str = "percent", **values) -> pd.DataFrame:
        assert unit in UNITS
        return pd.DataFrame([_row(dimension, unit, *item) for item in values.items()])

    return make


def _row(dimension: str, unit: str, name: str, value) -> dict:
    nan = float("nan")
    estimation, low, high, state = (nan, nan, nan, value) if isinstance(value, str) else (
        *value, "published", None)[:4]  # fmt: skip
    modality = name.removeprefix("m")
    whole = name == "national"
    return {
        "dimension": name if whole else dimension, "modalite": modality,
        "libelle": "Ensemble" if whole else f"Domaine {modality}", "estimation": estimation,
        "borne_inf": low, "borne_sup": high, "unite": unit, "etat": state, "n": 90,
        "n_manquant": 3, "n_sans_objet": 0, "nature": "survey", "source": "Enquête", "motif": "",
        "indicateur": "inf.dme", "edition": 2025,
    }  # fmt: skip
