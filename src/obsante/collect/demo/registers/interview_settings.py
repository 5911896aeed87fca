"""Parameters of the simulated interviews: ``config/demo/entretiens.yml``, read strictly.

Tones are on the scale of a noise of unit variance.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from obsante.collect.demo.registers.coding import VALENCES, Coder
from obsante.collect.demo.registers.lots import Register, Shares
from obsante.collect.demo.settings import Effects
from obsante.edition import Strict


class Theme(Strict):
    """A theme: its axis, its weight, its usual tone (0 is neutral), what the phrases call it."""

    axis: int = Field(ge=1, le=5)
    weight: float = Field(gt=0)
    tone: float
    subject: str = Field(min_length=1)


class Role(Strict):
    """Interviews of a role, weights of the five axes in them, effect on the tone.

    ``region``: of all of them, which then take place in town; None if they are anywhere.
    """

    interviews: int = Field(ge=1)
    axes: list[float] = Field(min_length=5, max_length=5)
    tone: float = 0.0
    region: str | None = None


class Tone(Strict):
    """What makes a tone: effects of the milieu and of the year, noises, and its two cuts."""

    milieu: Effects
    yearly: float
    person: float = Field(ge=0)
    cuts: list[float] = Field(min_length=2, max_length=2)


class Phrases(Strict):
    """Beginnings of the phrases, and their ends by valence."""

    openings: list[str] = Field(min_length=1)
    ends: dict[str, list[str]]


class InterviewSettings(Register):
    """The whole of ``config/demo/entretiens.yml``."""

    roles: dict[str, Role]
    turnover: float = Field(ge=0, le=1)
    milieux: Shares
    fewest: int = Field(ge=1)
    spread: int = Field(ge=0, le=90)
    themes: dict[str, Theme]
    tone: Tone
    coders: list[Coder] = Field(min_length=2, max_length=2)
    second: float = Field(gt=0, le=1)
    phrases: Phrases

    @model_validator(mode="after")
    def _in_order(self) -> InterviewSettings:
        if self.axes.tolist() != sorted(self.axes):
            raise ValueError("themes: those of an axis together, axes in order")
        if tuple(self.phrases.ends) != VALENCES:
            raise ValueError(f"phrases, ends: {', '.join(VALENCES)}, in this order")
        return self

    @property
    def axes(self) -> np.ndarray:
        """Axis of each theme."""
        return np.array([theme.axis for theme in self.themes.values()])
