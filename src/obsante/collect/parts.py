"""Rows of one table as they are written, chunk by chunk, and found again by their position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from obsante.collect.examination import Examined
from obsante.collect.shelf import Shelf
from obsante.files import writing


@dataclass(frozen=True)
class Piece:
    """Where the rows of a chunk are.

    ``first``: position of its first row among all the table's rows. ``lines``: their lines in
    ``file``. ``aside``: offsets of those that the checks of single rows set aside, increasing; the
    others are row group ``group`` of the table's file, None if there is none.
    """

    file: str
    first: int
    lines: range | np.ndarray
    aside: np.ndarray
    group: int | None

    def __len__(self) -> int:
        return len(self.lines)


class Parts:
    """The table's Parquet file, a row group for each chunk, and beside it the rows set aside.

    Args:
        path: the file.
        work: a folder for what is not kept.
    """

    def __init__(self, path: Path, work: Path) -> None:
        self.pieces: list[Piece] = []
        self.rows = 0
        self._path = path
        self._aside = Shelf(work / "aside")
        self._writer: pq.ParquetWriter | None = None
        self._groups = 0

    def add(self, examined: Examined) -> None:
        """Write the rows of the next chunk that have no violation.

        Raises:
            ObsanteError: the disk is full.
        """
        aside = examined.aside
        offsets = np.flatnonzero(aside)
        self._aside.put(len(self.pieces), examined.text[aside].set_axis(offsets + self.rows))
        kept = examined.typed[~aside] if len(offsets) else examined.typed
        group = self._write(kept)
        lines = _lines(examined.text.index)
        self.pieces.append(Piece(examined.file, self.rows, lines, offsets, group))
        self.rows += len(lines)

    def _write(self, kept: pd.DataFrame) -> int | None:
        table = pa.Table.from_pandas(kept, preserve_index=False)
        with writing(self._path.parent):
            if self._writer is None:
                self._writer = pq.ParquetWriter(self._path, table.schema)
            if not len(table):
                return None
            self._writer.write_table(table, row_group_size=len(table))
        self._groups += 1
        return self._groups - 1

    def close(self) -> None:
        """End the file, which can then be read.

        Raises:
            ObsanteError: the disk is full.
        """
        if self._writer is not None:
            with writing(self._path.parent):
                self._writer.close()

    def text_aside(self, number: int) -> pd.DataFrame | None:
        """Cells of the rows of piece ``number`` that were set aside when it came, by position."""
        return self._aside.get(number)

    def fetch(self, positions: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows by position: values of those that were kept, cells of those that were set aside.

        Args:
            positions: increasing.
        """
        typed, text = [], []
        with pq.ParquetFile(self._path) as file:
            typed.append(file.schema_arrow.empty_table().to_pandas())
            for number, wanted in self.by_piece(positions):
                piece = self.pieces[number]
                among = np.isin(wanted - piece.first, piece.aside)
                if among.any():
                    text.append(self._aside.get(number).loc[wanted[among]])
                if not among.all():
                    rows = _ranks(piece, wanted[~among])
                    found = file.read_row_group(piece.group).take(rows).to_pandas()
                    typed.append(found.set_axis(wanted[~among]))
        return pd.concat(typed), pd.concat(text) if text else pd.DataFrame()

    def places(self, positions: np.ndarray) -> list[tuple[str, int]]:
        """File and line of each position, in order."""
        found = []
        for number, wanted in self.by_piece(positions):
            piece = self.pieces[number]
            found += [(piece.file, int(piece.lines[row])) for row in wanted - piece.first]
        return found

    def by_piece(self, positions: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Increasing positions, piece by piece: its number, and those in it."""
        firsts = [piece.first for piece in self.pieces]
        places = np.searchsorted(firsts, positions, side="right") - 1
        numbers, starts = np.unique(places, return_index=True)
        yield from zip(numbers.tolist(), np.split(positions, starts[1:]), strict=False)

    def remove(self, positions: np.ndarray) -> None:
        """Write the file again without these rows, some of which may be aside already.

        Raises:
            ObsanteError: the disk is full.
        """
        removed = dict(self.by_piece(positions))
        former = self._path.with_suffix(".former")
        with writing(self._path.parent):
            self._path.replace(former)
            with pq.ParquetFile(former) as file, pq.ParquetWriter(
                self._path, file.schema_arrow
            ) as writer:
                for number, piece in enumerate(self.pieces):
                    if piece.group is None:
                        continue
                    table = file.read_row_group(piece.group)
                    if number in removed:
                        keep = np.ones(len(table), dtype="bool")
                        keep[_ranks(piece, _kept(piece, removed[number]))] = False
                        table = table.filter(pa.array(keep))
                    if len(table):
                        writer.write_table(table, row_group_size=len(table))
            former.unlink()


def _kept(piece: Piece, positions: np.ndarray) -> np.ndarray:
    return positions[~np.isin(positions - piece.first, piece.aside)]


def _ranks(piece: Piece, positions: np.ndarray) -> np.ndarray:
    """Ranks among the rows kept of a piece."""
    offsets = positions - piece.first
    return offsets - np.searchsorted(piece.aside, offsets)


def _lines(index: pd.Index) -> range | np.ndarray:
    """A range where lines follow each other, which takes no memory."""
    lines = index.to_numpy()
    if len(lines) and lines[-1] - lines[0] == len(lines) - 1 and (np.diff(lines) == 1).all():
        return range(int(lines[0]), int(lines[-1]) + 1)
    return lines
