"""Two measures of the same domains: sorted by gap, told apart without colour, nothing at zero."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from obsante.errors import ResultError
from obsante.results.charts_pairs import paired

NAMES = ("Déclaré", "Utilisé")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def declared(published_rows):
    return published_rows(
        "type", national=(0.5, 0.45, 0.55), chu=(0.9, 0.8, 1.0), clinique=(0.7, 0.6, 0.8),
        cabinet=(0.3, 0.2, 0.4),
    )  # fmt: skip


@pytest.fixture
def used(published_rows):
    return published_rows(
        "type", national=(0.4, 0.35, 0.45), chu=(0.85, 0.7, 0.95), clinique=(0.4, 0.3, 0.5),
        cabinet=(0.35, 0.2, 0.5, "low_precision"),
    )  # fmt: skip


def drawn(declared, used):
    (ax,) = paired(declared, used, NAMES).axes
    return ax


def names(ax) -> list[str]:
    """From the top of the chart to its bottom."""
    return [label.get_text() for label in ax.get_yticklabels()][::-1]


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def markers(ax, marker: str) -> list[float]:
    return [line.get_xdata()[0] for line in ax.lines if line.get_marker() == marker]


def test_domains_are_sorted_by_gap_and_the_whole_is_last(declared, used):
    ax = drawn(declared, used)
    assert names(ax) == ["Domaine clinique", "Domaine chu", "Domaine cabinet", "Ensemble"]


def test_the_gap_of_each_domain_is_written_in_points(declared, used):
    ax = drawn(declared, used)
    assert {"+30,0", "+5,0", "−5,0", "+10,0"} <= set(texts(ax))
    assert "Écart\n(points)" in texts(ax)


def test_the_two_measures_have_shapes_of_their_own_named_once(declared, used):
    ax = drawn(declared, used)
    assert sorted(markers(ax, "o")) == [0.3, 0.5, 0.7, 0.9]
    assert sorted(markers(ax, "D")) == [0.35, 0.4, 0.4, 0.85]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(NAMES)


def test_intervals_are_drawn_apart_from_each_other(declared, used):
    ax = drawn(declared, used)
    spans = {(line.get_xdata()[0], line.get_xdata()[1]): line.get_ydata()[0]
             for line in ax.lines if len(line.get_xdata()) == 2}  # fmt: skip
    assert spans[(0.8, 1.0)] > spans[(0.7, 0.95)]


def test_a_value_of_low_precision_is_hollow(declared, used):
    ax = drawn(declared, used)
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert [line.get_xdata()[0] for line in hollow] == [0.35]


def test_a_value_that_is_missing_is_named_and_its_domain_comes_last(declared, used, published_rows):
    hidden = published_rows("type", national=(0.4, 0.35, 0.45), clinique="suppressed")
    ax = drawn(declared, hidden)
    assert names(ax)[-1] == "Ensemble"
    assert "secret statistique" in texts(ax)
    assert texts(ax).count("non disponible") == 2
    assert 0.0 not in markers(ax, "D")
    assert len(markers(ax, "D")) == 1


def test_the_whole_of_one_measure_alone_is_not_compared(declared, used):
    ax = drawn(declared, used[used["dimension"] == "type"])
    assert "Ensemble" not in names(ax)


def test_a_value_without_an_interval_has_its_point_alone(declared, used):
    ax = drawn(declared, used.assign(borne_inf=float("nan"), borne_sup=float("nan")))
    assert len(markers(ax, "D")) == 4


def test_two_units_are_refused(declared, published_rows):
    points = published_rows("type", unit="score", chu=(50.0, 40.0, 60.0))
    with pytest.raises(ResultError, match="in the units \\['percent', 'score'\\]"):
        paired(declared, points, NAMES)


def test_measures_of_other_domains_are_refused(declared, published_rows):
    other = published_rows("milieu", urbain=(0.5, 0.4, 0.6))
    with pytest.raises(ResultError, match="no domain"):
        paired(declared[declared["dimension"] == "type"], other, NAMES)


def test_gaps_around_zero_have_their_zero_line(published_rows):
    one = published_rows("facteur", unit="points", a=(-0.2, -0.3, -0.1), b=(0.1, 0.0, 0.2))
    ax = drawn(one, one.assign(estimation=[0.0, 0.05]))
    assert any(line.get_xdata()[0] == line.get_xdata()[1] == 0 for line in ax.lines
               if len(line.get_xdata()) == 2)  # fmt: skip
    assert ax.get_xlim()[0] < -0.3


def test_without_any_value_the_figure_says_why(published_rows):
    nothing = published_rows("type", national="missing").assign(motif="aucune donnée reçue")
    (ax,) = paired(nothing, nothing, NAMES).axes
    assert texts(ax) == ["Aucune valeur à montrer\xa0: aucune donnée reçue."]


def test_one_measure_without_any_value_leaves_the_other(declared, published_rows):
    ax = drawn(declared, published_rows("type", national="missing"))
    assert len(markers(ax, "o")) == 4
    assert markers(ax, "D") == []
