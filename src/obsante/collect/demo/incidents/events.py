"""Security incidents of all facilities, whether anybody sees them or not.

Each year of a facility has 52 weeks, each with one incident at most, with a chance of rate / 52.
The rate varies between facilities as 4 x the product of two uniforms, of mean 1 and variance 7/9:
counts are then more dispersed than Poisson's, as a negative binomial's are, without a logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import choose, stream
from obsante.collect.demo.frame import SECTORS, Frame
from obsante.collect.demo.incidents.settings import Delay, IncidentSettings
from obsante.collect.demo.scene import World

_WEEKS, _DAYS = 52, 7
_MOST_LIKELY = 0.9


@dataclass(frozen=True)
class _Luck:
    """Uniforms of the incidents of one year, a stream for each purpose."""

    seed: int
    year: int
    size: int

    def one(self, *names: str) -> np.ndarray:
        return stream(self.seed, "incidents", str(self.year), *names).random(self.size)

    def days(self, delays: list[Delay], which: np.ndarray, name: str) -> np.ndarray:
        """Delays in days, ``which`` being the position of each incident's in ``delays``."""
        part = np.ones(self.size)
        number = np.array([delay.uniforms for delay in delays])[which]
        for turn in range(max(delay.uniforms for delay in delays)):
            part *= np.where(turn < number, self.one(name, str(turn)), 1.0)
        most = np.array([delay.most for delay in delays])[which]
        return np.floor((most + 1) * part).astype("int64")


def occurrences(world: World, settings: IncidentSettings, year: int) -> pd.DataFrame:
    """Incidents that occur in a calendar year, in facilities of the whole frame.

    The same in every edition. Returns one row per incident, in the order of their dates: facility
    (position in the frame), survenue (date), nature (position), gravite (1 to 4), delai (days until
    detection), jamais (never detected), notification (days after detection), annonce (notified at
    all), cloture (days after detection), patients, inconnu (nobody knows how many).
    """
    seed = world.settings.seed
    facility, day = _dates(world, settings, year)
    luck = _Luck(seed, year, len(facility))
    natures = list(settings.natures.values())
    shares = np.array([[nature.share[sector] for nature in natures] for sector in SECTORS])
    nature = choose(luck.one("nature"), shares, world.frame.codes("secteur")[facility])
    severity = np.array([kind.severity for kind in natures])
    first = np.zeros(len(facility), dtype=np.int8)
    columns = {
        "facility": facility,
        "survenue": np.datetime64(f"{year}-01-01", "D") + day,
        "nature": nature,
        "gravite": 1 + choose(luck.one("severity"), severity, nature),
        "delai": luck.days([kind.detection for kind in natures], nature, "detection"),
        "jamais": luck.one("never") < np.array([kind.never for kind in natures])[nature],
        "notification": luck.days([settings.notification], first, "notification"),
        "annonce": luck.one("notified") >= settings.never_notified,
        "cloture": luck.days([settings.closing], first, "closing"),
        "patients": _patients(world.frame, settings, facility, nature, luck),
        "inconnu": luck.one("unknown patients") < settings.unknown_patients,
    }
    return pd.DataFrame(columns).sort_values(["survenue", "facility"], ignore_index=True)


def _dates(
    world: World, settings: IncidentSettings, year: int
) -> tuple[np.ndarray, np.ndarray]:
    """Facility of each incident, and day of the year from 0."""
    rng = stream(world.settings.seed, "incident weeks", str(year))
    chance = np.minimum(_rate(world, settings, year) / _WEEKS, _MOST_LIKELY)
    facilities, days = [], []
    for week in range(_WEEKS):
        struck = np.flatnonzero(rng.random(len(chance)) < chance)
        facilities.append(struck)
        days.append(_DAYS * week + np.floor(_DAYS * rng.random(len(struck))).astype("int64"))
    return np.concatenate(facilities), np.concatenate(days)


def _rate(world: World, settings: IncidentSettings, year: int) -> np.ndarray:
    frame, rates = world.frame, settings.rates
    staff = frame.rows["n_professionnels"].to_numpy()
    size = np.sqrt(staff / frame.effect("type", rates.staff))
    rng = stream(world.settings.seed, "incident frailty")
    frailty = 4.0 * rng.random(len(frame)) * rng.random(len(frame))
    growth = 1.0 + rates.yearly * (year - world.settings.reference_year)
    return frame.effect("type", rates.by_type) * size * frailty * growth


def _patients(
    frame: Frame,
    settings: IncidentSettings,
    facility: np.ndarray,
    nature: np.ndarray,
    luck: _Luck,
) -> np.ndarray:
    natures = settings.natures.values()
    most = np.array([kind.patients for kind in natures])[nature]
    spared = np.array([kind.spared for kind in natures])[nature]
    staff = frame.rows["n_professionnels"].to_numpy()[facility]
    part = luck.one("patients") * luck.one("patients", "again")
    count = 1 + np.floor(most * np.sqrt(staff) * part).astype("int64")
    return np.where(luck.one("spared") < spared, 0, count)
