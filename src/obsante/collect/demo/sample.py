"""Stratified sample of facilities, rotating from one edition to the next, and its weights.

Strata cross type, milieu and region; :func:`obsante.stats.sampling.collapse` puts the small ones
together, until each has ``minimum`` facilities.

At least ``minimum`` facilities are drawn in each stratum (all of them if there are fewer), and
followed up until two answer, so that a variance can be computed everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import respond, stream
from obsante.collect.demo.frame import MILIEUX, TYPES, Frame
from obsante.collect.demo.settings import SampleSettings, Settings
from obsante.stats.sampling import collapse, order_in_strata, shares

RESPONDENTS_AT_LEAST = 2


@dataclass(frozen=True)
class Strata:
    """``table`` (one row per stratum: strate, type, taille, tires) and each facility's stratum."""

    table: pd.DataFrame
    of_facility: np.ndarray


def build_strata(frame: Frame, settings: SampleSettings, scale: int) -> Strata:
    """Strata of the frame after merging, and how many facilities are drawn in each.

    A frame ``scale`` times as large has a sample ``scale`` times as large.
    """
    cells = frame.rows.groupby(["type", "milieu", "region"]).size().reset_index(name="taille")
    named = {name: cells[name].map(lambda code, names=frame.names(name): names[code])
             for name in ("type", "milieu", "region")}  # fmt: skip
    cells["strate"] = collapse(cells.assign(**named), order=MILIEUX, minimum=settings.minimum)
    table = cells.groupby("strate", as_index=False).agg({"type": "first", "taille": "sum"})
    table["tires"] = _sizes(table, settings, scale)
    return Strata(table, _stratum_of_facility(frame, cells, table))


def _sizes(table: pd.DataFrame, settings: SampleSettings, scale: int) -> np.ndarray:
    """Half in proportion to the stratum's size, half to its square root."""
    sizes = table["taille"].to_numpy()
    drawn = sizes.copy()
    for code, name in enumerate(TYPES):
        wanted = settings.drawn[name]
        mine = (table["type"] == code).to_numpy()
        if wanted is None or not mine.any():
            continue
        part = shares(sizes[mine], "mixed")
        drawn[mine] = np.floor(wanted * scale * part + 0.5).astype("int64")
    return np.minimum(sizes, np.maximum(drawn, settings.minimum))


def _stratum_of_facility(frame: Frame, cells: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Position in ``table`` of each facility's stratum."""
    positions = pd.Series(table.index, index=table["strate"])
    lookup = np.zeros((len(TYPES), len(MILIEUX), len(frame.reference.regions)), dtype="int64")
    lookup[cells["type"], cells["milieu"], cells["region"]] = cells["strate"].map(positions)
    return lookup[frame.codes("type"), frame.codes("milieu"), frame.codes("region")]


def draw_sample(
    frame: Frame, strata: Strata, settings: Settings, *, year: int, seed: int
) -> pd.DataFrame:
    """Facilities drawn in one edition, sorted by identifier, with their design and response.

    Each facility has a permanent random number; those that follow a starting point, which moves
    every year by a part of the sampling rate, are drawn. Neighbouring editions so share most of
    their sample.

    Returns:
        One row per facility drawn, indexed by its position in the frame: stratum, strate,
        taille_strate, tires_strate, poids_sondage, answers, vague (0 without answer), poids.
    """
    table = strata.table
    size, drawn = (table[name].to_numpy() for name in ("taille", "tires"))
    number = stream(settings.seed, "permanent number").random(len(frame))
    start = settings.sample.rotation * (drawn / size) * (year - settings.first_edition)
    rank = order_in_strata(strata.of_facility, number, start[strata.of_facility])
    chosen = np.flatnonzero(rank < drawn[strata.of_facility])
    chosen = chosen[np.argsort(frame.rows["number"].to_numpy()[chosen], kind="stable")]
    stratum = strata.of_facility[chosen]
    sample = pd.DataFrame({"stratum": stratum}, index=chosen)
    sample["strate"] = table["strate"].to_numpy()[stratum]
    sample["taille_strate"], sample["tires_strate"] = size[stratum], drawn[stratum]
    sample["poids_sondage"] = size[stratum] / drawn[stratum]
    return _with_response(sample, frame, settings.sample, seed)


def _with_response(
    sample: pd.DataFrame, frame: Frame, settings: SampleSettings, seed: int
) -> pd.DataFrame:
    rng = stream(seed, "facility response")
    response = settings.response
    chance = frame.effect("type", response.type) + frame.effect("milieu", response.milieu)
    stratum = sample["stratum"].to_numpy()
    answers, visited = respond(
        rng.random(len(sample)), chance[sample.index], stratum, RESPONDENTS_AT_LEAST
    )
    moment = rng.random(len(sample))
    wave = 1 + (moment >= settings.waves[0]) + (moment >= settings.waves[0] + settings.waves[1])
    count = np.bincount(stratum[answers], minlength=stratum.max() + 1)
    weight = sample["taille_strate"].to_numpy() / count[stratum]
    return sample.assign(
        answers=answers,
        vague=np.where(answers, np.where(visited, 3, wave), 0),
        poids=np.where(answers, weight, np.nan),
    )
