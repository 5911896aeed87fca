"""Synthetic campaign of the demonstration editions, with its known truth beside it.

One pseudo-population of all the health facilities of the country, calibrated on the reference
figures and the same for every edition, is sampled each year as a real survey would be: strata,
rotation, non-response, missing answers, a few spoilt rows. Bytes are the same on every run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from obsante.collect.demo import output
from obsante.collect.demo.campaign import TABLES, build_world, edition_files
from obsante.collect.demo.frame import read_reference
from obsante.collect.demo.settings import load_settings
from obsante.collect.sources import TRUTH
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.paths import Project

__all__ = ["generate"]


def generate(
    project: Project,
    editions: Sequence[Edition],
    *,
    scale: int,
    out: Path | None,
    progress: Callable[[], None],
) -> Path:
    """Write the campaign files of each edition.

    Args:
        scale: size of the frame and of the samples, 1 for that of the country.
        out: folder that receives one sub-folder per edition; by default ``data/raw``.
        progress: called once for each edition written.

    Returns:
        The folder that holds the editions' folders.

    Raises:
        DataError: a real edition, a scale or a folder that is not allowed, or a file that would be
            overwritten and is not marked synthetic; nothing is written then.
        EditionError: ``config/demo/etablissements.yml``, or a source sheet already there, is wrong.
        ObsanteError: the folder can't be written.
    """
    output.check_scale(scale)
    folder = output.choose_folder(project, scale, out)
    names = [*(f"{table}.csv" for table in TABLES), TRUTH]
    for edition in editions:
        _check_demonstration(edition)
        output.check_target(project, folder / str(edition.edition), names)
    world = build_world(project, load_settings(project), read_reference(project), scale)
    for edition in editions:
        files = edition_files(world, edition)
        output.write_edition(project, folder / str(edition.edition), edition, files)
        progress()
    return folder


def _check_demonstration(edition: Edition) -> None:
    if not edition.demonstration:
        raise DataError(
            f"edition {edition.edition}", found=f"status '{edition.status}'",
            expected="a demonstration edition: synthetic data never enter a real one",
            remedy="choose another edition",
        )  # fmt: skip
