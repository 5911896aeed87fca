"""The sampling frame: one row for each health facility, calibrated on the reference figures.

Counts of facilities, regions, populations and mountain provinces are real and read in
``data/raw/reference``; where a count is not known below the national or regional level it is
shared by population (see ``config/demo/etablissements.yml``). The facilities are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import apportion, bell, stream
from obsante.collect.demo.settings import (
    Effects,
    Figure,
    FrameSettings,
    Population,
    Settings,
    Supply,
)
from obsante.errors import DataError
from obsante.paths import Project

MILIEUX = ["urbain", "rural", "rural_montagne"]
TYPES = [
    "chu", "chr_chp", "hopital_proximite", "centre_sante_urbain", "centre_sante_rural",
    "clinique_privee", "cabinet_prive",
]  # fmt: skip
SECTORS = ["public", "prive"]
_PRIVATE = ["clinique_privee", "cabinet_prive"]


@dataclass(frozen=True)
class Reference:
    """Real figures: ``provinces`` in the order of their codes, and ``supply``."""

    provinces: pd.DataFrame
    supply: pd.DataFrame

    @cached_property
    def regions(self) -> list[str]:
        return sorted(self.provinces["region"].unique())

    @cached_property
    def region_of(self) -> np.ndarray:
        """Position of each province's region in ``regions``."""
        return self.provinces["region"].map(self.regions.index).to_numpy()

    @cached_property
    def mountain(self) -> np.ndarray:
        """Whether the rural part of each province is in the mountains."""
        return (self.provinces["alerte_froid_montagne_2025"] == "oui").to_numpy()

    def value(self, figure: Figure) -> int:
        """One figure of ``offre_sante.csv``, see :meth:`row`."""
        return int(self.row(figure)["valeur"])

    def row(self, figure: Figure) -> pd.Series:
        """The row of one figure.

        Raises:
            DataError: no row, or several, for these keys.
        """
        place = figure.region or "MA"
        rows = self.supply[
            (self.supply["indicateur"] == figure.indicator)
            & (self.supply["secteur"] == figure.sector)
            & (self.supply["annee"] == str(figure.year))
            & (self.supply["code_geo"] == place)
        ]
        if len(rows) != 1:
            raise DataError(
                "data/raw/reference/offre_sante.csv",
                found=f"{len(rows)} rows for {figure.indicator}, {figure.sector}, "
                f"{figure.year}, {place}",
                expected="one, that config/demo/etablissements.yml refers to",
                remedy="correct the key frame of that file, or complete the reference file",
            )
        return rows.iloc[0]


def read_reference(project: Project) -> Reference:
    """Provinces and health supply of ``data/raw/reference``.

    Raises:
        DataError: a file is missing.
    """
    tables = {}
    for name in ("provinces", "offre_sante"):
        path = project.reference / f"{name}.csv"
        if not path.is_file():
            raise DataError(
                project.relative(path), found="no such file",
                expected="the reference figures that the demonstration is calibrated on",
                remedy="restore the file from the repository",
            )  # fmt: skip
        tables[name] = pd.read_csv(path, dtype="str", keep_default_na=False)
    provinces = tables["provinces"].sort_values("code", ignore_index=True)
    populations = provinces[["urbaine_2024", "rurale_2024"]].astype("int64")
    return Reference(provinces.assign(**populations), tables["offre_sante"])


@dataclass(frozen=True)
class Frame:
    """Codes of each facility, as positions in ``reference.regions``, ``MILIEUX``, ``TYPES``.

    ``rows`` has the columns region, province, milieu, type, secteur (positions), number (the
    identifier), n_professionnels and propensity; its index is 0, 1, 2...
    """

    rows: pd.DataFrame
    reference: Reference

    def __len__(self) -> int:
        return len(self.rows)

    def effect(self, dimension: str, effects: Effects) -> np.ndarray:
        """Effect of a dimension on each facility, 0 where none is given."""
        return self.table(dimension, effects)[self.codes(dimension)]

    def table(self, dimension: str, effects: Effects) -> np.ndarray:
        """Effect of each modality of a dimension, in the order of its positions."""
        return np.array([effects.get(name, 0.0) for name in self.names(dimension)])

    def codes(self, dimension: str) -> np.ndarray:
        """Position of each facility in ``names(dimension)``."""
        return self.rows[dimension].to_numpy()

    def names(self, dimension: str) -> list[str]:
        """What the positions of a dimension stand for."""
        return {
            "region": self.reference.regions,
            "province": self.reference.provinces["code"].tolist(),
            "milieu": MILIEUX,
            "type": TYPES,
            "secteur": SECTORS,
        }[dimension]

    def is_type(self, names: list[str]) -> np.ndarray:
        """Whether each facility is of one of these types."""
        return np.isin(self.codes("type"), [TYPES.index(name) for name in names])


def build_frame(reference: Reference, settings: Settings, scale: int) -> Frame:
    """Every facility of the frame, ``scale`` times as many as in reality."""
    cells = frame_cells(reference, settings.frame)
    rows = cells.loc[cells.index.repeat(cells["count"] * scale)].drop(columns="count")
    rows = rows.reset_index(drop=True)
    rows["secteur"] = np.isin(rows["type"], [TYPES.index(name) for name in _PRIVATE]).astype("int8")
    rows["number"] = stream(settings.seed, "identifier").permutation(len(rows)) + 1
    rows["n_professionnels"] = _staff(rows["type"].to_numpy(), settings)
    frame = Frame(rows, reference)
    rows["propensity"] = _propensity(frame, settings)
    return frame


def frame_cells(reference: Reference, settings: FrameSettings) -> pd.DataFrame:
    """Number of facilities by province, milieu and type: columns positions and ``count``."""
    parts = [
        *_hospitals(reference, settings),
        _spread(reference, settings.urban_centres, "centre_sante_urbain"),
        _spread(reference, settings.rural_centres, "centre_sante_rural"),
        _spread(reference, settings.clinics, "clinique_privee"),
        _spread(reference, settings.practices, "cabinet_prive"),
    ]
    cells = pd.concat(parts, ignore_index=True)
    cells["milieu"] = cells["milieu"].map(MILIEUX.index).astype("int8")
    cells["type"] = cells["type"].map(TYPES.index).astype("int8")
    cells["region"] = cells["region"].map(reference.regions.index).astype("int8")
    return cells[cells["count"] > 0].reset_index(drop=True)


def regional_counts(reference: Reference, supply: Supply) -> dict[str, int]:
    """Facilities of each region: known ones kept, the national remainder shared."""
    national = reference.value(supply.national)
    known = {figure.region: reference.value(figure) for figure in supply.regions}
    known |= {f.region: _share(reference, f, national) for f in supply.shares}
    others = [region for region in reference.regions if region not in known]
    weights = [_regional_weight(reference, supply.by, region) for region in others]
    rest = apportion(national - sum(known.values()), weights)
    counts = known | dict(zip(others, rest.tolist(), strict=True))
    return {region: counts[region] for region in reference.regions}


def _share(reference: Reference, figure: Figure, total: int) -> int:
    whole = reference.value(figure.model_copy(update={"region": None}))
    return int(apportion(total, [reference.value(figure), whole - reference.value(figure)])[0])


def _regional_weight(reference: Reference, by: Population | Figure, region: str) -> int:
    if isinstance(by, Figure):
        return reference.value(by.model_copy(update={"region": region}))
    mine = reference.provinces["region"] == region
    return int(_weighted(reference, by)["weight"][np.tile(mine, 2)].sum())


def places(reference: Reference) -> pd.DataFrame:
    """The urban part of each province, then the rural part of each, with its population.

    Returns:
        Columns region and milieu (codes), province (position), population (of 2024).
    """
    provinces = reference.provinces
    rural = np.where(reference.mountain, "rural_montagne", "rural")
    common = {"region": provinces["region"], "province": np.arange(len(provinces), dtype="int16")}
    parts = [
        common | {"milieu": "urbain", "population": provinces["urbaine_2024"]},
        common | {"milieu": rural, "population": provinces["rurale_2024"]},
    ]
    return pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)


def _weighted(reference: Reference, by: Population) -> pd.DataFrame:
    """The same places, with a weight in the place of the population."""
    where = places(reference)
    each = np.where(where["milieu"] == "urbain", by.urban, by.rural)
    return where.assign(weight=where["population"] * each).drop(columns="population")


def _spread(reference: Reference, supply: Supply, name: str) -> pd.DataFrame:
    return _by_population(reference, regional_counts(reference, supply), supply.by, name)


def _by_population(
    reference: Reference, counts: dict[str, int], by: Population, name: str
) -> pd.DataFrame:
    """Regional counts shared between the places of each region."""
    where = _weighted(reference, by)
    where["count"] = 0
    for region, count in counts.items():
        mine = where["region"] == region
        where.loc[mine, "count"] = apportion(count, where.loc[mine, "weight"].to_numpy())
    return where.drop(columns="weight").assign(type=name)


def _hospitals(reference: Reference, settings: FrameSettings) -> list[pd.DataFrame]:
    """University hospitals, then one for each province, then local ones."""
    everyone = Population(urban=1, rural=1)
    towns = Population(urban=1, rural=0)
    university, provincial, local = {}, {}, {}
    for region, count in regional_counts(reference, settings.hospitals).items():
        provinces = int((reference.provinces["region"] == region).sum())
        university[region] = int(region in settings.university_regions)
        provincial[region] = min(provinces, count - university[region])
        local[region] = count - university[region] - provincial[region]
    return [
        _largest(reference, university, towns, "chu"),
        _largest(reference, provincial, everyone, "chr_chp"),
        _by_population(reference, local, settings.local_hospitals, "hopital_proximite"),
    ]


def _largest(
    reference: Reference, counts: dict[str, int], by: Population, name: str
) -> pd.DataFrame:
    """One hospital in the town of each of the most populated provinces of a region."""
    where = _weighted(reference, by)
    towns = where[where["milieu"] == "urbain"].copy()
    totals = where.groupby("province")["weight"].sum()
    order = totals.loc[towns["province"]].rank(method="first", ascending=False).to_numpy()
    ranks = pd.Series(order, index=towns.index).groupby(towns["region"]).rank()
    towns["count"] = (ranks <= towns["region"].map(counts)).astype("int64")
    return towns.drop(columns="weight").assign(type=name)


def _staff(types: np.ndarray, settings: Settings) -> np.ndarray:
    rng = stream(settings.seed, "staff")
    sizes = [settings.frame.staff[name] for name in TYPES]
    spread = np.array([size.spread for size in sizes])[types]
    extra = spread * (rng.random(len(types)) * rng.random(len(types)))
    return np.array([size.minimum for size in sizes])[types] + np.floor(extra).astype("int64")


def _propensity(frame: Frame, settings: Settings) -> np.ndarray:
    effects = settings.propensity
    fixed = sum(frame.effect(name, getattr(effects, name)) for name in ("type", "milieu", "region"))
    return fixed + bell(stream(settings.seed, "propensity"), len(frame))


def real_counts(reference: Reference, settings: FrameSettings) -> list[dict[str, object]]:
    """The reference counts behind the frame, as read: indicator, place, year, value, producer."""
    names = ("hospitals", "urban_centres", "rural_centres", "clinics", "practices")
    figures: list[Figure] = []
    for supply in (getattr(settings, name) for name in names):
        figures += [supply.national, *supply.regions, *supply.shares]
    return [
        {
            "indicateur": figure.indicator,
            "secteur": figure.sector,
            "code_geo": figure.region or "MA",
            "annee": figure.year,
            "valeur": reference.value(figure),
            "producteur": reference.row(figure)["producteur"],
        }
        for figure in figures
    ]
