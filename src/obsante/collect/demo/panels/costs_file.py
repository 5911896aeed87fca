"""The file of the panel of activity and costs, its truth and its spoilt rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect.demo.facilities import category, identifiers, nullable, yes_no
from obsante.collect.demo.panels import costs_truth
from obsante.collect.demo.panels.costs import TABLE, Costs, CostSettings, build_costs
from obsante.collect.demo.panels.panel import calendar_columns, edition_rows, own_rows
from obsante.collect.demo.panels.reporting import Absences, poor_rows
from obsante.collect.demo.scene import Part, Scene, spoilt_file
from obsante.collect.demo.topics import load_topic

# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "code_inconnu": {"type": "hopital"},
    "doublon": {},
    "virgule_decimale": {"cout_par_acte_mad": '"312,5"'},
    "nombre_negatif": {"heures_admin": "-120"},
    "hors_bornes": {"sejour_moyen_jours": "450"},
    "date_francaise": {"mois": "01/03/2023"},
    "repetes_impossibles": {"examens": "10", "examens_repetes": "40"},
    "statut_incoherent": {"dme_statut": "non", "mois_dme": "2015-01-01"},
    "casse": {"dme_statut": "Oui"},
}
_MEANS = ("cout_par_acte_mad", "sejour_moyen_jours")
_COUNTS = ("heures_admin", "papier_mad", "examens_repetes")


def cost_panel(scene: Scene) -> Part:
    """One row per month and facility followed."""
    world, edition = scene.world, scene.edition
    settings = load_topic(CostSettings, world.project, TABLE)
    costs = build_costs(world, settings, edition.reference_period.end)
    rows = edition_rows(scene, costs.panel)
    months = len(costs.panel.months[rows])
    service = np.arange(len(costs.positions))
    poor = poor_rows(costs.panel, settings.reporting, service, months)
    absences = Absences(settings.reporting, edition.seed, TABLE, poor)
    content, spoilt = spoilt_file(
        scene, TABLE, _table(costs, rows, absences), FAULTS,
        share=settings.reporting.dirt, rows=absences.partial,
    )  # fmt: skip
    effects = {"couts_dme": costs_truth.effects(costs, own_rows(scene, costs.panel))}
    return Part(content, costs_truth.indicators(costs), effects, spoilt)


def _table(costs: Costs, rows: slice, absences: Absences) -> pd.DataFrame:
    """Columns of the dictionary in any order, month after month."""
    months = costs.panel.months[rows]
    columns = calendar_columns(costs.panel, months, "mois_dme", known=costs.dated)
    columns |= _facility(costs, len(months))
    columns["dme_statut"] = yes_no((costs.panel.event[rows] >= 0).ravel())
    for name, values in (("actes", costs.acts), ("examens", costs.examinations),
                         ("sejours", costs.stays)):  # fmt: skip
        columns[name] = nullable(values[rows].ravel(), absences.silent)
    actual = {name: total.actual[rows].ravel() for name, total in costs.totals.items()}
    for name in _MEANS:
        columns[name] = np.where(absences.empty(name), np.nan, actual[name])
    for name in _COUNTS:
        columns[name] = nullable(actual[name].astype("int64"), absences.empty(name))
    return pd.DataFrame(columns)


def _facility(costs: Costs, months: int) -> dict[str, object]:
    frame, positions = costs.frame, costs.positions
    everywhere = np.tile(positions, months)
    types = category(frame, "type", everywhere)
    return {
        "id_etablissement": identifiers(frame, positions) * months,
        "region": category(frame, "region", everywhere),
        "type": types,
    }
