"""Rows that may share a key, found among any number of rows with 8 bytes for each.

A key is reduced to 64 bits. Equal keys always have equal hashes; the reverse is not sure, so what
is found here are candidates, whose keys are then compared.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

# Hashes sorted at once: 64 MB.
_SORTED = 1 << 23
_BITS = 64


class KeyHashes:
    """Hashes of one key, in the order of the rows; rows without a key are never candidates."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []

    def add(self, keys: pd.DataFrame) -> None:
        """Take the next rows; a row where one of the columns is missing has no key."""
        # Grouping equal values first costs more than it saves: keys hardly repeat.
        hashes = pd.util.hash_pandas_object(keys, index=False, categorize=False).to_numpy(copy=True)
        hashes[hashes == 0] = 1
        hashes[keys.isna().any(axis=1).to_numpy()] = 0
        self._parts.append(hashes)

    def candidates(self) -> Candidates:
        """The rows whose hash is also another row's."""
        repeated = self._repeated()
        positions, hashes, first = [], [], 0
        for part in self._parts if len(repeated) else []:
            places = np.minimum(np.searchsorted(repeated, part), len(repeated) - 1)
            found = np.flatnonzero(repeated[places] == part)
            positions.append(found + first)
            hashes.append(part[found])
            first += len(part)
        return Candidates(_joined(positions, np.int64), _joined(hashes, np.uint64))

    def _repeated(self) -> np.ndarray:
        """Hashes that occur more than once, sorted: looked for by their first bits."""
        bits = (sum(map(len, self._parts)) // _SORTED).bit_length()
        found = []
        for first_bits in range(1 << bits):
            some = _joined([_beginning(part, bits, first_bits) for part in self._parts], np.uint64)
            some.sort()
            found.append(np.unique(some[1:][some[1:] == some[:-1]]))
        return _joined(found, np.uint64)


class Candidates:
    """Rows that may share a key.

    Args:
        positions: of the rows, increasing.
        hashes: of their keys, each at least twice.
    """

    def __init__(self, positions: np.ndarray, hashes: np.ndarray) -> None:
        order = np.argsort(hashes, kind="stable")
        self._positions = positions[order]
        self._starts = np.flatnonzero(np.diff(hashes[order], prepend=np.uint64(0)))

    def largest(self) -> np.ndarray:
        """Positions of the largest group of rows with the same hash; none if there is none."""
        if not len(self._starts):
            return self._positions
        sizes = np.diff(self._starts, append=len(self._positions))
        start = self._starts[sizes.argmax()]
        return self._positions[start : start + sizes.max()]

    def batches(self, limit: int) -> Iterator[np.ndarray]:
        """Positions, increasing, less than ``limit`` at a time and one group more."""
        batch = self._starts // limit
        ends = self._starts[1:][batch[1:] != batch[:-1]]
        for part in np.split(self._positions, ends) if len(self._positions) else []:
            yield np.sort(part)


def _beginning(hashes: np.ndarray, bits: int, first_bits: int) -> np.ndarray:
    chosen = hashes != 0
    if bits:
        chosen &= hashes >> np.uint64(_BITS - bits) == first_bits
    return hashes[chosen]


def _joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate([np.empty(0, dtype), *parts])
