"""Rate of events among the units that report them, when a survey alone tells how many report.

The register counts every event of the units that report: D. How many units report is estimated
by a survey: N p, with N units in the field and p the weighted proportion that reports. The rate is
scale x D / (N p), over the period that the register covers.
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
    population: pd.DataFrame,
    *,
    scale: float,
    level: float,
) -> pd.DataFrame:
    """Events of a register per reporting unit, nationally and by domain.

    The interval is that of p, carried to the rate: the register being exhaustive, only the number of
    units that report is uncertain. It leaves out the chance of more or fewer events in another
    period of equal risk. The error is rate x log(upper / lower) / (2 z), a small p making the interval
    lopsided.

    Args:
        register: one row per event, with the dimensions as columns.
        reporting, population: share of units that report, from :func:`obsante.stats.proportion`, and
            number of units, from :func:`obsante.stats.total`, in the same domains.
        scale: units in one unit of rate (100 for a rate per 100 units).
        level: confidence level of the interval of ``reporting``.

    Returns:
        One row for each domain, columns :data:`obsante.stats.COLUMNS` and ``evenements``; no rate
        where no answer reports, no interval without event or where the lower limit of p is zero.

    Raises:
        DataError: the two tables have other domains, or a dimension is not in the register.

    >>> from obsante.stats import everyone, proportion, survey_design, total
    >>> says = pd.DataFrame({"y": [1.0, 0.0, 1.0, 0.0], "state": "valid", "w": 10.0})
    >>> call = {"design": survey_design(says, weights="w"), "domains": says[[]], "level": 0.95}
    >>> tables = proportion(says, **call), total(everyone(says), **call)
    >>> rate = reported_rate(pd.DataFrame({"id": range(8)}), *tables, scale=100, level=0.95)
    >>> rate["estimation"].tolist()
    [40.0]
    """
    probability(level, "level")
    key = ["dimension", "modalite"]
    sizes = _sizes(reporting[key], population.set_index(key)["estimation"])
    known = reporting["n"].to_numpy() > 0
    exposures(pd.DataFrame({"population": sizes.to_numpy(dtype=float)[known]}), "population")
    events = np.array([_events(register, *pair) for pair in sizes.index], dtype=float)
    per = scale * events / sizes.to_numpy(dtype=float)
    columns = _carried(per, reporting, norm.ppf((1 + level) / 2))
    columns |= {"evenements": events.astype(int), "effet_plan": np.nan, "methode": METHOD}
    return reporting.assign(**columns)[[*COLUMNS, "evenements"]]


def _carried(per: np.ndarray, reporting: pd.DataFrame, z: float) -> dict[str, np.ndarray]:
    """The proportion's estimate and limits, carried to ``per`` / p."""
    p, low, high = (_positive(reporting[c]) for c in ("estimation", "borne_inf", "borne_sup"))
    rate, certain = per / p, (per > 0) & np.isfinite(low)
    error = rate * np.log(np.where(certain, high / low, np.nan)) / (2 * z)
    return {
        "estimation": rate,
        "erreur_type": error,
        "borne_inf": np.where(certain, per / high, np.nan),
        "borne_sup": np.where(certain, per / low, np.nan),
        "cv": error / np.where(rate > 0, rate, np.nan),
    }


def _sizes(domains: pd.DataFrame, sizes: pd.Series) -> pd.Series:
    """Number of units of each domain, in the order of ``domains``."""
    wanted = pd.MultiIndex.from_frame(domains)
    if wanted.has_duplicates or sizes.index.has_duplicates or set(wanted) != set(sizes.index):
        raise DataError(
            "rate of a register",
            found=f"{len(wanted)} domain(s) that report, {len(sizes)} of the population",
            expected="the same domains in both, each of them once",
            remedy="estimate both by the same dimensions",
        )
    return sizes.reindex(wanted)


def _events(register: pd.DataFrame, dimension: str, modality: str) -> int:
    if dimension == NATIONAL:
        return len(register)
    if dimension not in register:
        raise DataError(
            f"dimension '{dimension}'",
            found=f"a register with the columns {sorted(register.columns)}",
            expected="the dimensions of the survey's estimates",
            remedy="leave the dimension out",
        )
    return int((register[dimension].astype("str") == modality).sum())


def _positive(values: pd.Series) -> np.ndarray:
    numbers = values.to_numpy(dtype=float)
    return np.where(numbers > 0, numbers, np.nan)
