"""Variables of the dictionary, one row each, and their CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from obsante.collect.dictionary import tables
from obsante.collect.forms.instrument import Text, known_instruments, load_instrument
from obsante.collect.table_schema import Field, Table
from obsante.paths import Project
from obsante.stats.answers import NOT_APPLICABLE

_TYPES = {"string": "texte", "integer": "entier", "number": "décimal", "date": "date",
          "boolean": "logique"}  # fmt: skip
_EMPTY = "vide=réponse manquante"
_TREATMENTS = {"drop": "effacé à l'entrée", "pseudonym": "remplacé par un pseudonyme à l'entrée"}
_KINDS = {"nom": "nom", "cin": "numéro de carte d'identité", "telephone": "téléphone",
          "courriel": "courriel", "position": "position", "texte_libre": "texte libre"}  # fmt: skip
HEADER = ["fichier", "variable", "libelle", "definition", "univers", "question_fr", "question_ar",
          "type", "unite", "categories", "minimum", "maximum", "format", "reference", "obligatoire",
          "valeurs_manquantes", "identifiant"]  # fmt: skip


@dataclass(frozen=True)
class Variable:
    """A column of a table; ``stem``: words read before its question and its neighbours'."""

    table: Table
    field: Field
    stem: Text | None = None

    @property
    def type(self) -> str:
        """Its type, in French."""
        return "code" if self.field.codes else _TYPES[self.field.type]

    @property
    def definition(self) -> str:
        """What it measures."""
        return self.field.description or self.field.title

    @property
    def reference(self) -> str:
        """Table whose rows its values name, or nothing."""
        keys = [key for key in self.table.foreignKeys if key.fields == [self.field.name]]
        return keys[0].reference.resource if keys else ""

    @property
    def required(self) -> bool:
        """Whether each row has a value."""
        return self.field.constraints.required or self.field.name in self.table.primaryKey

    @property
    def missing(self) -> str:
        """What stands where there is no value, and why."""
        absent = [] if self.required else [_EMPTY]
        if NOT_APPLICABLE in self.field.codes:
            absent.append(f"{NOT_APPLICABLE}=question non posée")
        return "|".join(absent)

    @property
    def identifier(self) -> str:
        """What it tells of a person, and what becomes of it; nothing if it is no identifier."""
        found = self.field.identifier
        return f"{_KINDS[found.kind]}, {_TREATMENTS[found.treatment]}" if found else ""

    def question(self, language: str) -> str:
        """Its question in ``fr`` or ``ar``, after the words read before; empty if not asked."""
        if self.field.question is None:
            return ""
        own = getattr(self.field.question, language)
        return f"{getattr(self.stem, language)} {own}" if self.stem else own

    def row(self) -> dict[str, str]:
        """Its row of the CSV."""
        limits = self.field.constraints
        return {
            "fichier": self.table.name,
            "variable": self.field.name,
            "libelle": self.field.title,
            "definition": self.definition,
            "univers": self.field.asked_if or "",
            "question_fr": self.question("fr"),
            "question_ar": self.question("ar"),
            "type": self.type,
            "unite": self.field.unit or "",
            "categories": "|".join(f"{c.value}={c.label}" for c in self.field.categories),
            "minimum": "" if limits.minimum is None else str(limits.minimum),
            "maximum": "" if limits.maximum is None else str(limits.maximum),
            "format": limits.pattern or "",
            "reference": self.reference,
            "obligatoire": "oui" if self.required else "non",
            "valeurs_manquantes": self.missing,
            "identifiant": self.identifier,
        }


def variables(project: Project) -> list[Variable]:
    """Every column of every table, in the order in which tables are read.

    Raises:
        DataError, EditionError: a dictionary or an instrument is wrong.
    """
    stems = _stems(project)
    return [
        Variable(table, field, stems.get((name, field.question.group)) if field.question else None)
        for name, table in tables(project).items()
        for field in table.fields
    ]


def codebook_csv(found: Iterable[Variable]) -> str:
    """One row per variable, in UTF-8 with commas; lists are parted by ``|``."""
    target = io.StringIO()
    writer = csv.DictWriter(target, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(variable.row() for variable in found)
    return target.getvalue()


def _stems(project: Project) -> dict[tuple[str, str], Text]:
    instruments = [load_instrument(project, name) for name in known_instruments(project)]
    return {
        (instrument.table, group.name): group.stem
        for instrument in instruments
        for group in instrument.groups
        if group.stem is not None
    }
