"""Oaxaca-Blinder decomposition of the gap between the means of two groups.

A linear regression in each group has mean(y) = mean(x) b. The gap between groups A and B is then
split into what their characteristics x explain and what they do not. It is an account of
averages, not a causal effect: the unexplained part holds every difference that x leaves out.
A 0/1 variable is decomposed by the linear probability model.

The explained share of a categorical variable does not depend on its omitted category. Its
unexplained share does, unless coefficients are normalised: as deviations from their mean over the
categories, the constant taking the mean (Yun, 2005). The unexplained share of a numeric variable
depends on where its zero is, whatever is done (Fortin et al., 2011).

Means, coefficients and their products are linearised together over the whole sample, with x
random: every covariance, between the groups too, comes from the design, and the influences add up
as the estimates do.

References: Oaxaca, *International Economic Review* 14 (1973), 693-709; Blinder, *Journal of Human
Resources* 8 (1973), 436-455; Jann, *Stata Journal* 8 (2008), 453-479; Fortin, Lemieux & Firpo,
*Handbook of Labor Economics* 4A (2011), 1-102; Yun, *Economic Inquiry* 43 (2005), 766-772.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.models.leastsquares import refuse_collinear, weighted_fit
from obsante.stats.models.regressors import Regressors, regressors
from obsante.stats.models.rows import degrees_of_freedom, inside_rows, numbers, two_groups
from obsante.stats.models.terms import CONSTANT
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.intervals import student

REFERENCES = ("group_a", "group_b", "pooled")
COLUMNS = [
    "composante", "terme", "estimation", "erreur_type", "borne_inf", "borne_sup", "part",
    "n", "ddl", "methode",
]  # fmt: skip
METHOD = "Décomposition d’Oaxaca-Blinder en {}, erreurs types par linéarisation"
_NO_GAP = 1e-12


@dataclass(frozen=True)
class Comparison:
    """The gap, mean of y in group A minus mean of y in group B, and what may explain it.

    Attributes:
        y: name of the variable whose means are compared, numbers, 0/1 or true/false.
        by: name of the grouping variable.
        groups: labels of A and B.
        numeric, categorical: names of the variables x, at least one in all.
        normalised: False keeps the first category of each variable as the omitted one.
    """

    y: str
    by: str
    groups: tuple[object, object]
    numeric: Sequence[str] = ()
    categorical: Sequence[str] = ()
    normalised: bool = True


@dataclass(frozen=True, eq=False)
class _Linearised:
    """Estimates (k,) and weight times influence of every row on each (n, k)."""

    value: np.ndarray
    z: np.ndarray

    def __add__(self, other: _Linearised) -> _Linearised:
        return _Linearised(self.value + other.value, self.z + other.z)

    def __sub__(self, other: _Linearised) -> _Linearised:
        return _Linearised(self.value - other.value, self.z - other.z)

    def __mul__(self, other: _Linearised) -> _Linearised:
        z = self.z * other.value + self.value * other.z
        return _Linearised(self.value * other.value, z)

    def times(self, matrix: np.ndarray) -> _Linearised:
        """Linear combinations, one for each column of the matrix."""
        return _Linearised(self.value @ matrix, self.z @ matrix)


@dataclass(frozen=True, eq=False)
class _Gap:
    """What a decomposition is made of: means of y and x, coefficients, by group."""

    design: SurveyDesign
    y: np.ndarray
    x: Regressors
    groups: tuple[object, object]
    first: np.ndarray
    second: np.ndarray

    def mean(self, values: np.ndarray, inside: np.ndarray) -> _Linearised:
        """Weighted means of the columns of values (n, k) among the rows inside."""
        share = np.where(inside, self.design.weights, 0.0) / self.design.weights[inside].sum()
        mean = share @ values
        return _Linearised(mean, share[:, None] * (values - mean))

    def coefficients(self, inside: np.ndarray, name: str) -> _Linearised:
        """Coefficients of every column of x, the reference categories' too."""
        return self._fit(self.x.reduced, self.x.names, inside, name).times(self.x.expand.T)

    def pooled(self) -> _Linearised:
        """Coefficients common to both groups, with the group's indicator beside them."""
        both = self.first | self.second
        x = np.column_stack([self.x.reduced, self.first])
        fitted = self._fit(x, (*self.x.names, "group"), both, "both groups")
        return _Linearised(fitted.value[:-1], fitted.z[:, :-1]).times(self.x.expand.T)

    def _fit(self, x: np.ndarray, names: tuple[str, ...], inside: np.ndarray, rows: str):
        """Regression of y on x among the rows inside; influence of every row."""
        x, weights, z = x[inside], self.design.weights[inside], np.zeros(x.shape)
        refuse_collinear(x, weights, names, f", {rows}")
        value, z[inside] = weighted_fit(x, self.y[inside], weights)
        return _Linearised(value, z)


def twofold(
    design: SurveyDesign,
    frame: pd.DataFrame,
    comparison: Comparison,
    *,
    reference: str,
    level: float,
    inside: np.ndarray | pd.Series | None = None,
) -> pd.DataFrame:
    """Gap between the means of two groups, split into an explained and an unexplained part.

    With b* the reference coefficients, mean_A(y) - mean_B(y) = [mean_A(x) - mean_B(x)] b*
    + mean_A(x) (b_A - b*) + mean_B(x) (b* - b_B). Each part is also split by variable
    (Jann, *Stata Journal* 8 (2008), 453-479).

    Args:
        design, frame: the whole sample, and its variables, row for row. A row that misses y, x or
            the group is left out, with its PSU kept in the variance.
        comparison: the gap and the variables.
        reference: b* is ``group_a``'s, ``group_b``'s, or ``pooled``: the regression on both groups
            with their indicator, without which their difference would pass for explained.
        level, inside: confidence level, in proportion; domain (n,), every row by default.

    Returns:
        ``composante`` (« moyenne », « écart », « expliqué », « inexpliqué »), ``terme`` (group,
        « total », variable or « constante »), ``estimation`` in the unit of y, ``erreur_type``,
        ``borne_inf``, ``borne_sup``, ``part`` (of the gap; missing for the two means, worth little
        where the gap's interval holds 0), ``n``, ``ddl`` (PSUs - strata of the group, the
            smaller of the two for a gap), ``methode``.

    Raises:
        DataError: a column, a group or the reference is unknown; no x is named, or one twice; a
            group is empty or lacks a category; x are collinear; the gap is 0; no df is left.

    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "g": list("aabb"), "x": [1, 2, 0, 1], "y": [2, 4, 1, 2]})
    >>> what = Comparison("y", by="g", groups=("a", "b"), numeric=["x"])
    >>> design = survey_design(data, weights="w")
    >>> table = twofold(design, data, what, reference="group_b", level=0.95)
    >>> table[table["terme"] == "total"]["estimation"].round(6).tolist()
    [1.5, 1.0, 0.5]
    """
    checks.choice(reference, "reference", REFERENCES)
    gap = _gap(design, frame, comparison, inside)
    x_a, x_b, b_a, b_b = _moments(gap)
    star = gap.pooled() if reference == "pooled" else {"group_a": b_a, "group_b": b_b}[reference]
    unexplained = x_a * (b_a - star) + x_b * (star - b_b)
    whose = dict(zip(REFERENCES, (*gap.groups, "les deux groupes réunis"), strict=True))[reference]
    method = METHOD.format("deux parts") + f", coefficients de référence : {whose}"
    return _table(gap, {"expliqué": (x_a - x_b) * star, "inexpliqué": unexplained}, level, method)


def threefold(
    design: SurveyDesign,
    frame: pd.DataFrame,
    comparison: Comparison,
    *,
    level: float,
    inside: np.ndarray | pd.Series | None = None,
) -> pd.DataFrame:
    """Gap split in three, from group B's point of view: endowments, coefficients, interaction.

    mean_A(y) - mean_B(y) = [mean_A(x) - mean_B(x)] b_B + mean_B(x) (b_A - b_B)
    + [mean_A(x) - mean_B(x)] (b_A - b_B).

    Args:
        design, frame, comparison, level, inside: as :func:`twofold`.

    Returns:
        As :func:`twofold`, with « dotations », « coefficients » and « interaction ».

    Raises:
        DataError: as :func:`twofold`.

    Reference: Jann, *Stata Journal* 8 (2008), 453-479.

    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "g": list("aabb"), "x": [1, 2, 0, 1], "y": [2, 4, 1, 2]})
    >>> what = Comparison("y", by="g", groups=("a", "b"), numeric=["x"])
    >>> table = threefold(survey_design(data, weights="w"), data, what, level=0.95)
    >>> table[table["terme"] == "total"]["estimation"].round(6).tolist()
    [1.5, 1.0, -0.5, 1.0]
    """
    gap = _gap(design, frame, comparison, inside)
    x_a, x_b, b_a, b_b = _moments(gap)
    parts = {
        "dotations": (x_a - x_b) * b_b,
        "coefficients": x_b * (b_a - b_b),
        "interaction": (x_a - x_b) * (b_a - b_b),
    }
    method = METHOD.format("trois parts") + f", du point de vue de : {gap.groups[1]}"
    return _table(gap, parts, level, method)


def _gap(
    design: SurveyDesign,
    frame: pd.DataFrame,
    what: Comparison,
    inside: np.ndarray | pd.Series | None,
) -> _Gap:
    """The complete rows of both groups, with their regressors."""
    values = numbers(frame, what.y)
    inside = inside_rows(design, frame, inside)
    known = inside & ~np.isnan(values)
    for name in (*what.numeric, *what.categorical):
        known &= checks.column(frame, name).notna().to_numpy()
    first, second = two_groups(frame, what.by, what.groups, known)
    both = first | second
    x = regressors(
        frame, what.numeric, what.categorical, both, what.normalised, forbidden=(what.y, what.by)
    )
    for label, member in zip(what.groups, (first, second), strict=True):
        x.check_categories(member, f"group '{label}' of '{what.by}'")
    seen = design.answering(known, inside & ~known)
    return _Gap(seen, np.where(both, values, 0.0), x, what.groups, first, second)


def _moments(gap: _Gap) -> tuple[_Linearised, _Linearised, _Linearised, _Linearised]:
    """Means of x in A and in B, coefficients in A and in B."""
    coefficients = [
        gap.coefficients(member, f"group '{label}'")
        for label, member in zip(gap.groups, (gap.first, gap.second), strict=True)
    ]
    return gap.mean(gap.x.full, gap.first), gap.mean(gap.x.full, gap.second), *coefficients


def _table(gap: _Gap, parts: dict[str, _Linearised], level: float, method: str) -> pd.DataFrame:
    checks.probability(level, "level")
    a, b = (gap.mean(gap.y[:, None], inside) for inside in (gap.first, gap.second))
    raw = a - b
    _some_gap(float(raw.value[0]), gap)
    labels = [("moyenne", str(gap.groups[0])), ("moyenne", str(gap.groups[1])), ("écart", "total")]
    pieces = [a, b, raw]
    for name, part in parts.items():
        terms = _terms(gap.x, name)
        pieces.append(part.times(np.ones((len(part.value), 1))))
        pieces.append(part.times(gap.x.grouping(terms)))
        labels += [(name, "total"), *((name, term) for term in terms)]
    value = np.concatenate([piece.value for piece in pieces])
    variance = np.diag(gap.design.covariance(np.hstack([piece.z for piece in pieces])))
    both = gap.first | gap.second
    # As for a difference: the smaller group carries most of the variance, and its df.
    own = [degrees_of_freedom(gap.design, group) for group in (gap.first, gap.second)]
    df = np.array([*own, *[min(own)] * (len(value) - 2)])
    low, high = student(value, variance, df, level)
    table = pd.DataFrame(labels, columns=["composante", "terme"]).assign(
        estimation=value, erreur_type=np.sqrt(variance), borne_inf=low, borne_sup=high,
        part=np.where(np.arange(len(value)) < 2, np.nan, value / raw.value[0]),
        n=int(both.sum()), ddl=df, methode=method,
    )  # fmt: skip
    table.loc[[0, 1], "n"] = [int(gap.first.sum()), int(gap.second.sum())]
    return table[COLUMNS]


def _terms(x: Regressors, part: str) -> list[str]:
    """The constant has a share only where coefficients differ: its mean is 1 in both groups."""
    coefficients_differ = part in ("inexpliqué", "coefficients")
    return [term for term in x.terms if coefficients_differ or term != CONSTANT]


def _some_gap(value: float, gap: _Gap) -> None:
    if abs(value) <= _NO_GAP * np.abs(gap.y).max():
        raise NotEstimable(
            f"gap between '{gap.groups[0]}' and '{gap.groups[1]}'",
            reason="no_variation",
            found="two equal means",
            expected="a difference to decompose",
            remedy="leave the decomposition out",
        )
