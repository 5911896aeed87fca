"""One edition of the synthetic campaign, from the frame to the bytes of its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from obsante.collect import dictionary
from obsante.collect.demo.answers import true_answers
from obsante.collect.demo.audits import compliance_audits
from obsante.collect.demo.facility_survey import facility_survey
from obsante.collect.demo.frame import Reference, build_frame, real_counts
from obsante.collect.demo.frame_table import frame_table
from obsante.collect.demo.incidents import incident_register
from obsante.collect.demo.panels.access_file import access_panel
from obsante.collect.demo.panels.acts_file import acts_register
from obsante.collect.demo.panels.costs_file import cost_panel
from obsante.collect.demo.patients import patient_survey
from obsante.collect.demo.registers import REGISTERS
from obsante.collect.demo.sample import build_strata, draw_sample
from obsante.collect.demo.scene import Part, Scene, World
from obsante.collect.demo.settings import Settings
from obsante.collect.demo.worker_survey import worker_survey
from obsante.collect.demo.workers import build_workforce, draw_workers
from obsante.collect.sources import TRUTH
from obsante.edition import Edition
from obsante.paths import Project

# Table -> its generator, in the order of verite.json.
GENERATORS: dict[str, Callable[[Scene], Part]] = {
    "base_sondage": frame_table,
    "etablissements": facility_survey,
    "professionnels": worker_survey,
    "acces": access_panel,
    "couts": cost_panel,
    "teleconsultations": acts_register,
    "patients": patient_survey,
    "conformite": compliance_audits,
    "incidents": incident_register,
    **REGISTERS,
}
TABLES = tuple(GENERATORS)
_NOTE = (
    "Valeurs exactes de la base de sondage simulée, avant non-réponse et erreurs de saisie ; "
    "proportions et écarts de 0 à 1. Aucune n'a été observée."
)


def build_world(
    project: Project, settings: Settings, reference: Reference, scale: int
) -> World:
    """Frame, strata and workers; columns of each table in the dictionary's order."""
    frame = build_frame(reference, settings, scale)
    strata = build_strata(frame, settings.sample, scale)
    columns = {name: dictionary.load(name, project).columns for name in TABLES}
    return World(project, settings, frame, strata, build_workforce(frame, settings), columns, scale)


def edition_files(world: World, edition: Edition) -> dict[str, bytes]:
    """Name and bytes of each file of an edition."""
    drawn = scene(world, edition)
    parts = {name: GENERATORS[name](drawn) for name in TABLES}
    known = {
        "edition": edition.edition,
        "note": _NOTE,
        "base_de_sondage": _frame_sheet(world),
        "indicateurs": _merged(part.indicators for part in parts.values()),
        "effets": _merged(part.effects for part in parts.values()),
        "lignes_sales": {name: part.spoilt for name, part in parts.items() if part.spoilt},
    }
    text = json.dumps(known, ensure_ascii=False, indent=1) + "\n"
    files = {f"{name}.csv": part.content for name, part in parts.items() if part.content}
    return files | {TRUTH: text.encode("utf-8")}


def scene(world: World, edition: Edition) -> Scene:
    """What one edition adds to the world: true answers, facilities and workers drawn."""
    when = {"year": edition.edition, "seed": edition.seed}
    answers = true_answers(world.frame, world.settings, **when)
    sample = draw_sample(world.frame, world.strata, world.settings, **when)
    workers = draw_workers(world.frame, sample, world.settings, seed=edition.seed)
    return Scene(world, edition, answers, sample, workers)


def _merged(parts: Iterable[dict[str, object]]) -> dict[str, object]:
    return {name: value for part in parts for name, value in part.items()}


def _frame_sheet(world: World) -> dict[str, object]:
    return {
        "etablissements": len(world.frame),
        "echelle": world.scale,
        "comptes_reels": real_counts(world.frame.reference, world.settings.frame),
    }
