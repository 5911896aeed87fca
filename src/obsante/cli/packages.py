"""Installed packages against requirements.lock and the project's own metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from obsante.errors import ObsanteError

_PINNED = re.compile(r"^[A-Za-z0-9][^#\\]*==[^\\]*", re.MULTILINE)


@dataclass(frozen=True)
class Comparison:
    """``same``: how many agree; ``different``: in words; ``missing``: canonical names."""

    same: int
    different: list[str]
    missing: set[str]


def pins(text: str) -> list[Requirement]:
    """Every pinned requirement of a lock, those of other systems included."""
    return [Requirement(line.strip()) for line in _PINNED.findall(text)]


def locked(text: str, environment: dict[str, str] | None = None) -> dict[str, str]:
    """Canonical name -> version that a lock pins for this system (or another environment)."""
    return {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in pins(text)
        if pin.marker is None or pin.marker.evaluate(environment)
    }


def installed() -> dict[str, str]:
    """Canonical name -> version of what is installed."""
    found = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            # The first one found is the one that imports take.
            found.setdefault(canonicalize_name(name), distribution.version)
    return found


def compare(lock: Path) -> Comparison:
    """What is installed against a lock.

    Raises:
        ObsanteError: the lock can't be read.
    """
    try:
        wanted = locked(lock.read_text(encoding="utf-8"))
    except OSError as error:
        raise ObsanteError(
            str(lock), found=error.strerror or str(error), expected="the list of locked packages",
            remedy="restore the file from the repository",
        ) from error  # fmt: skip
    return difference(wanted, installed())


def difference(wanted: dict[str, str], present: dict[str, str]) -> Comparison:
    """Compare two name -> version mappings."""
    missing = wanted.keys() - present.keys()
    different = [
        f"{name} {present[name]} (locked {version})"
        for name, version in sorted(wanted.items())
        if name in present and present[name] != version
    ]
    return Comparison(len(wanted) - len(missing) - len(different), different, set(missing))


def direct() -> set[str]:
    """Canonical names of what the project itself needs at run time."""
    return _unconditional(metadata.requires("obsante") or [])


def _unconditional(requirements: Iterable[str]) -> set[str]:
    parsed = map(Requirement, requirements)
    return {canonicalize_name(r.name) for r in parsed if "extra ==" not in str(r.marker or "")}


def python_range() -> str:
    """Versions of Python that the project's metadata allow."""
    return metadata.metadata("obsante")["Requires-Python"]


def python_suits(version: str) -> bool:
    """Whether a version of Python lies in that range."""
    return SpecifierSet(python_range()).contains(version, prereleases=True)
