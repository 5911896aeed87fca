"""The twelve regions: a tile each, hatched, white or dark as its value is, and the same ranked."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

from obsante.collect import labels
from obsante.results.charts_regions import SHORT, TILES, regional

CODES = [f"{number:02d}" for number in range(1, 13)]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def regions(published_rows):
    """Twelve regions, from 20 % to 75 %, with some of them replaced."""

    def make(**changes):
        values = {f"m{c}": (0.2 + 0.05 * i, 0.15 + 0.05 * i, 0.25 + 0.05 * i)
                  for i, c in enumerate(CODES)}  # fmt: skip
        return published_rows("region", national=(0.4, 0.38, 0.42), **(values | changes))

    return make


def panels(figure):
    grid, ranks = figure.axes
    tiles = [patch for patch in grid.patches if isinstance(patch, Rectangle)]
    return grid, ranks, tiles


def text_of(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_every_region_of_the_dictionary_has_a_place_of_its_own_and_a_short_name(opened):
    codes = set(labels("etablissements", "region"))
    assert set(TILES) == set(SHORT) == codes
    assert len(set(TILES.values())) == len(set(SHORT.values())) == 12


def test_each_region_has_its_tile_with_its_letters_and_its_value(regions):
    grid, _, tiles = panels(regional(regions()))
    assert len(tiles) == 12
    corners = {(int(tile.get_y()), int(tile.get_x())) for tile in tiles}
    assert corners == set(TILES.values())
    assert set(SHORT.values()) <= set(text_of(grid))
    assert {"20,0", "75,0"} <= set(text_of(grid))


def test_tiles_do_not_overlap(regions):
    _, _, tiles = panels(regional(regions()))
    assert all(tile.get_width() < 1 and tile.get_height() < 1 for tile in tiles)


def luminance(colour) -> float:
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_a_higher_value_is_darker_and_its_text_stays_readable(regions):
    grid, _, tiles = panels(regional(regions()))
    shades = [luminance(tile.get_facecolor()) for tile in tiles]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 4
    values = [text for text in grid.texts if "," in text.get_text() and text.get_ha() == "center"]
    for tile, text in zip(tiles, values, strict=True):
        one, two = sorted([luminance(tile.get_facecolor()), luminance(text.get_color())])
        assert (two + 0.05) / (one + 0.05) >= 4.5


def test_a_region_of_low_precision_is_hatched_in_the_grid_and_hollow_among_the_ranks(regions):
    _, ranks, tiles = panels(regional(regions(m05=(0.4, 0.1, 0.7, "low_precision"))))
    hatched = [tile for tile in tiles if tile.get_hatch()]
    assert [(int(tile.get_y()), int(tile.get_x())) for tile in hatched] == [TILES["05"]]
    hollow = [line for line in ranks.lines
              if line.get_marker() == "o" and to_hex(line.get_markerfacecolor()) == "#ffffff"]  # fmt: skip
    assert [line.get_xdata()[0] for line in hollow] == [0.4]


def shades_and_legend(figure) -> tuple[dict[tuple[int, int], str], str]:
    grid, _, tiles = panels(figure)
    faces = {(int(t.get_y()), int(t.get_x())): to_hex(t.get_facecolor()) for t in tiles}
    return faces, next(text for text in text_of(grid) if text.startswith("Ensemble"))


def test_the_scale_is_that_of_the_shaded_tiles_alone(regions):
    fragile = {"m01": (0.01, 0.0, 0.4, "low_precision"), "m12": (0.99, 0.5, 1.0, "low_precision")}
    faces, legend = shades_and_legend(regional(regions(**fragile)))
    assert "En %, du clair (25,0) au foncé (70,0)" in legend
    assert faces[TILES["01"]] == faces[TILES["12"]] == "#ffffff"
    assert faces[TILES["02"]] == "#dfe8f1"
    assert faces[TILES["11"]] == "#1f4e79"


def test_the_legend_speaks_of_hatching_only_where_there_is_some(regions):
    told = "Hachures (sans teinte) et points creux\xa0:\nprécision faible"
    assert told not in shades_and_legend(regional(regions()))[1]
    assert told in shades_and_legend(regional(regions(m05=(0.4, 0.1, 0.7, "low_precision"))))[1]


def test_without_any_shaded_tile_the_legend_names_the_unit_alone(regions):
    fragile = {f"m{code}": (0.4, 0.1, 0.7, "low_precision") for code in CODES}
    faces, legend = shades_and_legend(regional(regions(**fragile)))
    assert set(faces.values()) == {"#ffffff"}
    assert "En %\nHachures" in legend


@pytest.mark.parametrize(("state", "mark", "words"), [
    ("missing", "[n.d.]", "non disponible"),
    ("suppressed", "[c]", "secret statistique"),
    ("not_applicable", "[s.o.]", "sans objet"),
])  # fmt: skip
def test_a_region_without_a_value_is_white_and_says_why_never_zero(regions, state, mark, words):
    grid, ranks, tiles = panels(regional(regions(m07=state)))
    white = [tile for tile in tiles if to_hex(tile.get_facecolor()) == "#ffffff"]
    assert [(int(tile.get_y()), int(tile.get_x())) for tile in white] == [TILES["07"]]
    assert mark in text_of(grid)
    assert words in text_of(ranks)
    dots = [line.get_xdata()[0] for line in ranks.lines if line.get_marker() == "o"]
    assert len(dots) == 11
    assert 0 not in dots


def test_the_whole_is_written_in_the_legend_and_drawn_among_the_ranks(regions):
    grid, ranks, _ = panels(regional(regions()))
    assert any("Ensemble\xa0: 40,0\xa0%" in text for text in text_of(grid))
    assert "Ensemble\xa0: 40,0\xa0%" in text_of(ranks)


def test_a_target_is_a_named_diamond(regions):
    _, ranks, _ = panels(regional(regions(), goal=(0.9, "cible illustrative 2030")))
    diamonds = [line for line in ranks.lines if line.get_marker() == "D"]
    assert [line.get_xdata()[0] for line in diamonds] == [0.9]
    assert "cible illustrative 2030" in text_of(ranks)
    assert not [line for line in panels(regional(regions()))[1].lines if line.get_marker() == "D"]


def test_regions_of_one_value_are_drawn(regions):
    same = {f"m{code}": (0.5, 0.4, 0.6) for code in CODES}
    faces, legend = shades_and_legend(regional(regions(**same)))
    assert len(set(faces.values())) == 1
    assert "En %, une teinte" in legend


def test_a_region_that_did_not_answer_at_all_has_no_tile(regions):
    rows = regions()
    _, _, tiles = panels(regional(rows[rows["modalite"] != "12"]))
    assert TILES["12"] not in {(int(t.get_y()), int(t.get_x())) for t in tiles}
    assert len(tiles) == 11


def test_without_any_region_the_figure_says_why(published_rows):
    rows = published_rows("region", national="missing").assign(motif="aucune donnée reçue")
    (ax,) = regional(rows).axes
    assert text_of(ax) == ["Aucune valeur à montrer\xa0: aucune donnée reçue."]
