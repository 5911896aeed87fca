"""Cells of notebooks that were left out: a sentence in their place, in chapters that are kept."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from obsante.book import left_out
from obsante.errors import BookError
from obsante.paths import Project, find_project

REPORT = find_project(Path(__file__)).report
SENTENCE = "Aucun entretien n'a été reçu."


def embed(notebook: str, label: str) -> str:
    return f"{{{{< embed notebooks/{notebook}.ipynb#{label} >}}}}"


CHAPTER = "\n\n".join([
    "# Axe {#sec-axe}", embed("01-axe", "fig-a"), embed("01-axe", "tbl-a"), embed("01-axe", "tbl-b"),
    "## Entretiens {#sec-dits}", "Des personnes parlent.", embed("08-dits", "tbl-axe-1"),
    embed("08-dits", "phrase-axe-1"), "Suite.", embed("08-dits", "tbl-autre"), "",
])  # fmt: skip


@pytest.fixture
def project(tmp_path) -> Project:
    """A project with two notebooks, of which the book's folder has one."""
    project = Project(tmp_path / "projet")
    project.notebooks.mkdir(parents=True)
    declared = {"01-axe": {"title": "a"}, "08-dits": {"title": "b", "absent": SENTENCE},
                "09-autre": {"title": "c"}}  # fmt: skip
    for name, declaration in declared.items():
        notebook = nbformat.v4.new_notebook(metadata={"obsante": declaration})
        nbformat.write(notebook, project.notebooks / f"{name}.ipynb")
    return project


@pytest.fixture
def book(tmp_path) -> Path:
    folder = tmp_path / "livre"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks" / "01-axe.ipynb").write_text("{}", encoding="utf-8")
    (folder / "axe.qmd").write_text(CHAPTER, encoding="utf-8")
    return folder


def written(book: Path) -> str:
    return (book / "axe.qmd").read_text(encoding="utf-8")


def test_a_chapter_belongs_to_the_notebook_that_it_embeds_most():
    assert left_out.main_notebook(CHAPTER) == "01-axe"
    first = "\n\n".join([embed("02-b", "x"), embed("01-a", "x")])
    assert left_out.main_notebook(first) == "02-b"
    assert left_out.main_notebook("Un texte seul.") is None


def test_the_sentence_takes_the_place_of_cells_once_where_they_follow_each_other(project, book):
    left_out.replace(project, book)
    assert written(book) == CHAPTER.split("Des personnes")[0] + "\n\n".join(
        ["Des personnes parlent.", SENTENCE, "Suite.", SENTENCE, ""]
    )


def test_a_notebook_that_declares_no_sentence_has_a_general_one(project, book):
    (book / "axe.qmd").write_text(CHAPTER.replace("08-dits", "09-autre"), encoding="utf-8")
    left_out.replace(project, book)
    assert written(book).count(left_out.GENERIC) == 2


def test_a_chapter_whose_notebooks_ran_is_unchanged(project, book):
    (book / "notebooks" / "08-dits.ipynb").write_text("{}", encoding="utf-8")
    left_out.replace(project, book)
    assert written(book) == CHAPTER


def test_a_notebook_that_does_not_exist_is_an_error_that_names_the_nearest(project, book):
    (book / "axe.qmd").write_text(CHAPTER.replace("08-dits", "08-dit"), encoding="utf-8")
    with pytest.raises(BookError) as caught:
        left_out.replace(project, book)
    assert caught.value.looked_at == "report/axe.qmd"
    assert caught.value.expected.startswith("'08-dits' (nearest)")


@pytest.mark.parametrize("path", sorted(REPORT.glob("*.qmd")), ids=lambda path: path.stem)
def test_a_chapter_refers_only_to_cells_that_go_with_it(path):
    """A cell of another notebook may be replaced by a sentence, which no reference can reach."""
    text = path.read_text(encoding="utf-8")
    cells = re.findall(r"embed notebooks/([\w-]+)\.ipynb#([\w-]+)", text)
    borrowed = {label for name, label in cells if name != left_out.main_notebook(text)}
    assert borrowed.isdisjoint(re.findall(r"@([\w-]+)", text))
