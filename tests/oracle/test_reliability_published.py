"""Reliability of coders and scales against published worked examples, to the digits printed.

- Fleiss, *Psychological Bulletin* 76 (1971), 378-382: 30 patients, 6 diagnoses each. Kappa 0.43 and
  z 17.7 are what R's ``irr::kappam.fleiss`` prints; so is the ICC below (R Examples Repository,
  github.com/dwoll/RExRepos, md/interRaterICC.md). By category, no printed value was found: the
  formulas of ``kappam.fleiss(detail = TRUE)`` are computed in the test.
- 10 subjects, 14 raters, 5 categories: kappa 0.210, Wikipedia's example, in ``statsmodels``' tests.
- SAS/STAT example of PROC FREQ (AGREE), in ``statsmodels``' tests: 24 subjects, 3 ordered codes.
- Vignette "overview" of the R package ``irrCAC``, data ``cont3x3abstractors``: Cohen's kappa
  0.7964094 (SE 0.05891072); Scott's pi, which is Fleiss' kappa of two coders, 0.7962397 (SE
  0.05905473).
- Shrout & Fleiss, *Psychological Bulletin* 86 (1979), 420-428, table 2: ICC(3, 4), which is
  Cronbach's alpha, with its F interval: R's ``psych::ICC`` prints 0.91, 0.676 and 0.99.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.stats.reliability import cohen_kappa, cronbach_alpha, fleiss_kappa

LEVEL = 0.95

PATIENTS = """444444 222555 233335 555555 222444 113333 333355 113334 114444 555555
144444 124444 222333 144444 224445 333335 111455 111112 224444 133555
555555 244444 224555 114444 144445 222224 111155 224444 133333 555555""".split()

RATERS = np.array(
    [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
     [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]
)  # fmt: skip

SAS = np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])


def pairs(square: np.ndarray) -> pd.DataFrame:
    """The codes of two coders whose table is ``square``."""
    first, second = np.divmod(np.repeat(np.arange(9), square.ravel()), 3)
    return pd.DataFrame({"a": first, "b": second})


def diagnoses() -> pd.DataFrame:
    return pd.DataFrame([list(patient) for patient in PATIENTS])


def test_fleiss_kappa_of_the_psychiatric_diagnoses_is_that_of_irr():
    row = fleiss_kappa(diagnoses(), categories=list("12345"), level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(0.43, abs=5e-3)
    assert row["statistique"] == pytest.approx(17.7, abs=0.05)


def test_kappa_by_diagnosis_follows_the_formulas_of_irr():
    codes = diagnoses()
    table = fleiss_kappa(codes, categories=list("12345"), level=LEVEL).iloc[1:]
    n, m = codes.shape
    counts = np.array([[(row == code).sum() for code in "12345"] for row in codes.to_numpy()])
    share = counts.sum(axis=0) / (n * m)
    again = ((counts**2).sum(axis=0) - n * m * share) / (n * m * (m - 1) * share)
    expected = (again - share) / (1 - share)
    np.testing.assert_allclose(table["estimation"], expected, rtol=1e-12)
    error = (2 / (n * m * (m - 1))) ** 0.5
    np.testing.assert_allclose(table["statistique"], expected / error, rtol=1e-12)


def test_fleiss_kappa_of_fourteen_raters_is_the_published_one():
    codes = pd.DataFrame([np.repeat(np.arange(5), counts) for counts in RATERS])
    table = fleiss_kappa(codes, categories=range(5), level=LEVEL)
    assert table["estimation"].iloc[0] == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize(
    ("weighting", "expected"),
    [
        ("none", [0.4842, 0.1380, 0.2137, 0.7547, 3.2626, 0.0011]),
        ("linear", [0.4701, 0.1457, 0.1845, 0.7558, 3.2971, 0.0010]),
    ],
)
def test_cohen_kappa_its_interval_and_test_are_those_of_sas(weighting, expected):
    row = cohen_kappa(pairs(SAS), categories=range(3), weighting=weighting, level=LEVEL).iloc[0]
    columns = ["estimation", "erreur_type", "borne_inf", "borne_sup", "statistique", "p_valeur"]
    np.testing.assert_allclose(row[columns].astype(float), expected, atol=5.1e-5)


def test_kappas_of_two_abstractors_are_those_of_irrcac():
    codes = pairs(ABSTRACTORS)
    cohen = cohen_kappa(codes, categories=range(3), weighting="none", level=LEVEL).iloc[0]
    scott = fleiss_kappa(codes, categories=range(3), level=LEVEL).iloc[0]
    assert cohen["estimation"] == pytest.approx(0.7964094, abs=5e-8)
    assert cohen["erreur_type"] == pytest.approx(0.05891072, abs=5e-8)
    assert scott["estimation"] == pytest.approx(0.7962397, abs=5e-8)
    # irrCAC's two-coder function divides by n where its formula for several has n - 1.
    assert scott["erreur_type"] * (99 / 100) ** 0.5 == pytest.approx(0.05905473, abs=5e-8)


def test_alpha_and_the_interval_of_feldt_are_those_of_the_icc_of_shrout_and_fleiss():
    judges = pd.DataFrame(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    )
    row = cronbach_alpha(judges, level=LEVEL).iloc[0]
    assert row["estimation"] == pytest.approx(0.91, abs=5e-3)
    assert row["borne_inf"] == pytest.approx(0.676, abs=5e-4)
    assert row["borne_sup"] == pytest.approx(0.99, abs=5e-3)
