"""Answers as a file holds them: codes, with what was not asked, not known or not answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import stream
from obsante.collect.demo.facilities import NOT_APPLICABLE, UNKNOWN, nullable, yes_no
from obsante.collect.demo.settings import Effects


@dataclass(frozen=True)
class Silence:
    """Who leaves what empty: ``answers`` tells the units that took part.

    ``missing`` and ``unknown`` are the shares of empty cells and of "ne_sait_pas", by column;
    ``name`` tells this survey's draws from those of others.
    """

    answers: np.ndarray
    missing: Effects
    unknown: Effects
    seed: int
    name: str

    def empty(self, column: str) -> np.ndarray:
        """Units whose cell is empty, those that did not take part included."""
        return (self._uniform(column) < self.missing.get(column, 0.0)) | ~self.answers

    def unsure(self, column: str) -> np.ndarray:
        """Units that do not know, among those that fill the cell."""
        missing, unknown = self.missing.get(column, 0.0), self.unknown.get(column, 0.0)
        return (self._uniform(column) < missing + unknown) & ~self.empty(column)

    def _uniform(self, column: str) -> np.ndarray:
        return stream(self.seed, self.name, "silence", column).random(len(self.answers))

    def coded(
        self,
        column: str,
        positions: np.ndarray,
        names: list[str],
        *,
        asked: tuple[pd.Categorical, str] | None = None,
    ) -> pd.Categorical:
        """Codes of a closed list from positions in it.

        Args:
            asked: answers to another question, and the code under which this one is put: another
                code gives "sans_objet", an empty or "ne_sait_pas" answer an empty cell.
        """
        codes = np.where(self.unsure(column), len(names), positions)
        codes = np.where(self.empty(column), -1, codes)
        if asked is not None:
            parent, code = asked
            known = ~np.asarray(pd.isna(parent)) & (parent != UNKNOWN)
            outside = known & (parent != code)
            codes = np.where(known, np.where(outside, len(names) + 1, codes), -1)
        return pd.Categorical.from_codes(codes, [*names, UNKNOWN, NOT_APPLICABLE])

    def whole(self, column: str, values: np.ndarray) -> pd.Series:
        """Whole numbers, empty where the unit left the cell empty."""
        return nullable(values, self.empty(column))

    def text(self, column: str, values: list[str]) -> pd.Series:
        """Texts, empty where the unit left the cell empty."""
        return pd.Series(values, dtype="object").mask(self.empty(column))


def design_cells(sample: pd.DataFrame, decimals: int) -> dict[str, object]:
    """Columns of the design that a sample's draw gives: weights, and who answered."""
    return {
        "poids_sondage": np.round(sample["poids_sondage"].to_numpy(), decimals),
        "repondant": yes_no(sample["answers"].to_numpy()),
        "poids": np.round(sample["poids"].to_numpy(), decimals),
    }
