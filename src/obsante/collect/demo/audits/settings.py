"""Parameters of the simulated compliance audits: ``config/demo/conformite.yml``, read strictly.

Effects are on the scale of a noise of unit variance.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from obsante.collect.demo.frame import SECTORS, TYPES
from obsante.collect.demo.settings import Effects
from obsante.collect.demo.topics import each_of
from obsante.edition import Strict

CODES = ("non", "partiel", "oui")


class Draw(Strict):
    """Facilities drawn in each type, split in two zones, ``inside`` the listed regions or not.

    Half in proportion to the size of the zone, half equally, at least ``minimum`` in each; null
    takes every facility, in one stratum. ``refusal``: share of audits refused, by type.
    """

    drawn: dict[str, int | None]
    minimum: int = Field(ge=2)
    inside: list[str]
    refusal: Effects

    @model_validator(mode="after")
    def _known_types(self) -> Draw:
        each_of("draw.refusal", self.refusal, self.drawn)
        each_of("draw.drawn", self.drawn, [name for name in TYPES if name in self.drawn])
        return self


class Culture(Strict):
    """What the controls of a facility share: ``propensity`` times its own, and a noise."""

    propensity: float
    noise: float
    yearly: float


class Observed(Strict):
    """Shares of the codes non, partiel, oui where the facility says yes, and where it says no."""

    said: list[float] = Field(min_length=3, max_length=3)
    denied: list[float] = Field(min_length=3, max_length=3)


class Control(Strict):
    """One control: ``base`` and effects by type or sector, or the ``answer`` that it checks.

    ``asked_if``: the profile of the facility that the control supposes; ``at_most``: an earlier
    control that this one can't be better than.
    """

    base: float = 0.0
    type: Effects = {}
    secteur: Effects = {}
    answer: str | None = None
    asked_if: str | None = None
    at_most: str | None = None

    @model_validator(mode="after")
    def _known(self) -> Control:
        for name in sorted((set(self.type) - set(TYPES)) | (set(self.secteur) - set(SECTORS))):
            raise ValueError(f"a type of facility or a sector, not '{name}'")
        return self


class Profile(Strict):
    """A trait of the facility: the item that gives it, or else a share of the other facilities.

    ``elsewhere``: the item gives it only to those whose records are kept outside.
    """

    answer: str
    elsewhere: bool = False
    otherwise: float = Field(ge=0, le=1)


class AuditSettings(Strict):
    """The whole of ``config/demo/conformite.yml``."""

    source: str
    draw: Draw
    culture: Culture
    cuts: list[float] = Field(min_length=2, max_length=2)
    observed: Observed
    profile: dict[str, Profile]
    controls: dict[str, Control]
    compliant_from: float
    auditors: int = Field(ge=1, le=99)
    missing: float = Field(ge=0, lt=0.1)
    dirt: float = Field(ge=0, lt=0.05)

    @model_validator(mode="after")
    def _known_names(self) -> AuditSettings:
        earlier: list[str] = []
        for name, control in self.controls.items():
            if control.at_most is not None and control.at_most not in earlier:
                raise ValueError(f"{name}, at_most: a control given before it")
            earlier.append(name)
            if control.asked_if is not None and control.asked_if not in self.profile:
                raise ValueError(f"{name}, asked_if: one of {sorted(self.profile)}")
        return self

    @property
    def answers(self) -> list[str]:
        """Items of the facility survey that are used."""
        links = [profile.answer for profile in self.profile.values()]
        return links + [c.answer for c in self.controls.values() if c.answer is not None]
