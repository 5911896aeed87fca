"""Technology watch and Delphi panel: OpenAlex's rows, the same technologies, the known scores."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.checks import check
from obsante.collect.chunks import LINE
from obsante.collect.connectors.answers import Json, Origin
from obsante.collect.connectors.declared import Call
from obsante.collect.connectors.openalex import OpenAlex
from obsante.collect.connectors.settings import load_settings
from obsante.collect.connectors.snapshot import csv_bytes
from obsante.collect.demo.registers.experts import PanelSettings, invited
from obsante.collect.demo.registers.technologies import SCORES, Technologies, load_technologies
from obsante.collect.demo.registers.watch import SignalSettings
from obsante.collect.demo.topics import load_topic
from obsante.errors import EditionError
from obsante.stats.survey.intervals import student

YEARS = (2023, 2024, 2025)
LEVEL = 0.99
# developers.openalex.org/api-reference/work-types
WORK_TYPES = (
    "article book book-chapter book-review conference-abstract conference-paper data-paper dataset "
    "dissertation editorial erratum letter libguides other paratext peer-review preprint "
    "reference-entry report retraction review software software-paper standard "
    "supplementary-materials"
).split()


def work(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": f"https://openalex.org/W{number}", "doi": f"https://doi.org/10.1/{number}",
        "display_name": f'Un titre, "entre guillemets" {number}', "type": "article",
        "publication_date": "2025-04-03", "primary_location": None,
    } | changes  # fmt: skip


def test_every_row_that_openalex_gives_is_kept(checkout):
    source = load_settings(checkout, {}).source("openalex-veille")
    assert isinstance(source, OpenAlex)
    assert source.table == "signaux"
    works = [work(n, type=kind) for n, kind in enumerate(WORK_TYPES)]
    works += [work(100, display_name=None, publication_date=None, type=None),
              work(101, doi=None, primary_location={"landing_page_url": "http://a.invalid/b"}),
              work(102, doi=None)]  # fmt: skip
    content = {"meta": {"count": len(works), "next_cursor": None}, "results": works}
    answers = [
        source.read(Call("/works", (("cursor", "*"),), technology), Json(content, Origin("a", "b")))
        for technology in source.technologies
    ]
    raw = csv_bytes(source.listing(answers))
    text = pd.read_csv(io.BytesIO(raw), dtype="str", keep_default_na=False, na_values=[""])
    text.index = pd.RangeIndex(2, len(text) + 2, name=LINE)
    table = dictionary.load("signaux", checkout)
    assert list(text) == table.columns == list(OpenAlex.columns)
    found = check(table, text, year=2025, ingested={})
    assert found.violations.empty
    assert len(found.kept) == len(works) * len(source.technologies)


def test_technologies_are_the_same_everywhere(checkout, world):
    lists = [dictionary.load(name, checkout).field("technologie").categories
             for name in ("signaux", "innovations", "avis_experts")]  # fmt: skip
    assert lists[0] == lists[1] == lists[2]
    assert [category.value for category in lists[0]] == load_technologies(world).names
    searched = load_settings(checkout, {}).source("openalex-veille").technologies
    assert set(searched) <= {category.value for category in lists[0]}


@pytest.mark.parametrize("year", YEARS)
def test_signals_are_dated_in_the_year_and_drawn_from_the_known_shares(checked, truths, year):
    kept, known = checked("signaux", year).kept, truths[year]
    assert (kept["date"].dropna().dt.year == year).all()
    assert kept["lien"].str.startswith("https://exemple.invalid/").all()
    number = known["indicateurs"]["inn.signaux"]["national"]
    assert len(kept) + known["lignes_sales"]["signaux"]["doublon"] <= number + 1
    for technology, share in known["effets"]["signaux_part_attendue"].items():
        found = known["indicateurs"]["inn.signaux"][f"technologie={technology}"]
        assert abs(found - number * share) < 4 * (number * share * (1 - share)) ** 0.5


def test_a_technology_that_declines_keeps_a_part_of_its_signals(checkout, world):
    technologies = load_technologies(world)
    assert technologies.signal_shares(50)["chaine_blocs"] > 0
    assert (technologies.scores(50) <= 9).all()
    assert sum(technologies.signal_shares(3).values()) == pytest.approx(1)


@pytest.mark.parametrize("year", YEARS)
def test_known_scores_are_within_the_intervals_of_the_first_round(checked, truths, year):
    kept, known = checked("avis_experts", year).kept, truths[year]["effets"]["avis_parametres"]
    first = kept[kept["tour"] == 1]
    covered = []
    for technology, rows in first.groupby("technologie", observed=True):
        for name in SCORES:
            x = rows[name].dropna().astype("float64")
            low, high = student(x.mean(), x.var() / len(x), len(x) - 1, LEVEL)
            covered.append(low <= known[technology][name] <= high)
    assert len(covered) == 30
    assert sum(covered) >= 28


@pytest.mark.parametrize("year", YEARS)
def test_the_second_round_is_closer_to_the_median_and_keeps_its_place(checked, truths, year):
    kept, known = checked("avis_experts", year).kept, truths[year]
    columns = [*SCORES]
    scores = kept.astype(dict.fromkeys(columns, "float64")).groupby(
        ["tour", "technologie"], observed=True
    )
    away = (scores[columns].transform("median") - kept[columns].astype("float64")).abs()
    mean = away.groupby(kept["tour"]).mean().mean(axis=1)
    told = known["effets"]["avis_ecart_a_la_mediane"]
    assert mean[1] == pytest.approx(told["tour=1"], abs=0.1)
    assert mean[2] == pytest.approx(told["tour=2"], abs=0.1)
    assert mean[2] < 0.75 * mean[1]
    means = scores[columns].mean().loc[2]
    for name in SCORES:
        for technology, mean in means[name].items():
            whole = known["indicateurs"][f"inn.veille_{name}"][f"technologie={technology}"]
            assert mean == pytest.approx(whole, abs=0.35)


def test_most_experts_stay_and_none_is_named(checked):
    panels = [set(checked("avis_experts", year).kept["expert"]) for year in YEARS]
    for before, after in zip(panels, panels[1:], strict=False):
        assert 0.6 < len(before & after) / len(after) < 1
    assert all(name.startswith("p") for panel in panels for name in panel)


def test_an_expert_who_leaves_before_the_second_round_scored_everything_at_first(raw):
    rows = raw("avis_experts", 2025).drop_duplicates()
    counts = rows.groupby(["expert", "tour"]).size().unstack(fill_value=0)
    assert set(counts["1"]) | {10} == {10}
    assert 0 < (counts["2"] == 0).sum() < len(counts) / 3


def test_a_pull_of_one_without_doubt_gives_everybody_the_median(checkout, scenes):
    settings = load_topic(PanelSettings, checkout, "avis_experts")
    certain = settings.model_copy(update={"pull": 1.0, "hesitation": 0.0})
    panel = invited(scenes(2024), certain, np.full((2, 3), 5.0))
    assert all(len(np.unique(panel.scores[1][:, t, d])) == 1 for t in range(2) for d in range(3))


@pytest.mark.parametrize(
    ("model", "topic", "old", "new", "found"),
    [
        (Technologies, "technologies", "pertinence: 7.4", "pertinence: 74", "or equal to 9"),
        (Technologies, "technologies", "growth: -0.10", "growth: -0.50", "greater than -0.2"),
        (SignalSettings, "signaux", "MAR: 0.14", "MAR: 0.34", "add up to 1"),
        (PanelSettings, "avis_experts", "absent: [0.04, 0.12]", "absent: [0.04]", "at least 2"),
    ],
)
def test_wrong_settings_are_one_clear_error(altered, model, topic, old, new, found):
    with pytest.raises(EditionError, match=found):
        altered(model, topic, old, new)
