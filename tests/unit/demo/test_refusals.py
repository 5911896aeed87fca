"""What the generator refuses, before it writes anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsante.collect.demo import generate
from obsante.edition import load_edition
from obsante.errors import DataError

SHEET = """\
files:
  {name}:
    producer: Enquête
    title: Une table
    licence: CC BY 4.0
    received: 2025-12-31
    period: '2025'
    sha256: {digest}
    synthetic: {synthetic}
"""


def _run(project, *, scale: int = 1, out: Path | None = None, year: int = 2025) -> Path:
    edition = load_edition(project, year)
    return generate(project, [edition], scale=scale, out=out, progress=lambda: None)


def _place(folder: Path, name: str, synthetic: str | None) -> None:
    folder.mkdir(parents=True)
    (folder / name).write_text("a\n1\n", encoding="utf-8")
    if synthetic:
        sheet = SHEET.format(name=name, digest="a" * 64, synthetic=synthetic)
        (folder / "sources.yml").write_text(sheet, encoding="utf-8")


def _untouched(folder: Path, name: str) -> bool:
    names = {path.name for path in folder.iterdir()} - {"sources.yml"}
    return names == {name} and (folder / name).read_text(encoding="utf-8") == "a\n1\n"


def test_a_real_file_is_never_overwritten(small):
    _place(small.raw(2025), "etablissements.csv", synthetic="false")
    with pytest.raises(DataError, match=r"data/raw/2025/etablissements.csv\n.*synthetic: false"):
        _run(small)
    assert _untouched(small.raw(2025), "etablissements.csv")


def test_nothing_is_written_beside_a_real_file(small):
    _place(small.raw(2025), "patients.csv", synthetic="false")
    with pytest.raises(DataError, match="patients.csv"):
        _run(small)
    assert _untouched(small.raw(2025), "patients.csv")


def test_an_unlisted_file_is_never_overwritten(small):
    _place(small.raw(2025), "professionnels.csv", synthetic=None)
    with pytest.raises(DataError, match="does not list"):
        _run(small)
    assert _untouched(small.raw(2025), "professionnels.csv")


def test_a_refusal_for_one_edition_leaves_the_others(small):
    _place(small.raw(2025), "etablissements.csv", synthetic="false")
    editions = [load_edition(small, year) for year in (2023, 2025)]
    with pytest.raises(DataError):
        generate(small, editions, scale=1, out=None, progress=lambda: None)
    assert not small.raw(2023).exists()


def test_a_synthetic_file_is_generated_again_and_the_others_stay_listed(small):
    _place(small.raw(2025), "patients.csv", synthetic="true")
    _run(small)
    first = (small.raw(2025) / "sources.yml").read_bytes()
    assert b"patients.csv" in first
    _run(small)
    assert (small.raw(2025) / "sources.yml").read_bytes() == first


def test_a_large_scale_needs_another_folder(small):
    with pytest.raises(DataError, match="--scale 100"):
        _run(small, scale=100)
    assert not small.raw(2025).exists()


@pytest.mark.parametrize("inside", ["2025", "2030/essai", "."])
def test_another_folder_is_not_inside_the_raw_data(small, inside):
    with pytest.raises(DataError, match="--out"):
        _run(small, scale=2, out=small.raw_root / inside)


@pytest.mark.parametrize("scale", [0, -1, 601])
def test_a_scale_out_of_range_is_refused(small, tmp_path, scale):
    with pytest.raises(DataError, match="out of range"):
        _run(small, scale=scale, out=tmp_path / "ailleurs")


def test_a_real_edition_is_refused(small):
    path = small.edition_file(2025)
    text = path.read_text(encoding="utf-8").replace("status: demonstration", "status: real")
    path.write_text(text.replace("compare_with: [2023, 2024]", "compare_with: []"), "utf-8")
    with pytest.raises(DataError, match="status 'real'"):
        _run(small)
    assert not small.raw(2025).exists()


def test_a_column_that_the_generator_does_not_make_is_named(small):
    path = small.dictionary / "etablissements.yml"
    text = path.read_text(encoding="utf-8")
    extra = "fields:\n  - {name: imprimantes, type: integer, title: Imprimantes}\n"
    path.write_text(text.replace("fields:\n", extra, 1), encoding="utf-8")
    with pytest.raises(DataError, match="imprimantes"):
        _run(small)
