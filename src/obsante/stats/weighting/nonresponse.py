"""Unit non-response: the respondents of a cell also carry the weight of its non-respondents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats.weighting.alignment import labels, positive_weights, same_rows


def nonresponse_cells(
    weights: pd.Series,
    cells: pd.Series,
    responded: pd.Series,
    *,
    minimum: int,
    collapse: Mapping[object, object] | None = None,
) -> tuple[pd.Series, pd.DataFrame]:
    """Weights of the respondents, raised in each cell to the weight of its whole sample.

    Factor of cell c = sum of the weights of its sampled units / sum of those of its respondents.
    It removes the bias if, within a cell, those who answer are like those who don't, which the
    sample can't tell. Where cells are the strata and the design is built on the respondents, with
    N_h of the frame, variances count the loss of units; with other cells they take the factors as
    known.

    Args:
        weights: sampling weight of each sampled unit, respondent or not.
        cells: cell of each unit, same index.
        responded: True or 1 for a respondent, False or 0 otherwise, same index.
        minimum: fewest respondents that a cell may rest on.
        collapse: the cell that a cell joins; cells are put together in no other way.

    Returns:
        The adjusted weights of the respondents, by their index, and one row for each cell:
        ``cellule``, ``n`` (sampled units), ``repondants``, ``taux_reponse`` (weighted, 0 to 1),
        ``facteur``.

    Raises:
        DataError: a cell has fewer respondents than ``minimum``, ``collapse`` names an unknown
            cell or makes a chain, a weight is not positive, a cell or an answer is missing.

    Reference: Brick & Kalton, *Statistical Methods in Medical Research* 5 (1996), 215-238.

    >>> w, factors = nonresponse_cells(pd.Series([2.0, 2.0, 4.0]), pd.Series(["a", "a", "b"]),
    ...                                pd.Series([True, False, True]), minimum=1)
    >>> w.tolist(), factors["facteur"].tolist()
    ([4.0, 4.0], [2.0, 1.0])
    """
    _at_least_one(minimum)
    w = positive_weights(weights)
    same_rows(cells, weights.index, "cells")
    answered = _answered(responded, weights.index)
    codes, names = pd.factorize(_collapsed(labels(cells, "cells"), collapse or {}), sort=True)
    respondents = np.bincount(codes[answered], minlength=len(names))
    _enough(names, respondents, minimum)
    rate = np.bincount(codes[answered], w[answered], len(names)) / np.bincount(codes, w)
    adjusted = pd.Series(w / rate[codes], weights.index, name=weights.name)[answered]
    factors = pd.DataFrame({"cellule": names, "n": np.bincount(codes), "repondants": respondents})
    return adjusted, factors.assign(taux_reponse=rate, facteur=1 / rate)


def _at_least_one(minimum: int) -> None:
    if not minimum >= 1:
        raise DataError(
            "'minimum'",
            found=f"{minimum}",
            expected="at least one respondent in each cell",
            remedy="give the number set by the edition's rules",
        )


def _answered(responded: pd.Series, index: pd.Index) -> np.ndarray:
    same_rows(responded, index, "responded")
    known = responded.isin([True, False])
    if not known.all():
        row = index[~known][0]
        raise DataError(
            f"'responded', row {row}",
            found=f"{int((~known).sum())} value(s) that are neither yes nor no",
            expected="True or 1 for a respondent, False or 0 for the others",
            remedy="settle each sampled unit's status in the field report",
        )
    return responded.astype(bool).to_numpy()


def _collapsed(cells: pd.Series, collapse: Mapping[object, object]) -> pd.Series:
    """Cells after the caller's mapping, applied once."""
    present = set(cells)
    for cell, target in collapse.items():
        if cell not in present:
            raise DataError(
                f"collapse, cell '{cell}'",
                found="no unit of the sample in this cell",
                expected=nearest(cell, sorted(present, key=str)),
                remedy="correct the name, or remove it from the mapping",
            )
        if collapse.get(target, target) != target:
            raise DataError(
                f"collapse, cell '{cell}'",
                found=f"it joins '{target}', which itself joins '{collapse[target]}'",
                expected="the final cell of each",
                remedy=f"write '{collapse[target]}' for '{cell}' too",
            )
    return cells.map(lambda cell: collapse.get(cell, cell))


def _enough(names: np.ndarray, respondents: np.ndarray, minimum: int) -> None:
    few = np.flatnonzero(respondents < minimum)
    if few.size:
        counts = ", ".join(f"'{names[c]}' ({respondents[c]})" for c in few)
        raise DataError(
            f"response cell '{names[few[0]]}'",
            found=f"{few.size} cell(s) with too few respondents: {counts}",
            expected=f"at least {minimum} respondent(s) in each cell",
            remedy="say in collapse which cell each of them joins, or define larger cells",
        )
