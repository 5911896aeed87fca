"""Weights brought to known totals: by hand, to 1e-8, and each impossible demand refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect.weighting import calibration
from obsante.collect.weighting.calibration import calibrate_rows, design_of, trimmed
from obsante.collect.weighting.settings import Survey, Trimming
from obsante.errors import DataError

ROWS = pd.DataFrame({
    "id": list("abcd"), "strate": "s", "taille": 10, "poids": 1.0, "poids_sondage": 1.0,
    "sexe": list("ffhh"), "milieu": list("urur"), "lits": [1.0, 2.0, 3.0, 4.0],
    "dme": ["oui", "non", "oui", "non"],
})  # fmt: skip
# Six f and four h, five u and five r.
FRAME = pd.DataFrame({
    "sexe": list("ffffffhhhh"), "milieu": list("uuurrruurr"), "lits": [1.0] * 6 + [4.0] * 4,
})  # fmt: skip
SEXE = {"by": ["sexe"], "source": "Base"}
MILIEU = {"by": ["milieu"], "source": "Base"}
LITS = {"by": ["sexe"], "value": "lits", "frame": "lits", "source": "Base"}


def survey(*margins, **changes) -> Survey:
    return Survey.model_validate({
        "design": {"weights": "poids", "strata": "strate", "psu": "id", "psu_population": "taille"},
        "sampling": "poids_sondage",
        "calibration": {
            "method": "raking", "tolerance": 1e-8, "margins": list(margins),
            "main": {"column": "dme", "one": ["oui"], "zero": ["non"]},
        } | changes,
    })  # fmt: skip


def calibrated(*margins, rows=ROWS, frame=FRAME, **changes):
    declared = survey(*margins, **changes)
    return calibrate_rows(rows, design_of(rows, declared), frame, declared, where="sites", level=0.95)


@pytest.mark.parametrize("method", ["raking", "linear"])
def test_two_margins_by_hand(method):
    found = calibrated(SEXE, MILIEU, method=method)
    assert found.respondents["poids_cale"].tolist() == pytest.approx([3, 3, 2, 2])
    assert found.totals["avant"].tolist() == pytest.approx([2, 2, 2, 2])
    assert found.totals["apres"].tolist() == pytest.approx([6, 4, 5, 5])
    # 4 (9 + 9 + 4 + 4) / 100
    assert found.weights["effet_plan"].iloc[-1] == pytest.approx(1.04)


def test_poststratification_crosses_cells():
    crossed = {"by": ["sexe", "milieu"], "source": "Base"}
    found = calibrated(crossed, method="poststratification")
    assert found.respondents["poids_cale"].tolist() == pytest.approx([3, 3, 2, 2])
    assert found.totals["modalite"].tolist() == ["f x r", "f x u", "h x r", "h x u"]


def test_counts_and_sums_are_reproduced_within_bounds():
    frame = pd.concat([FRAME] * 3)
    rows = ROWS.assign(poids=7.0, taille=30)
    # Beds of the frame: 18 of f, where the sample has 1 and 2 for 18 units: all on the first.
    sums = LITS | {"frame": None, "totals": {"f": 26.0, "h": 43.0}}
    found = calibrated(SEXE, MILIEU, sums, rows=rows, frame=frame, method="logit", bounds=[0.1, 3.0])
    gaps = found.totals["apres"] / found.totals["connu"] - 1
    assert gaps.abs().max() < 1e-8
    assert found.respondents["poids_cale"].div(7).between(0.1, 3.0).all()


def test_the_main_estimate_is_given_before_and_after():
    found = calibrated(SEXE, {"by": ["dme"], "source": "HCP", "totals": {"oui": 8.0, "non": 2.0}})
    assert found.effect["etape"].tolist() == ["avant", "apres"]
    assert found.effect["estimation"].tolist() == pytest.approx([0.5, 0.8])
    assert found.effect["question"].tolist() == ["dme", "dme"]
    # The answer itself was calibrated on: nothing is left to chance.
    assert found.effect["erreur_type"].iloc[1] == pytest.approx(0, abs=1e-9)


def test_missing_answers_do_not_stop_it():
    rows = ROWS.assign(dme=["oui", None, "oui", "non"])
    assert calibrated(SEXE, rows=rows).effect["n"].tolist() == [3, 3]


def test_trimming_keeps_the_sum_of_each_group():
    weights = pd.Series([1.0, 3.0, 12.0, 5.0, 5.0], index=list("vwxyz"))
    rows = pd.DataFrame({"type": list("aaabb")}, index=weights.index)
    rule = Trimming(by=["type"], multiple_of_median=8 / 3, source="essai")
    assert trimmed(weights, rows, rule).tolist() == pytest.approx([2, 6, 8, 5, 5])
    assert trimmed(weights, rows, None) is weights


def test_trimming_by_a_percentile():
    weights = pd.Series([1.0, 2.0, 3.0, 4.0, 10.0])
    rule = Trimming(percentile=0.9, source="essai")
    # The bound is 4 + 0.6 (10 - 4); the rest of 10 goes to the others, in proportion.
    found = trimmed(weights, pd.DataFrame(index=weights.index), rule)
    assert found.tolist() == pytest.approx([1.24, 2.48, 3.72, 4.96, 7.6])


def test_a_trimmed_weight_is_counted():
    rows = ROWS.assign(poids=[1.0, 1.0, 1.0, 7.0], poids_sondage=1.0)
    found = calibrated(SEXE, rows=rows, trimming={"multiple_of_median": 4.0, "source": "essai"})
    assert found.trimmed == 1
    assert found.respondents["poids_tronque"].tolist() == pytest.approx([2, 2, 2, 4])


@pytest.mark.parametrize(
    ("margins", "changes", "message"),
    [
        ([SEXE], {"rows": ROWS[ROWS["sexe"] == "f"]}, "margin sexe, 'h'.*no respondent in 1 cell"),
        ([SEXE], {"frame": FRAME[FRAME["sexe"] == "f"]}, "margin sexe, 'h'.*no known total"),
        ([SEXE, {"by": ["milieu"], "source": "HCP", "totals": {"u": 5.0, "r": 6.0}}], {},
         "margin milieu, 'r'.*total of 6, and 5 by the margins before it"),
        ([SEXE], {"method": "logit", "bounds": [0.9, 1.1]},
         "calibration of sites, auxiliary.*weighting.yml, surveys.sites.calibration: widen bounds"),
        ([SEXE], {"rows": ROWS.assign(sexe=["f", None, "h", "h"])}, "column 'sexe'.*without value"),
        ([LITS], {"rows": ROWS.assign(lits=[1.0, None, 1.0, 1.0])}, "column 'lits'.*without value"),
        ([SEXE | {"totals": {"f": 6.0, "h": 0.0}}], {}, "'h'.*known total of 0"),
        ([SEXE], {"rows": ROWS.assign(poids=[1.0, 1.0, 1.0, 9.0]),
                  "trimming": {"multiple_of_median": 1.5, "source": "essai"}},
         "group 'all weights'.*a mean weight of 3, above the bound 1.5"),
    ],
)  # fmt: skip
def test_what_no_weights_can_do_is_refused(margins, changes, message):
    with pytest.raises(DataError, match=f"(?s){message}"):
        calibrated(*margins, **changes)


def test_a_trimming_that_makes_the_totals_unreachable_is_named():
    # Trimmed at 2 x 1, the weight of d goes to a, b and c: f would need 2/3 of its weights.
    rows = ROWS.assign(poids=[1.0, 1.0, 1.0, 7.0])
    rule = {"multiple_of_median": 3.0, "source": "essai"}
    totals = SEXE | {"totals": {"f": 2.0, "h": 8.0}}
    bounds = {"method": "logit", "bounds": [0.9, 1.1]}
    assert calibrated(totals, rows=rows, **bounds).trimmed == 0
    with pytest.raises(DataError, match="raise trimming.multiple_of_median, or remove trimming"):
        calibrated(totals, rows=rows, trimming=rule, **bounds)


def test_totals_that_are_not_reproduced_are_never_given(monkeypatch):
    monkeypatch.setattr(calibration, "_calibrate", lambda start, *others: start)
    with pytest.raises(DataError, match="(?s)margin sexe, 'f'.*total of 2, .*known total, 6, to 1e-08"):
        calibrated(SEXE)


def test_margins_that_repeat_one_another_are_one():
    twice = calibrated(SEXE, SEXE | {"source": "HCP", "totals": {"f": 6.0, "h": 4.0}}, MILIEU)
    np.testing.assert_allclose(twice.respondents["poids_cale"], [3, 3, 2, 2])
    assert len(twice.totals) == 6
