"""What a cell becomes, and why it can't always be said: messages of the quarantine, in French."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from obsante.collect import codes
from obsante.collect.messages import quoted

_SPACE = "\u00a0"
_THIN = "\u202f"
# Excel's own, in English and in French.
ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
     "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!", "#PROPAGATION!"}
)  # fmt: skip


class Reading(NamedTuple):
    """A cell as the dictionary writes it; where that is unsure, as written, with a message."""

    text: str
    doubt: str = ""
    rule: str = codes.AMBIGUOUS


class Exact(str):
    """A cell that its workbook holds as a number, a date or a logical value: already canonical."""

    __slots__ = ()


class Faulty(str):
    """A cell that can't be believed, whatever its column; ``reading`` says why."""

    __slots__ = ("reading",)

    def __new__(cls, text: str, doubt: str, rule: str = codes.TYPE) -> Faulty:
        cell = super().__new__(cls, text)
        cell.reading = Reading(text, doubt, rule)
        return cell


def choose(value: str, candidates: Iterable[str]) -> Reading:
    """A cell with several readings, or with one that the profile does not declare."""
    shown = [quoted(candidate) for candidate in candidates]
    if len(shown) == 1:
        doubt = (
            f"{quoted(value)} n'est pas dans la forme déclarée{_SPACE}: s'agit-il de"
            f" {shown[0]}{_THIN}?"
        )
    else:
        doubt = (
            f"{quoted(value)} peut se lire {', '.join(shown[:-1])} ou {shown[-1]}{_SPACE}:"
            " écrire la valeur sans équivoque."
        )
    return Reading(value, doubt)


def unknown_place(value: str, noun: str, near: Iterable[str]) -> Reading:
    """A name of no place of its kind; ``near``: the nearest names, with their codes."""
    listed = ", ".join(near)
    doubt = (
        f"{quoted(value)} n'est le nom d'aucune {noun}{_SPACE}: les plus proches sont {listed}."
    )
    return Reading(value, doubt)


def spreadsheet_error(value: str) -> Reading:
    """A cell where a spreadsheet wrote that its formula failed."""
    doubt = (
        f"La cellule porte l'erreur de calcul {quoted(value)}{_SPACE}: corriger la formule, ou"
        " laisser la cellule vide si la valeur est inconnue."
    )
    return Reading(value, doubt, codes.TYPE)


def not_computed(formula: str) -> Faulty:
    """A formula whose result the workbook does not hold."""
    doubt = (
        f"La formule {quoted(formula)} est enregistrée sans son résultat{_SPACE}: ouvrir le"
        " classeur dans un tableur, puis l'enregistrer."
    )
    return Faulty(formula, doubt)


def orphan(link: str) -> Faulty:
    """A row of a repeated group whose submission is not in the file of the submissions."""
    doubt = (
        f"Aucun envoi ne porte la clé {quoted(link)}{_SPACE}: rétablir la ligne de l'envoi, ou"
        " retirer celles qui en dépendent."
    )
    return Faulty(link, doubt, codes.REFERENCE)


def contradiction(question: str, answers: str, choice: str, mark: str) -> str:
    """A choice whose own column says the contrary of the column of all the choices."""
    return (
        f"La colonne {quoted(question)} contient {quoted(answers)} mais la colonne du choix"
        f" {quoted(choice)} contient {quoted(mark)}{_SPACE}: corriger l'une des deux."
    )


def unknown_choice(question: str, answers: str, choice: str) -> str:
    """A choice that the dictionary doesn't have."""
    return (
        f"{quoted(choice)}, dans {quoted(answers)}, n'est pas un choix de {quoted(question)}."
    )
