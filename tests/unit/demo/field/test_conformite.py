"""Compliance audits: what the file holds, and that an honest analysis finds the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante import stats
from obsante.collect import dictionary
from obsante.collect.demo.audits.draw import draw_audits, strata
from obsante.collect.demo.audits.findings import findings
from obsante.collect.demo.audits.settings import CODES, AuditSettings
from obsante.collect.demo.topics import load_topic
from obsante.errors import EditionError

YEARS = (2023, 2024, 2025)
LEVEL = 0.99
POINTS = {"oui": 1.0, "partiel": 0.5, "non": 0.0}
LARGE = ["chu", "chr_chp"]


@pytest.fixture(scope="module")
def audits(checked):
    """Audits kept, their points by control, their design."""

    def run(year: int) -> tuple[pd.DataFrame, pd.DataFrame, stats.SurveyDesign]:
        kept = checked("conformite", year).kept
        rows = kept[kept["repondant"] == "oui"].reset_index(drop=True)
        design = stats.survey_design(
            rows, weights="poids", strata="strate", psu_population="taille_strate"
        )
        points = rows.filter(regex="^c_").astype("object").replace(POINTS)
        return rows, points.replace("sans_objet", np.nan).astype("float64"), design

    return run


@pytest.mark.slow
@pytest.mark.parametrize("year", YEARS)
def test_the_spoilt_rows_are_set_aside_and_no_other(checked, truths, year):
    balance = checked("conformite", year).balance
    assert balance.rows_aside == sum(truths[year]["lignes_sales"]["conformite"].values())
    assert 0.005 <= balance.rows_aside / balance.rows_in <= 0.01


@pytest.mark.parametrize("year", YEARS)
def test_weights_stand_for_the_field_in_each_stratum(raw, truths, year):
    rows = raw("conformite", year).drop_duplicates("id_etablissement")
    weights = rows["poids"].astype(float).groupby(rows["strate"]).sum()
    sizes = rows["taille_strate"].astype(float).groupby(rows["strate"]).first()
    assert np.allclose(weights, sizes, atol=1e-3)
    assert sizes.sum() == truths[year]["effets"]["audits_etablissements"]
    assert 350 <= len(rows) <= 450
    assert (rows["repondant"] == "oui").groupby(rows["strate"]).sum().min() >= 2


def test_large_public_hospitals_are_all_drawn(raw):
    rows = raw("conformite", 2025).drop_duplicates("id_etablissement")
    large = rows[rows["type"].isin(LARGE)]
    assert (large["poids_sondage"].astype(float) == 1).all()
    strata = large.groupby("strate")
    assert (strata.size() == strata["taille_strate"].first().astype(int)).all()


def test_there_are_thirty_controls_asked_in_both_languages(checkout):
    table = dictionary.load("conformite", checkout)
    controls = [field for field in table.fields if field.name.startswith("c_")]
    assert len(controls) == 30
    assert all(field.question and field.question.ar for field in controls)
    settings = load_topic(AuditSettings, checkout, "conformite")
    assert [field.name for field in controls] == list(settings.controls)


def test_what_is_not_asked_is_marked_and_nothing_else(checkout, sound):
    table, rows = dictionary.load("conformite", checkout), sound("conformite", 2024)
    rows = rows[rows["repondant"] == "oui"]
    conditional = [field for field in table.fields if field.asked_if]
    assert len(conditional) == 5
    for field in conditional:
        asked = rows.eval(field.asked_if, engine="python")
        assert ((rows[field.name] == "sans_objet") == ~asked)[rows[field.name].notna()].all()


def test_conditions_of_the_dictionary_and_of_the_demonstration_agree(checkout):
    table = dictionary.load("conformite", checkout)
    settings = load_topic(AuditSettings, checkout, "conformite")
    for name, control in settings.controls.items():
        asked = f"{control.asked_if} == 'oui'" if control.asked_if else None
        assert table.field(name).asked_if == asked


@pytest.mark.parametrize("year", YEARS)
def test_scores_and_the_gap_between_hospitals_and_clinics_are_recovered(audits, truths, year):
    rows, points, design = audits(year)
    known = truths[year]["indicateurs"]
    score = stats.numeric((100 * points.mean(axis=1)).rename("score"))
    table = stats.mean(score, design, rows, by="type", level=LEVEL).set_index("modalite")
    for name, row in table.iterrows():
        key = "national" if row["dimension"] == "national" else f"type={name}"
        # Controls left unverified move a facility's score a little, in a census too.
        margin = 1.0
        value = known["sec.score_conformite"][key]
        assert row["borne_inf"] - margin <= value <= row["borne_sup"] + margin, key
    gap = stats.difference(
        score, design, rows["type"].isin(LARGE), rows["type"] == "clinique_privee", level=LEVEL
    ).iloc[0]
    value = known["sec.ecart_conformite"]["national"]
    assert value > 5
    assert gap["borne_inf"] <= value <= gap["borne_sup"]


def test_the_gap_of_each_control_is_recovered(audits, truths):
    rows, points, design = audits(2025)
    known = truths[2025]["effets"]["audits_grand_hopital_moins_clinique"]["controles"]
    missed = []
    for name, value in known.items():
        # Half a point of slack: some controls are seen in all large hospitals but a few.
        gap = stats.difference(
            stats.numeric(points[name]), design,
            rows["type"].isin(LARGE), rows["type"] == "clinique_privee", level=LEVEL,
        ).iloc[0]  # fmt: skip
        missed += [] if gap["borne_inf"] - 0.005 <= value <= gap["borne_sup"] + 0.005 else [name]
    assert missed == []
    assert known["c_gouv_2"] > 0.2 > 0 > known["c_decl_1"]


def test_an_audit_never_sees_more_than_the_facility_says(checkout, scenes):
    settings, scene = load_topic(AuditSettings, checkout, "conformite"), scenes(2025)
    found = findings(scene, settings)
    for name, control in settings.controls.items():
        if control.answer is not None:
            says_no = scene.answers.reached[control.answer] == 0
            assert (found.found[name][says_no] < CODES.index("oui")).all()
    assert (found.found["c_sauv_2"] <= found.found["c_sauv_1"]).all()
    record = scene.answers.reached["dme"] > 0
    assert (found.applies["c_jour_1"] == record).all()


def test_a_score_is_the_mean_of_the_controls_that_apply(checkout, scenes):
    found = findings(scenes(2025), load_topic(AuditSettings, checkout, "conformite"))
    score = found.score()
    first = int(np.flatnonzero(~found.applies["c_jour_1"])[0])
    values = [POINTS[CODES[codes[first]]] for name, codes in found.found.items()
              if found.applies[name][first]]  # fmt: skip
    assert 25 <= len(values) <= 28
    assert score[first] == pytest.approx(100 * sum(values) / len(values))


def test_a_larger_frame_has_a_larger_sample(checkout, world):
    draw = load_topic(AuditSettings, checkout, "conformite").draw
    one, _ = strata(world.frame, draw, 1)
    two, _ = strata(world.frame, draw, 2)
    clinics = one["strate"].str.startswith("clinique_privee")
    assert two.loc[clinics, "tires"].sum() == 2 * one.loc[clinics, "tires"].sum()
    sample = draw_audits(world.frame, draw, scale=1, seed=7)
    assert len(sample) == one["tires"].sum()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("asked_if: echange_donnees", "asked_if: echanges", "asked_if"),
        ("at_most: c_sauv_1", "at_most: c_cont_1", "before it"),
        ("secteur: {prive: 0.15}", "secteur: {liberal: 0.15}", "liberal"),
        ("drawn: {chu: null,", "drawn: {chru: null,", "chu"),
        ("compliant_from: 50.0", "compliant: 50.0", "unknown key"),
    ],
)
def test_wrong_settings_are_one_clear_error(altered, old, new, found):
    with pytest.raises(EditionError, match=found):
        altered(AuditSettings, "conformite", old, new)
