"""Tables of an extension: the factors of a product, and a gap with the groups that it compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from obsante.results import french, wording
from obsante.results.display import Markdown, pipe_table
from obsante.results.publication import current, indicator
from obsante.stats.survey.intervals import student

_COLON = f"{french.NBSP}:"
_NEXT = f"{french.THIN};"
_GROUPS = {"oui": "Avec dossier", "non": "Sans dossier"}


def factors(
    heads: pd.Series,
    share: pd.DataFrame,
    per_head: pd.DataFrame,
    acts: pd.DataFrame,
    recorded: pd.Series,
    *,
    published: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
) -> Markdown:
    """What is multiplied to extend an effect, one column per type: each factor, its interval, its n.

    The interval of a product of two estimates is Student's, on the fewer degrees of freedom.

    Args:
        heads: professionals of the frame, by type: known.
        share: share of them in a facility without the system, ``ddl`` and ``n`` included.
        per_head: acts per professional, the same columns.
        acts: ``quantite`` and ``variance`` of the product of the three.
        recorded: acts recorded in the followed facilities without the system: known.
        published: heading -> published rows by type: the effects, and what they come to.
        names: type -> its French name.
    """
    df = np.minimum(share["ddl"], per_head["ddl"]).to_numpy(dtype=float)
    quantity, variance = (acts[name].to_numpy(dtype=float) for name in ("quantite", "variance"))
    limits = student(quantity, variance, df, current().level)
    low, high = pd.Series(limits[0], index=acts.index), pd.Series(limits[1], index=acts.index)
    lines = {"Professionnels de la base de sondage (exact)": heads.map(_count)}
    lines["Part qui exerce sans dossier (enquête)"] = pd.Series(
        {code: f"{_estimate(row, 'percent')}, {french.number(row['n'])} réponses"
         for code, row in share.iterrows()}
    )  # fmt: skip
    lines["Actes par an et par professionnel (établissements suivis)"] = pd.Series(
        {code: f"{_estimate(row, 'count')}, {french.number(row['n'])} établissements"
         for code, row in per_head.iterrows()}
    )  # fmt: skip
    lines["Actes par an sans dossier, produit des trois"] = pd.Series(
        {code: f"{_count(acts.loc[code, 'quantite'])} {_bounds(low[code], high[code], 'count')}"
         for code in acts.index}
    )  # fmt: skip
    lines["Actes relevés des suivis sans dossier (exact)"] = recorded.map(_count)
    for name, rows in published.items():
        typed = rows[rows["dimension"] == "type"].to_dict("records")
        lines[name] = pd.Series({row["modalite"]: _written(row) for row in typed}, dtype="object")
    table = pd.DataFrame(lines).reindex(acts.index).fillna(french.MARKS["missing"]).T
    table.columns = [names[code] for code in table.columns]
    shown = pipe_table(table.rename_axis("Facteur").reset_index(), right=list(table.columns))
    below = [names[code] for code in acts.index if low[code] < recorded.get(code, 0.0)]
    return Markdown(shown.text + (f"\n\n{_below(below)}" if below else ""))


def _count(value: float) -> str:
    return french.MARKS["missing"] if pd.isna(value) else french.number(value)


def _bounds(low: float, high: float, unit: str) -> str:
    return french.interval(low, high, unit) or "–"


def _estimate(row: pd.Series, unit: str) -> str:
    if pd.isna(row["estimation"]):
        return french.MARKS["missing"]
    bounds = _bounds(row["borne_inf"], row["borne_sup"], unit)
    return f"{french.quantity(row['estimation'], unit)} {bounds}"


def _written(row: dict) -> str:
    return f"{wording.value(row)} {wording.interval(row)}"


def _below(names: Sequence[str]) -> str:
    return (
        f"L'intervalle des actes estimés descend plus bas que les actes relevés dans les seuls "
        f"établissements suivis{_COLON} {', '.join(names)}. L'activité connue y est estimée de "
        "nouveau, par l'enquête et par les effectifs."
    )


def overlap(followed: pd.Series, frame: pd.Series) -> Markdown:
    """Whether the facilities followed are also in the sampling frame, so that totals don't add up.

    Args:
        followed, frame: identifiers of facilities, repeated or not.
    """
    size, common = followed.nunique(), followed[followed.isin(frame)].nunique()
    if frame.empty:
        return Markdown("Sans base de sondage, seuls les établissements suivis sont estimés.")
    inside = "leurs économies sont déjà comprises dans l'ensemble et ne s'y ajoutent pas."
    if common == size:
        return Markdown(
            f"Les {french.number(size)} établissements suivis figurent tous dans la base de "
            f"sondage{_COLON} {inside}"
        )
    return Markdown(
        f"Des {french.number(size)} établissements suivis, {french.number(common)} figurent dans la "
        f"base de sondage{_COLON} {inside}"
    )


def gaps(
    identifier: str,
    rows: Mapping[str, pd.Series],
    groups: Mapping[str, pd.DataFrame],
    facilities: Mapping[str, Mapping[str, int]],
) -> Markdown:
    """A gap in several fields, each beside the two groups that it compares; nothing is published.

    Args:
        rows: French name of the field -> row of :func:`obsante.stats.difference`.
        groups: the same name -> rows of the two groups, indexed by ``oui`` and ``non``.
        facilities: the same name -> facilities of the answers of each group.
    """
    if not rows:
        return Markdown("Aucun de ces écarts n'a pu être estimé.")
    unit, level = indicator(identifier).unit, french.level(current().level)
    lines = []
    for name, row in rows.items():
        texts = {
            heading: f"{_estimate(groups[name].loc[code], 'percent')}, "
            f"{_size(groups[name].loc[code], facilities[name][code])}"
            for code, heading in _GROUPS.items()
        }
        gap = {"Écart": french.quantity(row["estimation"], unit, signed=True),
               f"IC {level} de l'écart": _bounds(row["borne_inf"], row["borne_sup"], unit)}  # fmt: skip
        lines.append({"Champ": name} | texts | gap)
    frame = pd.DataFrame(lines)
    return pipe_table(frame, right=list(frame.columns[1:]), widths=[2, 3, 3, 2, 2])


def _size(row: pd.Series, facilities: int) -> str:
    return f"{french.number(row['n'])} réponses dans {french.number(facilities)} établissements"


def gaps_sentence(
    identifier: str,
    rows: Mapping[str, pd.Series],
    groups: Mapping[str, pd.DataFrame],
    facilities: Mapping[str, Mapping[str, int]],
) -> Markdown:
    """How far the gap depends on the field, and the smallest group that it rests on.

    Args:
        rows, groups, facilities: as :func:`gaps`.
    """
    if not rows:
        return Markdown("Aucun de ces écarts n'a pu être estimé.")
    unit = indicator(identifier).unit
    ordered = sorted(rows, key=lambda name: rows[name]["estimation"])
    ends = [f"{french.quantity(rows[name]['estimation'], unit, signed=True)} ({name})"
            for name in (ordered[0], ordered[-1])]  # fmt: skip
    sure = [name for name in rows if wording.significant(dict(rows[name]))]
    name, code = min(((name, code) for name in rows for code in _GROUPS),
                     key=lambda one: facilities[one[0]][one[1]])  # fmt: skip
    return Markdown(
        f"Selon le champ, l'écart va de {ends[0]} à {ends[1]}{_NEXT} son intervalle exclut zéro "
        f"pour{_COLON} {', '.join(sure) or 'aucun champ'}. Le groupe le plus petit ({name}, "
        f"{french.in_sentence(_GROUPS[code])}) repose sur {_size(groups[name].loc[code], facilities[name][code])}."
    )
