"""The committed notebooks carry the outputs that an auditor reads, and nothing private.

Their texts are compared here with those of the executed copy; nbval executes them once more, in
``make check``.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from obsante.paths import find_project
from obsante.run.plan import catalogue

PROJECT = find_project(Path(__file__))
NOTEBOOKS = [notebook.path for notebook in catalogue(PROJECT).values()]
# Assignments only: the cell that declares the parameters shows nothing.
SILENT = {"parameters"}
PRIVATE = re.compile(r"(?:^|[\s\"'(])/(?:home|tmp|Users|root)/|\bat 0x[0-9a-f]{6,}|[A-Z]:\\\\")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_code_cell_was_executed_in_order_and_shows_something(path):
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    silent = [c.source for c in code if not c.outputs and not SILENT & set(c.metadata.get("tags", []))]
    assert silent == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_text_without_error_picture_or_machine_detail(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.output_type in ("execute_result", "display_data"), cell.source
            assert not {"image/png", "image/svg+xml"} & set(output.data), cell.source
            assert "text/plain" in output.data, cell.source
            assert not PRIVATE.search(str(output.data)), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_and_table_has_a_caption_and_every_figure_an_alternative(path):
    for cell in nbformat.read(path, as_version=4).cells:
        label = re.match(r"#\| label: (fig|tbl)-", cell.source)
        if label:
            assert f"#| {label[1]}-cap: " in cell.source, cell.source
            assert label[1] == "tbl" or "#| fig-alt: " in cell.source, cell.source


def shown(path: Path) -> dict[str, list[dict[str, str]]]:
    """Label of a cell -> what it shows, pictures apart; versions are those of the machine."""
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    compared = [c for c in cells if "nbval-ignore-output" not in c.metadata.get("tags", [])]
    return {
        cell.source.partition("\n")[0]: [
            {kind: "".join(text) for kind, text in output.get("data", {}).items()
             if not kind.startswith("image/")}
            for output in cell.outputs
        ]
        for cell in compared
    }  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_execution_shows_the_committed_texts(executed, path):
    committed, found = shown(path), shown(executed.executed(2025) / path.name)
    # The injected parameters are a cell of the executed copy alone.
    assert committed.items() <= found.items()
    assert len(committed) > 5


def test_a_changed_number_would_be_noticed(executed):
    path = executed.executed(2025) / "contexte.ipynb"
    altered = path.with_name("altered.ipynb")
    text = path.read_text(encoding="utf-8")
    assert "36\u202f828\u202f330" in text
    altered.write_text(text.replace("36\u202f828\u202f330", "36\u202f828\u202f331"), encoding="utf-8")
    assert not shown(path).items() <= shown(altered).items()
    altered.unlink()
