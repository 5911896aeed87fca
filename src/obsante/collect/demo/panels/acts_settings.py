"""Parameters of the register of acts at a distance: ``config/demo/teleconsultations.yml``."""

from __future__ import annotations

from pydantic import Field, model_validator

from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.panels.calendar import Season
from obsante.collect.demo.settings import Effects
from obsante.collect.demo.topics import each_of
from obsante.edition import Strict

TABLE = "teleconsultations"
WHERE = f"config/demo/{TABLE}.yml"
GENERAL = "medecine_generale"
MODES = ["teleconsultation", "teleexpertise", "telesurveillance"]


class General(Strict):
    """Acts of general practice by facility that offers telemedicine and by month."""

    source: str = Field(min_length=1)
    acts: Effects
    season: Season
    noise: float = Field(ge=0)
    telemonitoring: float = Field(ge=0, le=1)


class Specialists(Strict):
    """Share of the requests handled by tele-expertise, acts of telemonitoring per request."""

    source: str = Field(min_length=1)
    expertise: Effects
    telemonitoring: Effects


class Distance(Strict):
    """Kilometres avoided by an act, and share of rows without them."""

    source: str = Field(min_length=1)
    part: Effects
    general: Effects
    missing: float = Field(ge=0, lt=1)


class Dirt(Strict):
    """Share of the rows that are spoilt."""

    source: str = Field(min_length=1)
    share: float = Field(ge=0, lt=0.05)


class Stream(Strict):
    """Register of one row per act; shares of each list add up to whatever they do."""

    source: str = Field(min_length=1)
    year: int
    milieu: Effects
    specialties: Effects
    modes: Effects
    km: dict[str, int]
    missing: float = Field(ge=0, lt=1)


class ActsSettings(Strict):
    """The whole of ``config/demo/teleconsultations.yml``."""

    seed: int = Field(ge=0)
    general: General
    specialists: Specialists
    distance: Distance
    dirt: Dirt
    stream: Stream

    @model_validator(mode="after")
    def _complete(self) -> ActsSettings:
        each_of("distance.part", self.distance.part, MODES)
        each_of("stream.modes", self.stream.modes, MODES)
        for where, values in (
            ("general.acts", self.general.acts),
            ("specialists.expertise", self.specialists.expertise),
            ("distance.general", self.distance.general),
            ("stream.milieu", self.stream.milieu),
            ("stream.km", self.stream.km),
        ):
            each_of(where, values, MILIEUX)
        return self
