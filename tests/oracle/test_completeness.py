"""Every value of R is compared by a test of this folder, but for the rule that is not offered."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from r_values import entries

NOT_OFFERED = r"synth_\w+/average/.*"


def covered() -> list[str]:
    patterns = []
    for path in sorted(Path(__file__).parent.glob("test_*_r.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        patterns += module.COVERS
    return patterns


def test_every_reference_value_has_its_test():
    patterns = covered()
    left = [key for key in entries() if not any(re.fullmatch(p, key) for p in patterns)]
    assert [key for key in left if not re.fullmatch(NOT_OFFERED, key)] == []
    assert len(left) == 16


def test_every_pattern_names_a_value_that_exists():
    unused = [p for p in covered() if not any(re.fullmatch(p, key) for key in entries())]
    assert unused == []
