"""The same number reads the same in the published values, the site and the PDF."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from obsante.book import build_book, pdf_name
from obsante.edition import load_edition
from obsante.files import sha256
from obsante.results import french
from obsante.results.values import load_values


def _flat(text: str) -> str:
    """Text without the spaces that a line break or a PDF reader may change."""
    return "".join(text.split())


# The whole book is rendered first, which takes a minute.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sheets(built) -> list[str]:
    """Text of each page of the PDF; to extract it takes a minute."""
    pdf = PdfReader(built.book_output(2025) / pdf_name(load_edition(built, 2025)))
    return [_flat(page.extract_text()) for page in pdf.pages]


@pytest.fixture(scope="module")
def site(built) -> str:
    pages = sorted(built.book_output(2025).glob("*.html"))
    return _flat(" ".join(BeautifulSoup(page.read_text("utf-8"), "html.parser").get_text()
                          for page in pages))  # fmt: skip


def shown(built, identifier: str, dimension: str = "national") -> list[str]:
    values = load_values(built, 2025)
    rows = values[(values["indicateur"] == identifier) & (values["dimension"] == dimension)]
    return [french.quantity(row.estimation, row.unite) for row in rows.itertuples()]


NUMBERS = pytest.mark.parametrize(
    ("identifier", "dimension", "count"),
    [("inf.etablissements", "national", 1), ("inf.dme", "national", 1),
     ("ctx.population", "region", 12), ("ctx.population", "national", 1)],
)  # fmt: skip


@NUMBERS
def test_a_published_number_is_in_the_site(built, site, identifier, dimension, count):
    numbers = shown(built, identifier, dimension)
    assert len(numbers) == count
    assert [number for number in numbers if _flat(number) not in site] == []


@NUMBERS
def test_a_published_number_is_in_the_pdf(built, sheets, identifier, dimension, count):
    numbers, text = shown(built, identifier, dimension), "".join(sheets)
    assert len(numbers) == count
    assert [number for number in numbers if _flat(number) not in text] == []


def test_every_page_of_a_demonstration_says_so(built):
    pages = sorted(built.book_output(2025).rglob("*.html"))
    assert len(pages) >= 12
    assert [p.name for p in pages if "DONNÉES DE DÉMONSTRATION" not in p.read_text("utf-8")] == []


def test_every_sheet_of_a_demonstration_says_so(sheets):
    silent = [n for n, page in enumerate(sheets, 1) if "DONNÉESDEDÉMONSTRATION" not in page]
    assert silent == []


def test_rendering_again_changes_no_byte(built):
    output = built.book_output(2025)
    before = {path: sha256(path) for path in output.rglob("*") if path.is_file()}
    build_book(built, load_edition(built, 2025), "embedded")
    assert {path: sha256(path) for path in output.rglob("*") if path.is_file()} == before
