"""Typed parameters of a notebook, read from its ``parameters`` cell.

Papermill itself only warns of an unknown parameter and enforces no type.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import papermill

from obsante.edition import Edition
from obsante.errors import RunError, nearest

Value = int | float | str | bool
_BOOLEANS = {"true": True, "false": False}
_READERS: dict[str, Callable[[str], Value]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": lambda text: _BOOLEANS[text.lower()],
}


def resolve(path: Path, edition: Edition, overrides: dict[str, str]) -> dict[str, Value]:
    """Values of a notebook's parameters: the edition's, then ``overrides``.

    Raises:
        RunError: a parameter is unknown, mistyped, or declared without a type.
    """
    declared = declared_types(path)
    known = edition.model_dump()
    values: dict[str, Value] = {name: known[name] for name in declared if name in known}
    for name, text in overrides.items():
        if name not in declared:
            raise RunError(
                f"notebook '{path.stem}', parameter '{name}'",
                found="not a parameter of this notebook",
                expected=nearest(name, declared),
                remedy=f"correct the name in -p {name}={text}",
            )
        if name == "edition":
            raise RunError(
                f"notebook '{path.stem}', parameter 'edition'",
                found=f"-p edition={text}",
                expected="the option that also selects the tables and the results",
                remedy=f"use --edition {text}",
            )
        values[name] = _read(path.stem, name, text, declared[name])
    return values


def declared_types(path: Path) -> dict[str, str]:
    """Parameter name -> type name, as annotated in the cell tagged ``parameters``."""
    found = papermill.inspect_notebook(str(path))
    types = {name: entry["inferred_type_name"] for name, entry in found.items()}
    untyped = [name for name, kind in types.items() if kind not in _READERS]
    if untyped:
        raise RunError(
            f"notebook '{path.stem}', parameter '{untyped[0]}'",
            found=f"type {types[untyped[0]]}",
            expected="one of int, float, str, bool",
            remedy=f"annotate it in the notebook, as in: {untyped[0]}: int = 1",
        )
    return types


def _read(notebook: str, name: str, text: str, kind: str) -> Value:
    try:
        return _READERS[kind](text)
    except (ValueError, KeyError):
        raise RunError(
            f"notebook '{notebook}', parameter '{name}'",
            found=f"'{text}'",
            expected=f"a value of type {kind}",
            remedy=f"correct it in -p {name}={text}",
        ) from None
