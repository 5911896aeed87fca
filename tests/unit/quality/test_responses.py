"""Who answered, and the four states of a question, on rows written by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.collect.quality.responses import (
    EMPTY,
    NOT_ASKED,
    UNKNOWN,
    answer_states,
    item_counts,
    rates,
    unanswered,
)
from obsante.collect.table_schema import Table

YES_NO = [{"value": code, "label": code} for code in ("oui", "non", "ne_sait_pas", "sans_objet")]
QUESTION = {"group": "g", "fr": "?", "ar": "?"}


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.model_validate({
        "name": "sites", "title": "Sites", "description": "x", "scope": "campaign",
        "file": "sites.csv", "fields": [
            {"name": "id", "type": "string", "title": "Identifiant"},
            {"name": "dme", "type": "string", "title": "DME", "categories": YES_NO,
             "question": QUESTION},
            {"name": "stade", "type": "integer", "title": "Stade",
             "question": QUESTION | {"asked_if": "dme == 'oui'"}},
            {"name": "hote", "type": "string", "title": "Hôte", "categories": YES_NO,
             "question": QUESTION | {"asked_if": "dme != 'non'"}},
        ],
    })  # fmt: skip


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame({
        "dme": pd.Categorical(["oui", "non", "ne_sait_pas", None]),
        "stade": pd.array([2, None, None, None], dtype="Int64"),
        "hote": pd.Categorical([None, "sans_objet", "oui", None]),
    })  # fmt: skip


def test_an_empty_cell_is_missing_unless_it_was_not_asked(table, rows):
    states = answer_states(rows, table, ["ne_sait_pas"])
    assert list(states) == ["dme", "stade", "hote"]
    assert states["dme"].tolist() == ["reponse", "reponse", UNKNOWN, EMPTY]
    # Nobody knows whether the last one should have been asked: it counts as missing.
    assert states["stade"].tolist() == ["reponse", NOT_ASKED, NOT_ASKED, EMPTY]
    assert states["hote"].tolist() == [EMPTY, NOT_ASKED, "reponse", EMPTY]


def test_counts_and_share_of_those_asked(table, rows):
    counts = item_counts(answer_states(rows, table, ["ne_sait_pas"]), table).set_index("colonne")
    assert counts.loc["dme", ["reponse", "ne_sait_pas", "vide", "sans_objet"]].tolist() == [2, 1, 1, 0]
    assert counts["taux"].tolist() == pytest.approx([2 / 4, 1 / 2, 2 / 3])
    assert counts["titre"].tolist() == ["DME", "Stade", "Hôte"]


def test_share_of_the_questions_that_each_respondent_left(table, rows):
    shares = unanswered(answer_states(rows, table, ["ne_sait_pas"]))
    assert shares["y"].tolist() == pytest.approx([1 / 3, 0, 1 / 2, 1])
    assert set(shares["state"]) == {"valid"}


def test_rates_with_and_without_weights():
    rows = pd.DataFrame({"type": list("aaab"), "w": [1.0, 1.0, 4.0, 2.0]})
    answered = pd.Series([True, False, True, False])
    found = rates(rows, answered, ["type"], weights="w")
    assert found[["tires", "repondants"]].values.tolist() == [[3, 2], [1, 0]]
    assert found["taux"].tolist() == pytest.approx([2 / 3, 0])
    assert found["taux_pondere"].tolist() == pytest.approx([5 / 6, 0])
    whole = rates(rows, answered, [], weights="w").iloc[0]
    assert whole[["tires", "repondants", "taux", "taux_pondere"]].tolist() == [4, 2, 0.5, 5 / 8]
