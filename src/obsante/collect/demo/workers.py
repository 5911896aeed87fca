"""Health workers: every one of the frame, then those drawn in responding facilities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.answers import Answers
from obsante.collect.demo.clusters import Stage, draw_units
from obsante.collect.demo.draws import bell, choose, stream
from obsante.collect.demo.frame import TYPES, Frame
from obsante.collect.demo.settings import Settings

_HALF_DAY_HOURS = 3.5


@dataclass(frozen=True)
class Workforce:
    """What does not change over the years, one element per worker, facility after facility.

    ``steady`` is the part of competence that lasts; ``facility`` a position in the frame.
    """

    facility: np.ndarray
    profession: np.ndarray
    age: np.ndarray
    woman: np.ndarray
    steady: np.ndarray


@dataclass(frozen=True)
class Year:
    """One edition's truth: training, hours of it, and competence."""

    trained: np.ndarray
    hours: np.ndarray
    competence: np.ndarray


def build_workforce(frame: Frame, settings: Settings) -> Workforce:
    """Every worker of every facility of the frame."""
    staff = frame.rows["n_professionnels"].to_numpy()
    facility = np.repeat(np.arange(len(frame), dtype=np.int32), staff)
    uniform = _uniforms(settings.seed, len(facility))
    types = frame.codes("type")[facility]
    professions = np.array([list(settings.workers.professions[name].values()) for name in TYPES])
    profession = choose(uniform("profession"), professions, types)
    ages = np.array([list(settings.workers.ages.values())])
    age = choose(uniform("age"), ages, np.zeros(len(facility), dtype=np.int8))
    women = np.array(list(settings.workers.women.values()))
    woman = uniform("sex") < women[profession]
    steady = _steady(frame, settings, facility, profession, age)
    return Workforce(facility, profession, age, woman, steady)


def _uniforms(seed: int, size: int) -> Callable[[str], np.ndarray]:
    return lambda name: stream(seed, "worker", name).random(size)


def _steady(
    frame: Frame,
    settings: Settings,
    facility: np.ndarray,
    profession: np.ndarray,
    age: np.ndarray,
) -> np.ndarray:
    effects = settings.workers.competence
    of_facility = effects.propensity * frame.rows["propensity"].to_numpy()
    of_facility += effects.shared * bell(stream(settings.seed, "shared competence"), len(frame))
    of_facility += frame.effect("type", effects.type)
    steady = bell(stream(settings.seed, "worker", "competence"), len(facility))
    steady += of_facility[facility]
    of_profession = [effects.profession[name] for name in profession_names(settings)]
    of_age = [effects.age[name] for name in settings.workers.ages]
    steady += np.array(of_profession)[profession] + np.array(of_age)[age]
    return steady


def profession_names(settings: Settings) -> list[str]:
    """Codes of the professions, in the order of their positions."""
    return list(settings.workers.women)


def workers_in(
    workforce: Workforce, frame: Frame, settings: Settings, *, year: int, seed: int
) -> Year:
    """Training and competence of every worker in one edition."""
    years = year - settings.reference_year
    training, effects = settings.workers.training, settings.workers.competence
    size = len(workforce.facility)
    chance = frame.effect("type", training.share) + training.yearly * years
    trained = stream(seed, "training").random(size) < chance[workforce.facility]
    rng = stream(seed, "training hours")
    half_days = 1 + np.floor(training.half_days * (rng.random(size) * rng.random(size)))
    competence = workforce.steady + effects.yearly * years + effects.training * trained
    return Year(trained, np.where(trained, _HALF_DAY_HOURS * half_days, 0.0), competence)


def likert(year: Year, settings: Settings, *, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Answers, 1 to 5, of every worker to each item in turn."""
    for area, difficulties in settings.workers.areas.items():
        for number, difficulty in enumerate(difficulties, start=1):
            name = f"lik_{area}_{number}"
            noise = bell(stream(seed, "likert", name), len(year.competence))
            cuts = [cut + difficulty for cut in settings.workers.cuts]
            yield name, 1 + passed(year.competence + noise, cuts)


def passed(value: np.ndarray, cuts: list[float]) -> np.ndarray:
    """Number of cuts below each value.

    >>> passed(np.array([-1.0, 0.5]), [0.0, 0.4]).tolist()
    [0, 2]
    """
    count = np.zeros(len(value), dtype=np.int8)
    for cut in cuts:
        count += value > cut
    return count


def draw_workers(
    frame: Frame, sample: pd.DataFrame, settings: Settings, *, seed: int
) -> pd.DataFrame:
    """Two stages: responding facilities within the same strata, then workers within them.

    Returns:
        One row per worker drawn, indexed by position in the workforce and sorted by identifier, as
        :func:`obsante.collect.demo.clusters.draw_units`.
    """
    rates = settings.workers
    stage = Stage(
        rates.facilities, rates.drawn, rates.response,
        ("primary units", "workers", "worker response"),
    )  # fmt: skip
    return draw_units(
        frame, frame.rows["n_professionnels"].to_numpy(), sample, stage, seed=seed
    )


def has(truth: Answers, requirement: str | None, facility: np.ndarray) -> np.ndarray | bool:
    """Whether each worker's facility has what a tool requires."""
    return True if requirement is None else truth.reached[requirement][facility] > 0
