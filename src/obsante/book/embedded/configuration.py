"""What the renderer needs of a book's ``_quarto.yml``; formats' own keys are Quarto's business."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsante.edition import read_yaml
from obsante.errors import BookError
from obsante.paths import Project
from obsante.results import french

FILE = "_quarto.yml"


@dataclass(frozen=True)
class Chapter:
    """A page of the book: path from the book's folder, and whether it is an appendix."""

    path: str
    appendix: bool

    @property
    def href(self) -> str:
        return self.path.removesuffix(".qmd") + ".html"


@dataclass(frozen=True)
class Configuration:
    """A book's settings; ``everything`` is the whole file, for ``{{< meta >}}``."""

    title: str
    subtitle: str
    author: str
    description: str
    date: dt.date
    lang: str
    chapters: tuple[Chapter, ...]
    bibliography: str | None
    crossref: dict[str, str]
    resources: tuple[str, ...]
    edition: str
    banner: str
    title_suffix: str
    everything: dict[str, Any]

    @property
    def date_in_words(self) -> str:
        return french.day(self.date) if self.lang.startswith("fr") else self.date.isoformat()


def read_configuration(book: Path) -> Configuration:
    """Settings of the book in ``book``.

    Raises:
        ObsanteError: the file is unreadable, or a key that the renderer needs is missing or wrong.
    """
    content = read_yaml(Project(book), book / FILE)
    section, observatory = content.get("book", {}), content.get("observatoire", {})
    return Configuration(
        title=_text(section, "title", required=True),
        subtitle=_text(section, "subtitle"),
        author=_authors(section.get("author")),
        description=_text(section, "description"),
        date=_date(section.get("date")),
        lang=str(content.get("lang", "fr")),
        chapters=(*_chapters(section, "chapters"), *_chapters(section, "appendices")),
        bibliography=_bibliography(content.get("bibliography")),
        crossref=_words(content),
        resources=tuple(content.get("project", {}).get("resources", [])),
        edition=str(observatory.get("edition", "")),
        banner=str(observatory.get("banner") or ""),
        title_suffix=str(observatory.get("title_suffix") or ""),
        everything=content,
    )


def _wrong(key: str, found: object, expected: str) -> BookError:
    return BookError(
        f"{FILE}, key {key}",
        found=repr(found) if found else "nothing",
        expected=expected,
        remedy="correct the key",
    )


def _text(section: dict[str, Any], key: str, *, required: bool = False) -> str:
    value = section.get(key, "")
    if not isinstance(value, str) or (required and not value):
        raise _wrong(f"book.{key}", value, "a text")
    return value


def _authors(value: object) -> str:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise _wrong("book.author", value, "a name, or a list of names")
    return ", ".join(names)


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise _wrong("book.date", value, "a date such as 2026-06-30") from error


def _chapters(section: dict[str, Any], key: str) -> list[Chapter]:
    names = section.get(key, [])
    for name in names:
        if not isinstance(name, str) or not name.endswith(".qmd"):
            raise _wrong(f"book.{key}", name, "names of .qmd files, without parts")
    if key == "chapters" and "index.qmd" not in names:
        raise _wrong("book.chapters", names, "index.qmd first")
    return [Chapter(name, appendix=key == "appendices") for name in names]


def _bibliography(value: object) -> str | None:
    files = [value] if isinstance(value, str) else value or []
    if len(files) > 1:
        raise _wrong("bibliography", value, "one file")
    return files[0] if files else None


def _words(content: dict[str, Any]) -> dict[str, str]:
    """Words of captions and references, keyed as ``crossref`` does (``fig-title``...).

    Quarto takes those of chapters and appendices from ``language``, under longer names.
    """
    language = content.get("language", {})
    words = dict(content.get("crossref", {}))
    for ours, theirs in (("chapter", "ch"), ("appendix", "apx")):
        chosen = language.get(f"crossref-{theirs}-prefix")
        if chosen:
            words[f"{ours}-prefix"] = chosen
    return {key: value for key, value in words.items() if isinstance(value, str)}
