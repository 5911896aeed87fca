"""Answers joined to a sample: weights by hand, and each contradiction refused."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.weighting import complete
from obsante.errors import DataError
from obsante.paths import find_project

EVERYONE = ("a11", "a12", "a13", "a21", "a22", "a23", "b01", "b02")


def weights(found) -> dict[str, float]:
    kept = found.rows.dropna(subset=["poids"])
    return dict(zip(kept["id"], kept["poids"].astype(float), strict=True))


def test_respondents_share_the_size_of_their_stratum(table, sample, answers):
    found = complete(sample, answers("a11", "a13", "a21", "a22", "a23", "b01", "b02"), table)
    assert weights(found) == {"a11": 6, "a13": 6, "a21": 3, "a22": 3, "a23": 3, "b01": 1, "b02": 1}
    assert found.rows["id"].tolist() == list(EVERYONE)
    assert found.rows["repondant"].tolist() == ["oui", "non", *["oui"] * 6]
    assert found.rows["poids_sondage"].astype(float).tolist() == [4.0] * 3 + [3.0] * 3 + [1.0] * 2
    assert found.rows.columns.tolist() == table.columns


def test_a_unit_without_answer_has_empty_cells(table, sample, answers):
    found = complete(sample, answers("a11", "a12", "a21", "a22", "b01", "b02"), table)
    silent = found.rows.set_index("id").loc["a13"]
    assert silent[["poids", "dme", "stade", "note"]].isna().all()
    assert silent[["strate", "taille", "tires", "repondant"]].tolist() == ["a-u-01", "12", "3", "non"]


def test_a_short_stratum_joins_the_nearest_of_its_kind(table, sample, answers):
    found = complete(sample, answers("a11", "a21", "a22", "b01", "b02"), table)
    # 21 facilities, six drawn, three answered.
    assert weights(found) == {"a11": 7, "a21": 7, "a22": 7, "b01": 1, "b02": 1}
    joined = found.rows[found.rows["strate"] == "a-u-02"]
    assert len(joined) == 6
    assert set(joined["taille"]) == {"21"}
    assert set(joined["tires"]) == {"6"}
    assert set(joined["poids_sondage"]) == {"3.5"}
    strata = found.strata.set_index("strate")
    assert strata.loc["a-u-01", ["repondants", "rejoint"]].tolist() == [1, "a-u-02"]
    assert strata.loc["a-u-01", "taux_reponse"] == pytest.approx(0.5)


def test_a_stratum_that_answered_whole_stands_alone(table, sample, answers):
    alone = pd.DataFrame({"id": ["c1"], "strate": ["c-u-00"], "taille": "1", "tires": "1"}, dtype="str")
    found = complete(pd.concat([sample, alone]), answers(*EVERYONE, "c1"), table)
    assert weights(found)["c1"] == 1


def test_a_short_stratum_without_neighbour_stops(table, sample, answers):
    with pytest.raises(DataError, match=r"(?s)stratum 'b-u-00'.*1 respondent\(s\) of 2 drawn"):
        complete(sample, answers("a11", "a12", "a21", "a22", "b01"), table)


def test_answers_out_of_the_sample_are_left_apart(table, sample, answers):
    found = complete(sample, answers(*EVERYONE, "z99"), table)
    assert found.strays["id"].tolist() == ["z99"]
    assert len(found.rows) == 8


def test_copies_count_once_and_a_refusal_yields_to_an_answer(table, sample, answers):
    refusals = answers("a11", "a12", dme=None, stade="sans_objet")
    given = [answers(*EVERYONE[:1], *EVERYONE[2:]), answers("a21"), refusals]
    found = complete(sample, pd.concat(given), table)
    assert (found.copies, found.silent) == (1, 1)
    assert found.rows["repondant"].tolist().count("oui") == 7


def test_a_form_given_up_is_no_answer(table, sample, answers):
    blank = answers("b01", dme=None, stade="sans_objet", repondant="oui")
    found = complete(sample, pd.concat([answers(*EVERYONE[:6]), blank, answers("b02")]), table, least=1)
    # The other facility of the stratum stands for both.
    assert weights(found)["b02"] == 2


def test_two_different_answers_of_a_unit_stop(table, sample, answers):
    with pytest.raises(DataError, match="several different answers of one unit: 'a11'"):
        complete(sample, pd.concat([answers(*EVERYONE), answers("a11", dme="non")]), table)


def test_a_refusal_with_answers_stops(table, sample, answers):
    with pytest.raises(DataError, match="(?s)unit 'a11'.*repondant 'non', with answers"):
        complete(sample, answers(*EVERYONE).assign(repondant=["non"] + ["oui"] * 7), table)


def test_what_answers_repeat_of_the_sample_must_agree(table, sample, answers):
    same = answers(*EVERYONE).assign(taille=["12.0"] * 3 + ["9"] * 3 + [None, "2"])
    assert len(complete(sample, same, table).rows) == 8
    other = same.assign(taille=["12"] * 2 + ["13"] + ["9"] * 3 + ["2"] * 2)
    with pytest.raises(DataError, match=r"unit 'a13', column taille\n.*'13'\n.*'12', as in the sample"):
        complete(sample, other, table)


def test_the_reserve_counts_as_drawn_up_to_the_last_that_answered(table, sample, answers):
    ranks = sample.assign(statut="tire", rang=sample.groupby("strate").cumcount().add(1).astype("str"))
    reserve = pd.DataFrame(
        [("r4", "4"), ("r5", "5"), ("r6", "6")], columns=["id", "rang"], dtype="str"
    ).assign(strate="a-u-01", taille="12", tires="3", statut="reserve")
    found = complete(pd.concat([ranks, reserve]), answers("a11", "a12", "r5", *EVERYONE[3:]), table)
    own = found.rows[found.rows["strate"] == "a-u-01"].set_index("id")
    assert own.index.tolist() == ["a11", "a12", "a13", "r4", "r5"]
    assert set(own["tires"]) == {"5"}
    assert own["poids_sondage"].astype(float).tolist() == [2.4] * 5
    assert weights(found)["r5"] == 4
    assert found.called == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.drop(columns="strate"), "no column 'strate'"),
        (lambda s: pd.concat([s, s.head(1)]), "'a11' on several rows"),
        (lambda s: s.iloc[1:], "2 units drawn, where tires says 3"),
        (lambda s: s.assign(taille=["12", "13", *s["taille"][2:]]), "one size for the group"),
        (lambda s: s.assign(tires=["x", *s["tires"][1:]]), "column tires.*'x'"),
    ],
)  # fmt: skip
def test_a_sample_that_is_not_as_drawn_stops(table, sample, answers, change, message):
    with pytest.raises(DataError, match=f"(?s){message}"):
        complete(change(sample), answers(*EVERYONE), table)


def test_unknown_columns_of_answers_name_the_nearest(table, sample, answers):
    with pytest.raises(DataError, match="(?s)column 'dmee'.*'dme' \\(nearest\\)"):
        complete(sample, answers(*EVERYONE).rename(columns={"dme": "dmee"}), table)
    with pytest.raises(DataError, match="no column 'id'"):
        complete(sample, answers(*EVERYONE).rename(columns={"id": "note"}), table)


@pytest.mark.parametrize("name", ["etablissements", "conformite"])
def test_the_demonstration_s_own_file_is_found_again(name):
    project = find_project()
    table = dictionary.load(name, project)
    raw = pd.read_csv(project.raw(2025) / table.file, dtype="str", na_values=[""],
                      keep_default_na=False).drop_duplicates(table.primaryKey)  # fmt: skip
    asked = [field.name for field in table.fields if field.question or field.name == "vague"]
    asked = [name for name in asked if name in raw]
    design = [name for name in raw if name not in [*asked, "poids", "repondant"]]
    # A spoilt weight or stratum would not be the sample's.
    own = raw[design].assign(poids_sondage=None)
    given = raw.loc[raw["repondant"] == "oui", [*table.primaryKey, *asked]]
    found = complete(own, given, table).rows
    expected = raw.sort_values(table.primaryKey, ignore_index=True)
    text = [name for name in raw if name not in ("poids", "poids_sondage")]
    pd.testing.assert_frame_equal(found[text], expected[text].astype("str"), check_dtype=False)
    numbers = ["poids", "poids_sondage"]
    pd.testing.assert_frame_equal(found[numbers].astype(float), expected[numbers].astype(float),
                                  rtol=1e-5)  # fmt: skip
