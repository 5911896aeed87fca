"""Parameters of the simulated users of facilities: ``config/demo/patients.yml``, read strictly.

Shares and chances are proportions (0 to 1); effects on an opinion are on the scale of a noise of
unit variance, effects on a chance are in proportion points.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from obsante.collect.demo.frame import MILIEUX, SECTORS, TYPES
from obsante.collect.demo.settings import Effects, Staff
from obsante.collect.demo.topics import each_of
from obsante.edition import Strict

Shares = dict[str, float]


class Line(Strict):
    """A sum of effects: ``base``, ``yearly`` for each year after the reference year, and others.

    ``of``: dimension of the user (sexe, tranche_age, milieu, langue, quintile, handicap, type)
    -> modality -> effect. ``facility``: answer of the facility -> effect of a yes. ``after``:
    earlier outcome of the same user -> effect of a yes. ``shared``: size of a noise common to the
    users of a facility.
    """

    source: str = Field(min_length=1)
    base: float
    yearly: float = 0.0
    of: dict[str, Effects] = {}
    facility: Effects = {}
    after: Effects = {}
    shared: float = Field(default=0.0, ge=0)


class Outcome(Line):
    """A yes or no, the line being the chance of a yes among those who ``require`` allows."""

    require: str | None = None


class Opinion(Line):
    """A scale from 1 to 5: the line plus a noise, cut at ``cuts``."""

    cuts: list[float] = Field(min_length=4, max_length=4)
    require: str | None = None


class Residence(Strict):
    """Where users live: share, by type of facility, from anywhere in the region; rural share.

    ``rural``: among the users of a facility, by its milieu.
    """

    away: Effects
    rural: Effects


class Goods(Strict):
    """Household goods, 0 to 10: first and last number of each fifth, poorest first.

    ``shares``: of the five fifths, by sector of the facility and milieu of residence.
    """

    bounds: list[list[int]] = Field(min_length=5, max_length=5)
    shares: dict[str, dict[str, list[float]]]


class Languages(Strict):
    """Language of the home: ``regions`` gives the group of a region, ``usual`` otherwise."""

    shares: dict[str, Shares]
    regions: dict[str, str]
    usual: str

    @model_validator(mode="after")
    def _known_groups(self) -> Languages:
        for name in [self.usual, *self.regions.values()]:
            if name not in self.shares:
                raise ValueError(f"languages: a group of {sorted(self.shares)}, not '{name}'")
        for name, shares in self.shares.items():
            each_of(f"languages.shares.{name}", shares, self.shares[self.usual])
        return self


class Disability(Strict):
    """Difficulty of a user: effect of the age + noise, then each item's noise, cut at ``cuts``.

    An answer at or above ``from_level`` to one of the ``items`` makes a disability.
    """

    age: Effects
    own: float
    items: dict[str, float]
    cuts: list[float] = Field(min_length=3, max_length=3)
    from_level: int


class Survey(Strict):
    """Second stage, among the facilities where workers are drawn, and its response."""

    facilities: Effects
    drawn: dict[str, int]
    response: Effects


class Remote(Strict):
    """Contact of the week: share at a distance of those who used it where it is offered."""

    share: float
    modes: Shares


class PatientSettings(Strict):
    """The whole of ``config/demo/patients.yml``."""

    source: str
    users: dict[str, Staff]
    survey: Survey
    women: Effects
    ages: Shares
    residence: Residence
    goods: Goods
    languages: Languages
    disability: Disability
    outcomes: dict[str, Outcome]
    opinions: dict[str, Opinion]
    mood: float
    remote: Remote
    in_person: float
    reasons: dict[str, Shares]
    missing: Effects
    unknown: Effects
    dirt: float = Field(ge=0, lt=0.05)

    @model_validator(mode="after")
    def _complete(self) -> PatientSettings:
        by_type = {"users": self.users, "women": self.women, "residence.away": self.residence.away}
        by_type |= {f"survey.{name}": values for name, values in self.survey.model_dump().items()}
        for what, given in by_type.items():
            each_of(what, given, TYPES)
        each_of("goods.shares", self.goods.shares, SECTORS)
        by_milieu = {"residence.rural": self.residence.rural, "reasons": self.reasons}
        by_milieu |= {f"goods.shares.{name}": given for name, given in self.goods.shares.items()}
        for what, given in by_milieu.items():
            each_of(what, given, MILIEUX)
        for milieu in MILIEUX:
            each_of(f"reasons.{milieu}", self.reasons[milieu], self.reasons[MILIEUX[0]])
        each_of("disability.age", self.disability.age, self.ages)
        return self

    @property
    def modalities(self) -> dict[str, list[str]]:
        """Names of the positions of each dimension of a user."""
        languages = next(iter(self.languages.shares.values()))
        return {
            "sexe": ["femme", "homme"],
            "tranche_age": list(self.ages),
            "langue": list(languages),
            "milieu": MILIEUX,
            "quintile": [str(fifth) for fifth in range(1, 6)],
            "handicap": ["non", "oui"],
            "type": TYPES,
            "secteur": SECTORS,
        }

    @model_validator(mode="after")
    def _known_effects(self) -> PatientSettings:
        for name, line in (self.outcomes | self.opinions).items():
            for dimension, effects in line.of.items():
                known = self.modalities.get(dimension, [])
                for modality in sorted(set(effects) - set(known)):
                    raise ValueError(f"{name}, {dimension}: one of {known}, not '{modality}'")
        return self

    @model_validator(mode="after")
    def _in_order(self) -> PatientSettings:
        known: set[str] = set()
        for name, line in (self.outcomes | self.opinions).items():
            required = {line.require} - {None, "recours_presentiel"}
            for other in sorted({*line.after, *required} - known):
                raise ValueError(f"{name}: an outcome given before it, not '{other}'")
            known |= {name} if name in self.outcomes else set()
        return self
