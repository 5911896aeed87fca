"""Rows of a register: their random numbers, who stays from year to year, their file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import AfterValidator, Field

from obsante.collect.demo.cells import Silence
from obsante.collect.demo.draws import bell, choose, stream
from obsante.collect.demo.scene import Part, Scene, spoilt_file
from obsante.collect.demo.settings import Effects
from obsante.collect.demo.tally import Domains
from obsante.collect.demo.truth import NATIONAL, Values, rounded
from obsante.edition import Strict

_TOLERANCE = 1e-9


def _whole(shares: dict[str, float]) -> dict[str, float]:
    if abs(sum(shares.values()) - 1) > _TOLERANCE or min(shares.values(), default=-1) < 0:
        raise ValueError("shares, none negative, that add up to 1")
    return shares


Shares = Annotated[dict[str, float], AfterValidator(_whole)]


class Register(Strict):
    """What every register has: shares of empty cells by column, share of rows spoilt."""

    source: str = Field(min_length=1)
    missing: Effects = {}
    dirt: float = Field(default=0.0, ge=0, lt=0.05)


@dataclass(frozen=True)
class Lot:
    """``size`` rows, with a stream of random numbers of their own for each purpose."""

    seed: int
    name: str
    size: int

    def one(self, *purpose: str) -> np.ndarray:
        """Uniforms, one for each row."""
        return stream(self.seed, self.name, *purpose).random(self.size)

    def product(self, uniforms: int, *purpose: str) -> np.ndarray:
        """Products of several uniforms: skewed, between 0 and 1."""
        part = self.one(*purpose)
        for turn in range(1, uniforms):
            part *= self.one(*purpose, str(turn))
        return part

    def noise(self, *purpose: str) -> np.ndarray:
        """Draws of mean 0 and variance 1, one for each row."""
        return bell(stream(self.seed, self.name, *purpose), self.size)

    def pick(self, shares: Shares, *purpose: str) -> np.ndarray:
        """Position of each row among the keys of ``shares``."""
        return self.pick_by([shares], np.zeros(self.size, dtype=int), *purpose)

    def pick_by(self, shares: Sequence[Shares], group: np.ndarray, *purpose: str) -> np.ndarray:
        """Position of each row among all the keys, from the shares of its group."""
        names = _keys(shares)
        table = np.array([[mine.get(name, 0.0) for name in names] for mine in shares])
        return choose(self.one(*purpose), table, group).astype("int64")

    def code_by(self, shares: Sequence[Shares], group: np.ndarray, *purpose: str) -> list[str]:
        """Key of each row, from the shares of its group, which may have keys of their own."""
        names = _keys(shares)
        return [names[k] for k in self.pick_by(shares, group, *purpose)]


def _keys(shares: Sequence[Shares]) -> list[str]:
    return list(dict.fromkeys(name for mine in shares for name in mine))


def arrivals(lot: Lot, turnover: float, first: int, year: int) -> np.ndarray:
    """Year in which the holder of each place came: ``first``, or one of the years since.

    Each year a share ``turnover`` of the places gets a new holder.
    """
    arrival = np.full(lot.size, first)
    for candidate in range(first + 1, year + 1):
        arrival[lot.one("turnover", str(candidate)) < turnover] = candidate
    return arrival


def held(arrival: np.ndarray, cohort: Callable[[int], pd.DataFrame]) -> pd.DataFrame:
    """Holders of all places, in their order: ``cohort`` gives those of one year of arrival.

    Adds the columns ``arrivee`` (that year) and ``place`` (from 1).
    """
    parts = [cohort(int(year))[arrival == year] for year in np.unique(arrival)]
    rows = pd.concat(parts).sort_index()
    return rows.assign(arrivee=arrival[rows.index], place=rows.index.to_numpy() + 1)


def silence(scene: Scene, name: str, settings: Register, size: int) -> Silence:
    """Cells left empty in a register of an edition."""
    everyone = np.ones(size, dtype=bool)
    return Silence(everyone, settings.missing, {}, scene.edition.seed, name)


def days(scene: Scene, numbers: np.ndarray) -> list[str]:
    """Dates as in a file, from days counted from the first of the reference period."""
    start = np.datetime64(scene.edition.reference_period.start, "D")
    return (start + numbers).astype(str).tolist()


def totals(domains: Domains, values: np.ndarray) -> Values:
    """Total of the values, nationally and in each modality; zero where there is no row."""
    found = {NATIONAL: rounded(values.sum())}
    for dimension, sums in domains.totals(values).items():
        names = domains.names[dimension]
        found |= {f"{dimension}={n}": rounded(v) for n, v in zip(names, sums, strict=True)}
    return found


def shares_of(values: Mapping[str, float]) -> Values:
    """Each value over their sum.

    >>> shares_of({"a": 1, "b": 3})
    {'a': 0.25, 'b': 0.75}
    """
    whole = sum(values.values())
    return {name: rounded(value / whole) for name, value in values.items()}


def register(
    scene: Scene,
    name: str,
    table: pd.DataFrame,
    *,
    faults: dict[str, Mapping[str, str]],
    share: float,
    indicators: dict[str, Values],
    effects: dict[str, object],
) -> Part:
    """The file of a register, some of its rows spoilt, and its truth.

    Args:
        table: columns of the dictionary in any order.
        faults: what each kind of error writes (:func:`obsante.collect.demo.dirt.spoil`); a short
            register has few spoilt rows, so that the first kind changes with the edition.
        share: of the rows to spoil.
    """
    kinds = list(faults)
    first = scene.edition.edition % len(kinds) if kinds else 0
    turned = {kind: faults[kind] for kind in kinds[first:] + kinds[:first]}
    content, spoilt = spoilt_file(scene, name, table, turned, share=share)
    return Part(content, indicators, effects, spoilt)
