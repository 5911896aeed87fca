"""``data/raw/<edition>/corrections.yml``: single cells corrected after they were received.

Raw files stay as they came. A correction says what a cell said, what it should say, why, who
decided it and until when; it is applied once identifiers are gone and before the checks, which the
new value must pass. Every key is required (:data:`MODEL` is a file to fill):

``table``, ``column``
    A campaign table and one of its columns; not one that is declared as an identifier. The figures
    of a reference table are corrected in its file, from its source.

``key``
    The row: its whole primary key, such as ``{id_etablissement: E0000010}`` (the pseudonym, where
    the key is one), or ``{fichier: etablissements.csv, ligne: 12}``, file and line as the
    quarantine shows them: for a table without key, a key that several rows carry, or to correct
    the key itself. Lines move when a file is received again: a key is safer.

``old``, ``new``
    Texts between quotes as the quarantine shows them: what the file says or, for a file with a
    profile, what the profile reads; ``null`` for an empty cell. ``old: "•••"`` is a cell that
    ingest masked because it held an identifier. No identifier may be written here: this file is
    kept in git.

``reason``, ``who``
    Why, and who decided it: initials or a role.

``date``, ``expires``
    The day of the decision, not after the edition's publication; and the last day on which the
    correction may serve, not before that publication.

A correction replaces its cell together with what was noted of it (an identifier, an ambiguous
reading). It stops ingest when it no longer applies: its row is not found, or its cell does not say
``old`` any more, because the source was mended or changed. So none outlives its reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from obsante.collect.corrections.applying import COLUMNS, Corrections
from obsante.collect.corrections.declared import declarations
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.paths import Project

__all__ = ["COLUMNS", "MODEL", "Corrections", "load_corrections"]

MODEL = """\
# Cells corrected after the files were received; the files themselves stay as they came.
# One entry per cell, every key required. A correction stops ingest once its cell no longer says
# `old`: have the source mended, then remove it (src/obsante/collect/corrections).
# No name, telephone or e-mail here: this file is kept in git.
corrections: []
# - table: etablissements
#   # The primary key, or {fichier: etablissements.csv, ligne: 12} as the quarantine shows them.
#   key: {id_etablissement: E0000010}
#   column: professionnels_etp
#   # Between quotes as the quarantine shows it; null is an empty cell, "•••" a masked one.
#   old: "1,5"
#   new: "1.5"
#   reason: Virgule décimale
#   # Initials or a role.
#   who: Coordination de l'enquête
#   date: 2026-03-15
#   # Last day on which it may serve, not before the edition's publication.
#   expires: 2026-12-31
"""


def load_corrections(
    project: Project, edition: Edition, tables: Mapping[str, Table]
) -> Corrections:
    """Read and check the corrections of an edition; none if it has no such file.

    Args:
        tables: as their dictionaries declare them, identifiers included.

    Raises:
        DataError: a correction that can't be right whatever the rows are, or that has expired.
        EditionError: unreadable YAML, an unknown, missing or mistyped key.
    """
    return Corrections(declarations(project, edition, tables))
