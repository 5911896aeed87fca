"""Direct identifiers stop at ingest: dropped, or replaced by a keyed hash (law 09-08).

``config/dictionary`` declares the columns that identify someone (``identifier``); ``protect`` is
the first step after reading, so that neither tables, quarantine, notebooks nor report hold them.
``check_untracked`` keeps them out of git, ``scan`` proves that the outputs are free of them,
``purge`` destroys them in the raw files at the retention date, ``forget`` removes one person.

What it can't do: a name written in an ordinary column has no form by which it could be known; it
passes the door, and only the scan finds it, if a declared column of the same edition holds it too.
A number of nine digits without its zero is not taken for a telephone, nor two columns of decimal
numbers for a position: such columns are to be declared.
"""

from __future__ import annotations

from obsante.collect.privacy.forgetting import (
    Forgotten,
    editions_searched,
    forget,
    to_build_again,
)
from obsante.collect.privacy.keys import Key, link_lost, load_key, needs_key
from obsante.collect.privacy.patterns import MASK, kinds, masked
from obsante.collect.privacy.protection import mask, masked_values, protect
from obsante.collect.privacy.purging import Purged, purge, remains
from obsante.collect.privacy.scanning import Finding, Scan, scan
from obsante.collect.privacy.tracked import check_untracked

__all__ = [
    "MASK", "Finding", "Forgotten", "Key", "Purged", "Scan", "check_untracked",
    "editions_searched", "forget", "kinds", "link_lost", "load_key", "mask", "masked",
    "masked_values", "needs_key", "protect", "purge", "remains", "scan",
    "to_build_again",
]  # fmt: skip
