"""What users live through: difficulties, remote and in-person care, information, opinions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from obsante.collect.demo.draws import bell, choose, stream
from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.patients.people import Crowd, persons
from obsante.collect.demo.patients.settings import Line, Opinion, Outcome, PatientSettings
from obsante.collect.demo.workers import passed

PRESENT = "presentiel"
_LOWEST, _HIGHEST = 0.01, 0.99


@dataclass(frozen=True)
class People:
    """One element per user: positions by dimension, outcomes as booleans, levels of scales.

    ``levels`` holds the Washington Group items (1 to 4) and the opinions (1 to 5); ``mode`` and
    ``reason`` are positions among the modes of contact and the reasons for giving up care.
    """

    crowd: Crowd
    codes: dict[str, np.ndarray]
    yes: dict[str, np.ndarray]
    levels: dict[str, np.ndarray]
    mode: np.ndarray
    reason: np.ndarray


def live(crowd: Crowd) -> People:
    """The truth of each user of a crowd."""
    settings = crowd.settings
    codes = persons(crowd)
    levels = _difficulties(crowd, codes["tranche_age"])
    from_level = settings.disability.from_level
    codes["handicap"] = (np.maximum.reduce(list(levels.values())) >= from_level).astype(np.int8)
    codes["type"] = crowd.of_facility("type")
    codes["secteur"] = crowd.of_facility("secteur")
    yes: dict[str, np.ndarray] = {}
    for name, outcome in settings.outcomes.items():
        yes[name] = _outcome(crowd, name, outcome, codes, yes)
    mode = _mode(crowd, yes)
    seen = crowd.uniform("in person") < settings.in_person
    yes["recours_presentiel"] = seen | (mode == 0)
    mood = settings.mood * crowd.noise("mood")
    for name, opinion in settings.opinions.items():
        levels[name] = _opinion(crowd, name, opinion, codes, yes, mood)
    return People(crowd, codes, yes, levels, mode, _reason(crowd, codes["milieu"]))


def modes(settings: PatientSettings) -> list[str]:
    """Modes of contact, in the order of their positions."""
    return [PRESENT, *settings.remote.modes]


def reasons(settings: PatientSettings) -> list[str]:
    """Reasons for giving up care, in the order of their positions."""
    return list(settings.reasons[MILIEUX[0]])


def _difficulties(crowd: Crowd, age: np.ndarray) -> dict[str, np.ndarray]:
    """Level, 1 to 4, of each item of the Washington Group's short set."""
    difficulty = crowd.settings.disability
    effects = np.array([difficulty.age.get(name, 0.0) for name in crowd.settings.ages])
    common = effects[age] + difficulty.own * crowd.noise("difficulty")
    return {
        name: 1 + passed(common + ease + crowd.noise("difficulty", name), difficulty.cuts)
        for name, ease in difficulty.items.items()
    }


def _line(
    crowd: Crowd, name: str, line: Line, codes: dict[str, np.ndarray], yes: dict[str, np.ndarray]
) -> np.ndarray:
    world, names = crowd.scene.world, crowd.settings.modalities
    years = crowd.scene.edition.edition - world.settings.reference_year
    value = np.full(len(crowd), line.base + line.yearly * years)
    for dimension, effects in line.of.items():
        table = np.array([effects.get(modality, 0.0) for modality in names[dimension]])
        value += table[codes[dimension]]
    common = line.shared * bell(stream(world.settings.seed, "shared", name), len(world.frame))
    for item, effect in line.facility.items():
        common += effect * (crowd.scene.answers.reached[item] > 0)
    value += common[crowd.facility]
    for other, effect in line.after.items():
        value += effect * yes[other]
    return value


def _outcome(
    crowd: Crowd,
    name: str,
    outcome: Outcome,
    codes: dict[str, np.ndarray],
    yes: dict[str, np.ndarray],
) -> np.ndarray:
    chance = np.clip(_line(crowd, name, outcome, codes, yes), _LOWEST, _HIGHEST)
    reached = crowd.uniform("outcome", name) < chance
    return reached & yes[outcome.require] if outcome.require else reached


def _opinion(
    crowd: Crowd,
    name: str,
    opinion: Opinion,
    codes: dict[str, np.ndarray],
    yes: dict[str, np.ndarray],
    mood: np.ndarray,
) -> np.ndarray:
    value = _line(crowd, name, opinion, codes, yes) + mood + crowd.noise("opinion", name)
    return 1 + passed(value, opinion.cuts)


def _mode(crowd: Crowd, yes: dict[str, np.ndarray]) -> np.ndarray:
    """Position in :func:`modes`: remote only for those who use it, where it is offered."""
    remote = crowd.settings.remote
    offered = crowd.scene.answers.reached["telemedecine"][crowd.facility] > 0
    chosen = (crowd.uniform("mode") < remote.share) & offered & yes["recours_distance"]
    everyone = np.zeros(len(crowd), dtype=np.int8)
    kind = choose(crowd.uniform("remote mode"), np.array([list(remote.modes.values())]), everyone)
    return np.where(chosen, 1 + kind, 0).astype(np.int8)


def _reason(crowd: Crowd, milieu: np.ndarray) -> np.ndarray:
    shares = np.array([list(crowd.settings.reasons[name].values()) for name in MILIEUX])
    return choose(crowd.uniform("reason"), shares, milieu)
