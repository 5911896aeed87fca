"""Checks that a notebook shows: counts that add up, conventions compared, known truth."""

from __future__ import annotations

import math

import pandas as pd

from obsante.collect import available, set_aside_rows
from obsante.errors import ResultError
from obsante.results import french, wording
from obsante.results.absence import explained
from obsante.results.display import Markdown, pipe_table, reasons
from obsante.results.publication import current, indicator
from obsante.stats import NATIONAL


def balance(rows: pd.DataFrame, total: int) -> Markdown:
    """Check that answers, missing answers and units not concerned add up to ``total``.

    A value that could not be estimated counts nothing: its reason is shown instead.

    Raises:
        ResultError: they do not, in the national row or over the domains of a dimension.
    """
    if lacking := _lacking(rows):
        return Markdown(lacking)
    parts = ["n", "n_manquant", "n_sans_objet"]
    for dimension, group in rows.groupby("dimension", sort=False):
        counted = int(group[parts].to_numpy().sum())
        if counted != total:
            raise ResultError(
                f"indicator '{rows['indicateur'].iloc[0]}', dimension '{dimension}'",
                found=f"{counted} units accounted for",
                expected=f"{total}, as in the table",
                remedy="look for units without a code in that dimension",
            )
    n, missing, outside = (french.number(rows.iloc[0][part]) for part in parts)
    return Markdown(
        f"Contrôle{french.NBSP}: {n} réponses + {missing} sans réponse + {outside} sans objet "
        f"= {french.number(total)} répondants, dans l'ensemble comme dans chaque dimension."
    )


def adds_up(rows: pd.DataFrame) -> Markdown:
    """Check that the shares of a distribution add up to one, or show why there are none.

    Raises:
        ResultError: they do not.
    """
    if lacking := _lacking(rows):
        return Markdown(lacking)
    if rows["estimation"].isna().any():
        return Markdown(f"Des parts sont retenues{french.NBSP}: leur somme n'est pas contrôlée.")
    total = rows["estimation"].sum()
    if abs(total - 1) > 1e-9:
        raise ResultError(
            f"indicator '{rows['indicateur'].iloc[0]}'",
            found=f"shares adding up to {total:.9f}",
            expected="1, every valid answer being in one category",
            remedy="add the missing category to the indicator's parameters",
        )
    answers, fewest = (french.number(n) for n in (rows["n"].max(), rows["n"].min()))
    known = "" if answers == fewest else f", dont {fewest} avec une catégorie connue"
    return Markdown(
        f"Contrôle{french.NBSP}: les {len(rows)} parts font {french.quantity(total, 'percent')} "
        f"de {answers} réponses{known}."
    )


def _lacking(rows: pd.DataFrame) -> str:
    """Why these rows can't be checked; empty where they can be."""
    none = rows["estimation"].isna().all()  # True of no row, too.
    return "\n\n".join(reasons(rows)) or ("Aucune valeur à contrôler." if none else "")


def agree(sentence: str, found: float, expected: float) -> Markdown:
    """Check that two figures established separately are the same.

    Args:
        sentence: French sentence with the field ``{valeur}``, shown when they agree.

    Raises:
        ResultError: they differ.
    """
    if found != expected:
        raise ResultError(
            f"check '{sentence}'",
            found=f"{found:g}",
            expected=f"{expected:g}, established separately",
            remedy="compare the two sources; publish neither until they agree",
        )
    return Markdown(f"Contrôle{french.NBSP}: {sentence.format(valeur=french.number(found))}.")


def between(rows: pd.DataFrame, first: str, second: str) -> Markdown:
    """Check that the value of the whole lies between those of two domains that make it up.

    Args:
        first, second: modalities of the two domains.

    Raises:
        ResultError: it does not.
    """
    values = rows.set_index("modalite")["estimation"]
    whole, low, high = values[NATIONAL], *sorted([values[first], values[second]])
    if not low <= whole <= high:
        raise ResultError(
            f"indicator '{rows['indicateur'].iloc[0]}'",
            found=f"{whole:g} for the whole",
            expected=f"between {low:g} and {high:g} ('{first}' and '{second}')",
            remedy="check the three values at their source",
        )
    unit = rows["unite"].iloc[0]
    shown = [french.quantity(value, unit) for value in (whole, low, high)]
    return Markdown(
        f"Contrôle{french.NBSP}: {shown[0]} dans l'ensemble, entre {shown[1]} et {shown[2]}."
    )


def set_aside(table: str, *, noun: str = "") -> Markdown:
    """Rows of a raw file that the checks set aside: how many, and the weight they carry.

    Args:
        noun: what the weights of a sample add up to, in the plural; none for a register.
    """
    publication = current()
    year = publication.edition.edition
    if table not in available(publication.project, year):
        return Markdown(f"Aucun fichier `{table}` n'a été reçu pour cette édition.")
    aside = set_aside_rows(table, edition=year)
    carried = (
        f"{french.THIN}; sans compter les copies d'une ligne retenue, celles-ci portaient un poids "
        f"de {french.number(aside.weight_aside)} {noun}"
    )
    return Markdown(
        f"Contrôle à l'entrée{french.NBSP}: {french.number(aside.rows_in)} lignes reçues = "
        f"{french.number(aside.rows_kept)} retenues + {french.number(aside.rows_aside)} mises "
        f"de côté{carried if noun else ''}."
    )


def conventions(identifier: str, variants: dict[str, pd.Series]) -> Markdown:
    """One indicator under several conventions, side by side; nothing is published.

    Args:
        variants: French name -> row of an estimate; without any value, the reason why is shown.
    """
    if all(math.isnan(row["estimation"]) for row in variants.values()):
        return explained(identifier)
    unit = indicator(identifier).unit
    frame = pd.DataFrame(
        {
            "Convention": list(variants),
            "Valeur": [_known(v["estimation"], unit) for v in variants.values()],
            "Intervalle": [
                french.interval(v["borne_inf"], v["borne_sup"], unit) for v in variants.values()
            ],
            "Réponses": [french.number(v["n"]) for v in variants.values()],
        }
    )
    return pipe_table(frame, right=["Valeur", "Intervalle", "Réponses"])


def _known(value: float, unit: str) -> str:
    return french.MARKS["missing"] if math.isnan(value) else french.quantity(value, unit)


def against_truth(truth: dict[str, dict[str, float]]) -> Markdown:
    """Published national values beside the known ones of the demonstration's frame.

    Args:
        truth: indicator -> ``{"national": value}``, in the indicator's own scale; empty for a
            real edition, where nothing is known beforehand.
    """
    if not truth:
        return Markdown(f"Édition réelle{french.NBSP}: aucune valeur n'est connue d'avance.")
    values = pd.concat(current().values, ignore_index=True)
    national = values[values["dimension"].isin([NATIONAL, "ecart"])].set_index("indicateur")
    lines = []
    for identifier, known in truth.items():
        if identifier not in national.index:
            continue
        row = national.loc[identifier].to_dict()
        lines.append(
            {
                "Indicateur": indicator(identifier).title,
                "Valeur connue": french.quantity(known[NATIONAL], row["unite"]),
                "Estimation": wording.value(row),
                "Intervalle": wording.interval(row),
                "Couverte": _covered(row, known[NATIONAL]),
            }
        )
    return pipe_table(pd.DataFrame(lines), right=["Valeur connue", "Estimation", "Intervalle"])


def _covered(row: dict, known: float) -> str:
    """Whether the interval holds the known value; a dash where there is no interval."""
    if math.isnan(row["borne_inf"]) or math.isnan(row["borne_sup"]):
        return "–"
    return "oui" if row["borne_inf"] <= known <= row["borne_sup"] else "non"
