"""What the rules that every dictionary has ask for, in French, without the value of any cell."""

from __future__ import annotations

from collections.abc import Iterable

from obsante.collect import codes
from obsante.collect.table_schema import Table

RULES = {
    codes.REQUIRED: "Une valeur est obligatoire",
    codes.TYPE: "La valeur doit être écrite selon le type de la colonne",
    codes.CATEGORY: "La valeur doit être dans la liste des codes",
    codes.PATTERN: "La valeur doit avoir la forme attendue",
    codes.MINIMUM: "La valeur ne doit pas être inférieure au minimum",
    codes.MAXIMUM: "La valeur ne doit pas être supérieure au maximum",
    codes.UNIQUE: "La valeur doit être unique",
    codes.EDITION: "La ligne doit être de l'édition",
    codes.KEY: "Une clé ne désigne qu'une ligne",
    codes.COPY: "Une ligne ne figure qu'une fois",
    codes.REFERENCE: "La valeur doit exister dans la table citée",
    codes.AMBIGUOUS: "Une valeur ne se lit que d'une façon",
    codes.IDENTIFIER: "Aucun identifiant direct hors des colonnes prévues",
}


def in_words(tables: Iterable[Table]) -> dict[tuple[str, str], str]:
    """What each rule asks for, by table and name: those of every dictionary, then its own."""
    return {
        (table.name, name): words
        for table in tables
        for name, words in (RULES | {rule.name: rule.message for rule in table.rules}).items()
    }
