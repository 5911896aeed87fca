"""Measures side by side, gaps sorted by what is established, Wald tests."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.errors import ResultError
from obsante.results import tables_models


def cells(markdown, line: int) -> list[str]:
    return [cell.strip() for cell in markdown.text.splitlines()[line].strip("|").split("|")]


def test_measures_are_side_by_side_with_their_intervals(published_rows):
    one = published_rows("type", chu=(0.9, 0.8, 0.95), clinique=(0.7, 0.6, 0.8))
    two = published_rows("type", chu=(1.0, float("nan"), float("nan")))
    table = results.beside({"Déclaré": one, "Tracé": two}, domain="Type")
    assert cells(table, 0) == ["Type", "Déclaré", "Tracé"]
    assert cells(table, 2) == ["Domaine chu", "90,0\xa0% [80,0\u202f; 95,0]", "100,0\xa0%"]
    assert cells(table, 3) == ["Domaine clinique", "70,0\xa0% [60,0\u202f; 80,0]", "–"]


def test_a_domain_of_the_second_measure_alone_is_kept(published_rows):
    one, two = published_rows("type", chu=(0.9, 0.8, 1.0)), published_rows("type", cabinet="missing")
    table = results.beside({"Déclaré": one, "Tracé": two}, domain="Type")
    assert cells(table, 3) == ["Domaine cabinet", "–", "[n.d.]"]


def test_no_row_at_all_is_an_error(published_rows):
    with pytest.raises(ResultError, match="no published row"):
        results.beside({"Déclaré": published_rows("type", chu="missing").head(0)}, domain="Type")


def test_gaps_are_sorted_into_established_and_not(published_rows):
    rows = published_rows("facteur", unit="points", un=(0.3, 0.2, 0.4), deux=(-0.1, -0.2, 0.01))
    first, second = results.established(rows).text.split("\n\n")
    assert first == "**Écarts établis**\xa0: domaine un (+30,0\xa0points)."
    assert second == "**Écarts non significatifs**\xa0: domaine deux (−10,0\xa0points)."


def test_no_established_gap_is_said(published_rows):
    rows = published_rows("facteur", unit="points", un=(0.3, -0.2, 0.4))
    assert results.established(rows).text.startswith("**Écarts établis**\xa0: aucun.")


def test_gaps_that_could_not_be_estimated_are_not_called_insignificant(published_rows):
    rows = published_rows("facteur", unit="points", national="missing")
    assert results.established(rows).text == "Aucun de ces écarts n'a pu être estimé."


def gap(estimation: float, low: float, high: float) -> pd.Series:
    return pd.Series({"estimation": estimation, "borne_inf": low, "borne_sup": high})


QUIET, AHEAD, BEHIND = gap(-0.05, -0.14, 0.04), gap(0.1, 0.02, 0.2), gap(-0.2, -0.3, -0.1)
NAN = float("nan")


def test_a_specification_that_establishes_a_gap_is_named_and_the_conclusion_depends(opened):
    variants = {"Publiée": QUIET, "Sans la taille": QUIET, "Types détaillés": BEHIND}
    told = tables_models.depends("inf.ecart_dme_ajuste", variants, raw=0.2).text
    assert told == (
        "Sur 3 spécifications, 2 n'établissent aucun écart et 1 établit un écart\xa0: «\xa0Types "
        "détaillés\xa0», −20,0\xa0points [−30,0\u202f; −10,0], de sens contraire à l'écart brut. "
        "**La conclusion dépend du modèle.**"
    )
    brief = tables_models.depends_briefly(variants).text
    assert brief.endswith("sur 2 autres spécifications essayées, 1 conclut autrement.")


@pytest.mark.parametrize(("row", "words"), [
    (QUIET, "aucune n'établit d'écart. Toutes"), (AHEAD, "2 établissent chacune un écart\xa0: «")
])  # fmt: skip
def test_specifications_that_agree_are_said_to(opened, row, words):
    variants = {"Publiée": row, "Autre": row, "Jamais estimée": gap(NAN, NAN, NAN)}
    told = tables_models.depends("inf.ecart_dme_ajuste", variants, raw=0.2).text
    assert told.startswith(f"Sur 2 spécifications, {words}")
    assert told.endswith("Toutes concluent de même.")
    assert "contraire" not in told
    brief = tables_models.depends_briefly(variants).text
    assert brief.endswith("mène à la même conclusion avec les autres spécifications essayées (1).")


def test_gaps_of_two_signs_do_not_agree(opened):
    variants = {"Publiée": AHEAD, "Autre": BEHIND}
    told = tables_models.depends("inf.ecart_dme_ajuste", variants, raw=0.2).text
    assert told.endswith("**La conclusion dépend du modèle.**")


@pytest.mark.parametrize("variants", [
    {"Publiée": QUIET, "Autre": gap(NAN, NAN, NAN)},
    {"Publiée": gap(NAN, NAN, NAN), "Autre": QUIET, "Encore": AHEAD},
])  # fmt: skip
def test_without_the_published_one_or_any_other_nothing_is_compared(opened, variants):
    for told in (tables_models.depends("inf.ecart_dme_ajuste", variants, raw=0.2),
                 tables_models.depends_briefly(variants)):  # fmt: skip
        assert told.text == "Les spécifications du modèle ne peuvent pas être comparées."


def test_wald_tests_in_french():
    tests = pd.DataFrame(
        {"terme": ["type", "taille"], "statistique": [1234.5, float("nan")], "ddl": [3, 1],
         "ddl_residuel": [1243, 0], "p_valeur": [1e-9, float("nan")]}
    )  # fmt: skip
    table = results.wald_tests(tests, {"type": "Type", "taille": "Taille"})
    assert cells(table, 2) == ["Type", "1\u202f234,5", "3 et 1\u202f243", "<\xa00,001"]
    assert cells(table, 3) == ["Taille", "–", "1 et 0", "–"]


def test_a_model_that_failed_has_no_test():
    assert results.wald_tests(pd.DataFrame(), {}).text == "Aucun test n'a pu être fait."
