"""The committed copies: notebooks with their text outputs, for auditors and for nbval."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from obsante.errors import RunError
from obsante.files import write_atomic
from obsante.paths import Project
from obsante.run.normalise import normalise
from obsante.run.plan import Plan

_PICTURES = ("image/png", "image/svg+xml", "image/jpeg")


def save_outputs(project: Project, plan: Plan) -> None:
    """Write the outputs of the executed copies back into ``notebooks/``, pictures left out."""
    for execution in plan.executions:
        executed = nbformat.read(execution.copy, as_version=4)
        path = execution.notebook.path
        write_atomic(path, nbformat.writes(committed(executed, path.name)) + "\n")


def committed(executed: NotebookNode, name: str) -> NotebookNode:
    """The executed notebook without the injected cell, pictures and machine details.

    Raises:
        RunError: a cell failed.
    """
    clean = normalise(executed)
    clean.cells = [
        cell for cell in clean.cells if "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    clean.metadata.get("language_info", {}).pop("version", None)
    count = 0
    for cell in clean.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "error":
                raise RunError(
                    f"notebook '{name}', cell [{count}]", found="an error among its outputs",
                    expected="a notebook that runs to its end", remedy="run it again",
                )  # fmt: skip
            if "execution_count" in output:
                output.execution_count = count
            for picture in _PICTURES:
                output.get("data", {}).pop(picture, None)
    return clean
