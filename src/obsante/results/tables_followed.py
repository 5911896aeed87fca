"""What a panel of facilities rests on: who is followed and compared, and what was recorded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.results import french, wording
from obsante.results.display import Markdown, pipe_table, reasons
from obsante.results.publication import current
from obsante.stats import NATIONAL

_COLON = f"{french.NBSP}:"
_NEXT = f"{french.THIN};"


def dates(months: pd.DataFrame, recorded: np.ndarray) -> Markdown:
    """Whether the declared month of entry is the first month recorded with the system.

    Args:
        months: one row per facility, ``entree`` (declared) and ``vu`` (first recorded).
        recorded: True where the panel holds the declared month of the facility.
    """
    if months.empty:
        return Markdown("Aucun établissement n'a été équipé pendant le panel.")
    differ = (months["entree"] != months["vu"]).to_numpy()
    text = (
        f"Contrôle{_COLON} pour {french.number((~differ).sum())} des {french.number(len(months))} "
        "établissements équipés pendant le panel, le premier mois relevé avec dossier est le mois "
        "déclaré"
    )
    if differ.any():
        absent = french.number((differ & ~recorded).sum())
        text += (
            f"{_NEXT} autres cas{_COLON} {french.number(differ.sum())}, dont {absent} où la ligne du "
            "mois déclaré manque parmi celles que le contrôle a retenues"
        )
    return Markdown(f"{text}.")


def left_out(units: pd.DataFrame) -> Markdown:
    """How many equipped facilities, and others, an incomplete series leaves out of the study.

    Args:
        units: one row per facility, ``role`` and ``entree`` (missing if never equipped).
    """
    kept = units[units["role"] != "deja"]
    out, equipped = kept["role"] == "incomplet", kept["entree"].notna()
    first, second = (
        f"{french.number((out & mask).sum())} des {french.number(mask.sum())} établissements"
        for mask in (equipped, ~equipped)
    )
    return Markdown(
        f"Série incomplète, hors étude{_COLON} {first} équipés pendant le panel et {second} sans "
        "dossier jusqu'à la fin."
    )


def compared(
    units: pd.DataFrame, names: Mapping[str, str], degrees: Mapping[str, float]
) -> Markdown:
    """Facilities, regions and degrees of freedom behind the effects, of the whole and by type.

    Args:
        units: one row per facility: ``type``, ``region``, ``role`` and ``entree``.
        names: type -> its French name.
        degrees: type, or ``national`` -> degrees of freedom; a type without effect has none.
    """
    domains = {NATIONAL: units} | {code: units[units["type"] == code] for code in names}
    rows = []
    for code, own in domains.items():
        equipped, never = (own[own["role"] == role] for role in ("equipe", "temoin"))
        out = (own["role"] == "incomplet") & own["entree"].notna()
        counts = {
            "Équipés": len(equipped),
            "Jamais équipés": len(never),
            "Régions des équipés": equipped["region"].nunique(),
            "Régions des jamais équipés": never["region"].nunique(),
            "Équipés laissés de côté": int(out.sum()),
        }
        texts = {name: french.number(value) for name, value in counts.items()}
        known = code in degrees
        texts["Degrés de liberté"] = french.number(degrees[code]) if known else "–"
        rows.append({"Domaine": names.get(code, "Ensemble")} | texts)
    frame = pd.DataFrame(rows)
    return pipe_table(frame, right=list(frame.columns[1:]))


def effects(rows: pd.DataFrame, units: pd.DataFrame) -> Markdown:
    """Published effects with the facilities and the regions that each one rests on.

    Args:
        rows: published rows of an effect: the whole, then types.
        units: one row per facility: ``type``, ``region`` and ``role``.
    """
    if rows.empty:
        return Markdown("Aucune valeur n'est publiée ici.")
    equipped = units[units["role"] == "equipe"]
    lines = []
    for row in rows.to_dict("records"):
        whole = row["dimension"] == NATIONAL
        own = equipped if whole else equipped[equipped["type"] == row["modalite"]]
        lines.append({
            "Domaine": row["libelle"],
            "Effet": wording.value(row),
            f"IC {french.level(current().level)}": wording.interval(row),
            "Équipés": french.number(len(own)),
            "Régions des équipés": french.number(own["region"].nunique()),
            "Mois équipés": wording.sample(row),
        })  # fmt: skip
    frame = pd.DataFrame(lines)
    shown = pipe_table(frame, right=list(frame.columns[1:]))
    return Markdown("\n\n".join([shown.text, *reasons(rows)]))


def records(known: pd.Series, expected: int, facilities: int, measure: str) -> Markdown:
    """How many of the expected records hold a measure.

    Args:
        known: True for each record that holds it.
        expected: facilities times periods.
        measure: its French name, as in ``un coût par acte``.
    """
    return Markdown(
        f"{french.number(known.sum())} mois sur {french.number(expected)} attendus "
        f"({french.number(facilities)} établissements suivis) ont un relevé avec {measure}."
    )


def with_sizes(columns: Mapping[str, pd.DataFrame], *, domain: str) -> Markdown:
    """Several indicators for the same domains: value, interval if any, and n in parentheses.

    Args:
        columns: heading -> published rows; the first ones give the domains and their order.
        domain: heading of the first column, in French.
    """
    first = next(iter(columns.values()))
    keys = list(zip(first["dimension"], first["modalite"], strict=True))
    frame = pd.DataFrame({domain: first["libelle"]})
    for name, published in columns.items():
        own = {(r["dimension"], r["modalite"]): r for r in published.to_dict("records")}
        frame[name] = [_sized(own[key]) if key in own else french.MARKS["missing"] for key in keys]
    return pipe_table(frame, right=list(columns))


def _sized(row: dict) -> str:
    bounds = wording.interval(row)
    value = wording.value(row) if bounds == "–" else f"{wording.value(row)} {bounds}"
    return f"{value} ({wording.sample(row)})"
