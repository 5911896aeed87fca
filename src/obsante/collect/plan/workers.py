"""Second stage: workers drawn within the facilities that answered, with the weights of both stages.

In stratum h, n_h facilities are drawn among those whose staff is known, taken for a simple random
sample of the N_h of the frame; in each, m_j workers of M_j are drawn with equal chances. A worker
has the weight N_h / n_h x M_j / m_j, and the finite-population corrections n_h / N_h and m_j / M_j
(Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), section 4.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from obsante.collect.plan.basis import by_code
from obsante.collect.plan.facilities import WEIGHT_DECIMALS
from obsante.collect.plan.settings import Settings
from obsante.collect.reading import readable
from obsante.errors import DataError, nearest
from obsante.stats.sampling import LEAST_ANSWERS, draw, permanent_numbers

FACILITY, WORKER, COUNT = "id_etablissement", "id_professionnel", "n_professionnels"
_NEEDED = [FACILITY, "edition", "region", "milieu", "type", "secteur", "strate", "taille_strate"]
_FORM = re.compile(r"E[0-9]{7}-[0-9]{5}")
_MOST = 20_000
_COLUMNS = [
    WORKER, FACILITY, "edition", "region", "milieu", "type", "secteur", "strate", "taille_strate",
    "upe_strate", COUNT, "tires_etablissement", "poids_upe", "poids_dans_upe", "poids_sondage",
    "statut", "rang",
]  # fmt: skip


def read_sample(path: Path, where: str, year: int) -> pd.DataFrame:
    """Facilities of a sample file, drawn or in reserve, one row each.

    Raises:
        DataError: no such file, columns missing, or the sample of another edition.
    """
    rows = _csv(path, where, "draw the facilities first: obsante sample")
    missing = [name for name in _NEEDED if name not in rows]
    if missing:
        raise DataError(
            f"{where}, line 1", found=f"no column '{missing[0]}'",
            expected="the file that obsante sample writes for facilities",
            remedy="name that file with --sample",
        )  # fmt: skip
    if (rows["edition"] != str(year)).any():
        raise DataError(
            f"{where}, column edition", found=f"{rows['edition'].iloc[0]}", expected=f"{year}",
            remedy="name the sample file of that edition with --sample, or another --edition",
        )  # fmt: skip
    return rows[_NEEDED].astype({"edition": "int64", "taille_strate": "int64"})


def read_staff(path: Path, where: str, facilities: pd.Series) -> pd.DataFrame:
    """Workers of each facility: ``id_etablissement``, ``id_professionnel``, one row per worker.

    The file lists them in these two columns, or says how many there are in ``id_etablissement``,
    ``n_professionnels``; they are then numbered from 1. It holds no other column: neither names nor
    anything that tells who someone is has its place in a draw.

    Args:
        facilities: identifiers of the sample file.

    Raises:
        DataError: other columns, an identifier of the wrong form, a worker listed twice, a number
            that is not one, a facility that is not in the sample.
    """
    rows = _csv(path, where, "name the list of workers with --staff")
    if sorted(rows.columns) not in ([FACILITY, WORKER], [FACILITY, COUNT]):
        raise DataError(
            f"{where}, line 1", found=f"columns {', '.join(rows.columns)}",
            expected=f"{FACILITY},{WORKER} (one line per worker) or {FACILITY},{COUNT}, no other",
            remedy="keep these two columns; a draw needs no name",
        )  # fmt: skip
    _check(rows, ~rows[FACILITY].isin(facilities), FACILITY, where, "no facility of the sample",
           lambda value: nearest(value, facilities))  # fmt: skip
    if WORKER in rows:
        return _listed(rows, where)
    _check(rows, rows[FACILITY].duplicated(), FACILITY, where, "a facility that is there twice",
           lambda value: "one line for each facility")  # fmt: skip
    number = pd.to_numeric(rows[COUNT], errors="coerce")
    wrong = ~(number.between(1, _MOST) & (number % 1 == 0))
    _check(rows, wrong, COUNT, where, "not a number of workers",
           lambda value: f"a whole number from 1 to {_MOST}")  # fmt: skip
    counts = number.astype("int64")
    each = rows.loc[rows.index.repeat(counts), [FACILITY]].reset_index(drop=True)
    ranks = each.groupby(FACILITY).cumcount() + 1
    each[WORKER] = each[FACILITY] + "-" + ranks.astype("str").str.zfill(5)
    return each


def draw_workers(
    facilities: pd.DataFrame, staff: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Workers drawn and in reserve, by facility then by rank.

    Args:
        facilities: from :func:`read_sample`.
        staff: from :func:`read_staff`; its facilities are those that the second stage can use.

    Returns:
        The design columns of ``config/dictionary/professionnels.yml``, ``poids_upe`` = N_h / n_h,
        ``poids_dans_upe`` = M_j / m_j, ``poids_sondage`` their product, then ``statut`` and
        ``rang`` in the facility.

    Raises:
        DataError: a stratum of several facilities with fewer than two whose staff is known, or a
            type for which the settings say nothing.
    """
    units = facilities[facilities[FACILITY].isin(staff[FACILITY])]
    _require_pairs(facilities, units)
    primary = _primary_units(units, settings)
    people = staff.merge(primary, on=FACILITY).sort_values(WORKER, ignore_index=True)
    sizes = people[FACILITY].value_counts()
    wanted = by_code(primary["type"], settings.workers.drawn, "workers.drawn")
    take = pd.Series(wanted.to_numpy(), index=primary[FACILITY]).clip(upper=sizes)
    chosen = draw(people[FACILITY], take, permanent_numbers(people[WORKER], settings.seed),
                  reserve=settings.workers.reserve)  # fmt: skip
    rows = people.loc[chosen.index].assign(**chosen)
    rows[COUNT] = rows[FACILITY].map(sizes)
    rows["tires_etablissement"] = rows[FACILITY].map(take).astype("int64")
    first = rows["taille_strate"] / rows["upe_strate"]
    second = rows[COUNT] / rows["tires_etablissement"]
    weights = {"poids_upe": first, "poids_dans_upe": second, "poids_sondage": first * second}
    rows = rows.assign(**{name: value.round(WEIGHT_DECIMALS) for name, value in weights.items()})
    return rows.sort_values([FACILITY, "rang"], ignore_index=True)[_COLUMNS]


def _primary_units(units: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Facilities of the second stage, with ``upe_strate``, their number in the stratum."""
    rate = by_code(units["type"], settings.workers.facilities, "workers.facilities")
    known = units["strate"].map(units["strate"].value_counts())
    wanted = np.maximum(np.minimum(known, LEAST_ANSWERS), np.floor(known * rate + 0.5))
    count = wanted.groupby(units["strate"]).max().astype("int64")
    numbers = permanent_numbers("upe:" + units[FACILITY], settings.seed)
    drawn = units.loc[draw(units["strate"], count, numbers).index]
    return drawn.assign(upe_strate=drawn["strate"].map(count))


def _require_pairs(facilities: pd.DataFrame, units: pd.DataFrame) -> None:
    strata = facilities.groupby("strate")["taille_strate"].first()
    known = units["strate"].value_counts().reindex(strata.index, fill_value=0)
    few = known[known < np.minimum(strata, LEAST_ANSWERS)]
    if len(few):
        raise DataError(
            f"stratum '{few.index[0]}'" + (f" and {len(few) - 1} more" if len(few) > 1 else ""),
            found=f"{few.iloc[0]} facility with a list of workers, of the "
            f"{strata[few.index[0]]} of the frame",
            expected=f"at least {LEAST_ANSWERS}: one tells nothing of the others, and none leaves "
            "the workers of the stratum without weight",
            remedy="obtain the staff of more facilities of that stratum, then draw",
        )


def _listed(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    codes, facility = rows[WORKER].fillna(""), rows[FACILITY]
    pairs = zip(codes, facility, strict=True)
    own = [bool(_FORM.fullmatch(code)) and code.startswith(name) for code, name in pairs]
    wrong = ~pd.Series(own, index=rows.index)
    _check(rows, wrong, WORKER, where, "not an identifier of a worker of that facility",
           lambda value: "the facility's own, a dash, five digits: E0000001-00001")  # fmt: skip
    _check(rows, codes.duplicated(), WORKER, where, "a worker who is there twice",
           lambda value: "one line for each worker")  # fmt: skip
    return rows[[FACILITY, WORKER]]


def _check(
    rows: pd.DataFrame,
    wrong: pd.Series,
    column: str,
    where: str,
    what: str,
    expected: Callable[[str], str],
) -> None:
    """Raise a DataError naming the first line where ``wrong`` is true, and what it should hold."""
    if wrong.any():
        line = rows.index[wrong][0]
        value = rows.at[line, column]
        raise DataError(
            f"{where}, line {line + 2}, column {column}",
            found=f"'{value}', {what} ({int(wrong.sum())} such line(s))",
            expected=expected(value), remedy="correct the file, then draw again",
        )  # fmt: skip


def _csv(path: Path, where: str, remedy: str) -> pd.DataFrame:
    """A small CSV as text; one line per row, no blank line."""
    if not path.is_file():
        raise DataError(where, found="no such file", expected="a CSV file", remedy=remedy)
    try:
        with readable(where):
            rows = pd.read_csv(path, dtype="str", encoding="utf-8-sig", skip_blank_lines=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            where, found=f"not readable: {error}", expected="CSV in UTF-8 with commas",
            remedy="export the file again in that form",
        ) from error  # fmt: skip
    if rows.empty:
        raise DataError(where, found="no row", expected="a header and a row", remedy=remedy)
    return rows
