"""Variables that the texts of a book name: the only ones that its ``_variables.yml`` holds.

A report has thousands of values and names a few hundred. Quarto reads the file again for each page:
with all of them, it takes three times longer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_VARIABLE = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")
_TEXTS = ("*.qmd", "*.md", "*.ipynb", "*.yml")


def named(book: Path) -> list[str]:
    """Names of the variables in the pages, fragments, notebooks and settings of ``book``, in order."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(book.rglob("*"))
             if any(path.match(pattern) for pattern in _TEXTS))  # fmt: skip
    return sorted({name for text in texts for name in _VARIABLE.findall(text)})


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
