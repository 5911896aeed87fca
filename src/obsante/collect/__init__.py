"""Raw files to validated tables, and the one reader of these tables."""

from obsante.collect.dictionary import labels
from obsante.collect.ingestion import Report, ingest
from obsante.collect.reader import (
    Input,
    available,
    corrected,
    inputs_read,
    keys_linked,
    load,
    quarantined,
    set_aside_rows,
    table_file,
    truth,
)

__all__ = [
    "Input", "Report", "available", "corrected", "ingest", "inputs_read", "keys_linked", "labels", "load",
    "quarantined", "set_aside_rows", "table_file", "truth",
]  # fmt: skip
