"""Numbers and words as a French reader expects them; directions only when earned."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from obsante.edition import Precision
from obsante.results import english, french, quality, wording

NAN = math.nan
THRESHOLDS = Precision(reliable_width=0.05, proportion_width=0.30, proportion_relative_width=1.30,
                       minimum_n=30, cv_flagged=0.166, cv_low=0.333)  # fmt: skip


def row(**changes) -> dict:
    base = {"estimation": 0.3014, "borne_inf": 0.27, "borne_sup": 0.332, "erreur_type": 0.016,
            "n": 1200, "n_manquant": 10, "n_sans_objet": 0, "unite": "percent",
            "nature": "survey", "etat": "published"}  # fmt: skip
    return base | changes


def test_numbers_use_the_comma_the_thin_space_and_the_true_minus():
    assert french.number(36828330) == "36\u202f828\u202f330"
    assert french.number(-0.04, 1) == "0,0"
    assert french.quantity(0.3014, "percent") == "30,1\u00a0%"
    assert french.quantity(-0.012, "points", signed=True) == "\u22121,2\u00a0point"
    assert french.day(dt.date(2026, 6, 1)) == "1er juin 2026"
    assert french.day(dt.date(2026, 6, 21)) == "21 juin 2026"


@pytest.mark.parametrize(
    ("state", "text"),
    [("missing", "[n.d.]"), ("not_applicable", "[s.o.]"), ("suppressed", "[c]")],
)
def test_a_value_that_is_not_there_shows_its_mark_never_zero(state, text):
    assert wording.value(row(estimation=NAN, etat=state)) == text
    assert wording.interval(row(estimation=NAN, etat=state)) == "–"


def test_a_true_zero_is_printed_as_zero():
    assert wording.value(row(estimation=0.0)) == "0,0\u00a0%"


def test_low_precision_is_marked_and_decoded():
    assert wording.value(row(etat="low_precision")) == "30,1\u00a0% [f]"
    assert wording.marks(["published", "low_precision"]) == "[f]\u00a0: précision faible."
    assert wording.marks(["published"]) == ""


def test_equal_limits_are_exact_only_without_a_sampling_error():
    census = row(estimation=1.0, borne_inf=1.0, borne_sup=1.0, erreur_type=0.0)
    assert wording.interval(census) == "exact" == english.interval(census)
    rank = row(estimation=1.0, borne_inf=1.0, borne_sup=1.0, erreur_type=NAN, unite="count")
    assert wording.interval(rank) == "[1\u202f; 1]"
    assert english.interval(rank) == "1 to 1"


def test_a_label_inside_a_sentence_keeps_the_capitals_of_an_acronym():
    names = ["Centre de santé rural", "CHU", "À distance", ""]
    assert [french.in_sentence(name) for name in names] == ["centre de santé rural", "CHU", "à distance", ""]


def test_no_direction_without_an_interval_that_excludes_zero():
    assert wording.change(row(estimation=0.05, borne_inf=-0.01, borne_sup=0.11, unite="points")) == (
        "écart non significatif"
    )
    assert wording.change(row(estimation=0.05, borne_inf=NAN, borne_sup=NAN, unite="points")) == (
        "écart non significatif"
    )
    assert wording.change(row(estimation=-0.05, borne_inf=-0.09, borne_sup=-0.01, unite="points")) == (
        "en baisse de 5,0\u00a0points"
    )


def test_a_gap_names_who_is_ahead():
    gap = row(estimation=-0.05, borne_inf=-0.09, borne_sup=-0.01, unite="points")
    assert wording.gap(gap, "le milieu urbain", "le milieu rural") == (
        "le milieu rural devance le milieu urbain de 5,0\u00a0points"
    )


def test_quality_of_a_proportion_is_judged_by_width_and_answers():
    assert quality.grade(row(borne_inf=0.28, borne_sup=0.32), "proportion", THRESHOLDS) == "bonne"
    assert quality.grade(row(), "proportion", THRESHOLDS) == "moyenne"
    assert quality.grade(row(n=29), "proportion", THRESHOLDS) == "faible"
    observed_whole = row(n=7, borne_inf=0.3, borne_sup=0.3)
    assert quality.grade(observed_whole, "proportion", THRESHOLDS) == "bonne"
    wide = row(borne_inf=0.1, borne_sup=0.45)
    assert quality.grade(wide, "proportion", THRESHOLDS) == "faible"
    small = row(estimation=0.02, borne_inf=0.01, borne_sup=0.04)
    assert quality.grade(small, "proportion", THRESHOLDS) == "bonne"
    relative = row(estimation=0.04, borne_inf=0.01, borne_sup=0.08)
    assert quality.grade(relative, "proportion", THRESHOLDS) == "faible"


def test_quality_of_a_mean_is_judged_by_its_coefficient_of_variation():
    assert quality.grade(row(estimation=10, erreur_type=1), "cv", THRESHOLDS) == "bonne"
    assert quality.grade(row(estimation=10, erreur_type=2), "cv", THRESHOLDS) == "moyenne"
    assert quality.grade(row(estimation=10, erreur_type=4), "cv", THRESHOLDS) == "faible"


def test_states_keep_missing_and_not_applicable_apart():
    nobody = row(estimation=NAN, borne_inf=NAN, borne_sup=NAN, n=0)
    assert quality.state(nobody, "proportion", THRESHOLDS) == "missing"
    outside = nobody | {"n_manquant": 0, "n_sans_objet": 12}
    assert quality.state(outside, "proportion", THRESHOLDS) == "not_applicable"
    assert quality.state(row(n=3), "proportion", THRESHOLDS) == "low_precision"
    assert quality.state(row(), "proportion", THRESHOLDS) == "published"
