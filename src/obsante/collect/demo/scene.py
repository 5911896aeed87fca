"""What the generators of the demonstration's tables receive and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from obsante.collect.demo import dirt
from obsante.collect.demo.answers import Answers
from obsante.collect.demo.draws import rank_within
from obsante.collect.demo.frame import Frame
from obsante.collect.demo.output import csv_bytes
from obsante.collect.demo.sample import RESPONDENTS_AT_LEAST, Strata
from obsante.collect.demo.settings import Settings
from obsante.collect.demo.truth import Values
from obsante.collect.demo.workers import Workforce
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.paths import Project


@dataclass(frozen=True)
class World:
    """What all editions share; ``columns`` of each table, in the dictionary's order."""

    project: Project
    settings: Settings
    frame: Frame
    strata: Strata
    workforce: Workforce
    columns: dict[str, list[str]]
    scale: int


@dataclass(frozen=True)
class Scene:
    """One edition: true answers of the whole frame, facilities drawn, workers drawn."""

    world: World
    edition: Edition
    answers: Answers
    sample: pd.DataFrame
    workers: pd.DataFrame


@dataclass(frozen=True)
class Part:
    """What one generator brings: the bytes of its file (none: no file this year), and its truth.

    ``indicators``: indicator -> domain -> value; ``effects``: known effects by name, which no other
    generator uses; ``spoilt``: number of spoilt rows by fault.
    """

    content: bytes
    indicators: dict[str, Values] = field(default_factory=dict)
    effects: dict[str, object] = field(default_factory=dict)
    spoilt: dict[str, int] = field(default_factory=dict)


def ordered(world: World, name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Columns of a table in the dictionary's order.

    Raises:
        DataError: the generator and the dictionary do not have the same columns.
    """
    columns = world.columns[name]
    different = sorted(set(columns) ^ set(table.columns))
    if different:
        raise DataError(
            f"config/dictionary/{name}.yml", found=f"column '{different[0]}' on one side only",
            expected="the columns that the demonstration generates",
            remedy="add the column to config/demo and obsante.collect.demo, or remove it",
        )  # fmt: skip
    return table[columns]


def spoilt_file(
    scene: Scene,
    name: str,
    table: pd.DataFrame,
    faults: Mapping[str, Mapping[str, str]],
    *,
    share: float,
    rows: np.ndarray | None = None,
) -> tuple[bytes, dict[str, int]]:
    """The file of a table, a share of its rows spoilt, and how many are by fault.

    Args:
        name: of the table, columns of its dictionary being in any order.
        faults: as :func:`obsante.collect.demo.dirt.spoil`.
        rows: positions of those that may be spoilt; all by default.
    """
    free = np.arange(len(table)) if rows is None else rows
    content = csv_bytes(ordered(scene.world, name, table))
    return dirt.spoil(content, free, faults, share=share, seed=scene.edition.seed, name=name)


def spare(answers: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Respondents beyond the first two of their group, in the order of the file."""
    order = np.arange(len(group)) + len(group) * ~answers
    return answers & (rank_within(group, order) >= RESPONDENTS_AT_LEAST)
