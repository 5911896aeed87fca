"""Levels over the editions: one scale for all, years at their place, no path drawn to a target."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from obsante.results.charts_trajectories import trajectories


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def levels(indicator: str, **values) -> pd.DataFrame:
    rows = [{"indicateur": indicator, "edition": int(year[1:]), "estimation": value,
             "borne_inf": value - 0.03, "borne_sup": value + 0.03, "unite": "percent", "motif": ""}
            for year, value in values.items()]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def axes(opened):
    figure = trajectories(
        {"DME": levels("inf.dme", e2023=0.2, e2024=0.28, e2025=0.35),
         "SIH": levels("inf.sih", e2023=0.1, e2025=0.2)}
    )  # fmt: skip
    return figure.axes


def test_panels_share_both_axes(axes):
    assert axes[0].get_xlim() == axes[1].get_xlim()
    assert axes[0].get_ylim() == axes[1].get_ylim()
    assert axes[0].get_ylim()[0] == 0
    assert [ax.get_title() or ax.get_title(loc="left") for ax in axes] == ["DME", "SIH"]


def test_years_are_at_their_place_and_a_missing_edition_has_no_point(axes):
    assert [list(ax.lines[0].get_xdata()) for ax in axes] == [[2023, 2024, 2025], [2023, 2025]]


def test_a_target_is_an_isolated_diamond_and_only_where_there_is_one(axes):
    diamonds = [[line for line in ax.lines if line.get_marker() == "D"] for ax in axes]
    assert [len(found) for found in diamonds] == [1, 0]
    assert [float(v[0]) for v in diamonds[0][0].get_data()] == [2030.0, 0.6]
    assert any("cible\nillustrative" in text.get_text() for text in axes[0].texts)


def test_the_first_and_last_levels_are_written(axes):
    assert {"20,0", "35,0"} <= {text.get_text() for text in axes[0].texts}


def test_an_indicator_without_any_edition_has_no_panel(opened):
    empty = levels("inf.sih", e2025=0.2).head(0)
    figure = trajectories({"DME": levels("inf.dme", e2025=0.35), "SIH": empty})
    assert len(figure.axes) == 1


def test_without_any_value_the_figure_says_so(opened):
    rows = levels("inf.dme", e2025=float("nan"))
    (ax,) = trajectories({"DME": rows}).axes
    assert [text.get_text() for text in ax.texts] == ["Aucune valeur à montrer."]
