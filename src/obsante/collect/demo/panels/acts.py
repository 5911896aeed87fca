"""Register of acts at a distance, grouped by month, province, milieu, specialty and mode.

Consultations and tele-expertises of specialists are, together, the requests handled at a distance
of the panel of access; acts of general practice follow the facilities that offer telemedicine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.panels.access import Access
from obsante.collect.demo.panels.acts_settings import GENERAL, WHERE, ActsSettings
from obsante.collect.demo.panels.calendar import YEAR, monthly, monthly_uniforms
from obsante.collect.demo.scene import Scene
from obsante.errors import EditionError

_ROUND_TRIP = 2
_ITEM = "telemedecine"


@dataclass(frozen=True)
class Cells:
    """Places (n) and months (T) of one specialty; ``km`` avoided by an act, before its mode's part.

    ``place`` has the columns region, province and milieu (positions).
    """

    specialty: str
    place: pd.DataFrame
    months: np.ndarray
    km: np.ndarray
    acts: dict[str, np.ndarray]


def register(scene: Scene, access: Access, settings: ActsSettings, rows: slice) -> pd.DataFrame:
    """Every group of acts of an edition, by month, province, milieu, specialty and mode.

    Returns:
        Columns month, region, province, milieu (positions), specialite, mode (codes), actes, km
        (total of the row, a whole number).

    Raises:
        EditionError: telemonitoring is not given for the specialties with acts at a distance.
    """
    _check_specialties(access, settings)
    parts = [_general(scene, access, settings, rows)]
    parts += [
        _specialists(access, settings, rows, code)
        for code, name in enumerate(access.specialties)
        if access.settings.specialties.of[name].effect > 0
    ]
    table = pd.concat([_long(part, settings) for part in parts], ignore_index=True)
    order = ["month", "province", "milieu", "specialite", "mode"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def _check_specialties(access: Access, settings: ActsSettings) -> None:
    given = set(settings.specialists.telemonitoring)
    needed = {name for name, kind in access.settings.specialties.of.items() if kind.effect > 0}
    for name in sorted(given ^ needed):
        raise EditionError(
            f"{WHERE}, specialists.telemonitoring, '{name}'",
            found="a specialty of one of config/demo/acces.yml and this list, not of both",
            expected=f"those that have acts at a distance there: {', '.join(sorted(needed))}",
            remedy="add the specialty, remove it, or correct its name",
        )


def _general(scene: Scene, access: Access, settings: ActsSettings, rows: slice) -> Cells:
    """Acts of general practice, in proportion to the facilities that offer telemedicine."""
    general = settings.general
    place = access.series[access.series["specialite"] == 0].reset_index(drop=True)
    months, milieu = access.panel.months[rows], place["milieu"].to_numpy()
    each = np.array([general.acts[name] for name in MILIEUX])[milieu]
    steady = each * _offering(scene, place)
    noise = 1 + general.noise * monthly(settings.seed, "general", months, len(place))
    season = np.array(general.season)[months % YEAR][:, None]
    acts = _whole(settings, "general", months, np.maximum(0.0, steady * season * noise))
    followed = _whole(settings, "general followed", months, acts * general.telemonitoring)
    km = np.array([settings.distance.general[name] for name in MILIEUX])[milieu]
    parts = {"teleconsultation": acts - followed, "telesurveillance": followed}
    return Cells(GENERAL, place, months, np.broadcast_to(km, acts.shape), parts)


def _offering(scene: Scene, place: pd.DataFrame) -> np.ndarray:
    """Facilities of the frame that offer telemedicine in each place, at the size of the country."""
    frame, step = scene.world.frame, len(MILIEUX)
    offering = frame.rows[scene.answers.reached[_ITEM] > 0]
    cells = step * offering["province"].to_numpy(dtype="int64") + offering["milieu"].to_numpy()
    counts = np.bincount(cells, minlength=step * len(frame.names("province")))
    return counts[step * place["province"] + place["milieu"]] / scene.world.scale


def _specialists(access: Access, settings: ActsSettings, rows: slice, code: int) -> Cells:
    """Acts of one specialty: its requests handled at a distance, and telemonitoring."""
    mine = (access.series["specialite"] == code).to_numpy()
    place = access.series[mine].reset_index(drop=True)
    name, months = access.specialties[code], access.panel.months[rows]
    requests = access.remote[rows][:, mine]
    expertise = np.array([settings.specialists.expertise[part] for part in MILIEUX])
    asked = requests * expertise[place["milieu"]]
    experts = np.minimum(requests, _whole(settings, f"{name} expertise", months, asked))
    followed = requests * settings.specialists.telemonitoring[name]
    parts = {
        "teleconsultation": requests - experts,
        "teleexpertise": experts,
        "telesurveillance": _whole(settings, f"{name} followed", months, followed),
    }
    way = access.outcomes["distance_km"].without[rows][:, mine]
    return Cells(name, place, months, _ROUND_TRIP * way, parts)


def _whole(
    settings: ActsSettings, name: str, months: np.ndarray, expected: np.ndarray
) -> np.ndarray:
    """Whole numbers, by chance above or below what is expected (T, n)."""
    luck = monthly_uniforms(settings.seed, name, months, expected.shape[1])
    return np.floor(expected + luck).astype("int64")


def _long(cells: Cells, settings: ActsSettings) -> pd.DataFrame:
    """One row for each group that has an act."""
    frames = []
    for mode, acts in cells.acts.items():
        month, place = np.nonzero(acts)
        count = acts[month, place]
        km = count * cells.km[month, place] * settings.distance.part[mode]
        frames.append(cells.place.iloc[place][["region", "province", "milieu"]].assign(
            month=cells.months[month], specialite=cells.specialty, mode=mode, actes=count,
            km=np.floor(km + 0.5).astype("int64"),
        ))  # fmt: skip
    return pd.concat(frames)
