"""Spark in .venv, for `make check`: where Java is, and the variable SPARK is not 0.

Run by the Python of .venv, which is complete. Elsewhere one line says why Spark is not installed,
and the tests that need it are skipped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from install import ROOT, VENV, one_at_a_time, venv_python
from obsante.cli.packages import compare
from obsante.collect.registers.connection import PACKAGES
from obsante.collect.registers.java import EXPECTED, Java, find_java
from obsante.errors import ObsanteError
from pip_run import pip_install

SWITCH = "SPARK"


def main(root: Path = ROOT) -> int:
    """Install what is needed and possible; return the exit code."""
    reason = obstacle(find_java())
    if reason:
        print(f"Spark is not installed: {reason}.")
        return 0
    try:
        install(root)
    except ObsanteError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def obstacle(java: Java | None) -> str | None:
    """Why Spark is left out, None if it is not."""
    if os.environ.get(SWITCH) == "0":
        return f"{SWITCH}=0"
    if java is None:
        return f"no Java on this machine ({EXPECTED} would let `make check` run on Spark too)"
    return None if java.suits else f"{java.told}, and it runs on {EXPECTED}"


def install(root: Path) -> None:
    """Install the packages of Spark, hashes checked; do nothing if they are there.

    Raises:
        ObsanteError: pip failed.
    """
    file = root / PACKAGES
    with one_at_a_time(root / f"{VENV}.lock"):
        found = compare(file)
        todo = len(found.missing) + len(found.different)
        if not todo:
            return
        print(f"Installing Spark from {PACKAGES} (450 MB)", flush=True)
        # Spark's own package comes as source, which the locked build tool makes into files.
        options = ["--require-hashes", "--no-deps", "--no-build-isolation", "-r", str(file)]
        try:
            pip_install(venv_python(root / VENV), options, expected=todo)
        except ObsanteError as error:
            raise ObsanteError(
                f"installation of the packages of {PACKAGES}", found=error.found,
                expected=error.expected,
                remedy=f"{error.remedy}; without Spark: {SWITCH}=0 make check",
            ) from error  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
