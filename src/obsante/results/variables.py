"""Published values as the variables of the book (``{{< var inf.dme.valeur >}}``).

For an indicator ``inf.dme`` the national value, or the only gap, gives ``inf.dme.<field>`` and a
domain ``inf.dme.<dimension>.<modality>.<field>``, a modality that starts with a digit being
prefixed with ``m``. Fields: ``valeur``, ``ic``, ``n``, ``precision``, ``mots`` (a difference in
words), ``libelle``, ``annee``, ``preuve`` (the value linked to the sheet that says where it was
computed) and ``en``, the same in English. An indicator measured between editions also has
``phrase``: its changes, the latest first. ``edition``, ``seuils`` and, for a real edition,
``autorisation`` hold its parameters.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from obsante.edition import Authorisation, Edition
from obsante.results import english, french, wording
from obsante.results.registry import Indicator
from obsante.results.units import UNITS
from obsante.results.values import WHOLE

SHEETS_PAGE = "preuves.qmd"
# Values of the whole: they hang from the indicator itself.
_CHANGE = "edition"
# What a variable says where no value was published.
ABSENT = {
    "valeur": french.MARKS["missing"], "ic": "–", "n": "–", "precision": "–", "mots": "non disponible",
    "libelle": "–", "annee": "–", "preuve": "", "phrase": "non disponible", "en": "not available",
}  # fmt: skip
_NOT_COMPARED = "aucune édition antérieure n'est comparée"
_ENGLISH_STATES = {"suppressed": "confidential", "missing": "not available",
                   "not_applicable": "not applicable"}  # fmt: skip


def variables(
    values: pd.DataFrame, registry: dict[str, Indicator], edition: Edition
) -> dict[str, Any]:
    """Nested mapping of texts, ready for ``_variables.yml``."""
    tree: dict[str, Any] = {"edition": _edition(edition), "seuils": _thresholds(edition)}
    if edition.authorisation:
        tree["autorisation"] = _authorisation(edition.authorisation)
    rows = values.to_dict("records")
    for row in rows:
        _node(tree, _path(row)).update(_fields(row, registry[row["indicateur"]], edition))
    if any(row["nature"] != "reference" for row in rows):
        for identifier, item in registry.items():
            if _CHANGE in item.dimensions:
                _node(tree, identifier.split("."))["phrase"] = _evolution(identifier, rows)
    return tree


def _node(tree: dict[str, Any], path: list[str]) -> dict[str, Any]:
    for key in path:
        tree = tree.setdefault(key, {})
    return tree


def _edition(edition: Edition) -> dict[str, str]:
    period = edition.reference_period
    compared = [str(year) for year in sorted(edition.compare_with)]
    return {
        "annee": str(edition.edition),
        "periode": f"du {french.day(period.start)} au {french.day(period.end)}",
        "publication": french.day(edition.publication_date),
        "niveau": french.level(edition.confidence_level),
        "statut": "démonstration" if edition.demonstration else "réelle",
        "comparees": " et ".join(compared) if compared else "aucune",
    }


def _thresholds(edition: Edition) -> dict[str, str]:
    """Precision and quarantine rules in words; widths of a proportion's interval in points."""
    precision = edition.precision
    return {
        "largeur_fiable": f"{_hundredths(precision.reliable_width)}{french.NBSP}points",
        "largeur_faible": f"{_hundredths(precision.proportion_width)}{french.NBSP}points",
        "largeur_relative": french.level(precision.proportion_relative_width),
        "reponses": french.number(precision.minimum_n),
        "cv_moyen": french.level(precision.cv_flagged),
        "cv_faible": french.level(precision.cv_low),
        "quarantaine": french.level(edition.quarantine_max_share),
    }


def _hundredths(share: float) -> str:
    return french.level(share).removesuffix(f"{french.NBSP}%")


def _authorisation(authorisation: Authorisation) -> dict[str, str]:
    return {
        "numero": authorisation.number,
        "finalite": authorisation.purpose,
        "conservation": french.day(authorisation.retention_until),
        "hebergement": authorisation.host_country,
        "transfert": authorisation.transfer_basis,
    }


def _path(row: dict) -> list[str]:
    path = row["indicateur"].split(".")
    if row["dimension"] not in WHOLE:
        modality = row["modalite"]
        path += [row["dimension"], f"m{modality}" if modality[0].isdigit() else modality]
    return path


def _fields(row: dict, definition: Indicator, edition: Edition) -> dict[str, str]:
    value = wording.value(row)
    fields = {
        "valeur": value,
        "ic": wording.interval(row),
        "n": wording.sample(row),
        "precision": row["precision"],
        "libelle": row["libelle"],
        "annee": str(row["annee"]),
        "preuve": linked(value + _bounds(row, edition), definition),
        "en": linked(_english(row, edition), definition),
    }
    if UNITS[row["unite"]].signed:
        groups = definition.parameters.get("groups")
        fields["mots"] = wording.gap(row, *groups) if groups else wording.change(row)
    return fields


def _evolution(identifier: str, rows: list[dict]) -> str:
    """Changes since each earlier edition in words, the latest first."""
    own = [r for r in rows if r["indicateur"] == identifier and r["dimension"] == _CHANGE]
    latest_first = sorted(own, key=lambda r: r["modalite"], reverse=True)
    words = [f"{wording.change(r)} par rapport à {r['modalite']}" for r in latest_first]
    return ", ".join(words) or _NOT_COMPARED


def linked(text: str, definition: Indicator) -> str:
    """Text linked to the indicator's sheet.

    As in ``[30,1 % (IC 95 % : 27,0 à 33,2)](preuves.qmd#p-inf-dme){.preuve}``.
    """
    # Square brackets of a mark would close the link's own.
    text = text.replace("[", "\\[").replace("]", "\\]")
    return f"[{text}]({SHEETS_PAGE}#{definition.anchor}){{.preuve}}"


def _has_interval(row: dict) -> bool:
    known = not pd.isna(row["borne_inf"]) and not pd.isna(row["borne_sup"])
    return known and row["etat"] not in french.MARKS


def _bounds(row: dict, edition: Edition) -> str:
    if not _has_interval(row):
        return ""
    if wording.exact(row):
        return f" ({french.EXACT})"
    low, high = (french.magnitude(row[b], row["unite"]) for b in ("borne_inf", "borne_sup"))
    level = french.level(edition.confidence_level)
    return f" (IC {level}{french.NBSP}: {low} à {high})"


def _english(row: dict, edition: Edition) -> str:
    """``30.1% (95% CI: 27.0 to 33.2)``."""
    unit = row["unite"]
    if row["etat"] in _ENGLISH_STATES:
        return _ENGLISH_STATES[row["etat"]]
    text = english.quantity(row["estimation"], unit)
    if bounds := english.interval(row):
        level = f"{100 * edition.confidence_level:g}% CI: "
        text += f" ({bounds})" if bounds == french.EXACT else f" ({level}{bounds})"
    return f"{text}, low precision" if row["etat"] == "low_precision" else text
