"""Assembly of the edition's Quarto project from the book's sources and the results.

``data/processed/<edition>/book`` is an ordinary Quarto book: chapters of ``report/``, executed
notebooks with vector figures, ``_variables.yml`` and the generated pages. Both renderers read it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import yaml

from obsante.book import generated, proofs
from obsante.book.provenance import Provenance
from obsante.edition import Edition, read_yaml
from obsante.errors import BookError
from obsante.files import fresh_folder, write_atomic
from obsante.paths import Project
from obsante.results.registry import load_registry
from obsante.results.values import load_values, parts_folder
from obsante.results.variables import variables

BANNER = (
    "DONNÉES DE DÉMONSTRATION : les résultats d'enquête de ce rapport sont synthétiques "
    "et ne décrivent aucun établissement réel."
)
_EMBED = re.compile(r"\{\{<\s*embed\s+notebooks/([\w-]+)\.ipynb#")
_VARIANT = re.compile(r"^(.+)\.(campagne|sans-campagne)\.md$")


def pdf_name(edition: Edition) -> str:
    """File name of the report's PDF."""
    return f"observatoire-sante-numerique-{edition.edition}.pdf"


def assemble(project: Project, edition: Edition, provenance: Provenance) -> Path:
    """Build the edition's Quarto project and return its folder; the former one stays on failure.

    Raises:
        ResultError: the notebooks were not run.
        BookError: a source of the book is missing or malformed.
    """
    year = edition.edition
    values = load_values(project, year)
    registry = load_registry(project)
    copies = sorted(project.executed(year).glob("*.ipynb"))
    executed = [path for path in copies if not path.name.endswith(".failed.ipynb")]
    with fresh_folder(project.book_project(year)) as book:
        _copy_sources(project, book, campaign=(values["nature"] == "survey").any())
        for path in executed:
            _copy_notebook(project, year, path, book / "notebooks" / path.name)
        _write_yaml(book / "_variables.yml", variables(values, registry, edition))
        generated.write_pages(project, edition, provenance, book)
        appendices = proofs.write_pages(values, registry, executed, book)
        _write_configuration(project, edition, book, appendices)
        shutil.copyfile(project.results(year) / "valeurs.csv", book / values_name(edition))
    return project.book_project(year)


def values_name(edition: Edition) -> str:
    """File name of the published values offered for download."""
    mark = "-demonstration" if edition.demonstration else ""
    return f"valeurs-{edition.edition}{mark}.csv"


def _copy_sources(project: Project, book: Path, *, campaign: bool) -> None:
    ignore = shutil.ignore_patterns("_book", ".quarto", "*.campagne.md", "*.sans-campagne.md")
    shutil.copytree(project.report, book, dirs_exist_ok=True, ignore=ignore)
    wanted = "campagne" if campaign else "sans-campagne"
    for path in sorted(project.report.rglob("*.md")):
        variant = _VARIANT.match(path.name)
        if variant and variant[2] == wanted:
            target = book / path.relative_to(project.report).with_name(f"{variant[1]}.md")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _copy_notebook(project: Project, year: int, path: Path, target: Path) -> None:
    """Copy an executed notebook, each labelled figure as the SVG that it published."""
    notebook = nbformat.read(path, as_version=4)
    figures = parts_folder(project, year) / path.stem / "figures"
    for cell in notebook.cells:
        label = proofs.label_of(cell)
        vector = figures / f"{label}.svg"
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data and label and vector.is_file():
                del data["image/png"]
                data["image/svg+xml"] = vector.read_text(encoding="utf-8")
    write_atomic(target, nbformat.writes(notebook) + "\n")


def _write_configuration(
    project: Project, edition: Edition, book: Path, appendices: list[str]
) -> None:
    """``_quarto.yml`` of the edition: dates, title, banner, and the chapters that exist."""
    source = project.report / "_quarto.yml"
    configuration = read_yaml(project, source)
    section = configuration["book"]
    section["date"] = edition.publication_date.isoformat()
    section["title"] = f"{section['title']} {edition.edition}"
    section["output-file"] = pdf_name(edition).removesuffix(".pdf")
    section["chapters"] = [c for c in section["chapters"] if _has_notebooks(book, c)]
    section["appendices"] = [*section.get("appendices", []), *appendices]
    section["search"] = True
    configuration["project"]["resources"] = [values_name(edition)]
    observatory = {"edition": edition.edition, "status": edition.status}
    if edition.demonstration:
        observatory |= {"banner": BANNER, "title_suffix": "(démonstration)"}
        generated.write_banner(book, BANNER)
        _include_banner(configuration)
        section["title"] += " (démonstration)"
    configuration["observatoire"] = observatory
    _write_yaml(book / "_quarto.yml", configuration)


def _include_banner(configuration: dict[str, Any]) -> None:
    """Real Quarto knows no banner: its pages include one."""
    formats = configuration["format"]
    formats["html"]["include-before-body"] = generated.BANNER_HTML
    formats["typst"]["include-before-body"] = generated.BANNER_TYPST


def _has_notebooks(book: Path, chapter: str) -> bool:
    """Whether every notebook that a chapter embeds was executed for this edition."""
    path = book / chapter
    if not path.is_file():
        raise BookError(
            "report/_quarto.yml, book.chapters",
            found=f"'{chapter}', which does not exist",
            expected="a .qmd file of report/",
            remedy="correct the name, or write the chapter",
        )
    names = set(_EMBED.findall(path.read_text(encoding="utf-8")))
    return all((book / "notebooks" / f"{name}.ipynb").is_file() for name in names)


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    write_atomic(path, text)
