"""Charts and tables of the plan: what they say, and in which order."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from obsante.results import charts_sampling as charts

NBSP = "\u202f"


@pytest.fixture
def plan(rooted) -> pd.DataFrame:
    return pd.DataFrame({
        "dimension": ["national", "milieu", "milieu"], "modalite": ["national", "urbain", "rural"],
        "demi_largeur": [0.03, 0.05, np.nan], "reponses": [1200.4, 900, 300.2],
    })  # fmt: skip


def lines(markdown) -> list[str]:
    return markdown.text.splitlines()


def test_half_widths_are_in_points_and_a_missing_one_is_marked(plan):
    other = plan.assign(demi_largeur=[0.1, 0.2, 0.3])
    table = lines(charts.half_widths({"A": plan, "B": other}, domain="Domaine"))
    assert table[0] == "| Domaine | A | B |"
    assert table[2:] == ["| Ensemble | 3,0 | 10,0 |", "| Urbain | 5,0 | 20,0 |",
                         "| Rural hors montagne | [n.d.] | 30,0 |"]  # fmt: skip


def test_promises_are_beside_what_was_obtained(plan):
    table = plan.assign(n=[1100, 800, 300], au_niveau=[0.02, 0.04, 0.1], obtenue=[0.025, 0.05, 0.2])
    assert lines(charts.promised_and_kept(table, domain="D"))[2] == (
        f"| Ensemble | 1{NBSP}200 | 1{NBSP}100 | 3,0 | 2,0 | 2,5 |"
    )


def test_the_second_stage_is_in_words(plan):
    table = plan.assign(etablissements=[60.2, 40, 20], tires=[300, 200, 100], effet_poids=1.254,
                        effet_grappes=1.1)  # fmt: skip
    found = lines(charts.second_stage(table, domain="D"))[2]
    assert found == f"| Ensemble | 60 | 300 | 1{NBSP}200 | 1,25 | 1,10 | 3,0 |"


def test_weights_are_summed_up_by_group():
    table = lines(charts.weights({"Tous": pd.Series([1.0, 3.0])}, group="Type"))
    assert table[2] == "| Tous | 2 | 1,0 | 2,0 | 3,0 | 1,25 | 2 |"


def test_domains_are_sorted_by_the_first_plan_and_named(plan):
    first = plan.assign(demi_largeur=[0.03, 0.09, 0.05])
    figure = charts.compared({"A": first, "B": first}, dimension="milieu", label="Points")
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Rural hors montagne", "Urbain"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["A", "B"]
    assert [line.get_xdata().tolist() for line in axes.get_lines()[:2]] == [[5, 9], [5, 9]]
    assert axes.get_xlim()[0] == 0
    plt.close(figure)


def test_the_spread_of_weights_goes_from_the_lowest_to_the_highest():
    weights = pd.Series([1.0, 2, 9, 1, 1])
    figure = charts.spread(weights, pd.Series([*"aaabb"]), label="Poids")
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["b", "a"]
    assert [9.0 in line.get_xdata() for line in axes.get_lines()].count(True) == 1
    plt.close(figure)
