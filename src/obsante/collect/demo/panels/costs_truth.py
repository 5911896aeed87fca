"""Known effects of the electronic record on activity and costs: exact, on every facility followed.

Each is a difference between what happens and what would have happened in the same facilities, with
the same luck, without a record; parameters are those of a record that has been live for a year.
"""

from __future__ import annotations

import numpy as np

from obsante.collect.demo.panels.costs import FOLLOWED, Costs
from obsante.collect.demo.panels.effects import averages, dynamics
from obsante.collect.demo.truth import NATIONAL, Values, rounded

_NATURE = (
    "Moyenne, sur les établissements et les mois où fonctionne un dossier électronique mis en "
    "service pendant le panel, de la différence entre ce qui est observé et ce qui l'aurait été "
    "sans lui"
)


def indicators(costs: Costs) -> dict[str, Values]:
    """Mean effects so far, each facility and month counting once; records live in the last month."""
    means = {
        f"eff.effet_{name}": averages(costs.studied, effect, np.ones_like(effect), _domains(costs))
        for name, (effect, _) in _differences(costs).items()
    }
    return {"inf.dme_trace": _live(costs)} | means


def _live(costs: Costs) -> Values:
    """Share of the facilities followed whose record is live in the last month."""
    live = costs.panel.event[-1] >= 0
    shares = {NATIONAL: rounded(live.mean())}
    for name, inside in _domains(costs).items():
        if inside.any():
            shares[name] = rounded(live[inside].mean())
    return shares


def effects(costs: Costs, rows: slice) -> dict[str, object]:
    """Parameters, realised effects by facility and by unit, by time since the record, and savings.

    Args:
        rows: months of the edition.
    """
    panel, settings, domains = costs.studied, costs.settings, _domains(costs)
    differences = _differences(costs)
    return {
        "nature": _NATURE,
        "parametres": {name: one.effect for name, one in settings.quantities.items()} | {
            "montee_en_charge_par_mois": settings.record.path,
            "facteur_par_type": settings.record.strength,
            "facteur_par_annee": 1 + settings.record.yearly,
            "actes": 0.0,
        },
        "moyens_par_etablissement": {
            name: averages(panel, effect, np.ones_like(effect), domains)
            for name, (effect, _) in differences.items()
        },
        "moyens_par_unite": {
            name: averages(panel, effect, weight, domains)
            for name, (effect, weight) in differences.items()
        },
        "dynamique": {
            name: dynamics(panel, effect, np.ones_like(effect))
            for name, (effect, _) in differences.items()
        },
        "economies": _savings(costs, slice(None)),
        "economies_edition": _savings(costs, rows),
        "etablissements": _facilities(costs),
    }  # fmt: skip


def _domains(costs: Costs) -> dict[str, np.ndarray]:
    return {f"type={name}": costs.panel.group == code for code, name in enumerate(FOLLOWED)}


def _differences(costs: Costs) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Effect on each rate, and the units that it is a rate of, (T, n)."""
    return {name: (rate.difference, units) for name, (rate, units) in costs.rates().items()}


def _savings(costs: Costs, rows: slice) -> Values:
    """What the records saved, in all, over some months: dirhams, hours, examinations."""
    treated, totals = costs.studied.treated[rows], costs.totals
    saved = {
        "couts_mad": -totals["cout_par_acte_mad"].difference * costs.acts,
        "papier_mad": -totals["papier_mad"].difference,
        "heures_admin": -totals["heures_admin"].difference,
        "examens_repetes": -totals["examens_repetes"].difference,
    }
    return {name: rounded(part[rows][treated].sum()) for name, part in saved.items()}


def _facilities(costs: Costs) -> dict[str, int]:
    live = costs.panel.event[[0, -1]] >= 0
    return {
        "suivis": live.shape[1],
        "dossier_avant_le_panel": int(live[0].sum()),
        "dossier_pendant_le_panel": int((live[1] & ~live[0]).sum()),
    }
