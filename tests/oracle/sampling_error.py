"""Textbook error of a stratified sample of facilities, and of people within them."""

from __future__ import annotations

import numpy as np
import pandas as pd


def sampling_error(
    rows: pd.DataFrame,
    z: pd.Series | np.ndarray,
    *,
    missing: pd.Series,
    answered: pd.Series | None = None,
    people: str | None = None,
) -> float:
    """Standard error of the total of z: facilities, then people, without replacement, then answers.

    The formula is written out with groups of pandas, apart from what the project computes.

    Args:
        rows: respondents, with ``strate``, ``taille_strate`` and ``id_etablissement``.
        z: weight times influence of each row, 0 out of the domain.
        missing: those who should have answered and did not.
        answered: those who did, by default all the others.
        people: column of the number of people of the facility, where people were drawn.
    """
    said = ~missing if answered is None else answered
    everyone = rows["strate"].to_numpy()
    frame = pd.DataFrame({
        "stratum": everyone, "facility": rows["id_etablissement"].to_numpy(),
        "size": rows["taille_strate"].to_numpy(dtype=float), "z": np.asarray(z, dtype=float),
        "said": np.asarray(said, dtype=float), "left": np.asarray(missing, dtype=float),
        "people": rows[people].to_numpy(dtype=float) if people else 1.0,
    })  # fmt: skip
    units = frame.groupby(["stratum", "facility"], sort=False).agg(
        total=("z", "sum"), spread=("z", "var"), squares=("z", lambda z: (z**2).sum()),
        drawn=("z", "size"), people=("people", "first"), size=("size", "first"),
    )  # fmt: skip
    share = units["drawn"] / units["people"]
    within = ((1 - share) * units["drawn"] * units["spread"]).fillna(0.0)
    strata = units.assign(within=within, squares=share * units["squares"]).groupby("stratum").agg(
        between=("total", "var"), within=("within", "sum"), squares=("squares", "sum"),
        n=("total", "size"), size=("size", "first"),
    )  # fmt: skip
    answers = frame.groupby("stratum")[["said", "left"]].sum()
    sampled = strata["n"] / strata["size"]
    between = ((1 - sampled) * strata["n"] * strata["between"]).fillna(0.0)
    lost = answers["left"] / (answers["said"] + answers["left"]).clip(lower=1)
    unseen = lost * answers["said"] / (answers["said"] - 1).clip(lower=1) * strata["squares"]
    return float(np.sqrt((between + sampled * (strata["within"] + unseen)).sum()))
