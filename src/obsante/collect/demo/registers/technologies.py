"""Technologies of the watch, the experts and the projects: ``config/demo/technologies.yml``."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from obsante.collect.demo.registers.lots import Shares
from obsante.collect.demo.scene import World
from obsante.collect.demo.topics import load_topic
from obsante.edition import Strict

SCORES = ("pertinence", "faisabilite", "maturite")
_TOPIC = "technologies"
# Part of its weight that a technology keeps, however long it declines.
_LEAST = 0.1


class Technology(Strict):
    """True scores (1 to 9), and weights among the signals and the projects.

    ``yearly`` is added to the maturity, and ``growth`` times the weight to the weight among the
    signals, for each year after the reference year of the demonstration.
    """

    name: str = Field(min_length=1)
    pertinence: float = Field(ge=1, le=9)
    faisabilite: float = Field(ge=1, le=9)
    maturite: float = Field(ge=1, le=9)
    yearly: float = Field(default=0.0, ge=-1, le=1)
    signals: float = Field(gt=0)
    growth: float = Field(default=0.0, gt=-0.2, lt=1)
    projects: float = Field(gt=0)


class Technologies(Strict):
    """The whole of ``config/demo/technologies.yml``."""

    source: str = Field(min_length=1)
    technologies: dict[str, Technology] = Field(min_length=2)

    @property
    def names(self) -> list[str]:
        """Codes, in the order of the file."""
        return list(self.technologies)

    def scores(self, years: int) -> np.ndarray:
        """True scores ``years`` after the reference year: (technologies, SCORES)."""
        rows = [(t.pertinence, t.faisabilite, t.maturite + t.yearly * years)
                for t in self.technologies.values()]  # fmt: skip
        return np.clip(np.array(rows), 1.0, 9.0)

    def signal_shares(self, years: int) -> Shares:
        """Share of each technology in the signals of a year."""
        return _normalised({
            name: t.signals * max(_LEAST, 1 + t.growth * years)
            for name, t in self.technologies.items()
        })  # fmt: skip

    def project_shares(self) -> Shares:
        """Share of each technology in the projects."""
        return _normalised({name: t.projects for name, t in self.technologies.items()})


def load_technologies(world: World) -> Technologies:
    """The technologies of the demonstration.

    Raises:
        EditionError: the file is missing or unreadable, or a key is unknown, missing or mistyped.
    """
    return load_topic(Technologies, world.project, _TOPIC)


def _normalised(weights: dict[str, float]) -> Shares:
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}
