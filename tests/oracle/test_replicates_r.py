"""Jackknife against R.

R 4.2.2, survey 4.5, ``options(survey.lonely.psu = "adjust")``:
``as.svrepdesign(svydesign(id=~fac_id, strata=~stratum, weights=~w, fpc=~N_h), type="JKn")``, then
``svymean(~dpi+score)`` and ``svyby(~score, ~region, svymean)``; for ``rake_JKn_mse`` the design of
the respondents (weights N_h/r_h) with ``mse=TRUE``, then ``rake`` to region and milieu x type.
Tolerance: 1e-9 relative.
"""

from __future__ import annotations

import numpy as np
import pytest
from r_values import frame, r

from obsante.stats.replicates import estimate, jackknife, raking
from obsante.stats.survey import survey_design

COVERS = [r"synth_fac/JKn/.*", r"synth_resp/rake_JKn_mse/mean"]


def design(name, weights):
    return survey_design(
        frame(name), weights=weights, strata="stratum", psu="fac_id", psu_population="N_h",
        lonely="adjust",
    )  # fmt: skip


def compare(result, key):
    expected = r(key)
    columns = {"estimation": "est", "erreur_type": "se", "borne_inf": "lo_z", "borne_sup": "hi_z"}
    for ours, theirs in columns.items():
        if theirs in expected:
            assert result.table[ours].to_numpy() == pytest.approx(expected[theirs], rel=1e-9), ours
    assert result.table["terme"].tolist() == expected["names"]


def means(values):
    return lambda w: w @ values / w.sum()


def test_means_have_the_standard_errors_of_the_jackknife_around_its_mean():
    y = frame("facilities")[["dpi", "score"]].to_numpy(float)
    result = estimate(
        jackknife(design("facilities", "w")), means(y), level=0.95, names=["dpi", "score"],
        centre="mean", df=np.inf,
    )  # fmt: skip
    compare(result, "synth_fac/JKn/mean")


def test_means_by_region_have_the_standard_errors_of_the_jackknife():
    data = frame("facilities")
    regions = sorted(data["region"].unique())
    inside = np.column_stack([data["region"] == region for region in regions]).astype(float)
    score = data["score"].to_numpy()

    def by_region(w):
        return (w * score) @ inside / (w @ inside)

    result = estimate(
        jackknife(design("facilities", "w")), by_region, level=0.95, names=regions,
        centre="mean", df=np.inf,
    )  # fmt: skip
    compare(result, "synth_fac/JKn/by_region")


@pytest.mark.slow
def test_means_raked_again_in_each_replicate_have_the_standard_errors_of_the_jackknife():
    def cells(data):
        return data[["region"]].assign(cell=data["milieu"] + " " + data["type"])

    # The frame's counts: N_h, once for each stratum.
    strata = frame("facilities").drop_duplicates("stratum")
    known = cells(strata)
    margins = {name: strata["N_h"].groupby(known[name]).sum() for name in known}
    respondents = frame("respondents")
    y = respondents[["dpi", "score"]].to_numpy(float)
    result = estimate(
        jackknife(design("respondents", "w_nr")), means(y), level=0.95, names=["dpi", "score"],
        df=np.inf, adjust=raking(cells(respondents), margins),
    )  # fmt: skip
    compare(result, "synth_resp/rake_JKn_mse/mean")
