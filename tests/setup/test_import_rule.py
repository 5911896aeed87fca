"""Data flows one way: the contract of pyproject.toml holds."""

from __future__ import annotations

import tomllib
from pathlib import Path

from importlinter.cli import lint_imports

from obsante.paths import find_project

ROOT = find_project(Path(__file__)).root
ORDER = ["errors", "paths", "edition", "stats", "collect", "results", "run", "book", "cli"]


def test_each_room_imports_only_the_rooms_before_it(capsys):
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_the_contract_has_the_order_of_the_architecture():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    layers = list(reversed(contract["layers"]))
    assert contract["exhaustive"] is True
    assert [layer for layer in layers if layer in ORDER] == ORDER
