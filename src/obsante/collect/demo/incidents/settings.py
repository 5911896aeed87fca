"""Parameters of the simulated security incidents: ``config/demo/incidents.yml``, read strictly.

Durations are in days, shares in proportion, rates per facility and year.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from obsante.collect.demo.frame import SECTORS, TYPES
from obsante.collect.demo.settings import Effects
from obsante.collect.demo.topics import each_of
from obsante.edition import Strict

# A detection never takes longer, so that the distribution of delays is known whole from one year.
LONGEST_DELAY = 360


class Rates(Strict):
    """Incidents per facility and year, by type, for a facility of ``staff`` workers.

    The rate grows as the square root of the staff, by ``yearly`` for each year after the reference
    year, and is multiplied by a frailty of mean 1: 4 x the product of two uniforms.
    """

    by_type: Effects
    staff: Effects
    yearly: float = Field(gt=-0.3)


class Delay(Strict):
    """A delay: the whole part of ``most`` + 1 times the product of ``uniforms`` uniforms."""

    most: int = Field(ge=0, le=LONGEST_DELAY)
    uniforms: int = Field(ge=1, le=4)


class Nature(Strict):
    """A kind of incident: its share by sector, how and whether it is seen, whom it concerns.

    ``never``: share that is never detected; ``severity``: shares of the levels 1 to 4;
    ``patients``: at most, for a facility of one worker, growing as the square root of the staff;
    ``spared``: share of the incidents that concern no patient.
    """

    share: Effects
    never: float = Field(ge=0, lt=1)
    detection: Delay
    severity: list[float] = Field(min_length=4, max_length=4)
    patients: int = Field(ge=0)
    spared: float = Field(ge=0, le=1)


class IncidentSettings(Strict):
    """The whole of ``config/demo/incidents.yml``."""

    source: str
    rates: Rates
    natures: dict[str, Nature] = Field(min_length=1)
    notification: Delay
    never_notified: float = Field(ge=0, lt=1)
    closing: Delay
    unknown_patients: float = Field(ge=0, lt=1)
    dirt: float = Field(ge=0, lt=0.05)

    @model_validator(mode="after")
    def _complete(self) -> IncidentSettings:
        each_of("rates.by_type", self.rates.by_type, TYPES)
        each_of("rates.staff", self.rates.staff, TYPES)
        for name, nature in self.natures.items():
            each_of(f"natures.{name}.share", nature.share, SECTORS)
        return self
