"""The verification of a rendered site."""

from __future__ import annotations

import pytest

from obsante.book.verify import verify_site
from obsante.errors import BookError

PAGE = (
    '<!DOCTYPE html><html lang="fr"><head><title>T</title>{head}</head><body>{body}</body></html>'
)


def write(folder, body="", head="", name="index.html"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")


WRONG = {
    "a dead link": ('<a href="absent.html">x</a>', "link to 'absent.html'"),
    "a dead anchor": ('<a href="#absent">x</a>', "an anchor that is not there"),
    "a dead anchor of another page": ('<a href="b.html#absent">x</a>', "'b.html#absent'"),
    "an absolute path": ('<a href="/b.html">x</a>', "'/b.html'"),
    "a path of one machine": ('<a href="file:///tmp/x">x</a>', "one machine"),
    "a path out of the site": ('<a href="../dehors.html">x</a>', "'../dehors.html'"),
    "a missing image": ('<img src="x.png" alt="x">', "loads 'x.png'"),
    "a missing script": ('<script src="x.js"></script>', "loads 'x.js'"),
    "a script from elsewhere": ('<script src="https://cdn.example/x.js"></script>', "elsewhere"),
    "an image from elsewhere": ('<img src="//cdn.example/x.png" alt="x">', "elsewhere"),
    "an image in a set": ('<img src="" srcset="x.png 2x" alt="x">', "loads 'x.png'"),
    "an image of a style": ('<p style="background: url(x.png)">x</p>', "loads 'x.png'"),
    "an image without text": ('<img src="data:image/png;base64,AA" alt="">', "without alt"),
    "an identifier used twice": ('<p id="a">x</p><p id="a">y</p>', "identifier 'a' used 2 times"),
    "a shortcode left": ("<p>{{&lt; var x &gt;}}</p>", "unresolved"),
    "a shortcode left in an attribute": ('<p title="{{&lt; var x &gt;}}">x</p>', "unresolved"),
    "a missing variable of Quarto": ("<p><strong>?var:inf.dme</strong></p>", "?var:inf.dme"),
    "a reference left": ("<p>Voir @fig-taux.</p>", "@fig-taux"),
    "a reference left across elements": ("<p>Voir @<em>tbl-</em>taux.</p>", "@tbl-taux"),
    "a reference that Quarto marks": (
        '<span class="quarto-unresolved-ref">fig-x</span>', "unresolved cross-reference"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "found"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_page_is_named_with_what_is_wrong(tmp_path, body, found):
    write(tmp_path / "site", body)
    write(tmp_path / "site", name="b.html")
    write(tmp_path, name="dehors.html")
    with pytest.raises(BookError) as caught:
        verify_site(tmp_path / "site")
    assert "index.html: " in caught.value.found
    assert found in caught.value.found


RIGHT = {
    "links inside, outside and to the top": (
        '<p id="é a"></p><a href="#%C3%A9%20a">x</a><a href="sous/">y</a><a href="#">z</a>'
        '<a href="https://example.org/x#y">w</a><a href="mailto:a@example.org">m</a>'
        '<a href="">n</a>'
    ),
    "shortcodes and references in code": "<pre>{{&lt; var x &gt;}}</pre><code>@fig-x</code>",
    "an e-mail address and a question": "<p>contact@tbl.example, vraiment ?</p>",
    "Quarto's own furniture": (
        '<a href="javascript:void(0)">x</a>'
        '<div id="quarto-search"></div><div id="quarto-search"></div>'
        '<img src="data:image/gif;base64,AA" alt="" role="presentation">'
    ),
    "identifiers of a drawing": '<p id="a"></p><svg><path id="a"/><use href="#a"/></svg>',
}  # fmt: skip


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT.keys())
def test_a_right_page_passes(tmp_path, body):
    write(tmp_path, body)
    write(tmp_path, name="sous/index.html")
    verify_site(tmp_path)


def test_a_style_sheet_that_loads_from_elsewhere_is_named(tmp_path):
    write(tmp_path)
    (tmp_path / "style.css").write_text(
        "/* url(https://commentaire.example) */ @import 'https://polices.example/a.css';\n"
        "p { background: url(absent.png) }", encoding="utf-8")  # fmt: skip
    with pytest.raises(BookError) as caught:
        verify_site(tmp_path)
    assert "style.css: loads 'https://polices.example/a.css' from elsewhere" in caught.value.found
    assert "style.css: loads 'absent.png', which does not exist" in caught.value.found
    assert "commentaire" not in caught.value.found


def test_a_long_list_of_problems_is_cut(tmp_path):
    write(tmp_path, "".join(f'<a href="{n}.html">x</a>' for n in range(30)))
    with pytest.raises(BookError, match="index.html|rendered site") as caught:
        verify_site(tmp_path)
    assert "and 20 more" in caught.value.found


def test_a_folder_without_page_is_refused(tmp_path):
    with pytest.raises(BookError):
        verify_site(tmp_path)
