"""A sample's strata keep two answers, and its weights add up to the frame, or nothing is ingested.

Stratum a: 10 facilities in the frame, 4 drawn, 3 answered at first; b: a census of 1.
"""

from __future__ import annotations

import pytest

from obsante import collect
from obsante.collect import dictionary
from obsante.edition import load_edition
from obsante.errors import DataError, ObsanteError

YEAR = 2025
FACILITIES = """\
name: etablissements
title: Établissements
description: Une ligne par établissement tiré
scope: campaign
file: etablissements.csv
fields:
  - {name: id_etablissement, type: string, title: Identifiant}
  - {name: strate, type: string, title: Strate, constraints: {required: true, pattern: "[a-z]"}}
  - {name: taille, type: integer, title: Taille, constraints: {required: true}}
  - {name: tires, type: integer, title: Tirés, constraints: {required: true}}
  - name: repondant
    type: string
    title: Répondant
    categories: [{value: oui, label: Oui}, {value: non, label: Non}]
    constraints: {required: true}
  - {name: poids, type: number, title: Poids}
  - {name: postes, type: integer, title: Postes}
primaryKey: id_etablissement
rules:
  - name: poids_des_repondants
    message: Un poids si, et seulement si, l'établissement a répondu
    columns: [repondant]
    holds: "(repondant == 'oui') == poids.notna()"
sample:
  - by: strate
    answered: {column: repondant, code: oui}
    weights: {column: poids, total: taille}
    units: {drawn: tires, size: taille}
"""
WORKERS = """\
name: professionnels
title: Professionnels
description: Une ligne par professionnel tiré
scope: campaign
file: professionnels.csv
fields:
  - {name: id, type: string, title: Identifiant}
  - {name: upe, type: string, title: Établissement}
  - {name: strate, type: string, title: Strate}
  - {name: taille, type: integer, title: Taille}
  - {name: upe_strate, type: integer, title: Unités primaires}
  - {name: effectif, type: integer, title: Effectif}
  - name: repondant
    type: string
    title: Répondant
    categories: [{value: oui, label: Oui}, {value: non, label: Non}]
  - {name: poids, type: number, title: Poids}
primaryKey: id
sample:
  - by: strate
    answered: {column: repondant, code: oui}
    units: {column: upe, drawn: upe_strate, size: taille}
  - by: upe
    answered: {column: repondant, code: oui}
    weights: {column: poids, total: effectif * taille / upe_strate}
"""
HEADER = "id_etablissement,strate,taille,tires,repondant,poids,postes\n"
GOOD = """\
E1,a,10,4,oui,3.33,1
E2,a,10,4,oui,3.33,1
E3,a,10,4,oui,3.33,1
E4,a,10,4,non,,
E5,b,1,1,oui,1,1
"""
WORKERS_HEADER = "id,upe,strate,taille,upe_strate,effectif,repondant,poids\n"
# Two facilities of 6: each of their workers stands for 3 facilities times 4 / 2 workers.
GOOD_WORKERS = """\
P1,E1,a,6,2,4,oui,6
P2,E1,a,6,2,4,oui,6
P3,E2,a,6,2,4,oui,12
P4,E2,a,6,2,4,non,
"""
SAID = "Un poids si, et seulement si, l'établissement a répondu"


def ingest(small, text: str, file: str = "etablissements"):
    small.write("config/dictionary/etablissements.yml", FACILITIES)
    small.write("config/dictionary/professionnels.yml", WORKERS)
    header = HEADER if file == "etablissements" else WORKERS_HEADER
    small.raw(f"2025/{file}.csv", header + text)
    return collect.ingest(small.project, load_edition(small.project, YEAR)).campaign[file]


def refusal(small, text: str, file: str = "etablissements") -> DataError:
    before = small.state()
    with pytest.raises(DataError) as raised:
        ingest(small, text, file)
    assert small.state() == before
    return raised.value


def test_weights_rounded_to_two_decimals_and_a_census_of_one_are_accepted(small):
    assert ingest(small, GOOD).rows_aside == 0


def test_weights_that_add_up_to_more_than_the_frame_are_refused(small):
    error = refusal(small, GOOD.replace("oui,3.33", "oui,23"))
    assert error.looked_at == "data/raw/2025/etablissements.csv, edition 2025, strate 'a'"
    assert error.found == "poids of 3 respondents adds up to 69, taille is 10"
    assert "within 0.5 or 0.1%, over the rows as received" in error.expected


def test_weights_that_add_up_to_less_than_the_frame_are_refused(small):
    error = refusal(small, GOOD.replace("oui,3.33", "oui,2.5"))
    assert error.found == "poids of 3 respondents adds up to 7.5, taille is 10"


@pytest.mark.parametrize(("weight", "accepted"), [("3.49", True), ("3.51", False)])
def test_half_a_unit_more_is_the_limit(small, weight, accepted):
    text = GOOD.replace("oui,3.33", f"oui,{weight}")
    if accepted:
        assert ingest(small, text).rows_aside == 0
    else:
        assert "adds up to 10.53" in refusal(small, text).found


def test_the_weight_of_a_row_set_aside_for_another_reason_still_counts(small):
    text = GOOD.replace("E3,a,10,4,oui,3.33,1", "E3,a,10,4,oui,3.33,x")
    assert ingest(small, text).rows_kept == 4
    error = refusal(small, GOOD.replace("E3,a,10,4,oui,3.33,1", "E3,a,10,4,oui,9,x"))
    assert error.found == "poids of 3 respondents adds up to 15.66, taille is 10"


@pytest.mark.parametrize("weight", ["", '"3,33"'])
def test_an_unknown_weight_sets_its_row_aside_once_and_may_be_what_is_missing(small, weight):
    balance = ingest(small, GOOD.replace("E3,a,10,4,oui,3.33", f"E3,a,10,4,oui,{weight}"))
    lines = (small.project.quarantine(YEAR) / "etablissements.csv").read_text().splitlines()
    assert (balance.rows_aside, len(lines)) == (1, 2)
    assert ("poids_des_repondants" if not weight else ",type,poids,") in lines[1]


def test_an_unknown_weight_does_not_hide_others_that_are_too_large(small):
    text = GOOD.replace("E3,a,10,4,oui,3.33", "E3,a,10,4,oui,").replace("3.33", "23")
    error = refusal(small, text)
    assert error.found == "poids of 2 respondents adds up to 46, taille is 10"


def test_a_sum_too_small_even_with_the_rows_in_doubt_is_refused(small):
    text = GOOD.replace("oui,3.33", "oui,2") + "E1,a,10,4,oui,2,2\n"
    error = refusal(small, text)
    assert error.found == (
        "poids of 2 respondents adds up to 4 (at most 8 with rows set aside), taille is 10"
    )


def test_copies_and_a_row_of_an_unknown_stratum_are_not_held_against_the_sum(small):
    assert ingest(small, GOOD + "E1,a,10,4,oui,3.33,1\n").rows_aside == 1
    assert ingest(small, GOOD.replace("E3,a", "E3,A")).rows_aside == 1


def test_rows_that_share_a_key_count_for_what_they_may_be(small):
    assert ingest(small, GOOD.replace("E4,a,10,4,non,,", "E3,a,10,4,non,,")).rows_aside == 2


def test_two_sizes_of_one_stratum_are_refused(small):
    error = refusal(small, GOOD.replace("E3,a,10", "E3,a,11"))
    assert error.looked_at.endswith("strate 'a'")
    assert error.found == "taille is 10 and 11"


def test_a_stratum_without_any_respondent_is_refused(small):
    error = refusal(small, GOOD.replace("oui,3.33", "non,"))
    assert error.looked_at == "data/raw/2025/etablissements.csv, edition 2025, strate 'a'"
    assert error.found == "4 drawn, 0 answered"
    assert error.remedy.startswith("regroup the stratum by the rule of the sampling plan")


def test_a_census_whose_only_unit_is_silent_is_refused(small):
    assert refusal(small, GOOD.replace("oui,1,1", "non,,")).found == "1 drawn, 0 answered"


def test_a_single_respondent_left_by_quarantine_names_the_lines_and_the_reasons(small):
    text = GOOD.replace("E2,a,10,4,oui,3.33,1", "E2,a,10,4,non,,")
    text = text.replace("3.33", "5").replace("E3,a,10,4,oui,5", "E3,a,10,4,oui,")
    error = refusal(small, text)
    assert error.found == f"4 drawn, 2 answered, 1 set aside (line 4: {SAID})"
    assert error.remedy.startswith("correct these lines at the source, or regroup the stratum")


def test_a_census_that_loses_its_unit_to_quarantine_is_refused(small):
    error = refusal(small, GOOD.replace("E5,b,1,1,oui,1,1", "E5,b,1,1,oui,1,x"))
    assert error.found.startswith("1 drawn, 1 answered, 1 set aside (line 6: type in ")


def test_an_answer_that_cannot_be_read_is_among_the_rows_set_aside(small):
    error = refusal(small, GOOD.replace("E2,a,10,4,oui", "E2,a,10,4,Oui").replace(
        "E3,a,10,4,oui,3.33", "E3,a,10,4,oui,"))  # fmt: skip
    assert error.found.startswith("4 drawn, 3 answered, 2 set aside (line 3: modalite in ")


def test_all_strata_are_counted_and_the_first_ones_named(small):
    pairs = [(stratum, answer) for stratum in "cdefg" for answer in ("oui,9,1", "non,,")]
    rows = "".join(f"F{n},{stratum},9,2,{said}\n" for n, (stratum, said) in enumerate(pairs))
    error = refusal(small, GOOD + rows)
    assert error.looked_at.endswith("strate 'c' and 4 more")
    assert error.found.startswith("'c': 2 drawn, 1 answered; 'd': 2 drawn")
    assert error.found.endswith("'f': 2 drawn, 1 answered; and 1 more")


def test_more_than_three_lines_set_aside_are_counted(small):
    rows = "".join(f"F{n},c,9,6,oui,,1\n" for n in range(5)) + "F5,c,9,6,oui,9,1\n"
    found = refusal(small, GOOD + rows).found
    assert found.startswith("6 drawn, 6 answered, 5 set aside (line 7: ")
    assert found.endswith("line 9: " + SAID + "; and 2 more lines)")


def test_primary_units_are_counted_rather_than_their_rows(small):
    assert ingest(small, GOOD_WORKERS, "professionnels").rows_aside == 0
    error = refusal(small, GOOD_WORKERS.replace("P3,E2,a,6,2,4,oui,12", "P3,E2,a,6,2,4,non,"),
                    "professionnels")  # fmt: skip
    assert error.looked_at == "data/raw/2025/professionnels.csv, edition 2025, strate 'a'"
    assert error.found == "2 drawn, 1 answered"


def test_weights_within_a_primary_unit_add_up_to_what_it_stands_for(small):
    error = refusal(small, GOOD_WORKERS.replace("oui,12", "oui,6"), "professionnels")
    assert error.looked_at == "data/raw/2025/professionnels.csv, edition 2025, upe 'E2'"
    assert error.found == (
        "poids of 1 respondents adds up to 6, effectif * taille / upe_strate is 12")  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("by: strate", "by: strates", "sample: column 'strates' to be 'strate' (nearest)"),
        ("code: oui", "code: peut_etre", "sample: a category of column 'repondant'"),
        ("total: taille", "total: strate", "numbers to add up in column 'strate'"),
        ("total: taille", "total: taille *", "an expression of DataFrame.eval"),
        ("scope: campaign", "scope: reference", "a sample only in a campaign table"),
    ],
)
def test_a_sample_that_disagrees_with_its_table_is_refused(small, old, new, expected):
    small.write("config/dictionary/etablissements.yml", FACILITIES.replace(old, new))
    with pytest.raises(ObsanteError) as raised:
        dictionary.tables(small.project)
    assert expected in raised.value.expected
