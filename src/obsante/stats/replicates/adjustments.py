"""What is done again to the weights of each replicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.weighting.raking import raked, read_margins

Adjustment = Callable[[np.ndarray], np.ndarray]


def raking(categories: pd.DataFrame, margins: Mapping[str, pd.Series | Mapping]) -> Adjustment:
    """The ``adjust`` of :func:`estimate` that rakes each replicate to known margins.

    Raked again in each replicate, the standard errors carry what raking gains and what it costs;
    with few PSUs this is safer than the linearised variance of the residuals.

    Args:
        categories: one column for each margin and one row for each unit of the design, in order.
        margins: known counts by category, as :func:`obsante.stats.weighting.rake` takes them.

    Returns:
        A function from weights (n,) to raked weights (n,); a weight of 0 stays 0.

    Raises:
        DataError: as :func:`obsante.stats.weighting.rake`; when called, with weights of another
            length, a category left without unit in the replicate, or where raking doesn't converge.

    >>> again = raking(pd.DataFrame({"sexe": list("ffh")}), {"sexe": {"f": 6, "h": 4}})
    >>> again(np.array([2.0, 0.0, 1.0])).tolist()
    [6.0, 0.0, 4.0]
    """

    known = read_margins(categories, margins)

    def adjust(weights: np.ndarray) -> np.ndarray:
        if len(weights) != len(categories):
            raise DataError(
                "'categories'",
                found=f"{len(categories)} row(s) for {len(weights)} weights",
                expected="one row for each unit of the design",
                remedy="build it from the same rows as the design",
            )
        return raked(weights, known)

    return adjust
