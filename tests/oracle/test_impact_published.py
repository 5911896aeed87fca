"""Worked examples of durations and count models: other programmes' output on well-known data.

- 6-MP and placebo, weeks of remission (Freireich et al., *Blood* 21 (1963), 699-716). Data as in
  lifelines' ``load_leukemia()``. The curve is that of R's ``survfit(Surv(time, cens) ~ treat,
  MASS::gehan)``, printed in github.com/Greenwind1/survival-analysis with ``survdiff``'s 16.8;
  16.792940989216547 is lifelines 0.30.3's ``logrank_test``. Hazard ratios: Stata's ``stcox``
  (Breslow's ties), 0.2210887 with error 0.0905501 for 6-MP against placebo, as G. Rodríguez prints
  it (data.princeton.edu/pop509, Cox regression); lifelines' ``CoxPHFitter`` (Efron's ties). The
  medians and their limits are those of lifelines' ``KaplanMeierFitter``.
- Ovarian cancer (R's ``survival::ovarian``): lifelines 0.30.3, ``CoxPHFitter`` and
  ``proportional_hazard_test`` with ``time_transform`` = 1 - S(t-) by its Kaplan-Meier fitter. The
  test of all terms, which it has not, is computed here from other formulas.
- Damage to cargo ships (McCullagh & Nelder, *Generalized Linear Models*, section 6.3.2): data of
  ``MASS::ships`` as in github.com/vincentarelbundock/Rdatasets; coefficients of R's
  ``glm(incidents ~ type + year + period + offset(log(service)), poisson)`` as printed in a public
  transcript of R's ``summary`` (residual deviance 38.695 on 25 degrees of freedom).

Tolerance: the digits printed; 1e-8 relative against lifelines.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.stats.impact.count_models import rate_model
from obsante.stats.impact.cox import hazard_ratios, proportional_hazards_test
from obsante.stats.impact.durations import kaplan_meier, log_rank, median_duration

TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
OVARIAN_TIME = [59, 115, 156, 421, 431, 448, 464, 475, 477, 563, 638, 744, 769, 770, 803, 855,
                1040, 1106, 1129, 1206, 1227, 268, 329, 353, 365, 377]  # fmt: skip
OVARIAN_DEATH = "11101011011000000000011110"
OVARIAN_AGE = [72.3315, 74.4932, 66.4658, 53.3644, 50.3397, 56.4301, 56.9370, 59.8548, 64.1753,
               55.1781, 56.7562, 50.1096, 59.6301, 57.0521, 39.2712, 43.1233, 38.8932, 44.6000,
               53.9068, 44.2055, 59.5890, 74.5041, 43.1370, 63.2192, 64.4247, 58.3096]  # fmt: skip
OVARIAN_ECOG = "11211222122121122111221211"
# Aggregate months of service and incidents, by type, year built (60, 65, 70, 75), period (60, 75).
SHIPS = {
    "A": [(127, 0), (63, 0), (1095, 3), (1095, 4), (1512, 6), (3353, 18), (0, 0), (2244, 11)],
    "B": [(44882, 39), (17176, 29), (28609, 58), (20370, 53), (7064, 12), (13099, 44), (0, 0),
          (7117, 18)],
    "C": [(1179, 1), (552, 1), (781, 0), (676, 1), (783, 6), (1948, 2), (0, 0), (274, 1)],
    "D": [(251, 0), (105, 0), (288, 0), (192, 0), (349, 2), (1208, 11), (0, 0), (2051, 4)],
    "E": [(45, 0), (0, 0), (789, 7), (437, 7), (1157, 5), (2161, 12), (0, 0), (542, 1)],
}  # fmt: skip
COLUMNS = {"duration": "semaines", "event": "rechute"}


def leukaemia() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "semaines": TREATED + PLACEBO,
            "rechute": RELAPSED + [1] * 21,
            "groupe": ["6-MP"] * 21 + ["placebo"] * 21,
        }
    )


def test_the_six_mp_curve_is_the_one_that_r_prints():
    table = kaplan_meier(leukaemia(), by="groupe", level=0.95, **COLUMNS)
    curve = table[table["groupe"] == "6-MP"].set_index("duree")["estimation"]
    printed = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert curve.round(3).to_dict() == printed


def test_the_medians_and_their_limits_are_those_of_another_programme():
    table = median_duration(leukaemia(), by="groupe", level=0.95, **COLUMNS)
    columns = ["estimation", "borne_inf", "borne_sup"]
    assert table[columns].to_numpy().tolist() == [[23, 13, np.inf], [8, 4, 11]]


def test_the_log_rank_is_that_of_another_programme():
    table = log_rank(leukaemia(), by="groupe", **COLUMNS)
    assert table["statistique"].iloc[0] == pytest.approx(16.792940989216547, rel=1e-9)


def test_the_hazard_ratio_with_breslow_s_ties_is_that_of_stata():
    call = {"terms": ["groupe"], "level": 0.95} | COLUMNS
    row = hazard_ratios(leukaemia(), ties="breslow", **call).iloc[0]
    assert 1 / row["estimation"] == pytest.approx(0.2210887, abs=5e-8)
    error = row["erreur_type_coefficient"] / row["estimation"]
    assert error == pytest.approx(0.0905501, abs=5e-8)
    limits = [1 / row["borne_sup"], 1 / row["borne_inf"]]
    assert limits == pytest.approx([0.0990706, 0.4933877], abs=5e-8)


def test_the_hazard_ratio_with_efron_s_ties_is_that_of_another_programme():
    row = hazard_ratios(leukaemia(), terms=["groupe"], ties="efron", level=0.95, **COLUMNS).iloc[0]
    assert row["coefficient"] == pytest.approx(1.5721251488290533, rel=1e-8)
    assert row["erreur_type_coefficient"] == pytest.approx(0.4123967177094544, rel=1e-8)


def ovarian() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "semaines": OVARIAN_TIME,
            "rechute": [int(d) for d in OVARIAN_DEATH],
            "age": OVARIAN_AGE,
            "ecog": [float(e) for e in OVARIAN_ECOG],
        }
    )


def test_a_cox_model_of_two_terms_is_that_of_another_programme():
    table = hazard_ratios(ovarian(), terms=["age", "ecog"], ties="efron", level=0.95, **COLUMNS)
    expected = [0.16150122036464729, 0.018661860233228775]
    assert table["coefficient"].tolist() == pytest.approx(expected, rel=1e-7)
    errors = [0.049922587261010655, 0.5990845877624299]
    assert table["erreur_type_coefficient"].tolist() == pytest.approx(errors, rel=1e-8)


def test_the_schoenfeld_test_of_each_term_is_that_of_another_programme():
    table = proportional_hazards_test(ovarian(), terms=["age", "ecog"], ties="efron", **COLUMNS)
    assert table["statistique"].iloc[:2].round(6).tolist() == [0.855822, 2.545163]
    assert table["p_valeur"].iloc[:2].tolist() == pytest.approx([0.35491052, 0.11063252], abs=5e-9)


def test_the_schoenfeld_test_of_all_terms_is_that_of_the_residuals_worked_one_by_one():
    rows = ovarian().sort_values("semaines", ignore_index=True)
    fit = hazard_ratios(rows, terms=["age", "ecog"], ties="efron", level=0.95, **COLUMNS)
    x = rows[["age", "ecog"]].to_numpy()
    risk = np.exp(x @ fit["coefficient"].to_numpy())
    at_risk, survival_before = len(rows), 1.0
    residuals, transform, information = [], [], np.zeros((2, 2))
    for i in range(len(rows)):  # No ties: one row leaves the risk set at a time.
        if rows["rechute"][i]:
            weight = risk[i:] / risk[i:].sum()
            mean = weight @ x[i:]
            residuals.append(x[i] - mean)
            information += (x[i:] - mean).T @ (weight[:, None] * (x[i:] - mean))
            transform.append(1 - survival_before)
            survival_before *= 1 - 1 / at_risk
        at_risk -= 1
    centred = np.array(transform) - np.mean(transform)
    sums, d = centred @ np.array(residuals), len(residuals)
    expected = d * sums @ np.linalg.solve(information, sums) / (centred @ centred)
    table = proportional_hazards_test(rows, terms=["age", "ecog"], ties="efron", **COLUMNS)
    assert table["statistique"].iloc[2] == pytest.approx(expected, rel=1e-6)


def test_the_ships_model_has_the_coefficients_that_r_prints():
    rows = pd.DataFrame(
        [
            (kind, str(60 + 5 * (k // 2)), str(60 + 15 * (k % 2)), service, incidents)
            for kind, cells in SHIPS.items()
            for k, (service, incidents) in enumerate(cells)
            if service
        ],
        columns=["type", "annee", "periode", "service", "incidents"],
    )
    table = rate_model(
        rows,
        events="incidents",
        exposure="service",
        terms=["type", "annee", "periode"],
        family="poisson",
        level=0.95,
    )
    assert table["coefficient"].round(5).tolist() == [
        -6.40590, -0.54334, -0.68740, -0.07596, 0.32558, 0.69714, 0.81843, 0.45343, 0.38447
    ]  # fmt: skip
