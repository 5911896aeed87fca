"""Every adult user of every facility in the survey week, and what is true of each.

Users are made block after block of consecutive facilities, so that a large frame fits in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from obsante.collect.demo.draws import bell, choose, stream
from obsante.collect.demo.frame import MILIEUX, SECTORS, TYPES, Frame
from obsante.collect.demo.patients.settings import PatientSettings
from obsante.collect.demo.scene import Scene
from obsante.collect.demo.settings import Effects

# A frame at the size of the country is one block.
BLOCK_USERS = 2_000_000
_FIFTHS = 5
_RURAL, _MOUNTAIN = MILIEUX.index("rural"), MILIEUX.index("rural_montagne")


@dataclass(frozen=True)
class Crowd:
    """Users of consecutive facilities: ``facility`` is the position of each user's in the frame."""

    scene: Scene
    settings: PatientSettings
    facility: np.ndarray
    block: int

    def __len__(self) -> int:
        return len(self.facility)

    @property
    def frame(self) -> Frame:
        return self.scene.world.frame

    def rng(self, *names: str) -> np.random.Generator:
        """The generator of one purpose, for this edition and these users."""
        return stream(self.scene.edition.seed, "patients", str(self.block), *names)

    def uniform(self, *names: str) -> np.ndarray:
        return self.rng(*names).random(len(self))

    def noise(self, *names: str) -> np.ndarray:
        return bell(self.rng(*names), len(self))

    def of_facility(self, dimension: str) -> np.ndarray:
        """Position of each user's facility in the modalities of a dimension of the frame."""
        return self.frame.codes(dimension)[self.facility]

    def by_type(self, effects: Effects) -> np.ndarray:
        """Effect of the type of each user's facility."""
        return self.frame.table("type", effects)[self.of_facility("type")]


def user_counts(scene: Scene, settings: PatientSettings) -> np.ndarray:
    """Adult users of each facility in the survey week, the same in every edition."""
    frame, sizes = scene.world.frame, [settings.users[name] for name in TYPES]
    rng = stream(scene.world.settings.seed, "users")
    luck = rng.random(len(frame)) * rng.random(len(frame))
    codes = frame.codes("type")
    spread = np.array([size.spread for size in sizes])[codes]
    return np.array([size.minimum for size in sizes])[codes] + np.floor(spread * luck).astype(int)


def crowds(
    scene: Scene, settings: PatientSettings, sizes: np.ndarray, *, most: int = BLOCK_USERS
) -> Iterator[Crowd]:
    """Users of the whole frame, at most ``most`` at a time unless one facility has more."""
    block = (np.cumsum(sizes) - 1) // most
    for number in np.unique(block):
        facilities = np.flatnonzero(block == number).astype(np.int32)
        yield Crowd(scene, settings, np.repeat(facilities, sizes[facilities]), int(number))


def persons(crowd: Crowd) -> dict[str, np.ndarray]:
    """Positions of each user: sexe, tranche_age, langue, province, region, milieu, quintile."""
    settings, size = crowd.settings, len(crowd)
    province, region, milieu = _residence(crowd)
    everyone = np.zeros(size, dtype=np.int8)
    ages = np.array([list(settings.ages.values())])
    goods = _goods(crowd, milieu)
    return {
        "sexe": (crowd.uniform("sex") >= crowd.by_type(settings.women)).astype(np.int8),
        "tranche_age": choose(crowd.uniform("age"), ages, everyone),
        "langue": _language(crowd, region),
        "province": province,
        "region": region,
        "milieu": milieu,
        "biens": goods,
        "quintile": _fifth(settings, goods),
    }


def _residence(crowd: Crowd) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Province, region and milieu: most users live in the province of the facility."""
    places = crowd.frame.reference.provinces
    residence = crowd.settings.residence
    away = crowd.uniform("away") < crowd.by_type(residence.away)
    elsewhere = _anywhere(crowd, crowd.of_facility("region"), crowd.uniform("province"))
    province = np.where(away, elsewhere, crowd.of_facility("province"))
    share = crowd.frame.table("milieu", residence.rural)[crowd.of_facility("milieu")]
    town, country = (places[name].to_numpy()[province] for name in ("urbaine_2024", "rurale_2024"))
    rural = ((crowd.uniform("rural") < share) & (country > 0)) | (town == 0)
    mountain = crowd.frame.reference.mountain[province]
    milieu = np.where(rural, np.where(mountain, _MOUNTAIN, _RURAL), MILIEUX.index("urbain"))
    regions = crowd.frame.reference.region_of
    return province.astype(np.int16), regions[province].astype(np.int8), milieu.astype(np.int8)


def _anywhere(crowd: Crowd, region: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """A province of the region, with a chance in proportion to its population."""
    places = crowd.frame.reference.provinces
    people = places["urbaine_2024"] + places["rurale_2024"]
    within = people.groupby(places["region"])
    shares = (within.cumsum() / within.transform("sum")).to_numpy()
    regions = crowd.frame.reference.region_of
    # Provinces are in the order of their codes, hence of their regions: one sorted scale for all.
    return np.searchsorted(regions + shares, region + uniform, side="right")


def _goods(crowd: Crowd, milieu: np.ndarray) -> np.ndarray:
    """Household goods: a fifth, then a number within its bounds."""
    goods = crowd.settings.goods
    shares = np.array([goods.shares[sector][place] for sector in SECTORS for place in MILIEUX])
    group = crowd.of_facility("secteur").astype(np.int64) * len(MILIEUX) + milieu
    fifth = choose(crowd.uniform("fifth"), shares, group)
    low, high = np.array(goods.bounds).T
    spread = (high - low + 1)[fifth]
    return (low[fifth] + np.floor(spread * crowd.uniform("goods"))).astype(np.int8)


def _fifth(settings: PatientSettings, goods: np.ndarray) -> np.ndarray:
    """Position, 0 to 4, of the fifth that a number of goods is in."""
    return sum((goods > settings.goods.bounds[k][1]).astype(np.int8) for k in range(_FIFTHS - 1))


def _language(crowd: Crowd, region: np.ndarray) -> np.ndarray:
    languages = crowd.settings.languages
    groups = list(languages.shares)
    shares = np.array([list(languages.shares[name].values()) for name in groups])
    named = [languages.regions.get(code, languages.usual) for code in crowd.frame.names("region")]
    group = np.array([groups.index(name) for name in named])[region]
    return choose(crowd.uniform("language"), shares, group)
