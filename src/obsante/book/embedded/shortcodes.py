"""Shortcodes: ``var``, ``meta``, ``include``, ``embed`` and ``pagebreak``, outside code.

Where Quarto only warns, or prints a question mark in the page, this is an error of the source.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from obsante.book.embedded.configuration import Configuration
from obsante.book.embedded.notebooks import Cell, Notebooks
from obsante.book.embedded.source import Line, Origin, Source, fence, with_code
from obsante.edition import read_yaml
from obsante.errors import BookError, nearest
from obsante.paths import Project

_ANY = re.compile(r"(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
                  r"|(?P<escaped>\{\{\{<)"
                  r"|\{\{<\s*(?P<name>[\w-]+)\s*(?P<argument>.*?)\s*>\}\}"
                  r"|(?P<broken>\{\{<)")  # fmt: skip
_ALONE = re.compile(r"^(\s*)\{\{<\s*(include|embed|pagebreak)\s*(.*?)\s*>\}\}\s*$")
_EMBED = re.compile(r"^([^#\s]+\.ipynb)#([\w-]+)$")
_INLINE = ("var", "meta")
_BLOCK = ("include", "embed", "pagebreak")
_RULE = "---"


@dataclass
class Expander:
    """Resolves the shortcodes of a book's chapters.

    ``alternatives`` gathers the ``fig-alt`` of the embedded figures, by their path in the site.
    """

    book: Path
    configuration: Configuration
    variables: dict[str, Any]
    notebooks: Notebooks
    alternatives: dict[str, str] = field(default_factory=dict)

    def chapter(self, path: str) -> Source:
        """A chapter with its shortcodes resolved.

        Raises:
            BookError: an unknown shortcode, variable, key, file, notebook or cell, or a cell to
                execute, naming the file and the line.
        """
        lines = _read(self.book / path, path)
        metadata, body = _front_matter(path, lines)
        source = Source(path, metadata=metadata)
        source.lines = self._expand(source, body, (path,))
        return source

    def _expand(self, source: Source, lines: Iterable[Line], within: tuple[str, ...]) -> list[Line]:
        result: list[Line] = []
        for line, code in with_code(lines):
            if code == "open":
                _refuse_special_fence(line)
            alone = None if code else _ALONE.match(line.text)
            if alone:
                result += self._block(source, line, alone, within)
            else:
                text = line.text if code else self._inline(source, line)
                result.append(Line(text, line.origin))
        return result

    def _block(
        self, source: Source, line: Line, found: re.Match[str], within: tuple[str, ...]
    ) -> list[Line]:
        indent, name, argument = found.groups()
        if name == "include":
            lines = self._include(source, line.origin, argument, within)
        elif name == "embed":
            lines = self._embed(source, line.origin, argument, within)
        else:
            lines = [Line("::: {.pagebreak}", line.origin), Line(":::", line.origin)]
        blank = Line("", line.origin)
        return [blank, *(Line(indent + each.text, each.origin) for each in lines), blank]

    def _inline(self, source: Source, line: Line) -> str:
        def replace(found: re.Match[str]) -> str:
            if found["code"]:
                return found["code"]
            name = found["name"]
            if name == "var":
                return _lookup(self.variables, found["argument"], "_variables.yml", line.origin)
            if name == "meta":
                known = self.configuration.everything | source.metadata
                return _lookup(known, found["argument"], "_quarto.yml", line.origin)
            _refuse(found, name, line.origin)

        return _ANY.sub(replace, line.text)

    def _include(
        self, source: Source, origin: Origin, argument: str, within: tuple[str, ...]
    ) -> list[Line]:
        path = _beside(source.path, argument)
        if path in within:
            raise BookError(
                str(origin),
                found=f"'{argument}', which includes itself",
                expected="a fragment that does not come back to itself",
                remedy="remove one of the includes",
            )
        file = self.book / path
        if not file.is_file():
            present = sorted(p.relative_to(self.book).as_posix() for p in self.book.rglob("*.md"))
            raise BookError(
                str(origin),
                found=f"'{argument}', which does not exist",
                expected=nearest(path, present),
                remedy="correct the name, or write the fragment",
            )
        return self._expand(source, _read(file, path), (*within, path))

    def _embed(
        self, source: Source, origin: Origin, argument: str, within: tuple[str, ...]
    ) -> list[Line]:
        found = _EMBED.match(argument)
        if not found:
            raise BookError(
                str(origin),
                found=f"embed {argument}",
                expected="{{< embed notebooks/name.ipynb#label >}}, without options",
                remedy="name one notebook and one labelled cell",
            )
        path, label = _beside(source.path, found[1]), found[2]
        cell = self.notebooks.cell(path, label, str(origin))
        texts = self._embedded(cell, origin)
        lines = self._expand(source, [Line(text, origin) for text in texts], within)
        self._remember_alternative(source, cell, origin)
        return lines

    def _embedded(self, cell: Cell, origin: Origin) -> list[str]:
        """What a cell shows, in a block with its identifier and caption if it has a number."""
        shown = self.notebooks.markdown(cell, str(origin))
        kind = cell.label.split("-")[0]
        if kind not in ("fig", "tbl"):
            return shown
        if kind == "fig" and cell.name not in self.notebooks.figure_of:
            raise BookError(
                f"{cell.name}, embedded in {origin}",
                found="no image",
                expected="a figure, as the label says",
                remedy="show the figure in the cell, or rename it without fig-",
            )
        if kind == "tbl" and not any(line.startswith("|") for line in shown):
            shown = _worded(shown)
        caption = cell.options.get(f"{kind}-cap")
        lines = [f"::: {{#{cell.label}}}", *shown]
        return [*lines, *([str(caption), ""] if caption else []), ":::"]

    def _remember_alternative(self, source: Source, cell: Cell, origin: Origin) -> None:
        figure = self.notebooks.figure_of.get(cell.name)
        if figure is None:
            return
        text = str(cell.options.get("fig-alt") or "")
        if not text.strip():
            raise BookError(
                f"{cell.name}, embedded in {origin}",
                found="a figure without #| fig-alt:",
                expected="a text that says what the figure shows to whoever cannot see it",
                remedy="add the line to the notebook cell, then run it again: obsante run",
            )
        self.alternatives[figure] = self._inline(source, Line(text, origin))


def _worded(lines: list[str]) -> list[str]:
    """A table that could only be said in words: one cell, so that it keeps its number and caption.

    >>> _worded(["Aucune valeur.", "", "*Motif.*"])
    ['|   |', '|:--|', '| Aucune valeur. *Motif.* |', '']
    """
    words = " ".join(line for line in lines if line).replace("|", "\\|")
    return ["|   |", "|:--|", f"| {words} |", ""]


def read_variables(book: Path) -> dict[str, Any]:
    """The nested mapping of ``_variables.yml``; a book without the file has none."""
    path = book / "_variables.yml"
    return read_yaml(Project(book), path) if path.is_file() else {}


def _read(file: Path, path: str) -> list[Line]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BookError(
            path,
            found=f"a file that can't be read: {error}",
            expected="a text file in UTF-8",
            remedy="restore the file, or save it in UTF-8",
        ) from error
    return [Line(t, Origin(path, n)) for n, t in enumerate(text.splitlines(), start=1)]


def _front_matter(path: str, lines: list[Line]) -> tuple[dict[str, Any], list[Line]]:
    if not lines or lines[0].text.rstrip() != _RULE:
        return {}, lines
    ends = [n for n, line in enumerate(lines[1:], start=1) if line.text.rstrip() == _RULE]
    text = "\n".join(line.text for line in lines[1 : ends[0]]) if ends else ""
    try:
        metadata = yaml.safe_load(text)
    except yaml.YAMLError:
        metadata = None
    if not isinstance(metadata, dict):
        raise BookError(
            f"{path}, line 1",
            found="a front matter that can't be read",
            expected="keys and values in YAML between two lines ---",
            remedy="correct it",
        )
    return metadata, lines[ends[0] + 1 :]


def _beside(chapter: str, path: str) -> str:
    if path.startswith("/"):
        return path[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(chapter), path))


def _lookup(tree: dict[str, Any], key: str, file: str, origin: Origin) -> str:
    """Text at the dotted ``key``; the error names the nearest key beside it."""
    node: Any = tree
    for part in key.split("."):
        if not isinstance(node, dict) or part not in node:
            known = node if isinstance(node, dict) else []
            raise BookError(
                str(origin),
                found=f"'{key}', which {file} does not have ('{part}')",
                expected=nearest(part, known),
                remedy="correct the key, or publish the value in a notebook",
            )
        node = node[part]
    if isinstance(node, dict | list):
        raise BookError(
            str(origin),
            found=f"'{key}', which is a group of keys",
            expected=nearest("valeur", node),
            remedy="name one of its keys",
        )
    return str(node)


def _refuse(found: re.Match[str], name: str | None, origin: Origin) -> NoReturn:
    if name in _BLOCK:
        raise BookError(
            str(origin),
            found=f"{found[0]} among other words",
            expected=f"{name} on a line of its own",
            remedy="put it between two empty lines",
        )
    raise BookError(
        str(origin),
        found=f"the shortcode {found[0]}",
        expected=nearest(name or "", [*_INLINE, *_BLOCK]),
        remedy="use one of them; text meant as such goes between backquotes",
    )


def _refuse_special_fence(line: Line) -> None:
    """Cells to execute and raw blocks: a chapter holds neither."""
    opened = fence(line.text)
    info = opened[1] if opened else ""
    if not re.match(r"\{[\w=]", info):
        return
    executable = "=" not in info[:2]
    raise BookError(
        str(line.origin),
        found=f"{'a cell to execute' if executable else 'a raw block'}, {info}",
        expected="prose; figures and tables by {{< embed notebooks/name.ipynb#label >}}",
        remedy="move the code to a notebook" if executable else "write it in Markdown",
    )
