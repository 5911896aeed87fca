"""Worked examples of durations and count models that are published widely.

- 6-MP and placebo, weeks of remission (Freireich et al., *Blood* 21 (1963), 699-716): the curve
  and log-rank 16.79 of most textbooks, medians 23 and 8 with their log-log limits, hazard ratios
  4.523 (Breslow, as in Kleinbaum & Klein, *Survival Analysis*) and 4.817 (Efron, R's ``coxph``).
- Ovarian cancer (Edmonson et al., *Cancer Treat. Rep.* 63 (1979), 241-247; data of R's package
  ``survival``): ``cox.zph(coxph(Surv(futime, fustat) ~ age + ecog.ps))`` as ``survival`` printed
  it before version 3.0, which took up another form of the test.
- Damage to cargo ships (McCullagh & Nelder, *Generalized Linear Models*, section 6.3.2; R's
  ``MASS::ships``): ``glm(incidents ~ type + year + period + offset(log(service)), poisson)``.

Transcribed from what is published, not run again in R. Tolerance: the digits printed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.stats.impact.count_models import rate_model
from obsante.stats.impact.cox import hazard_ratios, proportional_hazards
from obsante.stats.impact.durations import log_rank, median_duration, survival

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


def test_the_six_mp_curve_has_its_published_values():
    table = survival(leukaemia(), group="groupe", level=0.95, **COLUMNS)
    curve = table[table["groupe"] == "6-MP"].set_index("duree")["estimation"]
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert curve.round(3).to_dict() == published


def test_the_medians_and_their_limits_are_the_published_ones():
    table = median_duration(leukaemia(), group="groupe", level=0.95, **COLUMNS)
    columns = ["estimation", "borne_inf", "borne_sup"]
    assert table[columns].to_numpy().tolist() == [[23, 13, np.inf], [8, 4, 11]]


def test_the_log_rank_is_16_79():
    table = log_rank(leukaemia(), group="groupe", **COLUMNS)
    assert table["statistique"].iloc[0] == pytest.approx(16.79, abs=0.005)


@pytest.mark.parametrize(
    ("ties", "estimate", "error", "ratio"),
    [("breslow", 1.509, 0.410, 4.523), ("efron", 1.572, 0.412, 4.817)],
)
def test_the_hazard_ratio_of_placebo_is_the_published_one(ties, estimate, error, ratio):
    row = hazard_ratios(leukaemia(), terms=["groupe"], ties=ties, level=0.95, **COLUMNS).iloc[0]
    assert (row["estimation"], row["erreur_type"], row["rapport"]) == pytest.approx(
        (estimate, error, ratio), abs=0.0005
    )


def test_the_schoenfeld_test_agrees_with_cox_zph():
    rows = pd.DataFrame(
        {
            "semaines": OVARIAN_TIME,
            "rechute": [int(d) for d in OVARIAN_DEATH],
            "age": OVARIAN_AGE,
            "ecog": [float(e) for e in OVARIAN_ECOG],
        }
    )
    table = proportional_hazards(rows, terms=["age", "ecog"], ties="efron", **COLUMNS)
    assert table["correlation"].iloc[:2].round(3).tolist() == [-0.243, 0.520]
    assert table["statistique"].round(3).tolist() == [0.856, 2.545, 3.195]
    assert table["p_valeur"].round(3).tolist() == [0.355, 0.111, 0.202]


def test_the_ships_model_has_its_published_coefficients():
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
    assert table["estimation"].round(5).tolist() == [
        -6.40590, -0.54334, -0.68740, -0.07596, 0.32558, 0.69714, 0.81843, 0.45343, 0.38447
    ]  # fmt: skip
