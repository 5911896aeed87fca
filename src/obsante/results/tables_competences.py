"""Tables and checks of the notebook on skills: profiles, items of the scale, parts of a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from obsante.collect.dictionary import load
from obsante.errors import ResultError
from obsante.results import french
from obsante.results.absence import unavailable
from obsante.results.columns import Column, count, shown, text, two
from obsante.results.display import Markdown, reasons
from obsante.results.publication import publish

_ROUNDING = 1e-12
_EMPTY: dict[str, Column] = {
    "Colonne": ("titre", text), "Renseignée": ("remplie", count), "Vide": ("vide", count),
}  # fmt: skip
_ITEMS: dict[str, Column] = {
    "Item": ("titre", text), "Moyenne": ("moyenne", two), "Écart type": ("ecart_type", two),
    "Corrélation avec le reste": ("correlation_item_reste", two),
    "Alpha sans l'item": ("alpha_sans_item", two), "Alerte": ("alerte", text),
}  # fmt: skip


def titles(table: str, columns: Sequence[str]) -> dict[str, str]:
    """French title of each column of a table, from its dictionary."""
    known = load(table)
    return {name: known.field(name).title for name in columns}


def filled(frame: pd.DataFrame, table: str, columns: Sequence[str]) -> Markdown:
    """Rows that fill each column, and rows that leave it empty.

    Args:
        table: whose dictionary names the columns.
    """
    empty = frame[list(columns)].isna().sum()
    counts = pd.DataFrame(
        {"titre": list(titles(table, columns).values()), "vide": empty.to_numpy()}
    )
    return shown(counts.assign(remplie=len(frame) - counts["vide"]), _EMPTY)


def profile_balance(rows: pd.DataFrame, people: pd.DataFrame) -> Markdown:
    """Check that in each dimension the answers and the people without a code make everyone.

    Args:
        rows: published rows; a dimension that is no column of ``people`` is left out.
        people: one row per respondent; an empty cell is a profile that is not known.

    Raises:
        ResultError: a dimension loses people, or counts them twice.
    """
    if rows["estimation"].isna().all():
        return Markdown("\n\n".join(reasons(rows)))
    parts, told = ["n", "n_manquant", "n_sans_objet"], []
    for dimension, group in rows.groupby("dimension", sort=False):
        if dimension not in people:
            continue
        unknown = int(people[dimension].isna().sum())
        counted = int(group[parts].to_numpy().sum()) + unknown
        if counted != len(people):
            raise ResultError(
                f"indicator '{rows['indicateur'].iloc[0]}', dimension '{dimension}'",
                found=f"{counted} people accounted for, {unknown} of them without a code",
                expected=f"{len(people)}, as in the table",
                remedy="look for a code that the dictionary does not have",
            )
        told.append(f"{dimension} {count(unknown)}")
    return Markdown(
        f"Contrôle{french.NBSP}: {count(len(people))} répondants dans chaque dimension, ceux sans "
        f"code compris ({', '.join(told)})."
    )


def items(statistics: pd.DataFrame | None, table: str) -> Markdown:
    """What each item does in its scale, from :func:`obsante.stats.reliability.item_statistics`."""
    if statistics is None:
        return Markdown("Les statistiques des items n'ont pas pu être calculées.")
    names = titles(table, statistics["terme"].tolist())
    return shown(statistics.assign(titre=list(names.values())), _ITEMS)


def parts_make(whole: pd.DataFrame, parts: Mapping[str, pd.DataFrame]) -> Markdown:
    """Check that the parts of a gap add up to it, to rounding.

    Args:
        whole: published rows of the gap, the first one counting.
        parts: French name -> published rows of a part, all of which are added.

    Raises:
        ResultError: they do not add up.
    """
    if whole["estimation"].isna().all():  # True of no row, too.
        return Markdown("La décomposition n'a pas pu être estimée.")
    gap = float(whole["estimation"].iloc[0])
    sums = {name: float(rows["estimation"].sum()) for name, rows in parts.items()}
    if abs(sum(sums.values()) - gap) > _ROUNDING * max(1.0, abs(gap)):
        raise ResultError(
            f"indicator '{whole['indicateur'].iloc[0]}'",
            found=f"parts adding up to {sum(sums.values()):.15g}",
            expected=f"{gap:.15g}, the gap itself",
            remedy="take the gap and its parts from the same decomposition",
        )
    unit = whole["unite"].iloc[0]
    told = " + ".join(f"{name} {french.magnitude(v, unit)}" for name, v in sums.items())
    return Markdown(f"Contrôle{french.NBSP}: {told} = {french.magnitude(gap, unit)}.")


def unexplained(raw: pd.DataFrame, part: pd.DataFrame, rest: pd.DataFrame) -> Markdown:
    """What the decomposition says, in two French sentences that follow its intervals.

    Args:
        raw, part, rest: published rows of the gap, of its explained part and of the rest, the first
            counting.
    """
    if raw["estimation"].isna().all():
        return Markdown("La décomposition n'a pas pu être estimée.")
    gap, own, other = (rows.iloc[0].to_dict() for rows in (raw, part, rest))
    size = french.quantity(gap["estimation"], gap["unite"], signed=True)
    known = f"{_share(own, 'les caractéristiques mesurées')}, {_share(other, 'le reste')}"
    return Markdown(
        f"Sur un écart de {size}, {known}. «{french.NBSP}Inexpliqué{french.NBSP}» ne veut pas dire "
        "injustifié ni propre au lieu d'exercice : c'est ce que ces caractéristiques ne suffisent "
        "pas à décrire (équipement, encadrement, carrières, autres différences non mesurées)."
        .replace(" :", f"{french.NBSP}:")
    )


def _share(row: dict, subject: str) -> str:
    """``le reste compte pour +17,4 points [11,6 ; 23,4]``, or that it is not established."""
    value = french.quantity(row["estimation"], row["unite"], signed=True)
    bounds = french.interval(row["borne_inf"], row["borne_sup"], row["unite"])
    established = row["borne_inf"] > 0 or row["borne_sup"] < 0
    note = "" if established else ", part non établie"
    return f"{subject} comptent pour {value} {bounds}{note}" if subject.startswith("les") else (
        f"{subject} compte pour {value} {bounds}{note}")  # fmt: skip


def against_need(gaps: pd.DataFrame) -> Markdown:
    """Which needs the places favour or neglect, where the interval of the gap excludes zero.

    Args:
        gaps: published rows, share of the places minus share of those who name the need.
    """
    known = gaps[gaps["estimation"].notna()]
    if known.empty:
        return Markdown("L'offre et les besoins n'ont pas pu être comparés.")
    more, less = known[known["borne_inf"] > 0], known[known["borne_sup"] < 0]
    rest = len(known) - len(more) - len(less)
    told = [f"{words}{french.NBSP}: {', '.join(_gap(row) for row in rows.to_dict('records'))}"
            for words, rows in (("part des places supérieure à celle des demandes", more),
                                ("part des places inférieure à celle des demandes", less))
            if len(rows)]  # fmt: skip
    if rest:
        told.append(f"écart non significatif pour {count(rest)} besoin{'s' if rest > 1 else ''}")
    sentence = f"{french.THIN}; ".join(told)
    return Markdown(f"{sentence[0].upper()}{sentence[1:]}.")


def _gap(row: dict) -> str:
    size = french.quantity(row["estimation"], row["unite"], signed=True)
    return f"{french.in_sentence(row['libelle'])} ({size})"


def each_answer(rows: pd.DataFrame, total: int) -> Markdown:
    """Check that answers and missing answers make ``total`` people in each row.

    Raises:
        ResultError: a row loses people, or counts them twice.
    """
    known = rows[rows["estimation"].notna()]
    counted = known[["n", "n_manquant", "n_sans_objet"]].sum(axis=1)
    wrong = known[counted != total]
    if len(wrong):
        raise ResultError(
            f"indicator '{wrong['indicateur'].iloc[0]}', '{wrong['modalite'].iloc[0]}'",
            found=f"{int(counted[wrong.index[0]])} people accounted for",
            expected=f"{total}, as in the table",
            remedy="look for an answer that the calculation does not place",
        )
    return Markdown(
        f"Contrôle{french.NBSP}: {count(total)} réponses et absences de réponse dans chacune des "
        f"{count(len(known))} lignes."
    )


def each_line_adds_up(rows: pd.DataFrame) -> Markdown:
    """Check that the shares of each line of a table (modality ``line__column``) add up to one.

    Raises:
        ResultError: those of a line do not.
    """
    sums = rows.groupby(rows["modalite"].str.split("__").str[0], sort=False)["estimation"].sum()
    wrong = sums[(sums - 1).abs() > 1e-9]
    if len(wrong):
        raise ResultError(
            f"indicator '{rows['indicateur'].iloc[0]}', line '{wrong.index[0]}'",
            found=f"shares adding up to {wrong.iloc[0]:.9f}",
            expected="1, every valid answer being in one column",
            remedy="add the missing category to the indicator's parameters",
        )
    return Markdown(f"Contrôle{french.NBSP}: les parts font un tout dans {count(len(sums))} lignes.")


def publish_some(identifier: str, parts: Sequence[pd.DataFrame]) -> None:
    """Publish the parts that could be estimated; without any, the indicator as not available."""
    if parts:
        publish(identifier, pd.concat(parts, ignore_index=True))
    else:
        unavailable(identifier, "no_data")
