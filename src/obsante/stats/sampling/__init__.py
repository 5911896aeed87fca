"""Sampling plans: strata, allocation, draw, and the precision that they promise.

``collapse`` names the strata, ``domains`` counts the frame, ``allocate`` or
``smallest_allocation`` says how many units to draw in each stratum, ``draw`` draws them, and
``expected_precision`` says what to expect before anyone is surveyed. A second stage, workers within
facilities, is a ``draw`` whose strata are the facilities.
"""

from obsante.stats.sampling.allocation import METHODS, allocate, shares
from obsante.stats.sampling.domains import Domains, domains
from obsante.stats.sampling.draw import (
    DRAWN,
    RESERVE,
    draw,
    order_in_strata,
    permanent_numbers,
)
from obsante.stats.sampling.precision import (
    LEAST_ANSWERS,
    PRECISION_COLUMNS,
    against_estimates,
    clustering_effect,
    expected_intervals,
    expected_precision,
)
from obsante.stats.sampling.strata import MERGED, collapse
from obsante.stats.sampling.targets import Smallest, smallest_allocation

__all__ = [
    "DRAWN", "LEAST_ANSWERS", "MERGED", "METHODS", "PRECISION_COLUMNS", "RESERVE", "Domains",
    "Smallest", "against_estimates", "allocate", "clustering_effect", "collapse", "domains", "draw",
    "expected_intervals", "expected_precision", "order_in_strata", "permanent_numbers", "shares",
    "smallest_allocation",
]  # fmt: skip
