"""Rate of events among the units that report them, when a survey alone tells how many report.

The register counts every event of the units that report: D. How many units report is estimated
by a survey: N p, with N units in the frame and p the weighted proportion that reports. It can't be
less than K, the units known to report, because they said so or because the register holds one of
their events. The rate is scale x D / max(N p, K), over the period that the register covers.

>>> from obsante.stats import proportion, survey_design
>>> says = pd.DataFrame({"y": [1.0, 0.0, 1.0, 0.0], "state": "valid", "w": 10.0})
>>> share = proportion(says, survey_design(says, weights="w"), says[[]], level=0.95)
>>> units = {"frame": pd.DataFrame({"id": range(40)}), "observed": pd.DataFrame({"id": [0, 2]})}
>>> register = pd.DataFrame({"id": [2, 2, 5, 5, 5, 6, 6, 6]})
>>> rate = reported_rate(register, share, **units, unit="id", scale=100, level=0.95)
>>> rate[["estimation", "connus"]].iloc[0].tolist()
[40.0, 4.0]
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from obsante.errors import DataError
from obsante.stats.checks import probability
from obsante.stats.impact.incidence import exposures
from obsante.stats.survey import COLUMNS, NATIONAL

METHOD = "événements du registre rapportés aux déclarants estimés par l'enquête"


def reported_rate(
    register: pd.DataFrame,
    reporting: pd.DataFrame,
    *,
    frame: pd.DataFrame,
    observed: pd.DataFrame,
    unit: str,
    scale: float,
    level: float,
    minimum: int = 0,
) -> pd.DataFrame:
    """Events of a register per reporting unit, nationally and by domain.

    The interval is that of p, carried to the rate and cut where fewer units than K would report:
    register and frame being exhaustive, only the number of units that report is uncertain. It
    leaves out the chance of more or fewer events in another period of equal risk. The error is
    rate x log(upper / lower) / (2 z), a small p making the interval lopsided.

    Args:
        register: one row per event, with ``unit`` and the dimensions as columns.
        reporting: share of units that report, from :func:`obsante.stats.proportion`.
        frame: one row per unit in the field, with the dimensions as columns.
        observed: one row per respondent that reports, with ``unit`` and the dimensions.
        unit: column that identifies a unit.
        scale: units in one unit of rate (100 for a rate per 100 units).
        level: confidence level of the interval of ``reporting``.
        minimum: observed reporting units below which a domain not observed whole has no rate.

    Returns:
        One row for each domain, columns :data:`obsante.stats.COLUMNS`, ``evenements``, ``declarants``
        (observed) and ``connus`` (K); no rate where no answer reports or too few do, no interval
        without event or where K and the lower limit of p are zero.

    Raises:
        DataError: a domain is repeated or has no unit in the frame, or a column is not in a table.
    """
    probability(level, "level")
    domains = _domains(reporting)
    events, sizes, own = (_counted(table, domains) for table in (register, frame, observed))
    known = _counted(_known(observed, register, unit, domains), domains)
    answered = reporting["n"].to_numpy() > 0
    exposures(pd.DataFrame({"frame": sizes[answered]}), "frame")
    columns = _carried(scale * events, reporting, sizes, known, norm.ppf((1 + level) / 2))
    whole = (reporting["borne_inf"] == reporting["borne_sup"]).to_numpy()
    enough = (own >= minimum) | whole
    columns = {name: np.where(enough, values, np.nan) for name, values in columns.items()}
    counts = {"evenements": events, "declarants": own, "connus": known}
    columns |= {name: values.astype(int) for name, values in counts.items()}
    return reporting.assign(**columns, effet_plan=np.nan, methode=METHOD)[[*COLUMNS, *counts]]


def _carried(
    per: np.ndarray, reporting: pd.DataFrame, sizes: np.ndarray, known: np.ndarray, z: float
) -> dict[str, np.ndarray]:
    """The proportion's estimate and limits, carried to ``per`` / max(N p, K)."""
    share = (reporting[c].to_numpy(dtype=float) for c in ("estimation", "borne_inf", "borne_sup"))
    said = reporting["estimation"].to_numpy(dtype=float) > 0
    units, low, high = (_positive(np.maximum(sizes * p, known)) for p in share)
    rate = np.where(said, per / units, np.nan)
    certain = (rate > 0) & np.isfinite(low)
    error = rate * np.log(np.where(certain, high / low, np.nan)) / (2 * z)
    return {
        "estimation": rate,
        "erreur_type": error,
        "borne_inf": np.where(certain, per / high, np.nan),
        "borne_sup": np.where(certain, per / low, np.nan),
        "cv": error / np.where(rate > 0, rate, np.nan),
    }


def _domains(reporting: pd.DataFrame) -> pd.MultiIndex:
    """Dimension and modality of each row, none of them repeated."""
    wanted = pd.MultiIndex.from_frame(reporting[["dimension", "modalite"]])
    if wanted.has_duplicates:
        raise DataError(
            "rate of a register",
            found=f"{int(wanted.duplicated().sum())} domain(s) of the share repeated",
            expected="each domain once",
            remedy="estimate the share that reports once by dimension",
        )
    return wanted


def _known(
    observed: pd.DataFrame, register: pd.DataFrame, unit: str, domains: pd.MultiIndex
) -> pd.DataFrame:
    """Units known to report, each of them once: those that said so, those of the register."""
    named = [d for d in domains.unique("dimension") if d != NATIONAL]
    parts = []
    for table in (observed, register):
        for column in [unit, *named]:
            _check_column(table, column)
        parts.append(table[[unit, *named]].astype("str"))
    return pd.concat(parts, ignore_index=True).drop_duplicates(unit)


def _counted(table: pd.DataFrame, domains: pd.MultiIndex) -> np.ndarray:
    """Rows of a table in each domain."""
    counts = []
    for dimension, modality in domains:
        if dimension == NATIONAL:
            counts.append(len(table))
            continue
        _check_column(table, dimension)
        counts.append(int((table[dimension].astype("str") == modality).sum()))
    return np.array(counts, dtype=float)


def _check_column(table: pd.DataFrame, column: str) -> None:
    if column not in table:
        raise DataError(
            f"dimension '{column}'",
            found=f"a table with the columns {sorted(table.columns)}",
            expected="the unit and the dimensions of the survey's estimates",
            remedy="leave the dimension out, or add it to the table",
        )


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)
