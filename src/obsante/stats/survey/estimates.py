"""Tables of estimates: the whole sample, then every domain of every dimension, in one call.

Each row carries the estimate, its standard error, interval, degrees of freedom, design effect and
coefficient of variation, the unweighted number of answers and what they stand for. A domain
without an answer is a row with n = 0 and no estimate: never a zero. A domain observed whole has
no sampling error: its interval is its value. Missing answers keep their unit in the design, with no
influence: where they are many in strata that are nearly censuses, the error is somewhat too small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.survey import intervals, linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import Partition, counts, partitions, same_rows

COLUMNS = [
    "dimension", "modalite", "estimation", "erreur_type", "borne_inf", "borne_sup", "ddl",
    "effet_plan", "cv", "n", "effectif", "n_manquant", "n_sans_objet", "methode",
]  # fmt: skip

INTERVAL_NAMES = {
    "korn-graubard": "de Korn-Graubard", "logit": "logit", "beta": "bêta", "wilson": "de Wilson",
}  # fmt: skip
MEAN = "moyenne pondérée, intervalle de Student"
RATIO = "ratio de totaux pondérés, intervalle de Student"
TOTAL = "total pondéré, intervalle de Student"

Limits = Callable[[linear.Linear, np.ndarray], intervals.Limits]


def proportion(
    answers: pd.DataFrame,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    level: float,
    interval: str = "korn-graubard",
) -> pd.DataFrame:
    """Weighted proportion (0 to 1), nationally then in each domain of each dimension.

    p_d = sum(w y) / sum(w) over the units of d with a valid answer.

    Args:
        answers: ``y`` (1, 0 or NaN) and ``state`` for each row of the design, from
            :func:`obsante.stats.binary`.
        design: the sample, from :func:`obsante.stats.survey_design`.
        domains: one column for each dimension, the design's rows.
        by: the dimensions wanted, columns of ``domains``; the whole always comes first.
        level: confidence level, in proportion.
        interval: ``korn-graubard`` (published), ``logit``, ``beta`` or ``wilson``.

    Returns:
        One row for each domain, columns :data:`COLUMNS`.

    Raises:
        DataError: a value is neither 0 nor 1, all are missing, a dimension or an interval is
            unknown, or the rows are not the design's.

    >>> from obsante.stats import survey_design
    >>> a = pd.DataFrame({"y": [1.0, 0.0, 1.0, 0.0], "state": "valid", "w": 1.0})
    >>> proportion(a, survey_design(a, weights="w"), a[[]], level=0.95)["estimation"].tolist()
    [0.5]
    """
    limits = limits_of(interval, level)
    question = answered(answers, design)
    checks.binary_values(question.y, name_of(answers))
    method = f"proportion pondérée, intervalle {INTERVAL_NAMES[interval]}"
    return _table(question, answers, design, domains, by, level, method, limits)


def mean(
    answers: pd.DataFrame,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    level: float,
    bounds: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Weighted mean of ``y`` in its own unit, by domain; arguments as :func:`proportion`.

    Args:
        bounds: lowest and highest possible value of ``y``, where the interval is cut.
    """
    question = answered(answers, design)
    table = _table(question, answers, design, domains, by, level, MEAN)
    if bounds:
        _within(question.y, bounds, name_of(answers))
        # A weighted mean of equal values may exceed them by its last bit.
        ends = ["estimation", "borne_inf", "borne_sup"]
        table[ends] = table[ends].clip(*bounds)
    return table


def ratio(
    answers: pd.DataFrame,
    denominator: pd.Series,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Ratio of two weighted totals, sum(w y) / sum(w x), by domain; x is ``denominator``.

    Units with a missing y or x leave both totals. Other arguments as :func:`proportion`.
    """
    same_rows(design, denominator, str(denominator.name))
    x = checks.vector(denominator, str(denominator.name), design.size)
    checks.some_value(x, str(denominator.name))
    known = np.isfinite(x)
    state = answers["state"].where(known | (answers["state"] != "valid"), "missing")
    usable = answers.assign(y=answers["y"].where(known), state=state)
    question = replace(answered(usable, design), x=x)
    return _table(question, usable, design, domains, by, level, RATIO)


def total(
    answers: pd.DataFrame,
    design: SurveyDesign,
    domains: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    level: float,
) -> pd.DataFrame:
    """Weighted total of ``y`` in its own unit, by domain; arguments as :func:`proportion`.

    Missing answers are not imputed: the total is that of the units which answered. With y = 1
    (:func:`obsante.stats.everyone`) it is a number of units; where the weights reproduce that of
    the frame it has no sampling error, hence no interval.
    """
    question = answered(answers, design)
    return _table(question, answers, design, domains, by, level, TOTAL, estimate=linear.total)


def covariance(
    answers: pd.DataFrame, design: SurveyDesign, domains: pd.DataFrame, *, by: str
) -> pd.DataFrame:
    """Covariance matrix of the domain means of one dimension, domains as rows and columns.

    Off the diagonal it is zero only where no PSU and no stratum straddles two domains.
    """
    question = answered(answers, design)
    _, domain = partitions(design, domains, by)
    labels = pd.Index(domain.labels, name=domain.dimension)
    return pd.DataFrame(linear.ratio(design, question, domain).covariance, labels, labels)


def limits_of(interval: str, level: float) -> Limits:
    """The interval of a proportion as a function of linearised estimates and counts."""
    function = intervals.proportion_interval(interval)

    def limits(part: linear.Linear, n: np.ndarray) -> intervals.Limits:
        share = {"fraction": part.fraction} if interval == "korn-graubard" else {}
        return function(part.value, part.variance, n, part.df, level, **share)

    return limits


def name_of(answers: pd.DataFrame) -> str:
    """Name of the question, for errors."""
    return str(answers.columns.name or "y")


def answered(answers: pd.DataFrame, design: SurveyDesign) -> linear.Question:
    """The answers as the estimates take them; at least one is known.

    Raises:
        DataError: these are not answers and a design, rows differ, a value is infinite, contradicts
            its state or is no number, or all are missing.
    """
    if not isinstance(answers, pd.DataFrame) or not isinstance(design, SurveyDesign):
        raise DataError(
            "answers and design",
            found=f"{type(answers).__name__} and {type(design).__name__}",
            expected="a table with y and state, then a SurveyDesign",
            remedy="answers come from stats.binary() or stats.numeric(), a design from "
            "stats.survey_design()",
        )
    name = name_of(answers)
    same_rows(design, answers, name)
    y = checks.vector(checks.column(answers, "y"), name, design.size)
    state = checks.column(answers, "state")
    wrong = np.flatnonzero(np.isinf(y) | (np.isfinite(y) != (state == "valid").to_numpy()))
    if wrong.size:
        raise DataError(
            f"'{name}', row {answers.index[wrong[0]]}",
            found=f"the value {y[wrong[0]]:g} in state '{state.iloc[wrong[0]]}'",
            expected="a finite number if and only if the state is 'valid'",
            remedy="build the answers with stats.binary() or stats.numeric()",
        )
    checks.some_value(y, name)
    return linear.Question(y, (state == "missing").to_numpy())


def _within(y: np.ndarray, bounds: tuple[float, float], name: str) -> None:
    low, high = bounds
    outside = y[(y < low) | (y > high)]
    if low >= high or outside.size:
        raise DataError(
            f"'{name}', bounds {low:g} and {high:g}",
            found=f"the value {outside[0]:g}" if outside.size else "bounds in the wrong order",
            expected="every value between the lowest and the highest possible one",
            remedy="correct the bounds in config/indicators, or the scale of the answers",
        )


def _table(
    question, answers, design, domains, by, level, method, limits: Limits | None = None,
    estimate=linear.ratio,
) -> pd.DataFrame:
    checks.probability(level, "level")
    blocks = [
        block(estimate(design, question, domain), domain, design, answers["state"], level, limits)
        for domain in partitions(design, domains, by)
    ]
    return pd.concat(blocks, ignore_index=True).assign(methode=method)[COLUMNS]


def block(
    part: linear.Linear, domain: Partition, design, state, level: float, limits: Limits | None
) -> pd.DataFrame:
    """The rows of one partition; without ``limits``, Student's."""
    numbers = counts(design, state, domain, part.codes >= 0)
    if limits:
        low, high = limits(part, numbers["n"])
    else:
        low, high = spread_limits(part.value, part.variance, part.df, level)
    low, high = (np.where(part.exact, part.value, limit) for limit in (low, high))
    return pd.DataFrame(
        {"dimension": domain.dimension, "modalite": domain.labels}
        | estimate_columns(part.value, part.variance, low, high, part.df, part.design_effect)
        | numbers
    )


def spread_limits(value, variance, df, level: float) -> intervals.Limits:
    """Student's interval, none for answers that are all alike: they don't tell how others differ."""
    return intervals.student(value, np.where(variance > 0, variance, np.nan), df, level)


def estimate_columns(value, variance, low, high, df, design_effect) -> dict[str, np.ndarray]:
    """The columns that describe estimates and their precision, arrays of one shape."""
    error = np.sqrt(variance)
    size = np.where(value != 0, np.abs(value), np.nan)
    return {
        "estimation": value, "erreur_type": error, "borne_inf": low, "borne_sup": high,
        "ddl": df, "effet_plan": design_effect, "cv": error / size,
    }  # fmt: skip
