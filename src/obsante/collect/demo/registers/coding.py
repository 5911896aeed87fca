"""Two coders of the same passages, and how much they really agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from obsante.collect.demo.registers.lots import Lot
from obsante.collect.demo.truth import rounded
from obsante.edition import Strict

VALENCES = ("negatif", "neutre", "positif")
_NEUTRAL = VALENCES.index("neutre")


class Coder(Strict):
    """Shares of the passages where a coder is wrong.

    ``theme``: another theme of the same axis; ``stray``: any theme at all; ``valence``: a
    neighbouring one.
    """

    theme: float = Field(ge=0, le=1)
    stray: float = Field(ge=0, le=1)
    valence: float = Field(ge=0, le=1)


@dataclass(frozen=True)
class Codes:
    """Positions of the themes and valences given to each passage."""

    theme: np.ndarray
    valence: np.ndarray


def coded(lot: Lot, name: str, coder: Coder, axes: np.ndarray, true: Codes) -> Codes:
    """What a coder gives to each passage.

    Args:
        name: of the coder's draws.
        axes: axis of each theme, themes of an axis one after the other.
        true: codes that a perfect coder would give.
    """
    return Codes(
        _theme(lot, name, coder, axes, true.theme), _valence(lot, name, coder, true.valence)
    )


def _theme(lot: Lot, name: str, coder: Coder, axes: np.ndarray, true: np.ndarray) -> np.ndarray:
    first = np.searchsorted(axes, axes)[true]
    size = np.bincount(axes)[axes][true]
    step = 1 + np.floor((size - 1) * lot.one(name, "step")).astype(int)
    near = first + (true - first + step) % size
    anywhere = np.floor(len(axes) * lot.one(name, "anywhere")).astype(int)
    slip = lot.one(name, "theme")
    given = np.where(slip < coder.theme, near, true)
    return np.where(slip >= 1 - coder.stray, anywhere, given)


def _valence(lot: Lot, name: str, coder: Coder, true: np.ndarray) -> np.ndarray:
    """From one side to neutral, from neutral to either side."""
    side = np.where(lot.one(name, "side") < 0.5, 0, len(VALENCES) - 1)
    near = np.where(true == _NEUTRAL, side, _NEUTRAL)
    return np.where(lot.one(name, "valence") < coder.valence, near, true)


def agreement(first: np.ndarray, second: np.ndarray, size: int) -> dict[str, float]:
    """Share of the passages where two coders agree (``accord``), and Cohen's ``kappa``.

    ``kappa_lineaire`` weights disagreements by their distance, for codes in order.

    Args:
        first, second: positions of the codes among ``size``.

    >>> agreement(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2)["kappa"]
    0.5
    """
    table = np.zeros((size, size))
    np.add.at(table, (first, second), 1 / len(first))
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0))
    distance = np.abs(np.arange(size)[:, None] - np.arange(size)) / (size - 1)
    apart = 1 - np.trace(table)
    return {
        "accord": rounded(np.trace(table)),
        "kappa": rounded(1 - apart / (1 - np.trace(by_chance))),
        "kappa_lineaire": rounded(1 - (distance * table).sum() / (distance * by_chance).sum()),
    }
