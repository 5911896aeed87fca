"""A lock is read for one system, and compared with what is installed."""

from __future__ import annotations

import pytest

from obsante.cli import packages
from obsante.errors import ObsanteError

LOCK = """\
# a comment with name==1
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:00
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:11
pypandoc_binary==1.17 \\
    --hash=sha256:22
pywinpty==3.1.2 ; os_name == 'nt' \\
    --hash=sha256:33
"""


def test_only_the_pins_of_a_system_count_and_names_are_canonical():
    old = {"python_full_version": "3.11.7", "os_name": "posix"}
    new = {"python_full_version": "3.13.0", "os_name": "nt"}
    assert packages.locked(LOCK, old) == {"numpy": "2.4.6", "pypandoc-binary": "1.17"}
    assert packages.locked(LOCK, new) == {
        "numpy": "2.5.5", "pypandoc-binary": "1.17", "pywinpty": "3.1.2",
    }  # fmt: skip


def test_missing_and_different_packages_are_told_apart():
    compared = packages.difference({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"})
    assert compared.same == 1
    assert compared.different == ["b 9 (locked 2)"]
    assert compared.missing == {"c"}


def test_what_the_project_needs_leaves_out_extras():
    assert {"pandas", "pypandoc-binary", "typst"} <= packages.direct()
    assert "pytest" not in packages.direct()


def test_a_lock_that_cannot_be_read_is_one_clear_error(tmp_path):
    with pytest.raises(ObsanteError, match="requirements.lock"):
        packages.compare(tmp_path / "requirements.lock")


@pytest.mark.parametrize(("version", "answer"), [("3.10.9", False), ("3.11.0", True), ("3.14.0", False)])
def test_versions_of_python_that_suit(version, answer):
    assert packages.python_suits(version) is answer
