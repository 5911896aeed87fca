"""The sampling plan of the surveys: frame, strata, allocation, draw, and their files."""

from obsante.collect.plan.basis import Basis, make_basis
from obsante.collect.plan.facilities import allocation, by_stratum, overridden, precision, sample
from obsante.collect.plan.frame import TABLE, SamplingFrame, read_frame
from obsante.collect.plan.second_stage import expected_workers
from obsante.collect.plan.settings import ALLOCATIONS, Settings, load_settings
from obsante.edition import load_edition
from obsante.paths import find_project

__all__ = [
    "ALLOCATIONS", "Basis", "SamplingFrame", "Settings", "TABLE", "allocation", "basis",
    "by_stratum", "expected_workers", "load_settings", "make_basis", "overridden", "precision",
    "read_frame", "sample",
]  # fmt: skip


def basis(edition: int, *, level: float | None = None) -> Basis:
    """What the plan of an edition rests on: its ingested frame and ``config/sampling.yml``.

    Args:
        level: confidence level, in proportion; the edition's own by default.

    Raises:
        DataError: the frame was not ingested, is empty, or leaves a stratum of one facility.
        EditionError: the edition or ``config/sampling.yml`` is wrong.
    """
    project = find_project()
    loaded = load_edition(project, edition)
    rows = read_frame(project, loaded).rows
    chosen = loaded.confidence_level if level is None else level
    return make_basis(project, rows, load_settings(project), level=chosen)
