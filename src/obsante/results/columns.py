"""Tables of texts, one column after the other: what writes each kind of value in French."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from obsante.results import french
from obsante.results.display import Markdown, pipe_table

Column = tuple[str, Callable[[object], str]]
DASH = "–"


def shown(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    empty: str = "",
    *,
    widths: Sequence[int] = (),
) -> Markdown:
    """A frame as a table; one row that says so where it has none.

    Args:
        columns: heading -> column, and what writes each of its values; numbers go to the right.
        empty: French sentence, in the first column of that row.
        widths: as :func:`obsante.results.display.pipe_table`.
    """
    if frame.empty:
        row = dict.fromkeys(columns, DASH) | {next(iter(columns)): empty}
        return pipe_table(pd.DataFrame([row]))
    written = {name: [write(value) for value in frame[column]]
               for name, (column, write) in columns.items()}  # fmt: skip
    right = [name for name, (_, write) in columns.items() if write in _NUMBERS]
    return pipe_table(pd.DataFrame(written), right=right, widths=widths)


def text(value: object) -> str:
    """A text with French spaces; a dash where there is none."""
    return french.spaced(str(value)) if value is not None and value == value and value else DASH


def code(value: object) -> str:
    """A name of the data, as it is written in the files; a dash where there is none."""
    return f"`{value}`" if value else DASH


def count(value: float) -> str:
    """A whole number, or a dash."""
    return DASH if pd.isna(value) else french.number(value)


def share(value: float) -> str:
    """A share in percent, or a dash."""
    return DASH if pd.isna(value) else french.quantity(value, "percent")


def two(value: float) -> str:
    """A number with two decimals, or a dash."""
    return DASH if pd.isna(value) else french.number(value, 2)


def three(value: float) -> str:
    """A number with three decimals, or a dash."""
    return DASH if pd.isna(value) else french.number(value, 3)


def probability(value: float) -> str:
    """A p-value with three decimals; a very small one is bounded."""
    if pd.isna(value):
        return DASH
    return f"<{french.NBSP}0,001" if value < 0.001 else three(value)


def points(value: float) -> str:
    """A difference of shares, signed, in points."""
    return french.quantity(value, "points", signed=True)


def short_day(value: dt.date | str) -> str:
    """A date in figures, which no line breaks, for narrow columns.

    >>> short_day("2026-03-01")
    '01/03/2026'
    """
    date = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return date.strftime("%d/%m/%Y")


_NUMBERS = (count, share, two, three, probability, points)
