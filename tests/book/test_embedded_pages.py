"""The HTML pages of the embedded renderer, read as a browser reads them."""

from __future__ import annotations

import json
import re

from obsante.book.verify import verify_site

BANNER = "DONNÉES DE DÉMONSTRATION"
PAGES = ["carnets/01-exemple.html", "contexte.html", "index.html", "methode.html", "preuves.html",
         "references.html", "resume-ar.html", "resume-en.html"]  # fmt: skip


def words(element) -> str:
    return " ".join(element.get_text().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_pages_have_the_names_that_quarto_gives_them(site):
    assert site.names() == PAGES


def test_the_sample_passes_the_verification_of_sites(site):
    verify_site(site.folder)


def test_every_page_shows_the_banner_and_carries_the_suffix_in_its_title(site):
    for name in PAGES:
        page = site.page(name)
        assert BANNER in page.find("aside").get_text(), name
        assert page.title.get_text().count("(démonstration)") == 1, name
        assert page.title.get_text().endswith("(démonstration)"), name


def test_a_value_keeps_its_thin_spaces_and_its_link_to_the_sheet(site):
    assert "36\u202f828\u202f330 habitants" in site.page("contexte.html").get_text()
    link = site.page("index.html").find("a", class_="preuve")
    assert link["href"] == "preuves.html#p-inf-dme"
    assert link.get_text() == "30,1\u00a0% (IC 95\u00a0%\u00a0: 27,0 à 33,2)"


def test_a_shortcode_inside_code_is_left_as_it_is(site):
    assert site.page("contexte.html").find("code").get_text() == "{{< var inf.dme.valeur >}}"
    assert "{{< var inconnue >}}" in site.page("methode.html").find("pre").get_text()


def test_references_are_numbered_by_chapter_and_lead_to_other_pages(site):
    page = site.page("index.html")
    assert words(page.find("a", href="contexte.html#fig-taux")) == "figure 1.1"
    assert words(page.find("a", href="contexte.html#tbl-taux")) == "tableau 1.1"
    assert words(page.find("a", href="methode.html#sec-plan")) == "section 2.1"
    method = site.page("methode.html")
    assert words(method.find("a", href="#tbl-long")) == "Tableau 2.2"
    assert words(site.page("contexte.html").find("a", href="#fig-taux")) == "1.1"


def test_labels_follow_the_language_of_the_passage(site):
    arabic = site.page("resume-ar.html")
    assert words(arabic.find("caption")).startswith("الجدول 1:")
    assert words(arabic.find("a", href="contexte.html#fig-taux")) == "الشكل 1.1"
    assert words(arabic.find(class_="encadre-titre")) == "ملاحظة"
    english = site.page("resume-en.html")
    assert words(english.find("a", href="contexte.html#fig-taux")) == "Figure 1.1"
    assert words(english.find(class_="encadre-titre")) == "Note"


def test_arabic_passages_have_their_language_and_direction(site):
    page = site.page("resume-ar.html")
    passage = page.find("div", attrs={"lang": "ar"})
    assert passage["dir"] == "rtl"
    entry = page.find("nav").find("a", href="resume-ar.html")
    assert (entry["lang"], entry["dir"]) == ("ar", "rtl")


def test_numbers_are_isolated_in_arabic_with_their_signs_and_bounds(site):
    isolates = [bdi.get_text() for bdi in site.page("resume-ar.html").find_all("bdi", dir="ltr")]
    for number in ("2025", "36\u202f828\u202f330", "30,1\u00a0%", "[27,0\u00a0; 33,2]",
                   "2024-2026", "\u22121,2"):  # fmt: skip
        assert number in isolates
    assert not site.page("contexte.html").find("bdi")


def test_a_figure_has_its_own_alternative_text_and_a_numbered_caption(site):
    figure = site.page("contexte.html").find(id="fig-taux")
    image = figure.find("img")
    assert image["src"] == "figures/01-exemple-fig-taux.svg"
    assert image["alt"].startswith("Barres horizontales triées")
    assert 'de "haute" à basse, en 2025' in image["alt"]
    caption = words(figure.find("figcaption"))
    assert caption.startswith("Figure 1.1 : Adoption par région, édition 2025")


def test_figures_and_tables_link_to_the_cell_that_computed_them(site):
    page = site.page("contexte.html")
    for label in ("fig-taux", "tbl-taux"):
        link = page.find(id=label).find("a", class_="calcul")
        assert link["href"] == f"carnets/01-exemple.html#c-01-exemple-{label}"
        assert words(link) == f"Calcul : carnet 01-exemple, cellule {label}"
    assert not page.find(id="fig-schema").find("a", class_="calcul")


def test_pages_of_a_subfolder_reach_the_others(site):
    page = site.page("carnets/01-exemple.html")
    assert page.find("nav").find("a")["href"] == "../index.html"
    assert page.find("link", rel="stylesheet")["href"] == "../assets/style.css"


def test_tables_have_scopes_and_a_region_that_takes_the_focus(site):
    table = site.page("contexte.html").find(id="tbl-taux")
    assert [th["scope"] for th in table.thead.find_all("th")] == ["col"] * 4
    heads = [words(th) for th in table.find_all("th", scope="row")]
    assert heads == ["Ensemble", "Urbain", "Rural"]
    assert {"nombre"} == {c for td in table.tbody.find_all("td") for c in td["class"]}
    region = table.parent
    assert (region["role"], region["tabindex"]) == ("region", "0")
    assert region["aria-label"] == "Tableau\u00a01.1\u00a0: Adoption par milieu (IC 95\u00a0%)"


def test_formulas_are_mathml(site):
    formulas = site.page("methode.html").find_all("math")
    assert [formula["display"] for formula in formulas] == ["inline", "block"]


def test_content_for_the_pdf_is_absent_from_the_pages(site):
    text = site.page("index.html").get_text()
    assert "fichier CSV" in text and "Les valeurs sont dans la version HTML" not in text
    assert (site.folder / "valeurs.csv").is_file()


def test_citations_lead_to_the_bibliography_in_french(site):
    link = site.page("index.html").find("a", href="references.html#ref-exemple2024")
    assert "Haut-Commissariat au Plan" in link.get_text()
    entries = site.page("references.html").find_all(class_="csl-entry")
    assert [entry["id"] for entry in entries] == ["ref-exemple2024", "ref-autre2021"]
    assert words(entries[1]).startswith("Särndal, Carl-Erik, et Élodie Dupont. 2021.")


def test_comments_of_the_authors_are_not_published(site):
    assert "commentaire de travail" not in (site.folder / "index.html").read_text("utf-8")


def test_previous_and_next_follow_the_order_of_the_book(site):
    pager = site.page("methode.html").find(class_="site-pager")
    assert pager.find("a", rel="prev")["href"] == "contexte.html"
    assert pager.find("a", rel="next")["href"] == "resume-en.html"


def test_the_contents_of_a_page_are_its_sections(site):
    links = site.page("contexte.html").find(class_="site-toc").find_all("a")
    assert [a["href"] for a in links] == ["#sec-regions", "#sec-milieux", "#une-sous-section",
                                          "#sec-large"]  # fmt: skip


def test_nothing_is_loaded_from_elsewhere(site):
    style = (site.folder / "assets" / "style.css").read_text("utf-8")
    assert not re.search(r"https?:|//", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
    for name in PAGES:
        for element in site.page(name).find_all(src=True):
            assert "//" not in element["src"]


def test_the_search_index_holds_sections_but_neither_code_nor_notebooks(site):
    script = (site.folder / "assets" / "search.js").read_text("utf-8")
    entries = json.loads(script.removeprefix("window.OBSANTE_SEARCH = ").rstrip().rstrip(";"))
    by_address = {entry["u"]: entry for entry in entries}
    section = by_address["contexte.html#sec-milieux"]
    assert section["h"] == "Les milieux" and "Urbain" in section["x"]
    assert "carnets/01-exemple.html" in by_address
    assert "Motrarissime" not in script and "results.figure" not in script
