"""The radar and its companions: what is drawn where, readable without colour, without overlap."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from obsante.results import charts_watch

RINGS = ["Adopter", "Expérimenter", "Évaluer", "Surveiller"]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def technologies(size: int = 10, **columns) -> pd.DataFrame:
    base = {
        "numero": range(1, size + 1), "libelle": [f"Technologie {k}" for k in range(1, size + 1)],
        "famille": [f"Famille {k // 3}" for k in range(size)], "anneau": "Adopter",
        "rang_anneau": 0, "consensus": True, "mouvement": "",
    }  # fmt: skip
    return pd.DataFrame(base | columns)


def circles(ax: plt.Axes) -> list:
    return [line for line in ax.lines if line.get_marker() == "o"]


def texts(ax: plt.Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_technology_is_in_its_ring_with_its_number():
    rows = technologies(4, rang_anneau=[0, 1, 2, 3], anneau=RINGS)
    chart = charts_watch.radar(rows, RINGS).axes[0]
    radii = [float(np.hypot(*line.get_xydata()[0])) for line in circles(chart)]
    edges = (0.0, *charts_watch._OUTER)
    assert [edges[k] < radius < edges[k + 1] for k, radius in enumerate(radii)] == [True] * 4
    assert {"1", "2", "3", "4"} <= set(texts(chart))


def test_the_list_names_each_technology_once_and_only_the_marks_in_use():
    names = charts_watch.radar(technologies(mouvement=["up"] + ["same"] * 9), RINGS).axes[1]
    shown = texts(names)
    assert [f"{k}  Technologie {k}" in shown for k in range(1, 11)] == [True] * 10
    assert "maturité en hausse" in shown
    assert "maturité en baisse" not in shown


def test_without_consensus_a_point_is_hollow_and_its_number_dark():
    rows = technologies(2, consensus=[True, False])
    chart = charts_watch.radar(rows, RINGS).axes[0]
    full, hollow = circles(chart)
    assert full.get_markerfacecolor() != "white"
    assert hollow.get_markerfacecolor() == "white"
    colours = {text.get_text(): text.get_color() for text in chart.texts}
    assert colours["1"] == "white"
    assert colours["2"] == charts_watch.INK


def test_each_movement_has_its_own_shape():
    moves = ["up", "down", "same", "new", ""]
    chart = charts_watch.radar(technologies(5, mouvement=moves), RINGS).axes[0]
    marks = [line.get_marker() for line in chart.lines
             if line.get_marker() not in ("o", "None", None)]  # fmt: skip
    assert marks == ["^", "v", "_", "*"]


def overlaps(fig: plt.Figure, ax: plt.Axes) -> list[tuple[str, str]]:
    """Pairs of texts of a panel whose boxes meet."""
    fig.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in ax.texts if text.get_text()]
    return [(one, two) for k, (one, a) in enumerate(boxes) for two, b in boxes[:k] if a.overlaps(b)]


@pytest.mark.parametrize("ring", range(4))
def test_nothing_overlaps_even_if_all_technologies_share_a_ring(ring):
    rows = technologies(rang_anneau=ring, anneau=RINGS[ring], mouvement="up",
                        libelle="Objets connectés et télésurveillance")  # fmt: skip
    fig = charts_watch.radar(rows, RINGS)
    for ax in fig.axes:
        assert overlaps(fig, ax) == []
    chart = fig.axes[0]
    places = [chart.transData.transform(line.get_xydata()[0]) for line in chart.lines
              if line.get_marker() in ("o", "^")]  # fmt: skip
    gaps = [np.hypot(*(a - b)) * 72 / fig.dpi for k, a in enumerate(places) for b in places[:k]]
    # A circle is 14.4 points wide with its edge, a mark of movement 5.5.
    assert min(gaps) > 9.9
    rounds = places[::2]
    assert min(np.hypot(*(a - b)) * 72 / fig.dpi for k, a in enumerate(rounds) for b in rounds[:k]) > 14.4


def test_a_technology_without_score_is_listed_not_drawn():
    rows = technologies(2, anneau=["Adopter", ""], rang_anneau=[0, -1])
    chart, names = charts_watch.radar(rows, RINGS).axes
    assert len(circles(chart)) == 1
    assert "2  Technologie 2 (non notée)" in texts(names)


def test_no_technology_is_said_in_words():
    chart = charts_watch.radar(technologies(0), RINGS).axes[0]
    assert "Aucune technologie notée" in texts(chart)


def published(values: list[float], unit: str = "level", **columns) -> pd.DataFrame:
    codes = [f"t{k}" for k in range(len(values))]
    base = {"dimension": "technologie", "modalite": codes, "libelle": codes, "estimation": values,
            "borne_inf": np.array(values) - 0.5, "borne_sup": np.array(values) + 0.5,
            "unite": unit, "etat": "published"}  # fmt: skip
    return pd.DataFrame(base | columns)


def test_the_panels_have_one_order_one_scale_and_the_medians():
    rows = {name: published([7.0, 3.0, np.nan]) for name in ("Pertinence", "Maturité")}
    medians = {name: published([6.0, 3.0]) for name in rows}
    fig = charts_watch.by_criterion(rows, ["t1", "t0"], label="Note", medians=medians,
                                    hollow={"Maturité": ["t0"]})  # fmt: skip
    first, second = fig.axes
    assert [label.get_text() for label in first.get_yticklabels()] == ["t2", "t0", "t1"]
    assert first.get_xlim() == second.get_xlim()
    assert first.get_xlim()[0] < 1 < 9 < first.get_xlim()[1]
    bars = [line for line in first.lines if line.get_marker() == "|"]
    assert bars[0].get_xdata().tolist() == [6.0, 3.0]
    faces = {line.get_xdata()[0]: line.get_markerfacecolor() for line in circles(second)}
    assert faces[7.0] == "white"
    assert faces[3.0] == charts_watch.BLUE
    assert texts(first) == ["[n.d.]"]


def test_panels_without_any_value_say_why():
    absent = published([np.nan], motif="aucune donnée exploitable")
    whole = published([np.nan], dimension="national", motif="aucune donnée exploitable")
    for rows in (absent, whole):
        fig = charts_watch.by_criterion({"Pertinence": rows, "Maturité": rows}, [], label="Note")
        assert "aucune donnée exploitable" in texts(fig.axes[0])[0]


def test_differences_have_a_line_at_zero_in_the_middle():
    fig = charts_watch.by_criterion({"Maturité": published([0.4, -1.2], "level_points"),
                                     "Pertinence": published([0.1, 0.2], "level_points")},
                                    [], label="Écart")  # fmt: skip
    low, high = fig.axes[0].get_xlim()
    assert low == -high
    assert any(np.allclose(line.get_xdata(), 0) for line in fig.axes[0].lines)


def test_ratios_are_hollow_where_the_interval_holds_one():
    rows = published([2.0, 1.1, np.nan], "rate_ratio", etat=["published", "published", "missing"],
                     borne_inf=[1.4, 0.9, np.nan], borne_sup=[2.9, 1.3, np.nan])  # fmt: skip
    ax = charts_watch.ratios(rows).axes[0]
    assert ax.get_xscale() == "log"
    faces = {line.get_xdata()[0]: line.get_markerfacecolor() for line in circles(ax)}
    assert faces == {2.0: charts_watch.BLUE, 1.1: "white"}
    assert [text.strip() for text in texts(ax)] == ["non disponible"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["t2", "t1", "t0"]


def test_ratios_without_any_value_still_make_a_figure():
    rows = published([np.nan], "rate_ratio", etat="missing")
    assert "non disponible" in texts(charts_watch.ratios(rows).axes[0])[0]
