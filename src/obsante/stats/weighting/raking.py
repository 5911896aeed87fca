"""Weights that reproduce known counts: in cells (post-stratification), by margin (raking)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats import checks
from obsante.stats.survey import SurveyDesign
from obsante.stats.survey.domains import same_rows
from obsante.stats.weighting.alignment import TOLERANCE, labels

_ROUNDS = 1000


def poststratify(
    design: SurveyDesign, cells: pd.Series, totals: pd.Series | Mapping
) -> SurveyDesign:
    """The design whose weights sum to the known count of each cell.

    New weight = weight * N_c / (sum of the weights of cell c), for each unit of cell c.

    Args:
        design: the sample.
        cells: cell of each unit, with the design's index.
        totals: known count of each cell in the population, by cell, as a Series or a dict.

    Returns:
        The design with its new weights; later variances are those of the deviations from the
        cell's mean.

    Raises:
        DataError: a cell has no unit or no known total, a total is not positive, a unit is in no
            cell.

    Reference: Holt & Smith, *JRSS A* 142 (1979), 33-46.

    >>> from obsante.stats.survey import survey_design
    >>> d = survey_design(pd.DataFrame({"w": [1.0, 1.0, 1.0]}), weights="w")
    >>> known = {"rural": 8, "urbain": 3}
    >>> poststratify(d, pd.Series(["rural", "rural", "urbain"]), known).weights.tolist()
    [4.0, 4.0, 3.0]
    """
    name = "cells" if cells.name is None else cells.name
    return rake(design, cells.to_frame(name), {name: totals})


def rake(
    design: SurveyDesign,
    categories: pd.DataFrame,
    margins: Mapping[str, pd.Series | Mapping],
) -> SurveyDesign:
    """The design whose weights sum to the known counts of several margins.

    Iterative proportional fitting: post-stratification to one margin after the other, until all
    are reproduced to 1e-10 of each count. Of the weights that do so, these are the nearest to the
    old ones in the sense of raking-ratio calibration, and stay positive.

    Args:
        design: the sample.
        categories: one column for each margin, with the design's index; others are left alone.
        margins: for each column, the known counts of the population by category, as a Series or a
            dict. For a crossed margin, make a column of the crossed labels.

    Returns:
        The design with its new weights; later variances are those of the residuals on the margins.

    Raises:
        DataError: a category has no unit or no known count, a unit has no category, a count is not
            positive, margins don't sum to one number, or no weights reproduce them all.

    References: Deming & Stephan, *Ann. Math. Stat.* 11 (1940), 427-444; for the variance,
    Deville, Särndal & Sautory, *JASA* 88 (1993), 1013-1020.

    >>> from obsante.stats.survey import survey_design
    >>> frame = pd.DataFrame({"w": [1.0] * 4, "sexe": list("ffhh"), "milieu": list("urur")})
    >>> margins = {"sexe": {"f": 6, "h": 4}, "milieu": {"u": 5, "r": 5}}
    >>> rake(survey_design(frame, weights="w"), frame, margins).weights.round(6).tolist()
    [3.0, 3.0, 2.0, 2.0]
    """
    same_rows(design, categories, "categories")
    known = read_margins(categories, margins)
    indicators = [np.eye(len(margin.totals))[margin.codes] for margin in known]
    return design.calibrated(raked(design.weights, known), np.concatenate(indicators, axis=1))


@dataclass(frozen=True, eq=False)
class Margin:
    """Known counts of a margin's categories, and the category of each unit."""

    name: str
    names: pd.Index
    totals: np.ndarray
    codes: np.ndarray

    def factors(self, weights: np.ndarray) -> np.ndarray:
        """Known count over weighted count, by category."""
        return self.totals / np.bincount(self.codes, weights, len(self.totals))


def read_margins(
    categories: pd.DataFrame, margins: Mapping[str, pd.Series | Mapping]
) -> list[Margin]:
    """The margins of :func:`rake`, once they are known to describe one population."""
    known = [
        _margin(checks.column(categories, name), pd.Series(totals))
        for name, totals in margins.items()
    ]
    _one_population(known)
    return known


def _margin(values: pd.Series, totals: pd.Series) -> Margin:
    name = str(values.name)
    counts = checks.vector(totals, f"margin '{name}'", len(totals))
    for category, count in zip(totals.index, counts, strict=True):
        if not (count > 0 and np.isfinite(count)):
            raise DataError(
                f"margin '{name}', category '{category}'",
                found=f"a known count of {count:g}",
                expected="a positive number of units in the population",
                remedy="correct it at its source; a category that doesn't exist is left out",
            )
    if totals.index.has_duplicates:
        raise DataError(
            f"margin '{name}', category '{totals.index[totals.index.duplicated()][0]}'",
            found="two known counts",
            expected="one for each category",
            remedy="add them up, or remove the repeated one",
        )
    codes = totals.index.astype("object").get_indexer(labels(values, name))
    _all_known(name, values, codes, totals.index)
    return Margin(name, totals.index, counts, codes)


def _all_known(name: str, values: pd.Series, codes: np.ndarray, names: pd.Index) -> None:
    if (codes < 0).any():
        category = values[codes < 0].iloc[0]
        raise DataError(
            f"margin '{name}', category '{category}'",
            found=f"{int((codes < 0).sum())} unit(s), and no known count",
            expected=nearest(category, names),
            remedy="give its count, or group the category in the sample as in the population",
        )


def _no_empty_category(margin: Margin, weights: np.ndarray) -> None:
    empty = margin.names[np.bincount(margin.codes, weights, len(margin.totals)) == 0]
    if len(empty):
        raise DataError(
            f"margin '{margin.name}', category '{empty[0]}'",
            found=f"no unit of the sample in {len(empty)} category(ies) that the population has",
            expected="at least one unit in each",
            remedy="group it with a neighbouring category, in the sample and in the counts",
        )


def _one_population(margins: list[Margin]) -> None:
    if not margins:
        raise DataError(
            "'margins'",
            found="no margin",
            expected="the known counts of at least one column",
            remedy="name the margins, or keep the design as it is",
        )
    first, *others = margins
    for other in others:
        if abs(other.totals.sum() / first.totals.sum() - 1) > TOLERANCE / 10:
            raise DataError(
                f"margins '{first.name}' and '{other.name}'",
                found=f"counts that sum to {first.totals.sum():.12g} and {other.totals.sum():.12g}",
                expected="one population, hence one sum",
                remedy="take both from one source and one date, or scale one to the other",
            )


def raked(weights: np.ndarray, margins: list[Margin]) -> np.ndarray:
    """Weights (n,) that reproduce every margin; a weight of 0 stays 0.

    Raises:
        DataError: a category has no unit whose weight is positive, or raking doesn't converge.
    """
    for margin in margins:
        _no_empty_category(margin, weights)
    for _ in range(_ROUNDS):
        for margin in margins:
            weights = weights * margin.factors(weights)[margin.codes]
        gaps = [np.abs(1 / margin.factors(weights) - 1) for margin in margins]
        if max(gap.max() for gap in gaps) <= TOLERANCE:
            return weights
    worst = int(np.argmax([gap.max() for gap in gaps]))
    category = margins[worst].names[int(gaps[worst].argmax())]
    raise DataError(
        f"margin '{margins[worst].name}', category '{category}'",
        found=f"still {gaps[worst].max():.1e} away from its count after {_ROUNDS} rounds of raking",
        expected=f"every count reproduced to {TOLERANCE:g}",
        remedy="group categories: some that the population crosses have no unit in common here",
    )
