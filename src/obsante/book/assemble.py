"""Assembly of the edition's Quarto project from the book's sources and the results.

``data/processed/<edition>/book`` is an ordinary Quarto book: chapters of ``report/``, executed
notebooks with vector figures, ``_variables.yml`` and the generated pages. Both renderers read it.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import yaml

from obsante.book import absent, generated, left_out, proofs
from obsante.book.named import cited, named, only
from obsante.book.provenance import Provenance
from obsante.edition import Edition, read_yaml
from obsante.errors import BookError
from obsante.files import fresh_folder, write_atomic
from obsante.paths import Project
from obsante.results.inputs import check_results
from obsante.results.registry import Indicator, load_registry
from obsante.results.targets import allowed
from obsante.results.values import load_values
from obsante.results.variables import variables

BANNER = (
    "DONNÉES DE DÉMONSTRATION : résultats d'enquête synthétiques, qui ne décrivent aucun "
    "établissement réel."
)
DEMONSTRATION = "(démonstration)"
# libyaml's where the wheel has it: the same documents, ten times faster.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_CAPTION = re.compile(r"^#\|\s*((?:fig|tbl)-cap):\s*(.+)$", re.MULTILINE)
# A fragment of ``report/`` that differs between editions: ``<name>.<variant>.md``.
VARIANTS = ("campagne", "sans-campagne", "demonstration", "reelle")
_VARIANT = re.compile(rf"^(.+)\.({'|'.join(VARIANTS)})\.md$")


def pdf_name(edition: Edition) -> str:
    """File name of the report's PDF."""
    return f"observatoire-sante-numerique-{edition.edition}.pdf"


def assemble(project: Project, edition: Edition, provenance: Provenance) -> Path:
    """Build the edition's Quarto project and return its folder; the former one stays on failure.

    Raises:
        ResultError: the notebooks were not run, or not on the tables that are there now.
        BookError: a source of the book is missing or malformed.
    """
    year = edition.edition
    values = load_values(project, year)
    check_results(project, edition)
    registry = load_registry(project)
    copies = sorted(project.executed(year).glob("*.ipynb"))
    executed = [path for path in copies if not path.name.endswith(".failed.ipynb")]
    with fresh_folder(project.book_project(year)) as book:
        campaign = bool((values["nature"] != "reference").any())
        _copy_sources(project, book, variants_of(edition, campaign=campaign))
        for path in executed:
            _copy_notebook(path, book / "notebooks" / path.name)
        _write_variables(project, edition, book, variables(values, registry, edition), registry)
        generated.write_pages(project, edition, provenance, book)
        chapters = [c for c in _source(project)["book"]["chapters"] if _kept(book, c)]
        appendices = proofs.write_pages(
            values, registry, allowed(project, edition.demonstration, registry), executed, book,
            cited=cited(book, chapters, registry),
        )  # fmt: skip
        _write_configuration(project, edition, book, chapters, appendices)
        left_out.replace(project, book)
        shutil.copyfile(project.results(year) / "valeurs.csv", book / values_name(edition))
    return project.book_project(year)


def values_name(edition: Edition) -> str:
    """File name of the published values offered for download."""
    mark = "-demonstration" if edition.demonstration else ""
    return f"valeurs-{edition.edition}{mark}.csv"


def _downloads(edition: Edition) -> dict[str, str]:
    """Links to the files offered beside the pages."""
    names = {"valeurs": values_name(edition), "pdf": pdf_name(edition)}
    return {key: f"[{name}]({name})" for key, name in names.items()}


def variants_of(edition: Edition, *, campaign: bool) -> set[str]:
    """Which variants of the sources an edition takes: its campaign's, and its status's."""
    if not campaign:
        return {"sans-campagne"}
    return {"campagne", "demonstration" if edition.demonstration else "reelle"}


def _copy_sources(project: Project, book: Path, wanted: set[str]) -> None:
    patterns = [f"*.{variant}.md" for variant in VARIANTS]
    ignore = shutil.ignore_patterns("_book", ".quarto", *patterns)
    shutil.copytree(project.report, book, dirs_exist_ok=True, ignore=ignore)
    for path in sorted(project.report.rglob("*.md")):
        variant = _VARIANT.match(path.name)
        if variant and variant[2] in wanted:
            target = book / path.relative_to(project.report).with_name(f"{variant[1]}.md")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _copy_notebook(path: Path, target: Path) -> None:
    """Copy an executed notebook, captions with their source."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        label = proofs.label_of(cell)
        if label:
            cell.source = _with_source(path.stem, label, cell.source)
        for output in cell.get("outputs", []):
            # For an HTML output, Quarto loads scripts from outside into every page that embeds.
            output.get("data", {}).pop("text/html", None)
    write_atomic(target, nbformat.writes(notebook) + "\n")


def _with_source(notebook: str, label: str, source: str) -> str:
    """The cell, the caption of its figure or table ending with a link to its computation."""

    def linked(found: re.Match[str]) -> str:
        caption = f"{yaml.load(found[2], _LOADER)} {proofs.cell_link(notebook, label)}"
        return f"#| {found[1]}: {json.dumps(caption, ensure_ascii=False)}"

    return _CAPTION.sub(linked, source)


def _write_variables(
    project: Project,
    edition: Edition,
    book: Path,
    known: dict[str, Any],
    registry: dict[str, Indicator],
) -> None:
    """``_variables.yml``: what the book names, published or not available."""
    known["edition"]["titre"] = _title(_source(project), edition)
    known["fichiers"] = _downloads(edition)
    names = named(book)
    absent.fill(known, names, registry)
    _write_yaml(book / "_variables.yml", only(known, names))


def _write_configuration(
    project: Project, edition: Edition, book: Path, chapters: list[str], appendices: list[str]
) -> None:
    """``_quarto.yml`` of the edition: dates, title, banner, and its chapters."""
    configuration = _source(project)
    section = configuration["book"]
    section["date"] = edition.publication_date.isoformat()
    section["title"] = _title(configuration, edition)
    section["output-file"] = pdf_name(edition).removesuffix(".pdf")
    section["chapters"] = chapters
    section["appendices"] = [*section.get("appendices", []), *appendices]
    section["search"] = True
    configuration["project"]["resources"] = [values_name(edition)]
    observatory = {"edition": edition.edition, "status": edition.status}
    if edition.demonstration:
        observatory |= {"banner": BANNER, "title_suffix": DEMONSTRATION}
        generated.write_banner(book, BANNER)
        _include_banner(configuration)
    configuration["observatoire"] = observatory
    _write_yaml(book / "_quarto.yml", configuration)


def _source(project: Project) -> dict[str, Any]:
    return read_yaml(project, project.report / "_quarto.yml")


def _title(configuration: dict[str, Any], edition: Edition) -> str:
    title = f"{configuration['book']['title']} {edition.edition}"
    return f"{title} {DEMONSTRATION}" if edition.demonstration else title


def _include_banner(configuration: dict[str, Any]) -> None:
    """Real Quarto knows no banner: its pages include one."""
    formats = configuration["format"]
    formats["html"]["include-before-body"] = generated.BANNER_HTML
    formats["typst"].setdefault("include-in-header", []).append(generated.BANNER_TYPST)


def _kept(book: Path, chapter: str) -> bool:
    """Whether the main notebook of a chapter, if it has one, was executed for this edition."""
    path = book / chapter
    if not path.is_file():
        raise BookError(
            "report/_quarto.yml, book.chapters",
            found=f"'{chapter}', which does not exist",
            expected="a .qmd file of report/",
            remedy="correct the name, or write the chapter",
        )
    main = left_out.main_notebook(path.read_text(encoding="utf-8"))
    return main is None or left_out.executed(book, main)


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    text = yaml.dump(content, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=1000)
    write_atomic(path, text)
