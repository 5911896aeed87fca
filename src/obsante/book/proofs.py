"""Where each number comes from: one sheet per indicator, one page per executed notebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pandas as pd
from nbformat import NotebookNode

from obsante.files import write_atomic
from obsante.results import wording
from obsante.results.display import definition_list, pipe_table, reasons
from obsante.results.registry import Indicator
from obsante.results.targets import Target
from obsante.results.variables import SHEETS_PAGE

_NO_VALUE = "Aucune valeur n'est publiée pour cette édition."
_HEADING = re.compile(r"^(#+) (.+?)\s*(\{.*\})?$", re.MULTILINE)
_LABEL = re.compile(r"^#\|\s*label:\s*([\w-]+)\s*$", re.MULTILINE)
_OPTION = re.compile(r"^#\|.*\n?", re.MULTILINE)


def label_of(cell: NotebookNode) -> str | None:
    """The ``#| label:`` of a cell."""
    found = _LABEL.search(cell.source) if cell.cell_type == "code" else None
    return found[1] if found else None


def write_pages(
    values: pd.DataFrame,
    registry: dict[str, Indicator],
    targets: dict[str, Target],
    executed: list[Path],
    book: Path,
    *,
    cited: Sequence[str] = (),
) -> list[str]:
    """Write the sheets and the notebooks' pages into ``book``; return the appendices' names.

    Args:
        cited: indicators that the chapters name: they have a sheet even without any value, as
            changes in a first edition.
    """
    names = [SHEETS_PAGE]
    write_atomic(book / SHEETS_PAGE, _sheets(values, registry, targets, cited))
    for path in executed:
        name = f"carnets/{path.stem}.qmd"
        notebook = nbformat.read(path, as_version=4)
        write_atomic(book / name, _notebook_page(path.stem, notebook))
        names.append(name)
    return names


def _sheets(
    values: pd.DataFrame,
    registry: dict[str, Indicator],
    targets: dict[str, Target],
    cited: Sequence[str],
) -> str:
    parts = [
        "# Preuves : d'où vient chaque chiffre {#sec-preuves}\n",
        "Chaque nombre du texte renvoie à la fiche de son indicateur : sa définition, toutes les "
        "valeurs publiées et la cellule du carnet qui les a calculées. "
        "Un tiret signifie qu'il n'y a pas d'échantillon, ou pas d'intervalle.\n",
    ]
    for identifier in dict.fromkeys([*values["indicateur"], *cited]):
        rows = values[values["indicateur"] == identifier]
        parts.append(_sheet(registry[identifier], targets.get(identifier), rows))
    return "\n".join(parts)


def _sheet(item: Indicator, goal: Target | None, rows: pd.DataFrame) -> str:
    definition = definition_list(item, goal)
    head = f"## {item.title} {{#{item.anchor}}}\n\n::: {{.fiche}}\n{definition}\n:::\n\n"
    return head + (_values(item, rows) if len(rows) else f"{_NO_VALUE}\n")


def _values(item: Indicator, rows: pd.DataFrame) -> str:
    records = rows.to_dict("records")
    frame = pd.DataFrame(
        {
            "Domaine": [r["libelle"] for r in records],
            "Année": [str(r["annee"]) for r in records],
            "Valeur": [wording.value(r) for r in records],
            "Intervalle": [wording.interval(r) for r in records],
            "Réponses": [wording.sample(r) for r in records],
            "Précision": [r["precision"] if r["nature"] != "reference" else "–" for r in records],
            "Calcul": [_cell_link(r) for r in records],
        }
    )
    right = ["Valeur", "Intervalle", "Réponses"]
    table = pipe_table(frame, right=right, widths=[7, 2, 4, 5, 3, 3, 6]).text
    caption = f": {item.title} : valeurs publiées {{#tbl-{item.anchor}}}"
    decoded = wording.marks(rows["etat"].tolist())
    note = f"\n\n{decoded[0].upper()}{decoded[1:]}" if decoded else ""
    note += "".join(f"\n\n{sentence}" for sentence in reasons(rows))
    return f"{table}\n\n{caption}{note}\n"


def _cell_link(row: dict) -> str:
    notebook, cell = row["carnet"], row["cellule"]
    return f"[{cell}](carnets/{notebook}.qmd#{cell_anchor(notebook, cell)})"


def cell_anchor(notebook: str, cell: str) -> str:
    """Identifier of a labelled cell in the page of its notebook, ``carnets/<notebook>.qmd``."""
    return f"c-{notebook}-{cell}"


def cell_link(notebook: str, cell: str) -> str:
    """Link to the cell that computed a figure or a table, put at the end of its caption."""
    name = f"Calcul\u00a0: carnet {notebook}, cellule {cell}"
    return f"[{name}](carnets/{notebook}.qmd#{cell_anchor(notebook, cell)}){{.calcul}}"


def _notebook_page(name: str, notebook: NotebookNode) -> str:
    blocks = [
        f"# Carnet {name} {{#sec-carnet-{name}}}\n",
        "Copie du carnet exécuté pour cette édition\u00a0: le texte, le code et les résultats.\n",
        '::: {.content-visible unless-format="html"}\n',
        "Le carnet exécuté se lit dans la version HTML du rapport et dans le dépôt "
        f"(notebooks/{name}.ipynb).\n",
        ":::\n",
    ]
    headings = _Headings(name)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            blocks.append(_html_only([headings.shifted(cell.source) + "\n"]))
        elif cell.cell_type == "code":
            blocks.append(_cell_anchor(name, cell) + _html_only(_code_blocks(cell)))
    return "\n".join(blocks)


def _html_only(blocks: list[str]) -> str:
    """Blocks left out of the PDF."""
    text = "\n".join(blocks)
    return f'::: {{.content-visible when-format="html"}}\n\n{text}\n:::\n' if blocks else ""


def _cell_anchor(name: str, cell: NotebookNode) -> str:
    """The cell's label, kept in the PDF: Typst stops at a link whose target is hidden or empty."""
    label = label_of(cell)
    return f"[Cellule {label}]{{#{cell_anchor(name, label)}}}\n\n" if label else ""


class _Headings:
    """Headings of a notebook as unnumbered headings of the page, with anchors of its own."""

    def __init__(self, notebook: str) -> None:
        self.notebook = notebook
        self.count = 0

    def shifted(self, text: str) -> str:
        return _HEADING.sub(self._one, text)

    def _one(self, found: re.Match[str]) -> str:
        self.count += 1
        marks = "#" * min(len(found[1]) + 1, 6)
        return f"{marks} {found[2]} {{#c-{self.notebook}-t{self.count} .unnumbered .unlisted}}"


def _code_blocks(cell: NotebookNode) -> list[str]:
    label = label_of(cell)
    code = _OPTION.sub("", cell.source).strip()
    blocks = [f"```python\n{code}\n```\n"] if code else []
    return blocks + [text for output in cell.outputs if (text := _output(output, label))]


def _output(output: NotebookNode, label: str | None) -> str:
    data = output.get("data", {})
    if "image/svg+xml" in data or "image/png" in data:
        return f"*Figure publiée sous le repère {label}.*\n"
    if "text/markdown" in data:
        return "".join(data["text/markdown"]) + "\n"
    text = "".join(output.get("text", data.get("text/plain", ""))).rstrip()
    return f"```\n{text}\n```\n" if text else ""
