"""Declared corrections of single cells: who, when, why, what the source said and should say."""

from __future__ import annotations

from collections.abc import Mapping

from obsante.collect.chunks import Chunk
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.paths import Project


class Corrections:
    """The corrections of one edition."""

    def apply(self, chunk: Chunk, table: Table) -> Chunk:
        """The chunk with the corrected cells."""
        return chunk

    def require_used(self, year: int) -> None:
        """Raise if a correction no longer applies."""


def load_corrections(
    project: Project, edition: Edition, tables: Mapping[str, Table]
) -> Corrections:
    """Read and check the corrections of an edition; none if it has no such file."""
    return Corrections()
