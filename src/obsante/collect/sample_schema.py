"""Model of what a campaign table says of its sample: groups, answers, weights, units drawn.

The keys are explained in :mod:`obsante.collect.dictionary`, which reads the files.
"""

from __future__ import annotations

from obsante.collect.expressions import Expression, names
from obsante.edition import Strict


class Answered(Strict):
    """Where a row says that its unit answered, and the code that says so."""

    column: str
    code: str


class Weights(Strict):
    """Column of the weights, and what those of a group's respondents add up to."""

    column: str
    total: Expression


class Units(Strict):
    """Units drawn in a group: ``column`` names them, each row being one if it is absent.

    ``drawn`` and ``size`` are the columns that count them in the sample and in the frame.
    """

    column: str | None = None
    drawn: str
    size: str


class SamplePart(Strict):
    """What must hold within each value of ``by``."""

    by: str
    answered: Answered
    weights: Weights | None = None
    units: Units | None = None

    @property
    def numbers(self) -> set[str]:
        """Columns that must hold numbers."""
        used = {self.units.drawn, self.units.size} if self.units else set()
        if self.weights:
            used |= {self.weights.column, *names(self.weights.total)}
        return used

    @property
    def columns(self) -> set[str]:
        """Every column that the part uses."""
        unit = {self.units.column} - {None} if self.units else set()
        return {self.by, self.answered.column, *self.numbers, *unit}
