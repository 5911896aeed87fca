"""The file of the register of acts at a distance, its truth and its spoilt rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import stream
from obsante.collect.demo.facilities import nullable
from obsante.collect.demo.frame import MILIEUX, Reference
from obsante.collect.demo.panels import access_settings
from obsante.collect.demo.panels.access import build_access
from obsante.collect.demo.panels.acts import register
from obsante.collect.demo.panels.acts_settings import TABLE, ActsSettings
from obsante.collect.demo.panels.calendar import month_label
from obsante.collect.demo.panels.panel import own_rows
from obsante.collect.demo.scene import Part, Scene, spoilt_file
from obsante.collect.demo.topics import load_topic
from obsante.collect.demo.truth import NATIONAL, Values, rounded

# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "region_mal_ecrite": {"region": "Fez"},
    "doublon": {},
    "nombre_negatif": {"actes": "-2"},
    "sans_acte": {"actes": "0"},
    "virgule_decimale": {"km_evites": '"41,5"'},
    "date_francaise": {"date": "01/03/2025"},
    "code_inconnu": {"mode": "video"},
    "province_mal_ecrite": {"province": "3.531"},
    "identifiant_tronque": {"id_enregistrement": "T2025-"},
    "casse": {"specialite": "Cardiologie"},
}
_PER_INHABITANTS = 1000


def acts_register(scene: Scene) -> Part:
    """One row per month, province, milieu, specialty and mode that had an act."""
    world, edition = scene.world, scene.edition
    settings = load_topic(ActsSettings, world.project, TABLE)
    reference = world.frame.reference
    demand = load_topic(access_settings.AccessSettings, world.project, access_settings.TABLE)
    access = build_access(reference, demand, edition.reference_period.end)
    rows = own_rows(scene, access.panel)
    acts = register(scene, access, settings, rows)
    unknown = stream(edition.seed, TABLE, "km").random(len(acts)) < settings.distance.missing
    table = _table(acts, unknown, reference, edition.edition)
    content, spoilt = spoilt_file(scene, TABLE, table, FAULTS, share=settings.dirt.share)
    effects = {"actes_telemedecine": _effects(acts)}
    places = access.series[access.series["specialite"] == 0]
    return Part(content, _indicators(acts, places, reference), effects, spoilt)


def _table(
    acts: pd.DataFrame, unknown: np.ndarray, reference: Reference, year: int
) -> pd.DataFrame:
    dates = pd.Categorical(acts["month"].map(month_label))
    positions = {
        "region": reference.regions,
        "province": reference.provinces["code"].tolist(),
        "milieu": MILIEUX,
    }
    columns = {name: pd.Categorical.from_codes(acts[name], values)
               for name, values in positions.items()}  # fmt: skip
    return pd.DataFrame(
        columns
        | {
            "id_enregistrement": [f"T{year}-{number:08d}" for number in range(1, len(acts) + 1)],
            "date": dates,
            "specialite": pd.Categorical(acts["specialite"]),
            "mode": pd.Categorical(acts["mode"]),
            "actes": acts["actes"],
            "km_evites": nullable(acts["km"], unknown),
        }
    )


def _indicators(
    acts: pd.DataFrame, places: pd.DataFrame, reference: Reference
) -> dict[str, Values]:
    """Acts, and for 1,000 inhabitants of 2024, by milieu and region; km by act, by milieu."""
    names = {"milieu": MILIEUX, "region": reference.regions}
    counts = _sums(acts, "actes", names)
    people = _sums(places, "population", names)
    rates = {name: rounded(_PER_INHABITANTS * counts[name] / size)
             for name, size in people.items() if size}  # fmt: skip
    km = _sums(acts, "km", {"milieu": MILIEUX})
    each = {name: rounded(way / counts[name]) for name, way in km.items() if counts[name]}
    return {"inn.actes": counts, "inn.actes_pour_1000": rates, "inn.km_evites": each}


def _sums(table: pd.DataFrame, column: str, names: dict[str, list[str]]) -> Values:
    """Sum of a column of whole numbers, nationally and in each modality (zero included)."""
    values = table[column].to_numpy()
    sums: Values = {NATIONAL: int(values.sum())}
    for dimension, modalities in names.items():
        totals = np.bincount(table[dimension], values, len(modalities)).astype("int64").tolist()
        sums |= {f"{dimension}={name}": total
                 for name, total in zip(modalities, totals, strict=True)}  # fmt: skip
    return sums


def _effects(acts: pd.DataFrame) -> dict[str, object]:
    """Description of the register before any gap or fault."""
    return {
        "actes_par_mode": acts.groupby("mode")["actes"].sum().to_dict(),
        "actes_par_specialite": acts.groupby("specialite")["actes"].sum().to_dict(),
        "km_evites": int(acts["km"].sum()),
        "lignes": len(acts),
    }
