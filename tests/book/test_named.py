"""Only the variables that a book names are written for it."""

from __future__ import annotations

from obsante.book.named import named, only

TREE = {"inf": {"dme": {"valeur": "35 %", "n": "90", "type": {"chu": {"valeur": "90 %"}}}},
        "edition": {"annee": "2025"}}  # fmt: skip


def test_names_are_found_in_pages_fragments_and_captions_of_notebooks(tmp_path):
    (tmp_path / "fragments").mkdir()
    texts = {"a.qmd": "{{< var b.c >}} et {{<var d.e>}}", "fragments/f.md": "{{< var f-1.g >}}",
             "n.ipynb": '"source": "#| fig-cap: \\"{{< var h.m01 >}}\\""', "_quarto.yml": "t: {{< var k >}}",
             "page.html": "{{< var non >}}"}  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert named(tmp_path) == ["b.c", "d.e", "f-1.g", "h.m01", "k"]


def test_what_is_not_named_is_left_out():
    assert only(TREE, ["inf.dme.type.chu.valeur", "edition.annee"]) == {
        "inf": {"dme": {"type": {"chu": {"valeur": "90 %"}}}}, "edition": {"annee": "2025"},
    }  # fmt: skip


def test_a_misspelt_name_keeps_the_group_it_misses_and_a_group_is_whole():
    assert only(TREE, ["inf.dme.valuer"]) == {"inf": TREE["inf"]}
    assert only(TREE, ["inf.dme"]) == {"inf": TREE["inf"]}
    assert only(TREE, ["ing.dme.valeur"]) == TREE


def test_a_name_that_goes_beyond_a_value_keeps_it_for_the_message():
    assert only(TREE, ["edition.annee.mois"]) == {"edition": {"annee": "2025"}}


def test_the_whole_is_left_as_it_was():
    before = str(TREE)
    only(TREE, ["inf.dme.valeur", "inf.dme.valuer", "inf.x", "inf.dme.n"])
    assert str(TREE) == before
