"""Services that report badly: months without figures, empty cells, rows to be spoilt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pydantic import Field

from obsante.collect.demo.draws import stream
from obsante.collect.demo.panels.panel import Panel
from obsante.edition import Strict


class Reporting(Strict):
    """Share of the services that report badly, and what they leave out or write wrongly.

    ``silent``: share of their months without any figure; ``missing``: share of the other cells
    left empty; ``dirt``: share of all the rows of a file that are spoilt, always among theirs.
    """

    source: str = Field(min_length=1)
    poor: float = Field(gt=0, lt=1)
    silent: float = Field(ge=0, lt=1)
    missing: float = Field(ge=0, lt=1)
    dirt: float = Field(ge=0, lt=0.05)


@dataclass(frozen=True)
class Absences:
    """What a file of T months x n series, written row after row, leaves out.

    ``poor`` (T x n): rows of the services that report badly, the same in every edition.
    """

    reporting: Reporting
    seed: int
    name: str
    poor: np.ndarray

    @cached_property
    def silent(self) -> np.ndarray:
        """Rows that hold no figure."""
        return self._drawn("silent", self.reporting.silent)

    @property
    def partial(self) -> np.ndarray:
        """Positions of the rows of services that report badly, where they report something."""
        return np.flatnonzero(self.poor & ~self.silent)

    def empty(self, column: str) -> np.ndarray:
        """Rows that leave a column empty."""
        return self.silent | self._drawn(column, self.reporting.missing)

    def _drawn(self, column: str, share: float) -> np.ndarray:
        return self.poor & (stream(self.seed, self.name, column).random(len(self.poor)) < share)


def poor_rows(panel: Panel, reporting: Reporting, service: np.ndarray, months: int) -> np.ndarray:
    """Rows, over a number of months, of the services that report badly.

    Args:
        service: number of the service that reports each series.
    """
    chance = stream(panel.seed, "reporting").random(int(service.max()) + 1)
    return np.tile((chance < reporting.poor)[service], months)
