"""What several rooms' tests need: a system keyring of the test's own."""

from __future__ import annotations

import importlib
import sys

import pytest

KEYRING = """\
from keyring import errors
def get_password(service, name):
    return {action}
"""
ERRORS = "class KeyringError(Exception): pass\nclass NoKeyringError(KeyringError): pass\n"


@pytest.fixture
def keyring(tmp_path, monkeypatch):
    """Install a package ``keyring`` whose answer is an expression."""

    def install(action: str) -> None:
        package = tmp_path / "paquets" / "keyring"
        package.mkdir(parents=True)
        text = KEYRING.format(action=action)
        if action.startswith("raise"):
            text = text.replace("return raise", "raise")
        (package / "__init__.py").write_text(text, encoding="utf-8")
        (package / "errors.py").write_text(ERRORS, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path / "paquets")
        importlib.invalidate_caches()

    yield install
    for name in ("keyring", "keyring.errors"):
        sys.modules.pop(name, None)
