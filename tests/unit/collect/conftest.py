"""The tiny project of :mod:`small_project`, for every test of the folder."""

from __future__ import annotations

import pytest
from small_project import Small

from obsante.paths import ROOT_VARIABLE


@pytest.fixture
def small(tmp_path, monkeypatch) -> Small:
    """Reference tables present, no campaign yet; found by every function of the package."""
    made = Small(tmp_path / "projet é")
    monkeypatch.setenv(ROOT_VARIABLE, str(made.project.root))
    return made
