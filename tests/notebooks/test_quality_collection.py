"""The quality notebook's values, recomputed otherwise from the raw files and the tables."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from obsante import collect
from obsante.collect import quality, weighting
from obsante.results.values import load_values

YEAR = 2025


@pytest.fixture
def values(rooted, executed) -> pd.DataFrame:
    table = load_values(executed, YEAR)
    return table.set_index(["indicateur", "dimension", "modalite"])


def raw(project, table: str) -> list[dict[str, str]]:
    """Rows of a raw file that were not set aside."""
    with (project.quarantine(YEAR) / f"{table}.csv").open(encoding="utf-8") as stream:
        aside = {int(row["ligne"]) for row in csv.DictReader(stream)}
    with (project.raw(YEAR) / f"{table}.csv").open(encoding="utf-8") as stream:
        return [row for line, row in enumerate(csv.DictReader(stream), 2) if line not in aside]


def test_response_rates_are_those_of_the_raw_files(values, rooted):
    for table in ("etablissements", "professionnels", "patients", "conformite"):
        rows = raw(rooted, table)
        found = values.loc[("col.reponse", "enquete", table)]
        assert found["n"] == len(rows)
        assert found["estimation"] == pytest.approx(
            sum(row["repondant"] == "oui" for row in rows) / len(rows)
        )


def test_a_question_left_is_counted_as_in_the_raw_file(values, rooted):
    own = [row["ia"] for row in raw(rooted, "etablissements") if row["repondant"] == "oui"]
    found = values.loc[("col.manquants", "question", "ia")]
    assert found["n"] == len(own)
    missing = sum(cell in ("", "ne_sait_pas") for cell in own)
    assert found["n_manquant"] == missing
    assert found["estimation"] == pytest.approx(missing / len(own))


def test_kappa_of_the_themes_by_its_definition(values, rooted):
    pairs = [(row["theme"], row["theme_codeur_2"]) for row in raw(rooted, "entretiens")
             if row["theme_codeur_2"]]  # fmt: skip
    size = len(pairs)
    agreed = sum(one == two for one, two in pairs) / size
    firsts, seconds = zip(*pairs, strict=True)
    chance = sum(firsts.count(code) * seconds.count(code) for code in set(firsts)) / size**2
    found = values.loc[("col.kappa_theme", "national", "national")]
    assert found["n"] == size
    assert found["estimation"] == pytest.approx((agreed - chance) / (1 - chance))


def test_kish_s_effect_of_the_file_s_weights(values, rooted):
    weights = [float(row["poids"]) for row in raw(rooted, "etablissements") if row["poids"]]
    expected = len(weights) * sum(w * w for w in weights) / sum(weights) ** 2
    assert values.loc[("col.effet_poids", "etape", "poids_reponse"), "estimation"] == pytest.approx(
        expected
    )


@pytest.mark.parametrize("table", ["etablissements", "professionnels"])
def test_calibrated_weights_reproduce_every_known_total(rooted, table):
    found = weighting.calibrated(table, edition=YEAR)
    assert (found.totals["apres"] / found.totals["connu"] - 1).abs().max() < 1e-8
    base = collect.load("base_sondage", edition=YEAR)
    known = (base.groupby("region", observed=True)["n_professionnels"].sum()
             if table == "professionnels" else base["region"].value_counts().sort_index())  # fmt: skip
    weights = found.respondents.groupby("region", observed=True)["poids_cale"].sum()
    assert weights.tolist() == pytest.approx(known.astype(float).tolist(), rel=1e-8)
    assert (found.respondents["poids_cale"] > 0).all()
    assert found.weights["somme"].iloc[1] == pytest.approx(found.weights["somme"].iloc[2])


def test_weights_set_aside_add_up_to_the_balance_of_ingest(rooted):
    found = quality.reasons(YEAR)
    for table in ("etablissements", "professionnels", "patients", "conformite"):
        own = found[found["table"] == table]
        balance = collect.set_aside_rows(table, edition=YEAR)
        # A row that breaks two rules counts in each.
        assert own["poids"].sum() >= balance.weight_aside - 1e-6
        assert own["lignes"].sum() >= balance.rows_aside
        assert own["poids"].max() <= balance.weight_aside
    assert found.loc[found["regle"] == "doublon", "poids"].fillna(0).eq(0).all()


def test_every_campaign_file_is_listed_with_its_rows(rooted):
    found = quality.received(YEAR)
    tables = [path.stem for path in rooted.raw(YEAR).glob("*.csv")]
    assert sorted(found["table"]) == sorted(tables)
    assert (found["retenues"] + found["ecartees"] == found["lignes"]).all()


def test_pseudonyms_are_followed_while_the_key_is_the_same(rooted):
    found = quality.links([YEAR, YEAR - 2, YEAR - 1]).set_index("table")
    assert found["suivi"].all()
    assert found.loc["conformite", "editions"] == "2023, 2024, 2025"
