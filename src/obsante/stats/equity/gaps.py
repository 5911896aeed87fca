"""Gaps between two groups: difference and ratio of their weighted means.

The two means come from one sample, so their covariance is in the variance: the influence of a
unit on the gap combines its influences on both means, each one 1_g (y - mean_g) / W_g.

Reference: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 5.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats.equity import sample as samples
from obsante.stats.equity.sample import Sample, Values
from obsante.stats.equity.slopes import exponential
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import same_rows

DIFFERENCE = "différence de moyennes pondérées, intervalle de Student"
RATIO = "rapport de moyennes pondérées, intervalle de Student du logarithme"


def gap_difference(
    design: SurveyDesign,
    y: Values,
    group: pd.Series,
    *,
    first: str,
    second: str,
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Mean of ``y`` in the group ``first`` minus its mean in ``second``, in the unit of y.

    Args:
        design: the sample, from ``survey_design``.
        y: one value for each row of the design (0/1 for a proportion); NaN where there is none.
        group: label of the group of each row, missing where there is none.
        first, second: the labels compared.
        level: confidence level, in proportion.
        inside: True for the rows of the domain; everyone by default.

    Returns:
        One row: ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``ddl``, ``n``
        (units used in both groups), ``n_manquant``, ``methode``.

    Raises:
        DataError: a label is unknown or twice the same, a group has no answer.

    >>> from obsante.stats.survey import survey_design
    >>> frame = pd.DataFrame({"w": 1.0, "y": [1.0, 1.0, 0.0, 1.0], "g": list("uurr")})
    >>> d = survey_design(frame, weights="w")
    >>> table = gap_difference(d, frame["y"], frame["g"], first="u", second="r", level=0.95)
    >>> float(table["estimation"].iloc[0])
    0.5
    """
    sample, members = _groups(design, y, group, (first, second), inside)
    (high, u), (low, v) = (_mean(sample, member) for member in members)
    return samples.row(sample, high - low, u - v, level, DIFFERENCE)


def gap_ratio(
    design: SurveyDesign,
    y: Values,
    group: pd.Series,
    *,
    first: str,
    second: str,
    level: float,
    inside: Values | None = None,
) -> pd.DataFrame:
    """Mean of ``y`` in the group ``first`` over its mean in ``second``.

    The interval is built on the logarithm; ``erreur_type`` is that of the ratio. Arguments and
    result as :func:`gap_difference`; a mean that is zero or negative is an error too.
    """
    sample, members = _groups(design, y, group, (first, second), inside)
    (high, u), (low, v) = (_mean(sample, member) for member in members)
    for label, mean in ((first, high), (second, low)):
        if mean <= 0:
            raise DataError(
                f"ratio of '{sample.name}', group '{label}'",
                found=f"a mean of {mean:g}",
                expected="two positive means",
                remedy="publish gap_difference() instead",
            )
    return exponential(samples.row(sample, np.log(high / low), u / high - v / low, level, RATIO))


def _mean(sample: Sample, member: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of a group and the influence of each unit used on it."""
    share = sample.mean(member.astype(float))
    mean = float(np.average(sample.y[member], weights=sample.weights[member]))
    return mean, member * (sample.y - mean) / share


def _groups(
    design: SurveyDesign, y: Values, group: pd.Series, labels: tuple[str, str], inside
) -> tuple[Sample, list[np.ndarray]]:
    name = samples.name_of(group, "group")
    same_rows(design, group, name)
    codes = group.astype("object")
    _labels(codes, labels, name)
    either = codes.isin(labels).to_numpy() & samples.membership(design, inside)
    sample = samples.drawn(design, y, y, either)
    used = codes.to_numpy()[sample.inside]
    members = [used == label for label in labels]
    for label, member in zip(labels, members, strict=True):
        if not member.any():
            raise DataError(
                f"'{sample.name}', group '{label}' of '{name}'",
                found="no unit with an answer",
                expected="at least one",
                remedy="check that the question was asked in this group, or leave the gap out",
            )
    return sample, members


def _labels(codes: pd.Series, labels: tuple[str, str], name: str) -> None:
    known = sorted(codes.dropna().unique(), key=str)
    for label in labels:
        if label not in known:
            raise DataError(
                f"group '{label}' of '{name}'",
                found="no unit with this label",
                expected=nearest(label, known),
                remedy="correct the label in the notebook",
            )
    if labels[0] == labels[1]:
        raise DataError(
            f"groups of '{name}'",
            found=f"'{labels[0]}' twice",
            expected="two different labels",
            remedy="name the two groups to compare",
        )
