"""The panel of experts in tables: who sits on it, how far it agrees, what has moved."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from obsante.collect import labels
from obsante.collect.dictionary import load
from obsante.results import french
from obsante.results.columns import DASH, count, shown, text
from obsante.results.display import Markdown, table
from obsante.results.publication import current
from obsante.results.tables_signals import TECHNOLOGY, score, whole
from obsante.stats import NATIONAL

MOVES = {"up": "en hausse", "down": "en baisse", "same": "sans changement établi",
         "new": "nouvelle", "": "sans édition antérieure"}  # fmt: skip
NOT_COMPARED = "Aucune édition antérieure n'est comparée."


def panel_members(opinions: pd.DataFrame) -> Markdown:
    """Experts of each profile in each round, profiles without anyone included.

    Args:
        opinions: rows of ``avis_experts``.
    """
    names = labels("avis_experts", "profil")
    rounds = sorted(opinions["tour"].dropna().unique())
    experts = opinions.drop_duplicates(["expert", "tour"])
    frame = pd.DataFrame({"profil": [*names.values(), "Ensemble"]})
    columns = {"Profil": ("profil", text)}
    for turn in rounds:
        own = experts.loc[experts["tour"] == turn, "profil"].astype(str).value_counts()
        frame[str(turn)] = [*(own.get(code, 0) for code in names), own.sum()]
        columns[labels("avis_experts", "tour")[str(turn)]] = (str(turn), count)
    absent = [names[code] for code in names if code not in set(experts["profil"].dropna())]
    body = shown(frame, columns).text
    if absent and len(rounds):
        body += f"\n\nProfils sans aucun expert{french.NBSP}: {', '.join(absent)}."
    return Markdown(body)


def scores_table(published: Mapping[str, pd.DataFrame]) -> Markdown:
    """Mean scores with their intervals, one column per criterion.

    Args:
        published: criterion -> published rows, by ``technologie``.
    """
    names = {NATIONAL: "Ensemble", **labels("avis_experts", TECHNOLOGY)}
    frame = pd.DataFrame({"nom": list(names.values())})
    columns = {"Technologie": ("nom", text)}
    for criterion, rows in published.items():
        own = {row["modalite"]: row for row in rows.to_dict("records")}
        frame[criterion] = [score(own[c]) if c in own else french.MARKS["missing"] for c in names]
        columns[_title(criterion)] = (criterion, text)
    level = french.level(current().level)
    body = shown(frame, columns).text
    note = f"Entre crochets{french.NBSP}: intervalle à {level} du désaccord des experts."
    return Markdown(f"{body}\n\n{note}")


def disagreement(rows: pd.DataFrame, *, domain: str) -> Markdown:
    """Published rows of the panel as a table whose intervals are named for what they describe."""
    heading = f"| IC {french.level(current().level)} |"
    return Markdown(table(rows, domain=domain).text.replace(heading, "| Intervalle du désaccord |", 1))


def spread_table(spread: pd.DataFrame) -> Markdown:
    """Quartile distance and experts near the median of each technology, one column per criterion.

    Args:
        spread: from :func:`obsante.stats.foresight.spread`.
    """
    names = labels("avis_experts", TECHNOLOGY)
    codes = list(dict.fromkeys(spread["modalite"]))
    frame = pd.DataFrame({"nom": [names[code] for code in codes]})
    columns = {"Technologie": ("nom", text)}
    for criterion, own in spread.groupby("dimension", sort=False):
        rows = own.set_index("modalite")
        frame[criterion] = [_near(rows.loc[code]) for code in codes]
        columns[_title(criterion)] = (criterion, text)
    body = shown(frame, columns, "Aucune note")
    return Markdown(f"{body.text}\n\nLe signe ° marque l'absence de consensus.")


def _near(row: pd.Series) -> str:
    if math.isnan(row["mediane"]):
        return french.MARKS["missing"]
    mark = "" if row["consensus"] else f"{french.NBSP}°"
    near, size = (french.number(value) for value in (row["part_proche"] * row["n"], row["n"]))
    return f"{french.number(row['interquartile'], 1)}{french.THIN}; {near} sur {size}{mark}"


def _title(criterion: str) -> str:
    """French name of a column of scores."""
    return load("avis_experts").field(criterion).title


def evolution_rows(
    moves: Mapping[tuple[int, str], pd.DataFrame], criterion: str, *, edition: int
) -> pd.DataFrame:
    """Changes of one criterion, ready to be published: the whole against each earlier edition, the
    latest first, then the technologies against that one.

    Args:
        moves: (earlier edition, criterion) -> what :func:`obsante.stats.foresight.changes` gives.
    """
    names = labels("avis_experts", TECHNOLOGY)
    years = sorted((year for year, own in moves if own == criterion), reverse=True)
    parts = []
    for year in years:
        whole = moves[year, criterion].head(1)
        common = french.number(whole["n_communs"].iloc[0])
        name = f"{edition} par rapport à {year}, {common} experts communs"
        parts.append(whole.assign(dimension="edition", modalite=str(year), libelle=name))
    if years:
        own = moves[years[0], criterion].iloc[1:]
        parts.append(own.assign(libelle=own["modalite"].map(names)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def moves_table(moves: Mapping[tuple[int, str], pd.DataFrame], latest: int | None) -> Markdown:
    """Changes of each technology since an earlier edition, one column per criterion, in points.

    Args:
        moves: as :func:`evolution_rows`.
        latest: the earlier edition.
    """
    names = labels("avis_experts", TECHNOLOGY)
    kept = {own: rows.set_index("modalite") for (year, own), rows in moves.items() if year == latest}
    if not kept:
        return Markdown(NOT_COMPARED)
    codes = [code for code in names if any(code in rows.index for rows in kept.values())]
    frame = pd.DataFrame({"nom": [names[code] for code in codes]})
    columns = {"Technologie": ("nom", text)}
    for criterion, own in kept.items():
        frame[criterion] = [_move(own.loc[c]) if c in own.index else DASH for c in codes]
        columns[_title(criterion)] = (criterion, text)
    return shown(frame, columns, widths=(3,) * len(columns))


def _move(row: pd.Series) -> str:
    size = french.magnitude(row["estimation"], "level_points", signed=True)
    limits = whole(french.interval(row["borne_inf"], row["borne_sup"], "level_points")) or DASH
    told = "" if row["mouvement"] == "same" else f", {MOVES[row['mouvement']]}"
    return f"{size} {limits}{told}"
