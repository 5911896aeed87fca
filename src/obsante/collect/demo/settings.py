"""Parameters of the synthetic campaign: ``config/demo/etablissements.yml``, checked strictly.

Shares are proportions (0 to 1); effects are on the scale of a noise of unit variance.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from obsante.collect.demo.topics import load_topic
from obsante.edition import Strict
from obsante.paths import Project

Effects = dict[str, float]


class Figure(Strict):
    """A row of ``offre_sante.csv``; without ``region``, the national one."""

    indicator: str
    sector: str
    year: int
    region: str | None = None


class Population(Strict):
    """Weight of an urban and of a rural inhabitant in a distribution by population."""

    urban: int = Field(ge=0)
    rural: int = Field(ge=0)


class Supply(Strict):
    """A real national count, what is known of its regions, and how the rest is shared."""

    national: Figure
    regions: list[Figure] = []
    shares: list[Figure] = []
    by: Population | Figure


class Staff(Strict):
    """Size of a facility: ``minimum`` + ``spread`` times the product of two uniforms."""

    minimum: int = Field(ge=1)
    spread: int = Field(ge=0)


class FrameSettings(Strict):
    """Where the facilities come from."""

    hospitals: Supply
    urban_centres: Supply
    rural_centres: Supply
    clinics: Supply
    practices: Supply
    university_regions: list[str]
    local_hospitals: Population
    staff: dict[str, Staff]


class Response(Strict):
    """Probability that a facility answers: by type, plus an effect of the milieu."""

    type: Effects
    milieu: Effects


class SampleSettings(Strict):
    """Stratification, sizes, rotation and non-response."""

    minimum: int = Field(ge=2)
    drawn: dict[str, int | None]
    rotation: float = Field(ge=0, le=1)
    response: Response
    waves: list[float] = Field(min_length=2, max_length=2)
    dirt: float = Field(ge=0, lt=0.05)


class Propensity(Strict):
    """Effects on the digital propensity of a facility."""

    type: Effects
    milieu: Effects
    region: Effects


class Level(Strict):
    """Share of the facilities concerned that reach a level in the reference year."""

    share: float = Field(ge=0, le=1)
    yearly: float = 0.0

    def of(self, years: int) -> float:
        """Share ``years`` after the reference year, kept away from 0 and 1."""
        return min(0.99, max(0.01, self.share + self.yearly * years))


class Item(Strict):
    """A question with ordered answers: ``codes`` from no level to the last one."""

    source: str = Field(min_length=1)
    levels: list[Level] = Field(min_length=1)
    loading: float = Field(ge=0, le=1)
    milieu: Effects = {}
    type: Effects = {}
    shock: float = Field(default=0.15, ge=0)
    requires: str | None = None
    asked_if: str | None = None
    types: list[str] = []
    codes: list[str] = ["non", "oui"]
    missing: float = Field(default=0.02, ge=0, le=0.1)
    unknown: float = Field(default=0.015, ge=0, le=0.1)


class Choice(Strict):
    """A question with one answer among several without order; shares by sector."""

    source: str = Field(min_length=1)
    asked_if: str
    shares: dict[str, Effects]
    missing: float = Field(default=0.02, ge=0, le=0.1)
    unknown: float = Field(default=0.015, ge=0, le=0.1)


class Workstations(Strict):
    """Computers for each worker, as a line of the propensity."""

    base: float
    slope: float
    noise: float
    yearly: float
    missing: float


class FullTime(Strict):
    """Non-response to the number of full-time equivalents."""

    missing: float


class Contact(Strict):
    """Facilities that leave out the address, or the place, of their respondent."""

    address_missing: float = Field(ge=0, le=1)
    place_missing: float = Field(ge=0, le=1)


class Competence(Strict):
    """Effects on a worker's latent competence."""

    propensity: float
    shared: float
    yearly: float
    training: float
    type: Effects
    age: Effects
    profession: Effects


class Training(Strict):
    """Share trained in 12 months by type of facility, and half-days at most."""

    share: Effects
    yearly: float
    half_days: int = Field(ge=1)


class Tool(Strict):
    """Competence from which a tool is used, and what the facility must have."""

    cut: float
    requires: str | None = None


class WorkerSettings(Strict):
    """Second stage of the sample, and what the workers answer."""

    facilities: Effects
    drawn: dict[str, int]
    response: Effects
    dirt: float = Field(ge=0, lt=0.05)
    professions: dict[str, Effects]
    ages: Effects
    women: Effects
    competence: Competence
    areas: dict[str, list[float]]
    cuts: list[float]
    autonomy: list[float]
    training: Training
    tools: dict[str, Tool]
    needs: dict[str, Effects]
    missing: Effects
    unknown_training: float


class Settings(Strict):
    """The whole of ``config/demo/etablissements.yml``."""

    seed: int = Field(ge=0)
    reference_year: int
    first_edition: int
    frame: FrameSettings
    sample: SampleSettings
    propensity: Propensity
    items: dict[str, Item]
    choices: dict[str, Choice]
    workstations: Workstations
    full_time: FullTime
    contact: Contact
    workers: WorkerSettings

    @model_validator(mode="after")
    def _adoption_lasts(self) -> Settings:
        if "dme" not in self.items or self.items["dme"].shock:
            raise ValueError("item dme, with shock: 0.0 (its growth is known for every edition)")
        return self


def load_settings(project: Project) -> Settings:
    """Read and check ``config/demo/etablissements.yml``.

    Raises:
        EditionError: the file is missing or unreadable, or a key is unknown, missing or mistyped.
    """
    return load_topic(Settings, project, "etablissements")
