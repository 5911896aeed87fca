"""Files are whole or absent."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from obsante.errors import ObsanteError, nearest
from obsante.files import fresh_folder, sha256, single_writer, write_atomic


def test_an_atomic_write_leaves_no_other_file(tmp_path):
    write_atomic(tmp_path / "a" / "b.txt", "é")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "é".encode()
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.txt"]


def test_a_failed_block_leaves_the_former_folder(tmp_path):
    target = tmp_path / "site"
    target.mkdir()
    (target / "index.html").write_text("good")
    with pytest.raises(KeyboardInterrupt), fresh_folder(target) as building:
        (building / "index.html").write_text("half")
        raise KeyboardInterrupt
    assert (target / "index.html").read_text() == "good"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_successful_block_replaces_the_folder_whole(tmp_path):
    target = tmp_path / "site"
    target.mkdir()
    (target / "old.html").write_text("old")
    with fresh_folder(target) as building:
        (building / "index.html").write_text("new")
    assert [p.name for p in target.iterdir()] == ["index.html"]
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_full_or_forbidden_disk_is_one_clear_error(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    with pytest.raises(ObsanteError, match="could not be written"):
        write_atomic(blocker / "x.csv", "data")


def test_a_second_writer_is_told_so(tmp_path):
    lock = tmp_path / ".lock"
    script = (
        "import sys; from pathlib import Path; from obsante.files import single_writer\n"
        "from obsante.errors import ObsanteError\n"
        "try:\n    with single_writer(Path(sys.argv[1]), 'edition 2025'): print('in')\n"
        "except ObsanteError as e: print(e.found)"
    )
    with single_writer(lock, "edition 2025"):
        done = subprocess.run([sys.executable, "-c", script, str(lock)], env=dict(os.environ),
                              capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "another command is already working on edition 2025"
    with single_writer(lock, "edition 2025"):
        pass


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256(tmp_path / "x").startswith("ba7816bf8f01cfea")


def test_a_long_list_of_allowed_values_is_cut_to_the_likely_ones():
    allowed = [f"region_{i:02d}" for i in range(30)]
    assert "(30 in all)" in nearest("region_7", allowed)
    assert nearest("x", []) == "nothing"
