"""Concentration curves, gaps and sources: what is drawn, what is left out, and why."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from obsante import results
from obsante.errors import ResultError
from obsante.results import charts_equity, signing


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def labelled(opened, monkeypatch):
    """The open publication, in a cell that a figure can name."""
    monkeypatch.setattr(signing, "cell_label", lambda: "fig-essai")
    return opened


@pytest.fixture
def unsigned(monkeypatch) -> list:
    """Figures as they were before their signature."""
    seen = []

    def figure(fig, *args, **options):
        seen.append(fig)
        return signing.figure(fig, *args, **options)

    monkeypatch.setattr(charts_equity, "figure", figure)
    return seen


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def markers(ax, marker: str) -> list[float]:
    return [float(line.get_xdata()[0]) for line in ax.lines
            if line.get_marker() == marker and len(line.get_xdata()) == 1]  # fmt: skip


@pytest.fixture
def curve(published_rows):
    return published_rows("part_population", m50=(0.3, 0.25, 0.35), m20=(0.08, 0.05, 0.11))


def test_a_curve_goes_from_zero_to_one_through_its_points_in_order(curve):
    (ax,) = charts_equity.concentration({"accès": curve}, ranking="du bas au haut").axes
    diagonal, line = ax.lines[:2]
    assert diagonal.get_xdata().tolist() == diagonal.get_ydata().tolist() == [0, 1]
    assert line.get_xdata().tolist() == [0.0, 0.2, 0.5, 1.0]
    assert line.get_ydata().tolist() == [0.0, 0.08, 0.3, 1.0]
    assert texts(ax) == ["égalité", "accès"]
    assert ax.get_xlabel() == "Part des usagers, du bas au haut (%)"


def test_a_curve_that_could_not_be_estimated_is_left_out(curve, published_rows):
    missing = published_rows("part_population", national="missing")
    (ax,) = charts_equity.concentration({"accès": curve, "recours": missing}, ranking="r").axes
    assert texts(ax) == ["égalité", "accès"]


def test_gaps_are_around_zero_one_mark_for_each_measure(published_rows):
    raw = published_rows("ecart_par", "points", sexe=(-0.1, -0.2, -0.05), age=(0.2, 0.1, 0.3))
    adjusted = published_rows("ecart_par", "points", sexe=(-0.08, -0.15, 0.01), age="missing")
    (ax,) = charts_equity.gaps({"Brut": raw, "Ajusté": adjusted}).axes
    assert markers(ax, "o") == [-0.1, 0.2]
    assert markers(ax, "s") == [-0.08]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["Domaine age", "Domaine sexe"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Brut", "Ajusté"]
    assert any(list(line.get_xdata()) == [0, 0] for line in ax.lines)


def test_sources_share_the_domains_of_the_first_and_say_what_they_count(published_rows):
    declared = published_rows(
        "type", national=(0.5, 0.4, 0.6), chu=(0.9, 0.8, 1.0), chr=(0.6, 0.5, 0.7)
    )
    heard = published_rows("type", chu=(0.7, 0.6, 0.8, "low_precision"), cabinet=(0.2, 0.1, 0.3))
    series = {"Déclaré": declared, "Vécu": heard}
    (ax,) = charts_equity.sources(series, units=["établissements", "usagers"]).axes
    assert markers(ax, "o") == [0.9, 0.6]
    assert markers(ax, "s") == [0.7]
    hollow = next(line for line in ax.lines
                  if line.get_marker() == "s" and len(line.get_xdata()) == 1)  # fmt: skip
    assert hollow.get_markerfacecolor() == "white"
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["Déclaré (établissements)", "Vécu (usagers)"]
    assert ax.get_xlim()[0] == 0


def test_the_marks_of_one_domain_do_not_hide_each_other(published_rows):
    rows = published_rows("type", chu=(0.9, 0.8, 1.0))
    (ax,) = charts_equity.sources({"A": rows, "B": rows, "C": rows}, units=["x", "y", "z"]).axes
    heights = [float(line.get_ydata()[0]) for line in ax.lines
               if len(line.get_xdata()) == 1 and line.get_marker() in "os^"]  # fmt: skip
    assert len(set(heights)) == 3


def test_two_measures_have_a_panel_and_a_title_each(published_rows):
    survey = published_rows("sexe", national=(0.4, 0.3, 0.5), femme=(0.35, 0.3, 0.4))
    public = published_rows("profil", national=(0.6, float("nan"), float("nan")),
                            femmes=(0.55, float("nan"), float("nan")))  # fmt: skip
    left, right = charts_equity.beside(survey, public, titles=("Enquête", "Recensement")).axes
    assert (left.get_title(loc="left"), right.get_title(loc="left")) == ("Enquête", "Recensement")
    assert left.get_xlim() == right.get_xlim() == (0, 1)
    assert markers(left, "o") == [0.35]
    assert markers(right, "o") == [0.55]


def test_more_series_than_marks_are_refused(curve):
    with pytest.raises(ResultError, match="4 series"):
        charts_equity.concentration(dict.fromkeys("abcd", curve), ranking="r")
    with pytest.raises(ResultError, match="0 series"):
        charts_equity.gaps({})


def test_a_figure_without_any_value_says_why(labelled, unsigned, published_rows):
    rows = published_rows("type", national="missing").assign(motif="aucune donnée reçue")
    picture = charts_equity.drawn(results.ranked, "inf.dme", rows)
    assert picture.svg.startswith("<?xml")
    assert "aucune donnée reçue" in texts(unsigned[0].axes[0])[0]
    assert (labelled.folder / "figures" / "fig-essai.svg").is_file()


def test_a_figure_with_values_is_drawn_from_its_subject(labelled, unsigned, published_rows):
    rows = published_rows("type", national=(0.5, 0.4, 0.6), chu=(0.9, 0.8, 1.0))
    charts_equity.drawn(charts_equity.sources, "inf.dme", rows, {"A": rows}, units=["u"])
    assert markers(unsigned[0].axes[0], "o") == [0.9]


def test_the_signature_tells_the_editions_of_a_figure(labelled, published_rows, monkeypatch):
    notes = []
    monkeypatch.setattr(charts_equity, "figure", lambda *args, period: notes.append(period))
    rows = published_rows("type", chu=(0.9, 0.8, 1.0))
    charts_equity.drawn(results.ranked, "inf.dme", rows, period=results.span([2025, 2023]))
    charts_equity.drawn(results.ranked, "inf.dme", rows, period=results.span([2025]))
    assert notes == ["2023 à 2025", "2025"]


def test_a_domain_of_few_answers_has_its_count_and_no_point(published_rows):
    rows = published_rows("type", national=(0.5, 0.4, 0.6), chu=(0.9, 0.8, 1.0),
                          hopital=(0.46, float("nan"), float("nan")), centre="missing")  # fmt: skip
    rows = rows.assign(n=[90, 80, 2, 0], oui=[40, 72, 1, 0])
    (ax,) = charts_equity.counted(rows, smallest=5).axes
    assert markers(ax, "o") == [0.9]
    assert sorted(texts(ax)) == ["1 sur 2", "Ensemble\u00a0: 50,0\u00a0%", "non disponible"]
    names = [label.get_text() for label in ax.get_yticklabels()]
    place = next(mark.xy[1] for mark in ax.texts if mark.get_text() == "1 sur 2")
    assert names[int(place)] == "Domaine hopital"


def test_a_note_has_its_whole_scale_for_axis(published_rows):
    rows = published_rows("type", "rating", national=(3.5, 3.4, 3.6), chu=(3.9, 3.8, 4.0))
    assert results.ranked(rows).axes[0].get_xlim() == (1, 5)


def test_the_signature_describes_every_series_where_something_is_drawn(
    labelled, published_rows, monkeypatch
):  # fmt: skip
    seen = []
    monkeypatch.setattr(charts_equity, "figure", lambda *args, period: seen.append(args[2]))
    rows, more = published_rows("type", chu=(0.9, 0.8, 1.0)), published_rows("type", chu=(0.1, 0, 1))
    charts_equity.drawn(results.ranked, "inf.dme", rows, signed=more)
    missing = published_rows("type", national="missing")
    charts_equity.drawn(results.ranked, "inf.dme", missing, signed=more)
    assert seen[0] is more
    assert seen[1] is missing


def test_long_names_break_near_their_middle():
    assert charts_equity._wrapped("Femmes moins hommes") == "Femmes moins hommes"
    assert charts_equity._wrapped("Rural de montagne moins rural hors montagne").split("\n") == [
        "Rural de montagne moins", "rural hors montagne",
    ]  # fmt: skip
