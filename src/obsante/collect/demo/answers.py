"""True answers of every facility of the frame, before any non-response.

The same facility keeps its propensity and its own noise in every edition, so that adoption grows
over the years and answers of different years resemble each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from obsante.collect.demo.draws import bell, choose, levels, stream
from obsante.collect.demo.frame import SECTORS, Frame
from obsante.collect.demo.settings import Choice, Item, Settings


@dataclass(frozen=True)
class Answers:
    """One edition's truth, an array per question, one element per facility.

    ``reached`` holds the level (0 for no) of each item, ``chosen`` the position of each choice
    among its answers; ``full_time`` is in half units at least, ``workstations`` a count.
    """

    reached: dict[str, np.ndarray]
    chosen: dict[str, np.ndarray]
    full_time: np.ndarray
    workstations: np.ndarray

    @property
    def stage(self) -> np.ndarray:
        """Stage of the electronic record, 0 to 5."""
        return self.reached["dme"] + self.reached["dme_profondeur"] * self.reached["dme"]


def true_answers(frame: Frame, settings: Settings, *, year: int, seed: int) -> Answers:
    """Answers of the whole frame for one edition; ``seed`` is that edition's."""
    years = year - settings.reference_year
    reached: dict[str, np.ndarray] = {}
    for name in settings.items:
        reached[name] = _item(frame, settings, name, years=years, seed=seed, known=reached)
    chosen = {
        name: _choice(frame, choice, settings.seed, name)
        for name, choice in settings.choices.items()
    }
    full_time = _full_time(frame, settings.seed, seed)
    return Answers(reached, chosen, full_time, _workstations(frame, settings, full_time, years))


def adopters(frame: Frame, settings: Settings, year: int) -> np.ndarray:
    """Level, 0 or 1, of each facility in the use of an electronic record in any ``year``."""
    years = year - settings.reference_year
    # Adoption has no yearly noise, so no edition's seed matters.
    return _item(frame, settings, "dme", years=years, seed=0, known={})


def concerned(frame: Frame, item: Item, known: dict[str, np.ndarray]) -> np.ndarray:
    """Facilities that can answer yes."""
    able = np.ones(len(frame), dtype=bool)
    for parent in filter(None, (item.requires, item.asked_if)):
        able &= known[parent] > 0
    return able & asked(frame, item)


def asked(frame: Frame, item: Item) -> np.ndarray:
    """Facilities of a type to which the question is put."""
    return frame.is_type(item.types) if item.types else np.ones(len(frame), dtype=bool)


def _item(
    frame: Frame,
    settings: Settings,
    name: str,
    *,
    years: int,
    seed: int,
    known: dict[str, np.ndarray],
) -> np.ndarray:
    item = settings.items[name]
    own = bell(stream(settings.seed, "item", name), len(frame))
    score = item.loading * frame.rows["propensity"].to_numpy() + (1 - item.loading) * own
    score += frame.effect("milieu", item.milieu) + frame.effect("type", item.type)
    if item.shock:
        score += item.shock * bell(stream(seed, "shock", name), len(frame))
    able = concerned(frame, item, known)
    reached = np.zeros(len(frame), dtype=np.int8)
    reached[able] = levels(score[able], [level.of(years) for level in item.levels])
    return reached


def _choice(frame: Frame, choice: Choice, seed: int, name: str) -> np.ndarray:
    shares = np.array([list(choice.shares[sector].values()) for sector in SECTORS])
    uniform = stream(seed, "choice", name).random(len(frame))
    return choose(uniform, shares, frame.codes("secteur"))


def _full_time(frame: Frame, own_seed: int, seed: int) -> np.ndarray:
    """Staff on duty, in halves, from 80 % to 100 % of the staff."""
    staff = frame.rows["n_professionnels"].to_numpy()
    part = 0.8 + 0.15 * stream(own_seed, "full_time").random(len(frame))
    part += 0.05 * stream(seed, "full_time").random(len(frame))
    return np.minimum(staff, np.floor(2 * staff * part + 0.5) / 2)


def _workstations(
    frame: Frame, settings: Settings, full_time: np.ndarray, years: int
) -> np.ndarray:
    line = settings.workstations
    noise = bell(stream(settings.seed, "workstations"), len(frame))
    each = line.base + line.yearly * years + line.slope * frame.rows["propensity"].to_numpy()
    each = np.clip(each + line.noise * noise, 0.05, 1.2)
    luck = stream(settings.seed, "workstations", "rounding").random(len(frame))
    return np.floor(full_time * each + luck).astype("int64")
