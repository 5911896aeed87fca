"""Words and tables of the watch: each follows from its values."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from obsante.errors import ResultError
from obsante.results import tables_panel, tables_radar, tables_signals

RINGS = {"adopter": 7.0, "experimenter": 6.0, "evaluer": 4.0, "surveiller": 1.0}
NAMES = {"adopter": "Adopter", "experimenter": "Expérimenter", "evaluer": "Évaluer",
         "surveiller": "Surveiller"}  # fmt: skip
FAMILIES = {"telemedecine": "Soins", "ia_generative": "IA", "ia_diagnostic": "IA"}
NO_MOVE = pd.DataFrame({"modalite": [], "mouvement": []})


def spread(medians: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"dimension": "maturite", "modalite": list(medians),
                         "mediane": list(medians.values()), "interquartile": 1.0,
                         "part_proche": 0.8, "consensus": True, "n": 15})  # fmt: skip


def placed(medians: dict[str, float], moves: pd.DataFrame = NO_MOVE) -> pd.DataFrame:
    return tables_radar.radar_rows(spread(medians), moves, rings=RINGS, ring_names=NAMES,
                                   families=FAMILIES)  # fmt: skip


@pytest.mark.parametrize(
    ("median", "ring"),
    [(9, "Adopter"), (7, "Adopter"), (6.5, "Expérimenter"), (6, "Expérimenter"), (5.5, "Évaluer"),
     (4, "Évaluer"), (3.5, "Surveiller"), (1, "Surveiller"), (math.nan, "")],
)  # fmt: skip
def test_the_ring_is_the_first_whose_limit_the_median_reaches(median, ring):
    assert placed({"telemedecine": median})["anneau"].tolist() == [ring]


def test_families_keep_their_order_and_numbers_follow():
    rows = placed({"ia_diagnostic": 6, "telemedecine": 8, "ia_generative": 4})
    assert rows["famille"].tolist() == ["Soins", "IA", "IA"]
    assert rows["numero"].tolist() == [1, 2, 3]


def test_a_technology_that_the_earlier_edition_lacked_is_new():
    moves = pd.DataFrame({"modalite": ["telemedecine"], "mouvement": ["up"]})
    rows = placed({"telemedecine": 8, "ia_generative": 4}, moves).set_index("technologie")
    assert rows["mouvement"].to_dict() == {"telemedecine": "up", "ia_generative": "new"}
    assert set(placed({"telemedecine": 8})["mouvement"]) == {""}


def test_a_technology_without_family_is_named():
    with pytest.raises(ResultError, match="chaine_blocs"):
        placed({"chaine_blocs": 5})


def test_rings_without_a_technology_count_zero():
    rows = placed({"telemedecine": 8, "ia_generative": math.nan})
    counts = tables_radar.ring_counts(rows, NAMES).set_index("modalite")["n"]
    assert counts.to_dict() == {"national": 1, "adopter": 1, "experimenter": 0, "evaluer": 0,
                                "surveiller": 0}  # fmt: skip


def test_the_sentence_of_the_radar_names_those_that_moved():
    moves = pd.DataFrame({"modalite": ["telemedecine", "ia_diagnostic"], "mouvement": ["up", "same"]})
    rows = placed({"telemedecine": 8, "ia_diagnostic": 6, "ia_generative": 4}, moves)
    text = tables_radar.moved(rows, 2024).text
    assert "maturité en hausse pour Télémédecine" in text
    assert "technologies nouvelles\u00a0: IA générative" in text
    assert text.endswith("1 sur 3.")
    assert tables_radar.moved(placed({"telemedecine": 8}), None).text == tables_panel.NOT_COMPARED


@pytest.mark.parametrize(
    ("places", "words"),
    [(("haut", "haut", "haut"), "accord : en haut"), (("bas", "bas", "bas"), "accord : en bas"),
     (("haut", "bas", "bas"), "signaux en haut, projets en bas, experts en bas"),
     (("haut", "", "haut"), "accord : en haut"), (("", "", "bas"), "comparaison impossible"),
     (("", "entre les deux", "entre les deux"), "projets entre les deux, experts entre les deux")],
)  # fmt: skip
def test_agreement_of_the_sources_is_worded_by_their_places(places, words):
    named = dict(zip(("signaux", "projets", "experts"), places, strict=True))
    assert tables_signals.agreement(named) == words


def test_a_count_at_the_median_is_low_and_a_missing_register_is_nowhere():
    assert tables_signals._halves(pd.Series([1.0, 2.0, 3.0])) == ["bas", "bas", "haut"]
    assert tables_signals._halves(pd.Series([math.nan] * 2)) == ["", ""]
    empty = pd.DataFrame({"dimension": ["technologie"], "modalite": ["a"], "n": [0]})
    rows = pd.DataFrame({"technologie": ["a"]})
    assert tables_signals.by_technology(rows, empty).isna().all()


def test_the_panel_places_a_technology_only_if_all_its_ranks_are_in_one_half():
    ranks = pd.DataFrame({"borne_inf": [1, 2, 3, 1], "borne_sup": [2, 3, 4, math.nan]}, index=list("abcd"))
    found = [tables_signals._placed(ranks, code) for code in "abcde"]
    assert found == ["haut", "entre les deux", "bas", "", ""]


@pytest.mark.parametrize(
    ("limits", "words"),
    [((1.2, 3.0), "plus de signaux"), ((0.9, 3.0), "écart non significatif"),
     ((1.0, 3.0), "écart non significatif")],
)  # fmt: skip
def test_a_ratio_has_a_direction_only_off_one(limits, words):
    row = {"estimation": 2.0, "borne_inf": limits[0], "borne_sup": limits[1], "etat": "published"}
    assert tables_signals.ratio_words(row) == words


def test_a_lower_ratio_and_a_missing_one():
    row = {"estimation": 0.5, "borne_inf": 0.3, "borne_sup": 0.8, "etat": "published"}
    assert tables_signals.ratio_words(row) == "moins de signaux"
    assert tables_signals.ratio_words(row | {"estimation": math.nan, "etat": "missing"}) == "non disponible"


def change(year: str = "2024", **columns) -> pd.DataFrame:
    base = {"dimension": ["national", "technologie"], "modalite": ["national", "telemedecine"],
            "estimation": [0.1, 0.8], "borne_inf": [-0.1, 0.2], "borne_sup": [0.3, 1.4],
            "n_communs": [11, 10], "mouvement": ["same", "up"]}  # fmt: skip
    return pd.DataFrame(base | columns)


def test_changes_are_published_latest_edition_first_then_its_technologies():
    moves = {(2023, "maturite"): change(), (2024, "maturite"): change()}
    rows = tables_panel.evolution_rows(moves, "maturite", edition=2025)
    assert rows["modalite"].tolist() == ["2024", "2023", "telemedecine"]
    assert rows["dimension"].tolist() == ["edition", "edition", "technologie"]
    assert rows["libelle"].iloc[0] == "2025 par rapport à 2024, 11 experts communs"
    assert tables_panel.evolution_rows(moves, "pertinence", edition=2025).empty


def test_a_change_is_told_only_where_it_was_kept():
    rows = change().iloc[1]
    assert tables_panel._move(rows).endswith(", en hausse")
    assert not tables_panel._move(rows.replace("up", "same")).endswith("hausse")
    assert tables_panel.moves_table({}, 2024).text == tables_panel.NOT_COMPARED


def test_empty_profiles_are_named():
    experts = pd.DataFrame({"expert": ["a", "b"], "tour": pd.array([1, 1], "Int64"),
                            "profil": ["clinique", "recherche"]})  # fmt: skip
    text = tables_panel.panel_members(experts).text
    assert "| Usagers | 0 |" in text
    assert "Profils sans aucun expert\u00a0: Ingénierie, Industrie, Régulation, Usagers." in text


def test_the_intervals_of_the_panel_are_named_for_what_they_describe(opened, published_rows):
    rows = published_rows("ecart", unit="level_points", ecart=(-0.37, -0.42, -0.32))
    lines = tables_panel.disagreement(rows, domain="Comparaison").text.splitlines()
    assert "| Intervalle du désaccord |" in lines[0]
    assert "IC" not in lines[0]
    assert "[−0,42\u202f; −0,32]" in lines[2]
