"""What the audits would find in all facilities of the field: scores, shares, gaps by control."""

from __future__ import annotations

import numpy as np

from obsante.collect.demo.answers import Answers
from obsante.collect.demo.audits.findings import POINTS, Findings
from obsante.collect.demo.audits.settings import CODES, AuditSettings
from obsante.collect.demo.frame import Frame
from obsante.collect.demo.tally import Domains, Tally, facility_domains
from obsante.collect.demo.truth import NATIONAL, Values, rounded

_DIMENSIONS = ("type", "secteur", "region", "milieu")
_LARGE, _CLINICS = ["type=chu", "type=chr_chp"], ["type=clinique_privee"]
# Domains of the groups compared, and the dimension of their controls.
_GROUPS = {
    "grand_hopital": (_LARGE, "controle_hopital"),
    "clinique": (_CLINICS, "controle_clinique"),
}
# The controls that a law asks for, by the second part of their name.
_LAWS = {
    "loi_09_08": ("info", "acco", "decl", "droi", "dure", "sous", "resp"),
    "loi_05_20": ("gouv", "inve", "acce", "jour", "sauv", "chif", "corr", "inci", "cont"),
}


def audit_tally(
    frame: Frame, settings: AuditSettings, found: Findings, answers: Answers
) -> Tally:
    """Scores, compliant facilities and what each control finds, over the field of the audits."""
    field = frame.is_type(list(settings.draw.drawn))
    domains = facility_domains(frame, _DIMENSIONS, field)
    tally, score = Tally(), found.score()[field]
    tally.add("score", domains, score)
    tally.add("conforme", domains, score >= settings.compliant_from)
    for law, parts in _LAWS.items():
        names = [name for name in found.found if name.split("_")[1] in parts]
        tally.add(law, domains, found.score(names)[field])
    for trait, has in found.profile.items():
        tally.add(trait, domains, has[field])
    for name, codes in found.found.items():
        applies = found.applies[name][field]
        tally.add(name, domains, POINTS[codes[field]] * applies, applies)
        met = (codes[field] == CODES.index("oui")) & applies
        tally.add(f"{name} oui", domains, met, applies)
        if answer := settings.controls[name].answer:
            _add_declared(tally, domains, name, answers.reached[answer][field] > 0, met)
    return tally


def _add_declared(
    tally: Tally, domains: Domains, name: str, says: np.ndarray, met: np.ndarray
) -> None:
    """What facilities say of a control, and what the audit finds where they say yes."""
    tally.add(f"{name} dit", domains, says)
    tally.add(f"{name} confirme", domains, met & says, says)


def indicators(tally: Tally, settings: AuditSettings) -> dict[str, Values]:
    """Scores (0 to 100), shares and gaps by domain, group, law and control."""
    controls = list(settings.controls)
    declared = [name for name in controls if settings.controls[name].answer]
    groups = {f"groupe={g}": _of(tally, "score", keys) for g, (keys, _) in _GROUPS.items()}
    notes = {
        f"{dimension}={name}": rounded(100 * _of(tally, name, keys))
        for keys, dimension in _GROUPS.values()
        for name in controls
    }
    gaps = {name: rounded(100 * tally.gap(name, _LARGE, _CLINICS)) for name in controls}
    said = {name: _whole(tally, f"{name} dit") for name in declared}
    excess = {name: rounded(said[name] - _whole(tally, f"{name} oui")) for name in declared}
    return {
        "sec.score_conformite": tally.values("score"),
        "sec.score_groupe": groups,
        "sec.score_famille": {f"famille={law}": _whole(tally, law) for law in _LAWS},
        "sec.conformes": tally.values("conforme"),
        "sec.controle": _by_control({n: _whole(tally, f"{n} oui") for n in controls}),
        "sec.ecart_conformite": {NATIONAL: tally.gap("score", _LARGE, _CLINICS)},
        "sec.note_groupe": notes,
        "sec.ecart_controle": _by_control(gaps),
        "sec.echange": tally.values("echange_donnees"),
        "sec.declare": _by_control(said),
        "sec.ecart_declare": _by_control(excess),
        "sec.confirmes": _by_control({n: _whole(tally, f"{n} confirme") for n in declared}),
    }


def _by_control(values: Values) -> Values:
    return {f"controle={name}": value for name, value in values.items()}


def _whole(tally: Tally, measure: str) -> float:
    return tally.values(measure)[NATIONAL]


def _of(tally: Tally, measure: str, keys: list[str]) -> float:
    """Value of several domains together."""
    above, below = np.sum([tally.sums(measure, key) for key in keys], axis=0)
    return rounded(above / below)


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
