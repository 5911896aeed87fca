"""Sums over a whole population, by domain, that may come part after part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from obsante.collect.demo.frame import Frame
from obsante.collect.demo.truth import NATIONAL, Values, rounded


@dataclass(frozen=True)
class Domains:
    """Position of each unit in the modalities of each dimension, and the names of these."""

    codes: Mapping[str, np.ndarray]
    names: Mapping[str, list[str]]

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of modalities of each dimension, in the order of ``names``."""
        return tuple(len(names) for names in self.names.values())

    @cached_property
    def cell(self) -> np.ndarray:
        """Cell of each unit where all dimensions cross: units are then counted once for all."""
        cell = np.zeros(len(next(iter(self.codes.values()))), dtype=np.intp)
        for name, size in zip(self.names, self.shape, strict=True):
            cell = cell * size + self.codes[name]
        return cell

    def totals(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Total of the values in each modality, by dimension."""
        size = int(np.prod(self.shape))
        crossed = np.bincount(self.cell, values.astype(float), size).reshape(self.shape)
        axes = range(len(self.shape))
        return {
            name: crossed.sum(axis=tuple(axis for axis in axes if axis != mine))
            for mine, name in enumerate(self.names)
        }


def facility_domains(
    frame: Frame, dimensions: Sequence[str], members: np.ndarray | slice = slice(None)
) -> Domains:
    """Domains of the facilities of the frame, or of its ``members``."""
    return Domains(
        {name: frame.codes(name)[members] for name in dimensions},
        {name: frame.names(name) for name in dimensions},
    )


class Tally:
    """Totals of a numerator and a denominator for each measure, nationally and by domain."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, np.ndarray]] = {}

    def add(
        self, measure: str, domains: Domains, above: np.ndarray, below: np.ndarray | None = None
    ) -> None:
        """Add units to a measure: ``above`` over ``below``, by default their number.

        The ratio of the totals is then a mean or a proportion; ``below`` of 0 leaves a unit out,
        if its ``above`` is 0 too.
        """
        parts = [above, np.ones(len(above)) if below is None else below]
        sums = self._sums.setdefault(measure, {})
        sums[NATIONAL] = sums.get(NATIONAL, 0.0) + np.array([float(p.sum()) for p in parts])
        totals = [domains.totals(part) for part in parts]
        for dimension, names in domains.names.items():
            pairs = np.array([total[dimension] for total in totals]).T
            for name, pair in zip(names, pairs, strict=True):
                key = f"{dimension}={name}"
                sums[key] = sums.get(key, 0.0) + pair

    def sums(self, measure: str, key: str) -> tuple[float, float]:
        """Totals of the numerator and of the denominator in one domain."""
        above, below = self._sums[measure][key].tolist()
        return above, below

    def values(self, measure: str) -> Values:
        """Ratio of the totals, in each domain where the denominator is not zero."""
        pairs = {key: self.sums(measure, key) for key in self._sums[measure]}
        return {key: rounded(above / below) for key, (above, below) in pairs.items() if below > 0}

    def shares(self, measure: str) -> Values:
        """Share of the numerator's total that comes from each domain; they add up to one."""
        keys = [key for key in self._sums[measure] if key != NATIONAL]
        whole = self.sums(measure, NATIONAL)[0]
        return {key: rounded(self.sums(measure, key)[0] / whole) for key in keys}

    def gap(self, measure: str, first: list[str], second: list[str]) -> float:
        """Value of the domains ``first`` together, minus that of ``second``."""
        both = []
        for keys in (first, second):
            pairs = [self.sums(measure, key) for key in keys]
            both.append(sum(above for above, _ in pairs) / sum(below for _, below in pairs))
        return rounded(both[0] - both[1])
