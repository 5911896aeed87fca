"""Simulated compliance audits of facilities: their file, their truth and their spoilt rows.

Audits have a sample of their own, drawn in the whole frame: an audited facility may not be in the
survey of facilities.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect.demo.audits import truth
from obsante.collect.demo.audits.draw import draw_audits
from obsante.collect.demo.audits.findings import Findings, findings
from obsante.collect.demo.audits.settings import CODES, AuditSettings
from obsante.collect.demo.cells import Silence, design_cells
from obsante.collect.demo.draws import stream
from obsante.collect.demo.facilities import WEIGHT_DECIMALS, category, identifiers, yes_no
from obsante.collect.demo.scene import Part, Scene, spare, spoilt_file
from obsante.collect.demo.topics import check_items, load_topic

__all__ = ["compliance_audits"]

TABLE = "conformite"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "sans_objet_a_tort": {"dossier_electronique": "oui", "c_jour_1": "sans_objet"},
    "doublon": {},
    "code_inconnu": {"c_info_1": "en cours"},
}


def compliance_audits(scene: Scene) -> Part:
    """One row per facility drawn for an audit."""
    world, edition = scene.world, scene.edition
    settings = load_topic(AuditSettings, world.project, TABLE)
    check_items(world.settings, settings.answers, TABLE)
    found = findings(scene, settings)
    sample = draw_audits(world.frame, settings.draw, scale=world.scale, seed=edition.seed)
    table = _table(scene, settings, sample, found)
    free = np.flatnonzero(spare(sample["answers"].to_numpy(), sample["stratum"].to_numpy()))
    content, spoilt = spoilt_file(scene, TABLE, table, FAULTS, share=settings.dirt, rows=free)
    tally = truth.audit_tally(world.frame, settings, found, scene.answers)
    return Part(content, truth.indicators(tally, settings), truth.effects(tally, settings), spoilt)


def _table(
    scene: Scene, settings: AuditSettings, sample: pd.DataFrame, found: Findings
) -> pd.DataFrame:
    drawn = sample.index.to_numpy()
    missing = dict.fromkeys(settings.controls, settings.missing)
    silence = Silence(sample["answers"].to_numpy(), missing, {}, scene.edition.seed, "audits")
    profile = {
        name: yes_no(trait[drawn], silence.empty(name)) for name, trait in found.profile.items()
    }
    columns = _design(scene, sample) | _visit(scene, settings, silence) | profile
    for name, control in settings.controls.items():
        asked = (profile[control.asked_if], "oui") if control.asked_if else None
        columns[name] = silence.coded(name, found.found[name][drawn], list(CODES), asked=asked)
    return pd.DataFrame(columns)


def _design(scene: Scene, sample: pd.DataFrame) -> dict:
    frame, drawn = scene.world.frame, sample.index.to_numpy()
    columns = {
        "id_etablissement": identifiers(frame, drawn),
        "edition": np.full(len(sample), scene.edition.edition),
    }
    for name in ("region", "milieu", "type", "secteur"):
        columns[name] = category(frame, name, drawn)
    columns["strate"] = pd.Categorical(sample["strate"])
    for name in ("taille_strate", "tires_strate"):
        columns[name] = sample[name].to_numpy()
    columns |= design_cells(sample, WEIGHT_DECIMALS)
    return columns | {"n_professionnels": frame.rows["n_professionnels"].to_numpy()[drawn]}


def _visit(scene: Scene, settings: AuditSettings, silence: Silence) -> dict:
    """Day of the audit, within the reference period, and an auditor that can be nobody."""
    period, size = scene.edition.reference_period, len(silence.answers)
    rng = stream(scene.edition.seed, "audit visit")
    days = np.floor(((period.end - period.start).days + 1) * rng.random(size)).astype(int)
    dates = (np.datetime64(period.start, "D") + days).astype(str).tolist()
    auditor = 1 + np.floor(settings.auditors * rng.random(size)).astype(int)
    names = [f"Auditrice Fictive {number:02d}" for number in auditor.tolist()]
    return {
        "date_audit": silence.text("date_audit", dates),
        "auditeur": silence.text("auditeur", names),
    }
