"""What the second stage of a plan should bring: facilities, workers and precision by type."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.collect.plan.basis import Basis, by_code
from obsante.stats import NATIONAL
from obsante.stats.sampling import LEAST_ANSWERS, clustering_effect
from obsante.stats.survey.intervals import quantile_of


def expected_workers(basis: Basis, drawn: np.ndarray) -> pd.DataFrame:
    """Expected second stage, in all then by type of facility.

    In stratum h, n_h of the facilities that answer are kept; each gives min(m, M_j) workers of its
    M_j, of weight N_h / n_h x M_j / m_j, and a part of them answers. The half-width is that of a
    proportion of ``share``, with a design effect that multiplies Kish's for unequal weights by that
    of clusters (Kish, *J. Official Stat.* 3 (1987), for the product); finite-population
    corrections are left out, so that it is rather too wide.

    Args:
        drawn: facilities drawn in each stratum (H,).

    Returns:
        ``dimension``, ``modalite``, ``etablissements``, ``tires`` (workers), ``reponses``,
        ``effet_poids``, ``effet_grappes``, ``demi_largeur`` (in proportion).

    Raises:
        DataError: the settings say nothing of a type.
    """
    units = _units(basis, drawn)
    parts = {(NATIONAL, NATIONAL): units}
    parts |= {("type", str(name)): part for name, part in units.groupby("type", observed=True)}
    rows = [_row(basis, part) for part in parts.values()]
    labels = pd.DataFrame(list(parts), columns=["dimension", "modalite"])
    return pd.concat([labels, pd.DataFrame(rows)], axis=1)


def _units(basis: Basis, drawn: np.ndarray) -> pd.DataFrame:
    """Each facility of the frame: chance to be kept, workers drawn, their weight and response."""
    settings, frame = basis.settings.workers, basis.frame
    size, answers = basis.domains.sizes, drawn * basis.response
    rate = by_code(frame["type"], settings.facilities, "workers.facilities")
    by_stratum = rate.groupby(frame["strate"]).mean().reindex(basis.domains.strata).to_numpy()
    kept = np.minimum(size, np.maximum(LEAST_ANSWERS, answers * by_stratum))
    chance = frame["strate"].map(pd.Series(kept / size, index=basis.domains.strata))
    staff = frame["n_professionnels"].astype("float64")
    take = np.minimum(staff, by_code(frame["type"], settings.drawn, "workers.drawn"))
    response = by_code(frame["type"], settings.response, "workers.response")
    return frame[["type", "strate"]].assign(
        chance=chance, take=take, weight=staff / take / chance, response=response
    )


def _row(basis: Basis, units: pd.DataFrame) -> dict[str, float]:
    facilities, people = units["chance"].sum(), units["chance"] * units["take"]
    heard = people * units["response"]
    weight = units["weight"] / units["response"]
    unequal = heard.sum() * (heard @ weight**2) / (heard @ weight) ** 2
    # The size that an average worker sees, each facility counting with its chance to be kept.
    seen = heard @ (units["take"] * units["response"]) / heard.sum()
    clusters = clustering_effect([max(1.0, seen)], basis.settings.workers.correlation)
    quantile = quantile_of(facilities - units["strate"].nunique(), basis.level)
    share = basis.settings.share
    error = np.sqrt(share * (1 - share) * unequal * clusters / heard.sum())
    return {
        "etablissements": facilities, "tires": people.sum(), "reponses": heard.sum(),
        "effet_poids": unequal, "effet_grappes": clusters, "demi_largeur": float(quantile * error),
    }  # fmt: skip
