"""Direct identifiers stop at ingest: dropped, or replaced by a keyed hash (law 09-08)."""

from __future__ import annotations

from dataclasses import dataclass

from obsante.collect.chunks import Chunk
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.paths import Project

__all__ = ["Key", "load_key", "protect"]


@dataclass(frozen=True)
class Key:
    """The secret of the pseudonyms; ``fingerprint`` tells keys apart and may be shown."""

    secret: bytes
    fingerprint: str


def load_key(project: Project, edition: Edition) -> Key:
    """The key of an edition."""
    return Key(b"", "")


def protect(chunk: Chunk, table: Table, key: Key) -> Chunk:
    """The chunk in the columns of ``table.protected``."""
    return chunk
