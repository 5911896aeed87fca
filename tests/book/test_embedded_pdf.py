"""The PDF of the embedded renderer."""

from __future__ import annotations

BANNER = "DONNÉES DE DÉMONSTRATION"


def flat(outline) -> list[str]:
    titles = []
    for item in outline:
        titles += flat(item) if isinstance(item, list) else [item.title]
    return titles


def test_every_page_shows_the_banner(site):
    for number, page in enumerate(site.pdf.pages, start=1):
        assert BANNER in page.extract_text(), f"page {number}"


def test_values_keep_their_thin_spaces(site):
    text = site.pdf_text()
    assert "36\u202f828\u202f330" in text
    assert "[27,0\u00a0; 33,2]" in text


def test_the_outline_holds_the_chapters_with_their_numbers(site):
    titles = [" ".join(title.split()) for title in flat(site.pdf.outline)]
    for title in ("1 Où en sont les établissements ?", "2.1 Le plan", "ملخص بالعربية",
                  "A Preuves : d’où vient chaque chiffre"):  # fmt: skip
        assert title in titles
    assert "Question" not in titles


def test_the_document_says_what_it_is(site):
    metadata = site.pdf.metadata
    assert metadata.title == "Rapport d'exemple 2025 (démonstration)"
    assert metadata.author == "Observatoire d'exemple"
    assert metadata.creation_date.isoformat() == "2026-06-01T00:00:00+00:00"
    assert site.pdf.trailer["/Root"]["/Lang"] == "fr"


def test_it_declares_the_accessible_and_the_archival_standards(site):
    xmp = site.pdf.xmp_metadata.stream.get_data().decode("utf-8")
    assert "<pdfuaid:part>1" in xmp
    assert "<pdfaid:part>2" in xmp and "<pdfaid:conformance>A" in xmp


def test_the_table_of_contents_has_page_numbers(site):
    lines = site.pdf.pages[1].extract_text().splitlines()
    page = next(n for n, p in enumerate(site.pdf.pages, start=1)
                if "Comment les chiffres" in p.extract_text() and n > 2)  # fmt: skip
    entry = next(line for line in lines if "Comment les chiffres" in line)
    assert entry.endswith(str(page))


def test_a_long_table_repeats_its_headings(site):
    pages = [p.extract_text() for p in site.pdf.pages if "Commune numéro" in p.extract_text()]
    assert len(pages) > 1
    assert all("Commune" in text and "Population" in text for text in pages)


def test_a_heading_goes_with_its_landscape_table(site):
    wide = [p for p in site.pdf.pages if p.mediabox.width > p.mediabox.height]
    assert len(wide) == 1
    text = wide[0].extract_text()
    assert "Un tableau large" in text and "Drâa-Tafilalet" in text


def test_content_for_the_pages_is_absent_from_the_pdf(site):
    text = site.pdf_text()
    assert "Les valeurs sont dans la version HTML." in text
    assert "fichier CSV" not in text and "Motrarissime" not in text


def test_a_link_to_what_the_pdf_does_not_show_leads_to_its_chapter(site):
    names = site.pdf.named_destinations
    links = [a.get_object() for page in site.pdf.pages for a in page.get("/Annots", [])]
    assert links
    for link in links:
        target = link["/A"] if "/A" in link else link
        if "/URI" not in target:
            destination = target["/D"] if "/D" in target else link["/Dest"]
            assert not isinstance(destination, str) or destination in names
