"""From an assembled book to its HTML site and its PDF."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from obsante.book.embedded import pandoc, pdf
from obsante.book.embedded.configuration import (
    Chapter,
    Configuration,
    read_configuration,
)
from obsante.book.embedded.notebooks import Notebooks
from obsante.book.embedded.shortcodes import Expander, read_variables
from obsante.book.embedded.source import Source
from obsante.errors import BookError, nearest
from obsante.files import write_atomic

FONTS = Path("assets") / "fonts"
_FORMATS = {".bib": "biblatex", ".json": "csljson"}


def versions() -> dict[str, str]:
    """Name and version of the engines, for the colophon."""
    return {"Pandoc": pandoc.version(), "Typst": pdf.version()}


def render(project: Path, output: Path, *, epoch: int, pdf_name: str) -> None:
    """Render the assembled book ``project`` into the folder ``output``.

    The same sources give the same bytes; ``epoch`` (seconds) is the only date of the PDF.

    Raises:
        BookError: something outside the subset, or that does not exist, naming file and line.
    """
    configuration = read_configuration(project)
    expander = Expander(project, configuration, read_variables(project), Notebooks(project))
    sources = {c.path: expander.chapter(c.path) for c in configuration.chapters}
    book = _description(project, configuration, expander, sources, pdf_name)
    result = pandoc.convert(book, sources)
    _write_images(project, output, expander, result["images"], sources)
    _write_site(project, output, configuration, result)
    typst_source = pandoc.asset("book.typ") + "\n" + result["typst"]
    document = pdf.compile_pdf(typst_source, output, _fonts(project), epoch)
    write_atomic(output / pdf_name, document)


def _description(
    project: Path,
    configuration: Configuration,
    expander: Expander,
    sources: dict[str, Source],
    pdf_name: str,
) -> dict[str, Any]:
    """What ``book.lua`` reads."""
    bibliography = configuration.bibliography
    return {
        "title": configuration.title,
        "title_suffix": configuration.title_suffix,
        "subtitle": configuration.subtitle,
        "author": configuration.author,
        "description": configuration.description,
        "date": configuration.date_in_words,
        "isodate": configuration.date.isoformat(),
        "lang": configuration.lang,
        "edition": configuration.edition,
        "banner": configuration.banner,
        "crossref": configuration.crossref,
        "pdf": pdf_name,
        "files": [*configuration.resources, pdf_name],
        "alternatives": expander.alternatives,
        "template": pandoc.asset("page.html"),
        "pages": [_page(c, sources[c.path], configuration.lang) for c in configuration.chapters],
    } | (_bibliography(project / bibliography, bibliography) if bibliography else {})


def _page(chapter: Chapter, source: Source, lang: str) -> dict[str, Any]:
    page = {
        "path": chapter.path,
        "href": chapter.href,
        "appendix": chapter.appendix,
        "text": source.text,
        "lang": str(source.metadata.get("lang", lang)),
    }
    title = source.metadata.get("title")
    return page | ({"title": str(title)} if title else {})


def _bibliography(path: Path, name: str) -> dict[str, str]:
    kind = _FORMATS.get(path.suffix)
    if kind is None or not path.is_file():
        raise BookError(
            "_quarto.yml, key bibliography",
            found=f"'{name}'" + ("" if path.is_file() else ", which does not exist"),
            expected="a .bib or CSL .json file of the book",
            remedy="correct the key, or write the file",
        )
    return {"bibliography": path.read_text(encoding="utf-8"), "bibliography_format": kind}


def _write_images(
    project: Path,
    output: Path,
    expander: Expander,
    images: list[dict[str, str]],
    sources: dict[str, Source],
) -> None:
    for path, content in expander.notebooks.figures.items():
        write_atomic(output / path, content)
    for image in images:
        source = image["src"]
        if source in expander.notebooks.figures:
            continue
        if not (project / source).is_file():
            folder = (project / source).parent
            present = sorted(p.name for p in folder.glob("*")) if folder.is_dir() else []
            raise BookError(
                sources[image["path"]].locate(image["token"]),
                found=f"the image '{image['token']}', which does not exist",
                expected=nearest(Path(source).name, present),
                remedy="correct the name, or add the file",
            )
        _copy(project / source, output / source)


def _write_site(
    project: Path, output: Path, configuration: Configuration, result: dict[str, Any]
) -> None:
    for href, page in result["html"].items():
        write_atomic(output / href, page + "\n")
    for name in ("style.css", "site.js"):
        write_atomic(output / "assets" / name, pandoc.asset(name))
    write_atomic(output / "assets" / "search.js", _search_script(result["search"]))
    for font in sorted(_fonts(project).iterdir()):
        if font.suffix in (".woff2", ".txt"):
            _copy(font, output / FONTS / font.name)
    for name in configuration.resources:
        _copy(_resource(project, name), output / name)


def _search_script(entries: list[dict[str, str]]) -> str:
    """A script, because a page read from a file can't ask for a JSON file."""
    rows = [json.dumps({key: entry[key] for key in "uphx"}, ensure_ascii=False)
            for entry in entries]  # fmt: skip
    return "window.OBSANTE_SEARCH = [\n" + ",\n".join(rows) + "\n];\n"


def _fonts(project: Path) -> Path:
    folder = project / FONTS
    if not list(folder.glob("*.ttf")):
        raise BookError(
            FONTS.as_posix(),
            found="no .ttf file",
            expected="the report's fonts, as in report/assets/fonts",
            remedy="restore the folder: git checkout report/assets/fonts",
        )
    return folder


def _resource(project: Path, name: str) -> Path:
    if not (project / name).is_file():
        raise BookError(
            "_quarto.yml, key project.resources",
            found=f"'{name}', which does not exist",
            expected="a file of the book",
            remedy="correct the key, or add the file",
        )
    return project / name


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
