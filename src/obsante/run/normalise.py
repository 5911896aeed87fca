"""Remove from an executed notebook what differs between two executions of the same thing."""

from __future__ import annotations

import copy

from nbformat import NotebookNode

_VOLATILE = ("papermill", "execution", "ExecuteTime")


def normalise(notebook: NotebookNode) -> NotebookNode:
    """A copy without times, random ids and stream chunks; cells, outputs and order unchanged."""
    clean = copy.deepcopy(notebook)
    clean.metadata.pop("papermill", None)
    for position, cell in enumerate(clean.cells):
        for key in _VOLATILE:
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{position}"
        if cell.cell_type == "code":
            cell.outputs = _coalesced(cell.outputs)
    return clean


def _coalesced(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Consecutive chunks of one stream as one output."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == "stream" == last.output_type and (
            output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged
