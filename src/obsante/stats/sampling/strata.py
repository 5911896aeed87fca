"""Strata that cross type, milieu and region, small ones put together by a written rule."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats import checks

MERGED = "00"


def collapse(cells: pd.DataFrame, *, order: Sequence[str], minimum: int) -> pd.Series:
    """Name of the stratum of each cell, ``type-milieu-region``.

    Rule for the cells of fewer than ``minimum`` units, in this order:

    1. for a given type, a milieu below the minimum joins the one before it in ``order``;
    2. for a given type and milieu, the regions below the minimum form one stratum, region 00;
    3. if that one is still below, it joins the smallest regional stratum of the same type and
       milieu; without any, it stays as it is.

    A type never joins another, so a type of few units may keep a small stratum. The rule looks at
    sizes only, never at a variable of the survey, which would bias the estimates (Cochran,
    *Sampling Techniques*, 3rd ed. (1977), section 5A.12, on collapsed strata).

    Args:
        cells: one row for each combination: ``type``, ``milieu``, ``region``, ``taille`` (units).
        order: the milieux, from the first, that joins none.
        minimum: units that a stratum should have at least.

    Returns:
        One name for each row, in the order of the rows.

    Raises:
        DataError: a column is missing, or a milieu is not in ``order``.

    >>> cells = pd.DataFrame({"type": "chu", "milieu": "urbain", "region": ["01", "02", "03"],
    ...                       "taille": [1, 5, 9]})
    >>> collapse(cells, order=["urbain", "rural"], minimum=6).tolist()
    ['chu-urbain-00', 'chu-urbain-00', 'chu-urbain-03']
    """
    columns = [checks.column(cells, name) for name in ("type", "milieu", "region", "taille")]
    held = pd.concat(columns, axis=1).astype({"type": "str", "milieu": "str", "region": "str"})
    _in_order(held["milieu"], order)
    held["place"] = _places(held, list(order), minimum)
    regions = _regions(held, minimum)
    names = held["type"] + "-" + held["place"].map(lambda place: order[place]) + "-" + regions
    return names.rename("strate")


def _in_order(milieux: pd.Series, order: Sequence[str]) -> None:
    stray = sorted(set(milieux) - set(order))
    if stray:
        raise DataError(
            f"milieu '{stray[0]}'", found="not in the order of the milieux",
            expected=nearest(stray[0], order), remedy="correct the frame, or add it to the order",
        )  # fmt: skip


def _places(cells: pd.DataFrame, order: list[str], minimum: int) -> pd.Series:
    """Rule 1: position of the milieu used for stratification."""
    places = cells["milieu"].map(order.index)
    for place in range(len(order) - 1, 0, -1):
        sizes = cells[places == place].groupby("type")["taille"].sum()
        small = sizes.index[sizes < minimum]
        places = places.mask((places == place) & cells["type"].isin(small), place - 1)
    return places


def _regions(cells: pd.DataFrame, minimum: int) -> pd.Series:
    """Rules 2 and 3."""
    regions = pd.Series("", index=cells.index, dtype="str")
    for _, group in cells.groupby(["type", "place"]):
        sizes = group.groupby("region")["taille"].sum()
        small = sizes.index[sizes < minimum].tolist()
        kept = sizes.drop(small)
        target = MERGED
        if 0 < sizes[small].sum() < minimum and len(kept):
            target = kept.idxmin()
        regions[group.index] = group["region"].where(~group["region"].isin(small), target)
    return regions
