"""Verification of a rendered site: what a page points to exists, nothing is left unresolved.

It reads the pages of both engines, hence the few tolerances for what Quarto itself writes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from obsante.errors import BookError

_REPORTED = 10
# Attributes whose address the browser loads by itself.
_LOADED = {
    "img": ("src",), "script": ("src",), "source": ("src",), "video": ("src", "poster"),
    "audio": ("src",), "iframe": ("src",), "embed": ("src",), "object": ("data",),
    "track": ("src",), "input": ("src",), "image": ("href", "xlink:href"),
}  # fmt: skip
_LOADED_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest",
                     "apple-touch-icon", "shortcut"}  # fmt: skip
_VERBATIM = {"code", "pre", "script", "style", "textarea", "kbd", "samp", "annotation"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
         "track", "wbr"}  # fmt: skip
_TEXT_ATTRIBUTES = ("alt", "title", "aria-label", "content")
_LEFT = re.compile(r"\{\{<|>\}\}|\?(?:var|meta|env):|\?@|(?<![\w.])@(?:fig|tbl|sec|eq)-[\w-]+"
                   r"|\?fig-|\?tbl-|\?sec-")  # fmt: skip
_UNRESOLVED = {"quarto-unresolved-ref"}
_CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Quarto repeats some identifiers of its own furniture.
_QUARTO_IDENTIFIER = re.compile(r"^(?:quarto-|cb\d+(?:-\d+)?$|TOC$|toc-)")


@dataclass
class _Page(HTMLParser):
    """What a page declares, points to and loads, and the words that it shows."""

    ids: Counter = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if values.get("id") and "svg" not in self._open:
            self.ids[values["id"]] += 1
        self._note_addresses(tag, values)
        self._check_element(tag, values)
        for name in _TEXT_ATTRIBUTES:
            self._check_words(values.get(name, ""))
        if tag not in _VOID:
            self._open.append(tag)
        if tag not in ("a", "b", "bdi", "em", "i", "span", "strong", "sub", "sup", *_VERBATIM):
            self._end_of_words()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not _VERBATIM.intersection(self._open):
            self._words.append(data)

    def close(self) -> None:
        super().close()
        self._end_of_words()

    def _end_of_words(self) -> None:
        self._check_words("".join(self._words))
        self._words.clear()

    def _note_addresses(self, tag: str, values: dict[str, str]) -> None:
        if tag in ("a", "area") and "href" in values:
            self.links.append(values["href"])
        relations = set(values.get("rel", "").split())
        if tag == "link" and relations & _LOADED_RELATIONS:
            self.loaded.append(values.get("href", ""))
        self.loaded += [values[name] for name in _LOADED.get(tag, ()) if values.get(name)]
        for candidate in values.get("srcset", "").split(","):
            if candidate.strip():
                self.loaded.append(candidate.split()[0])
        if "style" in values:
            self.loaded += _CSS_ADDRESS.findall(values["style"])

    def _check_element(self, tag: str, values: dict[str, str]) -> None:
        decorative = values.get("role") == "presentation" or values.get("aria-hidden") == "true"
        if tag == "img" and not values.get("alt", "").strip() and not decorative:
            self.problems.append(f"image '{values.get('src', '')}' without alt")
        if _UNRESOLVED.intersection(values.get("class", "").split()):
            self.problems.append("an unresolved cross-reference")

    def _check_words(self, text: str) -> None:
        found = _LEFT.search(text)
        if found:
            around = text[max(0, found.start() - 20) : found.end() + 30]
            self.problems.append(f"unresolved: …{' '.join(around.split())}…")


def verify_site(folder: Path) -> None:
    """Check every page of the site in ``folder``.

    Links, anchors, images, styles and scripts resolve inside the folder; nothing is loaded from
    elsewhere; identifiers are unique in a page; images have a text; no shortcode nor reference
    is left unresolved outside code.

    Raises:
        BookError: the first problems, each with its page.
    """
    pages = {path: _read(path) for path in sorted(folder.rglob("*.html"))
             if "site_libs" not in path.relative_to(folder).parts}  # fmt: skip
    problems = []
    for path, page in pages.items():
        name = path.relative_to(folder).as_posix()
        problems += [f"{name}: {problem}" for problem in _problems(folder, pages, path)]
    for sheet in sorted(folder.rglob("*.css")):
        name = sheet.relative_to(folder).as_posix()
        problems += [f"{name}: {problem}" for problem in _style_problems(folder, sheet)]
    if not pages:
        problems = ["no page at all"]
    if problems:
        raise _error(folder, problems)


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


def _problems(folder: Path, pages: dict[Path, _Page], path: Path) -> list[str]:
    page = pages[path]
    repeated = [f"identifier '{name}' used {count} times" for name, count in page.ids.items()
                if count > 1 and not _QUARTO_IDENTIFIER.match(name)]  # fmt: skip
    loaded = [_resource_problem(folder, path, address) for address in page.loaded]
    links = [_link_problem(folder, pages, path, address) for address in page.links]
    found = [problem for problem in (*loaded, *links) if problem]
    return [*page.problems, *repeated, *dict.fromkeys(found)]


def _resource_problem(folder: Path, path: Path, address: str) -> str | None:
    """What is wrong with an address that the browser loads by itself."""
    parts = urlsplit(address)
    if parts.scheme == "data" or (not parts.path and parts.fragment):
        return None
    if parts.scheme or parts.netloc:
        return f"loads '{address}' from elsewhere"
    return None if _target(folder, path, parts.path) else f"loads '{address}', which does not exist"


def _link_problem(
    folder: Path, pages: dict[Path, _Page], path: Path, address: str
) -> str | None:
    """What is wrong with an address that the reader may follow."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return f"link to '{address}', a path of one machine"
    if parts.scheme or parts.netloc:
        return None
    target = _target(folder, path, parts.path) if parts.path else path
    if target is None:
        return f"link to '{address}', which does not exist"
    anchor = unquote(parts.fragment)
    known = target not in pages or anchor in ("", "top") or anchor in pages[target].ids
    return None if known else f"link to '{address}', an anchor that is not there"


def _target(folder: Path, path: Path, address: str) -> Path | None:
    """The file that a relative address reaches inside the site, if there is one."""
    if address.startswith("/"):
        return None
    target = (path.parent / unquote(address)).resolve()
    if target.is_dir():
        target = target / "index.html"
    inside = target.is_relative_to(folder.resolve()) and target.is_file()
    return folder / target.relative_to(folder.resolve()) if inside else None


def _style_problems(folder: Path, sheet: Path) -> list[str]:
    text = _CSS_COMMENT.sub("", sheet.read_text(encoding="utf-8"))
    found = [_resource_problem(folder, sheet, address) for address in _CSS_ADDRESS.findall(text)]
    return [problem for problem in dict.fromkeys(found) if problem]


def _error(folder: Path, problems: list[str]) -> BookError:
    shown = problems[:_REPORTED]
    rest = len(problems) - len(shown)
    return BookError(
        f"rendered site {folder.name}",
        found="\n            ".join([*shown, *([f"and {rest} more"] if rest else [])]),
        expected="links, anchors, images and references that all resolve inside the site",
        remedy="correct the chapter that the page comes from",
    )
