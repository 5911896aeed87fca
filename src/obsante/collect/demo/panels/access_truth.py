"""Known effects of the opening of telemedicine on access: exact, on every series and month.

Each is a difference between what happens and what would have happened in the same places, with the
same luck, without telemedicine; parameters are those of a complete service.
"""

from __future__ import annotations

import numpy as np

from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.panels.access import Access
from obsante.collect.demo.panels.effects import average, averages, dynamics
from obsante.collect.demo.truth import NATIONAL, Values, rounded

# Milieux that an analysis of access outside towns puts together.
OUTSIDE_TOWNS = "rural_et_montagne"
# Months followed before the opening and from it on, as those of inn.effet_attente_serie.
_BEFORE, _AFTER = 14, 8
_NATURE = (
    "Moyenne, sur les demandes des lieux et des mois où le service est ouvert, de la différence "
    "entre ce qui est observé et ce qui l'aurait été sans télémédecine, tous modes de prise en "
    "charge confondus ; spécialités où des actes se font à distance"
)


def indicators(access: Access, rows: slice) -> dict[str, Values]:
    """Mean effects so far, per request, and the share of requests handled at a distance.

    Args:
        rows: months of the edition.
    """
    domains = _domains(access)
    known = {
        f"inn.effet_{name}": averages(access.panel, effect, access.demands, domains)
        for name, effect in _differences(access).items()
    }
    remote, demands = access.remote[rows], access.demands[rows]
    shares = {
        name: rounded(remote[:, mask].sum() / demands[:, mask].sum())
        for name, mask in _masks(access, domains).items()
    }
    return known | _late(access) | {"inn.part_demandes_distance": shares}


def effects(access: Access) -> dict[str, object]:
    """Parameters, realised effects by request, by series, by time since opening, and placebos."""
    panel, demands = access.panel, access.demands
    domains = _domains(access)
    domains[OUTSIDE_TOWNS] = panel.group > 0
    differences = _differences(access)
    equal = np.ones_like(demands)
    return {
        "nature": _NATURE,
        "parametres": _parameters(access),
        "moyens_par_demande": {
            name: averages(panel, effect, demands, domains) for name, effect in differences.items()
        },
        "moyens_par_serie": {
            name: averages(panel, effect, equal, domains) for name, effect in differences.items()
        },
        "dynamique": {
            name: dynamics(panel, effect, demands) for name, effect in differences.items()
        },
        "placebo": _placebo(access, differences),
        "difference_naive_jours": _naive(access, domains),
    }


def _late(access: Access) -> dict[str, Values]:
    """Effect on waiting days in the last month followed, outside towns, a series as its demands."""
    panel = access.panel
    first = panel.entry - panel.months[0]
    followed = (first >= _BEFORE) & (first + _AFTER <= len(panel.months))
    chosen = (panel.event == _AFTER - 1) & (followed & (panel.group > 0) & access.concerned)
    weight = np.broadcast_to(access.demands.mean(axis=0), access.demands.shape)
    mean = average(_differences(access)["attente_jours"], weight, chosen)
    return {} if mean is None else {"inn.effet_attente_serie": {NATIONAL: mean}}


def _domains(access: Access) -> dict[str, np.ndarray]:
    return {f"milieu={name}": access.panel.group == code for code, name in enumerate(MILIEUX)}


def _masks(access: Access, domains: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Series of the specialties concerned, nationally and by domain."""
    concerned = access.concerned
    return {NATIONAL: concerned} | {name: mask & concerned for name, mask in domains.items()}


def _differences(access: Access) -> dict[str, np.ndarray]:
    """Effect on the mean of a request, (T, n), by outcome."""
    outcomes = access.outcomes
    return {
        "attente_jours": outcomes["attente_jours"].difference,
        "distance_km": outcomes["distance_km"].difference,
        "part_renoncements": outcomes["renoncements"].difference / access.demands,
    }


def _parameters(access: Access) -> dict[str, object]:
    settings = access.settings
    return {name: quantity.effect for name, quantity in settings.quantities.items()} | {
        "montee_en_charge_par_mois": settings.openings.path,
        "facteur_par_vague": {
            wave.month.isoformat(): wave.effect for wave in settings.openings.waves
        },
        "facteur_par_specialite": {
            name: specialty.effect for name, specialty in settings.specialties.of.items()
        },
        "demandes": 0.0,
    }


def _placebo(access: Access, differences: dict[str, np.ndarray]) -> dict[str, float | None]:
    """Mean effect in the specialties without acts at a distance, where the service is open."""
    chosen = (access.panel.event >= 0) & ~access.concerned
    return {name: average(effect, access.demands, chosen) for name, effect in differences.items()}


def _naive(access: Access, domains: dict[str, np.ndarray]) -> Values:
    """Waiting days in the last month, open less closed: what need does to the comparison."""
    last = slice(-1, None)
    wait, weight = access.outcomes["attente_jours"].actual[last], access.demands[last]
    opened = access.panel.treated[last]
    gaps = {}
    for name, mask in _masks(access, domains).items():
        means = [average(wait, weight, mask & part) for part in (opened, ~opened)]
        if None not in means:
            gaps[name] = rounded(means[0] - means[1])
    return gaps
