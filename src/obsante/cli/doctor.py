"""``obsante doctor``: what is present, what is missing, what that costs, what mends it."""

from __future__ import annotations

import locale
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import jupyter_client.kernelspec as kernels
from rich.console import Console
from rich.table import Table
from rich.text import Text

from obsante.book import embedded, quarto
from obsante.book.embedded import pdf
from obsante.book.provenance import UNKNOWN_COMMIT, commit
from obsante.cli import packages
from obsante.collect import dictionary
from obsante.collect.sources import raw_files
from obsante.edition import known_editions, latest_edition, load_edition
from obsante.errors import BookError, ObsanteError
from obsante.paths import Project

State = Literal["ok", "optional", "missing"]
NEEDED_MB = 500
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
NO_REPORT = "the report can't be built"
_SET_UP = "make setup"
_PAGE = """#set document(title: "Essai", date: auto)
#set text(font: ("IBM Plex Sans", "IBM Plex Sans Arabic"), lang: "fr")
Santé numérique
"""
_MARKS = {"ok": ("✓", "green"), "optional": ("○", "yellow"), "missing": ("✗", "bold red")}


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    ``state``: ``ok``; ``optional``, the report can do without it; ``missing``, it can't.
    ``cost`` says what is lost, ``remedy`` is the command or the action; both empty when ok.
    """

    name: str
    state: State
    detail: str
    cost: str = ""
    remedy: str = ""


def examine(project: Project) -> list[Finding]:
    """Every finding, in the order to read; a check that fails is a finding, never an exception."""
    return [finding for check in CHECKS for finding in _guarded(check, project)]


def report(findings: list[Finding], console: Console | None = None) -> None:
    """Print the findings as a table, then how many are missing."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, style = _MARKS[finding.state]
        table.add_row(Text(mark, style), Text(finding.name), Text(_told(finding)))
    console = console or Console(highlight=False)
    console.print(table)
    counts = {state: sum(f.state == state for f in findings) for state in _MARKS}
    console.print("{ok} present, {optional} optional, {missing} missing".format(**counts))


def _told(finding: Finding) -> str:
    lines = [finding.detail]
    if finding.state != "ok":
        lines += [f"cost: {finding.cost}", f"to do: {finding.remedy}"]
    return "\n".join(lines)


Check = Callable[[Project], Iterator[Finding]]


def _guarded(check: Check, project: Project) -> list[Finding]:
    name = check.__name__.strip("_").replace("_", " ")
    try:
        return list(check(project))
    except ObsanteError as error:
        return [Finding(name, "missing", f"{error.looked_at}: {error.found}",
                        f"{NO_REPORT} (expected: {error.expected})", error.remedy)]  # fmt: skip
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
        return [Finding(name, "missing", found, NO_REPORT, _SET_UP)]


def _python(project: Project) -> Iterator[Finding]:
    version, allowed = platform.python_version(), packages.python_range()
    if packages.python_suits(version):
        yield Finding("Python", "ok", f"{version} ({sys.executable})")
    else:
        yield Finding("Python", "missing", version, f"packages are locked for Python {allowed}",
                      "PYTHON=python3.12 make setup")  # fmt: skip


def _packages(project: Project) -> Iterator[Finding]:
    """Missing direct ones stop the report; other differences may move a last digit."""
    compared = packages.compare(project.root / "requirements.lock")
    lacking = sorted(compared.missing & packages.direct())
    if lacking:
        yield Finding("packages", "missing", f"not installed: {', '.join(lacking)}", NO_REPORT,
                      _SET_UP)  # fmt: skip
        return
    differences = [*compared.different, *(f"{name} absent" for name in sorted(compared.missing))]
    if differences:
        yield Finding("packages", "optional", _few(differences),
                      "values may differ in their last digits, bytes will", _SET_UP)  # fmt: skip
    else:
        yield Finding("packages", "ok", f"{compared.same} as in requirements.lock")


def _book_renderer(project: Project) -> Iterator[Finding]:
    """Pandoc answers, and Typst makes a page with the report's own fonts."""
    versions = embedded.versions()
    fonts = project.report / "assets" / "fonts"
    if not fonts.is_dir():
        yield Finding("fonts", "missing", f"no {project.relative(fonts)}", "no PDF",
                      "restore the folder from the repository")  # fmt: skip
        return
    try:
        pdf.compile_pdf(_PAGE, str(fonts), fonts, latest_epoch(project))
    except BookError as error:
        yield Finding("book renderer", "missing", error.found, "no PDF",
                      f"{_SET_UP}; restore {project.relative(fonts)} from the repository")  # fmt: skip
        return
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    yield Finding("book renderer", "ok", names)
    yield Finding("fonts", "ok", f"{project.relative(fonts)}, a page compiled with them")


def latest_epoch(project: Project) -> int:
    """Date of the latest edition, for a trial page."""
    return load_edition(project, latest_edition(project)).source_date_epoch


def _jupyter_kernel(project: Project) -> Iterator[Finding]:
    """The kernel named python3 must be this Python, not one that the user registered."""
    try:
        spec = kernels.KernelSpecManager().get_kernel_spec("python3")
    except kernels.NoSuchKernel:
        yield Finding("Jupyter kernel", "missing", "no kernel 'python3'", NO_REPORT, _SET_UP)
        return
    command = spec.argv[0]
    own = Path(sys.prefix).resolve() in Path(spec.resource_dir or sys.prefix).resolve().parents
    if command in ("python", "python3") or Path(command) == Path(sys.executable) or own:
        yield Finding("Jupyter kernel", "ok", "python3, of this environment")
    else:
        yield Finding("Jupyter kernel", "missing", f"'python3' starts {command}",
                      "notebooks would run with other packages",
                      "jupyter kernelspec remove python3")  # fmt: skip


def _editions(project: Project) -> Iterator[Finding]:
    years = known_editions(project)
    latest_edition(project)
    for year in years:
        load_edition(project, year)
    yield Finding("editions", "ok", ", ".join(map(str, years)))


def _raw_data(project: Project) -> Iterator[Finding]:
    """Every listed raw file is there, its bytes those of its source sheet."""
    tables = dictionary.tables(project)
    for year in known_editions(project):
        edition = load_edition(project, year)
        try:
            files = raw_files(project, edition, tables)
        except ObsanteError as error:
            yield Finding(f"raw data {year}", "missing", f"{error.looked_at}: {error.found}",
                          f"edition {year} can't be built", error.remedy)  # fmt: skip
            continue
        campaign = sorted(name for name in files if tables[name].scope == "campaign")
        told = ", ".join(campaign) or "no campaign file"
        count = sum(map(len, files.values()))
        yield Finding(f"raw data {year}", "ok", f"{count} files with their hash; {told}")


def _disk_space(project: Project) -> Iterator[Finding]:
    free = shutil.disk_usage(project.root).free // 10**6
    if free >= NEEDED_MB:
        yield Finding("disk space", "ok", f"{free / 1000:.1f} GB free")
    else:
        yield Finding("disk space", "missing", f"{free} MB free", "a build may stop half-way",
                      f"free {NEEDED_MB} MB; make clean removes what is generated")  # fmt: skip


def _write_permission(project: Project) -> Iterator[Finding]:
    """Tried, not asked: permission bits do not tell of a read-only disk."""
    for folder in (project.processed(0).parent, project.report / "_book"):
        name = project.relative(folder)
        nearest = next(path for path in (folder, *folder.parents) if path.is_dir())
        try:
            with tempfile.TemporaryFile(dir=nearest):
                yield Finding(f"writing {name}", "ok", "allowed")
        except OSError as error:
            yield Finding(f"writing {name}", "missing", error.strerror or str(error), NO_REPORT,
                          f"check the permissions of {name}, or copy the project")  # fmt: skip


def _text_encoding(project: Project) -> Iterator[Finding]:
    output = (getattr(sys.stdout, "encoding", "") or "none").lower()
    detail = f"{locale.getpreferredencoding(False)}, terminal {output}"
    if sys.flags.utf8_mode or output.replace("-", "") == "utf8":
        yield Finding("text encoding", "ok", detail)
    else:
        yield Finding("text encoding", "optional", detail,
                      "some characters read '?' in messages; files are UTF-8 all the same",
                      "export PYTHONUTF8=1")  # fmt: skip


def _quarto(project: Project) -> Iterator[Finding]:
    found = quarto.version()
    detail = ".".join(map(str, found)) if found else "not on PATH"
    if quarto.usable():
        yield Finding("Quarto", "ok", detail)
    else:
        oldest = ".".join(map(str, quarto.OLDEST))
        yield Finding("Quarto", "optional", detail,
                      "the embedded renderer makes the same book; no Quarto theme or extension",
                      f"install Quarto {oldest} or newer (environment.yml brings it)")  # fmt: skip


def _chromium(project: Project) -> Iterator[Finding]:
    command = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if command:
        yield Finding("Chromium", "ok", command)
    else:
        yield Finding("Chromium", "optional", "not on PATH",
                      "tests in a browser are skipped; the report does not need it",
                      "install chromium (Debian, Ubuntu: apt install chromium)")  # fmt: skip


def _git(project: Project) -> Iterator[Finding]:
    try:
        told = commit(project)
    except (OSError, subprocess.SubprocessError) as error:
        told = f"{UNKNOWN_COMMIT} ({error})"
    if told.startswith(UNKNOWN_COMMIT):
        detail = "no git" if shutil.which("git") is None else "no readable repository here"
        yield Finding("git", "optional", detail, f"the report says '{UNKNOWN_COMMIT}'",
                      "work in a clone made by git clone")  # fmt: skip
    else:
        yield Finding("git", "ok", told)


def _few(items: list[str], shown: int = 4) -> str:
    rest = len(items) - shown
    return ", ".join(items[:shown]) + (f" and {rest} more" if rest > 0 else "")


CHECKS: tuple[Check, ...] = (
    _python, _packages, _jupyter_kernel, _book_renderer, _editions, _raw_data, _disk_space,
    _write_permission, _text_encoding, _quarto, _chromium, _git,
)  # fmt: skip
