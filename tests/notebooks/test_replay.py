"""The axes' intervals hold the known truth: 60 draws here, 500 in `benchmarks/axes.py`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obsante.paths import find_project
from obsante.results.values import load_values

ROOT = find_project(Path(__file__)).root
DRAWS = 60


@pytest.fixture(scope="module")
def axes():
    sys.path.insert(0, str(ROOT))
    try:
        yield importlib.import_module("benchmarks.axes")
    finally:
        sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def results(axes, ingested) -> pd.DataFrame:
    return axes.all_draws(DRAWS, axes.measured_notebooks(), root=ingested.root)


@pytest.mark.slow
def test_the_computing_cells_alone_publish_the_committed_values(axes, rooted, executed):
    """Otherwise what the draws measure would not be what is published."""
    published = load_values(executed, axes.YEAR)
    key = ["indicateur", "dimension", "modalite"]
    nothing = axes.redraw.Redrawn({}, {})
    for name in axes.measured_notebooks():
        found = axes.replay.replay(rooted.notebooks / f"{name}.ipynb", nothing)
        expected = published[published["carnet"] == name]
        both = found.merge(expected, on=key, suffixes=("", "_publie"))
        assert len(both) == len(found) == len(expected), name
        assert both["estimation"].tolist() == pytest.approx(
            both["estimation_publie"].tolist(), rel=1e-9, abs=1e-12, nan_ok=True
        )


@pytest.mark.slow
def test_intervals_of_the_whole_hold_the_truth_as_often_as_announced(axes, results):
    found = axes.summary(results).dropna(subset=["ensemble"])
    low = [axes.band(int(draws))[0] for draws in found["tirages"]]
    assert len(found) > 30
    assert found[found["ensemble"] < low].index.tolist() == []


@pytest.mark.slow
def test_intervals_of_domains_hold_the_truth_on_average(axes, results):
    found = axes.summary(results).dropna(subset=["moyenne"])
    assert len(found) > 30
    # The mean of many domains varies less than one of them; that of a few, which share answers, does not.
    low = np.where(found["domaines"] >= 5, 0.9, axes.band(DRAWS)[0])
    assert found[found["moyenne"] < low].index.tolist() == []


@pytest.mark.slow
def test_a_true_effect_of_zero_is_rarely_rejected(axes, results):
    found = axes.nulls(results)
    assert found["cas"].sum() >= 2 * DRAWS
    high = [axes.band(int(cases), 1 - axes.LEVEL)[1] for cases in found["cas"]]
    assert found[found["rejet"] > high].index.tolist() == []
