"""``python -m obsante``, and the ``obsante`` command.

Two things are settled before any other import: the text encoding, which only holds for a new
process, and the message if packages are missing.
"""

from __future__ import annotations

import os
import subprocess
import sys

from obsante.cli import INTERRUPTED, INTERRUPTION
from obsante.errors import ObsanteError

UTF8_MODE = bool(sys.flags.utf8_mode)


def main() -> None:
    """Run the command line in UTF-8 whatever the locale."""
    if not UTF8_MODE and sys.getfilesystemencoding().lower() != "utf-8":
        sys.exit(_again_in_utf8())
    # JupyterLab brings this URI grammar: jsonschema takes a second to import it, nbformat needs none.
    sys.modules.setdefault("rfc3987_syntax", None)
    try:
        from obsante.cli.main import run_command

        run_command()
    except ModuleNotFoundError as error:
        sys.exit(f"Error: {_incomplete(error)}")
    except KeyboardInterrupt:
        print(INTERRUPTION)
        sys.exit(INTERRUPTED)


def _again_in_utf8() -> int:
    """The same command with UTF-8 for files, paths and messages; its exit code."""
    command = [sys.executable, "-X", "utf8", "-m", "obsante", *sys.argv[1:]]
    try:
        # The child's kernels must read paths as it writes them.
        return subprocess.call(command, env=os.environ | {"PYTHONUTF8": "1"})
    except KeyboardInterrupt:
        return INTERRUPTED


def _incomplete(error: ModuleNotFoundError) -> ObsanteError:
    return ObsanteError(
        f"Python packages of {sys.executable}",
        found=str(error),
        expected="the packages of requirements.lock",
        remedy="make setup, then .venv/bin/python -m obsante COMMAND",
    )


if __name__ == "__main__":
    main()
