"""Published values: the expected ones, recomputed otherwise, and covering the known truth."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obsante.edition import load_edition
from obsante.results.values import load_values, read_values
from obsante.run import make_plan, run_plan

EXPECTED = Path(__file__).parent / "expected" / "valeurs-2025.csv"
# Processors round sums differently in the last digits; a published digit is 1e-4 at the finest.
RELATIVE, ABSOLUTE = 1e-9, 1e-12
NUMBERS = ["estimation", "borne_inf", "borne_sup", "erreur_type", "n", "effectif",
           "n_manquant", "n_sans_objet"]  # fmt: skip


def test_published_values_are_the_expected_ones(executed):
    found, expected = load_values(executed, 2025), read_values(EXPECTED)
    texts = [column for column in expected.columns if column not in NUMBERS]
    pd.testing.assert_frame_equal(found[texts], expected[texts])
    for column in NUMBERS:
        np.testing.assert_allclose(
            found[column].astype(float), expected[column].astype(float),
            rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True, err_msg=column,
        )  # fmt: skip


def test_adoption_recomputed_from_the_raw_file_without_the_package(executed):
    quarantined = set()
    with (executed.quarantine(2025) / "etablissements.csv").open(encoding="utf-8") as stream:
        quarantined = {int(row["ligne"]) for row in csv.DictReader(stream)}
    yes = every = count = 0.0
    with (executed.raw(2025) / "etablissements.csv").open(encoding="utf-8") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            if line in quarantined or row["repondant"] != "oui" or row["dme"] not in ("oui", "non"):
                continue
            count += 1
            every += float(row["poids"])
            yes += float(row["poids"]) if row["dme"] == "oui" else 0.0
    values = load_values(executed, 2025)
    row = values[(values["indicateur"] == "inf.dme") & (values["dimension"] == "national")].iloc[0]
    assert row["n"] == count
    assert row["estimation"] == pytest.approx(yes / every, rel=1e-12)


def test_every_published_row_is_complete(executed):
    values = load_values(executed, 2025)
    known = values[values["etat"].isin(["published", "low_precision"])]
    assert known["estimation"].notna().all()
    assert values.loc[~values["etat"].isin(["published", "low_precision"]), "estimation"].isna().all()
    survey = known[(known["nature"] == "survey") & (known["unite"] != "count")]
    assert (survey["n"] > 0).all()
    bounded = survey.dropna(subset=["borne_inf"])
    assert (bounded["borne_inf"] <= bounded["estimation"] + 1e-12).all()
    assert (bounded["borne_sup"] >= bounded["estimation"] - 1e-12).all()
    assert set(values.loc[values["nature"] == "survey", "demonstration"]) == {True}
    assert set(values.loc[values["nature"] == "reference", "demonstration"]) == {False}


@pytest.mark.slow
def test_a_second_execution_publishes_the_same_bytes(executed):
    edition = load_edition(executed, 2025)
    folder = executed.processed(2025)
    watched = [*executed.results(2025).rglob("*"), *(folder / "notebooks").rglob("*.ipynb")]
    before = {path: path.read_bytes() for path in watched if path.is_file()}
    run_plan(executed, edition, make_plan(executed, edition))
    assert len(before) > 20
    assert [path for path, data in before.items() if path.read_bytes() != data] == []
