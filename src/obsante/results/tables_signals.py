"""Signals of the watch in tables, and beside projects and panel: whether they agree, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect import labels
from obsante.results import french, wording
from obsante.results.columns import DASH, count, short_day, shown, text
from obsante.results.display import Markdown
from obsante.results.publication import current

TECHNOLOGY = "technologie"
_SYNTHETIC = "titre synthétique"
_HIGH, _LOW, _BETWEEN = "haut", "bas", "entre les deux"


def by_technology(rows: pd.DataFrame, tally: pd.DataFrame) -> pd.Series:
    """Count of each technology; missing where the register was not received at all."""
    if not tally["n"].any():
        return pd.Series(np.nan, index=rows.index)
    own = tally[tally["dimension"] == TECHNOLOGY].set_index("modalite")["n"]
    return rows[TECHNOLOGY].map(own)


def three_sources(
    signals: pd.DataFrame, projects: pd.DataFrame, scores: pd.DataFrame, ranks: pd.DataFrame
) -> Markdown:
    """Signals, projects and panel for each technology, and whether they agree, in words.

    A register puts a technology high if its count is above the median of the technologies, low
    otherwise. The panel puts it high, or low, only if all its possible ranks are in that half.

    Args:
        signals, projects: from :func:`obsante.stats.foresight.tally`, by ``technologie``.
        scores, ranks: published rows of ``vei.priorite`` and ``vei.rang``.
    """
    names = labels("avis_experts", TECHNOLOGY)
    frame = pd.DataFrame({TECHNOLOGY: list(names)})
    counts = {"signaux": by_technology(frame, signals), "projets": by_technology(frame, projects)}
    placed = {name: _halves(values) for name, values in counts.items()}
    own = ranks[ranks["dimension"] == TECHNOLOGY].set_index("modalite")
    placed["experts"] = [_placed(own, code) for code in names]
    values = {r["modalite"]: r for r in scores.to_dict("records")}
    table = pd.DataFrame({
        "nom": list(names.values()), **counts,
        "score": [score(values[c]) if c in values else french.MARKS["missing"] for c in names],
        "rang": [rank_words(own.loc[c].to_dict()) if c in own.index else DASH for c in names],
        "mots": [agreement(dict(zip(placed, row, strict=True))) for row in zip(*placed.values())],
    })  # fmt: skip
    return shown(table, {
        "Technologie": ("nom", text), "Signaux": ("signaux", count), "Projets": ("projets", count),
        "Priorité": ("score", text), "Rang possible": ("rang", text),
        "Ce que disent les trois sources": ("mots", text),
    }, widths=(5, 2, 2, 4, 3, 6))  # fmt: skip


def _halves(counts: pd.Series) -> list[str]:
    middle = counts.median()
    return ["" if math.isnan(value) else _HIGH if value > middle else _LOW for value in counts]


def _placed(ranks: pd.DataFrame, code: str) -> str:
    if code not in ranks.index or math.isnan(ranks.loc[code, "borne_sup"]):
        return ""
    row, middle = ranks.loc[code], len(ranks) / 2
    return _HIGH if row["borne_sup"] <= middle else _LOW if row["borne_inf"] > middle else _BETWEEN


def agreement(places: Mapping[str, str]) -> str:
    """Whether sources put a technology in the same half, in words.

    >>> agreement({"signaux": "haut", "projets": "haut", "experts": "haut"})
    'accord : en haut'
    >>> agreement({"signaux": "haut", "projets": "bas", "experts": "entre les deux"})
    'signaux en haut, projets en bas, experts entre les deux'
    """
    known = {name: place for name, place in places.items() if place}
    if len(known) < 2:
        return "comparaison impossible"
    words = {_HIGH: "en haut", _LOW: "en bas", _BETWEEN: _BETWEEN}
    if len(set(known.values())) == 1 and _BETWEEN not in known.values():
        return f"accord : {words[next(iter(known.values()))]}"
    return ", ".join(f"{name} {words[place]}" for name, place in known.items())


def score(row: dict) -> str:
    """A published value and its interval, in one cell."""
    limits = wording.interval(row)
    return wording.value(row) if limits == DASH else f"{wording.value(row)} {whole(limits)}"


def whole(limits: str) -> str:
    """An interval that no line breaks."""
    return limits.replace(" ", french.NBSP)


def rank_words(row: dict) -> str:
    """A rank by the set of ranks that remain possible.

    >>> rank_words({"borne_inf": 3.0, "borne_sup": 5.0}), rank_words({"borne_inf": 1, "borne_sup": 1})
    ('du 3e au 5e', '1er')
    """
    if math.isnan(row["borne_inf"]):
        return DASH
    ends = [int(row[end]) for end in ("borne_inf", "borne_sup")]
    low, high = (f"{end}{'er' if end == 1 else 'e'}" for end in ends)
    return low if low == high else f"du {low} au {high}"


def ratio_words(row: dict) -> str:
    """A ratio of counts in words; a direction only if its interval excludes 1.

    >>> row = {"estimation": 2.0, "borne_inf": 1.2, "borne_sup": 3.1, "etat": "published"}
    >>> ratio_words(row), ratio_words(row | {"borne_inf": 0.9})
    ('plus de signaux', 'écart non significatif')
    """
    if math.isnan(row["estimation"]):
        return french.STATES[row["etat"]]
    if row["borne_inf"] <= 1 <= row["borne_sup"]:
        return wording.NOT_SIGNIFICANT
    return "plus de signaux" if row["estimation"] > 1 else "moins de signaux"


def compared(rows: pd.DataFrame, ratios: pd.DataFrame, *, domain: str) -> Markdown:
    """Counts of two editions, their ratio with its interval, and words that follow from both.

    The word is that of the interval, unless the p-value adjusted for the number of domains passes
    1 - level: then no direction is told.

    Args:
        rows: published rows of ``vei.evolution_signaux``.
        ratios: from :func:`obsante.stats.foresight.count_ratios`; empty in a first edition.
        domain: heading of the first column, in French.
    """
    if rows.empty or ratios.empty:
        return Markdown("Aucune édition antérieure n'est comparée.")
    table = rows.merge(ratios[["dimension", "modalite", "n_avant", "p_ajustee"]], "left",
                       on=["dimension", "modalite"])  # fmt: skip
    records = table.to_dict("records")
    sure = [not row["p_ajustee"] > 1 - current().level for row in records]
    table["valeur"] = [wording.value(row) for row in records]
    table["ic"] = [wording.interval(row) for row in records]
    table["mots"] = [ratio_words(row) if ok else wording.NOT_SIGNIFICANT
                     for row, ok in zip(records, sure, strict=True)]  # fmt: skip
    return shown(table, {
        domain: ("libelle", text), "Avant": ("n_avant", count), "Édition": ("n", count),
        "Rapport": ("valeur", text), f"IC {french.level(current().level)}": ("ic", text),
        "En mots": ("mots", text),
    })  # fmt: skip


def latest_signals(signals: pd.DataFrame, most: int) -> Markdown:
    """The latest signals of a selection: date, title, technology, country; synthetic ones say so.

    Args:
        signals: rows of ``signaux``.
        most: number of rows shown.
    """
    kept = signals.sort_values("date", ascending=False, na_position="last", kind="stable").head(most)
    note = f" ({_SYNTHETIC})" if current().edition.demonstration else ""
    kinds, names = labels("signaux", "type"), labels("signaux", TECHNOLOGY)
    table = pd.DataFrame({
        "date": [DASH if pd.isna(day) else short_day(day.date()) for day in kept["date"]],
        "titre": [DASH if pd.isna(title) else f"{title}{note}" for title in kept["titre"]],
        "technologie": kept[TECHNOLOGY].astype(str).map(names).to_numpy(),
        "type": [DASH if pd.isna(code) else kinds[code] for code in kept["type"]],
        "pays": [DASH if pd.isna(code) else code for code in kept["pays"]],
    })  # fmt: skip
    return shown(table, {
        "Date": ("date", text), "Titre": ("titre", text), "Technologie": ("technologie", text),
        "Nature": ("type", text), "Pays": ("pays", text),
    }, "Aucun signal de ce genre", widths=(2, 5, 4, 3, 1))  # fmt: skip
