"""Raw files to validated tables, and the one reader of these tables."""

from obsante.collect.dictionary import labels
from obsante.collect.ingestion import Report, ingest
from obsante.collect.reader import Input, available, inputs_read, load, set_aside_rows, truth

__all__ = [
    "Input", "Report", "available", "ingest", "inputs_read", "labels", "load", "set_aside_rows",
    "truth",
]  # fmt: skip
