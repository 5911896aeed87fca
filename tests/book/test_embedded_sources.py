"""What lies outside the subset stops the rendering, naming the file and the line."""

from __future__ import annotations

import json

import pytest
from pypdf import PdfReader

from obsante.errors import BookError

PDF = "exemple-2025.pdf"

MALFORMED = {
    "an unknown shortcode": ("{{< video film.mp4 >}}", "shortcode"),
    "a shortcode that is not closed": ("Voici {{< var inf.dme", "shortcode"),
    "an unknown variable": ("{{< var inf.dne.valeur >}}", "'inf.dne.valeur'"),
    "a group of variables": ("{{< var inf.dme >}}", "group of keys"),
    "an unknown key of the configuration": ("{{< meta millesime >}}", "'millesime'"),
    "an unknown reference": ("Voir la @fig-taus.", "'fig-taus'"),
    "a reference glued to a word": ("Voirla@fig-taux.", "glued"),
    "an unknown citation": ("D'après @exemple2042.", "'exemple2042'"),
    "a missing notebook": ("{{< embed notebooks/02-exemple.ipynb#fig-taux >}}", "02-exemple.ipynb"),
    "a missing cell": ("{{< embed notebooks/01-exemple.ipynb#fig-tau >}}", "'fig-tau'"),
    "an embed among words": ("Ici {{< embed notebooks/01-exemple.ipynb#fig-taux >}}", "among"),
    "a missing fragment": ("{{< include fragments/absent.md >}}", "absent.md"),
    "a cell to execute": ("```{python}\n1 + 1\n```", "execute"),
    "a raw block": ("```{=html}\n<hr>\n```", "raw block"),
    "raw HTML": ("Un mot<br>et un autre.", "raw html"),
    "an identifier used twice": ("## Encore {#sec-regions}", "'sec-regions' used twice"),
    "a cell embedded twice": ("{{< embed notebooks/01-exemple.ipynb#tbl-taux >}}", "'tbl-taux'"),
    "an image without alternative text": ("![Le circuit.](images/schema.svg){#fig-nue}", "fig-alt"),
    "a missing image": ('![Rien.](images/absente.svg){#fig-x fig-alt="Rien"}', "absente.svg"),
    "a link to an unknown page": ("[ici](contextes.qmd)", "contextes.qmd"),
    "a link to an unknown anchor": ("[ici](preuves.qmd#p-inf-dne)", "'p-inf-dne'"),
    "a link to a file that is not offered": ("[ici](donnees.csv)", "donnees.csv"),
    "an unknown class": ("::: {.encart}\nTexte\n:::", "'.encart'"),
    "an unknown format": ('::: {.content-visible when-format="docx"}\nTexte\n:::', "'docx'"),
    "an unknown callout": ("::: {.callout-danger}\nTexte\n:::", "callout-danger"),
    "a second title": ("# Un autre titre", "second title"),
    "attributes that belong to nothing": ("$$x$$ {#eq-x}", "{#eq-x}"),
}  # fmt: skip


def failure(book) -> BookError:
    with pytest.raises(BookError) as caught:
        book.render()
    return caught.value


@pytest.mark.parametrize(("text", "found"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_source_names_its_file_and_line(book, text, found):
    line = book.append("contexte.qmd", text)
    error = failure(book)
    assert error.looked_at.endswith(f"contexte.qmd, line {line}"), str(error)
    assert found in str(error)
    assert error.expected and error.remedy


def test_a_problem_inside_a_fragment_names_the_fragment(book):
    line = book.append("fragments/constats.md", "{{< var inf.absent >}}")
    assert failure(book).looked_at == f"fragments/constats.md, line {line}"


def test_a_problem_of_a_value_names_the_line_that_calls_it(book):
    book.replace("_variables.yml", "(preuves.qmd#p-inf-dme){.preuve}", "(preuves.qmd#p-x){.preuve}")
    assert failure(book).looked_at == "fragments/constats.md, line 1"


def test_a_cell_in_error_is_named_with_the_line_that_embeds_it(book):
    line = book.append("contexte.qmd", "{{< embed notebooks/01-exemple.ipynb#fig-echec >}}")
    error = failure(book)
    assert error.looked_at == (
        f"notebooks/01-exemple.ipynb, cell fig-echec, embedded in contexte.qmd, line {line}"
    )
    assert "ZeroDivisionError" in error.found


def test_a_figure_cell_without_alternative_text_is_refused(book):
    line = book.append("contexte.qmd", "{{< embed notebooks/01-exemple.ipynb#fig-muette >}}")
    error = failure(book)
    assert "cell fig-muette" in error.looked_at and f"line {line}" in error.looked_at
    assert "fig-alt" in error.found


def test_a_cell_that_was_not_executed_is_refused(book):
    path = book.folder / "notebooks" / "01-exemple.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["outputs"] = []
    path.write_text(json.dumps(content), encoding="utf-8")
    assert failure(book).found == "no output"


def test_the_nearest_name_is_proposed(book):
    book.append("contexte.qmd", "Voir la @fig-taus.")
    assert failure(book).expected.startswith("'fig-taux' (nearest)")


def test_all_the_first_problems_are_listed_at_once(book):
    first = book.append("contexte.qmd", "Voir @fig-a.\n\nVoir @fig-b.")
    error = failure(book)
    assert error.looked_at == f"contexte.qmd, line {first}"
    assert f"contexte.qmd, line {first + 2}: reference to 'fig-b'" in error.found


def test_a_chapter_without_title_is_refused(book):
    book.replace("methode.qmd", "title:", "autre:")
    error = failure(book)
    assert error.looked_at.startswith("methode.qmd") and "no title" in error.found


def test_a_missing_chapter_is_named(book):
    book.replace("_quarto.yml", "    - methode.qmd", "    - methodes.qmd")
    assert failure(book).looked_at == "methodes.qmd"


def test_a_fragment_that_includes_itself_is_refused(book):
    book.append("fragments/constats.md", "{{< include fragments/constats.md >}}")
    assert "includes itself" in failure(book).found


def test_missing_fonts_are_named(book):
    for font in (book.folder / "assets" / "fonts").glob("*.ttf"):
        font.unlink()
    assert failure(book).looked_at == "assets/fonts"


def test_a_character_that_no_font_has_is_refused_with_its_chapter(book):
    book.append("contexte.qmd", "Un signe sans dessin : \U00012000.")
    error = failure(book)
    assert "contexte.qmd" in error.looked_at


def test_text_that_looks_like_code_of_either_format_stays_text(book):
    book.append("contexte.qmd", "Le #mot, a_b, \\<tag\\>, 5\u00a0$ @ //x *[ici](index.qmd)(suite).")
    site = book.render()
    page = (site / "contexte.html").read_text("utf-8")
    assert "Le #mot, a_b, &lt;tag&gt;, 5\u00a0$ @ //x *" in page
    text = "".join(page.extract_text() for page in PdfReader(site / PDF).pages)
    assert "Le #mot, a_b, <tag>, 5\u00a0$ @ //x *" in text
    assert "(suite)." in text


def test_two_renders_give_the_same_bytes(book):
    first, second = book.render("un"), book.render("deux")
    names = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_pandoc_that_does_not_end_is_stopped(book, monkeypatch):
    monkeypatch.setattr("obsante.book.embedded.pandoc.TIMEOUT_SECONDS", 0.001)
    assert "no end after" in failure(book).found
