"""Access to specialists by province, milieu and specialty, month after month: the whole truth.

A series is one specialty for the residents of one milieu of one province. The service opens at
staggered dates, first where need is high, so that a comparison of open and closed places says more
about need than about telemedicine; without it, trends would be parallel.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import bell, rank_within, stream
from obsante.collect.demo.frame import MILIEUX, Reference, places
from obsante.collect.demo.panels.access_settings import WHERE, AccessSettings, Demand, Remote
from obsante.collect.demo.panels.calendar import (
    YEAR,
    month_of,
    monthly,
    monthly_uniforms,
    months_between,
)
from obsante.collect.demo.panels.panel import NEVER, Course, Panel, course


@dataclass(frozen=True)
class Access:
    """The panel, its truth and its settings.

    ``series`` has one row per series, in the order of the panel's columns: region, province,
    milieu, specialite (positions), population, need and wave. ``demands`` and ``remote`` are
    requests and those handled at a distance, ``remote_wait`` the days that these wait, all (T, n);
    ``outcomes`` are ``attente_jours`` and ``distance_km``, means of the requests, and
    ``renoncements``, a count.
    """

    settings: AccessSettings
    reference: Reference
    series: pd.DataFrame
    panel: Panel
    demands: np.ndarray
    remote: np.ndarray
    remote_wait: np.ndarray
    outcomes: dict[str, Course]

    @property
    def specialties(self) -> list[str]:
        """Codes of the specialties, in the order of their positions."""
        return list(self.settings.specialties.of)

    @property
    def concerned(self) -> np.ndarray:
        """Whether acts of the series' specialty are done at a distance, (n,)."""
        strength = [kind.effect for kind in self.settings.specialties.of.values()]
        return (np.array(strength) > 0)[self.series["specialite"]]


def build_access(reference: Reference, settings: AccessSettings, last: dt.date) -> Access:
    """The panel from its first month to that of ``last``."""
    series = _series(reference, settings)
    kinds = list(settings.specialties.of.values())
    demand, offset, strength = (
        np.array([getattr(kind, name) for kind in kinds])[series["specialite"]]
        for name in ("demand", "wait", "effect")
    )
    expected = demand * series["population"].to_numpy() / 1000
    panel = _panel(series, expected, strength, settings, last)
    demands = _demands(panel, expected, settings.demand)
    remote = _remote(panel, demands, settings)
    quantities = settings.quantities
    wait = course(panel, "attente_jours", quantities["attente_jours"], offset)
    way = course(panel, "distance_km", quantities["distance_km"])
    share = course(panel, "part_renoncements", quantities["part_renoncements"])
    outcomes = {
        "attente_jours": _in_tenths(wait),
        "distance_km": _in_tenths(way),
        "renoncements": _given_up(panel, demands, share),
    }
    remote_wait = _remote_wait(panel, settings.remote)
    return Access(settings, reference, series, panel, demands, remote, remote_wait, outcomes)


def _series(reference: Reference, settings: AccessSettings) -> pd.DataFrame:
    """Rows of :class:`Access`, with the need and the wave (position) of each place."""
    where = inhabited(reference)
    need = _need(reference, settings)[where["province"]]
    where["need"] = need
    where["wave"] = _waves(where["milieu"].to_numpy(), need, settings)
    count = len(settings.specialties.of)
    series = where.loc[where.index.repeat(count)].reset_index(drop=True)
    return series.assign(specialite=np.tile(np.arange(count), len(where)))


def inhabited(reference: Reference) -> pd.DataFrame:
    """Places that have inhabitants, province after province: positions, and population of 2024."""
    where = places(reference).sort_values("province", kind="stable")
    where = where[where["population"] > 0].reset_index(drop=True)
    return where.assign(
        region=where["region"].map(reference.regions.index),
        province=where["province"].astype("int64"),
        milieu=where["milieu"].map(MILIEUX.index),
    )


def _need(reference: Reference, settings: AccessSettings) -> np.ndarray:
    """Need of each province, of variance near 1."""
    part = settings.need.region
    codes = reference.region_of
    shared = bell(stream(settings.seed, "need", "region"), len(reference.regions))
    own = bell(stream(settings.seed, "need", "province"), len(codes))
    return part * shared[codes] + np.sqrt(1 - part * part) * own


def _waves(milieu: np.ndarray, need: np.ndarray, settings: AccessSettings) -> np.ndarray:
    """Position of the wave in which each place opens, the number of waves if it never does."""
    openings = settings.openings
    noise = bell(stream(settings.seed, "opening"), len(need))
    score = openings.weight * need + (1 - openings.weight) * noise
    rank = rank_within(milieu, -score)
    size = np.bincount(milieu, minlength=len(MILIEUX))[milieu]
    wave = np.zeros(len(need), dtype=int)
    reached = np.zeros(len(MILIEUX))
    for step in openings.waves:
        reached = reached + np.array([step.shares[name] for name in MILIEUX])
        wave += rank >= np.floor(reached[milieu] * size + 0.5)
    return wave


def _panel(
    series: pd.DataFrame,
    expected: np.ndarray,
    strength: np.ndarray,
    settings: AccessSettings,
    last: dt.date,
) -> Panel:
    waves, wave = settings.openings.waves, series["wave"].to_numpy()
    entries = np.array([*(month_of(step.month) for step in waves), NEVER])
    cohort = np.array([*(step.effect for step in waves), 0.0])
    low, high = settings.demand.precision
    return Panel(
        seed=settings.seed,
        months=months_between(settings.start, last, WHERE),
        groups=MILIEUX,
        group=series["milieu"].to_numpy(),
        region=series["region"].to_numpy(),
        need=series["need"].to_numpy(),
        precision=np.clip(np.sqrt(settings.demand.typical / expected), low, high),
        entry=entries[wave],
        strength=cohort[wave] * strength,
        path=settings.openings.path,
    )


def _demands(panel: Panel, expected: np.ndarray, demand: Demand) -> np.ndarray:
    """Requests, at least one: telemedicine has no effect on them."""
    size = len(expected)
    season = np.array(demand.season)[panel.months % YEAR]
    season = season * (1 + demand.yearly * (panel.months - panel.months[0]) / YEAR)
    noise = 1 + demand.noise * monthly(panel.seed, "demand", panel.months, size)
    luck = monthly_uniforms(panel.seed, "demand rounding", panel.months, size)
    return np.maximum(1, np.floor(expected * season[:, None] * noise + luck)).astype("int64")


def _remote(panel: Panel, demands: np.ndarray, settings: AccessSettings) -> np.ndarray:
    """Requests handled at a distance: none before the opening, never all of them."""
    remote, size = settings.remote, demands.shape[1]
    full = np.array([remote.share[name] for name in MILIEUX])[panel.group]
    noise = remote.noise * monthly(panel.seed, "remote", panel.months, size)
    share = np.where(panel.treated, np.maximum(0.0, full * panel.progress + noise), 0.0)
    luck = monthly_uniforms(panel.seed, "remote rounding", panel.months, size)
    counted = np.floor(demands * share + luck).astype("int64")
    return np.where(panel.treated, np.minimum(demands - 1, counted), 0)


def _remote_wait(panel: Panel, remote: Remote) -> np.ndarray:
    noise = monthly(panel.seed, "remote wait", panel.months, len(panel.group))
    return np.round(np.maximum(remote.wait + remote.wait_noise * noise, remote.wait_least), 1)


def _given_up(panel: Panel, demands: np.ndarray, share: Course) -> Course:
    """Requests given up, whole numbers, with the same luck with and without telemedicine."""
    luck = monthly_uniforms(panel.seed, "given up", panel.months, demands.shape[1])
    return share.each(
        lambda part: np.floor(demands * np.minimum(1.0, part) + luck).clip(max=demands)
    )


def _in_tenths(quantity: Course) -> Course:
    return quantity.each(lambda values: np.round(values, 1))
