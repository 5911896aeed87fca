"""Rendering of an edition's book: assemble, render, verify, then replace the last good one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from obsante.book import embedded, quarto
from obsante.book.assemble import assemble, pdf_name
from obsante.book.provenance import describe
from obsante.book.verify import verify_site
from obsante.edition import Edition
from obsante.errors import BookError
from obsante.files import fresh_folder
from obsante.paths import Project

Engine = Literal["auto", "quarto", "embedded"]


def build_book(project: Project, edition: Edition, engine: Engine = "auto") -> Path:
    """Render ``report/_book/<edition>`` (HTML and PDF) and return its ``index.html``.

    Args:
        engine: ``quarto`` needs a usable Quarto on PATH; ``auto`` takes it if there is one, else
            the embedded renderer.

    Raises:
        BookError: a source, the rendering or a link is wrong; the last good book is untouched.
    """
    output = project.book_output(edition.edition)
    with fresh_folder(output) as building:
        render_into(project, edition, building, engine)
    return output / "index.html"


def render_into(project: Project, edition: Edition, folder: Path, engine: Engine) -> None:
    """Assemble the edition's project and render it, verified, into an empty folder."""
    chosen = _choose(engine)
    renderer = quarto if chosen == "quarto" else embedded
    provenance = describe(project, chosen, renderer.versions())
    book = assemble(project, edition, provenance)
    renderer.render(book, folder, epoch=edition.source_date_epoch, pdf_name=pdf_name(edition))
    for name in ("index.html", pdf_name(edition)):
        if not (folder / name).is_file():
            raise BookError(
                f"book of edition {edition.edition}, engine {chosen}",
                found=f"no {name} after rendering",
                expected="the HTML site and the PDF",
                remedy="render with --debug to see the engine's own messages",
            )
    verify_site(folder)


def _choose(engine: Engine) -> str:
    if engine == "auto":
        return "quarto" if quarto.usable() else "embedded"
    if engine == "quarto":
        quarto.require()
    return engine
