"""Model of what the dictionary says of a question, and of a column that identifies someone.

The keys are explained in :mod:`obsante.collect.dictionary`, which reads the files.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Key

from obsante.collect.expressions import Expression
from obsante.edition import Strict

Kind = Literal["nom", "cin", "telephone", "courriel", "position", "texte_libre"]


class Question(Strict):
    """How a column is asked: wording in French and in Arabic, page of the instrument, condition.

    ``asked_if``: an expression on the columns of the same table, as in rules; where it is false,
    and all that it uses is known, the question is not shown and the column's ``sans_objet`` code,
    if it has one, is written.
    """

    group: str
    fr: str = Key(min_length=1)
    ar: str = Key(min_length=1)
    hint_fr: str | None = Key(default=None, min_length=1)
    hint_ar: str | None = Key(default=None, min_length=1)
    asked_if: Expression | None = None


class Identifier(Strict):
    """A column that tells who someone is (law 09-08), and what ingest does with it."""

    kind: Kind
    treatment: Literal["drop", "pseudonym"]
