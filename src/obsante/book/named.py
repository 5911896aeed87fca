"""What the texts of a book name: its variables, and the indicators that need a sheet.

A report has thousands of values and names a few hundred; ``_variables.yml`` holds those alone. Quarto
reads the file again for each page: with all of them, it takes three times longer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from obsante.results.registry import Indicator

_VARIABLE = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")
_SHEET = re.compile(r"preuves\.qmd#(p-[\w-]+)")
_TEXTS = ("*.qmd", "*.md", "*.ipynb", "*.yml")


def named(book: Path) -> list[str]:
    """Names of the variables in the pages, fragments, notebooks and settings of ``book``, in order."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(book.rglob("*"))
             if any(path.match(pattern) for pattern in _TEXTS))  # fmt: skip
    return sorted({name for text in texts for name in _VARIABLE.findall(text)})


def cited(book: Path, chapters: list[str], registry: dict[str, Indicator]) -> list[str]:
    """Indicators of which the chapters and their fragments name a value or the sheet, in registry order."""
    paths = [*(book / chapter for chapter in chapters), *sorted(book.glob("fragments/*.md"))]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    named_here = {".".join(name.split(".")[:2]) for text in texts for name in _VARIABLE.findall(text)}
    linked = {anchor for text in texts for anchor in _SHEET.findall(text)}
    return [name for name, item in registry.items() if name in named_here or item.anchor in linked]


def only(tree: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The part of ``tree`` that ``names`` point to.

    A misspelt name keeps the group that it misses, from which a renderer can propose the right one.

    >>> only({"a": {"b": 1, "c": 2}, "d": {"e": 3}}, ["a.b"])
    {'a': {'b': 1}}
    >>> only({"a": {"b": 1, "c": 2}, "d": {"e": 3}}, ["a.x"])
    {'a': {'b': 1, 'c': 2}}
    """
    kept: dict[str, Any] = {}
    for name in names:
        _keep(tree, name.split("."), kept)
    return kept


def _keep(tree: dict[str, Any], keys: list[str], kept: dict[str, Any]) -> None:
    first, *others = keys
    found = tree.get(first)
    if found is None:
        kept |= tree
    elif others and isinstance(found, dict):
        _keep(found, others, kept.setdefault(first, {}))
    else:
        kept[first] = found
