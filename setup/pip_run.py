"""One pip call: quiet but not silent, its failures explained, nothing left running."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from obsante.errors import ObsanteError

_LAST_LINES = 6
_DROPPED = ("LC_ALL", "PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX")
# (words of pip's output, what they mean, what to do), the first that fits.
_CAUSES = (
    (
        ("No space left on device", "Errno 28", "Disk quota exceeded"),
        "the disk is full",
        "free about 1.5 GB, then run the command again",
    ),
    (
        ("DO NOT MATCH THE HASHES", "THESE PACKAGES DO NOT MATCH"),
        "a package is not the one that was locked",
        "run the command again; if it stays so, the package source serves altered files: "
        "tell the maintainers, install nothing",
    ),
    (
        ("Permission denied", "Errno 13", "Read-only file system"),
        "a folder may not be written",
        "check the permissions of the project's folder and of pip's cache",
    ),
    (
        ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "ReadTimeout",
         "ProxyError", "SSLError", "Could not fetch URL", "Temporary failure in name resolution",
         "Network is unreachable", "Connection refused", "Connection broken",
         "No matching distribution found"),
        "the package registry did not answer, or does not have a locked package",
        "check the network (and pip's proxy or mirror: pip config list), then run the command "
        "again; what was already downloaded is kept",
    ),
)  # fmt: skip


def pip_install(python: Path, options: list[str], *, expected: int) -> None:
    """Run ``pip install`` with ``options`` in the environment of ``python``.

    Args:
        expected: about how many packages will be collected, for the progress line.

    Raises:
        ObsanteError: pip failed; its last lines and what they mean.
    """
    command = [str(python), "-m", "pip", "install", "--no-input", "--progress-bar", "off",
               *options]  # fmt: skip
    progress = Progress(expected)
    # close_fds=False: pip inherits the lock of the set-up.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, encoding="utf-8", errors="replace",
                               stdin=subprocess.DEVNULL, close_fds=False,
                               env=environment())  # fmt: skip
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            progress.line(line)
        code = process.wait()
    finally:
        progress.end()
        if process.poll() is None:
            process.terminate()
            process.wait()
    if code != 0:
        raise failure(lines, code)


def environment() -> dict[str, str]:
    """The user's variables (proxy, mirror, cache) less those that lead pip out of ``.venv``.

    The build tool writes paths in the locale's encoding even in Python's UTF-8 mode, hence a
    locale that can hold any.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return kept | {
        "LC_CTYPE": "UTF-8" if sys.platform == "darwin" else "C.UTF-8",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_USER": "0",
        "PYTHONUTF8": "1",
    }


def failure(lines: list[str], code: int) -> ObsanteError:
    """What pip's output means, its own last words with it."""
    text = "\n".join(lines)
    meaning, remedy = f"pip ended with code {code}", "read pip's message, then run again"
    own = lines
    for words, cause, action in _CAUSES:
        if any(word in text for word in words):
            meaning, remedy = cause, action
            own = [line for line in lines if line.startswith("ERROR")] or lines
            break
    quoted = "\n".join(f"    pip: {line.strip()}" for line in own[-_LAST_LINES:])
    return ObsanteError(
        "installation of the packages of requirements.lock",
        found=f"{meaning}\n{quoted}",
        expected="every package installed",
        remedy=remedy,
    )


class Progress:
    """One line, rewritten in a terminal, printed once elsewhere."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._collected = 0
        self._live = sys.stdout.isatty()
        if expected > 1:
            self._show(f"installing about {expected} packages, 1 to 2 minutes", keep=True)

    def line(self, text: str) -> None:
        """Count what pip says it does."""
        if text.startswith("Collecting "):
            self._collected += 1
            self._show(f"{self._collected} of about {self._expected} packages fetched")
        elif text.startswith("Installing collected"):
            self._show(f"{self._collected} packages fetched, unpacking")

    def end(self) -> None:
        """Clear the line."""
        if self._live:
            print("\r" + " " * 60 + "\r", end="", flush=True)

    def _show(self, text: str, *, keep: bool = False) -> None:
        if self._live:
            print(f"\r  {text:<58}", end="", flush=True)
        elif keep:
            print(f"  {text}", flush=True)
