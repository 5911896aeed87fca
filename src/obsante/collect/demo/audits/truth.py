"""What the audits would find in all facilities of the field: scores, shares, gaps by control."""

from __future__ import annotations

from obsante.collect.demo.audits.findings import POINTS, Findings
from obsante.collect.demo.audits.settings import CODES, AuditSettings
from obsante.collect.demo.frame import Frame
from obsante.collect.demo.tally import Tally, facility_domains
from obsante.collect.demo.truth import NATIONAL, Values

_DIMENSIONS = ("type", "secteur", "region")
_LARGE, _CLINICS = ["type=chu", "type=chr_chp"], ["type=clinique_privee"]


def audit_tally(frame: Frame, settings: AuditSettings, found: Findings) -> Tally:
    """Score, compliant facilities, and points of each control, over the field of the audits."""
    field = frame.is_type(list(settings.draw.drawn))
    domains = facility_domains(frame, _DIMENSIONS, field)
    tally, score = Tally(), found.score()[field]
    tally.add("score", domains, score)
    tally.add("conforme", domains, score >= settings.compliant_from)
    for name, codes in found.found.items():
        applies = found.applies[name][field]
        tally.add(name, domains, POINTS[codes[field]] * applies, applies)
        met = (codes[field] == CODES.index("oui")) & applies
        tally.add(f"{name} oui", domains, met, applies)
    return tally


def indicators(tally: Tally) -> dict[str, Values]:
    """Mean score (0 to 100) and share of compliant facilities, by domain."""
    return {
        "sec.score_conformite": tally.values("score"),
        "sec.conformes": tally.values("conforme"),
        "sec.ecart_conformite": {NATIONAL: tally.gap("score", _LARGE, _CLINICS)},
    }


def effects(tally: Tally, settings: AuditSettings) -> dict[str, object]:
    """Known values, as config/demo/conformite.yml lists them."""
    return {
        "audits_etablissements": int(tally.sums("score", NATIONAL)[1]),
        "audits_seuil_conforme": settings.compliant_from,
        "audits_grand_hopital_moins_clinique": {
            "score": tally.gap("score", _LARGE, _CLINICS),
            "conforme": tally.gap("conforme", _LARGE, _CLINICS),
            "controles": {
                name: tally.gap(name, _LARGE, _CLINICS) for name in settings.controls
            },
        },
        "audits_controle_satisfait": {
            name: tally.values(f"{name} oui")[NATIONAL] for name in settings.controls
        },
    }
