"""Simulated survey of the users of facilities: its file, its truth and its spoilt rows.

Facilities where users are drawn are some of those where workers are, so that each user's facility
is in the table of facilities, and both surveys can be read together.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect.demo.clusters import Stage, draw_units
from obsante.collect.demo.patients.experience import live
from obsante.collect.demo.patients.people import crowds, user_counts
from obsante.collect.demo.patients.settings import PatientSettings
from obsante.collect.demo.patients.table import drawn, patient_table
from obsante.collect.demo.patients.truth import PatientTruth
from obsante.collect.demo.scene import Part, Scene, spare, spoilt_file
from obsante.collect.demo.topics import check_items, load_topic

__all__ = ["patient_survey"]

TABLE = "patients"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "recours_sans_acces": {"acces_distance": "non", "recours_distance": "oui"},
    "doublon": {},
    "hors_bornes": {"confiance": "7"},
    "quintile_incoherent": {"score_biens": "0", "quintile": "5"},
    "code_inconnu": {"langue": "arabe"},
    "virgule_decimale": {"score_biens": '"5,0"'},
    "texte_libre": {"wg_voir": "un peu"},
    "casse": {"sexe": "Femme"},
}


def patient_survey(scene: Scene) -> Part:
    """One row per user drawn."""
    world = scene.world
    settings = load_topic(PatientSettings, world.project, TABLE)
    lines = [*settings.outcomes.values(), *settings.opinions.values()]
    used = [item for line in lines for item in line.facility]
    check_items(world.settings, used, TABLE)
    sizes = user_counts(scene, settings)
    sample = _draw(scene, settings, sizes)
    truth, answers = _population(scene, settings, sizes, sample)
    table = patient_table(scene, settings, sample, answers, sizes)
    free = np.flatnonzero(spare(sample["answers"].to_numpy(), sample["facility"].to_numpy()))
    content, spoilt = spoilt_file(scene, TABLE, table, FAULTS, share=settings.dirt, rows=free)
    return Part(content, truth.indicators(), truth.effects(settings), spoilt)


def _draw(scene: Scene, settings: PatientSettings, sizes: np.ndarray) -> pd.DataFrame:
    survey = settings.survey
    stage = Stage(
        survey.facilities, survey.drawn, survey.response,
        ("user facilities", "users drawn", "user response"),
    )  # fmt: skip
    open_to_workers = scene.sample.index.isin(scene.workers["facility"])
    return draw_units(
        scene.world.frame, sizes, scene.sample[open_to_workers], stage, seed=scene.edition.seed
    )


def _population(
    scene: Scene, settings: PatientSettings, sizes: np.ndarray, sample: pd.DataFrame
) -> tuple[PatientTruth, dict[str, np.ndarray]]:
    """The truth of all users, and that of those drawn in the order of the sample."""
    truth, position = PatientTruth(), sample.index.to_numpy()
    parts, order, first = [], [], 0
    for crowd in crowds(scene, settings, sizes):
        people = live(crowd)
        truth.add(people)
        mine = np.flatnonzero((position >= first) & (position < first + len(crowd)))
        parts.append(drawn(people, position[mine] - first))
        order.append(mine)
        first += len(crowd)
    back = np.argsort(np.concatenate(order), kind="stable")
    return truth, {name: np.concatenate([p[name] for p in parts])[back] for name in parts[0]}
