"""Published values as the variables of the book (``{{< var inf.dme.valeur >}}``).

For an indicator ``inf.dme`` the national value gives ``inf.dme.<field>`` and a domain
``inf.dme.<dimension>.<modality>.<field>``, a modality that starts with a digit being prefixed
with ``m``. Fields: ``valeur``, ``ic``, ``n``, ``mots`` (a difference in words), ``libelle``,
``annee`` and ``preuve``, the value linked to the sheet that says where it was computed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from obsante.edition import Edition
from obsante.results import french, wording
from obsante.results.registry import Indicator
from obsante.stats.linearised import NATIONAL

SHEETS_PAGE = "preuves.qmd"


def variables(
    values: pd.DataFrame, registry: dict[str, Indicator], edition: Edition
) -> dict[str, Any]:
    """Nested mapping of texts, ready for ``_variables.yml``."""
    tree: dict[str, Any] = {"edition": _edition(edition)}
    for row in values.to_dict("records"):
        node = tree
        for key in _path(row):
            node = node.setdefault(key, {})
        node.update(_fields(row, registry[row["indicateur"]], edition))
    return tree


def _edition(edition: Edition) -> dict[str, str]:
    period = edition.reference_period
    return {
        "annee": str(edition.edition),
        "periode": f"du {french.day(period.start)} au {french.day(period.end)}",
        "publication": french.day(edition.publication_date),
        "niveau": french.level(edition.confidence_level),
        "statut": "démonstration" if edition.demonstration else "réelle",
    }


def _path(row: dict) -> list[str]:
    path = row["indicateur"].split(".")
    if row["dimension"] != NATIONAL:
        modality = row["modalite"]
        path += [row["dimension"], f"m{modality}" if modality[0].isdigit() else modality]
    return path


def _fields(row: dict, definition: Indicator, edition: Edition) -> dict[str, str]:
    value = wording.value(row)
    fields = {
        "valeur": value,
        "ic": wording.interval(row),
        "n": wording.sample(row),
        "libelle": row["libelle"],
        "annee": str(row["annee"]),
        "preuve": _linked(row, value, definition, edition),
    }
    if row["unite"] == "points":
        groups = definition.parameters.get("groups")
        fields["mots"] = wording.gap(row, *groups) if groups else wording.change(row)
    return fields


def _linked(row: dict, value: str, definition: Indicator, edition: Edition) -> str:
    """``[30,1 % (IC 95 % : 27,0 à 33,2)](preuves.qmd#p-inf-dme){.preuve}``."""
    text = value
    low, high = row["borne_inf"], row["borne_sup"]
    if row["etat"] not in french.MARKS and not pd.isna(low) and not pd.isna(high):
        bounds = [french.magnitude(bound, row["unite"]) for bound in (low, high)]
        level = french.level(edition.confidence_level)
        text += f" (IC {level}{french.NBSP}: {bounds[0]} à {bounds[1]})"
    # Square brackets of a mark would close the link's own.
    text = text.replace("[", "\\[").replace("]", "\\]")
    return f"[{text}]({SHEETS_PAGE}#{definition.anchor}){{.preuve}}"
