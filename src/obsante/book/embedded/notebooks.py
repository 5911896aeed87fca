"""Cells of executed notebooks as Markdown: a figure, a table or a text with its caption."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from obsante.errors import BookError, nearest

FIGURES = "figures"
_IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_REMEDY_RUN = "correct the notebook, then run it again: obsante run"


@dataclass
class Cell:
    """A labelled cell: its ``#|`` options and its outputs."""

    notebook: str
    label: str
    options: dict[str, Any]
    outputs: list[dict[str, Any]]

    @property
    def name(self) -> str:
        return f"notebooks/{self.notebook}.ipynb, cell {self.label}"


@dataclass
class Notebooks:
    """Notebooks of a book, read once.

    ``figures`` gathers the images of the embedded cells, by their path in the site, and
    ``figure_of`` that path, by the cell's name.
    """

    book: Path
    figures: dict[str, bytes] = field(default_factory=dict)
    figure_of: dict[str, str] = field(default_factory=dict)
    _read: dict[str, dict[str, Cell]] = field(default_factory=dict)

    def cell(self, path: str, label: str, where: str) -> Cell:
        """The cell ``label`` of the notebook ``path`` (from the book's folder).

        Raises:
            BookError: no such notebook or cell, or the cell ended in error or has no output.
        """
        cells = self._cells(path, where)
        if label not in cells:
            raise BookError(
                where,
                found=f"cell '{label}', which {path} does not have",
                expected=nearest(label, cells),
                remedy="correct the label, or label a cell so with #| label:",
            )
        cell = cells[label]
        _require_output(cell, where)
        return cell

    def _cells(self, path: str, where: str) -> dict[str, Cell]:
        if path not in self._read:
            file = self.book / path
            if not file.is_file():
                present = sorted(p.name for p in (self.book / "notebooks").glob("*.ipynb"))
                raise BookError(
                    where,
                    found=f"'{path}', which does not exist",
                    expected=nearest(file.name, present),
                    remedy="correct the name, or run the notebook: obsante run",
                )
            content = json.loads(file.read_text(encoding="utf-8"))
            self._read[path] = _labelled(file.stem, content["cells"])
        return self._read[path]

    def markdown(self, cell: Cell, where: str) -> list[str]:
        """Markdown lines of what the cell shows, without caption."""
        lines: list[str] = []
        for output in cell.outputs:
            lines += [*self._output(cell, output, where), ""]
        return lines

    def _output(self, cell: Cell, output: dict[str, Any], where: str) -> list[str]:
        data = {mime: _joined(value) for mime, value in output.get("data", {}).items()}
        for mime, extension in _IMAGES.items():
            if mime in data:
                self._keep_figure(cell, data[mime], extension, where)
                return [f"![](/{self.figure_of[cell.name]})"]
        if "text/markdown" in data:
            return data["text/markdown"].splitlines()
        text = data.get("text/plain", _joined(output.get("text", ""))).rstrip("\n")
        return ["```", *text.split("\n"), "```"]

    def _keep_figure(self, cell: Cell, data: str, extension: str, where: str) -> None:
        path = f"{FIGURES}/{cell.notebook}-{cell.label}.{extension}"
        content = data.encode("utf-8") if extension == "svg" else base64.b64decode(data)
        if self.figures.get(path, content) != content:
            raise BookError(
                f"{cell.name}, embedded in {where}",
                found="several images",
                expected="one figure for a cell",
                remedy="split the cell in the notebook",
            )
        self.figures[path] = content
        self.figure_of[cell.name] = path


def _joined(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def _labelled(notebook: str, cells: list[dict[str, Any]]) -> dict[str, Cell]:
    found = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            options = _options(notebook, _joined(cell["source"]))
            label = options.get("label")
            if label:
                found[label] = Cell(notebook, label, options, cell.get("outputs", []))
    return found


def _options(notebook: str, source: str) -> dict[str, Any]:
    """The ``#| key: value`` lines at the top of a cell."""
    lines = [line[2:].strip() for line in source.splitlines() if line.startswith("#|")]
    try:
        options = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        raise BookError(
            f"notebooks/{notebook}.ipynb, cell options {lines[0]}",
            found=" ".join(str(error).split()),
            expected='lines such as: #| fig-cap: "Title of the figure"',
            remedy="correct the cell's first lines",
        ) from error
    return options if isinstance(options, dict) else {}


def _require_output(cell: Cell, where: str) -> None:
    failed = [o for o in cell.outputs if o["output_type"] == "error"]
    shown = [o for o in cell.outputs if "data" in o or "text" in o]
    if failed or not shown:
        found = f"an error, {failed[0].get('ename')}" if failed else "no output"
        raise BookError(
            f"{cell.name}, embedded in {where}",
            found=found,
            expected="an executed cell that shows something",
            remedy=_REMEDY_RUN,
        )
