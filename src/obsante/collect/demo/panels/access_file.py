"""The file of the panel of access, its truth and its spoilt rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect.demo.facilities import NOT_APPLICABLE, nullable
from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.panels import access_truth
from obsante.collect.demo.panels.access import Access, build_access
from obsante.collect.demo.panels.access_settings import TABLE, AccessSettings
from obsante.collect.demo.panels.panel import calendar_columns, edition_rows, own_rows
from obsante.collect.demo.panels.reporting import Absences, poor_rows
from obsante.collect.demo.scene import Part, Scene, spoilt_file
from obsante.collect.demo.topics import load_topic

# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "region_mal_ecrite": {"region": "Fez"},
    "doublon": {},
    "virgule_decimale": {"attente_jours": '"41,5"'},
    "nombre_negatif": {"demandes": "-4"},
    "hors_bornes": {"attente_jours": "1200"},
    "date_francaise": {"mois": "01/03/2023"},
    "code_inconnu": {"specialite": "cardio"},
    "ouverture_incoherente": {"telemedecine": "oui", "ouverture": ""},
    "renoncements_impossibles": {"demandes": "1", "renoncements": "7"},
    "casse": {"milieu": "Urbain"},
}


def access_panel(scene: Scene) -> Part:
    """One row per month, province, milieu and specialty."""
    world, edition = scene.world, scene.edition
    settings = load_topic(AccessSettings, world.project, TABLE)
    access = build_access(world.frame.reference, settings, edition.reference_period.end)
    rows = edition_rows(scene, access.panel)
    absences = _absences(access, rows, edition.seed)
    content, spoilt = spoilt_file(
        scene, TABLE, _table(access, rows, absences), FAULTS,
        share=settings.reporting.dirt, rows=absences.partial,
    )  # fmt: skip
    effects = {"acces_telemedecine": access_truth.effects(access)}
    indicators = access_truth.indicators(access, own_rows(scene, access.panel))
    return Part(content, indicators, effects, spoilt)


def _absences(access: Access, rows: slice, seed: int) -> Absences:
    """The service of a specialty in a province reports for both of its milieux."""
    series, reporting = access.series, access.settings.reporting
    service = series["province"] * len(access.specialties) + series["specialite"]
    months = len(access.panel.months[rows])
    poor = poor_rows(access.panel, reporting, service.to_numpy(), months)
    return Absences(reporting, seed, TABLE, poor)


def _table(access: Access, rows: slice, absences: Absences) -> pd.DataFrame:
    """Columns of the dictionary in any order, month after month."""
    outcomes = {name: course.actual for name, course in access.outcomes.items()}
    means = _waits(access) | {"distance_km": outcomes["distance_km"]}
    columns = _keys(access, rows) | {
        name: np.where(absences.empty(name), np.nan, values[rows].ravel())
        for name, values in means.items()
    }
    excluded = np.tile(~access.concerned, len(access.panel.months[rows]))
    hidden = {
        "demandes": absences.silent,
        "demandes_distance": absences.silent | excluded,
        "renoncements": absences.empty("renoncements"),
    }
    counts = {"demandes": access.demands, "demandes_distance": access.remote} | outcomes
    for name, empty in hidden.items():
        columns[name] = nullable(counts[name][rows].ravel().astype("int64"), empty)
    status = np.where(excluded, 2, access.panel.treated[rows].ravel())
    columns["telemedecine"] = pd.Categorical.from_codes(status, ["non", "oui", NOT_APPLICABLE])
    return pd.DataFrame(columns)


def _keys(access: Access, rows: slice) -> dict[str, object]:
    series, panel, reference = access.series, access.panel, access.reference
    names = {
        "region": reference.regions,
        "province": reference.provinces["code"].tolist(),
        "milieu": MILIEUX,
        "specialite": access.specialties,
    }
    months = panel.months[rows]
    return calendar_columns(panel, months, "ouverture") | {
        name: pd.Categorical.from_codes(np.tile(series[name], len(months)), values)
        for name, values in names.items()
    }


def _waits(access: Access) -> dict[str, np.ndarray]:
    """Waiting days, in tenths: those in person make up the mean of all modes."""
    demands, remote, apart = access.demands, access.remote, access.remote_wait
    overall = access.outcomes["attente_jours"].actual
    at_hand = np.round((overall * demands - apart * remote) / (demands - remote), 1)
    return {
        "attente_jours": overall,
        "attente_presentiel_jours": at_hand,
        "attente_distance_jours": np.where(remote > 0, apart, np.nan),
    }
