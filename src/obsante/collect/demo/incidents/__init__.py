"""Simulated register of security incidents: its file, its truth and its spoilt rows.

The register of an edition holds what was detected in its reference period by the facilities that
report (``signalement_incidents`` of their true answers), even if it occurred before. An incident
that occurred in the period and was not detected at its end is not in it: long delays are
under-represented among recent incidents.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect.demo.facilities import category, identifiers, nullable
from obsante.collect.demo.incidents import truth
from obsante.collect.demo.incidents.events import occurrences
from obsante.collect.demo.incidents.settings import IncidentSettings
from obsante.collect.demo.scene import Part, Scene, spoilt_file
from obsante.collect.demo.topics import load_topic

__all__ = ["incident_register"]

TABLE = "incidents"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "detection_avant": {"date_survenue": "2039-12-31"},
    "doublon": {},
    "nombre_negatif": {"patients_concernes": "-1"},
    "code_inconnu": {"type_incident": "virus"},
}
_REPORTS = "signalement_incidents"


def incident_register(scene: Scene) -> Part:
    """One row per incident detected in the reference period."""
    world, edition = scene.world, scene.edition
    settings = load_topic(IncidentSettings, world.project, TABLE)
    period = edition.reference_period
    start, end = (np.datetime64(day, "D") for day in (period.start, period.end))
    reporting = scene.answers.reached[_REPORTS] > 0
    incidents = _reported(scene, settings, reporting)
    detected = incidents["detection"].between(start, end) & ~incidents["jamais"]
    register = incidents[detected].sort_values(
        ["detection", "survenue", "facility"], ignore_index=True
    )
    occurred = incidents[incidents["survenue"].between(start, end)]
    table = _table(scene, settings, register, end)
    content, spoilt = spoilt_file(scene, TABLE, table, FAULTS, share=settings.dirt)
    return Part(
        content,
        truth.indicators(world.frame, settings, reporting, register, occurred),
        truth.effects(world.frame, reporting, register, occurred, end),
        spoilt,
    )


def _reported(scene: Scene, settings: IncidentSettings, reporting: np.ndarray) -> pd.DataFrame:
    """Incidents of the facilities that report, of the years that the register may hold."""
    last = scene.edition.reference_period.end.year
    parts = [occurrences(scene.world, settings, year) for year in (last - 1, last)]
    incidents = pd.concat(parts, ignore_index=True)
    incidents = incidents[reporting[incidents["facility"]]]
    delay = pd.to_timedelta(incidents["delai"], unit="D")
    return incidents.assign(detection=incidents["survenue"] + delay)


def _table(
    scene: Scene, settings: IncidentSettings, register: pd.DataFrame, end: np.datetime64
) -> pd.DataFrame:
    frame, facility = scene.world.frame, register["facility"].to_numpy()
    year, size = scene.edition.edition, len(register)
    columns = {
        "id_incident": [f"I{year}-{number:06d}" for number in range(1, size + 1)],
        "edition": np.full(size, year),
        "id_etablissement": identifiers(frame, facility),
    }
    for name in ("region", "milieu", "type", "secteur"):
        columns[name] = category(frame, name, facility)
    closed = (register["detection"] + pd.to_timedelta(register["cloture"], unit="D")) <= end
    return pd.DataFrame(
        columns
        | {
            "type_incident": pd.Categorical.from_codes(
                register["nature"], list(settings.natures)
            ),
            "gravite": register["gravite"],
            "date_survenue": _day(register["survenue"]),
            "date_detection": _day(register["detection"]),
            "date_notification": _notification(register, end),
            "patients_concernes": nullable(register["patients"], register["inconnu"]),
            "statut": np.where(closed, "clos", "en_cours"),
            "declarant": [f"declarant.{number:06d}@exemple.invalid" for number in facility],
        }
    )


def _notification(register: pd.DataFrame, end: np.datetime64) -> pd.Series:
    """Day of the notification, empty if there was none before the register was closed."""
    date = register["detection"] + pd.to_timedelta(register["notification"], unit="D")
    return _day(date).where(register["annonce"] & (date <= end))


def _day(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%Y-%m-%d")
