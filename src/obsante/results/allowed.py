"""What the registry allows to be published: dimensions, and values within their unit's bounds."""

from __future__ import annotations

import math

import pandas as pd

from obsante.errors import ResultError, nearest
from obsante.results.registry import Indicator
from obsante.results.units import UNITS
from obsante.stats import NATIONAL


def check_dimensions(definition: Indicator, rows: pd.DataFrame) -> None:
    """Raise a ResultError for a dimension that the indicator does not declare."""
    allowed = [NATIONAL, *definition.dimensions]
    if stray := [d for d in rows["dimension"].unique() if d not in allowed]:
        raise ResultError(
            f"indicator '{definition.id}', dimension '{stray[0]}'",
            found="not declared in config/indicators",
            expected=nearest(stray[0], allowed),
            remedy="declare the dimension, or publish a declared one",
        )


def check_range(definition: Indicator, rows: pd.DataFrame) -> None:
    """Raise a ResultError for a value out of the bounds of its unit."""
    if not definition.collected:
        return  # A rate of others may exceed one: subscriptions per inhabitant.
    unit = UNITS[definition.unit]
    low = -math.inf if unit.lowest is None else unit.lowest
    high = math.inf if unit.highest is None else unit.highest
    values = rows["estimation"].dropna()
    outside = values[(values < low) | (values > high)]
    if len(outside):
        raise ResultError(
            f"indicator '{definition.id}'",
            found=f"the value {outside.iloc[0]:g}",
            expected=f"between {low:g} and {high:g} (unit '{definition.unit}')",
            remedy="check the calculation; shares and points are published in proportion",
        )
