"""Connectors: what ``obsante fetch`` brings from other services.

**Declared.** ``config/fetch.yml`` names the sources: connector, url, title, producer, licence, what
to ask for, and for a file that enters an edition its ``table`` and ``profile`` (as in
``sources.yml``).

================  ===============================================  ==========================
connector         gives                                            secret
================  ===============================================  ==========================
``world_bank``    indicators by country and year                   none
``gho``           WHO indicators by country and year               none
``openalex``      works on a technology: signals of the watch      key, advised
``kobotoolbox``   submissions of a form, or of a repeat group      token
``odk_central``   submissions of a form, or of a repeat group      token, or user and password
``dhis2``         aggregated figures by unit and period            token, or user and password
================  ===============================================  ==========================

**Secrets** come from the environment (``OBSANTE_<NAME>_TOKEN``, or ``_USER`` and ``_PASSWORD``) or
from the keyring, if the package ``keyring`` is installed (service ``obsante``, the same names).
They are in no file, message, address or log; a ``fetch.yml`` that seems to hold one is refused.

**Public sources** give a snapshot, ``data/raw/snapshots/<name>/<date>/``: the pages as received,
the table ``donnees.csv`` made from them, and ``sources.yml`` with the query and the hashes. It is
never written over: the same table on the same day is already there, another one is an error unless
``--again`` keeps both. Two fetches are compared by their table, as pages may hold times.

**Private data** (Kobo, ODK, and DHIS2 unless declared public) name people or are not published:
they go to the raw folder of a real edition only, as one file, and their pages are not kept. A
later fetch takes its place only with ``--replace``.

**Resuming.** Pages already received the same day for the same query, by a fetch that did not end,
are not asked for again.

A new connector is a module with a subclass of :class:`declared.Declared`, listed in ``settings``.
"""

from __future__ import annotations

from obsante.collect.connectors.credentials import expected_secret, find_credentials
from obsante.collect.connectors.fetching import Fetched, Order, fetch
from obsante.collect.connectors.settings import Settings, load_settings
from obsante.collect.connectors.snapshot import all_of as snapshots

__all__ = [
    "Fetched",
    "Order",
    "Settings",
    "expected_secret",
    "fetch",
    "find_credentials",
    "load_settings",
    "snapshots",
]
