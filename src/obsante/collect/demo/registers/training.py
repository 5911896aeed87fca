"""Simulated catalogue of training programmes: renewed from year to year, some replaced."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from obsante.collect.demo.registers.lots import (
    Lot,
    Register,
    Shares,
    arrivals,
    days,
    held,
    register,
    shares_of,
    silence,
    totals,
)
from obsante.collect.demo.scene import Part, Scene, World
from obsante.collect.demo.settings import Staff
from obsante.collect.demo.tally import Domains, Tally
from obsante.collect.demo.topics import each_of, load_topic
from obsante.collect.demo.truth import NATIONAL, Values, rounded
from obsante.edition import Strict

TABLE = "formations"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "fin_avant_debut": {"fin": "1999-12-31", "debut": "2039-01-01"},
    "doublon": {},
    "code_inconnu": {"mode": "en ligne"},
    "virgule_decimale": {"duree_heures": '"3,5"'},
    "formes_excessifs": {"places": "10", "formes": "300"},
}
_HALF_DAY = 3.5
_LAST_START = 300
_SLOWEST = 3


class Organiser(Strict):
    """A provider: its name, its nature, its region, its weight among programmes."""

    nom: str = Field(min_length=1)
    type: str
    region: str
    weight: float = Field(gt=0)


class Length(Strict):
    """A length of programme and its share."""

    half_days: int = Field(ge=1, le=20)
    share: float = Field(ge=0, le=1)


class Filling(Strict):
    """Places taken up: from ``low`` to ``high``, beyond all of them for a share ``over``."""

    low: float = Field(gt=0, le=1)
    high: float = Field(gt=0, le=1)
    over: float = Field(ge=0, le=1)


class TrainingSettings(Register):
    """The whole of ``config/demo/formations.yml``."""

    programmes: int = Field(ge=10, le=999)
    turnover: float = Field(ge=0, le=1)
    organisers: list[Organiser] = Field(min_length=1)
    needs: Shares
    titles: dict[str, str]
    areas: dict[str, Shares]
    publics: Shares
    modes: Shares
    lengths: list[Length] = Field(min_length=1)
    places: dict[str, Staff]
    filling: Filling

    @model_validator(mode="after")
    def _same_keys(self) -> TrainingSettings:
        each_of("titles", self.titles, self.needs)
        each_of("areas", self.areas, self.needs)
        each_of("places", self.places, self.modes)
        return self


def training_catalogue(scene: Scene) -> Part:
    """One row per programme of the year."""
    settings = load_topic(TrainingSettings, scene.world.project, TABLE)
    year, first = scene.edition.edition, scene.world.settings.first_edition
    places = Lot(scene.world.settings.seed, TABLE, settings.programmes)
    programmes = held(
        arrivals(places, settings.turnover, first, year),
        lambda arrival: _programmes(scene.world, settings, arrival),
    ).join(_year(scene, settings))
    programmes["places"] = _places(settings, programmes)
    programmes["formes"] = np.floor(programmes["places"] * programmes["fill"] + 0.5).astype(int)
    return register(
        scene, TABLE, _table(scene, settings, programmes), faults=FAULTS, share=settings.dirt,
        indicators=_indicators(scene.world, settings, programmes),
        effects=_effects(settings, programmes),
    )  # fmt: skip


def _programmes(world: World, settings: TrainingSettings, arrival: int) -> pd.DataFrame:
    """What does not change in the programmes created in a year, one for each place."""
    lot = Lot(world.settings.seed, f"{TABLE} {arrival}", settings.programmes)
    weights = np.array([organiser.weight for organiser in settings.organisers])
    names = [organiser.nom for organiser in settings.organisers]
    shares = dict(zip(names, weights / weights.sum(), strict=True))
    lengths = {str(length.half_days): length.share for length in settings.lengths}
    need = lot.pick(settings.needs, "need")
    areas = [settings.areas[name] for name in settings.needs]
    return pd.DataFrame({
        "organiser": lot.pick(shares, "organiser"),
        "need": need,
        "area": lot.pick_by(areas, need, "area"),
        "public": lot.pick(settings.publics, "public"),
        "mode": lot.pick(settings.modes, "mode"),
        "half_days": np.array([int(n) for n in lengths])[lot.pick(lengths, "length")],
        "size": lot.product(2, "size"),
    })  # fmt: skip


def _year(scene: Scene, settings: TrainingSettings) -> pd.DataFrame:
    """What changes each year: how full the programmes are, and their dates."""
    lot = Lot(scene.edition.seed, TABLE, settings.programmes)
    filling = settings.filling
    fill = filling.low + (filling.high - filling.low) * lot.one("fill")
    over = lot.one("over")
    return pd.DataFrame({
        "fill": np.where(over < filling.over, 1 + over, fill),
        "start": np.floor(_LAST_START * lot.one("start")).astype(int),
        "pace": 1 + np.floor(_SLOWEST * lot.one("pace")).astype(int),
        "growth": 0.9 + 0.2 * lot.one("growth"),
    })  # fmt: skip


def _places(settings: TrainingSettings, programmes: pd.DataFrame) -> np.ndarray:
    sizes = [settings.places[name] for name in settings.modes]
    low, spread = np.array([(size.minimum, size.spread) for size in sizes]).T
    mode = programmes["mode"].to_numpy()
    usual = low[mode] + spread[mode] * programmes["size"].to_numpy()
    return np.floor(usual * programmes["growth"].to_numpy() + 0.5).astype("int64")


def _table(
    scene: Scene, settings: TrainingSettings, programmes: pd.DataFrame
) -> pd.DataFrame:
    cells = silence(scene, TABLE, settings, len(programmes))
    organisers = [settings.organisers[k] for k in programmes["organiser"]]
    needs = [list(settings.needs)[k] for k in programmes["need"]]
    numbers = list(zip(programmes["arrivee"], programmes["place"], strict=True))
    start = programmes["start"].to_numpy()
    end = start + programmes["half_days"].to_numpy() * programmes["pace"].to_numpy()
    coded = {"mode": ("mode", settings.modes), "public": ("public", settings.publics),
             "domaine": ("area", next(iter(settings.areas.values())))}  # fmt: skip
    columns = {
        name: cells.coded(name, programmes[own].to_numpy(), list(shares))
        for name, (own, shares) in coded.items()
    }
    hours = _HALF_DAY * programmes["half_days"].to_numpy()
    return pd.DataFrame(columns | {
        "id_formation": [f"F{arrival}-{place:03d}" for arrival, place in numbers],
        "edition": scene.edition.edition,
        "intitule": [f"{settings.titles[need]}\u00a0: programme fictif {place}"
                     for need, place in zip(needs, programmes["place"], strict=True)],
        "organisme": [organiser.nom for organiser in organisers],
        "type_organisme": [organiser.type for organiser in organisers],
        "region": [organiser.region for organiser in organisers],
        "duree_heures": np.where(cells.empty("duree_heures"), np.nan, hours),
        "places": cells.whole("places", programmes["places"].to_numpy()),
        "formes": cells.whole("formes", programmes["formes"].to_numpy()),
        "besoin": needs,
        "debut": cells.text("debut", days(scene, start)),
        "fin": cells.text("fin", days(scene, end)),
    })  # fmt: skip


def _indicators(
    world: World, settings: TrainingSettings, programmes: pd.DataFrame
) -> dict[str, Values]:
    """Programmes, places, trained people and their hours; places for 100 workers of the frame."""
    regions = world.frame.names("region")
    own = [regions.index(settings.organisers[k].region) for k in programmes["organiser"]]
    domains = Domains({"region": np.array(own)}, {"region": regions})
    people = programmes["formes"].to_numpy()
    hours = _HALF_DAY * programmes["half_days"].to_numpy()
    sums = {
        "for.programmes": np.ones(len(programmes)),
        "for.places": programmes["places"].to_numpy(),
        "for.formes": people,
        "for.heures": people * hours,
    }
    tally, measure = Tally(), "for.places_pour_100_professionnels"
    staff = world.frame.rows["n_professionnels"].to_numpy()
    workers = Domains({"region": world.frame.codes("region")}, {"region": regions})
    tally.add(measure, domains, 100 * programmes["places"].to_numpy(), np.zeros(len(programmes)))
    tally.add(measure, workers, np.zeros(len(staff)), staff)
    values = {name: totals(domains, parts) for name, parts in sums.items()}
    shares = {f"besoin={name}": share for name, share in _shares(settings, programmes).items()}
    filled = {NATIONAL: rounded(100 * people.sum() / programmes["places"].sum())}
    return values | {
        measure: tally.values(measure), "for.part_places": shares, "for.remplissage": filled,
    }  # fmt: skip


def _shares(settings: TrainingSettings, programmes: pd.DataFrame) -> Values:
    """Share of the places by need."""
    needs = list(settings.needs)
    places = np.bincount(programmes["need"], programmes["places"], len(needs))
    return shares_of(dict(zip(needs, places, strict=True)))


def _effects(settings: TrainingSettings, programmes: pd.DataFrame) -> dict[str, object]:
    filled = programmes["formes"].sum() / programmes["places"].sum()
    return {
        "formations_places_par_besoin": _shares(settings, programmes),
        "formations_remplissage": rounded(filled),
    }
