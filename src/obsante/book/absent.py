"""Variables of the chapters that no notebook published: written as not available, never guessed.

A chapter may name a region that did not answer, or an indicator whose data were not received: its
variable must exist for the page to be built. A misspelt name stays an error of the renderer.
"""

from __future__ import annotations

from typing import Any

from obsante.collect import labels
from obsante.errors import DataError
from obsante.results import french
from obsante.results.registry import Indicator
from obsante.results.variables import ABSENT, linked


def fill(tree: dict[str, Any], names: list[str], registry: dict[str, Indicator]) -> None:
    """Add to ``tree`` the variables of ``names``, those of a book, that nothing published."""
    for name in names:
        _fill_one(tree, name.split("."), registry)


def _fill_one(tree: dict[str, Any], keys: list[str], registry: dict[str, Indicator]) -> None:
    item = registry.get(".".join(keys[:2]))
    domain, field = keys[2:-1], keys[-1]
    if item is None or field not in ABSENT or not _declared(item, domain):
        return
    node = tree
    for key in keys[:-1]:
        node = node.setdefault(key, {})
    mark = french.MARKS["missing"]
    node.setdefault(field, linked(mark, item) if field == "preuve" else ABSENT[field])


def _declared(item: Indicator, domain: list[str]) -> bool:
    """Whether a domain is one that the indicator may have."""
    if not domain:
        return True
    if len(domain) != 2 or domain[0] not in item.dimensions:
        return False
    codes = set(item.parameters.get("categories", [])) | _codes(item, domain[0])
    modality = domain[1]
    return modality in codes or (modality[0] == "m" and modality[1:] in codes)


def _codes(item: Indicator, dimension: str) -> set[str]:
    if item.table is None:
        return set()
    try:
        return set(labels(item.table, dimension))
    except DataError:
        # A dimension made by the notebook, not a column: its modalities are in no dictionary.
        return set()
