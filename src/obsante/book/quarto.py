"""Rendering with a real Quarto found on PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from obsante.errors import BookError

OLDEST = (1, 9)
TIMEOUT_SECONDS = 1800
# Quarto leaves the absolute path of the notebook in the page: private, and never the same twice.
_PATH_ATTRIBUTE = re.compile(r'\s(?:data-notebook|data-source-notebook)="[^"]*"')
_ERROR = re.compile(r"^ERROR: *(.+?)(?=^Stack trace:|\Z)", re.DOTALL | re.MULTILINE)
_UNRESOLVED = ("Unable to resolve", "Unknown var ")
_LAST_LINES = 12


def version() -> tuple[int, ...] | None:
    """Version of the ``quarto`` on PATH, or None if there is none that answers."""
    command = shutil.which("quarto")
    if command is None:
        return None
    try:
        done = subprocess.run([command, "--version"], capture_output=True, text=True,
                              encoding="utf-8", timeout=60, check=False)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    return tuple(int(part or 0) for part in found.groups()) if found else None


def usable() -> bool:
    """Whether a Quarto recent enough is on PATH."""
    found = version()
    return found is not None and found[:2] >= OLDEST


def versions() -> dict[str, str]:
    """Name and version of the engine, for the colophon."""
    return {"Quarto": ".".join(map(str, version() or ()))}


def require() -> None:
    """Raise a BookError unless a usable Quarto is on PATH."""
    if not usable():
        found = version()
        raise BookError(
            "quarto on PATH",
            found="no quarto" if found is None else f"version {'.'.join(map(str, found))}",
            expected=f"Quarto {OLDEST[0]}.{OLDEST[1]} or newer",
            remedy="install it (environment.yml brings it), or use --engine embedded",
        )


def render(project: Path, output: Path, *, epoch: int, pdf_name: str) -> None:
    """Render an assembled Quarto book into ``output`` (HTML site and ``pdf_name``).

    It works on a copy, in one call for all formats: a second call would clear the first one's.

    Raises:
        BookError: Quarto fails, warns of something unresolved, or takes too long.
    """
    require()
    with tempfile.TemporaryDirectory(prefix="obsante-quarto-") as scratch:
        book = Path(scratch) / "book"
        shutil.copytree(project, book)
        _run_quarto(book, epoch)
        site = book / "_book"
        _name_pdf(site, pdf_name)
        for page in sorted(site.rglob("*.html")):
            text = page.read_text(encoding="utf-8")
            page.write_text(_PATH_ATTRIBUTE.sub("", text), encoding="utf-8", newline="\n")
        shutil.copytree(site, output, dirs_exist_ok=True)


def _run_quarto(book: Path, epoch: int) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "NO_COLOR": "1"}
    command = [str(shutil.which("quarto")), "render", str(book), "--to", "all",
               "--no-execute"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8",
                              errors="replace", timeout=TIMEOUT_SECONDS, env=environment,
                              check=False)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _failure("it did not end", f"an end within {TIMEOUT_SECONDS} s") from error
    messages = (done.stderr + done.stdout).strip().replace(f"{book}{os.sep}", "")
    if done.returncode != 0:
        raise _failure(error_of(messages) or f"exit code {done.returncode}", "no error")
    if unresolved := unresolved_in(messages):
        raise _failure("; ".join(unresolved), "every reference and every variable resolved")


def unresolved_in(messages: str) -> list[str]:
    """The warnings of a reference or of a variable that does not exist: Quarto goes on after them."""
    return [line for line in messages.splitlines() if any(text in line for text in _UNRESOLVED)]


def error_of(messages: str) -> str:
    """What Quarto calls an error in its messages, without its stack; else their last lines."""
    found = _ERROR.search(messages)
    return found[1].strip() if found else "\n".join(messages.splitlines()[-_LAST_LINES:])


def _failure(found: str, expected: str) -> BookError:
    return BookError(
        "quarto render",
        found=found,
        expected=expected,
        remedy="correct the chapter, or render with --engine embedded, which names file and line",
    )


def _name_pdf(site: Path, pdf_name: str) -> None:
    found = sorted(site.glob("*.pdf"))
    if len(found) != 1:
        raise _failure(f"{len(found)} PDF files", "one PDF")
    if found[0].name != pdf_name:
        found[0].rename(site / pdf_name)
