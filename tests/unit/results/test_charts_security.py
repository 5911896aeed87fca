"""Charts of the security chapter: what is drawn, and what is only named."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from obsante.results import charts_security as charts
from obsante.stats import impact


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def rows(*estimates: float, dimension: str = "type", unit: str = "percent") -> pd.DataFrame:
    frame = pd.DataFrame({"estimation": estimates, "dimension": dimension, "unite": unit})
    frame["libelle"] = [f"Domaine {i}" for i in range(len(frame))]
    frame["modalite"] = [f"m{i}" for i in range(len(frame))]
    frame["etat"] = ["missing" if np.isnan(e) else "published" for e in estimates]
    return frame.assign(borne_inf=frame["estimation"] / 2, borne_sup=frame["estimation"] * 1.5)


def texts(fig) -> list[str]:
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def test_delay_curves_start_at_zero_and_reach_the_estimates():
    delays = pd.DataFrame({"delai": [0, 1, 2, 1, 3, 5, 9], "recul": [4, 4, 9, 1, 8, 12, 20]})
    curve = impact.delay_distribution(delays, delay="delai", window="recul", level=0.95)
    fig = charts.delay_curves(curve)
    corrected, naive = fig.axes[0].lines[:2]
    assert corrected.get_ydata()[0] == naive.get_ydata()[0] == 0
    assert corrected.get_ydata()[1:-1] == pytest.approx(curve["estimation"])
    assert naive.get_ydata()[1:-1] == pytest.approx(curve["naive"])
    assert (corrected.get_linestyle(), naive.get_linestyle()) == ("-", "--")
    assert any("Corrigé de la troncature" in text for text in texts(fig))
    assert "en 20 jours au plus" in fig.axes[0].get_xlabel()


def test_ratios_are_on_a_logarithmic_axis_with_the_first_row_on_top():
    fig = charts.ratios(rows(2.0, 0.5, dimension="groupe", unit="rate_ratio"), reference="Cliniques")
    ax = fig.axes[0]
    assert ax.get_xscale() == "log"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Domaine 1", "Domaine 0"]
    assert {"2,00", "0,50", "Cliniques"} <= set(texts(fig))


def test_a_ratio_without_value_is_named():
    fig = charts.ratios(rows(np.nan, 0.5, dimension="groupe", unit="rate_ratio"), reference="Cliniques")
    assert "non disponible" in texts(fig)


def test_practices_share_one_scale_and_name_domains_once():
    first = pd.concat([rows(0.4, dimension="national"), rows(0.2, 0.8)], ignore_index=True)
    second = pd.concat([rows(0.6, dimension="national"), rows(0.3, np.nan)], ignore_index=True)
    fig = charts.practices({"Sauvegardes": first, "Délégué": second})
    left, right = fig.axes
    assert left.get_xlim() == right.get_xlim()
    assert [label.get_text() for label in left.get_yticklabels()] == ["Domaine 1", "Domaine 0"]
    assert {"40,0\u00a0%", "60,0\u00a0%", "[n.d.]"} <= set(texts(fig))


def test_a_domain_that_one_practice_lacks_leaves_the_others_on_their_lines():
    whole = rows(0.4, dimension="national")
    first = pd.concat([whole, rows(0.1, 0.5, 0.9)], ignore_index=True)
    second = first[first["modalite"] != "m1"].reset_index(drop=True)
    second = pd.concat([whole, second[second["dimension"] == "type"]], ignore_index=True)
    left, right = charts.practices({"A": first, "B": second}).axes
    points = [{line.get_xdata()[0]: line.get_ydata()[0] for line in ax.lines if line.get_marker() == "o"}
              for ax in (left, right)]  # fmt: skip
    assert points[1] == {0.1: points[0][0.1], 0.9: points[0][0.9]}


def test_a_ratio_of_zero_is_written_and_not_drawn():
    shown = rows(0.0, 2.0, unit="rate_ratio")
    assert {"0,00", "2,00"} <= set(texts(charts.ratios(shown, reference="1")))
