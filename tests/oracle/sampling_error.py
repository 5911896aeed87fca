"""Textbook error of a stratified sample of facilities, and of people within them.

Formulas are written out with groups of pandas, apart from what the project computes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

PARTS = ["between", "within", "unanswered"]


def sampling_error(rows: pd.DataFrame, z: pd.Series | np.ndarray, **options: object) -> float:
    """Standard error of the total of z: facilities, then people, without replacement, then answers.

    Args:
        rows: respondents, with ``strate``, ``taille_strate`` and ``id_etablissement``.
        z: weight times influence of each row, 0 out of the domain.
        options: of :func:`parts`.
    """
    return float(np.sqrt(parts(rows, z, **options)[PARTS].to_numpy().sum()))


def freedom(
    rows: pd.DataFrame, z: pd.Series | np.ndarray, used: pd.Series, **options: object
) -> float:
    """Welch's degrees of freedom, at most facilities minus strata among the rows ``used``."""
    own = rows[used.to_numpy()]
    units = own.groupby("strate")["id_etablissement"].agg(["nunique", "size"])
    inside = own.groupby(["strate", "id_etablissement"]).size().groupby("strate").size()
    table = parts(rows, z, **options).join(units).fillna(0.0)
    free = {
        "between": table["nunique"] - 1,
        "within": table["size"] - inside.reindex(table.index, fill_value=0),
        "unanswered": table["size"] - 1,
    }
    total = table[PARTS].to_numpy().sum()
    below = sum((table[name] ** 2 / (df.clip(lower=1) + 2)).sum() for name, df in free.items())
    most = own["id_etablissement"].nunique() - own["strate"].nunique()
    return min(most, total**2 / below - 2)


def freedom_of_two(errors: list[float], own: list[float], most: float) -> float:
    """Welch's degrees of freedom of a difference between two groups."""
    v = np.square(errors)
    return min(v.sum() ** 2 / (v**2 / (np.array(own) + 2)).sum() - 2, sum(own), most)


def parts(
    rows: pd.DataFrame,
    z: pd.Series | np.ndarray,
    *,
    missing: pd.Series,
    answered: pd.Series | None = None,
    people: str | None = None,
) -> pd.DataFrame:
    """Variance of each stratum, in columns :data:`PARTS`.

    Args:
        missing: those who should have answered and did not.
        answered: those who did, by default all the others.
        people: column of the number of people of the facility, where people were drawn.
    """
    said = ~missing if answered is None else answered
    frame = pd.DataFrame({
        "strate": rows["strate"].to_numpy(), "facility": rows["id_etablissement"].to_numpy(),
        "size": rows["taille_strate"].to_numpy(dtype=float), "z": np.asarray(z, dtype=float),
        "said": np.asarray(said, dtype=float), "left": np.asarray(missing, dtype=float),
        "people": rows[people].to_numpy(dtype=float) if people else 1.0,
    })  # fmt: skip
    units = frame.assign(square=frame["z"] ** 2).groupby(["strate", "facility"], sort=False).agg(
        total=("z", "sum"), spread=("z", "var"), squares=("square", "sum"), drawn=("z", "size"),
        people=("people", "first"), size=("size", "first"),
    )  # fmt: skip
    share = units["drawn"] / units["people"]
    within = ((1 - share) * units["drawn"] * units["spread"]).fillna(0.0)
    strata = units.assign(within=within, squares=share * units["squares"]).groupby("strate").agg(
        spread=("total", "var"), within=("within", "sum"), squares=("squares", "sum"),
        n=("total", "size"), size=("size", "first"),
    )  # fmt: skip
    answers = frame.groupby("strate")[["said", "left"]].sum()
    sampled = strata["n"] / strata["size"]
    lost = answers["left"] / (answers["said"] + answers["left"]).clip(lower=1)
    lost *= answers["said"] / (answers["said"] - 1).clip(lower=1)
    return pd.DataFrame({
        "between": ((1 - sampled) * strata["n"] * strata["spread"]).fillna(0.0),
        "within": sampled * strata["within"],
        "unanswered": sampled * lost * strata["squares"],
    })  # fmt: skip
