"""pyproject.toml, requirements.lock and environment.yml say the same."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from obsante.book import quarto
from obsante.cli.packages import locked, pins
from obsante.paths import find_project

ROOT = find_project(Path(__file__)).root
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
CONDA_ONLY = {"python", "pip", "quarto"}
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}

SETTINGS = list(product(SYSTEMS, ["3.11", "3.12", "3.13"]))


def declared() -> dict[str, Requirement]:
    project = PROJECT["project"]
    texts = project["dependencies"] + project["optional-dependencies"]["dev"]
    return {canonicalize_name(r.name): r for r in map(Requirement, texts)}


def conda() -> dict[str, Requirement]:
    flat = [item for item in CONDA if isinstance(item, str)]
    flat += [item for block in CONDA if isinstance(block, dict) for item in block["pip"]]
    return {canonicalize_name(r.name): r for r in map(Requirement, flat)}


def environment(system: str, python: str) -> dict[str, str]:
    return SYSTEMS[system] | {"python_version": python, "python_full_version": f"{python}.9",
                              "implementation_name": "cpython",
                              "platform_python_implementation": "CPython"}  # fmt: skip


@pytest.mark.parametrize(("system", "python"), SETTINGS)
def test_every_declared_package_is_locked_within_its_bound(system, python):
    versions = locked(LOCK, environment(system, python))
    wrong = [name for name, requirement in declared().items()
             if not requirement.specifier.contains(versions.get(name, "0"))]  # fmt: skip
    assert wrong == []


def test_conda_users_get_the_same_packages_with_the_same_bounds():
    ours, theirs = declared(), conda()
    assert theirs.keys() - CONDA_ONLY == ours.keys()
    assert [n for n, r in ours.items() if theirs[n].specifier != r.specifier] == []


def test_conda_users_get_the_same_python_and_the_quarto_that_the_book_needs():
    theirs = conda()
    assert theirs["python"].specifier == SpecifierSet(PROJECT["project"]["requires-python"])
    assert str(theirs["quarto"].specifier) == f">={'.'.join(map(str, quarto.OLDEST))}"


def test_the_build_tool_is_locked_too():
    dev = PROJECT["project"]["optional-dependencies"]["dev"]
    assert set(PROJECT["build-system"]["requires"]) <= set(dev)


def test_every_locked_package_has_a_hash():
    blocks = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(LOCK)) > 100
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_no_package_is_locked_twice_for_one_system():
    for system, python in SETTINGS:
        setting = environment(system, python)
        names = [canonicalize_name(pin.name) for pin in pins(LOCK)
                 if pin.marker is None or pin.marker.evaluate(setting)]  # fmt: skip
        assert len(names) == len(set(names)), (system, python)


def test_neither_file_names_where_packages_come_from():
    text = LOCK + (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert re.findall(r"\S*://\S*|--(?:extra-)?index\S*|--find-links\S*", text) == []
