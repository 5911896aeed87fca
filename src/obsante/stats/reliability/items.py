"""Answers to the items of a scale: who answered all of them, and their weighted moments.

A weighted moment is a mean over the complete rows. Influences on a function of the moments give
z = w u / sum(w), whose variance is the design's; without a design the rows are taken as a simple
random sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.survey import SurveyDesign, survey_design
from obsante.stats.survey.domains import same_rows
from obsante.stats.survey.intervals import student


@dataclass(frozen=True, eq=False)
class Scale:
    """Complete answers x (n, k), items in columns, with their weights and their design."""

    design: SurveyDesign
    inside: np.ndarray
    names: list[str]
    x: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """Weights of the complete rows."""
        return self.design.weights[self.inside]

    @property
    def centred(self) -> np.ndarray:
        """Answers minus the weighted mean of their item (n, k)."""
        return self.x - np.average(self.x, axis=0, weights=self.weights)

    @property
    def covariance(self) -> np.ndarray:
        """Weighted covariance of the items (k, k), divided by the sum of the weights."""
        centred = self.centred
        return centred.T @ (centred * self.weights[:, None]) / self.weights.sum()

    def variance_of(self, influence: np.ndarray) -> tuple[float, float]:
        """Variance and degrees of freedom of an estimate, from the influence of each row (n,)."""
        z = np.zeros(self.design.size)
        z[self.inside] = self.weights * influence / self.weights.sum()
        df = self.design.effective_degrees(z, np.where(self.inside, 0, -1)).item()
        return float(self.design.covariance(z)[0, 0]), df


def complete(items: pd.DataFrame, design: SurveyDesign | None, minimum: int) -> Scale:
    """The rows that answer every item, at least ``minimum`` items that vary.

    Raises:
        DataError: too few items or complete rows, an item that does not vary, other rows than
            the design's.
    """
    names = [str(name) for name in items.columns]
    if len(names) < minimum:
        raise DataError(
            f"scale of {len(names)} item(s): {', '.join(names)}",
            found=f"{len(names)} item(s)",
            expected=f"at least {minimum}",
            remedy="list all the items of the scale",
        )
    if design is None:
        design = survey_design(pd.DataFrame({"w": 1.0}, index=items.index), weights="w")
    same_rows(design, items, "items")
    x = np.column_stack([checks.vector(items[name], str(name), len(items)) for name in items])
    _finite(x, names)
    inside = ~np.isnan(x).any(axis=1)
    _enough(int(inside.sum()), len(names), items)
    _varying(x[inside], names)
    return Scale(design.answering(inside, ~inside), inside, names, x[inside])


def reliability_row(
    scale: Scale, value: float, influence: np.ndarray, level: float, method: str
) -> pd.DataFrame:
    """One row; the Student interval is built on log(1 - value), and so stays below 1."""
    variance, df = scale.variance_of(influence)
    gap = 1 - value
    high, low = student(np.log(gap), variance / gap**2, df, level)
    return table(scale, value, variance**0.5, (1 - np.exp(low), 1 - np.exp(high)), df, method)


def table(scale: Scale, value: float, error: float, limits, df: float, method: str) -> pd.DataFrame:
    """The row that every coefficient of reliability returns."""
    columns = {
        "estimation": value, "erreur_type": error, "borne_inf": limits[0], "borne_sup": limits[1],
        "ddl": df, "n_items": len(scale.names), "n": len(scale.x),
        "n_manquant": len(scale.inside) - len(scale.x), "methode": method,
    }  # fmt: skip
    return pd.DataFrame([columns])


def _enough(rows: int, items: int, table: pd.DataFrame) -> None:
    if rows <= items:
        raise NotEstimable(
            f"items {', '.join(map(str, table.columns))}",
            reason="too_few",
            found=f"{rows} row(s) that answer all {items} items, of {len(table)}",
            expected=f"more than {items}",
            remedy="leave out the items that few people answered, or the scale",
        )


def _finite(x: np.ndarray, names: list[str]) -> None:
    for name, answers in zip(names, x.T, strict=True):
        if np.isinf(answers).any():
            raise DataError(
                f"item '{name}', row {int(np.flatnonzero(np.isinf(answers))[0])}",
                found="an infinite value",
                expected="a number, or a missing value",
                remedy="correct the calculation that gave it",
            )


def _varying(x: np.ndarray, names: list[str]) -> None:
    for name, answers in zip(names, x.T, strict=True):
        if np.ptp(answers) == 0:
            raise NotEstimable(
                f"item '{name}'",
                reason="no_variation",
                found=f"the same answer, {answers[0]:g}, in all {len(answers)} complete rows",
                expected="answers that vary",
                remedy="leave the item out of the scale, and say so",
            )
