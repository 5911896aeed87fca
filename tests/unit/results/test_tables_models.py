"""Gaps sorted by what is established, Wald tests."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.results import tables_models


def cells(markdown, line: int) -> list[str]:
    return [cell.strip() for cell in markdown.text.splitlines()[line].strip("|").split("|")]


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
    assert results.established(rows, "l'accès").text.endswith("estimé pour l'accès.")


def test_the_gaps_of_a_subject_are_said_to_be_its_own(published_rows):
    text = results.established(published_rows("facteur", unit="points", un=(0.3, 0.2, 0.4)), "l'accès").text
    assert "**Écarts établis pour l'accès**\xa0: domaine un" in text
    assert "**Écarts non significatifs pour l'accès**\xa0: aucun." in text


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
