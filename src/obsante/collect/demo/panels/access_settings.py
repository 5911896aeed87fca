"""Parameters of the panel of access: ``config/demo/acces.yml``, checked strictly."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.panels.calendar import Season
from obsante.collect.demo.panels.panel import Quantity
from obsante.collect.demo.panels.reporting import Reporting
from obsante.collect.demo.settings import Effects
from obsante.collect.demo.topics import each_of
from obsante.edition import Strict

TABLE = "acces"
WHERE = f"config/demo/{TABLE}.yml"
_QUANTITIES = ["attente_jours", "distance_km", "part_renoncements"]


class Specialty(Strict):
    """Requests per 1,000 inhabitants and month, days of waiting added, strength of the effects."""

    demand: float = Field(gt=0)
    wait: float
    effect: float = Field(ge=0)


class Specialties(Strict):
    """Specialties by code."""

    source: str = Field(min_length=1)
    of: dict[str, Specialty]


class Demand(Strict):
    """How requests vary over months, and the noise of series of ``typical`` requests a month."""

    source: str = Field(min_length=1)
    season: Season
    noise: float = Field(ge=0)
    yearly: float
    typical: float = Field(gt=0)
    precision: list[float] = Field(min_length=2, max_length=2)


class Need(Strict):
    """Part of a province's need that its region explains."""

    source: str = Field(min_length=1)
    region: float = Field(ge=0, le=1)


class Wave(Strict):
    """Share of each milieu that opens in a month, and strength of the effects there."""

    month: dt.date
    effect: float
    shares: Effects


class Openings(Strict):
    """Who opens when; ``path``: share of the effect in each month since."""

    source: str = Field(min_length=1)
    weight: float = Field(ge=0, le=1)
    waves: list[Wave] = Field(min_length=1)
    path: list[float] = Field(min_length=1)


class Remote(Strict):
    """Share of the requests handled at a distance, and days that they wait."""

    source: str = Field(min_length=1)
    share: Effects
    noise: float = Field(ge=0)
    wait: float
    wait_noise: float = Field(ge=0)
    wait_least: float = Field(ge=0)


class AccessSettings(Strict):
    """The whole of ``config/demo/acces.yml``."""

    seed: int = Field(ge=0)
    start: dt.date
    specialties: Specialties
    demand: Demand
    need: Need
    openings: Openings
    remote: Remote
    quantities: dict[str, Quantity]
    reporting: Reporting

    @model_validator(mode="after")
    def _complete(self) -> AccessSettings:
        each_of("quantities", self.quantities, _QUANTITIES)
        each_of("remote.share", self.remote.share, MILIEUX)
        for wave in self.openings.waves:
            each_of(f"openings of {wave.month}", wave.shares, MILIEUX)
        for name, quantity in self.quantities.items():
            quantity.check_groups(MILIEUX, name)
        return self
