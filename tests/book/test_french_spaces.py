"""French spaces (Imprimerie nationale): no plain one before ``; ! ? :`` or inside quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from obsante.paths import find_project

PROJECT = find_project(Path(__file__))
FAULT = re.compile(r".{0,25}(?:(?<=\S)[ \n](?:[;!?»]|:(?=\s|$))|«[ \n]).{0,25}", re.DOTALL)
# Read aloud or on hover, so read in French too.
ATTRIBUTES = ("alt", "title", "aria-label", "placeholder", "content")
CONDITIONS = ("holds", "asked_if", "when", "pattern", "ar", "message_ar", "hint_ar")
# A bibliography keeps titles as published, in their languages.
NOT_PROSE = "script, style, pre, code, math, .csl-entry, [lang]:not(html, [lang^=fr])"


def _french(page: Path) -> Iterator[str]:
    """Text of a page in French, then what its attributes say."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    for element in soup.select(NOT_PROSE):
        element.decompose()
    yield soup.get_text()
    for element in soup.find_all(True):
        yield from (element[name] for name in ATTRIBUTES if name in element.attrs)


def _texts(node: object) -> Iterator[str]:
    """Strings of a YAML document, folded lines joined, conditions apart."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from () if key in CONDITIONS else _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node


@pytest.mark.slow
def test_no_plain_space_before_french_punctuation_in_the_pages(built):
    pages = sorted(built.book_output(2025).rglob("*.html"))
    assert len(pages) >= 12
    faults = {page.name: found for page in pages
              if (found := [f for text in _french(page) for f in FAULT.findall(text)])}  # fmt: skip
    assert faults == {}


def test_no_plain_space_before_french_punctuation_in_sources_not_rendered():
    readme = (PROJECT.root / "README.fr.md").read_text("utf-8")
    texts = {"README.fr.md": [re.sub(r"^```.*?^```$|`[^`]*`", "code", readme, flags=re.M | re.S)]}
    for folder in ("indicators", "dictionary", "instruments"):
        for path in sorted((PROJECT.root / "config" / folder).glob("*.yml")):
            texts[path.name] = list(_texts(yaml.safe_load(path.read_text("utf-8"))))
    assert len(texts) > 5
    faults = {name: found for name, strings in texts.items()
              if (found := [f for text in strings for f in FAULT.findall(text)])}  # fmt: skip
    assert faults == {}


def test_the_faults_are_recognised():
    for text in ("non ; oui", "non !", "quoi ?", "Lecture : dans", "« oui\u00a0»", "«\u00a0oui »"):
        assert FAULT.search(text), text
    for text in ("non\u202f; oui", "Lecture\u00a0: dans", "12:30", "https://x.ma/?a", "«\u00a0a\u00a0»"):
        assert not FAULT.search(text), text
