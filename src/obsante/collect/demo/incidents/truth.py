"""What happened, beside what the register says of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.collect.demo.frame import Frame
from obsante.collect.demo.incidents.settings import IncidentSettings
from obsante.collect.demo.tally import Tally, facility_domains
from obsante.collect.demo.truth import NATIONAL, Values, rounded

_DIMENSIONS = ("type", "secteur", "region")
_PER = 100


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
        "sec.delai_detection": _medians(settings, occurred),
    }


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
