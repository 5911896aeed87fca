"""Student tests of means under a survey design: one mean against a value, or two groups.

A proportion is the mean of 0 and 1, in the unit of the variable. The variance is the design's, by
linearisation, so that groups that share primary units are compared with their covariance.

References: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5; Korn &
Graubard, *The American Statistician* 44 (1990), 270-276, for the degrees of freedom.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student_law

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.models.rows import degrees_of_freedom, inside_rows, numbers, two_groups
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.intervals import student

METHODS = {
    1: "Test t d’une moyenne selon le plan de sondage",
    2: "Test t de deux moyennes selon le plan de sondage",
}
# A standard error under this share of the values is a rounding error.
_ROUNDING = 1e-12


def two_sample_t_test(
    design: SurveyDesign,
    frame: pd.DataFrame,
    y: str,
    *,
    by: str,
    groups: tuple[object, object],
    level: float,
    inside: np.ndarray | pd.Series | None = None,
) -> pd.DataFrame:
    """Difference of the means of two groups, first minus second, tested against 0.

    The influence of unit i is 1_a (y - mean_a) / W_a - 1_b (y - mean_b) / W_b. Degrees of freedom:
    PSUs minus strata among the rows compared, minus 1, as R's ``svyttest``. Rows of a third group, or
    without y, are outside.

    Args:
        design, frame: the whole sample, and its variables, row for row.
        y: name of the variable, numbers, 0/1 or true/false.
        by, groups: name of the grouping variable, and the two labels.
        level, inside: confidence level, in proportion; domain (n,), every row by default.

    Returns:
        One row: ``terme``, ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``ddl``,
        ``statistique``, ``p_valeur`` (two-sided), the means and counts of a and b, ``methode``.

    Raises:
        DataError: a column or a group is unknown, a group is empty, y is constant, no df is left.

    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "y": [4.0, 6.0, 1.0, 3.0], "g": list("aabb")})
    >>> design, groups = survey_design(data, weights="w"), ("a", "b")
    >>> row = two_sample_t_test(design, data, "y", by="g", groups=groups, level=0.95)
    >>> row[["terme", "estimation", "ddl"]].values.tolist()
    [['a - b', 3.0, 2]]
    """
    values, inside = numbers(frame, y), inside_rows(design, frame, inside)
    known = inside & ~np.isnan(values)
    design = design.answering(known, inside & ~known)
    first, second = two_groups(frame, by, groups, known)
    mean_a, z_a = _mean(design, values, first)
    mean_b, z_b = _mean(design, values, second)
    df = degrees_of_freedom(design, first | second, lost=1)
    row = _test(design, mean_a - mean_b, z_a - z_b, df, level, f"'{y}' by '{by}'")
    more = {
        "moyenne_a": mean_a, "moyenne_b": mean_b, "n": int((first | second).sum()),
        "n_a": int(first.sum()), "n_b": int(second.sum()), "methode": METHODS[2],
    }  # fmt: skip
    return pd.DataFrame([{"terme": f"{groups[0]} - {groups[1]}"} | row | more])


def one_sample_t_test(
    design: SurveyDesign,
    frame: pd.DataFrame,
    y: str,
    *,
    value: float,
    level: float,
    inside: np.ndarray | pd.Series | None = None,
) -> pd.DataFrame:
    """Mean of a variable, tested against ``value``.

    Degrees of freedom: PSUs minus strata among the rows with y, those of the mean's own interval,
    so that test and interval agree. R's ``svyttest`` (survey 4) takes one less.

    Args:
        design, frame, y, level, inside: as :func:`two_sample_t_test`.
        value: the mean under the hypothesis, in the unit of y.

    Returns:
        One row: ``terme`` (y), ``estimation`` (the mean), ``erreur_type``, ``borne_inf``,
        ``borne_sup``, ``statistique`` (t of the mean minus ``value``), ``ddl``, ``p_valeur``
        (two-sided), ``valeur``, ``n``, ``methode``.

    Raises:
        DataError: the column is unknown or has no value, ``value`` is not a number, y is constant,
            no degree of freedom is left.

    Reference: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5.

    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "y": [1.0, 2.0, 3.0, 6.0]})
    >>> design = survey_design(data, weights="w")
    >>> row = one_sample_t_test(design, data, "y", value=1.0, level=0.95).iloc[0]
    >>> round(float(row["statistique"]), 4), int(row["ddl"])
    (1.8516, 3)
    """
    values, inside = numbers(frame, y), inside_rows(design, frame, inside)
    known = inside & ~np.isnan(values)
    design = design.answering(known, inside & ~known)
    checks.some_value(np.where(known, values, np.nan), y)
    _finite(value)
    mean, z = _mean(design, values, known)
    df = degrees_of_freedom(design, known)
    row = _test(design, mean, z, df, level, f"'{y}'", value)
    more = {"valeur": float(value), "n": int(known.sum()), "methode": METHODS[1]}
    return pd.DataFrame([{"terme": y} | row | more])


def _finite(value: float) -> None:
    if not np.isfinite(checks.vector([value], "value", 1)).all():
        raise DataError(
            "'value'",
            found=f"{value}",
            expected="a finite number, in the unit of the variable",
            remedy="give the mean under the hypothesis",
        )


def _mean(design: SurveyDesign, y: np.ndarray, inside: np.ndarray) -> tuple[float, np.ndarray]:
    """Weighted mean of the rows inside, and weight times influence of every row."""
    share = np.where(inside, design.weights, 0.0) / design.weights[inside].sum()
    values = np.where(inside, y, 0.0)
    mean = share @ values
    return float(mean), share * (values - mean)


def _test(
    design: SurveyDesign,
    estimate: float,
    z: np.ndarray,
    df: int,
    level: float,
    name: str,
    value: float = 0.0,
) -> dict[str, float]:
    """Estimate, interval and two-sided test of the estimate against ``value``."""
    checks.probability(level, "level")
    variance = design.covariance(z)[0, 0]
    if np.sqrt(variance) <= _ROUNDING * max(abs(estimate), abs(value), np.abs(z).sum()):
        raise NotEstimable(
            name,
            reason="no_variation",
            found="a standard error of 0",
            expected="values that vary from one primary unit to another",
            remedy="leave the test out: the variable is constant, or the domain is a census",
        )
    low, high = student(estimate, variance, df, level)
    statistic = (estimate - value) / np.sqrt(variance)
    return {
        "estimation": estimate, "erreur_type": float(np.sqrt(variance)),
        "borne_inf": float(low), "borne_sup": float(high), "statistique": float(statistic),
        "ddl": df, "p_valeur": float(2 * student_law.sf(abs(statistic), df)),
    }  # fmt: skip
