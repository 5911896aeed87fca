"""The first half of the set-up finds a suitable Python, and any Python can read it."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import bootstrap
import pytest

from obsante.paths import find_project

ROOT = find_project(Path(__file__)).root


@pytest.fixture
def python(tmp_path):
    """Makes a command that answers as a Python of some version, or that fails."""

    def make(name: str, script: str) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return make


def test_an_old_python_can_read_the_first_file():
    tree = ast.parse((ROOT / "setup" / "bootstrap.py").read_text(encoding="ascii"))
    modern = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Match)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, modern)] == []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert functions
    for function in functions:
        arguments = function.args
        assert function.returns is None
        assert not (arguments.kwonlyargs or arguments.posonlyargs)
        assert all(argument.annotation is None for argument in arguments.args)


@pytest.mark.parametrize(
    ("version", "answer"),
    [((2, 7), False), ((3, 10, 9), False), ((3, 11, 0), True), ((3, 13, 5), True), ((3, 14), False)],
)
def test_versions_that_suit(version, answer):
    assert bootstrap.suits(version) is answer


def test_the_range_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest, beyond = (".".join(map(str, v)) for v in (bootstrap.OLDEST, bootstrap.BEYOND))
    assert project["requires-python"] == f">={oldest},<{beyond}"


@pytest.mark.parametrize("version", [(3, 9, 1), (3, 14, 0)])
def test_a_python_asked_for_that_does_not_suit_is_refused_not_replaced(version, capsys, python):
    good = python("python3.12", "echo 3.12")
    assert bootstrap.main(version, asked="python3.9", names=(good,)) == 1
    message = capsys.readouterr().err
    assert "PYTHON=python3.9" in message
    assert f"Python {version[0]}.{version[1]}" in message
    assert "Python 3.11 or newer, below 3.14" in message
    assert "to do:" in message


def test_the_first_suitable_command_is_taken(python):
    old, shim = python("python3", "echo 3.9"), python("python3.13", "echo no such version; exit 127")
    good, later = python("python3.12", "echo 3.12"), python("python3.11", "echo 3.11")
    assert bootstrap.find((old, shim, good, later)) == (good, [f"{old} is 3.9"])


def test_an_old_python_hands_over_to_the_suitable_one(python, tmp_path):
    asked = tmp_path / "asked"
    good = python("python3.12", f'[ "$1" = -c ] && echo 3.12 || {{ echo "$1" > "{asked}"; exit 7; }}')
    assert bootstrap.main((3, 9), asked=None, names=(good,)) == 7
    assert asked.read_text().strip() == str(ROOT / "setup" / "bootstrap.py")


def test_without_any_suitable_python_each_one_found_is_named(capsys, python):
    old, new = python("python3", "echo 3.8"), python("python", "echo 3.15")
    assert bootstrap.main((3, 8), asked=None, names=(old, new)) == 1
    message = capsys.readouterr().err
    assert f"{old} is 3.8, {new} is 3.15" in message
