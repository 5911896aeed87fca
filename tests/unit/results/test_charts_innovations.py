"""Charts of innovations: what is written, what is hollow, and what is refused."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from obsante.errors import ResultError
from obsante.results import charts_innovations as charts


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(fig) -> list[str]:
    return [t.get_text() for ax in fig.axes for t in ax.texts]


def published(values: dict[str, float], unit: str = "percent", **states: str) -> pd.DataFrame:
    return pd.DataFrame([
        {"dimension": "national" if code == "national" else "type", "modalite": code,
         "libelle": code.upper(), "estimation": value, "borne_inf": value - 0.05,
         "borne_sup": value + 0.05, "unite": unit, "etat": states.get(code, "published")}
        for code, value in values.items()
    ])  # fmt: skip


def months(values: np.ndarray) -> pd.DataFrame:
    index = pd.period_range("2024-11", periods=len(values), freq="M")
    return pd.DataFrame(values, index=index, columns=["Urbain", "Rural"])


def test_months_start_at_zero_and_lines_carry_their_names():
    fig = charts.monthly(months(np.array([[1.0, 2], [2, 2.01], [3, 3.01]])), unit="per_1000")
    ax = fig.axes[0]
    assert ax.get_ylim()[0] == 0
    assert texts(fig) == ["Urbain", "Rural"]
    places = [t.xyann[1] + 0.0 for t in ax.texts]
    assert abs(places[0] - places[1]) >= 10
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2024", "2025"]
    assert len({line.get_linestyle() for line in ax.lines}) == 2


def test_a_month_without_value_breaks_the_line():
    frame = months(np.array([[1.0, 2], [2, 3], [3, 4]])).drop(index=pd.Period("2024-12", "M"))
    assert np.isnan(charts.monthly(frame, unit="per_1000").axes[0].lines[0].get_ydata()[1])


@pytest.mark.parametrize("frame", [
    pd.DataFrame(index=pd.PeriodIndex([], freq="M")),
    pd.DataFrame(np.ones((2, 5)), index=pd.period_range("2024-01", periods=2, freq="M")),
])  # fmt: skip
def test_no_line_or_too_many_are_refused(frame):
    with pytest.raises(ResultError, match="chart of months"):
        charts.monthly(frame, unit="count")


def test_levels_keep_every_level_and_category_and_put_the_unknown_apart():
    kinds = pd.Categorical(["a", "a", "b"], categories=["a", "b", "c"])
    frame = pd.DataFrame({"kind": kinds, "level": pd.array([1, None, 3], dtype="Int64")})
    table = charts.levels(frame, domain="kind", level="level", lowest=1, highest=4)
    assert table.columns.tolist() == [1, 2, 3, 4, "Inconnu"]
    assert table.loc["c"].sum() == 0
    assert table.loc["a"].tolist() == [1, 0, 0, 0, 1]


def test_counts_are_written_zeros_are_blank_and_the_unknown_is_hollow():
    table = pd.DataFrame({1: [8, 0], 2: [1, 2], "Inconnu": [0, 1]}, index=["A", "B"])
    fig = charts.circles(table, label="Niveau")
    assert sorted(texts(fig)) == ["1", "1", "2", "8"]
    faces = [c.get_facecolor()[0][:3].tolist() for c in fig.axes[0].collections]
    assert faces.count([1.0, 1.0, 1.0]) == 1
    assert [t.get_text() for t in fig.axes[0].get_yticklabels()] == ["B", "A"]


def test_a_table_of_zeros_has_no_chart():
    with pytest.raises(ResultError, match="at least one unit"):
        charts.circles(pd.DataFrame({1: [0]}, index=["A"]), label="Niveau")


def test_panels_have_the_same_domains_in_the_order_of_the_first():
    first = published({"national": 0.3, "x": 0.2, "y": 0.4})
    second = published({"national": 0.5, "y": 0.5})
    fig = charts.beside({"Un": first, "Deux": second})
    assert [t.get_text() for t in fig.axes[0].get_yticklabels()] == ["X", "Y"]
    assert "non disponible" in [t.get_text() for t in fig.axes[1].texts]
    assert fig.axes[0].get_xlim() == fig.axes[1].get_xlim()


def test_panels_of_other_units_keep_their_own_scale_and_a_rating_is_shown_whole():
    share, rate = published({"x": 0.2, "y": 0.4}), published({"x": 6.0, "y": 9.0}, "per_1000")
    fig = charts.beside({"Part": share, "Taux": rate})
    assert fig.axes[1].get_xlim()[1] > 9
    assert fig.axes[0].get_xlim()[1] < 1
    notes = published({"x": 3.0, "y": 4.0}, "rating")
    assert charts.beside({"Un": notes, "Deux": notes}).axes[0].get_xlim() == (1, 5)
