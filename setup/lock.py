"""Write requirements.lock: every package of pyproject.toml, for all systems, with its hashes.

The resolver is installed in a temporary environment, so that .venv holds what the lock names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from install import LOCK, ROOT, venv_python

RESOLVER = "uv==0.13.9"
HEADER = "# Written by `make lock` from pyproject.toml; `make test` checks that they agree.\n"
OPTIONS = ["pip", "compile", "pyproject.toml", "--extra", "dev", "--universal", "--python-version",
           "3.11", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
           "--no-annotate", "--no-header", "--quiet"]  # fmt: skip


def main(arguments: list[str]) -> int:
    """Resolve with the options given (``--upgrade``), keeping the versions that still fit."""
    with tempfile.TemporaryDirectory(prefix="obsante-lock-") as scratch:
        venv.create(scratch, with_pip=True)
        python = str(venv_python(Path(scratch)))
        subprocess.run([python, "-m", "pip", "install", "--quiet", RESOLVER], check=True)
        fresh = Path(scratch) / LOCK
        if "--upgrade" not in arguments:
            fresh.write_bytes((ROOT / LOCK).read_bytes())
        done = subprocess.run([python, "-m", "uv", *OPTIONS, "--output-file", str(fresh)], cwd=ROOT,
                              check=False)  # fmt: skip
        if done.returncode != 0:
            print(f"Error: {LOCK} is unchanged; the resolver's message is above.", file=sys.stderr)
            return done.returncode
        beside = ROOT / f".{LOCK}.new"
        beside.write_text(HEADER + fresh.read_text(encoding="utf-8"), encoding="utf-8")
        os.replace(beside, ROOT / LOCK)
    print(f"{LOCK} written. Run `make test` before committing it.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
