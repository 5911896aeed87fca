"""The Java that Spark runs on: where it is, whether it suits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Spark 4.0 needs 17; what it reads files with no longer starts from 23 on.
OLDEST, BEYOND = 17, 23
EXPECTED = "Java 17 or 21"
_VERSION = re.compile(r'version "(?:1\.)?([0-9]+)')
_SECONDS = 30


@dataclass(frozen=True)
class Java:
    """A Java command, and its feature number (8, 17, 21…), None if it does not answer."""

    command: str
    feature: int | None

    @property
    def suits(self) -> bool:
        return self.feature is not None and OLDEST <= self.feature < BEYOND

    @property
    def told(self) -> str:
        """What was found, for messages."""
        return f"Java {self.feature}" if self.feature else f"{self.command} does not answer"


def find_java() -> Java | None:
    """The Java of ``JAVA_HOME``, else that of the path; None without any."""
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    return Java(command, _feature(command)) if command else None


def _feature(command: str) -> int | None:
    try:
        done = subprocess.run([command, "-version"], capture_output=True, text=True,
                              encoding="utf-8", errors="replace", timeout=_SECONDS,
                              check=False)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = _VERSION.search(done.stderr + done.stdout)
    return int(said[1]) if said else None
