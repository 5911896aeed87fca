"""Second stage of a sample: units drawn in facilities that are themselves drawn in their strata.

Facilities that answer being taken as a simple random sample of their stratum, so are those where
units are drawn: n_h = upe_strate of N_h = taille_strate. The weight of a unit is
N_h / n_h x M / m, with m the drawn or, after non-response, the responding units of the M.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import rank_within, respond, stream
from obsante.collect.demo.frame import Frame
from obsante.collect.demo.sample import RESPONDENTS_AT_LEAST
from obsante.collect.demo.settings import Effects


@dataclass(frozen=True)
class Stage:
    """By type of facility: share of facilities kept, units drawn in each, chance of an answer.

    ``streams`` name the draws of facilities, of units and of answers.
    """

    facilities: Effects
    drawn: dict[str, int]
    response: Effects
    streams: tuple[str, str, str]


def draw_units(
    frame: Frame, sizes: np.ndarray, sample: pd.DataFrame, stage: Stage, *, seed: int
) -> pd.DataFrame:
    """Units drawn in the responding facilities of ``sample``, at least two of them by stratum.

    Args:
        sizes: units of each facility of the frame; units are numbered facility after facility.

    Returns:
        One row per unit drawn, indexed by its number and sorted by facility's identifier, then
        rank: facility, rank (of the unit in the facility, from 1), strate, taille_strate,
        upe_strate, tires, repondants, poids_sondage, answers, poids (NaN without answer).
    """
    chosen = _facilities(frame, sample, stage, seed)
    size = sizes[chosen.index]
    units = _units(frame, sizes, chosen, stage, seed)
    unit = units.pop("unit").to_numpy()
    facility = units["facility"].to_numpy()
    uniform = stream(seed, stage.streams[2]).random(len(units))
    chance = frame.effect("type", stage.response)[facility]
    answers = respond(uniform, chance, facility, RESPONDENTS_AT_LEAST)[0]
    drawn, heard = np.bincount(unit), np.bincount(unit, weights=answers).astype("int64")
    first = (chosen["taille_strate"] / chosen["upe_strate"]).to_numpy()
    return units.assign(
        strate=chosen["strate"].to_numpy()[unit],
        taille_strate=chosen["taille_strate"].to_numpy()[unit],
        upe_strate=chosen["upe_strate"].to_numpy()[unit],
        tires=drawn[unit],
        repondants=heard[unit],
        poids_sondage=(first * size / drawn)[unit],
        answers=answers,
        poids=np.where(answers, (first * size / heard)[unit], np.nan),
    )


def _facilities(frame: Frame, sample: pd.DataFrame, stage: Stage, seed: int) -> pd.DataFrame:
    units = sample[sample["answers"]].copy()
    stratum = units["stratum"].to_numpy()
    rate = frame.effect("type", stage.facilities)[units.index]
    answered = np.bincount(stratum)[stratum]
    wanted = np.maximum(RESPONDENTS_AT_LEAST, np.floor(rate * answered + 0.5))
    rank = rank_within(stratum, stream(seed, stage.streams[0]).random(len(units)))
    units = units[rank < wanted]
    units["upe_strate"] = np.bincount(units["stratum"])[units["stratum"]]
    return units


def _units(
    frame: Frame, sizes: np.ndarray, chosen: pd.DataFrame, stage: Stage, seed: int
) -> pd.DataFrame:
    """Units of lowest random number in each facility, ``unit`` being the facility's position."""
    first = (np.cumsum(sizes) - sizes)[chosen.index]
    size = sizes[chosen.index]
    unit = np.repeat(np.arange(len(chosen)), size)
    rank = np.arange(len(unit)) - np.repeat(np.cumsum(size) - size, size)
    order = rank_within(unit, stream(seed, stage.streams[1]).random(len(unit)))
    wanted = frame.table("type", stage.drawn)[frame.codes("type")[chosen.index]]
    kept = order < wanted[unit]
    columns = {"facility": chosen.index.to_numpy()[unit[kept]].astype("int32"),
               "rank": rank[kept] + 1, "unit": unit[kept]}  # fmt: skip
    return pd.DataFrame(columns, index=np.repeat(first, size)[kept] + rank[kept])
