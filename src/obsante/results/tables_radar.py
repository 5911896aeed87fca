"""The technology radar: places, table, sentence, and what other conventions would give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from obsante.collect import labels
from obsante.errors import ResultError, nearest
from obsante.results import french
from obsante.results.columns import DASH, count, shown, text
from obsante.results.display import Markdown
from obsante.results.tables_panel import MOVES, NOT_COMPARED
from obsante.results.tables_signals import TECHNOLOGY, by_technology
from obsante.stats import NATIONAL

_SHORT = {"up": "hausse", "down": "baisse", "same": "=", "new": "nouvelle", "": DASH}


def radar_rows(
    spread: pd.DataFrame,
    moves: pd.DataFrame,
    *,
    rings: Mapping[str, float],
    ring_names: Mapping[str, str],
    families: Mapping[str, str],
) -> pd.DataFrame:
    """Technologies as the radar places them, family after family.

    Args:
        spread: from :func:`obsante.stats.foresight.spread`; only ``maturite`` is read.
        moves: ``modalite`` and ``mouvement`` of the technologies compared with an earlier edition,
            from :func:`obsante.stats.foresight.changes`; empty where there is none.
        rings: code of a ring -> lowest median of it, from the most mature.
        ring_names: code of a ring -> its French name.
        families: code of a technology -> French name of its family.

    Returns:
        ``numero``, ``technologie``, ``libelle``, ``famille``, ``mediane``, ``anneau`` (French name,
        empty without a score), ``rang_anneau`` (0 at the centre), ``consensus``, ``mouvement``
        (``up``, ``down``, ``same``, ``new`` or empty where nothing is compared).

    Raises:
        ResultError: a technology has no family.
    """
    names = labels("avis_experts", TECHNOLOGY)
    rows = spread[spread["dimension"] == "maturite"].rename(columns={"modalite": TECHNOLOGY})
    for code in rows[TECHNOLOGY]:
        if code not in families:
            raise ResultError(
                f"technology '{code}'",
                found="no family",
                expected=nearest(code, families),
                remedy="give its family in config/indicators/veille.yml, vei.anneau",
            )
    order = {name: place for place, name in enumerate(dict.fromkeys(families.values()))}
    rows = rows.assign(famille=rows[TECHNOLOGY].map(families), libelle=rows[TECHNOLOGY].map(names))
    rows = rows.sort_values("famille", key=lambda s: s.map(order), kind="stable", ignore_index=True)
    codes = list(rings)
    place = [_ring(value, list(rings.values())) for value in rows["mediane"]]
    rows["rang_anneau"] = place
    rows["anneau"] = ["" if p < 0 else ring_names[codes[p]] for p in place]
    found = dict(zip(moves["modalite"], moves["mouvement"], strict=True)) if len(moves) else {}
    rows["mouvement"] = [found.get(code, "new" if found else "") for code in rows[TECHNOLOGY]]
    rows["numero"] = range(1, len(rows) + 1)
    return rows[["numero", TECHNOLOGY, "libelle", "famille", "mediane", "anneau", "rang_anneau",
                 "consensus", "mouvement"]]  # fmt: skip


def _ring(median: float, lowest: Sequence[float]) -> int:
    """Position of the first ring whose limit the median reaches; -1 without a median."""
    if math.isnan(median):
        return -1
    return next((place for place, limit in enumerate(lowest) if median >= limit), len(lowest) - 1)


def ring_counts(rows: pd.DataFrame, ring_names: Mapping[str, str]) -> pd.DataFrame:
    """Technologies in all and in each ring, zeros included, ready to be published."""
    placed = rows[rows["anneau"] != ""]
    lines = [{"dimension": NATIONAL, "modalite": NATIONAL, "libelle": "Ensemble", "n": len(placed)}]
    lines += [{"dimension": "anneau", "modalite": code, "libelle": name,
               "n": int((placed["anneau"] == name).sum())} for code, name in ring_names.items()]  # fmt: skip
    table = pd.DataFrame(lines)
    return table.assign(estimation=table["n"].astype(float), methode="dénombrement des technologies")


def radar_table(
    rows: pd.DataFrame, spread: pd.DataFrame, *, signals: pd.DataFrame, projects: pd.DataFrame
) -> Markdown:
    """The radar as a table: ring, medians and quartile distances, signals, projects, movement.

    Args:
        rows: from :func:`radar_rows`.
        spread: from :func:`obsante.stats.foresight.spread`.
        signals, projects: from :func:`obsante.stats.foresight.tally`, by ``technologie``.
    """
    table = rows.assign(
        nom=[f"{n}. {name}" for n, name in zip(rows["numero"], rows["libelle"], strict=True)],
        anneau=rows["anneau"].replace("", french.MARKS["missing"]),
        deplacement=rows["mouvement"].map(_SHORT),
        signaux=by_technology(rows, signals), projets=by_technology(rows, projects),
    )  # fmt: skip
    for criterion in dict.fromkeys(spread["dimension"]):
        own = spread[spread["dimension"] == criterion].set_index("modalite")
        table[criterion] = [_median(own.loc[code]) for code in rows[TECHNOLOGY]]
    body = shown(table, {
        "Technologie": ("nom", text), "Anneau": ("anneau", text),
        "Pertinence": ("pertinence", text), "Faisabilité": ("faisabilite", text),
        "Maturité": ("maturite", text), "Signaux": ("signaux", count),
        "Projets": ("projets", count), "Sens": ("deplacement", text),
    }, "Aucune technologie notée", widths=(5, 3, 3, 3, 3, 2, 2, 2))  # fmt: skip
    colon = f"{french.NBSP}:"
    note = (f"Pertinence, faisabilité, maturité{colon} médiane du panel, écart interquartile entre "
            f"parenthèses{french.THIN}; le signe ° marque l'absence de consensus. Sens{colon} "
            f"de la maturité, depuis l'édition précédente{french.THIN}; le signe = veut dire sans "
            "changement établi.")  # fmt: skip
    return Markdown(f"{body.text}\n\n{note}")


def _median(row: pd.Series) -> str:
    if math.isnan(row["mediane"]):
        return french.MARKS["missing"]
    mark = "" if row["consensus"] else f"{french.NBSP}°"
    return f"{french.number(row['mediane'], 1)} ({french.number(row['interquartile'], 1)}){mark}"


def moved(rows: pd.DataFrame, earlier: int | None) -> Markdown:
    """Which technologies moved on the radar since an earlier edition, in one sentence."""
    if earlier is None or not rows["mouvement"].ne("").any():
        return Markdown(NOT_COMPARED)
    parts = [f"maturité {MOVES[code]} pour {', '.join(own)}" if code != "new" else
             f"technologies nouvelles{french.NBSP}: {', '.join(own)}" for code in ("up", "down", "new")
             if (own := rows.loc[rows["mouvement"] == code, "libelle"].tolist())]  # fmt: skip
    told = f"{french.THIN}; ".join(parts) or "aucun déplacement de maturité n'est établi"
    still = int((rows["mouvement"] == "same").sum())
    return Markdown(f"Depuis l'édition {earlier}, {told}. Technologies sans changement établi"
                    f"{french.NBSP}: {french.number(still)} sur {len(rows)}.")  # fmt: skip


def ring_variants(
    values: Mapping[str, pd.Series],
    without: Sequence[pd.Series],
    *,
    rings: Mapping[str, float],
    ring_names: Mapping[str, str],
) -> Markdown:
    """Ring of each technology under other conventions, and those it takes without one profile.

    Args:
        values: heading -> maturity of each technology, the published one first.
        without: the same, each time without the experts of one profile.
        rings, ring_names: as :func:`radar_rows`.
    """
    names, limits = labels("avis_experts", TECHNOLOGY), list(rings.values())
    place = {name: own.astype(float).map(lambda v: _ring(v, limits)) for name, own in values.items()}
    shown_rings = [*ring_names.values(), french.MARKS["missing"]]
    table = pd.DataFrame({"nom": list(names.values())})
    for name, own in place.items():
        table[name] = [shown_rings[own.get(code, -1)] for code in names]
    others = [own.astype(float).map(lambda v: _ring(v, limits)) for own in without]
    table["profils"] = [
        ", ".join(shown_rings[p] for p in sorted({own.get(code, -1) for own in others}))
        or DASH for code in names
    ]  # fmt: skip
    columns = {"Technologie": ("nom", text)} | {name: (name, text) for name in values}
    return shown(table, columns | {"Sans un profil, à tour de rôle": ("profils", text)})
