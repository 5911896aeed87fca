"""Frames put aside by number: in memory while they are few, on disk beyond."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from obsante.files import writing

_CELLS = 4_000_000


class Shelf:
    """Frames by number, whose index is kept.

    Args:
        folder: where frames go once those in memory hold ``cells`` cells; created then.
    """

    def __init__(self, folder: Path, cells: int = _CELLS) -> None:
        self._folder, self._room = folder, cells
        self._held: dict[int, pd.DataFrame] = {}
        self._files: dict[int, Path] = {}

    def put(self, number: int, frame: pd.DataFrame) -> None:
        """Keep a frame; one without rows is forgotten.

        Raises:
            ObsanteError: the disk is full.
        """
        if frame.empty:
            return
        if frame.size <= self._room:
            self._held[number] = frame
            self._room -= frame.size
            return
        path = self._files[number] = self._folder / f"{number}.parquet"
        with writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            frame.to_parquet(path)

    def get(self, number: int) -> pd.DataFrame | None:
        """The frame of that number, None if there is none."""
        path = self._files.get(number)
        return pd.read_parquet(path) if path else self._held.get(number)

    def numbers(self) -> set[int]:
        """Numbers of the frames."""
        return self._held.keys() | self._files.keys()
