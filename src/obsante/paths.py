"""Where everything lives: the only module that knows a path of the repository."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from obsante.errors import ObsanteError

ROOT_VARIABLE = "OBSANTE_ROOT"
_MARKER = Path("config") / "editions"


@dataclass(frozen=True)
class Project:
    """A checkout of the repository; every path of the project derives from its root."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def editions(self) -> Path:
        return self.config / "editions"

    @property
    def targets(self) -> Path:
        return self.config / "targets.yml"

    @property
    def indicators(self) -> Path:
        return self.config / "indicators"

    @property
    def dictionary(self) -> Path:
        """Frictionless Table Schemas, one YAML file per table."""
        return self.config / "dictionary"

    @property
    def demo(self) -> Path:
        """Parameters of the synthetic campaign, one YAML file per part."""
        return self.config / "demo"

    @property
    def instruments(self) -> Path:
        """Questionnaires, one YAML file each; their questions are in the dictionary."""
        return self.config / "instruments"

    @property
    def imports(self) -> Path:
        """How files that are not in the dictionary's form are read, one YAML profile each."""
        return self.config / "imports"

    @property
    def mappings(self) -> Path:
        """Spellings of regions and provinces that imports accept."""
        return self.config / "mappings"

    @property
    def fetch(self) -> Path:
        """Sources that `obsante fetch` reads."""
        return self.config / "fetch.yml"

    @property
    def privacy(self) -> Path:
        """Key of the demonstration's pseudonyms, and what the scan lets through."""
        return self.config / "privacy.yml"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def report(self) -> Path:
        return self.root / "report"

    @property
    def reference(self) -> Path:
        return self.root / "data" / "raw" / "reference"

    @property
    def raw_root(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def snapshots(self) -> Path:
        """Answers of public services as received, one folder per source and day."""
        return self.raw_root / "snapshots"

    def fetch_lock(self, name: str) -> Path:
        return self.root / "data" / "processed" / f".fetch-{name}.lock"

    def edition_file(self, year: int) -> Path:
        return self.editions / f"{year}.yml"

    def raw(self, year: int) -> Path:
        """Files of one edition as received, with their ``sources.yml``."""
        return self.raw_root / str(year)

    def corrections(self, year: int) -> Path:
        """Corrections of single cells, declared and dated."""
        return self.raw(year) / "corrections.yml"

    def samples(self, year: int) -> Path:
        """Samples drawn before the field work."""
        return self.root / "data" / "samples" / str(year)

    def processed(self, year: int) -> Path:
        return self.root / "data" / "processed" / str(year)

    def tables(self, year: int) -> Path:
        return self.processed(year) / "tables"

    def quarantine(self, year: int) -> Path:
        return self.processed(year) / "quarantine"

    def executed(self, year: int) -> Path:
        """Executed copies of the notebooks."""
        return self.processed(year) / "notebooks"

    def results(self, year: int) -> Path:
        return self.processed(year) / "results"

    def trials(self, year: int) -> Path:
        """Runs with other parameters than the edition's, and runs inside JupyterLab."""
        return self.processed(year) / "trials"

    def book_project(self, year: int) -> Path:
        """The assembled Quarto project."""
        return self.processed(year) / "book"

    def book_output(self, year: int) -> Path:
        return self.report / "_book" / str(year)

    def run_log(self, year: int) -> Path:
        """Times and host of the last build: outside every comparison."""
        return self.processed(year) / "run-log.json"

    def lock_file(self, year: int) -> Path:
        return self.processed(year) / ".lock"

    def relative(self, path: Path) -> str:
        """``path`` as the user reads it: from the root, with forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()


def find_project(start: Path | None = None) -> Project:
    """The checkout around ``start`` (default: ``OBSANTE_ROOT``, the current folder, this package).

    Raises:
        ObsanteError: no folder upwards holds ``config/editions``.
    """
    asked = start or os.environ.get(ROOT_VARIABLE)
    starts = [Path(asked)] if asked else [Path.cwd(), Path(__file__)]
    for origin in starts:
        resolved = origin.resolve()
        for folder in (resolved, *resolved.parents):
            if (folder / _MARKER).is_dir():
                return Project(folder)
    raise ObsanteError(
        str(starts[0]),
        found="no config/editions here or in any folder above",
        expected="a checkout of the obsante repository",
        remedy=f"go to the repository's folder, or set {ROOT_VARIABLE} to it",
    )
