"""Drawing without replacement by permanent random numbers, with an ordered reserve.

Each unit has a number between 0 and 1 that depends on its identifier and on a seed, never on the
other units. In each stratum the n_h units of lowest numbers after a starting point are drawn, which
is a simple random sample without replacement. A larger sample then holds the smaller one; a unit
that enters or leaves the frame changes nothing for the others; the same starting point gives two
editions the largest overlap, and moving it replaces a chosen part of the sample.

Reference: Ohlsson, « Coordination of samples using permanent random numbers », in Cox et al.,
*Business Survey Methods* (1995), 153-169.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks

DRAWN, RESERVE = "tire", "reserve"
_BITS = 53


def permanent_numbers(identifiers: Sequence[str] | pd.Series, seed: int) -> np.ndarray:
    """A number from 0 to below 1 for each identifier (n,), the same wherever it is computed.

    The first 53 bits of the SHA-256 of ``<seed>:<identifier>``, over 2^53.

    Raises:
        DataError: a missing or repeated identifier.

    >>> permanent_numbers(["E0000001"], 1).round(6).tolist()
    [0.447539]
    """
    names = pd.Series(identifiers, dtype="object").reset_index(drop=True)
    repeated = names[names.duplicated() | names.isna()]
    if len(repeated):
        raise DataError(
            f"identifiers, row {repeated.index[0]}",
            found=f"'{repeated.iloc[0]}', missing or more than once ({len(repeated)} such row(s))",
            expected="one identifier for each unit, its own",
            remedy="correct the list: a unit that is there twice would be drawn twice as often",
        )
    digests = (hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in names)
    whole = [int.from_bytes(digest[:8], "big") >> (64 - _BITS) for digest in digests]
    return np.array(whole, dtype=float) / 2.0**_BITS


def order_in_strata(
    strata: np.ndarray, numbers: np.ndarray, start: np.ndarray | float = 0.0
) -> np.ndarray:
    """Rank from 0 of each unit in its stratum (n,), by its number after the starting point.

    Args:
        strata: code of the stratum of each unit (n,).
        numbers: from :func:`permanent_numbers`, or others (n,).
        start: starting point of each unit's stratum, 0 to 1: (n,), or one for all. Numbers below it
            come last.

    >>> order_in_strata(np.array([7, 3, 7]), np.array([0.5, 0.1, 0.2])).tolist()
    [1, 0, 0]
    """
    moved = pd.Series((numbers - start) % 1.0)
    return moved.groupby(np.asarray(strata)).rank(method="first").to_numpy(dtype=np.int64) - 1


def draw(
    strata: pd.Series,
    drawn: pd.Series,
    numbers: np.ndarray,
    *,
    start: pd.Series | float = 0.0,
    reserve: float = 0.0,
) -> pd.DataFrame:
    """Units drawn in each stratum, and those that replace them, in order.

    Args:
        strata: stratum of each unit of the frame (n,), whose index names the units.
        drawn: n_h of each stratum, by name.
        numbers: permanent random number of each unit (n,).
        start: starting point of each stratum, by name, or one for all.
        reserve: units held in reserve over units drawn, rounded up, as far as the stratum goes. A
            unit of the reserve is surveyed only in the place of one that is out of reach, in the
            order of ``rang``: the sample stays a simple random one of as many units.

    Returns:
        One row for each unit drawn or in reserve, in the order of the frame: ``statut`` (``tire``
        or ``reserve``) and ``rang`` in the stratum, from 1, the reserve following the drawn.

    Raises:
        DataError: a stratum without a number to draw, or with more than it holds; a negative
            reserve.

    >>> frame = pd.Series(["a", "a", "a"], index=["x", "y", "z"])
    >>> draw(frame, pd.Series({"a": 1}), np.array([0.7, 0.2, 0.4]), reserve=1.0)["statut"].to_dict()
    {'y': 'tire', 'z': 'reserve'}
    """
    wanted = _wanted(strata, drawn)
    if reserve < 0:
        raise DataError(
            "'reserve'", found=f"{reserve:g}", expected="zero or a positive share of the sample",
            remedy="give it in proportion: 0.2 for one unit in reserve for five drawn",
        )  # fmt: skip
    begins = start if np.ndim(start) == 0 else strata.map(start).to_numpy(dtype=float)
    rank = order_in_strata(strata.to_numpy(), numbers, begins)
    # The last digits of a product are no unit of their own.
    spare = np.ceil(np.round(wanted * reserve, 9))
    chosen = pd.DataFrame({"statut": np.where(rank < wanted, DRAWN, RESERVE), "rang": rank + 1},
                          index=strata.index)  # fmt: skip
    return chosen[rank < wanted + spare]


def _wanted(strata: pd.Series, drawn: pd.Series) -> np.ndarray:
    """n_h of the stratum of each unit (n,)."""
    sizes = strata.value_counts()
    asked = drawn.reindex(sizes.index)
    wrong = sizes.index[~((asked >= 0) & (asked <= sizes)).to_numpy(dtype=bool)]
    if len(wrong):
        name = sorted(wrong, key=str)[0]
        raise DataError(
            f"stratum '{name}'", found=f"{asked[name]:g} units to draw of {sizes[name]}",
            expected="a number from 0 to the size of the stratum",
            remedy="allocate the sample on the frame from which it is drawn",
        )  # fmt: skip
    return checks.vector(strata.map(asked), "drawn", len(strata))
