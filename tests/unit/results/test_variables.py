"""Variables of the book: what a chapter can write for a published value."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pandas as pd
import pytest

from obsante.edition import Authorisation, load_edition
from obsante.paths import find_project
from obsante.results.registry import RESERVED, Indicator, load_registry
from obsante.results.variables import ABSENT, variables

PROJECT = find_project(Path(__file__))
REGISTRY = load_registry(PROJECT)
EDITION = load_edition(PROJECT, 2025)
NBSP = "\u00a0"


def _row(indicator: str, **values) -> dict:
    defaults = {
        "indicateur": indicator, "dimension": "national", "modalite": "national", "annee": 2025,
        "libelle": "Ensemble", "estimation": 0.3014, "borne_inf": 0.27, "borne_sup": 0.332,
        "n": 1234, "unite": REGISTRY[indicator].unit, "nature": REGISTRY[indicator].nature,
        "etat": "published", "precision": "moyenne",
    }  # fmt: skip
    return defaults | values


def _tree(*rows: dict, edition=EDITION) -> dict:
    return variables(pd.DataFrame(list(rows)), REGISTRY, edition)


def test_a_national_value_hangs_from_its_indicator():
    fields = _tree(_row("inf.dme"))["inf"]["dme"]
    assert fields["valeur"] == f"30,1{NBSP}%"
    assert fields["n"] == "1\u202f234"
    assert fields["precision"] == "moyenne"
    assert fields["preuve"] == (
        f"[30,1{NBSP}% (IC 95{NBSP}%{NBSP}: 27,0 à 33,2)](preuves.qmd#p-inf-dme){{.preuve}}"
    )


def test_the_same_value_in_english_has_points_and_commas():
    rows = [_row("inf.dme"), _row("ctx.population", estimation=36828330.0, borne_inf=math.nan,
                                  borne_sup=math.nan)]  # fmt: skip
    tree = _tree(*rows)
    assert tree["inf"]["dme"]["en"].startswith("[30.1% (95% CI: 27.0 to 33.2)]")
    assert tree["ctx"]["population"]["en"].startswith("[36,828,330](")


def test_a_missing_value_is_a_mark_in_french_and_words_in_english():
    missing = _row("inf.dme", estimation=math.nan, etat="missing")
    fields = _tree(missing)["inf"]["dme"]
    assert fields["valeur"] == "[n.d.]"
    assert fields["ic"] == "–"
    assert fields["en"].startswith("[not available](")
    # The mark's own brackets must not close the link.
    assert fields["preuve"].startswith("[\\[n.d.\\]](")


def test_a_value_without_sampling_error_is_called_exact_in_both_languages():
    fields = _tree(_row("inf.dme", estimation=1.0, borne_inf=1.0, borne_sup=1.0))["inf"]["dme"]
    assert fields["preuve"].startswith(f"[100,0{NBSP}% (exact)](")
    assert fields["ic"] == "exact"
    assert fields["en"].startswith("[100.0% (exact)](")


def test_a_value_of_low_precision_is_marked_in_both_languages():
    fields = _tree(_row("inf.dme", etat="low_precision"))["inf"]["dme"]
    assert "\\[f\\]" in fields["preuve"]
    assert fields["en"].startswith("[30.1% (95% CI: 27.0 to 33.2), low precision]")


def test_a_domain_hangs_from_its_dimension_and_a_code_of_digits_is_prefixed():
    tree = _tree(_row("inf.dme"), _row("inf.dme", dimension="region", modalite="01"),
                 _row("inf.dme", dimension="milieu", modalite="urbain"))  # fmt: skip
    assert "valeur" in tree["inf"]["dme"]["region"]["m01"]
    assert "valeur" in tree["inf"]["dme"]["milieu"]["urbain"]


def test_a_gap_hangs_from_its_indicator_and_names_who_is_ahead():
    gap = _row("inf.ecart_dme", dimension="ecart", modalite="ecart", estimation=0.104,
               borne_inf=0.05, borne_sup=0.16)  # fmt: skip
    fields = _tree(gap)["inf"]["ecart_dme"]
    assert fields["mots"] == f"le milieu urbain devance le milieu rural de 10,4{NBSP}points"


def test_changes_are_worded_the_latest_first_and_only_if_significant():
    rows = [
        _row("inf.evolution_dme", dimension="edition", modalite="2023", estimation=0.08,
             borne_inf=0.02, borne_sup=0.14),
        _row("inf.evolution_dme", dimension="edition", modalite="2024", estimation=0.03,
             borne_inf=-0.01, borne_sup=0.07),
    ]  # fmt: skip
    assert _tree(*rows)["inf"]["evolution_dme"]["phrase"] == (
        "écart non significatif par rapport à 2024, "
        f"en hausse de 8,0{NBSP}points par rapport à 2023"
    )


def test_a_first_edition_says_that_it_is_not_compared():
    tree = _tree(_row("inf.dme"))
    assert tree["inf"]["evolution_dme"] == {
        "phrase": "aucune édition antérieure n'est comparée"
    }


def test_without_a_campaign_no_survey_variable_exists():
    assert "inf" not in _tree(_row("ctx.population"))


@pytest.mark.parametrize(
    ("name", "text"),
    [("largeur_fiable", f"5{NBSP}points"), ("largeur_faible", f"30{NBSP}points"),
     ("largeur_relative", f"130{NBSP}%"), ("reponses", "30"), ("cv_moyen", f"16,6{NBSP}%"),
     ("cv_faible", f"33,3{NBSP}%"), ("quarantaine", f"5{NBSP}%")],
)  # fmt: skip
def test_thresholds_are_the_edition_s(name, text):
    assert _tree(_row("inf.dme"))["seuils"][name] == text


def test_compared_editions_are_named():
    assert _tree(_row("inf.dme"))["edition"]["comparees"] == "2023 et 2024"
    first = _tree(_row("inf.dme"), edition=load_edition(PROJECT, 2023))
    assert first["edition"]["comparees"] == "aucune"


def test_the_authorisation_of_a_real_edition_can_be_written():
    permit = Authorisation(
        number="D-12", purpose="statistique publique", retention_until=dt.date(2031, 12, 31),
        host_country="Maroc", transfer_basis="aucun transfert",
    )  # fmt: skip
    real = EDITION.model_copy(update={"status": "real", "authorisation": permit})
    assert _tree(_row("inf.dme"), edition=real)["autorisation"]["numero"] == "D-12"
    assert "autorisation" not in _tree(_row("inf.dme"))


def test_a_dimension_named_like_a_field_is_refused():
    assert set(ABSENT) == RESERVED
    sheet = REGISTRY["inf.dme"].model_dump() | {"dimensions": ["annee"]}
    with pytest.raises(ValueError, match="another name than 'annee'"):
        Indicator.model_validate(sheet)
