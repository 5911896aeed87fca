"""Settings of the sampling plan: ``config/sampling.yml``, checked strictly.

Shares, rates and margins are proportions (0 to 1).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from obsante.edition import Strict, read_yaml, validate
from obsante.errors import nearest
from obsante.paths import Project
from obsante.stats.sampling import METHODS

TARGET = "target"
ALLOCATIONS = (TARGET, *METHODS)
DIMENSIONS = ("type", "milieu", "secteur", "region")
Effects = dict[str, float]


def _rates(rates: Effects) -> Effects:
    if not all(0 < rate <= 1 for rate in rates.values()):
        raise ValueError("rates above 0 and at most 1")
    return rates


def _allocation(name: str) -> str:
    if name not in ALLOCATIONS:
        raise ValueError(nearest(name, ALLOCATIONS))
    return name


def _dimensions(names: list[str]) -> list[str]:
    for name in names:
        if name not in DIMENSIONS:
            raise ValueError(f"'{name}' to be {nearest(name, DIMENSIONS)}")
    return names


Rates = Annotated[Effects, AfterValidator(_rates)]
Allocation = Annotated[str, AfterValidator(_allocation)]
Dimensions = Annotated[list[str], AfterValidator(_dimensions)]


class Target(Strict):
    """Half-width promised in each domain of some dimensions."""

    margin: float = Field(gt=0, lt=1)
    by: Dimensions = Field(min_length=1)


class Response(Strict):
    """Share of the facilities drawn that should answer: by type, plus an effect of the milieu."""

    type: Rates
    milieu: Effects = {}


class Neyman(Strict):
    """Variable of the frame whose dispersion guides Neyman's allocation; ``code`` counts as one."""

    variable: str
    code: str
    least_share: float = Field(gt=0, lt=0.5)


class Workers(Strict):
    """Second stage, by type: share of facilities, number of workers, share of them that answers."""

    facilities: Rates
    drawn: dict[str, Annotated[int, Field(ge=1)]]
    response: Rates
    reserve: float = Field(ge=0)
    correlation: float = Field(ge=0, lt=1)


class Settings(Strict):
    """The whole of ``config/sampling.yml``."""

    seed: int = Field(ge=0)
    first_edition: int
    rotation: float = Field(ge=0, le=1)
    minimum: int = Field(ge=2)
    census: list[str]
    allocation: Allocation
    size: int = Field(ge=1)
    target: Target
    share: float = Field(gt=0, lt=1)
    domains: Dimensions
    response: Response
    reserve: float = Field(ge=0)
    neyman: Neyman
    costs: dict[str, float] = {}
    workers: Workers


def load_settings(project: Project) -> Settings:
    """Read and check ``config/sampling.yml``.

    Raises:
        EditionError: the file is missing or unreadable, or a key is unknown, missing or mistyped.
    """
    path = project.config / "sampling.yml"
    return validate(Settings, read_yaml(project, path), project.relative(path))
