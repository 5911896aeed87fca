"""Rows received = rows kept + rows set aside."""

from __future__ import annotations

from dataclasses import dataclass

from obsante.errors import DataError


@dataclass(frozen=True)
class Balance:
    """Rows received = rows kept + rows set aside.

    ``weight_aside``: sum of the column ``poids`` over the rows set aside, 0 for a table without
    it; weights that are themselves wrong, and those of copies, count for nothing.
    """

    rows_in: int
    rows_kept: int
    rows_aside: int
    weight_aside: float

    def __post_init__(self) -> None:
        if self.rows_in != self.rows_kept + self.rows_aside:
            raise DataError(
                "the balance of rows",
                found=f"{self.rows_in} received",
                expected=f"{self.rows_kept} kept + {self.rows_aside} set aside",
                remedy="report it: obsante itself has lost or repeated a row",
            )

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.rows_in + other.rows_in,
            self.rows_kept + other.rows_kept,
            self.rows_aside + other.rows_aside,
            self.weight_aside + other.weight_aside,
        )
