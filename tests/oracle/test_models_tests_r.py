"""Tests of tables and of means against R.

R 4.2.2, survey 4.5, options(survey.lonely.psu = "adjust"); designs of the reference file:
svychisq(~dpi + region, design, statistic = "F") for facilities, ~use + region for professionals;
svycontrast(svyby(~dpi, ~milieu, design, svymean, covmat = TRUE), c(rural = 1, urbain = -1)).
Tolerance: 1e-9 relative. Data: synthetic, see tests/oracle/r_values.py.
"""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose
from r_values import frame, r

from obsante.stats.models.chisquare import independence_test
from obsante.stats.models.ttest import two_sample_t_test
from obsante.stats.survey import survey_design

COVERS = [
    r"synth_(fac|facnofpc|pro2|pro1)/svychisq/region/F",
    r"synth_(fac|facnofpc|pro2|pro1)/contrast/milieu",
]
SAMPLES = {
    "fac": ("facilities", "dpi", {"psu_population": "N_h"}),
    "facnofpc": ("facilities", "dpi", {}),
    "pro2": (
        "professionals",
        "use",
        {"psu_population": "N_h", "ssu": "pro_id", "ssu_population": "M_i"},
    ),
    "pro1": ("professionals", "use", {"psu_population": "N_h", "whole_psu": True}),
}


@pytest.fixture(params=SAMPLES)
def sample(request):
    name, variable, population = SAMPLES[request.param]
    data = frame(name)
    design = survey_design(
        data, weights="w", strata="stratum", psu="fac_id", lonely="adjust", **population
    )
    return f"synth_{request.param}", data, design, variable


def test_the_test_of_independence_is_svychisq_in_its_f_form(sample):
    prefix, data, design, variable = sample
    row = independence_test(design, data, variable, "region").test.iloc[0]
    expected = r(f"{prefix}/svychisq/region/F")
    found = [row["statistique"], row["ddl"], row["ddl_residuel"], row["p_valeur"]]
    assert_allclose(found, [*expected["stat"], *expected["df"], *expected["p"]], rtol=1e-9)


def test_rows_and_columns_of_the_table_play_the_same_part(sample):
    prefix, data, design, variable = sample
    row = independence_test(design, data, "region", variable).test.iloc[0]
    assert_allclose(row["p_valeur"], r(f"{prefix}/svychisq/region/F")["p"][0], rtol=1e-9)


def test_the_difference_of_two_means_is_the_contrast_of_svyby(sample):
    prefix, data, design, variable = sample
    groups = ("rural", "urbain")
    row = two_sample_t_test(design, data, variable, by="milieu", groups=groups, level=0.95).iloc[0]
    expected = r(f"{prefix}/contrast/milieu")
    assert_allclose(
        [row["estimation"], row["erreur_type"]], [*expected["est"], *expected["se"]], rtol=1e-9
    )
