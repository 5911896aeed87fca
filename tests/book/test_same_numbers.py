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


@pytest.fixture(scope="module")
def sheets(built) -> list[str]:
    """Text of each page of the PDF; to extract it takes a dozen seconds."""
    pdf = PdfReader(built.book_output(2025) / pdf_name(load_edition(built, 2025)))
    return [_flat(page.extract_text()) for page in pdf.pages]


@pytest.fixture(scope="module")
def texts(built, sheets) -> dict[str, str]:
    output = built.book_output(2025)
    pages = [BeautifulSoup(page.read_text("utf-8"), "html.parser").get_text()
             for page in sorted(output.glob("*.html"))]  # fmt: skip
    return {"html": _flat(" ".join(pages)), "pdf": "".join(sheets)}


def shown(built, identifier: str, dimension: str = "national") -> list[str]:
    values = load_values(built, 2025)
    rows = values[(values["indicateur"] == identifier) & (values["dimension"] == dimension)]
    return [french.quantity(row.estimation, row.unite) for row in rows.itertuples()]


@pytest.mark.parametrize("medium", ["html", "pdf"])
@pytest.mark.parametrize(
    ("identifier", "dimension", "count"),
    [("inf.etablissements", "national", 1), ("inf.dme", "national", 1),
     ("ctx.population", "region", 12), ("ctx.population", "national", 1)],
)  # fmt: skip
def test_a_published_number_is_in_the_site_and_in_the_pdf(
    built, texts, medium, identifier, dimension, count
):
    numbers = shown(built, identifier, dimension)
    assert len(numbers) == count
    assert [number for number in numbers if _flat(number) not in texts[medium]] == []


def test_every_page_and_every_sheet_of_a_demonstration_says_so(built, sheets):
    output = built.book_output(2025)
    pages = sorted(output.rglob("*.html"))
    assert len(pages) >= 12
    assert [p.name for p in pages if "DONNÉES DE DÉMONSTRATION" not in p.read_text("utf-8")] == []
    silent = [n for n, page in enumerate(sheets, 1) if "DONNÉESDEDÉMONSTRATION" not in page]
    assert silent == []


def test_rendering_again_changes_no_byte(built):
    output = built.book_output(2025)
    before = {path: sha256(path) for path in output.rglob("*") if path.is_file()}
    build_book(built, load_edition(built, 2025), "embedded")
    assert {path: sha256(path) for path in output.rglob("*") if path.is_file()} == before
