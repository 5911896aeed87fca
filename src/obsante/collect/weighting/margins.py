"""Known totals of a survey's margins, and the variables whose weighted sums must reach them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.weighting.settings import Margin
from obsante.errors import DataError
from obsante.stats import checks

# Between the columns, and between the codes, of a crossed margin.
JOIN = " x "
# A column whose part that the others don't explain is under this share of it repeats them.
_REPEATED = 1e-8
# Relative gap between two figures for one total, under which they agree.
_AGREE = 1e-9


@dataclass(frozen=True, eq=False)
class Known:
    """Margins of a survey.

    ``table``: one row for each total: ``grandeur`` (the column added up, empty for a count),
    ``marge`` (the columns crossed), ``modalite``, ``connu`` and ``source``. ``variables``: the
    column of the respondents for each of these rows, in their order.
    """

    table: pd.DataFrame
    variables: pd.DataFrame

    def weighted(self, weights: np.ndarray) -> np.ndarray:
        """Totals that weights give, one for each row of ``table``."""
        return weights @ self.variables.to_numpy()


def known_totals(
    margins: Sequence[Margin], respondents: pd.DataFrame, frame: pd.DataFrame, where: str
) -> Known:
    """What the margins ask of the respondents' weights.

    Args:
        margins: as ``config/weighting.yml`` declares them.
        respondents: rows of the survey that carry a weight.
        frame: the sampling frame, one row per facility.
        where: the survey, in messages.

    Raises:
        DataError: a cell of a margin without respondent, or without known total; a value missing.
    """
    tables, columns = [], []
    for margin in margins:
        place = f"{where}, {_named(margin.value, JOIN.join(margin.by))}"
        totals = _totals(margin, frame, place)
        cells = _cells(respondents, margin.by, place)
        _require_both(totals.index, cells, place)
        value = _values(respondents, margin.value, place)
        columns += [np.where(cells == cell, value, 0.0) for cell in totals.index]
        tables.append(pd.DataFrame({
            "grandeur": margin.value or "", "marge": JOIN.join(margin.by),
            "modalite": totals.index, "connu": totals.to_numpy(), "source": margin.source,
        }))  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    names = pd.MultiIndex.from_frame(table[["grandeur", "marge", "modalite"]])
    return Known(table, pd.DataFrame(np.column_stack(columns), respondents.index, names))


def independent(known: Known, weights: np.ndarray, where: str) -> list[int]:
    """Rows of the margins that the rows before don't repeat, on these respondents.

    A row that they repeat must have the total that theirs give; it is then reached with them.

    Args:
        weights: of the respondents (n,).

    Raises:
        DataError: two figures for one total: contradictory margins.
    """
    root = np.sqrt(weights)[:, None]
    x, totals = known.variables.to_numpy() * root, known.table["connu"].to_numpy()
    kept: list[int] = []
    for place in range(x.shape[1]):
        earlier, own = x[:, kept], x[:, place]
        coefficients = np.linalg.lstsq(earlier, own, rcond=None)[0]
        rest = np.linalg.norm(own - earlier @ coefficients)
        if rest > _REPEATED * np.linalg.norm(own):
            kept.append(place)
        else:
            implied = float(coefficients @ totals[kept])
            _require_same(known, place, implied, where)
    return kept


def _require_same(known: Known, place: int, implied: float, where: str) -> None:
    row = known.table.iloc[place]
    if abs(implied - row["connu"]) > _AGREE * max(abs(row["connu"]), 1.0):
        raise DataError(
            f"{where}, {_named(row['grandeur'], row['marge'])}, '{row['modalite']}'",
            found=f"a known total of {row['connu']:.10g}, and {implied:.10g} by the margins before it",
            expected="one figure: on these respondents, this total follows from the others",
            remedy="take margins of one source and date; group the cells in which the survey has "
            "nobody and the population has; or leave this margin out",
        )


def _named(value: str, by: str) -> str:
    """A margin in messages."""
    return f"margin {by}" + (f" of {value}" if value else "")


def _totals(margin: Margin, frame: pd.DataFrame, place: str) -> pd.Series:
    """Known total of each cell, by its code, in the dictionary's order."""
    if margin.totals:
        totals = pd.Series(margin.totals, dtype="float64")
    else:
        cells = _cells(frame, margin.by, f"{place}, sampling frame")
        totals = _values(frame, margin.frame, place).groupby(cells, sort=False).sum()
        ordered = frame[margin.by].drop_duplicates().sort_values(margin.by)
        totals = totals.reindex(_cells(ordered, margin.by, place).tolist())
    wrong = totals[~(totals > 0)]
    if len(wrong):
        raise DataError(
            f"{place}, '{wrong.index[0]}'", found=f"a known total of {wrong.iloc[0]:g}",
            expected="a positive number", remedy="correct it at its source; a cell that does not "
            "exist is left out",
        )  # fmt: skip
    return totals


def _cells(rows: pd.DataFrame, by: Sequence[str], place: str) -> pd.Series:
    """Code of the cell of each row."""
    for name in by:
        missing = checks.column(rows, name).isna()
        if missing.any():
            raise DataError(
                f"{place}, column '{name}'", found=f"{int(missing.sum())} row(s) without value",
                expected="the cell of each row", remedy="complete it at the source, or calibrate "
                "on another column",
            )  # fmt: skip
    parts = [rows[name].astype("str") for name in by]
    return parts[0].str.cat(parts[1:], sep=JOIN) if len(parts) > 1 else parts[0]


def _values(rows: pd.DataFrame, name: str | None, place: str) -> pd.Series:
    """What each row adds: one, or a number of a column."""
    if name is None:
        return pd.Series(1.0, rows.index)
    values = pd.Series(checks.vector(rows[name], name, len(rows)), rows.index)
    if values.isna().any():
        raise DataError(
            f"{place}, column '{name}'", found=f"{int(values.isna().sum())} row(s) without value",
            expected="a number on each row", remedy="complete it at the source, or calibrate on "
            "another column",
        )  # fmt: skip
    return values


def _require_both(known: pd.Index, cells: pd.Series, place: str) -> None:
    """Each cell has a known total and a respondent."""
    nobody = [cell for cell in known if cell not in set(cells)]
    if nobody:
        raise DataError(
            f"{place}, '{nobody[0]}'",
            found=f"no respondent in {len(nobody)} cell(s) that the population has",
            expected="a respondent in each: no weight can stand for an empty cell",
            remedy="calibrate on wider cells in config/weighting.yml",
        )
    unknown = sorted(set(cells) - set(known))
    if unknown:
        raise DataError(
            f"{place}, '{unknown[0]}'",
            found=f"{int((cells == unknown[0]).sum())} respondent(s), and no known total",
            expected="a known total for each cell of the survey",
            remedy="check the frame and its quarantine, or complete the totals in "
            "config/weighting.yml",
        )
