"""Set-up, second half: build .venv from requirements.lock, whole or not at all.

Standard library only: nothing is installed yet. A stamp written last says that .venv is complete
and what it was made from; without it, or if it disagrees, .venv is built again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from obsante.errors import ObsanteError  # noqa: E402 - from this checkout, not yet installed
from pip_run import pip_install  # noqa: E402

VENV = ".venv"
STAMP = "installed.json"
LOCK = "requirements.lock"
STEPS = ("environment", "packages", "obsante")
Stamp = dict[str, str]
Step = Callable[[Path], None]


def main(asked: bool, root: Path = ROOT) -> int:
    """Bring ``.venv`` up to date; return the exit code.

    Args:
        asked: the user named this Python, so that a ``.venv`` of another version is replaced.
    """
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        # Ended by the system as by Ctrl-C: pip is stopped too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        prepare(root, asked=asked)
    except ObsanteError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"\nInterrupted: {VENV} is unfinished. The next command builds it again.",
              file=sys.stderr)  # fmt: skip
        return 130
    return 0


def prepare(root: Path, *, asked: bool, steps: dict[str, Step] | None = None) -> list[str]:
    """Run the steps that ``.venv`` lacks, then stamp it; return their names.

    Raises:
        ObsanteError: a step failed; ``.venv`` stays without stamp.
    """
    if not needed(root, asked)[0]:
        return []
    with one_at_a_time(root / f"{VENV}.lock"):
        # Another command may have done the work while this one waited.
        todo, reason = needed(root, asked)
        if todo:
            print(f"Setting up {VENV} with Python {python_version()}: {reason}", flush=True)
            stamp = root / VENV / STAMP
            with refusals(root / VENV):
                # First of all: an interrupted removal must not leave a stamp.
                stamp.unlink(missing_ok=True)
            for name in todo:
                _timed(name, (steps or REAL_STEPS)[name], root)
            with refusals(stamp):
                stamp.write_text(json.dumps(wanted(root), indent=2) + "\n", encoding="utf-8")
    return todo


def needed(root: Path, asked: bool) -> tuple[list[str], str]:
    """Steps to run, and why: none if ``.venv`` is complete and made from the present files."""
    venv = root / VENV
    if not venv.exists():
        return list(STEPS), "first use"
    stamp = read_stamp(venv / STAMP)
    if stamp is None:
        return list(STEPS), f"{VENV} is unfinished or was made otherwise"
    if venv_version(venv) != stamp["python"]:
        return list(STEPS), f"{VENV} no longer runs Python {stamp['python']}"
    now = wanted(root)
    if asked and stamp["python"] != now["python"]:
        return list(STEPS), f"{VENV} is made for Python {stamp['python']}"
    for key, reason in (("lock", f"{LOCK} has changed"), ("root", "the folder has moved")):
        if stamp[key] != now[key]:
            return list(STEPS), reason
    if stamp["project"] != now["project"]:
        return ["obsante"], "pyproject.toml has changed"
    return [], ""


def wanted(root: Path) -> Stamp:
    """What a ``.venv`` made now would be made from."""
    return {
        "lock": _digest(root / LOCK),
        "project": _digest(root / "pyproject.toml"),
        "python": python_version(),
        # The same text whatever the locale of the command.
        "root": os.fsencode(root).decode("utf-8", "surrogateescape"),
    }


def read_stamp(path: Path) -> Stamp | None:
    """The stamp, or None if it is absent or not whole."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    keys = {"lock", "project", "python", "root"}
    return stamp if isinstance(stamp, dict) and keys <= stamp.keys() else None


def python_version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def venv_python(venv: Path) -> Path:
    """The interpreter of a virtual environment: folders differ on Windows."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_version(venv: Path) -> str | None:
    """Version that the interpreter of ``venv`` answers, or None if it does not run."""
    command = [str(venv_python(venv)), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def locked_packages(root: Path) -> int:
    """Number of packages in the lock (a few are for other systems or versions)."""
    text = (root / LOCK).read_text(encoding="utf-8")
    return len(set(re.findall(r"^([A-Za-z0-9._-]+)==", text, flags=re.MULTILINE)))


@contextlib.contextmanager
def refusals(target: Path) -> Iterator[None]:
    """Turn the system's refusals to write ``target`` into one clear error."""
    try:
        yield
    except OSError as error:
        raise ObsanteError(
            str(target),
            found=f"could not be written: {error.strerror or error}",
            expected="a folder that you may write, with about 1.5 GB free",
            remedy="check the folder's permissions and the free space, or copy the project "
            "to a folder of yours; then run the command again",
        ) from error


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock of the set-up, waiting for another one; the system frees it at the end.

    The installer inherits it, so that one left behind by a killed command still holds it.
    """
    with refusals(path), path.open("a", encoding="ascii") as stream:
        if not _acquire(stream.fileno(), wait=False):
            print("Another command is setting up .venv: waiting until it ends.", flush=True)
            _acquire(stream.fileno(), wait=True)
        os.set_inheritable(stream.fileno(), True)
        yield


def _acquire(descriptor: int, *, wait: bool) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        if wait:
            raise
        return False
    return True


def create_environment(root: Path) -> None:
    """An empty ``.venv``, the former one removed."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise ObsanteError(
            f"Python {python_version()} ({sys.executable})",
            found="no module venv, or no ensurepip that it needs",
            expected="a Python that can make virtual environments",
            remedy="install it (Debian, Ubuntu: apt install python3-venv), or name another "
            "Python: PYTHON=/path/to/python3 make report",
        )
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(root / VENV)],
                          capture_output=True, text=True, encoding="utf-8",
                          errors="replace", close_fds=False)  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr + done.stdout).strip().splitlines()[-1:]
        raise ObsanteError(
            str(root / VENV),
            found=f"python -m venv failed: {''.join(last) or f'exit code {done.returncode}'}",
            expected="a virtual environment, in a folder that you may write, on a disk with room",
            remedy="check the folder's permissions and the free space, then run the command again",
        )


def install_packages(root: Path) -> None:
    """Everything that requirements.lock names: hashes checked, nothing compiled."""
    options = ["--require-hashes", "--only-binary", ":all:", "-r", str(root / LOCK)]
    pip_install(venv_python(root / VENV), options, expected=locked_packages(root))


def install_project(root: Path) -> None:
    """The project itself, editable; its build tool comes from the lock too."""
    options = ["--no-index", "--no-deps", "--no-build-isolation", "-e", str(root)]
    pip_install(venv_python(root / VENV), options, expected=1)
    link_sources(root)


def link_sources(root: Path) -> None:
    """Make the editable link relative, hence ASCII.

    Python reads it in the locale's encoding: with a folder's accents in it, it would not even
    start in another locale.

    Raises:
        ObsanteError: the build tool left no link.
    """
    venv = root / VENV
    folders = [*venv.glob("lib/python*/site-packages"), *venv.glob("Lib/site-packages")]
    links = [link for folder in folders for link in folder.glob("__editable__.obsante-*.pth")]
    if not links:
        raise ObsanteError(
            str(venv),
            found="no link to the project's sources after its installation",
            expected="__editable__.obsante-*.pth in site-packages",
            remedy="tell the maintainers which setuptools requirements.lock holds",
        )
    for link in links:
        link.write_text(os.path.relpath(root / "src", link.parent) + "\n", encoding="ascii")


def _timed(name: str, step: Step, root: Path) -> None:
    start = time.perf_counter()
    step(root)
    print(f"  {name:<32} {time.perf_counter() - start:6.1f} s", flush=True)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


REAL_STEPS: dict[str, Step] = {
    "environment": create_environment,
    "packages": install_packages,
    "obsante": install_project,
}
