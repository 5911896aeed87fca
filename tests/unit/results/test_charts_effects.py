"""Charts of effects: what is drawn is what the frames say, and the zero line is always seen."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from obsante.results import charts_effects, french
from obsante.stats import impact


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def path(steps, sign=-1.0) -> pd.DataFrame:
    steps = np.asarray(steps)
    value = np.where(steps < 0, 0.0, sign * (steps + 1.0))
    return pd.DataFrame({
        "periode_relative": steps, "estimation": value, "borne_inf": value - 0.5,
        "borne_sup": value + 0.5, "bande_inf": value - 1.0, "bande_sup": value + 1.0,
    })  # fmt: skip


def drawn(frame, **more):
    fig = charts_effects.event_study(frame, unit="mad_change", label="Mois", **more)
    return fig.axes[0]


def hollow(ax) -> list[tuple[float, float]]:
    return [(float(np.asarray(line.get_xdata())[0]), float(np.asarray(line.get_ydata())[0]))
            for line in ax.lines
            if line.get_marker() == "o" and line.get_markerfacecolor() == "white"]  # fmt: skip


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("steps", "place", "name"),
    [([-3, -2, 0, 1], -1, "mois précédent"), ([-3, -2, -1, 0, 1], -4, "tous les mois antérieurs")],
)
def test_the_reference_is_hollow_and_on_zero(steps, place, name):
    ax = drawn(path(steps))
    assert hollow(ax) == [(place, 0.0)]
    assert any(name in text for text in texts(ax))


def test_bars_are_pointwise_and_the_area_is_the_simultaneous_band():
    frame = path([-2, 0, 1, 2])
    ax = drawn(frame.sample(frac=1, random_state=3))
    bars = next(part for part in ax.collections if hasattr(part, "get_segments"))
    found = sorted((s[0][0], s[0][1], s[1][1]) for s in bars.get_segments())
    expected = frame[["periode_relative", "borne_inf", "borne_sup"]].to_numpy(float)
    assert found == [tuple(row) for row in expected]
    areas = [part.get_paths()[0].vertices[:, 1] for part in ax.collections if part is not bars]
    assert min(area.min() for area in areas) == frame["bande_inf"].min()
    assert max(area.max() for area in areas) == frame["bande_sup"].max()


def test_a_period_without_an_interval_keeps_its_point_alone():
    frame = path([-2, 0, 1])
    frame.loc[2, ["borne_inf", "borne_sup", "bande_inf", "bande_sup"]] = np.nan
    ax = drawn(frame)
    bars = next(part for part in ax.collections if hasattr(part, "get_segments"))
    assert len(bars.get_segments()) == 2
    assert any(len(line.get_xdata()) == 3 for line in ax.lines if line.get_marker() == "o")


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_zero_line_the_start_and_the_level_are_shown(sign):
    ax = drawn(path([-2, 0, 1], sign), start="Mise en service", baseline="Niveau avant : 340 MAD")
    assert any(list(line.get_ydata()) == [0, 0] for line in ax.lines)
    assert any(list(line.get_xdata()) == [-0.5, -0.5] for line in ax.lines)
    assert "Mise en service" in texts(ax)
    assert ax.get_xlabel() == "Mois\nNiveau avant : 340 MAD"
    note = next(text for text in ax.texts if "référence" in text.get_text())
    # On the side that the effects leave free.
    assert note.xy[1] < 0.5 if sign < 0 else note.xy[1] > 0.5


@pytest.fixture
def fit():
    index = pd.period_range("2023-07", periods=24, freq="M")
    y = [10 + 0.1 * t + (4 if t >= 12 else 0) + (t % 3) / 10 for t in range(24)]
    return impact.interrupted_series(pd.Series(y, index=index), "2024-07", level=0.95)


def test_the_counterfactual_exists_after_the_intervention_only(fit):
    frame = charts_effects.fitted_series(fit)
    assert frame["estimation"].isna().tolist() == [True] * 12 + [False] * 12
    assert frame["observe"].tolist() == fit.observed.tolist()
    without = impact.counterfactual(fit)["estimation"].tolist()
    assert frame["estimation"].dropna().tolist() == without


def test_the_fitted_line_is_not_drawn_across_the_intervention(fit):
    frame = charts_effects.fitted_series(fit)
    ax = charts_effects.series(frame, unit="days", start="Ouverture").axes[0]
    solid = [line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()) > 2]
    assert [len(line.get_xdata()) for line in solid] == [12, 12]
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [list(line.get_ydata()) for line in dashed] == [frame["estimation"].dropna().tolist()]
    assert any(list(line.get_xdata()) == [11.5, 11.5] for line in ax.lines)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2023", "2024", "2025"]


def test_lines_are_named_and_the_higher_name_is_above(fit):
    frame = charts_effects.fitted_series(fit)
    ax = charts_effects.series(frame, unit="days", start="Ouverture", without="Sans").axes[0]
    names = {text.get_text(): text for text in ax.texts}
    assert {"Observé", "Ajusté", "Sans", "Ouverture"} == set(names)
    assert names["Ajusté"].xyann[1] > names["Sans"].xyann[1]


def published(low, high) -> pd.DataFrame:
    middle = (low + high) / 2
    return pd.DataFrame({
        "dimension": ["national", "type"], "modalite": ["national", "chu"],
        "libelle": ["Ensemble", "CHU"], "estimation": middle, "borne_inf": low, "borne_sup": high,
        "unite": "mad_change", "etat": "published",
    })  # fmt: skip


@pytest.mark.parametrize(("low", "high"), [(-20.0, -15.0), (15.0, 20.0), (-5.0, 5.0)])
def test_zero_is_inside_the_axis_of_effects_of_any_sign(low, high):
    ax = charts_effects.effects(published(low, high)).axes[0]
    left, right = ax.get_xlim()
    assert left < 0 < right
    assert left <= low
    assert right >= high
    assert any(list(line.get_xdata()) == [0, 0] for line in ax.lines)


def test_axes_speak_french(fit):
    ax = drawn(path([-2, 0, 1]))
    assert ax.xaxis.get_major_formatter()(-2.0, 0) == f"{french.MINUS}2"
    assert ax.xaxis.get_major_formatter()(2.0, 0) == "+2"
    assert ax.get_title(loc="left") == "Dirhams (MAD)"
