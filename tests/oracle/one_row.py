"""Reading what a statistic gives: its only value, or the message of its refusal."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from obsante.errors import DataError


def value(table: pd.DataFrame) -> float:
    """The estimate of a table of one row."""
    assert len(table) == 1
    return float(table["estimation"].iloc[0])


def message(call: Callable, *args: object, **kwargs: object) -> str:
    """The message of the DataError that the call raises."""
    with pytest.raises(DataError) as error:
        call(*args, **kwargs)
    return str(error.value)
