"""Simulated register of innovation projects, which begin, mature and end from year to year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from obsante.collect.demo.facilities import NOT_APPLICABLE
from obsante.collect.demo.registers.lots import (
    Lot,
    Register,
    Shares,
    register,
    shares_of,
    silence,
    totals,
)
from obsante.collect.demo.registers.technologies import (
    SCORES,
    Technologies,
    load_technologies,
)
from obsante.collect.demo.scene import Part, Scene, World
from obsante.collect.demo.tally import Domains, Tally
from obsante.collect.demo.topics import load_topic
from obsante.collect.demo.truth import Values
from obsante.edition import Strict

TABLE = "innovations"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "maturite_hors_bornes": {"maturite": "10"},
    "doublon": {},
    "code_inconnu": {"technologie": "ia"},
    "origine_sans_fonds": {"financement_mad": "0", "origine_fonds": "public"},
    "debut_futur": {"annee_debut": "2099"},
}
STATES = ("en_preparation", "actif", "termine", "abandonne")
_PREPARING, _ACTIVE, _DONE, _GIVEN_UP = range(4)
ORIGINS = ("public", "prive_national", "international", "mixte")
_MOST_PREPARING, _MOST = 4, 9
# Maturity beyond which a project has users.
_UNUSED = 4
_THOUSAND = 1000


class Cohorts(Strict):
    """Projects that begin in a year: ``base`` in the year ``first``, ``yearly`` more each year."""

    first: int
    base: int = Field(ge=1, le=99)
    yearly: float = Field(ge=0, le=5)

    def size(self, year: int) -> int:
        """Number of projects that begin in a year."""
        return int(self.base + self.yearly * (year - self.first))


class Life(Strict):
    """Years from start to end, and what becomes of a project.

    ``preparation``: share that prepares for its first year; ``abandoned``: share given up at the
    end; ``start`` and ``pace``: maturity at first, and levels gained each year, at most;
    ``technology``: levels gained for each level that the technology has above 5.
    """

    shortest: int = Field(ge=1)
    longest: int = Field(ge=1)
    preparation: float = Field(ge=0, le=1)
    abandoned: float = Field(ge=0, le=1)
    start: float = Field(ge=0)
    pace: float = Field(gt=0)
    technology: float = Field(ge=0)


class Carrier(Strict):
    """A kind of body that carries projects: share, most money in MAD, origin of the money."""

    share: float = Field(ge=0, le=1)
    money: int = Field(ge=0)
    origins: Shares

    @model_validator(mode="after")
    def _known_origins(self) -> Carrier:
        if tuple(self.origins) != ORIGINS:
            raise ValueError(f"origins: {', '.join(ORIGINS)}, in this order")
        return self


class ProjectSettings(Register):
    """The whole of ``config/demo/innovations.yml``."""

    cohorts: Cohorts
    names: list[str] = Field(min_length=1)
    regions: Shares
    carriers: dict[str, Carrier]
    life: Life
    unfunded: float = Field(ge=0, le=1)
    partners: int = Field(ge=0)
    users: int = Field(ge=0)


@dataclass(frozen=True)
class Projects:
    """Projects known at the end of a year, an array per trait, one element for each."""

    fixed: pd.DataFrame
    state: np.ndarray
    maturity: np.ndarray
    money: np.ndarray
    users: np.ndarray
    technologies: Technologies

    @property
    def origin(self) -> np.ndarray:
        """Position in ORIGINS, one more where there is no money."""
        return np.where(self.money > 0, self.fixed["origin"], len(ORIGINS))


def project_register(scene: Scene) -> Part:
    """One row per project that has begun."""
    settings = load_topic(ProjectSettings, scene.world.project, TABLE)
    projects = known_projects(scene.world, settings, scene.edition.edition)
    domains = _domains(settings, projects)
    return register(
        scene, TABLE, _table(scene, settings, projects), faults=FAULTS, share=settings.dirt,
        indicators=_indicators(projects, domains), effects=_effects(projects),
    )  # fmt: skip


def known_projects(world: World, settings: ProjectSettings, year: int) -> Projects:
    """Projects that have begun by the end of a year, as they are then."""
    technologies = load_technologies(world)
    years = range(settings.cohorts.first, year + 1)
    cohorts = [_cohort(world, settings, technologies, start) for start in years]
    fixed = pd.concat(cohorts, ignore_index=True)
    age = year - fixed["begun"].to_numpy()
    lived = np.minimum(age, fixed["lasts"].to_numpy())
    preparing = (age == 0) & fixed["prepares"].to_numpy()
    ended = np.where(fixed["given_up"].to_numpy(), _GIVEN_UP, _DONE)
    state = np.where(preparing, _PREPARING, np.where(age > lived, ended, _ACTIVE))
    maturity = np.floor(fixed["level"] + fixed["pace"] * lived).to_numpy().astype("int64")
    maturity = np.clip(maturity, 1, np.where(preparing, _MOST_PREPARING, _MOST))
    part = (lived + 1) / (fixed["lasts"].to_numpy() + 1)
    money = _THOUSAND * np.floor(fixed["money"].to_numpy() * part / _THOUSAND + 1)
    users = np.where(preparing, 0, np.maximum(0, maturity - _UNUSED))
    return Projects(
        fixed, state, maturity,
        np.where(fixed["unfunded"].to_numpy(), 0, money).astype("int64"),
        np.floor(users * lived * fixed["public"].to_numpy()).astype("int64"),
        technologies,
    )  # fmt: skip


def _cohort(
    world: World, settings: ProjectSettings, technologies: Technologies, start: int
) -> pd.DataFrame:
    """What does not change in the projects that begin in a year."""
    life = settings.life
    lot = Lot(world.settings.seed, f"{TABLE} {start}", settings.cohorts.size(start))
    carriers = list(settings.carriers.values())
    carrier = lot.pick({name: c.share for name, c in settings.carriers.items()}, "carrier")
    technology = lot.pick(technologies.project_shares(), "technology")
    ready = technologies.scores(0)[technology, SCORES.index("maturite")] - 5.0
    span = life.longest - life.shortest + 1
    most = np.array([c.money for c in carriers])[carrier]
    return pd.DataFrame({
        "begun": start,
        "rank": np.arange(1, lot.size + 1),
        "name": lot.pick(dict.fromkeys(settings.names, 1 / len(settings.names)), "name"),
        "technology": technology,
        "carrier": carrier,
        "region": lot.pick(settings.regions, "region"),
        "lasts": life.shortest + np.floor(span * lot.one("lasts")).astype(int),
        "prepares": lot.one("prepares") < life.preparation,
        "given_up": lot.one("given up") < life.abandoned,
        "level": 1 + life.start * lot.one("level") + life.technology * ready,
        "pace": life.pace * lot.one("pace"),
        "money": most * lot.product(2, "money"),
        "unfunded": lot.one("unfunded") < settings.unfunded,
        "origin": lot.pick_by([c.origins for c in carriers], carrier, "origin"),
        "partners": np.floor((settings.partners + 1) * lot.product(2, "partners")).astype(int),
        "public": settings.users * lot.product(3, "users"),
    })  # fmt: skip


def _table(scene: Scene, settings: ProjectSettings, projects: Projects) -> pd.DataFrame:
    fixed, cells = projects.fixed, silence(scene, TABLE, settings, len(projects.fixed))
    numbers = list(zip(fixed["begun"], fixed["rank"], strict=True))
    names = [settings.names[k] for k in fixed["name"]]
    origins = [(*ORIGINS, NOT_APPLICABLE)[k] for k in projects.origin]
    coded = {
        "technologie": (fixed["technology"].to_numpy(), projects.technologies.names),
        "statut": (projects.state, list(STATES)),
        "region": (fixed["region"].to_numpy(), list(settings.regions)),
        "type_porteur": (fixed["carrier"].to_numpy(), list(settings.carriers)),
    }
    columns = {name: cells.coded(name, *codes) for name, codes in coded.items()}
    whole = {"maturite": projects.maturity, "partenaires": fixed["partners"].to_numpy(),
             "financement_mad": projects.money, "utilisateurs": projects.users}  # fmt: skip
    columns |= {name: cells.whole(name, values) for name, values in whole.items()}
    return pd.DataFrame(columns | {
        "id_projet": [f"INN{year}-{rank:02d}" for year, rank in numbers],
        "edition": scene.edition.edition,
        "nom": [f"Projet fictif {name} {year % 100:02d}{rank:02d}"
                for name, (year, rank) in zip(names, numbers, strict=True)],
        "origine_fonds": cells.text("origine_fonds", origins),
        "annee_debut": fixed["begun"],
    })  # fmt: skip


def _domains(settings: ProjectSettings, projects: Projects) -> Domains:
    fixed = projects.fixed
    return Domains(
        {"technologie": fixed["technology"].to_numpy(), "statut": projects.state,
         "region": fixed["region"].to_numpy()},
        {"technologie": projects.technologies.names, "statut": list(STATES),
         "region": list(settings.regions)},
    )  # fmt: skip


def _indicators(projects: Projects, domains: Domains) -> dict[str, Values]:
    """Number, mean maturity and partners, money (MAD), its international share, users."""
    everyone, tally = np.ones(len(projects.fixed)), Tally()
    abroad = projects.origin == ORIGINS.index("international")
    tally.add("maturity", domains, projects.maturity)
    tally.add("partners", domains, projects.fixed["partners"].to_numpy())
    tally.add("abroad", domains, projects.money * abroad, projects.money)
    return {
        "inn.projets": totals(domains, everyone),
        "inn.maturite_projets": tally.values("maturity"),
        "inn.partenaires": tally.values("partners"),
        "inn.financement_mad": totals(domains, projects.money),
        "inn.part_internationale": tally.values("abroad"),
        "inn.utilisateurs": totals(domains, projects.users),
    }


def _effects(projects: Projects) -> dict[str, object]:
    money = np.bincount(projects.origin, projects.money, len(ORIGINS))[: len(ORIGINS)]
    return {
        "innovations_financement_par_origine": shares_of(dict(zip(ORIGINS, money, strict=True))),
        "innovations_sans_financement": int((projects.money == 0).sum()),
    }
