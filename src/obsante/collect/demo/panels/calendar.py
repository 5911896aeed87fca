"""Months of a panel, counted from year 0 (January is a multiple of 12), and draws for each."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import numpy as np
from pydantic import Field

from obsante.collect.demo.draws import bell, stream
from obsante.errors import DataError

YEAR = 12
# Values from January to December.
Season = Annotated[list[float], Field(min_length=YEAR, max_length=YEAR)]


def month_of(day: dt.date) -> int:
    """Number of a day's month.

    >>> month_of(dt.date(2022, 1, 31)), month_of(dt.date(2022, 2, 1))
    (24264, 24265)
    """
    return day.year * YEAR + day.month - 1


def month_label(month: int) -> str:
    """First day of a month, as in a file.

    >>> month_label(24265)
    '2022-02-01'
    """
    return f"{month // YEAR:04d}-{month % YEAR + 1:02d}-01"


def months_between(first: dt.date, last: dt.date, where: str) -> np.ndarray:
    """Numbers of the months from that of ``first``, which the file ``where`` gives, to ``last``.

    Raises:
        DataError: there is none.
    """
    if month_of(last) < month_of(first):
        raise DataError(
            where, found=f"a panel that starts on {first}",
            expected=f"a start before the end of the edition, {last}",
            remedy="give an earlier start, or generate a later edition",
        )  # fmt: skip
    return np.arange(month_of(first), month_of(last) + 1)


def monthly(seed: int, name: str, months: np.ndarray, size: int) -> np.ndarray:
    """Draws of mean 0 and variance 1, (T, size)."""
    return np.array([bell(stream(seed, name, month_label(m)), size) for m in months.tolist()])


def monthly_uniforms(seed: int, name: str, months: np.ndarray, size: int) -> np.ndarray:
    """Uniforms on [0, 1), (T, size)."""
    return np.array([stream(seed, name, month_label(m)).random(size) for m in months.tolist()])
