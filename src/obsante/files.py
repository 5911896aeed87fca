"""Files that are whole or absent: atomic writes, folder swaps, one writer at a time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from obsante.errors import ObsanteError


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write ``content`` (text as UTF-8) under a temporary name, then rename it to ``path``.

    Raises:
        ObsanteError: the folder can't be written, or the disk is full; ``path`` is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write ``target`` into one clear error."""
    try:
        yield
    except OSError as error:
        raise ObsanteError(
            str(target),
            found=f"could not be written: {error.strerror or error}",
            expected="a folder that you may write, on a disk with room",
            remedy="check the folder's permissions and the free space, then run the command again",
        ) from error


@contextlib.contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that replaces ``target`` only if the block succeeds.

    A failure, Ctrl-C included, removes the new folder and leaves ``target`` as it was.
    """
    with fresh_folders(target) as (building,):
        yield building


@contextlib.contextmanager
def fresh_folders(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Yield an empty folder for each of ``targets``: all replace them together, or none does."""
    building: list[Path] = []
    try:
        for target in targets:
            with writing(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                name = tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.")
                building.append(Path(name))
                os.chmod(name, 0o755)
        yield tuple(building)
        with contextlib.ExitStack() as former:
            for new, target in zip(building, targets, strict=True):
                with writing(target):
                    former.enter_context(_swapped(new, target))
    finally:
        for folder in building:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _swapped(new: Path, target: Path) -> Iterator[None]:
    """``new`` in the place of ``target``, which comes back if the block fails."""
    retired = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old."))
    existed = target.exists()
    try:
        if existed:
            os.replace(target, retired / "old")
        try:
            os.replace(new, target)
            yield
        except BaseException:
            if target.exists():
                os.replace(target, retired / "new")
            if existed:
                os.replace(retired / "old", target)
            raise
    finally:
        shutil.rmtree(retired, ignore_errors=True)


@contextlib.contextmanager
def single_writer(lock_file: Path, purpose: str) -> Iterator[None]:
    """Hold the lock of one edition; the system frees it even if the process is killed.

    Raises:
        ObsanteError: another process holds it.
    """
    with writing(lock_file):
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(lock_file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise ObsanteError(
                str(lock_file),
                found=f"another command is already working on {purpose}",
                expected="one command at a time for an edition",
                remedy="wait until it ends, then run this one again",
            ) from None
    try:
        yield
    finally:
        lock.release()
