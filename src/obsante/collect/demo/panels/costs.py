"""Activity and costs of hospitals and clinics, month after month, as records go live: the truth.

The facilities are some of the frame, and each has its record in the year in which it adopts one
there. Effects grow after a few harder months, and differ by type and year; the mean stay has none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from pydantic import Field, model_validator

from obsante.collect.demo.answers import adopters
from obsante.collect.demo.draws import bell, rank_within, stream
from obsante.collect.demo.frame import TYPES, Frame
from obsante.collect.demo.panels.calendar import (
    YEAR,
    Season,
    monthly,
    monthly_uniforms,
    months_between,
)
from obsante.collect.demo.panels.panel import NEVER, Course, Panel, Quantity, course
from obsante.collect.demo.panels.reporting import Reporting
from obsante.collect.demo.scene import World
from obsante.collect.demo.settings import Effects
from obsante.collect.demo.topics import each_of
from obsante.edition import Strict

FOLLOWED = ["chu", "chr_chp", "hopital_proximite", "clinique_privee"]
TABLE = "couts"
WHERE = f"config/demo/{TABLE}.yml"
_QUANTITIES = [
    "cout_par_acte_mad", "heures_admin_pour_100_actes", "papier_par_acte_mad",
    "part_examens_repetes", "sejour_moyen_jours",
]  # fmt: skip


class Drawn(Strict):
    """Facilities of a type to follow, without a record before the first month, and with one."""

    without: int = Field(ge=0)
    equipped: int = Field(ge=0, alias="with")


class Facilities(Strict):
    """Facilities to follow, by type."""

    source: str = Field(min_length=1)
    chu: Drawn
    chr_chp: Drawn
    hopital_proximite: Drawn
    clinique_privee: Drawn


class Record(Strict):
    """When a record goes live, and the share of its effect in each month since."""

    source: str = Field(min_length=1)
    unknown_until: int
    path: list[float] = Field(min_length=1)
    strength: Effects
    yearly: float
    first_year: int


class Activity(Strict):
    """Acts by worker and month, examinations and stays for 100 acts, and how they vary."""

    source: str = Field(min_length=1)
    acts: Effects
    examinations: float = Field(gt=0)
    stays: float = Field(gt=0)
    spread: float = Field(ge=0)
    season: Season
    yearly: float
    noise: float = Field(ge=0)


class CostSettings(Strict):
    """The whole of ``config/demo/couts.yml``."""

    seed: int = Field(ge=0)
    start: dt.date
    facilities: Facilities
    record: Record
    activity: Activity
    quantities: dict[str, Quantity]
    reporting: Reporting

    @model_validator(mode="after")
    def _complete(self) -> CostSettings:
        each_of("quantities", self.quantities, _QUANTITIES)
        each_of("record.strength", self.record.strength, FOLLOWED)
        each_of("activity.acts", self.activity.acts, FOLLOWED)
        for name, quantity in self.quantities.items():
            quantity.check_groups(FOLLOWED, name)
        return self


@dataclass(frozen=True)
class Costs:
    """The panel and its truth.

    ``positions`` of the facilities in the frame, by number; ``dated``: whether the month of each
    record is known. ``acts``, ``examinations`` and ``stays`` are counts, ``totals`` the other
    columns of the file, all (T, n).
    """

    settings: CostSettings
    frame: Frame
    positions: np.ndarray
    panel: Panel
    dated: np.ndarray
    acts: np.ndarray
    examinations: np.ndarray
    stays: np.ndarray
    totals: dict[str, Course]

    @property
    def studied(self) -> Panel:
        """The panel, records that were live from the first month on left out of the treated."""
        before = self.panel.entry <= self.panel.months[0]
        return replace(self.panel, strength=np.where(before, 0.0, self.panel.strength))

    def rates(self) -> dict[str, tuple[Course, np.ndarray]]:
        """Each outcome, as a rate, and what it is a rate of."""
        hours, paper, again = (
            self.totals[name] for name in ("heures_admin", "papier_mad", "examens_repetes")
        )
        acts, examinations = self.acts, self.examinations
        return {
            "cout_par_acte_mad": (self.totals["cout_par_acte_mad"], acts),
            "heures_admin_pour_100_actes": (hours.over(acts / 100), acts),
            "papier_par_acte_mad": (paper.over(acts), acts),
            "part_examens_repetes": (again.over(examinations), examinations),
            "sejour_moyen_jours": (self.totals["sejour_moyen_jours"], self.stays),
        }


def build_costs(world: World, settings: CostSettings, last: dt.date) -> Costs:
    """The panel from its first month to that of ``last``."""
    frame, months = world.frame, months_between(settings.start, last, WHERE)
    year = _adoption(world, settings, int(months[-1] // YEAR))
    positions = _followed(frame, year, settings, world.scale)
    panel = _panel(frame, positions, year[positions], settings, months)
    acts = _acts(frame, positions, panel, settings.activity)
    part = {
        name: _counted(panel, name, acts, rate / 100)
        for name, rate in (("examinations", settings.activity.examinations),
                           ("stays", settings.activity.stays))
    }  # fmt: skip
    dated = (panel.entry < NEVER) & (year[positions] > settings.record.unknown_until)
    totals = _totals(panel, settings, acts, part["examinations"])
    return Costs(settings, frame, positions, panel, dated, acts, totals=totals, **part)


def _adoption(world: World, settings: CostSettings, last: int) -> np.ndarray:
    """Year in which each facility of the frame adopts a record, NEVER if not by ``last``."""
    year = np.full(len(world.frame), NEVER)
    for candidate in range(last, settings.record.unknown_until - 1, -1):
        year[adopters(world.frame, world.settings, candidate) > 0] = candidate
    return year


def _followed(
    frame: Frame, year: np.ndarray, settings: CostSettings, scale: int
) -> np.ndarray:
    """Positions of the facilities drawn, by number."""
    types, equipped = frame.codes("type"), year < settings.start.year
    group = 2 * types.astype("int64") + equipped
    wanted = np.zeros(2 * len(TYPES), dtype=int)
    for name in FOLLOWED:
        drawn = getattr(settings.facilities, name)
        start = 2 * TYPES.index(name)
        wanted[start : start + 2] = drawn.without, drawn.equipped
    rank = rank_within(group, stream(settings.seed, "facilities").random(len(frame)))
    chosen = np.flatnonzero(rank < scale * wanted[group])
    return chosen[np.argsort(frame.rows["number"].to_numpy()[chosen], kind="stable")]


def _panel(
    frame: Frame,
    positions: np.ndarray,
    year: np.ndarray,
    settings: CostSettings,
    months: np.ndarray,
) -> Panel:
    record, group = settings.record, _group(frame, positions)
    month = np.floor(YEAR * stream(settings.seed, "live").random(len(frame)))[positions]
    adopted = year < NEVER
    later = 1 + record.yearly * np.maximum(0, np.where(adopted, year, 0) - record.first_year)
    strength = np.array([record.strength[name] for name in FOLLOWED])[group]
    propensity = frame.rows["propensity"].to_numpy()[positions]
    mean = np.bincount(group, propensity) / np.maximum(1, np.bincount(group))
    return Panel(
        seed=settings.seed,
        months=months,
        groups=FOLLOWED,
        group=group,
        region=frame.codes("region")[positions],
        need=propensity - mean[group],
        precision=np.ones(len(positions)),
        entry=np.where(adopted, YEAR * year + month.astype("int64"), NEVER),
        strength=np.where(adopted, strength * later, 0.0),
        path=record.path,
    )


def _group(frame: Frame, positions: np.ndarray) -> np.ndarray:
    order = np.array([FOLLOWED.index(name) if name in FOLLOWED else -1 for name in TYPES])
    return order[frame.codes("type")[positions]]


def _acts(frame: Frame, positions: np.ndarray, panel: Panel, activity: Activity) -> np.ndarray:
    """Acts of each month: the record has no effect on them."""
    size = len(positions)
    staff = frame.rows["n_professionnels"].to_numpy()[positions]
    steady = np.array([activity.acts[name] for name in FOLLOWED])[panel.group] * staff
    steady = steady * (1 + activity.spread * bell(stream(panel.seed, "acts"), size))
    years = (panel.months - panel.months[0]) / YEAR
    common = np.array(activity.season)[panel.months % YEAR] * (1 + activity.yearly * years)
    noise = 1 + activity.noise * monthly(panel.seed, "acts", panel.months, size)
    return np.maximum(1, np.floor(steady * common[:, None] * noise + 0.5)).astype("int64")


def _counted(panel: Panel, name: str, acts: np.ndarray, rate: float) -> np.ndarray:
    luck = monthly_uniforms(panel.seed, name, panel.months, acts.shape[1])
    return np.maximum(1, np.floor(acts * rate + luck)).astype("int64")


def _totals(
    panel: Panel, settings: CostSettings, acts: np.ndarray, examinations: np.ndarray
) -> dict[str, Course]:
    """Columns of the file, rounded as there, with and without the record."""
    rates = {name: course(panel, name, quantity) for name, quantity in settings.quantities.items()}
    luck = monthly_uniforms(panel.seed, "repeated", panel.months, acts.shape[1])
    return {
        "cout_par_acte_mad": rates["cout_par_acte_mad"].each(lambda x: np.round(x, 1)),
        "heures_admin": rates["heures_admin_pour_100_actes"].each(
            lambda x: np.floor(x * acts / 100 + 0.5)
        ),
        "papier_mad": rates["papier_par_acte_mad"].each(lambda x: np.floor(x * acts + 0.5)),
        "examens_repetes": rates["part_examens_repetes"].each(
            lambda x: np.floor(np.minimum(1.0, x) * examinations + luck).clip(max=examinations)
        ),
        "sejour_moyen_jours": rates["sejour_moyen_jours"].each(lambda x: np.round(x, 2)),
    }
