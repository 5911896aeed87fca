"""What happened, beside what the register says of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.collect.demo.frame import TYPES, Frame
from obsante.collect.demo.incidents.settings import IncidentSettings
from obsante.collect.demo.tally import Tally, facility_domains
from obsante.collect.demo.truth import NATIONAL, Values, rounded

_DIMENSIONS = ("type", "secteur", "region")
_PER = 100
# Types of facility compared with private clinics, together where they are few.
_CLINICS = ["type=clinique_privee"]
_GROUPS = {
    "grand_hopital": ["type=chu", "type=chr_chp"],
    "hopital_proximite": ["type=hopital_proximite"],
    "centre_sante": ["type=centre_sante_urbain", "type=centre_sante_rural"],
    "cabinet_prive": ["type=cabinet_prive"],
}


def indicators(
    frame: Frame, settings: IncidentSettings, reporting: np.ndarray, register: pd.DataFrame,
    occurred: pd.DataFrame,
) -> dict[str, Values]:  # fmt: skip
    """Registered incidents per 100 reporting facilities, and the true median delay in days.

    Args:
        reporting: facilities that report.
        register: incidents in the register.
        occurred: incidents of those facilities in the period, seen or not.
    """
    known = np.bincount(register["facility"], minlength=len(frame))
    tally = Tally()
    domains = facility_domains(frame, _DIMENSIONS)
    tally.add("rate", domains, _PER * known * reporting, reporting)
    return {
        "sec.incidents": tally.values("rate"),
        "sec.rapport_incidents": _ratios(tally),
        "sec.incidents_declares": _counts(frame, settings, register),
        "sec.delai_detection": _medians(settings, occurred),
        "sec.delai_notification": _notification(register),
    }


def _ratios(tally: Tally) -> Values:
    """Rate of each group over that of the clinics."""
    rates = {}
    for group, keys in {"clinique": _CLINICS, **_GROUPS}.items():
        above, below = np.sum([tally.sums("rate", key) for key in keys], axis=0)
        rates[group] = above / below if below else 0.0
    if not rates["clinique"]:
        return {}
    return {f"groupe={group}": rounded(rates[group] / rates["clinique"]) for group in _GROUPS}


def _counts(frame: Frame, settings: IncidentSettings, register: pd.DataFrame) -> Values:
    """Rows of the register in all, by nature, by severity and by type of facility."""
    natures = np.bincount(register["nature"], minlength=len(settings.natures))
    levels = register["gravite"].value_counts().sort_index()
    types = np.bincount(frame.codes("type")[register["facility"]], minlength=len(TYPES))
    return (
        {NATIONAL: len(register)}
        | {f"type_incident={n}": int(k) for n, k in zip(settings.natures, natures, strict=True)}
        | {f"gravite={level}": int(k) for level, k in levels.items()}
        | {f"type={name}": int(k) for name, k in zip(TYPES, types, strict=True)}
    )


def _notification(register: pd.DataFrame) -> Values:
    """Median delay to notification over all the incidents, none for those never notified."""
    delays = register["notification"].where(register["annonce"], np.inf)
    median = _median(delays) if len(delays) else np.inf
    return {NATIONAL: median} if np.isfinite(median) else {}


def _medians(settings: IncidentSettings, occurred: pd.DataFrame) -> Values:
    detected = occurred[~occurred["jamais"]]
    values = {NATIONAL: _median(detected["delai"])}
    for position, name in enumerate(settings.natures):
        delays = detected.loc[detected["nature"] == position, "delai"]
        if len(delays):
            values[f"type_incident={name}"] = _median(delays)
    return values


def _median(delays: pd.Series) -> float:
    """Shortest delay that half of the incidents do not exceed."""
    return float(np.sort(delays.to_numpy())[(len(delays) - 1) // 2])


def effects(
    frame: Frame, reporting: np.ndarray, register: pd.DataFrame, occurred: pd.DataFrame,
    closing: np.datetime64,
) -> dict[str, object]:  # fmt: skip
    """Known counts, rates and delays, as config/demo/incidents.yml lists them."""
    detected = occurred[~occurred["jamais"]]
    seen = detected[_detection(detected) <= closing]
    counts = np.bincount(occurred["facility"], minlength=len(frame))[reporting]
    return {
        "incidents_etablissements_declarants": int(reporting.sum()),
        "incidents_enregistres": len(register),
        "incidents_survenus": len(occurred),
        "incidents_detectes_a_la_cloture": len(seen),
        "incidents_pas_encore_detectes": len(detected) - len(seen),
        "incidents_jamais_detectes": int(occurred["jamais"].sum()),
        "incidents_taux_survenus": rounded(_PER * len(occurred) / reporting.sum()),
        "incidents_taux_enregistres": rounded(_PER * len(register) / reporting.sum()),
        "incidents_variance_sur_moyenne": rounded(counts.var() / counts.mean()),
        "incidents_delai_detection": {
            "moyenne": rounded(detected["delai"].mean()),
            "mediane": _median(detected["delai"]),
            "part_30_jours": rounded((detected["delai"] <= 30).mean()),
            "mediane_des_enregistres": _median(seen["delai"]),
        },
    }


def _detection(incidents: pd.DataFrame) -> pd.Series:
    return incidents["survenue"] + pd.to_timedelta(incidents["delai"], unit="D")
