"""The units that an index of inequality uses, and the row that it returns.

Every index is a function of weighted means over the units inside the domain that have all the
values. Its influence u gives z = w u / sum(w) on these units and 0 on the others, so that the
whole design stays in the variance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.equity.ranks import mean_above, weighted_rank
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import members, same_rows
from obsante.stats.survey.intervals import student

Values = Sequence | np.ndarray | pd.Series


@dataclass(frozen=True, eq=False)
class Sample:
    """Units used (``inside``, over the design's rows) and, for these only, y and the rank."""

    design: SurveyDesign
    inside: np.ndarray
    missing: int
    name: str
    y: np.ndarray
    ranking: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """Weights of the units used."""
        return self.design.weights[self.inside]

    @property
    def rank(self) -> np.ndarray:
        """Weighted fractional ranks of the units used."""
        return weighted_rank(self.ranking, self.weights)

    def mean(self, values: np.ndarray) -> float:
        """Weighted mean over the units used."""
        return float(np.average(values, weights=self.weights))

    def above(self, values: np.ndarray) -> np.ndarray:
        """:func:`mean_above` of ``values`` over the units used."""
        return mean_above(values, self.ranking, self.weights)

    def degrees(self, z: np.ndarray) -> np.ndarray:
        """Degrees of freedom of the variances of z, (1,) or (k,)."""
        return self.design.effective_degrees(z, np.where(self.inside, 0, -1))

    def scores(self, influence: np.ndarray) -> np.ndarray:
        """z (n,) or (n, k) over the design's rows, from the influence on the units used."""
        share = self.weights / self.weights.sum()
        z = np.zeros((self.design.size, *np.shape(influence)[1:]))
        z[self.inside] = (share * np.asarray(influence).T).T
        return z


def drawn(design: SurveyDesign, y: Values, ranking: Values, inside: Values | None) -> Sample:
    """The sample of y and of the variable that ranks, checked."""
    name, order = name_of(y, "y"), name_of(ranking, "ranking")
    values, ranks = aligned(design, y, name), aligned(design, ranking, order)
    domain = members(design, inside, "inside")
    used = domain & np.isfinite(values) & np.isfinite(ranks)
    if used.sum() < 2:
        raise NotEstimable(
            f"'{name}' ranked by '{order}'",
            reason="too_few",
            found=f"{used.sum()} unit(s) of the domain with both values, of {domain.sum()}",
            expected="at least two",
            remedy="check that both questions were asked in this domain, or leave the index out",
        )
    missing = int((domain & ~used).sum())
    seen = design.answering(used, domain & ~used)
    return Sample(seen, used, missing, name, values[used], ranks[used])


def name_of(values: Values, default: str) -> str:
    """Name of a Series, else ``default``."""
    name = getattr(values, "name", None)
    return default if name is None else str(name)


def aligned(design: SurveyDesign, values: Values, name: str) -> np.ndarray:
    """One float for each row of the design; infinite values are errors."""
    if isinstance(values, pd.Series):
        same_rows(design, values, name)
    array = checks.vector(values, name, design.size)
    if np.isinf(array).any():
        raise DataError(
            f"'{name}', row {int(np.flatnonzero(np.isinf(array))[0])}",
            found="an infinite value",
            expected="a number, or a missing value",
            remedy="correct the calculation that gave it",
        )
    return array


def ordered(sample: Sample) -> Sample:
    """The same sample, unless all its units tie."""
    if np.ptp(sample.ranking) == 0:
        raise NotEstimable(
            f"ranking of '{sample.name}'",
            reason="no_variation",
            found=f"{len(sample.ranking)} units that all have the value {sample.ranking[0]:g}",
            expected="at least two different values",
            remedy="rank by a variable that varies in this domain",
        )
    return sample


def row(
    sample: Sample, value: float, influence: np.ndarray, level: float, method: str
) -> pd.DataFrame:
    """One row: the estimate, its standard error and its Student interval."""
    checks.probability(level, "level")
    z = sample.scores(influence)
    variance = float(sample.design.covariance(z)[0, 0])
    df = sample.degrees(z).item()
    low, high = student(value, variance, df, level)
    return table(sample, value, variance**0.5, (low, high), df, method)


def table(sample: Sample, value, error, limits, df, method: str) -> pd.DataFrame:
    """Estimates, standard errors and limits (numbers or arrays of one shape) as a table."""
    columns = {
        "estimation": value, "erreur_type": error, "borne_inf": limits[0], "borne_sup": limits[1],
        "ddl": df, "n": int(sample.inside.sum()), "n_manquant": sample.missing, "methode": method,
    }  # fmt: skip
    return pd.DataFrame(columns, index=range(np.size(value)))
