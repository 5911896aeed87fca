"""What made this report: commit, engine, versions. No time, no host, no path."""

from __future__ import annotations

import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version

from obsante.paths import Project

UNKNOWN_COMMIT = "commit inconnu"
_LIBRARIES = ("papermill", "pandas", "statsmodels", "seaborn", "pandera", "pyarrow")


@dataclass(frozen=True)
class Provenance:
    """``commit`` in words, and ``tools``: name -> version, in the order to print."""

    commit: str
    engine: str
    tools: dict[str, str]


def describe(project: Project, engine: str, engine_versions: dict[str, str]) -> Provenance:
    """Provenance of a report rendered by ``engine``."""
    libraries = {name: version(name) for name in _LIBRARIES}
    tools = engine_versions | {"obsante": version("obsante")} | libraries
    return Provenance(commit(project), engine, tools | {"Python": platform.python_version()})


def commit(project: Project) -> str:
    """Commit of the checkout, marked if files differ from it; ``commit inconnu`` without git.

    A ZIP of the repository unpacked inside another checkout is not that checkout.
    """
    if shutil.which("git") is None or not (project.root / ".git").exists():
        return UNKNOWN_COMMIT
    head = _git(project, "rev-parse", "HEAD")
    if head is None:
        return UNKNOWN_COMMIT
    changes = _git(project, "status", "--porcelain")
    mark = " (avec des modifications non enregistrées)" if changes else ""
    return f"commit {head[:12]}{mark}"


def _git(project: Project, *arguments: str) -> str | None:
    """Output of a git command, or None where git refuses (not a repository, other owner)."""
    done = subprocess.run(
        ["git", "-C", str(project.root), *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=30, check=False,
    )  # fmt: skip
    return done.stdout.strip() if done.returncode == 0 else None
