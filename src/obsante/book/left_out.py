"""Notebooks left out for want of their data: what chapters show in the place of their cells.

A chapter belongs to one notebook, the one that it embeds most, and goes with it. The cells that it
takes from others, such as the interviews beside the figures of an axis, are optional: where that
notebook was left out, the French sentence that it declares (``metadata.obsante.absent``) takes
their place, once for cells that follow each other.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from obsante.errors import BookError, nearest
from obsante.files import write_atomic
from obsante.paths import Project
from obsante.results.earlier import declared

_EMBED = re.compile(
    r"^\{\{<\s*embed\s+notebooks/([\w-]+)\.ipynb#[\w-]+\s*>\}\}[ \t]*$", re.MULTILINE
)
# What is said of a notebook that declares no sentence of its own.
GENERIC = "Les données de cette partie n'ont pas été reçues pour cette édition."


def main_notebook(chapter: str) -> str | None:
    """The notebook that a chapter embeds most, the first of them if several tie; None without any.

    >>> main_notebook("{{< embed notebooks/01-x.ipynb#fig-a >}}")
    '01-x'
    """
    names = Counter(_EMBED.findall(chapter))
    return names.most_common(1)[0][0] if names else None


def executed(book: Path, notebook: str) -> bool:
    """Whether the assembled book has the executed copy of a notebook."""
    return (book / "notebooks" / f"{notebook}.ipynb").is_file()


def replace(project: Project, book: Path) -> None:
    """Write the sentence of each notebook that was left out in the place of its cells.

    Raises:
        BookError: a chapter embeds a notebook that is not in ``notebooks/``.
    """
    known = sorted(path.stem for path in project.notebooks.glob("*.ipynb"))
    for path in sorted(book.glob("*.qmd")):
        text = path.read_text(encoding="utf-8")
        absent = [name for name in dict.fromkeys(_EMBED.findall(text)) if not executed(book, name)]
        for name in absent:
            _require_known(path.name, name, known)
            text = _without(text, name, declared(project, name).get("absent", GENERIC))
        if absent:
            write_atomic(path, text)


def _require_known(chapter: str, name: str, known: list[str]) -> None:
    if name not in known:
        raise BookError(
            f"report/{chapter}", found=f"a cell of notebooks/{name}.ipynb, which does not exist",
            expected=nearest(name, known), remedy="correct the name of the notebook",
        )  # fmt: skip


def _without(text: str, name: str, sentence: str) -> str:
    replaced = _EMBED.sub(lambda found: sentence if found[1] == name else found[0], text)
    once = re.escape(sentence)
    return re.sub(rf"{once}(?:\s*\n{once})+", sentence, replaced)
