"""A small book of every construct, and its rendering."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from obsante.book import embedded
from obsante.paths import find_project

SAMPLE = Path(__file__).parent / "sample"
EPOCH = 1780272000
PDF = "exemple-2025.pdf"
BANNER = "DONNÉES DE DÉMONSTRATION"


class Book:
    """A copy of the sample that a test may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(SAMPLE, folder)
        fonts = find_project(Path(__file__)).report / "assets" / "fonts"
        shutil.copytree(fonts, folder / "assets" / "fonts")

    def replace(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def append(self, name: str, text: str) -> int:
        """Add ``text`` after an empty line, and return the number of its first line."""
        path = self.folder / name
        before = path.read_text(encoding="utf-8") + "\n"
        path.write_text(before + text + "\n", encoding="utf-8")
        return before.count("\n") + 1

    def render(self, name: str = "site") -> Path:
        output = self.folder.parent / name
        output.mkdir()
        embedded.render(self.folder, output, epoch=EPOCH, pdf_name=PDF)
        return output


class Site:
    """A rendered book: its pages as soup, its PDF."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pdf = PdfReader(folder / PDF)

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.folder / name).read_text(encoding="utf-8"), "html.parser")

    def names(self) -> list[str]:
        return sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*.html"))

    def pdf_text(self) -> str:
        return "\n".join(page.extract_text() for page in self.pdf.pages)


@pytest.fixture
def book(tmp_path) -> Book:
    return Book(tmp_path / "livre d'été")


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    """The sample as it is, rendered once."""
    book = Book(tmp_path_factory.mktemp("exemple") / "livre d'été")
    return Site(book.render())
