"""One run of Pandoc's Lua over the whole book: pages, search index and Typst source."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from obsante.book.embedded.source import Source
from obsante.errors import BookError, nearest

TIMEOUT_SECONDS = 180
# A larger first heap: fewer collections, a quarter of the time less.
_MEMORY = ["+RTS", "-A128m", "-RTS"]
_REPORTED = 8


def assets() -> Iterator[Any]:
    """The renderer's own files: Lua scripts, templates, style and script of the pages."""
    folder = resources.files("obsante.book.embedded") / "assets"
    yield from sorted(folder.iterdir(), key=lambda item: item.name)


def asset(name: str) -> str:
    """Text of one of the renderer's own files."""
    folder = resources.files("obsante.book.embedded") / "assets"
    return (folder / name).read_text(encoding="utf-8")


@functools.cache
def version() -> str:
    """Version of the Pandoc that the installed package brings."""
    return _run(["--version"], Path.cwd()).split()[1]


def convert(book: dict[str, Any], sources: dict[str, Source]) -> dict[str, Any]:
    """Result of ``book.lua`` on a book: ``html``, ``search``, ``typst`` and ``images``.

    Args:
        sources: chapters by path, to name the line of a problem.

    Raises:
        BookError: the first problems of the sources, or Pandoc's own failure.
    """
    with tempfile.TemporaryDirectory(prefix="obsante-pandoc-") as scratch:
        # Scripts are run from here, by plain names: a checkout's path may hold any character.
        folder = Path(scratch)
        for item in assets():
            if item.name.endswith(".lua"):
                (folder / item.name).write_bytes(item.read_bytes())
        (folder / "book.json").write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
        _run([*_MEMORY, "lua", "book.lua"], folder)
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if result.get("problems"):
        raise _error(result["problems"], sources)
    return result


def _executable() -> Path:
    """The binary of the ``pypandoc_binary`` package: one on PATH may be of any version."""
    name = "pandoc.exe" if os.name == "nt" else "pandoc"
    path = Path(str(resources.files("pypandoc") / "files" / name))
    if not path.is_file():
        raise BookError(
            "the package pypandoc_binary",
            found="no pandoc inside (the package pypandoc alone brings none)",
            expected="pypandoc_binary, which holds pandoc",
            remedy="install the project again: make setup",
        )
    return path


def _environment(folder: Path) -> dict[str, str]:
    """An environment in which neither the user's Pandoc nor Lua settings change the book."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LUA_")}
    return kept | {"LC_ALL": "C.UTF-8", "XDG_DATA_HOME": str(folder)}


def _run(arguments: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            [str(_executable()), *arguments], cwd=folder, env=_environment(folder),
            capture_output=True, timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _failure(f"no end after {TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        message = done.stderr.decode("utf-8", "replace").strip()
        raise _failure(message or f"exit code {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def _failure(found: str) -> BookError:
    return BookError(
        "pandoc, embedded renderer",
        found=found,
        expected="the pages of the book",
        remedy="undo the last change of the chapters; a message without a chapter is a fault "
        "of the renderer, to report with it",
    )


def _error(problems: list[dict[str, Any]], sources: dict[str, Source]) -> BookError:
    """The first problem in full, the next ones in a line each."""
    places = [sources[p["path"]].locate(p["token"], p["occurrence"]) for p in problems]
    first = problems[0]
    lines = [f"{place}: {problem['found']}"
             for place, problem in zip(places, problems, strict=True)]  # fmt: skip
    shown = [first["found"], *lines[1:_REPORTED]]
    if len(problems) > _REPORTED:
        shown.append(f"and {len(problems) - _REPORTED} more")
    return BookError(
        places[0],
        found="\n            ".join(shown),
        expected=_expected(first["expected"]),
        remedy=first["remedy"],
    )


def _expected(value: str | dict[str, Any]) -> str:
    return value if isinstance(value, str) else nearest(value["nearest"], value["among"])
